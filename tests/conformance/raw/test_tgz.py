"""TGZ beside gzip, pigz, GNU tar and Python: either reads what the other writes."""

import gzip
import io
import tarfile

import pytest

from harness import archive, batch, shards

ENABLE = '[plugins]\nenable = ["moss", "archive_tar", "archive_tgz"]\n[plugin.archive_tgz]\nrestart_span = "64KiB"\n'
MEMBERS = shards.contents()


@pytest.fixture(scope="module")
def tgz_node(tmp_path_factory):
    from harness.node import Node

    node = Node(tmp_path_factory.mktemp("tgz") / "data", ENABLE).start()
    node.create_bucket("b")
    yield node
    node.stop()
    assert "Sanitizer" not in node.log(), node.log_tail(80)


@pytest.mark.parametrize("tool", ["gzip -1", "gzip -9", "pigz", "pigz -1 -i -b 128", "pigz -11 -I 1"])
def test_what_tools_write_is_read(tgz_node, tool):
    tgz_node.put("b", "s.tgz", shards.run([*tool.split(), "-c"], archive.make_tar(MEMBERS)))
    shards.check_reads(tgz_node, "b", "s.tgz", MEMBERS)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_python_writes_is_read(tgz_node, form):
    tgz_node.put("b", "s.tar.gz", gzip.compress(archive.make_tar(MEMBERS, form)))
    shards.check_reads(tgz_node, "b", "s.tar.gz", MEMBERS)


def test_what_gnu_tar_writes_is_read(tgz_node, tmp_path):
    for name, content in MEMBERS:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for form in ("gnu", "posix", "ustar"):
        data = shards.run(["tar", "-czf", "-", f"--format={form}", "-C", str(tmp_path), *[name for name, _ in MEMBERS]])
        tgz_node.put("b", "gnu.tgz", data)
        shards.check_reads(tgz_node, "b", "gnu.tgz", MEMBERS)


def test_gzip_members_one_after_the_other(tgz_node):
    tar = archive.make_tar(MEMBERS)
    cuts = [0, 1000, 700_000, 1_500_001, len(tar)]
    parts = [gzip.compress(tar[cuts[i] : cuts[i + 1]], 1 + 2 * i) for i in range(4)]
    tgz_node.put("b", "parts.tgz", b"".join(parts))
    shards.check_reads(tgz_node, "b", "parts.tgz", MEMBERS)


@pytest.mark.parametrize("mime", [".tgz", ".tar.gz", "application/gzip"])
def test_what_is_written_is_read_by_others(tgz_node, mime):
    data = shards.write(tgz_node, "b", mime, MEMBERS)
    assert data[:10].hex() == "1f8b08000000000004ff"
    for tool in ("gzip", "pigz"):
        shards.check_tar(shards.run([tool, "-d", "-c"], data), MEMBERS)
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as python:
        assert [(info.name, python.extractfile(info).read()) for info in python] == MEMBERS
    assert shards.run(["tar", "-tzf", "-"], data).decode().splitlines() == [name for name, _ in MEMBERS]
    tgz_node.put("b", "own.tgz", data)
    shards.check_reads(tgz_node, "b", "own.tgz", MEMBERS)


def test_the_content_type(tgz_node):
    tgz_node.put("b", "o", b"x")
    assert batch.ask(tgz_node, ["o"], "b", mime=".tgz", strm=True).header("Content-Type") == "application/gzip"


def test_the_index_outlives_the_node(start_node):
    node = start_node(ENABLE)
    node.create_bucket("b")
    node.put("b", "s.tgz", archive.make_tgz(MEMBERS))
    shards.check_reads(node, "b", "s.tgz", MEMBERS)
    node.restart()
    shards.check_reads(node, "b", "s.tgz", MEMBERS)
