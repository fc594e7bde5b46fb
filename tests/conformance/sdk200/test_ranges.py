"""Ranges, a bucket per entry and error marks: SDK 2.0.0 sends or shows them, 1.25.0 cannot."""

import pytest
from aistore.sdk.errors import AISError

from harness import archive

DATA = bytes(range(256)) * 40


@pytest.fixture
def shard(fill):
    fill({"o": DATA, "s.tar": archive.make_tar([("m.bin", DATA), ("n.bin", b"n" * 100)])})


@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "buffered"])
@pytest.mark.parametrize("archpath", [None, "m.bin"])
def test_ranges(client, bck, shard, streaming, archpath):
    batch = client.batch(bucket=bck, streaming_get=streaming)
    ranges = [(0, 10), (100, 1), (len(DATA) - 5, 5), (9000, -1), (0, -1), (None, None)]
    for start, length in ranges:
        batch.add("s.tar" if archpath else "o", archpath=archpath, start=start, length=length)
    got = [data for _, data in batch.get()]
    expected = [DATA[0:10], DATA[100:101], DATA[-5:], DATA[9000:], DATA, DATA]
    assert got == expected


def test_range_outside_the_object(client, bck, shard):
    batch = client.batch(bucket=bck, streaming_get=False, cont_on_err=False)
    batch.add("o", start=len(DATA) - 1, length=2)
    with pytest.raises(AISError, match="not satisfiable range"):
        batch.get()


def test_range_outside_the_object_continues(client, bck, shard):
    batch = client.batch(bucket=bck, streaming_get=False)
    batch.add("o", start=len(DATA), length=-1)
    batch.add("o", start=0, length=1)
    (bad, nothing), (good, data) = batch.get()
    assert nothing == b"" and "not satisfiable range" in bad.err_msg
    assert data == b"\0" and good.err_msg is None and good.size == 1


def test_bucket_per_entry(client, bck, shard, node):
    other = f"{bck.name}-other"
    node.create_bucket(other)
    node.put(other, "o", b"other's")
    batch = client.batch(bucket=bck)
    batch.add("o", length=3)
    batch.add("o", bck=other, provider="ais")
    assert [data for _, data in batch.get()] == [DATA[:3], b"other's"]


def test_streamed_failures_are_marked(client, bck, shard):
    batch = client.batch(bucket=bck)
    batch.add("absent")
    batch.add("s.tar", archpath="absent.bin")
    batch.add("absent.tar", archpath="m.bin")
    batch.add("o", length=1)
    got = list(batch.get())
    assert [bool(info.err_msg) for info, _ in got] == [True, True, True, False]
    assert [data for _, data in got] == [b"", b"", b"", b"\0"]


def test_empty_object_is_no_failure(client, bck, fill):
    fill({"empty": b""})
    [(info, data)] = client.batch(["empty"], bucket=bck).get()
    assert data == b"" and info.err_msg is None


def test_opaque_all_bytes(client, bck, shard):
    batch = client.batch(bucket=bck, streaming_get=False)
    batch.add("o", length=1, opaque=bytes(range(256)))
    [(info, _)] = batch.get()
    assert info.opaque == bytes(range(256))


def test_parallel_reader(bck, fill):
    data = bytes(range(256)) * 40_000
    fill({"big": data})
    with bck.object("big").get_reader(num_workers=4).read_all() as read:
        assert bytes(read.buf) == data


def test_direct_reader(bck, fill):
    """direct=True computes the target from the cluster map itself (http-cluster.md 3)."""
    fill({"o": b"direct"})
    assert bck.object("o").get_reader(direct=True).read_all() == b"direct"
