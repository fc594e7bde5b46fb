"""The job `delete-listrange` (jobs.md 4 and 8)."""

import json
import time

import pytest
from harness import compare, jobs
from harness.node import Node
from harness.recorded import GOLDEN

RECORDED = {case["call"]: case for case in json.loads((GOLDEN / "jobs" / "delete.json").read_text())["cases"]}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("delete") / "data", jobs.ENABLED).start()
    for bucket in ("b", "dst", "dst4", "adst"):
        node.create_bucket(bucket)
    yield node
    node.stop()


def delete(node, value, bucket="b") -> dict:
    return jobs.run(node, "DELETE", bucket, "delete-listrange", value)


def fill(node, bucket, names):
    for name in names:
        node.put(bucket, name, b"x")


def test_recorded_story(node):
    fill(node, "dst4", [f"obj-{i:02}.bin" for i in range(6)])
    fill(node, "dst", ["sub/a", "sub/b/c", "top"])
    for call in ("delete-list", "delete-template", "rm-prefix", "agroup-delete"):
        request, expected = RECORDED[call]["request"], RECORDED[call]["response"]
        answer = node.request(request["method"], request["path"], json.dumps(request["body"]))
        assert answer.status == expected["status"] and answer.header("Content-Type") == expected["type"]
        ended = jobs.ended(node, answer.body.decode())
        assert (ended["kind"], ended["aborted"], ended["is_idle"]) == ("delete-listrange", False, True)
    assert jobs.names(node, "dst4") == ["obj-05.bin"] and jobs.names(node, "dst") == ["top"]
    status = node.request("GET", "/v1/cluster?what=status", json.dumps({"ID": ended["id"], "Kind": "", "DaemonID": "", "Bck": None, "Buckets": None}))
    recorded = RECORDED["agroup-delete 2"]["response"]["json"]
    actual = json.loads(status.body)
    assert compare.mask_text(actual["err"]) == compare.mask_text(recorded["err"])
    assert actual.keys() == recorded.keys() and actual["end_time"] > 0 and actual["aborted"] is False


@pytest.mark.parametrize("value", [None, {}, {"objnames": []}, {"template": ""}, {"objnames": None, "template": "", "coer": True}])
def test_without_names_nothing_is_deleted(node, value):
    fill(node, "b", ["kept"])
    answer = jobs.act(node, "DELETE", "b", "delete-listrange", value)
    assert answer.status == 400 and 'the template "*" deletes all objects' in answer.error()["message"]
    assert "kept" in jobs.names(node, "b")
    assert delete(node, {"template": "*"})["err"] == "" and jobs.names(node, "b") == []


def test_missing_names_are_said_and_the_others_deleted(node):
    fill(node, "b", ["a", "z"])
    ended = delete(node, {"objnames": ["a", "gone", "z"]})
    assert "ais://b/gone does not exist" in ended["err"] and not ended["aborted"]
    assert jobs.names(node, "b") == [] and ended["stats"]["loc-objs"] == "2"


def test_many_end_with_the_last_one(node):
    names = [f"many/{i:05}" for i in range(2000)]
    fill(node, "b", names)
    before = time.monotonic()
    ended = delete(node, {"template": "many/", "num-workers": 4})
    assert ended["err"] == "" and ended["stats"]["loc-objs"] == "2000" and time.monotonic() - before < 20
    assert ended["glob.id"] == str(4 << 10) and ended["ctlmsg"] == "prefix:many/, deleted:2000"
    assert jobs.names(node, "b") == []


def test_stopped_it_says_so(node):
    fill(node, "b", [f"s/{i}" for i in range(500)])
    job = jobs.started(jobs.act(node, "DELETE", "b", "delete-listrange", {"template": "s/", "num-workers": -1}))
    stop = {"action": "stop", "value": {"ID": job, "Kind": "delete-objects"}}
    assert node.request("PUT", "/v1/cluster", json.dumps(stop)).status == 200
    ended = jobs.ended(node, job)
    assert ended["aborted"] == (ended["abort-err"] == "user abort")
    delete(node, {"template": "*"})


def test_access_is_asked(node):
    node.create_bucket("nodelete")
    props = {"action": "set-bprops", "value": {"access": str(2**64 - 1 - (1 << 4))}}
    assert node.request("PATCH", "/v1/buckets/nodelete?provider=ais", json.dumps(props)).status == 200
    assert jobs.act(node, "DELETE", "nodelete", "delete-listrange", {"template": "*"}).status == 403
