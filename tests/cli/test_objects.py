"""bucket, put, get, ls, rm against a real node."""

import json
import os

import pytest

ODD_NAMES = ["plain", "with space", "ü/ñ/日本", "a+b&c=d?e#f%20", "quote'\"`$x", "-dash", "n" * 200, "deep/" * 20 + "leaf"]


def test_buckets(bryo, node, bucket):
    assert bryo.ok("bucket", "create", "new-a", "ais://new-b").out == "ais://new-a created\nais://new-b created\n"
    assert "already exists" in bryo.fails("bucket", "create", "new-a").err
    assert bryo.ok("bucket", "create", "new-a", "--force").out == "ais://new-a exists\n"
    names = bryo.ok("bucket", "ls").out.split()
    assert {"ais://new-a", "ais://new-b"} <= set(names)
    assert json.loads(bryo.ok("ls", "--json").out) == json.loads(bryo.ok("bucket", "ls", "ais:", "--json").out)
    assert bryo.ok("bucket", "rm", "new-a", stdin=b"n\n").out == ""
    assert "pass --yes" in bryo.fails("bucket", "rm", "new-a").err
    assert bryo.ok("bucket", "rm", "new-a", stdin=b"y\n").out == "ais://new-a removed\n"
    assert bryo.ok("bucket", "rm", "new-b", "-y", "--json").out.startswith("[")
    assert "ErrBckNotFound" in bryo.fails("bucket", "rm", "new-a", "-y").err
    assert bryo.ok("bucket", "rm", "new-a", "-y", "--force").out == "ais://new-a does not exist\n"


def test_nothing_is_made_when_one_name_is_wrong(bryo):
    assert bryo.fails("bucket", "create", "good-one", "bad/name", code=2).out == ""
    assert "good-one" not in bryo.ok("bucket", "ls").out


def test_a_file_there_and_back(bryo, bucket, tmp_path):
    data = os.urandom(3_000_001)
    (tmp_path / "in").write_bytes(data)
    bryo.ok("put", "in", f"ais://{bucket}")
    bryo.ok("put", "in", f"{bucket}/other/name.bin", "--custom", "k=v")
    bryo.ok("put", "in", f"{bucket}/folder/")
    names = [entry["name"] for entry in json.loads(bryo.ok("ls", bucket, "--json").out)]
    assert names == ["folder/in", "in", "other/name.bin"]
    for name in names:
        bryo.ok("get", f"{bucket}/{name}", "out", "-y")
        assert (tmp_path / "out").read_bytes() == data
    assert bryo.ok("get", f"{bucket}/in", "-").bytes == data
    assert bryo.ok("get", f"{bucket}/in", "-", "--offset", 1000, "--length", 77).bytes == data[1000:1077]
    assert bryo.ok("get", f"{bucket}/in", "-", "--offset", 2_999_990).bytes == data[2_999_990:]
    bryo.fails("get", f"{bucket}/in", "-", "--offset", 5_000_000)


def test_streams_of_unknown_length(bryo, bucket, node):
    for name, data in {"empty": b"", "small": b"hi\n", "big": os.urandom(5_000_000)}.items():
        bryo.ok("put", "-", f"{bucket}/{name}", stdin=data)
        assert node.get(bucket, name).body == data
    assert "needs the object's name" in bryo.fails("put", "-", bucket, code=2).err


def test_a_folder_there_and_back(bryo, bucket, tmp_path):
    source = tmp_path / "source"
    for number, name in enumerate(ODD_NAMES):
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(number * 1000))
    counted = json.loads(bryo.ok("put", source, f"{bucket}/up", "--json").out)
    assert counted["files"] == len(ODD_NAMES) and counted["failed"] == 0
    bryo.ok("get", f"{bucket}/up/", "down")
    for name in ODD_NAMES:
        assert (tmp_path / "down" / name).read_bytes() == (source / name).read_bytes(), name
    assert "exists: pass --yes" in bryo.run("get", f"{bucket}/up/", "down").err
    bryo.ok("get", f"{bucket}/up/", "down", "-y")
    listed = [entry["name"] for entry in json.loads(bryo.ok("ls", f"{bucket}/up/", "--json").out)]
    assert listed == sorted(("up/" + name for name in ODD_NAMES), key=lambda name: name.encode())
    assert bryo.ok("rm", bucket, "--prefix", "up/", "-y").out == f"removed {len(ODD_NAMES)} objects\n"
    assert bryo.ok("ls", bucket).out == ""


def test_unreadable_sources_are_named_and_the_rest_goes_on(bryo, bucket, tmp_path):
    (tmp_path / "good").write_text("x")
    ran = bryo.run("put", "absent", "good", f"{bucket}/p/")
    assert ran.code == 1
    assert ran.err == "bryo: absent does not exist\n"
    assert "p/good" in bryo.ok("ls", bucket).out


def test_an_existing_file_is_not_lost(bryo, node, bucket, tmp_path):
    node.put(bucket, "o", b"new")
    (tmp_path / "o").write_text("old")
    assert "pass --yes" in bryo.fails("get", f"{bucket}/o").err
    assert (tmp_path / "o").read_text() == "old"
    bryo.ok("get", f"{bucket}/o", stdin=b"n\n")
    assert (tmp_path / "o").read_text() == "old"
    bryo.ok("get", f"{bucket}/o", stdin=b"yes\n")
    assert (tmp_path / "o").read_text() == "new"
    bryo.fails("get", f"{bucket}/missing", "o", "-y")
    assert (tmp_path / "o").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o"], "no temporary file is left"


def test_members_of_shards(bryo, filled):
    assert bryo.ok("get", f"{filled}/s.tar", "-", "--archpath", "a/2.txt").bytes == (b"member-2" * 20)[:100]
    assert "does not exist" in bryo.fails("get", f"{filled}/s.tar", "-", "--archpath", "a/9.txt").err


def test_listing(bryo, filled):
    assert bryo.ok("ls", f"{filled}/x-0001").out.split() == ["NAME", "SIZE", "x-0001-1", "101", "B", "x-0001-2", "102", "B"]
    assert len(json.loads(bryo.ok("ls", filled, "--limit", 3, "--json").out)) == 3
    entry = json.loads(bryo.ok("ls", filled, "--prefix", "s.", "-l", "--json").out)[0]
    assert entry["name"] == "s.tar" and entry["version"] == "1" and len(entry["checksum"]) == 16 and entry["atime"]
    assert "10241" not in bryo.ok("ls", filled).out
    assert bryo.ok("ls", filled, "--prefix", "none", "--json").out == "[]\n"
    assert "ErrBckNotFound" in bryo.fails("ls", "no-such-bucket").err


def test_listing_of_many_pages(bryo, node, bucket):
    for number in range(2100):
        node.put(bucket, f"n{number:05}", b"")
    ran = bryo.ok("ls", bucket, "--json")
    assert [entry["name"] for entry in json.loads(ran.out)] == [f"n{number:05}" for number in range(2100)]
    assert len(json.loads(bryo.ok("ls", bucket, "--limit", 1500, "--json").out)) == 1500


def test_removing(bryo, filled):
    assert bryo.ok("rm", f"{filled}/x-0001-1", f"{filled}/x-0001-2").out == "removed 2 objects\n"
    assert bryo.ok("rm", filled, "--list", "x-0002-1, x-0002-2").out == "removed 2 objects\n"
    ran = bryo.run("rm", f"{filled}/x-0001-1", f"{filled}/x-0003-1")
    assert ran.code == 1 and "removed 1 object\n" in ran.out and "doesn't exist" in ran.err
    assert "pass --yes" in bryo.fails("rm", filled, "--all").err
    assert bryo.ok("rm", filled, "--all", stdin=b"n\n").out == ""
    bryo.ok("rm", filled, "--all", stdin=b"y\n")
    assert bryo.ok("ls", filled, "--json").out == "[]\n"
    assert "name objects" in bryo.fails("rm", filled, code=2).err


@pytest.mark.parametrize("name", ["../x", "a/../../x", "a/./b", "trailing/"])
def test_names_that_cannot_be(bryo, bucket, tmp_path, name):
    (tmp_path / "f").write_text("x")
    (tmp_path / "g").write_text("x")
    if name != "trailing/":
        bryo.fails("put", "f", f"{bucket}/{name}")
    assert bryo.run("get", f"{bucket}/{name}", "-").code in (1, 2)


def test_cluster_and_jobs(bryo, node):
    shown = bryo.ok("show", "cluster")
    assert node.url in shown.out and "online" in shown.out and "target" in shown.out and "gateway (primary)" in shown.out
    document = json.loads(bryo.ok("show", "cluster", "--json").out)
    assert {entry["role"] for entry in document["nodes"]} == {"proxy", "target"}
    assert all(entry["version"] and entry["uptime_seconds"] > 0 for entry in document["nodes"])
    target = next(entry for entry in document["nodes"] if entry["role"] == "target")
    assert target["available"] > 0 and target["mountpaths"]
    bryo.ok("show", "job")
    assert json.loads(bryo.ok("show", "job", "get-batch", "--json").out) is not None
    bryo.fails("show", "job", "no-such-job")
