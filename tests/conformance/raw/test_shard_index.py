"""The index of a shard is made at its first use and kept beside the object; it is never believed blindly."""

import random

from harness import archive, batch

MEMBERS = [(f"dir/m{i:04}", bytes([i % 251]) * (600 + i)) for i in range(400)]


def index_files(node):
    return sorted(path for path in (node.directory / "mp0/indexes").rglob("*") if path.is_file())


def put_shard(node, name="s.tar", members=MEMBERS):
    node.put("b", name, archive.make_tar(members))


def read(node, names, shard="s.tar"):
    return batch.get_batch(node, [{"objname": shard, "archpath": name} for name in names], "b").contents


def test_it_outlives_the_node(start_node):
    node = start_node()
    node.create_bucket("b")
    put_shard(node)
    assert not index_files(node)
    assert read(node, ["dir/m0399", "dir/m0007"]) == [MEMBERS[399][1], MEMBERS[7][1]]
    (kept,) = index_files(node)
    assert kept.stat().st_size < 400 * (32 + len("dir/m0000")) + 400
    before = kept.stat().st_ino
    node.restart()
    assert read(node, ["dir/m0007", "dir/m0399"]) == [MEMBERS[7][1], MEMBERS[399][1]]
    assert [path.stat().st_ino for path in index_files(node)] == [before], "it was read, not made again"


def test_another_version_has_another_one(start_node):
    node = start_node()
    node.create_bucket("b")
    put_shard(node)
    read(node, ["dir/m0001"])
    changed = [(name, content[::-1] + b"!") for name, content in reversed(MEMBERS)]
    put_shard(node, members=changed)
    assert read(node, ["dir/m0001"]) == [MEMBERS[1][1][::-1] + b"!"]
    node.restart()
    assert read(node, ["dir/m0399", "dir/m0001"]) == [dict(changed)["dir/m0399"], dict(changed)["dir/m0001"]]


def test_a_damaged_one_is_made_anew(start_node):
    node = start_node()
    node.create_bucket("b")
    put_shard(node)
    read(node, ["dir/m0001"])
    (kept,) = index_files(node)
    good = kept.read_bytes()
    for bad in (good[:1000], b"", good[:-1] + bytes([good[-1] ^ 1]), good[:200] + b"\xff" * 64 + good[264:], b"\0" * len(good)):
        node.stop()
        kept.write_bytes(bad)
        node.start()
        assert read(node, ["dir/m0399", "dir/m0001"]) == [MEMBERS[399][1], MEMBERS[1][1]]
        assert len(index_files(node)) == 1 and len(index_files(node)[0].read_bytes()) == len(good)


def test_none_is_kept_when_the_operator_says_so(start_node):
    node = start_node("[node.store]\nshard_index_disk = 0\n")
    node.create_bucket("b")
    put_shard(node)
    assert read(node, ["dir/m0001"]) == [MEMBERS[1][1]] and not index_files(node)


def test_a_shard_with_too_many_members_is_refused_with_the_way_out(start_node):
    node = start_node('[node.store]\nshard_index_max = "1MiB"\n')
    node.create_bucket("b")
    put_shard(node, members=[(f"{'n' * 90}/{i:06}", b"") for i in range(12_000)])
    answer = node.request("GET", f"/v1/objects/b/s.tar?archpath={'n' * 90}/000001")
    assert "raise node.store.shard_index_max" in answer.error(413)["message"]


def test_formats_count_what_is_done(start_node):
    node = start_node()
    node.create_bucket("b")
    noise = random.Random(6)
    members = [(f"m{i:03}", noise.randbytes(2_000 + i)) for i in range(200)]  # large enough to keep its index on disk
    shard = archive.make_tgz(members)
    node.put("b", "s.tgz", shard)
    node.put("b", "cut.tgz", shard[: len(shard) // 2])
    wanted = [members[199][1], members[7][1]]

    def counted():
        return {name.removeprefix("bryo_archive_tgz_"): value for name, value in node.metrics().items() if "archive_tgz" in name}

    assert read(node, ["m199", "m007"], "s.tgz") == wanted
    assert counted() == {"indexed_n": 1, "indexed_size": len(shard), "damaged_n": 0, "decoded_n": 0, "decoded_size": 0, "written_n": 0}
    node.restart()  # from here on the index is read, and members are decoded by it
    assert read(node, ["m199", "m007"], "s.tgz") == wanted
    assert node.get("b", "cut.tgz", "archpath=m199").status != 200
    assert counted() == {
        "indexed_n": 1, "indexed_size": len(shard) // 2, "damaged_n": 1,
        "decoded_n": 2, "decoded_size": sum(map(len, wanted)), "written_n": 0,
    }
