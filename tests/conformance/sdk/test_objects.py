"""Buckets and objects through the unmodified SDK."""

import pytest
from aistore.sdk import ArchiveConfig, ListObjectFlag
from aistore.sdk.errors import AISError, ErrBckAlreadyExists, ErrBckNotFound, ErrObjNotFound

from harness import archive

NAMES = ["plain", "a/b/c.txt", "sp ace/ü%+#?&=.txt", "日本/語", "l" * 900, "dir.with.dots/.hidden", "q'\"uote"]


def test_cluster_is_ready(client):
    assert client.cluster().is_ready()
    info = client.cluster().get_info()
    assert len(info.tmap) == 1 and len(info.pmap) == 1
    assert client.cluster().get_uuid() == info.uuid and client.cluster().get_primary_url().startswith("http://127.0.0.1:")


def test_bucket_life(client, bucket):
    bck = client.bucket(f"{bucket}-life")
    with pytest.raises(AISError):
        bck.head()
    bck.create()
    with pytest.raises(ErrBckAlreadyExists):
        bck.create()
    bck.create(exist_ok=True)
    assert "Ais-Bucket-Props" in bck.head()
    assert bck.name in [b.name for b in client.cluster().list_buckets()]
    bck.delete()
    assert bck.name not in [b.name for b in client.cluster().list_buckets()]
    with pytest.raises(ErrBckNotFound):
        bck.delete()
    bck.delete(missing_ok=True)


def test_a_bucket_made_again_is_empty(client, bucket):
    bck = client.bucket(bucket)
    bck.object("o").get_writer().put_content(b"old")
    bck.delete()
    bck.create()
    assert bck.list_all_objects() == []
    with pytest.raises(ErrObjNotFound):
        bck.object("o").get_reader().read_all()


@pytest.mark.parametrize("name", NAMES)
def test_object_life(bck, name):
    obj = bck.object(name)
    with pytest.raises(ErrObjNotFound):
        obj.get_reader().read_all()
    obj.get_writer().put_content(b"first content")
    assert obj.get_reader().read_all() == b"first content"
    assert obj.get_reader().attributes.size == 13
    assert [entry.name for entry in bck.list_all_objects()] == [name]
    obj.get_writer().put_content(b"")
    assert obj.get_reader().read_all() == b""
    assert obj.get_reader().attributes.size == 0
    obj.delete()
    with pytest.raises(ErrObjNotFound):
        obj.delete()
    assert bck.list_all_objects() == []


def test_put_file_and_ranges(bck, tmp_path):
    data = bytes(range(256)) * 8192
    path = tmp_path / "file"
    path.write_bytes(data)
    obj = bck.object("f")
    obj.get_writer().put_file(path)
    assert obj.get_reader().read_all() == data
    assert b"".join(obj.get_reader(chunk_size=65_536)) == data
    assert obj.get_reader(byte_range="bytes=1000-1999").read_all() == data[1000:2000]
    assert obj.get_reader(byte_range="bytes=-7").read_all() == data[-7:]
    assert obj.get_reader(byte_range="bytes=2097000-").read_all() == data[2_097_000:]
    with pytest.raises(AISError, match="416|not satisfiable"):
        obj.get_reader(byte_range="bytes=3000000-").read_all()


def test_a_large_object(bck):
    data = bytes(range(251)) * 267_000  # 64 MiB and a bit: past every buffer on the way
    bck.object("big").get_writer().put_content(data)
    assert bck.object("big").get_reader().read_all() == data


def test_members_of_a_shard(bck):
    members = [("a/1.txt", b"one"), ("a/1.json", b"{}"), ("empty", b""), ("b/2.bin", bytes(range(256)) * 100)]
    bck.object("s.tar").get_writer().put_content(archive.make_tar(members))
    for name, data in members:
        reader = bck.object("s.tar").get_reader(archive_config=ArchiveConfig(archpath=name))
        assert reader.read_all() == data
    with pytest.raises(ErrObjNotFound):
        bck.object("s.tar").get_reader(archive_config=ArchiveConfig(archpath="none")).read_all()


def test_missing_bucket(client):
    bck = client.bucket("no-such-bucket")
    for call in (
        lambda: bck.object("o").get_reader().read_all(),
        lambda: bck.object("o").get_writer().put_content(b"x"),
        lambda: bck.list_objects(),
    ):
        with pytest.raises(ErrBckNotFound):
            call()


def test_listing_pages(bck, fill):
    names = sorted(f"d{i % 4}/{i:04d}" for i in range(230))
    fill({name: name.encode() for name in names})
    for page_size in (1, 7, 46, 230, 1000):
        if page_size == 1:
            prefix = "d3/00"
            expected = [name for name in names if name.startswith(prefix)]
        else:
            prefix, expected = "", names
        got = bck.list_all_objects(prefix=prefix, page_size=page_size, props="name,size")
        assert [entry.name for entry in got] == expected
        assert all(entry.size == len(entry.name) for entry in got)
    first = bck.list_objects(page_size=100)
    assert len(first.entries) == 100 and first.continuation_token == names[99]
    assert [entry.name for entry in bck.list_objects_iter(prefix="d2/")] == [n for n in names if n.startswith("d2/")]


def test_listing_flags(bck, fill):
    fill({"x/1": b"1", "x/y/2": b"22", "z": b"333"})
    top = bck.list_objects(flags=[ListObjectFlag.NO_RECURSION]).entries
    assert [(entry.name, entry.size) for entry in top] == [("x/", 0), ("z", 3)]
    inner = bck.list_objects(prefix="x/", flags=[ListObjectFlag.NO_RECURSION]).entries
    assert [entry.name for entry in inner] == ["x/1", "x/y/"]
    names = bck.list_objects(flags=[ListObjectFlag.NAME_ONLY]).entries
    assert [(entry.name, entry.size) for entry in names] == [("x/1", 0), ("x/y/2", 0), ("z", 0)]


def test_listing_props(bck, fill):
    fill({"o": b"hello world\n"})
    [entry] = bck.list_objects(props="name,size,checksum,version,atime").entries
    assert (entry.size, entry.checksum, entry.version) == (12, "5215e13b207d6d8c", "1") and entry.atime
    fill({"o": b"again"})
    [entry] = bck.list_objects(props="name,version").entries
    assert entry.version == "2"


def test_namespaced_bucket(client, bucket):
    from aistore.sdk.namespace import Namespace

    plain, spaced = client.bucket(bucket), client.bucket(bucket, namespace=Namespace(name="team"))
    spaced.create()
    plain.object("o").get_writer().put_content(b"global")
    spaced.object("o").get_writer().put_content(b"team's")
    assert plain.object("o").get_reader().read_all() == b"global"
    assert spaced.object("o").get_reader().read_all() == b"team's"
    spaced.delete()
    assert plain.object("o").get_reader().read_all() == b"global"
