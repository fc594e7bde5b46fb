#!/usr/bin/env python3
"""Makes the seeds of corpus/: small archives of each kind that tools write, and the shapes that broke readers before."""

import gzip
import io
import struct
import subprocess
import tarfile
import zipfile
import zlib
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
MEMBERS = [("a.txt", b"alpha"), ("dir/b.bin", bytes(range(256)) * 3), ("empty", b""), ("a.txt", b"again")]


def tar(members=MEMBERS, form=tarfile.USTAR_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()[: (sum(512 + -(-len(d) // 512) * 512 for _, d in members) + 1024) if form == tarfile.USTAR_FORMAT else None]


def zipped(members=MEMBERS, method=zipfile.ZIP_DEFLATED, comment=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, method)
        archive.comment = comment
    return out.getvalue()


def lz4(data, *options):
    return subprocess.run(["lz4", "-c", "-q", *options], input=data, capture_output=True, check=True).stdout


def put(format, name, data):
    (CORPUS / format).mkdir(parents=True, exist_ok=True)
    (CORPUS / format / name).write_bytes(data)


long_name = [("x" * 90 + "/" + "ü" * 60, b"long"), ("after", b"after")]
strange = [("../up", b"1"), ("/root", b"2"), ("a//b", b"3"), ("./c", b"4")]
plain = tar()
put("tar", "ustar", plain)
put("tar", "pax", tar(long_name, tarfile.PAX_FORMAT))
put("tar", "gnu", tar(long_name, tarfile.GNU_FORMAT))
put("tar", "names", tar(strange))
put("tar", "empty", bytes(1024))
sizes = bytearray(plain)
sizes[124:136] = b"\x80" + bytes(3) + b"\xff" * 8
sizes[148:156] = b"%06o\0 " % (sum(sizes[:148]) + 8 * 32 + sum(sizes[156:512]))
put("tar", "huge-size", bytes(sizes))

put("tgz", "one", gzip.compress(plain, 6, mtime=0))
put("tgz", "stored", gzip.compress(plain, 0, mtime=0))
put("tgz", "two-members", gzip.compress(plain[:700], mtime=0) + gzip.compress(plain[700:], mtime=0))
put("tgz", "padding", gzip.compress(plain, mtime=0) + bytes(600))
put("tgz", "wrong-crc", gzip.compress(plain, mtime=0)[:-8] + bytes(8))
put("tgz", "bomb", gzip.compress(tar([("zeros", bytes(1 << 20))]), 9, mtime=0))
flags = b"\x1f\x8b\x08\x1e" + bytes(6) + struct.pack("<H", 4) + b"ab\0\0" + b"name\0" + b"comment\0"
raw = zlib.compressobj(6, zlib.DEFLATED, -15)
body = raw.compress(plain) + raw.flush()
header = flags + struct.pack("<H", zlib.crc32(flags) & 0xFFFF)
put("tgz", "all-flags", header + body + struct.pack("<II", zlib.crc32(plain), len(plain)))

put("zip", "deflated", zipped())
put("zip", "stored", zipped(method=zipfile.ZIP_STORED))
put("zip", "comment", zipped(comment=b"PK\x05\x06 not the end"))
put("zip", "names", zipped(strange))
put("zip", "empty", zipped([]))
pipe = io.BytesIO()
pipe.seekable = lambda: False
with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
    for name, data in MEMBERS[:3]:
        archive.writestr(name, data)
put("zip", "descriptors", pipe.getvalue())
sixty_four = io.BytesIO()
with zipfile.ZipFile(sixty_four, "w") as archive, archive.open("large", "w", force_zip64=True) as member:
    member.write(b"sixty-four")
put("zip", "zip64", sixty_four.getvalue())
cycle = bytearray(zipped())
end = cycle.rindex(b"PK\x05\x06")
cycle[end + 16 : end + 20] = struct.pack("<I", end)
put("zip", "directory-is-its-end", bytes(cycle))

put("tar_lz4", "independent", lz4(plain, "-BI", "-B4"))
put("tar_lz4", "linked", lz4(plain * 60, "-BD", "-B4"))
put("tar_lz4", "checksums", lz4(plain, "-BX", "--content-size"))
put("tar_lz4", "two-frames", lz4(plain[:700]) + lz4(plain[700:]))
put("tar_lz4", "skippable", b"\x50\x2a\x4d\x18\x04\0\0\0skip" + lz4(plain))
put("tar_lz4", "legacy", lz4(plain, "-l"))

for i, url in enumerate([
    b"/v1/objects/b/dir/o%20x?provider=ais&namespace=%40uuid%23ns", b"/v1/buckets/b?provider=s3", b"/ais/b/o", b"/v1/objects/%c3%bc/a%2fb?x=+",
]):
    put("url", f"target-{i}", url)
for name, text in {"uname": b"ais/@u#n/b/dir/o", "range": b"bytes=8-11", "suffix": b"bytes=-5", "braces": b"a{001..100..3}b{1..2}", "at": b"x@099y", "percent": b"o-%03d"}.items():
    put("url", name, text)
for name, text in {
    "list": b'{"action":"list","value":{"props":"name,size","flags":"16","pagesize":10,"continuation_token":"a","prefix":"p*"}}',
    "job": b'{"Action":"archive","NAME":"n","value":{"objnames":["a","b"],"template":"","coer":true,"num-workers":-1,"tobck":{"name":"d","provider":"ais","namespace":null}}}',
    "bucket": b'{"action":"x","value":{"name":"b","provider":"aws","namespace":{"uuid":"u","name":"n"}}}',
    "deep": b'{"action":"x","value":' + b"[" * 100 + b"]" * 100 + b"}",
}.items():
    put("messages", name, text)
put("listing", "two", b"\x01\x03uid\x01\x00" + b"\x01\x02aa\x01\x00\x01\x00\x02\x40\x00\x01\x40" + b"\x01\x02bb\x01\x04abcd\x00\x08" + b"\xff" * 8 + b"\x01\x40")
put("listing", "long", b"\x00\x00\x02\x01\x20" + b"n" * 288 + b"\x00\x00\x04\x80\x00\x00\x00\x02\x20\x40")
