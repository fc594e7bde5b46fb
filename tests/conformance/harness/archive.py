"""Reads TAR answers strictly (get-batch.md 6): every header field is checked, and what follows the last member."""

from __future__ import annotations

import gzip
import io
import struct
import subprocess
import tarfile
import zipfile
from dataclasses import dataclass

BLOCK = 512


@dataclass
class Member:
    name: str
    data: bytes
    mtime: int
    pax: bool

    @property
    def size(self) -> int:
        return len(self.data)


def read_tar(data: bytes) -> list[Member]:
    """Members in order. Fails unless the archive is what the page says, to the byte."""
    members, offset, path = [], 0, None
    while True:
        header = data[offset : offset + BLOCK]
        assert len(header) == BLOCK, f"archive cut at {offset} of {len(data)}"
        if header == bytes(BLOCK):
            break
        _check_header(header, offset)
        size = int(header[124:135].rstrip(b"\0 ") or b"0", 8)
        body = data[offset + BLOCK : offset + BLOCK + size]
        assert len(body) == size, f"member at {offset} is cut: {len(body)} of {size} bytes"
        padding = -size % BLOCK
        assert data[offset + BLOCK + size : offset + BLOCK + size + padding] == bytes(padding), "padding is not zero"
        offset += BLOCK + size + padding
        kind = header[156:157]
        if kind == b"x":
            path = _pax_path(body)
            continue
        assert kind == b"0", f"type flag {kind!r}"
        prefix = header[345:500].rstrip(b"\0")
        plain = (prefix + b"/" if prefix else b"") + header[0:100].rstrip(b"\0")
        name = path if path is not None else plain.decode("ascii")
        members.append(Member(name, body, int(header[136:147].rstrip(b"\0 ") or b"0", 8), path is not None))
        path = None
    assert data[offset:] == bytes(2 * BLOCK), f"two zero blocks end the archive, found {len(data) - offset} bytes"
    return members


def _check_header(header: bytes, offset: int):
    assert header[257:265] == b"ustar\x0000", f"magic at {offset}: {header[257:265]!r}"
    stored = int(header[148:156].rstrip(b"\0 "), 8)
    assert stored == sum(header[:148]) + 8 * 32 + sum(header[156:]), f"header checksum at {offset}"
    pax = header[156:157] == b"x"
    mode = int(header[100:107], 8)
    assert mode == (0 if pax else 0o644), f"mode {mode:o} at {offset}"
    assert int(header[108:115], 8) == 0 and int(header[116:123], 8) == 0, f"uid and gid at {offset}"
    assert header[265:329] == bytes(64), f"uname and gname at {offset}"
    assert header[329:345] in (b"0000000\x000000000\x00", bytes(16)), f"device numbers at {offset}"
    assert header[157:257] == bytes(100), f"link name at {offset}"


def _pax_path(body: bytes) -> str:
    records, rest = {}, body
    while rest:
        length = int(rest.split(b" ", 1)[0])
        record, rest = rest[:length], rest[length:]
        assert record.endswith(b"\n"), record
        key, value = record.split(b" ", 1)[1][:-1].split(b"=", 1)
        records[key.decode()] = value.decode()
    assert set(records) == {"path"}, f"only the path is recorded: {sorted(records)}"
    return records["path"]


def make_tar(members: list[tuple[str, bytes]], form=tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def make_tgz(members: list[tuple[str, bytes]]) -> bytes:
    return gzip.compress(make_tar(members), 1, mtime=0)


def make_zip(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def make_tar_lz4(members: list[tuple[str, bytes]]) -> bytes:
    """An LZ4 frame of stored blocks: valid for every reader, and needs no compressor here."""
    import xxhash  # a dependency of the official SDK

    data = make_tar(members)
    descriptor = b"\x60\x50"  # version 1, independent blocks of at most 256 KiB
    frame = bytearray(b"\x04\x22\x4d\x18" + descriptor + bytes([xxhash.xxh32_intdigest(descriptor) >> 8 & 0xFF]))
    for start in range(0, len(data), 256 * 1024):
        block = data[start : start + 256 * 1024]
        frame += struct.pack("<I", len(block) | 0x80000000) + block
    return bytes(frame + bytes(4))


def read(extension: str, data: bytes) -> list[Member]:
    """Members of an answer in any format, the TAR in it read as strictly."""
    if extension == ".zip":
        with zipfile.ZipFile(io.BytesIO(data)) as got:
            return [Member(info.filename, got.read(info), 0, False) for info in got.infolist()]
    if extension in (".tgz", ".tar.gz"):
        return read_tar(gzip.decompress(data))
    if extension == ".tar.lz4":
        return read_tar(subprocess.run(["lz4", "-dc"], input=data, capture_output=True, timeout=60, check=True).stdout)
    return read_tar(data)
