"""Files into shards: PUT with archpath (http-objects.md 6)."""

import io
import os
import random
import socket
import struct
import subprocess
import tarfile
import threading
import zipfile
from urllib.parse import quote

import pytest
from harness import archive
from harness.node import Node
from harness.wire import Torn

ENABLED = '[plugins]\nenable = ["moss", "archive_tar", "archive_tgz", "archive_zip", "archive_tar_lz4"]\n'
FORMATS = {".tar": archive.make_tar, ".tgz": archive.make_tgz, ".zip": archive.make_zip, ".tar.lz4": archive.make_tar_lz4}
NOISE = random.Random(3)
MEMBERS = [("a/1.txt", b"one"), ("empty", b""), ("big.bin", NOISE.randbytes(300_000)), ("zeros", bytes(100_000)), ("b/2.txt", b"two")]
REPLACE, APPEND, APPEND_OR_CREATE = None, 1, 2


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("append") / "data", ENABLED).start()
    node.create_bucket("b")
    yield node
    node.stop()
    assert "Sanitizer" not in node.log(), node.log_tail(80)


def add(node, name, path, data, flags=APPEND_OR_CREATE, mime="", headers=(), **options):
    headers = [*headers, *([("Ais-Pine", str(flags))] if flags is not None else [])]
    return node.request("PUT", f"/v1/objects/b/{name}?provider=ais&archpath={path}&archmime={mime}", data, headers, **options)


def content(node, name, mime=""):
    """Names and contents, as the node answers them."""
    answer = node.get("b", name, f"archmode=prefix&archregx=&archmime={mime}")
    if answer.status == 404:
        return []
    assert answer.status == 200 and answer.complete, answer.body[:300]
    return [(member.name, member.data) for member in archive.read_tar(answer.body)]


def read_by_others(name, data):
    """Names and contents, as other tools find them in the object."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            assert file.testzip() is None
            return [(info.filename, file.read(info)) for info in file.infolist()]
    if name.endswith(".lz4"):
        data = subprocess.run(["lz4", "-dc"], input=data, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as file:
        return [(member.name, file.extractfile(member).read()) for member in file]


def check(node, name, expected):
    assert content(node, name) == expected
    whole = node.get("b", name)
    assert read_by_others(name, whole.body) == expected
    import xxhash

    assert whole.header("Ais-Checksum-Value") == xxhash.xxh64_hexdigest(whole.body)


@pytest.mark.parametrize("extension", FORMATS)
def test_a_file_is_appended(node, extension):
    name = "append" + extension
    node.put("b", name, FORMATS[extension](MEMBERS))
    expected = list(MEMBERS)
    for i, data in enumerate([b"new", b"", NOISE.randbytes(700_000), bytes(2_000_000), NOISE.randbytes(3_000_000)]):
        answer = add(node, name, f"new/{i}", data, APPEND)
        assert (answer.status, answer.body) == (200, b""), answer.body
        assert not [key for key, _ in answer.headers if key.startswith("Ais-")]
        expected.append((f"new/{i}", data))
        check(node, name, expected)


@pytest.mark.parametrize("extension", FORMATS)
def test_the_flags(node, extension):
    name = "flags" + extension
    missing = add(node, name, "f", b"x", APPEND).error(404)
    assert missing["tcode"] == "ErrNotFound" and missing["message"].endswith(f"ais://b/{name} does not exist")
    for i in range(3):
        assert add(node, name, f"f{i}", b"%d" % i, APPEND_OR_CREATE).status == 200
    check(node, name, [("f0", b"0"), ("f1", b"1"), ("f2", b"2")])
    assert add(node, name, "only", b"this", REPLACE).status == 200
    check(node, name, [("only", b"this")])
    for flags in ("4", "x", "-1", "1 "):
        if flags.strip() != "1":
            assert "Ais-Pine" in add(node, name, "f", b"x", flags).error(400)["message"]
    check(node, name, [("only", b"this")])


def test_version_and_custom_metadata(node):
    node.put("b", "meta.tar", archive.make_tar(MEMBERS), headers=[("Ais-Custom-Md", "k=v")])
    assert add(node, "meta.tar", "new", b"x").status == 200
    head = node.request("HEAD", "/v1/objects/b/meta.tar")
    assert (head.header("Ais-Version"), head.header("Ais-Custom-Md")) == ("2", "k=v")


def test_the_format_of_names_that_do_not_tell_it(node):
    for name in ("plain", "a.foo", "dir.tar/plain"):
        extension = "." + name.split(".")[1] if "." in name.split("/")[-1] else ""
        error = add(node, name, "f", b"x").error(400)
        assert (error["tcode"], error["message"]) == ("errUnknownFileExt", f'unknown filename extension ("{name}", "{extension}")')
    assert add(node, "plain", "f", b"x", mime=".rar").error(400)["tcode"] == "errUnknownMime"
    for mime in ("application/x-tar", "tgz", ".zip", "tar.lz4"):
        name = "told-" + mime.split("/")[-1].strip(".")
        for i in range(2):
            assert add(node, name, f"f{i}", b"%d" % i, mime=mime).status == 200
        assert content(node, name) == [("f0", b"0"), ("f1", b"1")]  # known by its content from then on
        assert add(node, name, "f2", b"2", APPEND).status == 200
        assert len(content(node, name)) == 3
    node.put("b", "text", b"no archive")
    for flags in (APPEND, APPEND_OR_CREATE):
        assert "unrecognized or unsupported file format" in add(node, "text", "f", b"x", flags).error(400)["message"]
    assert node.get("b", "text").body == b"no archive"


@pytest.mark.parametrize("path", ["..", "../up", "a/../b", "./a", "a/", "~/a", "%FF", "n" * 5000, "a/.", "%2F..%2Fa"])
def test_paths_that_are_refused(node, path):
    node.put("b", "paths.tar", archive.make_tar(MEMBERS))
    error = add(node, "paths.tar", path, b"x").error(400)
    assert error["tcode"] == "errInvalidPath" and "archpath" in error["message"]
    assert content(node, "paths.tar") == MEMBERS


def test_nul_and_nothing(node):
    assert add(node, "nul.tar", "a%00b", b"x").status == 400
    # Without a path it is a plain object.
    assert add(node, "none.tar", "", b"plain").status == 200
    assert node.get("b", "none.tar").body == b"plain"


def test_paths_relative_to_the_object(node):
    node.put("b", "d/rel.tar", archive.make_tar([]))
    for path in ("/slash", "d/rel.tar/inside"):
        assert add(node, "d/rel.tar", path, b"x").status == 200
    assert [name for name, _ in content(node, "d/rel.tar")] == ["slash", "inside"]


def test_long_names(node):
    names = ["n" * 100, "n" * 101, "d/" * 120 + "f", "ü" * 200, "a" * 1000]
    for extension in FORMATS:
        expected = []
        for name in names:
            assert add(node, "long" + extension, quote(name), b"x").status == 200
            expected.append((name, b"x"))
        check(node, "long" + extension, expected)


@pytest.mark.parametrize("extension", FORMATS)
def test_the_first_of_equal_names_stays(node, extension):
    name = "twice" + extension
    for data in (b"first", b"second"):
        assert add(node, name, "same", data).status == 200
    assert content(node, name) == [("same", b"first"), ("same", b"second")]
    assert node.get("b", name, "archpath=same").body == b"first"


@pytest.mark.parametrize("extension", FORMATS)
def test_a_damaged_shard_is_refused_and_stays(node, extension):
    members = [(f"{i}/{name}", data) for i in range(5) for name, data in MEMBERS]
    for cut in (12_000, 30_000, 200_000):  # tar ends with up to 10 KiB of zeros, which may be missing
        name = f"damaged-{cut}{extension}"
        data = FORMATS[extension](members)[:-cut]
        node.put("b", name, data)
        error = add(node, name, "new", b"x").error(400)
        assert f"cannot append to ais://b/{name}: " in error["message"]
        assert node.get("b", name).body == data


def test_an_archive_without_end_blocks_is_continued(node):
    whole = archive.make_tar([("a", b"x" * 100)])
    for size in (612, 700, 1024, 1025, 1536, 2048):
        node.put("b", "cut.tar", whole[:size])
        if size == 1025:
            assert add(node, "cut.tar", "b", b"y").status == 400
            continue
        assert add(node, "cut.tar", "b", b"y").status == 200
        check(node, "cut.tar", [("a", b"x" * 100), ("b", b"y")])


@pytest.mark.parametrize("extension", [".tar", ".tgz", ".tar.lz4"])
def test_other_entries_of_a_tar_stay(node, extension, tmp_path):
    """Links, folders, devices, modes, owners and times; also what is no file that could be read, and names that nobody should extract."""
    kinds = [(tarfile.REGTYPE, "a"), (tarfile.DIRTYPE, "dir"), (tarfile.SYMTYPE, "link"), (tarfile.LNKTYPE, "hard"), (tarfile.FIFOTYPE, "pipe")]
    kinds += [(tarfile.CHRTYPE, "device"), (tarfile.REGTYPE, "../up"), (tarfile.REGTYPE, "/etc/absolute"), (tarfile.SYMTYPE, "last")]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "of all"}) as file:
        for i, (kind, name) in enumerate(kinds):
            info = tarfile.TarInfo(name)
            info.type, info.mtime, info.uid, info.mode, info.uname = kind, 1234567.5 + i, 77, 0o640 + i, "somebody"
            info.linkname = {tarfile.SYMTYPE: "../../etc/passwd", tarfile.LNKTYPE: "a"}.get(kind, "")
            content = NOISE.randbytes(200_000) if kind == tarfile.REGTYPE else b""
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    (tmp_path / "holes").touch()
    os.truncate(tmp_path / "holes", 1_000_000)
    sparse = subprocess.run(["tar", "-cSf", "-", "holes"], cwd=tmp_path, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(out.getvalue())) as file:
        plain = out.getvalue()[: file.getmembers()[-1].offset_data] + sparse
    pack = {".tar": [], ".tgz": ["gzip", "-c"], ".tar.lz4": ["lz4", "-c"]}[extension]
    data = subprocess.run(pack, input=plain, capture_output=True, check=True).stdout if pack else plain
    name = "entries" + extension
    node.put("b", name, data)
    for i in range(2):
        assert add(node, name, f"new{i}", b"x" * 300_000, APPEND).status == 200
    whole = node.get("b", name).body
    if pack:
        whole = subprocess.run([pack[0], "-dc"], input=whole, capture_output=True, check=True).stdout
    before, after = (tarfile.open(fileobj=io.BytesIO(content)) for content in (plain, whole))
    kept = [entry.get_info() | {"type": entry.type, "sparse": entry.sparse, "pax": entry.pax_headers} for entry in before]
    assert len(kept) == len(kinds) + 1
    assert [entry.get_info() | {"type": entry.type, "sparse": entry.sparse, "pax": entry.pax_headers} for entry in after][: len(kept)] == kept
    assert after.getnames()[len(kept) :] == ["new0", "new1"]
    used = before.getmembers()[-1].offset_data
    assert whole[:used] == plain[:used], "the same bytes"
    assert subprocess.run(["tar", "-tf", "-"], input=whole, capture_output=True, check=True).stdout.count(b"\n") == len(kept) + 2


def test_what_zip_keeps(node):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for i in range(70):
            info = zipfile.ZipInfo(f"m{i}", (1999, 5, 4, 3, 2, 2))
            info.comment, info.external_attr = b"comment", 0o755 << 16
            file.writestr(info, b"content" * i)
    node.put("b", "keeps.zip", b"#!/bin/sh\n" + out.getvalue())
    assert add(node, "keeps.zip", "new", b"x").status == 200
    data = node.get("b", "keeps.zip").body
    assert data.startswith(b"#!/bin/sh\n")
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None and len(file.infolist()) == 71
        assert all(i.comment == b"comment" and i.external_attr >> 16 == 0o755 and i.date_time[0] == 1999 for i in file.infolist()[:70])
        assert file.read("new") == b"x" and file.read("m69") == b"content" * 69


@pytest.mark.parametrize("extension", FORMATS)
def test_everybody_who_appends_at_the_same_time_is_in(node, extension):
    name, writers, each = "race" + extension, 8, 6
    errors = []

    def write(writer):
        for i in range(each):
            data = f"{writer}-{i};".encode() * (1 + 997 * i * writer % 5000)
            answer = add(node, name, f"w{writer}/{i}", data)
            if answer.status != 200:
                errors.append(answer.body)

    threads = [threading.Thread(target=write, args=(w,)) for w in range(writers)]
    for thread in threads:
        thread.start()
    for _ in range(20):  # who reads meanwhile sees whole archives
        answer = node.get("b", name)
        if answer.status == 200:
            read_by_others(name, answer.body)
    for thread in threads:
        thread.join()
    assert not errors
    expected = {f"w{w}/{i}": f"{w}-{i};".encode() * (1 + 997 * i * w % 5000) for w in range(writers) for i in range(each)}
    got = content(node, name)
    assert len(got) == len(expected) and dict(got) == expected
    for w in range(writers):  # in the order in which each was answered
        assert [n for n, _ in got if n.startswith(f"w{w}/")] == [f"w{w}/{i}" for i in range(each)]


@pytest.mark.parametrize("size", [900_000, 5_000_000])
@pytest.mark.parametrize("extension", FORMATS)
def test_a_body_that_breaks_off_leaves_the_old_object(node, extension, size):
    name = "broken" + extension
    data = FORMATS[extension](MEMBERS)
    node.put("b", name, data)
    for linger in (b"", struct.pack("ii", 1, 0)):
        with socket.create_connection(node.address) as client:
            client.sendall(f"PUT /v1/objects/b/{name}?archpath=new HTTP/1.1\r\nHost: x\r\nAis-Pine: 1\r\nContent-Length: {size}\r\n\r\n".encode())
            client.sendall(b"x" * (size // 2))
            if linger:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)  # a reset instead of an end
    # The shard is free again at once, and nothing of the broken one is there.
    assert add(node, name, "after", b"y", timeout=20).status == 200
    assert content(node, name) == [*MEMBERS, ("after", b"y")]


def test_a_slow_client_with_little_content_delays_nobody(node):
    node.put("b", "slow.tar", archive.make_tar([]))
    with socket.create_connection(node.address) as slow:
        slow.sendall(b"PUT /v1/objects/b/slow.tar?archpath=slow HTTP/1.1\r\nHost: x\r\nAis-Pine: 1\r\nContent-Length: 4\r\n\r\nab")
        assert add(node, "slow.tar", "quick", b"x", timeout=10).status == 200
        slow.sendall(b"cd")
        assert b"200 OK" in slow.recv(1000)
    assert content(node, "slow.tar") == [("quick", b"x"), ("slow", b"abcd")]


def test_the_size_must_be_known(node):
    def chunked(data):
        with socket.create_connection(node.address) as client:
            client.sendall(b"PUT /v1/objects/b/chunked.tar?archpath=f HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
            try:
                for at in range(0, len(data), 60_000):
                    piece = data[at : at + 60_000]
                    client.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")
                client.sendall(b"0\r\n\r\n")
            except OSError:
                pass
            answer = b""
            try:
                while piece := client.recv(10_000):
                    answer += piece
            except OSError:
                pass
            return answer

    for size in (0, 10, 1_000_000, 1 << 20):
        assert b"200 OK" in chunked(b"c" * size), size
        assert content(node, "chunked.tar") == [("f", b"c" * size)]
    assert b"411" in chunked(b"c" * ((1 << 20) + 1))[:30]
    assert content(node, "chunked.tar") == [("f", b"c" * (1 << 20))]


def test_a_checksum_that_the_client_gives_is_the_files(node):
    import hashlib

    node.put("b", "sum.tar", archive.make_tar([]))
    right = [("Ais-Checksum-Type", "md5"), ("Ais-Checksum-Value", hashlib.md5(b"content").hexdigest())]
    assert add(node, "sum.tar", "right", b"content", headers=right).status == 200
    error = add(node, "sum.tar", "wrong", b"other", headers=right).error(500)
    assert error["tcode"] == "ErrBadCksum" and "wrong in ais://b/sum.tar" in error["message"]
    assert [name for name, _ in content(node, "sum.tar")] == ["right"]


def test_a_replacement_meanwhile_is_not_overwritten(node):
    """The one who appends has begun with an object that is not there any more when he ends."""
    node.put("b", "lost.tar", archive.make_tar([("old", b"1")]))
    size = 3 << 20
    with socket.create_connection(node.address) as client:
        client.sendall(f"PUT /v1/objects/b/lost.tar?archpath=new HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nAis-Pine: 1\r\nContent-Length: {size}\r\n\r\n".encode())
        assert b"100 Continue" in client.recv(1000)  # the shard has been looked at
        client.sendall(b"x" * (size - 1))
        replaced = archive.make_tar([("replaced", b"2")])
        node.put("b", "lost.tar", replaced)
        client.sendall(b"x")
        assert b"409" in client.recv(1000)[:20]
    assert node.get("b", "lost.tar").body == replaced


def test_bounded_memory(start_node):
    node = start_node(ENABLED + '[node.memory]\nbudget = "48MiB"\n')
    node.create_bucket("b")
    noise = random.Random(5)
    members = [(f"{i:04}.bin", noise.randbytes(200_000)) for i in range(400)]
    for extension in FORMATS:
        node.put("b", "big" + extension, FORMATS[extension](members))
        assert add(node, "big" + extension, "new", b"n" * 20_000_000, timeout=120).status == 200
        got = content(node, "big" + extension)
        assert got == [*members, ("new", b"n" * 20_000_000)]


@pytest.mark.parametrize("extension", FORMATS)
def test_kill_while_appending(start_node, extension):
    """After a crash the shard is whole, with a prefix of what was sent; all that was answered is in it."""
    node = start_node(ENABLED)
    node.create_bucket("b")
    name, answered, stop = "s" + extension, [], threading.Event()

    def write():
        for i in range(10_000):
            if stop.is_set():
                return
            try:
                answer = add(node, name, f"{i:05}", b"%d" % i * 500)
            except (OSError, Torn):
                return
            if answer.status != 200 or not answer.complete:
                return
            answered.append(i)

    thread = threading.Thread(target=write)
    thread.start()
    while len(answered) < 10 and thread.is_alive():
        stop.wait(0.01)
    node.kill()
    stop.set()
    thread.join()
    node.start()
    got = content(node, name)
    assert [n for n, _ in got] == [f"{i:05}" for i in range(len(got))] and len(answered) <= len(got) <= len(answered) + 1
    assert all(data == b"%d" % i * 500 for i, (_, data) in enumerate(got))


def test_formats_that_cannot_be_written_are_named(start_node):
    node = start_node('[plugins]\nenable = ["archive_tar"]\n')
    node.create_bucket("b")
    assert add(node, "s.zip", "f", b"x").error(400)["tcode"] == "errUnknownFileExt"
    assert add(node, "s.tar", "f", b"x").status == 200
