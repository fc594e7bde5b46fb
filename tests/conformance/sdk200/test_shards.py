"""Archived files through the official SDK: one, and many as a TAR."""

import io
import tarfile

import pytest
from aistore.sdk.archive_config import ArchiveConfig, ArchiveMode
from aistore.sdk.errors import AISError

from harness import archive

MEMBERS = [("a/1.txt", b"one"), ("a/1.json", b"{}"), ("b/2.txt", b"two two"), ("b/2.jpg", bytes(9000))]


@pytest.fixture
def shard(bck, fill):
    fill({"s.tar": archive.make_tar(MEMBERS)})
    return bck.object("s.tar")


def test_one_file(shard):
    for name, data in MEMBERS:
        assert shard.get_reader(archive_config=ArchiveConfig(archpath=name)).read_all() == data
    with pytest.raises(AISError, match="none.txt in ais://.* does not exist"):
        shard.get_reader(archive_config=ArchiveConfig(archpath="none.txt")).read_all()


@pytest.mark.parametrize(
    "mode, regex, names",
    [
        (ArchiveMode.WDSKEY, "a/1", ["a/1.txt", "a/1.json"]),
        (ArchiveMode.PREFIX, "b/", ["b/2.txt", "b/2.jpg"]),
        (ArchiveMode.SUFFIX, ".txt", ["a/1.txt", "b/2.txt"]),
        (ArchiveMode.SUBSTR, "2.", ["b/2.txt", "b/2.jpg"]),
        (ArchiveMode.REGEXP, r"^[ab]/\d\.(jpg|json)$", ["a/1.json", "b/2.jpg"]),
    ],
)
def test_many_files(shard, mode, regex, names):
    data = shard.get_reader(archive_config=ArchiveConfig(regex=regex, mode=mode)).read_all()
    with tarfile.open(fileobj=io.BytesIO(data)) as answer:
        assert {m.name: answer.extractfile(m).read() for m in answer} == {n: d for n, d in MEMBERS if n in names}
        assert answer.getnames() == names


def test_no_match(shard):
    with pytest.raises(AISError, match=r"\(archregx=zzz, archmode=prefix\) in ais://.*/s.tar does not exist"):
        shard.get_reader(archive_config=ArchiveConfig(regex="zzz", mode=ArchiveMode.PREFIX)).read_all()


def test_list_archive(bck, shard):
    entries = bck.list_archive("s.tar")
    assert {entry.name: entry.size for entry in entries} == {f"s.tar/{name}": len(data) for name, data in MEMBERS}
    whole = bck.list_archive("s.tar", include_archive_obj=True)
    assert [entry.name for entry in whole] == ["s.tar", *sorted(f"s.tar/{name}" for name, _ in MEMBERS)]
