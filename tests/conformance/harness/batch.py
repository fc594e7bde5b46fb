"""get-batch by raw HTTP: the request as a client writes it, the answer taken apart."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from . import archive, wire
from .node import Node

JSON = [("Content-Type", "application/json")]


@dataclass
class BatchAnswer:
    """`out` is the metadata list of a buffered answer, None for a streamed one."""

    answer: wire.Answer
    members: list[archive.Member]
    out: list[dict] | None = None
    uuid: str | None = None

    @property
    def names(self) -> list[str]:
        return [member.name for member in self.members]

    @property
    def contents(self) -> list[bytes]:
        return [member.data for member in self.members]


def ask(node: Node, entries, bucket: str | None = None, query: str | None = None, headers=JSON, **keys) -> wire.Answer:
    """The bare exchange. `keys` are the top-level keys of the request; entries are dicts or object names."""
    entries = [{"objname": entry} if isinstance(entry, str) else entry for entry in entries]
    path = f"/v1/ml/moss/{bucket}" if bucket else "/v1/ml/moss"
    if query is None:
        query = "provider=ais" if bucket else ""
    body = json.dumps({"in": entries, **keys}).encode()
    return node.request("GET", path + (f"?{query}" if query else ""), body, headers)


def get_batch(node: Node, entries, bucket: str | None = None, query: str | None = None, **keys) -> BatchAnswer:
    """A batch that must succeed with a TAR, streamed or buffered."""
    answer = ask(node, entries, bucket, query, **keys)
    assert answer.status == 200, f"{answer.status} {answer.body[:500]!r}"
    return parse(answer)


def parse(answer: wire.Answer) -> BatchAnswer:
    assert answer.complete, "the body stopped before its framing ended"
    if answer.header("Content-Type").startswith("multipart/"):
        return parse_multipart(answer)
    assert answer.header("Content-Type") == "application/x-tar", answer.headers
    assert answer.header("Transfer-Encoding") == "chunked" and answer.header("Content-Length") is None
    return BatchAnswer(answer, archive.read_tar(answer.body))


def parse_multipart(answer: wire.Answer) -> BatchAnswer:
    """Takes get-batch.md 4.2 literally: two parts, in order, these headers, this ending."""
    match = re.fullmatch(r"multipart/mixed; boundary=([0-9a-f]{60})", answer.header("Content-Type"))
    assert match, answer.header("Content-Type")
    mark = b"--" + match.group(1).encode()
    assert answer.body.startswith(mark + b"\r\n") and answer.body.endswith(b"\r\n" + mark + b"--\r\n")
    first, second = answer.body[len(mark) + 2 : -len(mark) - 6].split(b"\r\n" + mark + b"\r\n", 1)
    head, document = first.split(b"\r\n\r\n", 1)
    assert head == b'Content-Disposition: form-data; name="metadata"', head
    assert document.endswith(b"}\n") and not document.endswith(b"\n\n")
    meta = json.loads(document)
    assert list(meta) == ["uuid", "out"], list(meta)
    head, data = second.split(b"\r\n\r\n", 1)
    uuid = meta["uuid"]
    expected = f'Content-Disposition: form-data; name="archive"; filename="get-batch[{uuid}]"'
    assert head.decode() == f"{expected}\r\nContent-Type: application/octet-stream", head
    return BatchAnswer(answer, archive.read_tar(data), meta["out"], uuid)
