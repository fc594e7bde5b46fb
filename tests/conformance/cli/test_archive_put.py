"""bryo archive put."""

import array
import fcntl
import signal
import subprocess
import termios

import pytest

from harness.node import find_bryod, wait_until
from harness.shard_reader import FORMATS, members_of, names_of


@pytest.mark.parametrize("extension", FORMATS)
def test_put(bryo, bucket, node, folder, extension, members):
    bryo("archive", "put", "data", f"ais://{bucket}/p{extension}")
    assert members_of(node.get(bucket, f"p{extension}").body, extension) == sorted(members)
    assert "exists: `bryo archive append` adds to it, --force replaces it" in bryo("archive", "put", "data", f"ais://{bucket}/p{extension}", code=1).err.decode()
    bryo("archive", "put", "data/top.txt", "data/cat", f"ais://{bucket}/p{extension}", "--archpath", "in", "--force")
    assert names_of(node.get(bucket, f"p{extension}").body, extension) == ["in/1.cls", "in/1.jpg", "in/10.jpg", "in/top.txt"]


@pytest.mark.parametrize("extension", FORMATS)
def test_a_stream_becomes_a_member(bryo, bucket, node, extension):
    shard, data = f"ais://{bucket}/t{extension}", b"streamed" * 1_000_000
    assert "--archpath NAME" in bryo("archive", "put", "-", shard, stdin=data, code=2).err.decode()
    ran = bryo("archive", "put", "-", shard, "--archpath", "a/b.txt", "--json", stdin=data)
    assert ran.json["members"] == 1
    assert "--force replaces it" in bryo("archive", "put", "-", shard, "--archpath", "c", stdin=b"c", code=1).err.decode()
    assert "a/b.txt exists" in bryo("archive", "append", "-", shard, "--archpath", "a/b.txt", stdin=b"c", code=1).err.decode()
    bryo("archive", "append", "-", shard, "--archpath", "c", stdin=b"")
    assert members_of(node.get(bucket, f"t{extension}").body, extension) == [("a/b.txt", data), ("c", b"")]
    bryo("archive", "put", "-", shard, "--archpath", "d", "--force", stdin=b"d")
    assert members_of(node.get(bucket, f"t{extension}").body, extension) == [("d", b"d")]


def test_append_as_the_reference_writes_it(bryo, bucket, node, folder):
    shard = f"ais://{bucket}/a.tar"
    bryo("archive", "put", "data/top.txt", shard, "--append", code=1)
    bryo("archive", "put", "data/top.txt", shard, "--append-or-put")
    bryo("archive", "put", "data", shard, "--append", "--skip-existing", "--archpath", "")
    assert names_of(node.get(bucket, "a.tar").body, ".tar") == ["top.txt", "cat/1.cls", "cat/1.jpg", "cat/10.jpg", "dog/1.jpg"]
    assert "--force replaces" in bryo("archive", "put", "data", shard, "--append", "--force", code=2).err.decode()
    assert "for --append" in bryo("archive", "put", "data", shard, "--skip-existing", code=2).err.decode()


def test_a_dry_run_writes_nothing(bryo, bucket, node, folder, members):
    shard = f"ais://{bucket}/d.tar"
    ran = bryo("archive", "put", "data", shard, "--archpath", "in", "--dry-run", "--json")
    assert [(file["name"], file["size"]) for file in ran.json] == [(f"in/{name}", len(data)) for name, data in sorted(members)]
    assert "d.tar/top.txt" in bryo("archive", "append", "data/top.txt", shard, "--create", "--dry-run").text
    assert node.get(bucket, "d.tar").status == 404


def test_an_interrupt_stores_nothing_of_a_stream(bryo, bucket, node, here):
    for words in (["put", "-", f"ais://{bucket}/half"], ["archive", "put", "-", f"ais://{bucket}/half.tar", "--archpath", "m"]):
        command = [str(find_bryod().parent / "bryo"), *words]
        child = subprocess.Popen(command, env={"AIS_ENDPOINT": node.url}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child.stdin.write(b"half")
        child.stdin.flush()
        wait_until(lambda: taken(child.stdin))
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=20) == 1 and b"cancelled" in child.stderr.read()
        assert node.get(bucket, words[2].rsplit("/")[-1]).status == 404


def taken(pipe) -> bool:
    """Whether the reader of `pipe` took all that was written."""
    left = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, left)
    return left[0] == 0
