"""examples/zstd-tar-format in an installed node: batches, single members, listings, without a change anywhere else."""

import io
import json
import random
import subprocess
import tarfile

import pytest

from harness import archive, batch
from harness.node import Node

MEMBERS = [("speech/a.wav", b"alpha" * 50_000), ("speech/b.wav", b""), ("n" * 200, random.Random(1).randbytes(768_000))]


def zstd(data: bytes, *options: str) -> bytes:
    return subprocess.run(["zstd", "-q", "-c", *options], input=data, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def node(prefix, build_example, tmp_path_factory):
    plugin = build_example("zstd-tar-format")
    toml = f'[plugins]\nextra_dirs = ["{plugin}"]\nenable = ["moss", "archive_tar", "archive_tar_zst"]\n'
    node = Node(tmp_path_factory.mktemp("node") / "data", toml=toml, program=prefix / "bin/bryod").start()
    node.create_bucket("b")
    node.put("b", "s.tar.zst", zstd(archive.make_tar(MEMBERS), "-19"))
    node.put("b", "named-otherwise", zstd(archive.make_tar(MEMBERS)))
    node.put("b", "plain", b"plain object")
    node.put("b", "cut.tar.zst", zstd(archive.make_tar(MEMBERS))[:-200])
    yield node
    node.stop()


def member(node, shard, name, headers=()):
    return node.get("b", shard, query=f"provider=ais&archpath={name}", headers=headers)


@pytest.mark.parametrize("shard", ["s.tar.zst", "named-otherwise"])
def test_one_member(node, shard):
    for name, content in MEMBERS:
        answer = member(node, shard, name)
        assert (answer.status, answer.body) == (200, content), name
        assert answer.header("Content-Length") == str(len(content))
    member(node, shard, "nope").error(404)


def test_a_range_of_a_member(node):
    name, content = MEMBERS[2]
    for first, last in ((0, 0), (300_000, 300_099), (len(content) - 1, len(content) - 1)):
        answer = member(node, "s.tar.zst", name, headers=[("Range", f"bytes={first}-{last}")])
        assert (answer.status, answer.body) == (206, content[first : last + 1])
        assert answer.header("Content-Range") == f"bytes {first}-{last}/{len(content)}"
    member(node, "s.tar.zst", name, headers=[("Range", f"bytes={len(content)}-")]).error(416)


def test_a_batch_of_its_members(node):
    entries = [{"objname": "s.tar.zst", "archpath": name} for name, _ in MEMBERS] + [{"objname": "plain"}]
    got = batch.get_batch(node, entries, bucket="b")
    assert got.contents == [content for _, content in MEMBERS] + [b"plain object"]


def test_a_batch_in_this_format(node):
    entries = [{"objname": "plain"}] + [{"objname": "s.tar.zst", "archpath": name} for name, _ in MEMBERS] * 3
    answer = batch.ask(node, entries, bucket="b", mime=".tar.zst", strm=True)
    assert answer.status == 200, answer.body
    plain = zstd(answer.body, "-d")
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        contents = [tar.extractfile(info).read() for info in tar]
    assert contents == [b"plain object"] + [content for _, content in MEMBERS] * 3
    # what the node writes it reads
    node.put("b", "made-here.tar.zst", answer.body)
    again = member(node, "made-here.tar.zst", f"b/s.tar.zst/{MEMBERS[0][0]}")
    assert again.body == MEMBERS[0][1]


def test_damage_costs_what_lies_behind_it(node):
    assert member(node, "cut.tar.zst", MEMBERS[0][0]).body == MEMBERS[0][1]
    assert member(node, "cut.tar.zst", MEMBERS[2][0]).status >= 400


def test_what_it_does_not_know_stays_unknown(node):
    answer = batch.ask(node, [{"objname": "plain"}], bucket="b", mime=".tar.brotli")
    assert answer.error(400) and "brotli" in json.dumps(answer.json())
