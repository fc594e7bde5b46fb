"""Listings that show what archives hold (http-buckets.md 5, flag arch-dir)."""

import json

import pytest
from harness import archive, msgpack

ARCH_DIR = 1 << 3
FORMATS = {".tar": archive.make_tar, ".tgz": archive.make_tgz, ".zip": archive.make_zip, ".tar.lz4": archive.make_tar_lz4}
ENABLED = '[plugins]\nenable = ["moss", "archive_tar", "archive_tgz", "archive_zip", "archive_tar_lz4"]\n'
MEMBERS = [("b/2.txt", b"two two"), ("a/1.txt", b"one"), ("empty", b""), ("a/1.json", b"{}")]
SORTED = sorted((name, len(data)) for name, data in MEMBERS)


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    from harness.node import Node

    node = Node(tmp_path_factory.mktemp("listed") / "data", ENABLED).start()
    yield node
    node.stop()
    assert "Sanitizer" not in node.log(), node.log_tail(80)


def page(node, bucket, *, prefix="", size=0, token="", props="name,size", flags=ARCH_DIR, accept="", start_after=""):
    value = {"uuid": "", "props": props, "prefix": prefix, "continuation_token": token, "pagesize": size, "flags": str(flags), "target": ""}
    if start_after:
        value["start_after"] = start_after
    headers = [("Accept", accept)] if accept else []
    answer = node.request("GET", f"/v1/buckets/{bucket}?provider=ais", json.dumps({"action": "list", "value": value}), headers)
    assert answer.status == 200, answer.body
    if accept:
        document = msgpack.decode(answer.body)
        return [(e["n"], e.get("s", 0), e["f"]) for e in document["Entries"]], document["ContinuationToken"]
    document = answer.json()
    return [(e["name"], int(e.get("size", 0)), e["flags"]) for e in document["entries"] or []], document["continuation_token"]


def all_pages(node, bucket, size, **options):
    entries, token = [], ""
    while True:
        got, token = page(node, bucket, size=size, token=token, **options)
        assert len(got) <= size
        entries += got
        if not token:
            return entries
        assert token == got[-1][0] and len(got) == size


def shard_entries(name, data):
    return [(name, len(data), 576)] + [(f"{name}/{member}", size, 192) for member, size in SORTED]


@pytest.fixture
def shards(node):
    """A bucket with one shard of each format, and objects in between; what its listing shows."""
    bucket = f"l{len(node.request('GET', '/v1/buckets').json())}"
    node.create_bucket(bucket)
    expected = []
    for extension, make in FORMATS.items():
        data = make(MEMBERS)
        node.put(bucket, "d/s" + extension, data)
        expected += shard_entries("d/s" + extension, data)
    # '-' and '.' are less than '/', '0' is greater: these come between an archive and its files, and behind them.
    for name in ("a", "d/s.tar-x", "d/s.tar.txt", "d/s.tar0", "z"):
        node.put(bucket, name, b"x")
        expected.append((name, 1, 64))
    return bucket, sorted(expected)


@pytest.mark.parametrize("accept", ["", "application/msgpack"])
def test_archives_are_followed_by_their_files(node, shards, accept):
    bucket, expected = shards
    assert page(node, bucket, accept=accept) == (expected, "")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 24, 25, 26])
def test_pages_end_anywhere(node, shards, size):
    bucket, expected = shards
    assert all_pages(node, bucket, size) == expected


@pytest.mark.parametrize("prefix", ["", "d/", "d/s.tar", "d/s.tar/", "d/s.tar/a", "d/s.tar/a/1.txt", "d/s.zip/a/", "d/s.tar.lz4/", "d/s.tar/none", "x", "d/s.tar-"])
def test_a_prefix_may_reach_inside(node, shards, prefix):
    bucket, expected = shards
    for size in (2, 1000):
        assert all_pages(node, bucket, size, prefix=prefix) == [entry for entry in expected if entry[0].startswith(prefix)]


@pytest.mark.parametrize("after", ["a", "d/s.tar", "d/s.tar-x", "d/s.tar/a/1.txt", "d/s.tar/zzz", "d/s.tar0", "d/s.zip/empty", "zz"])
def test_start_after_a_name(node, shards, after):
    bucket, expected = shards
    assert page(node, bucket, start_after=after)[0] == [entry for entry in expected if entry[0] > after]


def test_names_alone_and_other_properties(node, shards):
    bucket, expected = shards
    assert page(node, bucket, props="name", flags=ARCH_DIR | 16)[0] == [(name, 0, flags) for name, _, flags in expected]
    entries = page(node, bucket, props="name,size,checksum,atime,version,location,copies,custom")[0]
    assert entries == expected


def test_without_recursion_archives_of_the_folder_are_expanded(node, shards):
    bucket, expected = shards
    assert page(node, bucket, flags=ARCH_DIR | 1 << 11)[0] == [("a", 1, 64), ("d/", 0, 256), ("z", 1, 64)]
    inside = [entry for entry in expected if entry[0].startswith("d/")]
    for size in (3, 100):
        assert all_pages(node, bucket, size, prefix="d/", flags=ARCH_DIR | 1 << 11) == inside


def test_damaged_archives_are_listed_as_far_as_they_can_be_read(node):
    node.create_bucket("damaged")
    whole = archive.make_tar([("a", b"1" * 600), ("b", b"2" * 600), ("c", b"3" * 600)])
    objects = {"empty.tar": b"", "empty.zip": b"", "noise.tar": b"no archive" * 200, "noise.tgz": b"\x1f\x8b" + b"x" * 500, "noise.zip": b"PK" * 300, "noise.tar.lz4": b"y" * 900}
    objects |= {"cut.tar": whole[:4000], "plain": whole}
    for name, data in objects.items():
        node.put("damaged", name, data)
    entries, token = page(node, "damaged")
    expected = [(name, len(data), 64 if name == "plain" else 576) for name, data in objects.items()]
    assert entries == sorted(expected + [("cut.tar/a", 600, 192), ("cut.tar/b", 600, 192)]) and not token


def test_hostile_names_in_archives(node):
    node.create_bucket("hostile")
    data = archive.make_tar([("../../etc/passwd", b"x"), ("/absolute", b"y"), ("./dot", b"z"), ("dup", b"1"), ("dup", b"22"), ("n" * 2000, b"")])
    node.put("hostile", "h.tar", data)
    expected = [("h.tar", len(data), 576), ("h.tar/../../etc/passwd", 1, 192), ("h.tar/./dot", 1, 192), ("h.tar/absolute", 1, 192), ("h.tar/dup", 1, 192)]
    expected.append(("h.tar/" + "n" * 2000, 0, 192))
    for size in (1, 2, 100):
        assert all_pages(node, "hostile", size) == expected
    # What is listed can be read by the name that it is listed with.
    for name, size, _ in expected[1:]:
        answer = node.request("GET", f"/v1/objects/hostile/h.tar?archpath={name}")
        assert answer.status == 200 and len(answer.body) == size
    assert page(node, "hostile", token="../../../x.tar/y")[0] == expected
    assert page(node, "hostile", token="h.tar/\u00ff")[0] == []


def test_an_object_called_like_a_file_of_an_archive(node):
    node.create_bucket("clash")
    data = archive.make_tar([("a", b"inside"), ("b", b"inside")])
    node.put("clash", "s.tar", data)
    node.put("clash", "s.tar/b", b"its own")
    for size in (1, 2, 100):
        assert all_pages(node, "clash", size)[:2] == [("s.tar", len(data), 576), ("s.tar/a", 6, 192)]
    assert page(node, "clash")[0][2:] == [("s.tar/b", 7, 64)]


def test_formats_that_are_not_enabled_are_plain_objects(start_node):
    node = start_node('[plugins]\nenable = ["archive_tar"]\n')
    node.create_bucket("b")
    node.put("b", "s.zip", archive.make_zip(MEMBERS))
    assert [flags for _, _, flags in page(node, "b")[0]] == [64]


def test_a_large_archive_page_by_page(node):
    node.create_bucket("large")
    members = [(f"{i:05}", b"") for i in range(25_000)]
    node.put("large", "l.tar", archive.make_tar(members))
    entries = all_pages(node, "large", 9_999)
    assert [name for name, _, _ in entries] == ["l.tar"] + [f"l.tar/{name}" for name, _ in members]
