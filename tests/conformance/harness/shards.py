"""Shards of compressed formats against the node: what others wrote is read member by member, what it wrote is handed on."""

from __future__ import annotations

import random
import subprocess

from . import archive, batch


def run(command: list[str], data: bytes = b"", **options) -> bytes:
    """A tool as a filter; its output."""
    done = subprocess.run(command, input=data, capture_output=True, timeout=120, **options)
    assert done.returncode == 0, f"{command}: {done.stderr.decode(errors='replace')}"
    return done.stdout


def contents() -> list[tuple[str, bytes]]:
    """60 members, empty ones and large ones; half of their bytes compress, and some come again from far before."""
    noise = random.Random(7)
    members, before = [], b""
    for i in range(60):
        data = b"".join(noise.randbytes(700) + bytes([i]) * noise.randrange(900) for _ in range(i * i % 97 * 3))
        data += before[: len(before) // 3]
        members.append((f"dir-{i % 3}/member-{i:03}.bin", data))
        before = data
    members += [("empty", b""), ("large", noise.randbytes(300_000) * 2), ("n" * 99, b"99"), ("long/" * 30 + "name", b"pax")]
    return members


def check_reads(node, bucket: str, name: str, members: list[tuple[str, bytes]]):
    """By GET with archpath, by ranges of members, and in a batch, in an order of its own."""
    for member, content in members[:: max(1, len(members) // 12)]:
        answer = node.request("GET", f"/v1/objects/{bucket}/{name}?archpath={member}")
        assert answer.status == 200 and answer.body == content, (answer.status, member)
    order = list(members)
    random.Random(3).shuffle(order)
    entries, wanted = [], []
    for i, (member, content) in enumerate(order):
        entry = {"objname": name, "archpath": member}
        if i % 3 == 0 and len(content) > 10:
            start, length = len(content) // 2, len(content) // 4 + 1
            entry |= {"start": start, "length": length}
            content = content[start : start + length]
        entries.append(entry)
        wanted.append(content)
    got = batch.get_batch(node, entries, bucket, strm=True)
    assert got.contents == wanted
    error = node.request("GET", f"/v1/objects/{bucket}/{name}?archpath=none").error(404)
    assert "none" in error["message"]


def write(node, bucket: str, mime: str, members: list[tuple[str, bytes]]) -> bytes:
    """What the node writes for a batch of objects with these contents."""
    for name, content in members:
        node.put(bucket, name, content)
    answer = batch.ask(node, [{"objname": name} for name, _ in members], bucket, mime=mime, strm=True, onob=True)
    assert answer.status == 200 and answer.complete, answer.body[:500]
    return answer.body


def check_tar(data: bytes, members: list[tuple[str, bytes]]):
    """A TAR as the page has it, and as GNU tar reads it."""
    assert [(member.name, member.data) for member in archive.read_tar(data)] == members
    assert run(["tar", "-tf", "-"], data).decode().splitlines() == [name for name, _ in members]
    assert run(["tar", "-xOf", "-"], data) == b"".join(content for _, content in members)
