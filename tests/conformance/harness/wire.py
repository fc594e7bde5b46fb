"""HTTP/1.1 on a bare socket, so that a test sees framing, trailers and early answers as they are on the wire."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

REDIRECTS = (301, 302, 307, 308)


class Torn(Exception):
    """The connection ended before the answer did."""


@dataclass
class Answer:
    """One response. `complete` is False when the body stopped before its framing said so."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    trailers: list[tuple[str, str]] = field(default_factory=list)
    chunks: list[int] = field(default_factory=list)
    complete: bool = True

    def header(self, name: str, default: str | None = None) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def trailer(self, name: str) -> str | None:
        return next((value for key, value in self.trailers if key.lower() == name.lower()), None)

    def json(self):
        return json.loads(self.body)

    def error(self, status: int | None = None) -> dict:
        """The error document, after checking its documented shape (http-api.md 6)."""
        assert self.status >= 400, f"expected an error, got {self.status} {self.body[:200]!r}"
        if self.header("Hdr-Error") is not None and not self.body:
            document = json.loads(self.header("Hdr-Error"))
        else:
            assert self.header("Content-Type") == "application/json", self.headers
            assert self.header("X-Content-Type-Options") == "nosniff", self.headers
            assert self.body.endswith(b"}\n"), f"one trailing newline expected: {self.body[-20:]!r}"
            document = json.loads(self.body)
        assert document["status"] == self.status, document
        assert isinstance(document["message"], str) and document["message"], document
        assert document["node"][:2] in ("p[", "t[") and document["node"].endswith("]"), document
        for key in ("method", "url_path", "remote_addr", "caller"):
            assert isinstance(document[key], str), document
        assert document.get("tcode") != "", "an empty tcode is left out"
        if status is not None:
            assert self.status == status, document
        return document


class Connection:
    """One client connection. Keeps bytes that belong to the next answer, so requests may be pipelined."""

    def __init__(self, address: tuple[str, int], timeout: float = 60.0, receive_buffer: int | None = None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.host = f"{address[0]}:{address[1]}"
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send_raw(self, data: bytes):
        self.socket.sendall(data)

    def send(self, method: str, target: str, body: bytes | None = None, headers=(), chunked: list[bytes] | None = None):
        """Sends a request whole. `chunked` is the list of chunks; `body` goes with a Content-Length."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"{key}: {value}" for key, value in headers]
        if chunked is not None:
            lines.append("Transfer-Encoding: chunked")
        elif body is not None:
            lines.append(f"Content-Length: {len(body)}")
        data = "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n"
        if chunked is not None:
            data += b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in chunked) + b"0\r\n\r\n"
        elif body is not None:
            data += body
        self.send_raw(data)

    def exchange(self, method: str, target: str, body: bytes | None = None, headers=(), chunked=None) -> Answer:
        self.send(method, target, body, headers, chunked)
        return self.receive(method)

    def receive(self, method: str = "GET", keep_100: bool = False) -> Answer:
        """The next answer, whole. Interim 100 answers are dropped unless `keep_100`."""
        while True:
            answer = self.receive_head()
            if answer.status != 100 or keep_100:
                break
        if method == "HEAD" or answer.status in (100, 204, 304):
            return answer
        try:
            if "chunked" in (answer.header("Transfer-Encoding") or ""):
                self._read_chunks(answer)
            elif answer.header("Content-Length") is not None:
                self._read_exactly(answer, int(answer.header("Content-Length")))
            else:
                while data := self.socket.recv(1 << 20):
                    self.buffer += data
                answer.body, self.buffer = self.buffer, b""
        except Torn:
            answer.complete = False
        return answer

    def receive_head(self) -> Answer:
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        first, *rest = head.decode("utf-8", "surrogateescape").split("\r\n")
        version, status, reason = (first.split(" ", 2) + [""])[:3]
        assert version == "HTTP/1.1", f"not an HTTP answer: {first!r}"
        return Answer(int(status), reason, [tuple(part.strip() for part in line.split(":", 1)) for line in rest])

    def closed_by_peer(self) -> bool:
        """True once the node has closed the connection; waits for that until the timeout."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def _more(self):
        try:
            data = self.socket.recv(1 << 20)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Torn(f"connection ended with {len(self.buffer)} unread bytes: {self.buffer[:200]!r}")
        self.buffer += data

    def _take(self, count: int) -> bytes:
        pieces = bytearray(self.buffer)
        while len(pieces) < count:
            self.buffer = b""
            self._more()
            pieces += self.buffer
        data, self.buffer = bytes(pieces[:count]), bytes(pieces[count:])
        return data

    def _line(self) -> bytes:
        while b"\r\n" not in self.buffer:
            self._more()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def _read_exactly(self, answer: Answer, length: int):
        pieces = bytearray()
        while len(pieces) < length:
            if not self.buffer:
                answer.body = bytes(pieces)
                self._more()
            part, self.buffer = self.buffer[: length - len(pieces)], self.buffer[length - len(pieces) :]
            pieces += part
        answer.body = bytes(pieces)

    def _read_chunks(self, answer: Answer):
        body = bytearray()
        try:
            while True:
                size = int(self._line().split(b";")[0], 16)
                if size == 0:
                    break
                answer.chunks.append(size)
                body += self._take(size)
                assert self._line() == b"", "a chunk ends with CRLF"
            while line := self._line():
                key, value = line.decode().split(":", 1)
                answer.trailers.append((key.strip(), value.strip()))
        finally:
            answer.body = bytes(body)


def request(address, method: str, target: str, body=None, headers=(), chunked=None, follow=True, timeout=60.0) -> Answer:
    """One exchange on its own connection; follows redirects, as all known clients do, with method and body."""
    for _ in range(5):
        with Connection(address, timeout) as connection:
            answer = connection.exchange(method, target, body, [*headers, ("Connection", "close")], chunked)
        if answer.status not in REDIRECTS or not follow:
            return answer
        location = urlsplit(answer.header("Location"))
        address = (location.hostname, location.port)
        target = location.path + (f"?{location.query}" if location.query else "")
    raise AssertionError(f"more than five redirects, the last to {target}")
