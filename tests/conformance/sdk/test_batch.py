"""Batch through the unmodified SDK: every variant that both supported versions can send."""

import io
import tarfile

import aistore
import pytest
from aistore.sdk.enums import Colocation
from aistore.sdk.errors import AISError, ErrBckNotFound, ErrObjNotFound

from harness import archive

# SDK 2.0.0 refuses to send 2; 1.25.0 does, and it acts as 1 (get-batch.md 3).
COLOCATIONS = list(Colocation)[: 3 if aistore.__version__ == "1.25.0" else 2]
SIZES = [0, 1, 511, 512, 513, 10_000, 300_000, 2_000_000]


def content(i: int, size: int) -> bytes:
    return bytes((i * 7 + j * 31) % 251 for j in range(min(size, 4096))) * (size // 4096 + 1) if size else b""


@pytest.fixture
def objects(fill):
    return fill({f"dir{i % 3}/o{i:02d}.bin": content(i, size)[:size] for i, size in enumerate(SIZES)})


@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "buffered"])
def test_objects_in_order(client, bck, objects, streaming):
    names = list(objects)[::-1] + list(objects)[:2]
    got = list(client.batch(names, bucket=bck, streaming_get=streaming).get())
    assert [info.obj_name for info, _ in got] == names
    assert [data for _, data in got] == [objects[name] for name in names]
    if not streaming:
        assert [info.size for info, _ in got] == [len(objects[name]) for name in names]
        assert {(info.bucket, info.provider) for info, _ in got} == {(bck.name, "ais")}


@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "buffered"])
@pytest.mark.parametrize("colocation", COLOCATIONS)
@pytest.mark.parametrize("only_name", [False, True])
def test_options_do_not_change_the_content(client, bck, objects, streaming, colocation, only_name):
    batch = client.batch(
        list(objects), bucket=bck, streaming_get=streaming, colocation=colocation, only_obj_name=only_name, cont_on_err=False
    )
    assert [data for _, data in batch.get()] == list(objects.values())


def test_decode_as_stream(client, bck, objects):
    batch = client.batch(list(objects), bucket=bck, streaming_get=False)
    assert [data for _, data in batch.get(decode_as_stream=True)] == list(objects.values())


@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "buffered"])
def test_members_of_shards(client, bck, fill, streaming):
    members = [(f"img/{i:03d}.jpg", content(i, 3000 + i)) for i in range(50)]
    fill({"train-0.tar": archive.make_tar(members), "plain": b"whole"})
    wanted = [members[i] for i in (49, 0, 7, 7, 23)]
    batch = client.batch(bucket=bck, streaming_get=streaming)
    for name, _ in wanted:
        batch.add("train-0.tar", archpath=name)
    batch.add("plain")
    got = list(batch.get())
    assert [(info.archpath, data) for info, data in got[:-1]] == wanted
    assert got[-1][1] == b"whole"


def test_opaque_comes_back(client, bck, fill):
    """All byte values: SDK 1.25.0 sends the URL-safe alphabet, which the reference refuses (get-batch.md 2, Bryo)."""
    fill({"o": b"x"})
    opaque = bytes(range(256))
    batch = client.batch(bucket=bck, streaming_get=False)
    batch.add("o", opaque=opaque)
    [(info, data)] = list(batch.get())
    assert data == b"x"
    assert info.opaque == opaque


def test_opaque_of_plain_letters_comes_back(client, bck, fill):
    fill({"o": b"x"})
    batch = client.batch(bucket=bck, streaming_get=False)
    batch.add("o", opaque=b"user-id-123")
    [(info, _)] = list(batch.get())
    assert info.opaque == b"user-id-123"


def test_objects_of_several_buckets(client, bck, fill, node, request):
    other_name = f"{bck.name}-other"
    node.create_bucket(other_name)
    other = client.bucket(other_name)
    fill({"same": b"first"})
    other.object("same").get_writer().put_content(b"second")
    got = list(client.batch([bck.object("same"), other.object("same"), bck.object("same")]).get())
    assert [data for _, data in got] == [b"first", b"second", b"first"]


@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "buffered"])
def test_missing_objects_become_empty_members(client, bck, objects, streaming):
    first = next(iter(objects))
    got = list(client.batch([first, "absent", "dir0/o06.bin"], bucket=bck, streaming_get=streaming).get())
    assert [data for _, data in got] == [objects[first], b"", objects["dir0/o06.bin"]]
    if not streaming:
        assert got[1][0].err_msg.endswith(f"ais://{bck.name}/absent does not exist")
        assert got[0][0].err_msg is None and got[2][0].err_msg is None


def test_strict_batch_with_a_missing_object_raises(client, bck, objects):
    with pytest.raises(ErrObjNotFound, match=f"ais://{bck.name}/absent does not exist"):
        client.batch([next(iter(objects)), "absent"], bucket=bck, streaming_get=False, cont_on_err=False).get()


def test_missing_bucket_raises(client):
    with pytest.raises(ErrBckNotFound, match="ais://no-such-bucket"):
        client.batch(["o"], bucket=client.bucket("no-such-bucket")).get()


def test_bad_request_raises_with_the_reason(client, bck, fill):
    fill({"o": b"x"})
    with pytest.raises(AISError, match="a/../b"):
        client.batch(["a/../b"], bucket=bck).get()


def test_raw_answer_is_the_archive(client, bck, objects):
    raw = client.batch(list(objects), bucket=bck).get(raw=True)
    data = raw.read()
    raw.close()
    assert [(m.name, m.data) for m in archive.read_tar(data)] == [(f"{bck.name}/{n}", d) for n, d in objects.items()]
    with tarfile.open(fileobj=io.BytesIO(data)) as opened:  # and Python's own reader agrees
        assert opened.getnames() == [f"{bck.name}/{name}" for name in objects]


def test_the_same_object_many_times(client, bck, fill):
    fill({"o": content(1, 5000)})
    got = list(client.batch(["o"] * 300, bucket=bck).get())
    assert len(got) == 300 and all(data == content(1, 5000) for _, data in got)


def test_a_large_batch(client, bck, fill):
    objects = fill({f"n/{i:04d}": b"%d" % i * 20 for i in range(500)})
    names = [f"n/{(i * 37) % 500:04d}" for i in range(5000)]
    got = list(client.batch(names, bucket=bck).get())
    assert [data for _, data in got] == [objects[name] for name in names]


def test_a_batch_object_is_reusable(client, bck, fill):
    fill({"a": b"1", "b": b"2"})
    batch = client.batch(["a"], bucket=bck)
    assert [data for _, data in batch.get()] == [b"1"]
    batch.add("b")
    assert [data for _, data in batch.get()] == [b"2"]
