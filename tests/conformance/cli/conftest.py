"""The `bryo` command as a person or a script runs it."""

import json
import os
import pathlib
import subprocess

import pytest

from harness.node import find_bryod


class Ran:
    def __init__(self, done: subprocess.CompletedProcess):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def bryo(node, tmp_path):
    """bryo("ls", "ais://b", code=0) runs the command in a folder of its own and checks its exit code."""
    program = find_bryod().parent / "bryo"

    def run(*words, code=0, stdin=b"", env=None, cwd=None) -> Ran:
        environment = {"PATH": os.environ["PATH"], "AIS_ENDPOINT": node.url, **(env or {})}
        done = subprocess.run(
            [str(program), *map(str, words)], input=stdin, capture_output=True, timeout=120, env=environment, cwd=cwd or tmp_path
        )
        ran = Ran(done)
        assert ran.code == code, f"bryo {' '.join(map(str, words))}: exit {ran.code}\n{ran.out[-2000:]!r}\n{ran.err.decode()[-2000:]}"
        return ran

    return run


@pytest.fixture
def terminal(node, tmp_path):
    """terminal("ls", "ais://b") runs the command on a terminal of its own and answers all that it wrote there."""
    program = find_bryod().parent / "bryo"

    def run(*words) -> bytes:
        ours, its = os.openpty()
        environment = {"PATH": os.environ["PATH"], "AIS_ENDPOINT": node.url, "TERM": "xterm"}
        with subprocess.Popen([str(program), *map(str, words)], stdin=its, stdout=its, stderr=its, env=environment, cwd=tmp_path) as child:
            os.close(its)
            written = b""
            try:
                while part := os.read(ours, 65536):
                    written += part
            except OSError:  # EIO: the command closed the terminal
                pass
            os.close(ours)
        assert child.returncode == 0, written[-2000:]
        return written

    return run


@pytest.fixture
def filled(node, bucket):
    """Objects x-0001-1 ... x-0009-2, two folders and a shard."""
    from harness import archive

    for i in range(1, 10):
        for k in (1, 2):
            node.put(bucket, f"x-{i:04d}-{k}", f"{i}/{k}".encode())
    node.put(bucket, "train/a.txt", b"A" * 100)
    node.put(bucket, "train/sub/b.txt", b"B" * 200)
    node.put(bucket, "s.tar", archive.make_tar([("m/1.bin", b"one"), ("m/2.bin", b"two")]))
    return bucket


@pytest.fixture
def here(tmp_path) -> pathlib.Path:
    return tmp_path


# Members of the shards that the archive commands are tested with.
MEMBERS = [("cat/1.jpg", b"cat one" * 300), ("cat/1.cls", b"0"), ("cat/10.jpg", b""), ("dog/1.jpg", b"dog"), ("top.txt", b"t")]


@pytest.fixture
def members() -> list[tuple[str, bytes]]:
    return MEMBERS


@pytest.fixture
def sharded(node, bucket):
    """s.tar, s.tgz, s.zip, s.tar.lz4 with the same members, and objects beside them."""
    from harness import archive

    makers = {".tar": archive.make_tar, ".tgz": archive.make_tgz, ".zip": archive.make_zip, ".tar.lz4": archive.make_tar_lz4}
    for extension, make in makers.items():
        node.put(bucket, f"s{extension}", make(MEMBERS))
    node.put(bucket, "s.tar2", b"no shard")
    node.put(bucket, "plain", b"plain")
    return bucket


@pytest.fixture
def folder(here):
    for name, data in MEMBERS:
        path = here / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return here / "data"
