"""The answers of get-batch on the wire: streams, parts, missing entries, late failures, shards (get-batch.md 4 to 8)."""

import random
import tarfile

import pytest

from harness import archive, batch


def filling(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


@pytest.fixture
def objects(node, bucket):
    sizes = [0, 1, 511, 512, 513, 1024, 65_536, 65_537, 131_072, 262_144, 1_000_000, 3_000_000]
    data = {f"o{i}": filling(i, size) for i, size in enumerate(sizes)}
    for name, content in data.items():
        node.put(bucket, name, content)
    return data


@pytest.fixture(scope="module")
def shard(node):
    """One TAR of 300 members and the node that holds it, in bucket `shards`."""
    node.create_bucket("shards")
    members = [(f"d{i % 5}/m{i:03d}.bin", filling(i, i * 37 % 9000)) for i in range(300)]
    node.put("shards", "s.tar", archive.make_tar(members))
    return dict(members)


@pytest.mark.parametrize("strm", [True, False])
def test_every_size_in_random_order(node, bucket, objects, strm):
    order = random.Random(7)
    for _ in range(5):
        names = order.choices(list(objects), k=40)
        got = batch.get_batch(node, names, bucket, strm=strm)
        assert got.names == [f"{bucket}/{name}" for name in names]
        assert got.contents == [objects[name] for name in names]
        if not strm:
            assert [out["size"] for out in got.out] == [len(objects[name]) for name in names]


@pytest.mark.parametrize("strm", [True, False])
def test_members_ranges_and_objects_mixed(node, shard, strm):
    order = random.Random(11)
    node.put("shards", "whole", b"w" * 1000)
    entries, expected = [], []
    for _ in range(400):
        name = order.choice(list(shard))
        start = order.randrange(0, max(1, len(shard[name])))
        kind = order.randrange(4)
        if kind == 0:
            entries.append({"objname": "whole"})
            expected.append(b"w" * 1000)
        elif kind == 1 and shard[name]:
            length = order.randrange(1, len(shard[name]) - start + 1)
            entries.append({"objname": "s.tar", "archpath": name, "start": start, "length": length})
            expected.append(shard[name][start : start + length])
        else:
            entries.append({"objname": "s.tar", "archpath": name})
            expected.append(shard[name])
    assert batch.get_batch(node, entries, "shards", strm=strm).contents == expected


def test_leading_slash_is_not_doubled(node, shard):
    name = next(iter(shard))
    got = batch.get_batch(node, [{"objname": "s.tar", "archpath": "/" + name}], "shards", strm=True)
    assert got.names == [f"shards/s.tar/{name}"] and got.contents == [shard[name]]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_kind_of_tar_is_read(node, bucket, form):
    long_name = "x" * 90 + "/" + "y" * 60 + ".bin"
    members = [("a.txt", b"a"), (long_name, b"long"), ("sub/b.txt", b"b" * 700)]
    if form != tarfile.USTAR_FORMAT:
        members += [("z" * 240, b"longer than ustar can"), ("файл.txt", b"unicode")]
    node.put(bucket, "s.tar", archive.make_tar(members, form))
    got = batch.get_batch(node, [{"objname": "s.tar", "archpath": name} for name, _ in members], bucket)
    assert got.contents == [data for _, data in members]


def test_shard_without_a_known_suffix(node, bucket):
    node.put(bucket, "shard-without-suffix", archive.make_tar([("a", b"inside")]))
    got = batch.get_batch(node, [{"objname": "shard-without-suffix", "archpath": "a"}], bucket)
    assert got.contents == [b"inside"]


def test_first_member_of_a_name_wins(node, bucket):
    node.put(bucket, "s.tar", archive.make_tar([("a", b"first"), ("b", b"x"), ("a", b"second")]))
    assert batch.get_batch(node, [{"objname": "s.tar", "archpath": "a"}], bucket).contents == [b"first"]


def test_no_directories_no_nesting(node, bucket):
    inner = archive.make_tar([("a.txt", b"a")])
    node.put(bucket, "s.tar", archive.make_tar([("dir/x", b"x"), ("inner.tar", inner)]))
    for path in ("dir", "inner.tar/a.txt"):
        assert batch.ask(node, [{"objname": "s.tar", "archpath": path}], bucket).error(404)["tcode"] == "ErrNotFound"
    assert batch.get_batch(node, [{"objname": "s.tar", "archpath": "inner.tar"}], bucket).contents == [inner]


def test_empty_shard(node, bucket):
    node.put(bucket, "e.tar", b"")
    error = batch.ask(node, [{"objname": "e.tar", "archpath": "a"}], bucket).error(404)
    assert error["message"].endswith(f"]: a in ais://{bucket}/e.tar does not exist")


def test_a_shard_that_changes(node, bucket):
    """The index of the old shard must not serve the new one."""
    for version in range(5):
        members = [(f"pad{version}", b"p" * 777 * version), ("a", b"version %d" % version)]
        node.put(bucket, "s.tar", archive.make_tar(members))
        for _ in range(2):
            assert batch.get_batch(node, [{"objname": "s.tar", "archpath": "a"}], bucket).contents == [b"version %d" % version]
    node.request("DELETE", f"/v1/objects/{bucket}/s.tar?provider=ais")
    batch.ask(node, [{"objname": "s.tar", "archpath": "a"}], bucket).error(404)


# Failures -------------------------------------------------------------------------------------------------------------


def test_missing_entries_continue(node, bucket, objects, shard):
    entries = [
        {"objname": "o5"},
        {"objname": "absent"},
        {"objname": "s.tar", "bucket": "shards", "archpath": "absent.bin"},
        {"objname": "absent.tar", "archpath": "a"},
        {"objname": "o6", "archpath": "a"},
        {"objname": "o5", "start": 2000, "length": 5},
        {"objname": "o1"},
    ]
    names = [
        f"{bucket}/o5",
        f"__404__/{bucket}/absent",
        "__404__/shards/s.tar/absent.bin",
        f"__404__/{bucket}/absent.tar/a",
        f"__404__/{bucket}/o6/a",
        f"__404__/{bucket}/o5",
        f"{bucket}/o1",
    ]
    got = batch.get_batch(node, entries, bucket, coer=True)
    assert got.names == names
    assert got.contents == [objects["o5"], b"", b"", b"", b"", b"", objects["o1"]]
    texts = [out.get("err_msg") for out in got.out]
    assert texts[0] is None and texts[6] is None
    assert texts[1].endswith(f"ais://{bucket}/absent does not exist")
    assert texts[2].endswith("absent.bin in ais://shards/s.tar does not exist")
    assert texts[3].endswith(f"ais://{bucket}/absent.tar does not exist")
    assert texts[4] == 'unrecognized or unsupported file format: "o6"'
    assert texts[5] == "size=1024: not satisfiable range [start=2000,length=5]"
    assert all(out["size"] == 0 for out in got.out[1:6])
    assert batch.get_batch(node, entries, bucket, coer=True, strm=True).names == names


def test_soft_error_limit(node, bucket, objects):
    missing = [f"absent{i}" for i in range(9)]
    assert len(batch.get_batch(node, [*missing[:8], "o1"], bucket, coer=True).members) == 9
    error = batch.ask(node, [*missing, "o1"], bucket, coer=True).error(400)
    assert "exceeded soft-errors limit: 9 (max: 8)" in error["message"]


def test_soft_error_limit_is_an_option(start_node):
    node = start_node(toml="[plugin.moss]\nmax_soft_errs = 2\n")
    node.create_bucket("b")
    assert len(batch.get_batch(node, ["a", "b"], "b", coer=True).members) == 2
    assert "limit: 3 (max: 2)" in batch.ask(node, ["a", "b", "c"], "b", coer=True).error(400)["message"]


def test_first_failure_in_order_decides(node, bucket, objects):
    entries = [{"objname": "o1"}, {"objname": "o1", "start": 5, "length": 5}, {"objname": "absent"}]
    assert batch.ask(node, entries, bucket).error(400)["tcode"] == "ErrRangeNotSatisfiable"
    assert batch.ask(node, [entries[0], entries[2], entries[1]], bucket).error(404)["tcode"] == "ErrNotFound"


@pytest.mark.parametrize("position", [0, 1, 20, 39])
def test_late_failures_have_a_trailer(node, bucket, objects, position):
    """A streamed strict batch fails after the 200: the archive ends validly, a trailer tells (get-batch.md 5, Bryo)."""
    names = (list(objects) * 4)[:40]
    entries = [*names[:position], "absent", *names[position:]]
    answer = batch.ask(node, entries, bucket, strm=True)
    assert answer.status == 200
    got = batch.parse(answer)
    assert got.contents == [objects[name] for name in names[:position]]
    announced = [name.strip() for name in answer.header("Trailer").split(",")]
    carried = [value for name, value in answer.trailers if name in announced]
    assert any(f"ais://{bucket}/absent does not exist" in value for value in carried), answer.trailers


def test_success_has_no_error_in_its_trailer(node, bucket, objects):
    answer = batch.ask(node, list(objects), bucket, strm=True)
    assert batch.parse(answer).contents == list(objects.values())
    assert not any("does not exist" in value for _, value in answer.trailers)


@pytest.mark.parametrize("name", ["bad.tar", "cut-in-header.tar", "cut-in-member.tar", "bad-checksum.tar", "huge-size.tar"])
@pytest.mark.parametrize("coer", [True, False])
def test_hostile_tars(node, bucket, name, coer):
    good = archive.make_tar([("a", b"A" * 2000), ("b", b"B" * 2000)])
    bad_checksum = bytearray(good)
    bad_checksum[3000] ^= 0xFF
    wrong = bytearray(good)
    wrong[2560 + 148] ^= 0x07  # checksum of the second header
    huge = bytearray(good)
    huge[2560 + 124 : 2560 + 136] = b"\x80\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"  # base-256 size of 2^87
    data = {
        "bad.tar": b"this is no archive at all" * 100,
        "cut-in-header.tar": good[: 2560 + 200],
        "cut-in-member.tar": good[: 2560 + 512 + 700],
        "bad-checksum.tar": bytes(wrong),
        "huge-size.tar": bytes(huge),
    }[name]
    node.put(bucket, name, data)
    node.put(bucket, "good", b"good")
    entries = [{"objname": "good"}, {"objname": name, "archpath": "b"}, {"objname": "good"}]
    if coer:
        got = batch.get_batch(node, entries, bucket, coer=True)
        assert got.contents == [b"good", b"", b"good"] and got.names[1] == f"__404__/{bucket}/{name}/b"
        assert got.out[1]["err_msg"]
    else:
        answer = batch.ask(node, entries, bucket)
        assert answer.error()["status"] in (400, 404), answer.body
        assert answer.status == 400, "a broken shard is the shard's fault, not a missing member"


def test_tar_full_of_strange_headers(node, bucket):
    """Links, devices, directories, global PAX records, sparse marks: skipped; the plain file among them is found."""
    import io

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "x" * 2000}) as tar:
        for name, kind in (("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("dir", tarfile.DIRTYPE), ("fifo", tarfile.FIFOTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "../../etc/passwd"
            tar.addfile(info)
        info = tarfile.TarInfo("plain.txt")
        info.size = 5
        tar.addfile(info, io.BytesIO(b"plain"))
    node.put(bucket, "strange.tar", out.getvalue())
    assert batch.get_batch(node, [{"objname": "strange.tar", "archpath": "plain.txt"}], bucket).contents == [b"plain"]
    for name in ("link", "hard", "dir", "fifo"):
        assert batch.ask(node, [{"objname": "strange.tar", "archpath": name}], bucket).status in (400, 404)


def test_random_damage_never_harms_the_node(node, bucket):
    """A seeded fuzz of shards: any answer in the documented shape, never a dropped connection."""
    order = random.Random(20)
    good = archive.make_tar([(f"m{i}", filling(i, 700)) for i in range(12)], tarfile.GNU_FORMAT)
    for round_number in range(60):
        data = bytearray(good)
        for _ in range(order.randrange(1, 30)):
            at = order.randrange(0, 12) * 1536 + order.randrange(0, 512) if order.random() < 0.7 else order.randrange(len(data))
            data[at % len(data)] = order.randrange(256)
        node.put(bucket, "f.tar", bytes(data[: order.randrange(100, len(data))] if order.random() < 0.3 else data))
        answer = batch.ask(node, [{"objname": "f.tar", "archpath": f"m{order.randrange(12)}"} for _ in range(3)], bucket)
        assert answer.complete
        if answer.status != 200:
            answer.error()
        else:
            batch.parse(answer)
        strict = batch.ask(node, [{"objname": "f.tar", "archpath": "m3"}], bucket, coer=True, strm=True)
        assert len(batch.parse(strict).members) == 1, f"round {round_number}"
