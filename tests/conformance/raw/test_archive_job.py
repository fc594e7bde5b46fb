"""The job `archive` (jobs.md 4 and 7): what it writes is read by Python's own libraries."""

import io
import json
import tarfile
import zipfile

import pytest
from harness import archive, compare, jobs
from harness.recorded import GOLDEN

OBJECTS = {f"obj-{i:02}.bin": bytes([i]) * (i * 1000) for i in range(20)} | {"d/e/deep.txt": b"deep", "d/top.txt": b"top", "big": bytes(range(256)) * 10_000}
RECORDED = {case["call"]: case for case in json.loads((GOLDEN / "jobs" / "archive.json").read_text())["cases"]}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    from harness.node import Node

    node = Node(tmp_path_factory.mktemp("archive") / "data", jobs.ENABLED).start()
    for bucket in ("src", "dst", "asrc", "adst", "bsrc", "bdst"):
        node.create_bucket(bucket)
    for name, data in OBJECTS.items():
        node.put("src", name, data)
    for bucket in ("asrc", "bsrc"):
        for i in range(2):
            node.put(bucket, f"o-{i:03}.txt", b"text %d" % i)
    yield node
    node.stop()


def archived(node, value, bucket="src") -> dict:
    return jobs.run(node, "PUT", bucket, "archive", value)


def members(node, bucket, name) -> list[tuple[str, bytes]]:
    data = node.get(bucket, name).body
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            assert opened.testzip() is None
            return [(info.filename, opened.read(info)) for info in opened.infolist()]
    if name.endswith(".lz4"):
        return [(m.name, m.data) for m in archive.read(".tar.lz4", data)]
    with tarfile.open(fileobj=io.BytesIO(data)) as opened:
        return [(m.name, opened.extractfile(m).read()) for m in opened]


def exists(node, bucket, name) -> bool:
    return node.request("HEAD", f"/v1/objects/{bucket}/{name}?provider=ais").status == 200


@pytest.mark.parametrize("call", [call for call in RECORDED if "archive" in call])
def test_recorded_exchanges(node, call):
    case = RECORDED[call]
    request, expected = case["request"], case["response"]
    answer = node.request(request["method"], request["path"], json.dumps(request["body"]))
    assert answer.status == expected["status"], answer.body
    if expected["status"] != 200:
        assert not compare.error_problems(answer.error(), expected["json"])
        return
    assert answer.header("Content-Type") == expected["type"]
    snapshot = jobs.ended(node, answer.body.decode())
    assert (snapshot["err"], snapshot["aborted"], snapshot["is_idle"], snapshot["kind"]) == ("", False, True, "archive")
    value = request["body"]["value"]
    assert snapshot["src-bck"] == snapshot["bck"] and snapshot["dst-bck"]["name"] == value["tobck"]["name"]
    source = request["path"].split("/")[3].split("?")[0]
    counted = {"obj-{00..09}.bin": range(10), "obj-{10..12}.bin": range(10, 13)}
    names = value["objnames"] or [f"obj-{i:02}.bin" for i in counted[value["template"]]]
    prefix = f"{source}/" if value["isbn"] else ""
    assert [name for name, _ in members(node, value["tobck"]["name"], value["archname"])] == [prefix + n for n in names]


@pytest.mark.parametrize("name", ["m.tar", "m.tgz", "m.tar.gz", "m.zip", "m.tar.lz4"])
def test_every_format_in_the_order_asked_for(node, name):
    names = ["big", "obj-00.bin", "d/top.txt", "obj-19.bin"]
    snapshot = archived(node, {"archname": name, "objnames": names, "tobck": {"name": "dst"}})
    assert snapshot["err"] == ""
    assert members(node, "dst", name) == [(n, OBJECTS[n]) for n in names]
    assert int(snapshot["stats"]["loc-objs"]) == 4 and int(snapshot["stats"]["loc-bytes"]) == sum(len(OBJECTS[n]) for n in names)
    assert snapshot["ctlmsg"] == "ais://src=>ais://dst [list:[big obj-00.bin d/top.txt obj-19.bin], archived:4, flags:]"
    head = node.request("HEAD", f"/v1/objects/dst/{name}?provider=ais")
    assert head.header("Ais-Checksum-Type") == "xxhash2" and head.header("Ais-Checksum-Value")


@pytest.mark.parametrize("name", ["p.tar", "p.tgz", "p.zip", "p.tar.lz4"])
def test_append_or_create(node, name):
    first = {"archname": name, "objnames": ["big", "obj-01.bin"], "tobck": {"name": "dst"}, "aate": True}
    assert archived(node, first)["err"] == ""
    assert archived(node, {**first, "objnames": None, "template": "obj-{02..04}.bin", "bnonly": True})["err"] == ""
    expected = ["big", "obj-01.bin", "obj-02.bin", "obj-03.bin", "obj-04.bin"]
    assert members(node, "dst", name) == [(n, OBJECTS[n]) for n in expected]
    answer = node.get("dst", name, "provider=ais&archpath=obj-04.bin")
    assert (answer.status, answer.body) == (200, OBJECTS["obj-04.bin"])


def test_prefix_names_and_flags(node):
    archived(node, {"archname": "prefix.tar", "template": "d/", "isbn": True})
    assert members(node, "src", "prefix.tar") == [("src/d/e/deep.txt", b"deep"), ("src/d/top.txt", b"top")]
    archived(node, {"archname": "flat.tar", "template": "d/", "bnonly": True})
    assert members(node, "src", "flat.tar") == [("deep.txt", b"deep"), ("top.txt", b"top")]
    archived(node, {"archname": "direct.tar", "template": "d/", "non-recurs": True})
    assert members(node, "src", "direct.tar") == [("d/top.txt", b"top")]


def test_what_is_missing(node):
    wanted = {"archname": "gone.tar", "objnames": ["obj-01.bin", "gone"]}
    snapshot = archived(node, wanted)
    assert "ais://src/gone does not exist" in snapshot["err"] and not snapshot["aborted"]
    assert not exists(node, "src", "gone.tar")
    snapshot = archived(node, {**wanted, "coer": True})
    assert "ais://src/gone does not exist" in snapshot["err"]
    assert members(node, "src", "gone.tar") == [("obj-01.bin", OBJECTS["obj-01.bin"])]
    snapshot = archived(node, {"archname": "none.tar", "template": "nothing-{1..5}"})
    assert "empty archive ais://src/none.tar" in snapshot["err"] and not exists(node, "src", "none.tar")


@pytest.mark.parametrize(
    "value, status, tcode, words",
    [
        ({"archname": "a.tar", "template": "x-{9..1}"}, 400, "errTemplateInvalid", "'start' cannot be greater than 'end'"),
        ({"archname": "a.tar", "template": "a@b"}, 400, "NumError", 'strconv.ParseInt: parsing "": invalid syntax'),
        ({"archname": "a.tar", "template": "x%d"}, 400, "errTemplateInvalid", "no end"),
        ({"archname": "a.tar", "mime": ".rar"}, 400, "errUnknownMime", "rar"),
        ({"archname": ""}, 400, "errInvalidPath", "name of the archive"),
        ({"archname": "../up.tar"}, 400, "errInvalidPath", "name of the archive"),
        ({"archname": "a.tar", "objnames": ["../up"]}, 400, "errInvalidPath", "component"),
        ({"archname": "a.tar", "objnames": "not a list"}, 400, "", "an array of strings"),
        ({"archname": "a.tar", "shade": 1}, 400, "", "found unknown field: shade"),
        ({"archname": "a.tar", "tobck": {"name": "nowhere"}}, 404, "ErrBckNotFound", "does not exist"),
        ([1, 2], 400, "", "expecting an object"),
    ],
)
def test_refused_before_it_starts(node, value, status, tcode, words):
    answer = jobs.act(node, "PUT", "src", "archive", value)
    error = answer.error()
    assert (answer.status, error.get("tcode", "")) == (status, tcode) and words in error["message"], error
    running = node.request("GET", "/v1/cluster?what=running_all", "{}").json()
    assert not any(name.startswith("archive[") for name in running)


def test_access_is_asked_of_both_buckets(node):
    for bucket, access in (("noget", "18446744073709551614"), ("noput", "18446744073709551611")):
        node.create_bucket(bucket)
        assert node.request("PATCH", f"/v1/buckets/{bucket}?provider=ais", json.dumps({"action": "set-bprops", "value": {"access": access}})).status == 200
    assert jobs.act(node, "PUT", "noget", "archive", {"archname": "a.tar", "tobck": {"name": "dst"}}).status == 403
    assert jobs.act(node, "PUT", "src", "archive", {"archname": "a.tar", "tobck": {"name": "noput"}}).status == 403


def test_appending_twice_at_once_loses_nothing(node):
    value = {"archname": "both.tar", "tobck": {"name": "dst"}, "aate": True}
    ids = [jobs.started(jobs.act(node, "PUT", "src", "archive", {**value, "objnames": [f"obj-{i:02}.bin"]})) for i in range(6)]
    done = [jobs.ended(node, job) for job in ids]
    written = {name for name, _ in members(node, "dst", "both.tar")}
    for i, snapshot in enumerate(done):
        assert snapshot["err"] == "" and f"obj-{i:02}.bin" in written


def test_not_enabled_names_the_plugin(start_node):
    node = start_node('[plugins]\nenable = ["moss", "archive_tar"]\n')
    node.create_bucket("b")
    answer = jobs.act(node, "PUT", "b", "archive", {"archname": "a.tar"})
    assert answer.status == 501 and "archive_job" in answer.error()["message"], "it says what to enable"


def test_an_archive_survives_kill_or_was_never_there(start_node):
    node = start_node(jobs.ENABLED)
    node.create_bucket("b")
    node.put("b", "big", bytes(60 << 20))
    jobs.started(jobs.act(node, "PUT", "b", "archive", {"archname": "a.tgz", "template": "big"}))
    node.kill()
    node.start()
    if exists(node, "b", "a.tgz"):
        assert members(node, "b", "a.tgz")[0][0] == "big"
    names = [entry["name"] for entry in node.request("GET", "/v1/buckets/b?provider=ais", json.dumps({"action": "list", "value": {}})).json()["entries"]]
    assert set(names) <= {"big", "a.tgz"}
