"""The jobs `copy-bck` and `copy-listrange` (jobs.md 5 and 6)."""

import json

import pytest
from harness import compare, jobs
from harness.node import Node
from harness.recorded import GOLDEN

RECORDED = {case["call"]: case for case in json.loads((GOLDEN / "jobs" / "copy.json").read_text())["cases"]}
STARTS = [call for call, case in RECORDED.items() if case["request"]["method"] == "POST"]


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("copy") / "data", jobs.ENABLED).start()
    for bucket in ("src", "asrc", "adst"):
        node.create_bucket(bucket)
    for i in range(12):
        node.put("src", f"obj-{i:02}.bin", bytes([i]) * (i * 1000))
        node.put("asrc", f"o-{i:03}.txt", b"text %d" % i)
    node.put("src", "sub/deep/x.jpg", b"deep")
    node.put("src", "big", bytes(range(256)) * 20_000)
    yield node
    node.stop()


def copy_bucket(node, to, value=None, source="src", query="") -> dict:
    answer = node.request("POST", f"/v1/buckets/{source}?provider=ais&bck_to=ais%2F%40%23%2F{to}%2F{query}", json.dumps({"action": "copy-bck", "value": value}))
    return jobs.ended(node, jobs.started(answer))


@pytest.mark.parametrize("call", STARTS)
def test_recorded_exchanges(node, call):
    request, expected = RECORDED[call]["request"], RECORDED[call]["response"]
    answer = node.request(request["method"], request["path"], json.dumps(request["body"]))
    assert answer.status == expected["status"], answer.body
    if expected["status"] != 200:
        assert not compare.error_problems(answer.error(), expected["json"])
        return
    assert answer.header("Content-Type") == expected["type"]
    ended = jobs.ended(node, answer.body.decode())
    assert (ended["err"], ended["aborted"], ended["is_idle"]) == ("", False, True)
    assert answer.body.startswith(b"tco-") == (ended["kind"] == "copy-listrange")


@pytest.mark.parametrize("start, query", [("copy-bucket", "copy-bucket 4"), ("acopy", "adetails"), ("agroup-names-copy", "await-idle")])
def test_recorded_snapshots(node, start, query):
    request = RECORDED[start]["request"]
    job = jobs.started(node.request(request["method"], request["path"], json.dumps(request["body"])))
    actual, recorded = jobs.ended(node, job), RECORDED[query]["response"]["snapshot"]
    assert list(actual) == list(recorded)
    for key in ("kind", "bck", "src-bck", "dst-bck", "abort-err", "err", "ext"):
        assert actual[key] == recorded[key], key

    def shape(text):  # the numbers are of the recording's three targets
        return "".join("N" if c.isdigit() else c for c in compare.mask_text(text).replace(actual["id"], "ID").replace(recorded["id"], "ID")).replace("NN", "N")

    assert shape(actual["ctlmsg"]) == shape(recorded["ctlmsg"])
    status = json.loads(node.request("GET", "/v1/cluster?what=status", json.dumps({"id": job})).body)
    assert status["end_time"] > 0 and status["uuid"] == job, "status answers for every kind"


def test_a_copy_is_the_same_version_of_the_same_content(node):
    props = {"action": "create-bck", "value": {"checksum": {"type": "sha256"}, "versioning": {"enabled": True}}}
    assert node.request("POST", "/v1/buckets/versions?provider=ais", json.dumps(props)).status == 200
    for _ in range(3):
        node.put("versions", "o", b"content")
    custom = {"action": "", "name": "", "value": {"colour": "green"}}
    assert node.request("PATCH", "/v1/objects/versions/o?provider=ais", json.dumps(custom)).status == 200
    ended = copy_bucket(node, "made", source="versions")
    assert ended["err"] == "" and ended["dst-bck"]["name"] == "made"
    heads = [node.request("HEAD", f"/v1/objects/{bucket}/o?provider=ais") for bucket in ("versions", "made")]
    for header in ("Ais-Version", "Ais-Checksum-Type", "Ais-Checksum-Value"):
        assert heads[0].header(header) == heads[1].header(header), header
    assert heads[1].header("Ais-Version") == "3" and heads[1].all("Ais-Custom-Md") == heads[0].all("Ais-Custom-Md")
    made = json.loads(node.request("HEAD", "/v1/buckets/made?provider=ais").header("Ais-Bucket-Props"))
    assert made["checksum"]["type"] == "sha256" and made["versioning"]["enabled"] is True


def test_prefix_prepend_extensions_and_dry_run(node):
    ended = copy_bucket(node, "mapped", {"prefix": "sub/", "prepend": "p/", "ext": {"jpg": "png"}})
    assert jobs.names(node, "mapped") == ["p/sub/deep/x.png"] and ended["stats"]["loc-bytes"] == "4"
    ended = copy_bucket(node, "never", {"dry_run": True})
    assert ended["stats"]["loc-objs"] == "14" and ended["dst-bck"]["name"] == "never" and ended["bck"]["name"] == "never"
    assert node.request("HEAD", "/v1/buckets/never?provider=ais").status == 404
    assert jobs.names(node, "src") == sorted(jobs.names(node, "src"))


def test_synchronize_deletes_what_the_source_does_not_have(node):
    copy_bucket(node, "mirror")
    node.put("mirror", "old", b"old")
    ended = copy_bucket(node, "mirror", {"synchronize": True})
    assert "pruned:1]" in ended["ctlmsg"] and jobs.names(node, "mirror") == jobs.names(node, "src")
    assert node.get("mirror", "big").body == bytes(range(256)) * 20_000


def test_into_the_same_bucket(node):
    node.create_bucket("same")
    for i in range(30):
        node.put("same", f"o{i:02}", b"x")
    ended = jobs.run(node, "POST", "same", "copy-listrange", {"tobck": {"name": "same"}, "template": "", "prepend": "p/"})
    assert ended["err"] == "" and jobs.names(node, "same") == [f"o{i:02}" for i in range(30)] + [f"p/o{i:02}" for i in range(30)]


def test_what_is_missing_in_a_list(node):
    value = {"tobck": {"name": "adst"}, "objnames": ["gone", "o-005.txt"], "prepend": "m/", "num-workers": -1}
    ended = jobs.run(node, "POST", "asrc", "copy-listrange", value)
    assert "ais://asrc/gone does not exist" in ended["err"] and "m/o-005.txt" not in jobs.names(node, "adst")
    ended = jobs.run(node, "POST", "asrc", "copy-listrange", {**value, "coer": True})
    assert "ais://asrc/gone does not exist" in ended["err"] and "m/o-005.txt" in jobs.names(node, "adst")


@pytest.mark.parametrize(
    "query, value, status, words",
    [
        ("", {}, 400, 'missing "bck_to" query parameter'),
        ("&bck_to=new", {}, 400, "invalid bucket uname"),
        ("&bck_to=ais%2F%40%23%2Fnew%2F", {"prepend": "../"}, 400, "component"),
        ("&bck_to=ais%2F%40%23%2Fnew%2F", {"ext": ["jpg"]}, 400, "an object of strings"),
        ("&bck_to=ais%2F%40%23%2Fnew%2F", {"colour": 1}, 400, "found unknown field: colour"),
        ("&bck_to=aws%2F%40%23%2Fnew%2F", {}, 404, "missing"),
    ],
)
def test_refused_before_it_starts(node, query, value, status, words):
    answer = node.request("POST", f"/v1/buckets/src?provider=ais{query}", json.dumps({"action": "copy-bck", "value": value}))
    assert answer.status == status and words in answer.error()["message"], answer.body
    assert node.request("HEAD", "/v1/buckets/new?provider=ais").status == 404


def test_a_killed_copy_leaves_whole_objects(start_node):
    node = start_node(jobs.ENABLED)
    node.create_bucket("from")
    for i in range(40):
        node.put("from", f"o{i:02}", bytes([i]) * 500_000)
    job = jobs.started(node.request("POST", "/v1/buckets/from?provider=ais&bck_to=ais%2F%40%23%2Fto%2F", json.dumps({"action": "copy-bck", "value": {"num-workers": -1}})))
    node.kill()
    node.start()
    for name in jobs.names(node, "to"):
        assert node.get("to", name).body == bytes([int(name[1:])]) * 500_000
    snapshot = jobs.snapshot(node, job)
    assert snapshot["end-time"] > "0002" and snapshot["aborted"] in (True, False), "the job is known after the crash"
