"""Fixtures: a real node, the `bryo` that was built beside its bryod, and a folder of the test's own."""

import itertools
import os
import subprocess

import pytest

from harness.node import Node, find_bryod

counter = itertools.count(1)


class Ran:
    """What a finished command left: code, out, err (text), and the bytes of standard output."""

    def __init__(self, done: subprocess.CompletedProcess):
        self.code = done.returncode
        self.bytes = done.stdout
        self.out = done.stdout.decode(errors="replace")
        self.err = done.stderr.decode(errors="replace")

    def __repr__(self):
        return f"code {self.code}\nout: {self.out[:2000]}\nerr: {self.err[:2000]}"


class Bryo:
    """Runs the command in a folder, against one endpoint."""

    def __init__(self, endpoint: str, folder):
        self.program = find_bryod().parent / "bryo"
        self.endpoint = endpoint
        self.folder = folder

    def environment(self, **more):
        kept = {key: value for key, value in os.environ.items() if not key.startswith("AIS_") and key != "NO_COLOR"}
        return {**kept, "AIS_ENDPOINT": self.endpoint, **more}

    def run(self, *arguments, stdin=b"", timeout=60, **options) -> Ran:
        command = [str(self.program), *map(str, arguments)]
        done = subprocess.run(
            command, input=stdin, capture_output=True, timeout=timeout, cwd=self.folder, env=self.environment(), **options
        )
        return Ran(done)

    def ok(self, *arguments, **options) -> Ran:
        ran = self.run(*arguments, **options)
        assert ran.code == 0, f"bryo {arguments}: {ran}"
        return ran

    def fails(self, *arguments, code=1, **options) -> Ran:
        """Exactly one line says what went wrong."""
        ran = self.run(*arguments, **options)
        assert ran.code == code, f"bryo {arguments}: {ran}"
        lines = [line for line in ran.err.splitlines() if line.startswith("bryo: ")]
        assert len(lines) == 1, ran
        return ran


@pytest.fixture(scope="session")
def node(tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("node") / "data").start()
    yield node
    node.stop()
    assert "Sanitizer" not in node.log(), node.log_tail(80)


@pytest.fixture
def bryo(node, tmp_path):
    return Bryo(node.url, tmp_path)


@pytest.fixture
def bucket(node):
    name = f"cli-{next(counter)}"
    node.create_bucket(name)
    return name


@pytest.fixture
def bryo_at(tmp_path):
    """bryo_at(url): the command against a server of the test's own."""
    return lambda url: Bryo(url, tmp_path)


def content(name: str, size: int) -> bytes:
    """Bytes that differ from name to name, the same in every run."""
    seed = name.encode() or b"x"
    return (seed * (size // len(seed) + 1))[:size]


@pytest.fixture
def filled(node, bucket):
    """A bucket with x-0001-1 ... x-0009-2 of 100 bytes and more, and a shard s.tar with a/1.txt ... a/5.txt."""
    import io
    import tarfile

    for number in range(1, 10):
        for part in (1, 2):
            name = f"x-{number:04}-{part}"
            node.put(bucket, name, content(name, 100 * number + part))
    shard = io.BytesIO()
    with tarfile.open(fileobj=shard, mode="w") as tar:
        for number in range(1, 6):
            data = content(f"member-{number}", 50 * number)
            info = tarfile.TarInfo(f"a/{number}.txt")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    node.put(bucket, "s.tar", shard.getvalue())
    return bucket
