"""bsdtar, whose formats are libarchive's: what it writes the node reads, what the node writes it reads."""

import subprocess

import pytest

from harness import shards

MEMBERS = shards.contents()
WRITTEN = {
    "ustar.tar": ["--format", "ustar"],
    "pax.tar": ["--format", "pax"],
    "gnu.tar": ["--format", "gnutar"],
    "s.tgz": ["-z"],
    "s.tar.gz": ["-z", "--options", "gzip:compression-level=9"],
    "deflated.zip": ["--format", "zip"],
    "stored.zip": ["--format", "zip", "--options", "zip:compression=store"],
    "s.tar.lz4": ["--lz4"],
    "checked.tar.lz4": ["--lz4", "--options", "lz4:block-checksum,lz4:block-size=4"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("members")
    for name, content in MEMBERS:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


@pytest.mark.parametrize("name", WRITTEN)
def test_what_bsdtar_writes_is_read(node, bucket, folder, tmp_path, name):
    members = [m for m in MEMBERS if not ("ustar" in name and len(m[0]) > 100)]
    shard = tmp_path / name
    shards.run(["bsdtar", "-c", *WRITTEN[name], "-f", str(shard), *(m for m, _ in members)], cwd=folder)
    node.put(bucket, name, shard.read_bytes())
    shards.check_reads(node, bucket, name, members)


@pytest.mark.parametrize("mime", [".tar", ".tgz", ".zip", ".tar.lz4"])
def test_what_the_node_writes_bsdtar_reads(node, bucket, tmp_path, mime):
    shard = tmp_path / f"written{mime}"
    shard.write_bytes(shards.write(node, bucket, mime, MEMBERS))
    listed = subprocess.run(["bsdtar", "-tf", shard], capture_output=True, text=True, check=True).stdout.split()
    assert listed == [name for name, _ in MEMBERS]
    assert shards.run(["bsdtar", "-xOf", str(shard)]) == b"".join(content for _, content in MEMBERS)
