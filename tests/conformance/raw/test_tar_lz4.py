"""TAR.LZ4 beside the tool lz4 and GNU tar: either reads what the other writes."""

import pytest

from harness import archive, batch, shards

ENABLE = '[plugins]\nenable = ["moss", "archive_tar", "archive_tar_lz4"]\n[plugin.archive_tar_lz4]\nlinked_span = "64KiB"\n'
MEMBERS = shards.contents()


@pytest.fixture(scope="module")
def lz4_node(tmp_path_factory):
    from harness.node import Node

    node = Node(tmp_path_factory.mktemp("lz4") / "data", ENABLE).start()
    node.create_bucket("b")
    yield node
    node.stop()
    assert "Sanitizer" not in node.log(), node.log_tail(80)


@pytest.mark.parametrize(
    "options",
    ["-1", "-9", "-12", "-B4", "-B4D", "-B5D -9", "-B6", "-B7", "-B7D", "-BX", "-BX --content-size", "--no-frame-crc", "-B4D -BX --no-frame-crc"],
)
def test_what_lz4_writes_is_read(lz4_node, options):
    data = shards.run(["lz4", *options.split(), "-c"], archive.make_tar(MEMBERS))
    lz4_node.put("b", "s.tar.lz4", data)
    shards.check_reads(lz4_node, "b", "s.tar.lz4", MEMBERS)


def test_frames_one_after_the_other(lz4_node):
    tar = archive.make_tar(MEMBERS)
    skipped = b"\x55\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"notes"
    cuts = [0, 1000, 700_000, 1_500_001, len(tar)]
    frames = [shards.run(["lz4", f"-B{4 + i}{'D' if i % 2 else ''}", "-c"], tar[cuts[i] : cuts[i + 1]]) for i in range(4)]
    lz4_node.put("b", "frames.tar.lz4", skipped + skipped.join(frames))
    shards.check_reads(lz4_node, "b", "frames.tar.lz4", MEMBERS)


def test_it_is_recognised_without_its_extension(lz4_node):
    lz4_node.put("b", "shard", shards.run(["lz4", "-c"], archive.make_tar(MEMBERS[:5])))
    shards.check_reads(lz4_node, "b", "shard", MEMBERS[:5])


@pytest.mark.parametrize("mime", [".tar.lz4", "tar.lz4", "application/x-lz4"])
def test_what_is_written_is_read_by_lz4_and_tar(lz4_node, mime):
    data = shards.write(lz4_node, "b", mime, MEMBERS)
    assert data[:7].hex() == "04224d186050fb"
    shards.check_tar(shards.run(["lz4", "-d", "-c"], data), MEMBERS)
    lz4_node.put("b", "own.tar.lz4", data)
    shards.check_reads(lz4_node, "b", "own.tar.lz4", MEMBERS)


def test_the_content_type(lz4_node):
    lz4_node.put("b", "o", b"x")
    answer = batch.ask(lz4_node, ["o"], "b", mime=".tar.lz4", strm=True)
    assert answer.header("Content-Type") == "application/x-lz4"


def test_what_is_not_read_says_why(lz4_node):
    legacy = shards.run(["lz4", "-l", "-c"], archive.make_tar(MEMBERS[:3]))
    lz4_node.put("b", "legacy.tar.lz4", legacy)
    message = lz4_node.request("GET", "/v1/objects/b/legacy.tar.lz4?archpath=empty").error(400)["message"]
    assert "ais://b/legacy.tar.lz4" in message and "decode it with lz4 -d and pack it again" in message


def test_damage_costs_what_lies_behind_it(lz4_node):
    data = shards.run(["lz4", "-B4", "-c"], archive.make_tar(MEMBERS))
    lz4_node.put("b", "cut.tar.lz4", data[: len(data) * 3 // 4])
    name, content = MEMBERS[5]
    assert lz4_node.request("GET", f"/v1/objects/b/cut.tar.lz4?archpath={name}").body == content
    error = lz4_node.request("GET", f"/v1/objects/b/cut.tar.lz4?archpath={'n' * 99}").error(400)
    assert "unexpected EOF: ais://b/cut.tar.lz4 is cut at offset" in error["message"]


def test_the_index_outlives_the_node(start_node):
    node = start_node(ENABLE)
    node.create_bucket("b")
    node.put("b", "s.tar.lz4", shards.run(["lz4", "-B4D", "-c"], archive.make_tar(MEMBERS)))
    shards.check_reads(node, "b", "s.tar.lz4", MEMBERS)
    node.restart()
    shards.check_reads(node, "b", "s.tar.lz4", MEMBERS)
