"""The jobs `index-shard` and `summary-shard`, and indexes made after PUT (jobs.md 11)."""

import json

import pytest
from harness import archive, jobs, shards
from harness.node import Node, wait_until
from harness.recorded import GOLDEN

RECORDED = {case["call"]: case for case in json.loads((GOLDEN / "jobs" / "archive.json").read_text())["cases"]}
KEYS = ["tar-objs", "tar-size", "shards", "shard-size", "archived-objs", "stale-indexes", "invalid-indexes"]
LARGE = [(f"m{i:04}", bytes([i % 256]) * 4096) for i in range(200)]  # such an index is kept on disk


@pytest.fixture
def own(start_node):
    node = start_node(jobs.ENABLED)
    node.create_bucket("dst")
    return node


def summary(node: Node, value=None) -> dict:
    first = jobs.act(node, "GET", "dst", "summary-shard", value or {})
    assert first.status == 202, first.body
    job = first.body.decode()

    def poll():
        answer = jobs.act(node, "GET", "dst", "summary-shard", {**(value or {}), "uuid": job})
        assert answer.status in (200, 202, 206), answer.body
        return answer if answer.status == 200 else None

    return wait_until(poll).json()


def index(node: Node, value=None) -> dict:
    return jobs.run(node, "POST", "dst", "index-shard", value if value is not None else {})


def test_recorded_story(own):
    own.put("dst", "a.tar", archive.make_tar([(f"m{i}", bytes(1000)) for i in range(3)], form=0))
    before, after = (RECORDED[call]["response"]["json"] for call in ("summary-shard 2", "summary-shard 4"))
    assert summary(own).keys() == before.keys()
    size = len(own.get("dst", "a.tar").body)
    assert summary(own) == {**before, "tar-size": str(size)}
    snapshot = index(own)
    assert (snapshot["kind"], snapshot["err"], snapshot["stats"]["loc-objs"]) == ("index-shard", "", "1")
    assert summary(own) == {**after, "tar-size": str(size), "shard-size": str(size)}


def test_every_format_and_after_a_restart(own):
    tar = archive.make_tar(LARGE)
    own.put("dst", "p/a.tar", tar)
    own.put("dst", "p/b.tgz", shards.run(["gzip", "-1", "-c"], tar))
    own.put("dst", "p/c.tar.lz4", shards.run(["lz4", "-c"], tar))
    own.put("dst", "q/d.zip", archive.make_zip(LARGE))
    own.put("dst", "plain", tar)
    assert "indexed:3, known:0, failed:0" in index(own, {"prefix": "p/", "num-workers": 2})["ctlmsg"]
    assert "indexed:1, known:3, failed:0" in index(own, {"skip-verify": True})["ctlmsg"]
    found = summary(own)
    assert (found["tar-objs"], found["shards"], found["archived-objs"]) == ("4", "4", "800")
    assert summary(own, {"prefix": "q/"})["tar-objs"] == "1"
    own.restart()
    assert int(summary(own)["shards"]) >= 1, "of large archives the index is on disk"
    passes = own.metrics()["bryo_index_passes"]
    assert own.get("dst", "p/a.tar", "provider=ais&archpath=m0100").body == LARGE[100][1]
    assert own.metrics()["bryo_index_passes"] == passes and own.metrics()["bryo_index_loads"] >= 1


def test_a_damaged_index_is_counted_and_made_anew(own):
    own.put("dst", "a.tar", archive.make_tar(LARGE))
    index(own)
    own.stop()
    [file] = [path for path in (own.directory / "mp0/indexes").rglob("*") if path.is_file()]
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    own.start()
    assert summary(own)["invalid-indexes"] == "1"
    assert "indexed:1, known:0" in index(own)["ctlmsg"]
    assert own.metrics()["bryo_index_damaged"] == 1
    assert summary(own)["invalid-indexes"] == "0" and summary(own)["shards"] == "1"


def test_a_broken_shard_is_a_soft_error(own):
    own.put("dst", "good.tar", archive.make_tar(LARGE))
    own.put("dst", "bad.tar", b"x" * 5000)
    snapshot = index(own)
    assert "bad.tar" in snapshot["err"] and "indexed:1, known:0, failed:1" in snapshot["ctlmsg"]


def test_refusals(own):
    for action, verb in (("index-shard", "POST"), ("summary-shard", "GET")):
        assert jobs.act(own, verb, "dst", action, {"colour": 1}).status == 400
        assert jobs.act(own, verb, "dst", action, {"prefix": "../"}).status == 400
        assert jobs.act(own, verb, "nowhere", action, {}).status == 404
    answer = jobs.act(own, "GET", "dst", "summary-shard", {"uuid": "nothing12"})
    assert answer.status == 404 and "x-summary-shard[nothing12] does not exist" in answer.error()["message"]


def test_after_put_where_the_bucket_asks(own):
    tar = archive.make_tar(LARGE)
    own.put("dst", "before.tar", tar)
    answer = own.request("PATCH", "/v1/buckets/dst?provider=ais", json.dumps({"action": "set-bprops", "value": {"extra": {"custom": {"index_on_put": "true"}}}}))
    assert answer.status == 200, answer.body
    own.put("dst", "after.tar", tar)
    own.put("dst", "plain.txt", tar)
    wait_until(lambda: own.metrics()["bryo_shard_index_put"] == 1)
    found = summary(own)
    assert (found["tar-objs"], found["shards"]) == ("2", "1")
