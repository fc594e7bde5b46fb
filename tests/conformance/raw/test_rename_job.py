"""The job `move-bck` (jobs.md 10): the bucket has its new name when the call is answered."""

import json
import time

import pytest
from harness import jobs


def rename(node, source, to, value=None):
    return node.request("POST", f"/v1/buckets/{source}?provider=ais&bck_to=ais%2F%40%23%2F{to}%2F", json.dumps({"action": "move-bck", "value": value}))


@pytest.fixture
def own(start_node):
    node = start_node(jobs.ENABLED)
    node.create_bucket("old")
    for i in range(50):
        node.put("old", f"d/{i:02}", b"%d" % i)
    return node


def test_at_once_and_after_a_crash(own):
    before = time.monotonic()
    answer = rename(own, "old", "new")
    assert answer.status == 200 and time.monotonic() - before < 2, answer.body
    for _ in range(2):
        assert own.request("HEAD", "/v1/buckets/old?provider=ais").status == 404
        assert own.request("HEAD", "/v1/buckets/new?provider=ais").status == 200
        assert own.get("new", "d/07").body == b"7" and len(jobs.names(own, "new")) == 50
        snapshot = jobs.snapshot(own, answer.body.decode())
        assert (snapshot["kind"], snapshot["err"], snapshot["src-bck"]["name"], snapshot["dst-bck"]["name"]) == ("move-bck", "", "old", "new")
        own.kill()
        own.start()
    own.create_bucket("old")
    assert jobs.names(own, "old") == []


def test_refused(own):
    own.create_bucket("taken")
    for to, words, tcode in (("old", 'cannot rename bucket "ais://old" to itself ("ais://old")', ""), ("taken", 'bucket "ais://taken" already exists', "ErrBucketAlreadyExists")):
        answer = rename(own, "old", to)
        assert (answer.status, answer.error()["message"], answer.error().get("tcode", "")) == (400, words, tcode)
    assert rename(own, "gone", "new").status == 404
    assert rename(own, "old", "new", {"colour": 1}).status == 400
    assert len(jobs.names(own, "old")) == 50


def test_not_while_a_job_works_on_the_bucket_but_an_idle_one_never_matters(own):
    own.put("old", "big", bytes(80 << 20))
    copying = jobs.started(own.request("POST", "/v1/buckets/old?provider=ais&bck_to=ais%2F%40%23%2Fcopy%2F", json.dumps({"action": "copy-bck", "value": {}})))
    for bucket in ("old", "copy"):
        answer = rename(own, bucket, "new")
        if answer.status == 200:  # the copy has ended already
            assert jobs.snapshot(own, copying)["end-time"] > "0002"
            return
        assert answer.status == 409 and answer.error()["tcode"] == "ErrLimitedCoexistence", answer.body
        assert f"x-copy-bck[{copying}]-ais://old => ais://copy is currently running" in answer.error()["message"]
    jobs.ended(own, copying)
    assert rename(own, "old", "new").status == 200
