"""Writing objects piece by piece, and changing them, through the unmodified SDK."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from aistore.sdk.errors import AISError, ErrObjNotFound


def test_append_content(bck):
    obj = bck.object("appended")
    writer = obj.get_writer()
    handle = writer.append_content(b"one,")
    handle = writer.append_content(b"two,", handle=handle)
    with pytest.raises(ErrObjNotFound):
        obj.get_reader().read_all()
    assert writer.append_content(b"", handle=handle, flush=True) == ""
    assert obj.get_reader().read_all() == b"one,two,"


def test_append_to_an_object(bck):
    obj = bck.object("o")
    obj.get_writer().put_content(b"before,")
    handle = obj.get_writer().append_content(b"after")
    assert obj.get_reader().read_all() == b"before,"
    obj.get_writer().append_content(b"", handle=handle, flush=True)
    assert obj.get_reader().read_all() == b"before,after"


def test_as_file(bck):
    obj = bck.object("file")
    with obj.get_writer().as_file(mode="w") as file:
        file.write(b"a" * 100_000)
        file.write(b"b")
        file.flush()
        assert obj.get_reader().read_all() == b"a" * 100_000 + b"b"
        file.write(b"c")
    assert obj.get_reader().read_all() == b"a" * 100_000 + b"bc"
    with obj.get_writer().as_file(mode="a") as file:
        file.write(b"d")
    assert obj.get_reader().read_all() == b"a" * 100_000 + b"bcd"
    with obj.get_writer().as_file(mode="w") as file:
        file.write(b"new")
    assert obj.get_reader().read_all() == b"new"


def test_append_with_a_used_handle(bck):
    writer = bck.object("o").get_writer()
    handle = writer.append_content(b"one,")
    writer.append_content(b"two,", handle=handle)
    with pytest.raises(AISError, match="used already"):
        writer.append_content(b"two,", handle=handle)


def test_multipart_upload(bck):
    obj = bck.object("parts")
    parts = {number: bytes([number]) * (300_000 + number) for number in range(1, 8)}
    upload = obj.multipart_upload().create()
    writers = {number: upload.add_part(number) for number in parts}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: writers[number].put_content(parts[number]), reversed(parts)))
    with pytest.raises(ErrObjNotFound):
        obj.get_reader().read_all()
    upload.complete()
    whole = b"".join(parts.values())
    assert obj.get_reader().read_all() == whole
    assert obj.get_reader(byte_range="bytes=299990-300020").read_all() == whole[299_990:300_021]
    flags = [entry.flags for entry in bck.list_all_objects() if entry.name == "parts"]
    assert flags == [8192 | 64]


def test_multipart_part_sent_twice(bck, tmp_path):
    upload = bck.object("o").multipart_upload().create()
    upload.add_part(1).put_content(b"wrong")
    path = tmp_path / "part"
    path.write_bytes(b"right")
    upload.add_part(1).put_file(path)
    upload.complete()
    assert bck.object("o").get_reader().read_all() == b"right"


def test_multipart_abort(bck):
    obj = bck.object("o")
    upload = obj.multipart_upload().create()
    upload.add_part(1).put_content(b"x")
    upload.abort()
    with pytest.raises(AISError):
        upload.complete()
    with pytest.raises(ErrObjNotFound):
        obj.get_reader().read_all()


def test_custom_properties(bck):
    obj = bck.object("o")
    obj.get_writer().put_content(b"x")
    obj.get_writer().set_custom_props({"a": "1", "b": "2"})
    assert obj.get_reader().attributes.custom_metadata == {"a": "1", "b": "2"}
    obj.get_writer().set_custom_props({"b": "3"})
    assert obj.get_reader().attributes.custom_metadata == {"a": "1", "b": "3"}
    obj.get_writer().set_custom_props({"c": "4"}, replace_existing=True)
    assert obj.get_reader().attributes.custom_metadata == {"c": "4"}


def test_copy(bck, client, bucket):
    obj = bck.object("dir/o")
    obj.get_writer().put_content(b"content")
    other = client.bucket(f"{bucket}-to").create()
    obj.copy(other.object("copy"))
    assert other.object("copy").get_reader().read_all() == b"content"
    assert obj.get_reader().read_all() == b"content"
    with pytest.raises(ErrObjNotFound):
        bck.object("none").copy(other.object("copy"))


def test_blob_download_is_for_remote_buckets(bck):
    bck.object("o").get_writer().put_content(b"x")
    with pytest.raises(AISError, match="expecting remote bucket"):
        bck.object("o").blob_download()
