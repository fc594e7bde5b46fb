"""The job `promote` (jobs.md 10): files of the server become objects."""

import json
import os

import pytest
from harness import jobs


@pytest.fixture
def own(start_node, tmp_path):
    root = tmp_path / "root"
    (root / "d/e").mkdir(parents=True)
    (root / "one.txt").write_bytes(b"one")
    (root / "d/big").write_bytes(bytes(range(256)) * 20_000)
    (root / "d/e/deep").write_bytes(b"deep")
    (tmp_path / "secret").write_bytes(b"secret")
    node = start_node(jobs.ENABLED + f'[plugin.promote]\nroots = ["{root}"]\n')
    node.create_bucket("b")
    node.root = root
    return node


def promote(node, source, **value):
    body = {"action": "promote", "name": str(source), "value": {"tid": "", "src": str(source), "obj": "", "rcr": False, "ovw": False, "dls": False, "notshr": False, **value}}
    return node.request("POST", "/v1/objects/b?provider=ais", json.dumps(body))


def test_one_file_is_there_when_the_call_is_answered(own):
    answer = promote(own, own.root / "one.txt", obj="as/", dls=True)
    assert answer.status == 200, answer.body
    assert own.get("b", "as/one.txt").body == b"one" and not (own.root / "one.txt").exists()
    snapshot = jobs.snapshot(own, answer.body.decode())
    assert (snapshot["kind"], snapshot["stats"]["loc-objs"], snapshot["stats"]["loc-bytes"]) == ("promote", "1", "3")


def test_folders(own):
    jobs.ended(own, jobs.started(promote(own, own.root / "d")))
    assert jobs.names(own, "b") == ["big"]
    ended = jobs.ended(own, jobs.started(promote(own, own.root, obj="all", rcr=True)))
    assert jobs.names(own, "b") == ["all/d/big", "all/d/e/deep", "all/one.txt", "big"] and ended["err"] == ""
    assert own.get("b", "all/d/big").body == bytes(range(256)) * 20_000
    head = own.request("HEAD", "/v1/objects/b/all/d/big?provider=ais")
    assert head.header("Ais-Checksum-Type") == "xxhash2"


def test_no_link_leads_outside(own):
    os.symlink("../../secret", own.root / "d/link")
    os.symlink(str(own.root.parent), own.root / "out")
    ended = jobs.ended(own, jobs.started(promote(own, own.root / "d")))
    assert "leads out of the folder" in ended["err"] and jobs.names(own, "b") == ["big"]
    for path in ("d/link", "out/secret"):
        assert promote(own, own.root / path).status == 400


@pytest.mark.parametrize("source, status, tcode", [("/tmp/x", 400, "errInvalidPromoteSource"), ("relative", 400, "errInvalidPromoteSource"), ("{root}/../secret", 400, "errInvalidPromoteSource"), ("{root}/gone", 404, "")])
def test_refused(own, source, status, tcode):
    answer = promote(own, source.format(root=own.root))
    assert (answer.status, answer.error().get("tcode", "")) == (status, tcode), answer.body
    assert jobs.names(own, "b") == []


def test_other_actions_and_the_plugin_left_out(own, start_node):
    assert own.request("POST", "/v1/objects/b?provider=ais", '{"action":"zzz"}').status == 400
    bare = start_node('[plugins]\nenable = ["moss"]\n')
    bare.create_bucket("b")
    answer = promote(bare, "/var/lib/ais/promote/x")
    assert answer.status == 501 and "promote" in answer.error()["message"]
