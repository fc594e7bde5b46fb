"""The jobs API (jobs.md 2): recorded exchanges, and what is known after a restart."""

import json

import pytest
from harness import compare, jobs
from harness.node import Node
from harness.recorded import GOLDEN

RECORDED = [(file, case) for file in ("xactions", "errors") for case in json.loads((GOLDEN / "jobs" / f"{file}.json").read_text())["cases"]]

# jobs.md 2.1: what Bryo says instead.
DIFFERENCES = {
    "ajobstart-bad": lambda error: (error["status"], error["message"]) == (400, 'invalid xaction (job) kind "nope"'),
}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("jobs") / "data", jobs.ENABLED).start()
    for bucket in ("src", "dst"):
        node.create_bucket(bucket)
    yield node
    node.stop()


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{file}: {case['call']}") for file, case in RECORDED])
def test_recorded_exchanges(node, case):
    request, expected = case["request"], case["response"]
    answer = node.request(request["method"], request["path"], json.dumps(request["body"]))
    if difference := DIFFERENCES.get(case["call"]):
        assert difference(answer.error()), answer.body
        return
    assert answer.status == expected["status"], answer.body
    if expected["status"] >= 400:
        assert not compare.error_problems(answer.error(), expected["json"])
    else:
        assert answer.body == b""


def test_every_kind_is_known_under_both_names(node):
    for kind in ("load-lom-cache", "warm-up-metadata", "cleanup", "lru-eviction", "copy-bucket", "rename-bucket", "promote-files", "evict-objects", "ec-bucket"):
        answer = node.request("GET", "/v1/cluster?what=qryxstats", json.dumps({"kind": kind}))
        assert answer.status == 200 and all(isinstance(found, list) for found in answer.json().values()), kind
    assert node.request("GET", "/v1/cluster?what=qryxstats", '{"kind":"nonsense"}').status == 400


def test_a_separate_api_is_pointed_to(node):
    start = {"action": "start", "value": {"Kind": "delete-objects", "Bck": {"name": "src"}}}
    answer = node.request("PUT", "/v1/cluster", json.dumps(start))
    assert answer.status == 400 and "separate API, DELETE /v1/buckets/BUCKET" in answer.error()["message"]


def test_jobs_are_known_after_a_restart_and_after_a_crash(start_node):
    node = start_node(jobs.ENABLED)
    node.create_bucket("b")
    node.put("b", "o", b"x")
    job = jobs.run(node, "DELETE", "b", "delete-listrange", {"objnames": ["o", "gone"]})["id"]
    before = jobs.snapshot(node, job)
    status = node.request("GET", "/v1/cluster?what=status", json.dumps({"id": job})).body
    node.restart()
    assert jobs.snapshot(node, job) == before
    node.kill()
    log = node.directory / "jobs.log"
    log.write_bytes(log.read_bytes() + b'0123456789abcdef {"torn')
    node.start()
    assert jobs.snapshot(node, job) == before
    assert node.request("GET", "/v1/cluster?what=status", json.dumps({"id": job})).body == status
    listed = json.loads(node.request("GET", "/v1/cluster?what=status_all", json.dumps({"kind": "delete-objects"})).body)
    assert [one["uuid"] for one in listed] == [job]
    assert node.request("GET", "/v1/cluster?what=running_all", "{}").json() == []
