"""bryo archive append."""

import os

import pytest

from harness.shard_reader import FORMATS, members_of


@pytest.mark.parametrize("extension", FORMATS)
def test_append(bryo, bucket, node, folder, extension, members):
    shard = f"ais://{bucket}/a{extension}"
    told = bryo("archive", "append", "data/top.txt", shard, code=1).err.decode()
    assert "--create makes the shard" in told
    bryo("archive", "append", "data/top.txt", shard, "--archpath", "first.txt", "--create")
    ran = bryo("archive", "append", "data", shard, "--json")
    assert ran.json["members"] == 5
    assert members_of(node.get(bucket, f"a{extension}").body, extension) == [("first.txt", b"t"), *sorted(members)]
    assert bryo("archive", "get", f"{shard}/dog/1.jpg", "-").out == b"dog"


def test_a_name_is_not_appended_twice(bryo, bucket, node, folder):
    shard = f"ais://{bucket}/a.tar"
    bryo("archive", "append", "data/cat", shard, "--create")
    (folder / "cat" / "1").write_bytes(b"begins names of others")
    before = node.get(bucket, "a.tar").body
    told = bryo("archive", "append", "data/cat", shard, code=1).err.decode()
    assert f"{shard}/1.cls exists" in told and "--skip-existing" in told and node.get(bucket, "a.tar").body == before
    assert bryo("archive", "append", "data/cat", shard, "--skip-existing", "--json").json["members"] == 1
    assert [name for name, _ in members_of(node.get(bucket, "a.tar").body, ".tar")] == ["1.cls", "1.jpg", "10.jpg", "1"]


def test_what_cannot_be_appended_changes_nothing(bryo, bucket, node, folder):
    told = bryo("archive", "append", "data/top.txt", "ais://no-such-bucket/a.tar", code=1).err.decode()
    assert "no-such-bucket" in told and "--create" not in told
    bryo("archive", "append", "data/top.txt", f"ais://{bucket}/a.zip", "--create")
    before = node.get(bucket, "a.zip").body
    for name in ("../up", "a/../../up", "/abs", "a//", ".."):
        assert "is no name in a shard" in bryo("archive", "append", "data/cat/1.jpg", f"ais://{bucket}/a.zip", "--archpath", name, code=2).err.decode()
    assert "does not exist" in bryo("archive", "append", "data/absent", f"ais://{bucket}/a.zip", code=1).err.decode()
    assert node.get(bucket, "a.zip").body == before


def test_names_that_are_not_utf8(bryo, bucket, node, folder):
    """put keeps them and says that lists will not show them; append says that it cannot, before it appends others."""
    (folder / "cat" / os.fsdecode(b"\xff\xfe.bin")).write_bytes(b"latin")
    ran = bryo("archive", "append", "data/cat", f"ais://{bucket}/a.tar", "--create", code=1)
    assert b"cannot be appended" in ran.err and b"\xff\xfe.bin" in ran.err and node.get(bucket, "a.tar").status == 404
    assert b"will not show" in bryo("archive", "put", "data/cat", f"ais://{bucket}/p.tar").err
    assert b"will not show" not in bryo("archive", "put", "data/dog", f"ais://{bucket}/q.tar").err
    assert bryo("archive", "get", f"ais://{bucket}/p.tar/" + os.fsdecode(b"\xff\xfe.bin"), "-").out == b"latin"
