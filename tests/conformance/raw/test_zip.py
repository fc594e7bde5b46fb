"""ZIP: what Bryo writes is read by other tools, what they write is read by Bryo (get-batch.md 6 and 8)."""

import io
import random
import shutil
import struct
import subprocess
import zipfile

import pytest
from harness import batch

ENABLED = '[plugins]\nenable = ["moss", "archive_tar", "archive_zip"]\n'

NOISE = random.Random(5)
MEMBERS = [
    ("a/first.txt", b"first content"),
    ("empty", b""),
    ("zeros", bytes(300_000)),
    ("noise", NOISE.randbytes(200_000)),
    ("\u00fcber/\u20ac.bin", b"name beyond ASCII"),
    *((f"many/{i:04}", NOISE.randbytes(i % 97)) for i in range(500)),
]


class Unseekable(io.BytesIO):
    """Makes zipfile write data descriptors, as it does to a pipe."""

    def seekable(self):
        return False

    def seek(self, *_):
        raise OSError("a pipe")

    def tell(self):
        raise OSError("a pipe")


def made(method, members=MEMBERS, *, out=None, comment=b"", zip64=False, front=b""):
    out = out or io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        file.comment = comment
        for name, data in members:
            with file.open(zipfile.ZipInfo(name) if method == zipfile.ZIP_STORED else compressed(name, method), "w", force_zip64=zip64) as one:
                one.write(data)
    return front + out.getvalue()


def compressed(name, method):
    info = zipfile.ZipInfo(name)
    info.compress_type = method
    return info


def made_by_tool(tmp_path, *options):
    if not shutil.which("zip"):
        pytest.fail("the tool zip is missing: install what .ci/packages names")
    folder = tmp_path / "members"
    for name, data in MEMBERS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    subprocess.run(["zip", "-qr", *options, "../tool.zip", "."], cwd=folder, check=True)
    return (tmp_path / "tool.zip").read_bytes()


VARIANTS = {
    "stored": lambda _: made(zipfile.ZIP_STORED),
    "deflated": lambda _: made(zipfile.ZIP_DEFLATED),
    "stored to a pipe": lambda _: made(zipfile.ZIP_STORED, out=Unseekable()),
    "deflated to a pipe": lambda _: made(zipfile.ZIP_DEFLATED, out=Unseekable()),
    "zip64": lambda _: made(zipfile.ZIP_DEFLATED, zip64=True),
    "zip64 stored": lambda _: made(zipfile.ZIP_STORED, zip64=True),
    "a comment": lambda _: made(zipfile.ZIP_DEFLATED, comment=b"c" * 65_535),
    "bytes in front": lambda _: made(zipfile.ZIP_STORED, front=b"#!/bin/sh\n" * 1_000),
    "the tool": lambda tmp_path: made_by_tool(tmp_path),
    "the tool, stored": lambda tmp_path: made_by_tool(tmp_path, "-0"),
    "the tool, best": lambda tmp_path: made_by_tool(tmp_path, "-9"),
}


@pytest.fixture
def zip_node(start_node):
    node = start_node(ENABLED)
    node.create_bucket("b")
    return node


@pytest.mark.parametrize("variant", VARIANTS)
def test_archives_of_others_are_read(zip_node, tmp_path, variant):
    zip_node.put("b", "s.zip", VARIANTS[variant](tmp_path))
    entries = [{"objname": "s.zip", "archpath": name} for name, _ in reversed(MEMBERS)]
    for streamed in (True, False):
        got = batch.get_batch(zip_node, entries, "b", strm=streamed)
        assert got.contents == [data for _, data in reversed(MEMBERS)]
    for name, data in MEMBERS[:4]:
        assert zip_node.get("b", "s.zip", f"provider=ais&archpath={name}").body == data
    for span, expected in (("bytes=100-199", slice(100, 200)), ("bytes=-7", slice(-7, None)), ("bytes=150000-", slice(150_000, None))):
        for name, data in MEMBERS[2:4]:
            answer = zip_node.get("b", "s.zip", f"provider=ais&archpath={name}", headers=[("Range", span)])
            assert (answer.status, answer.body) == (206, data[expected])
    ranged = batch.get_batch(zip_node, [{"objname": "s.zip", "archpath": "noise", "start": 5, "length": 50}], "b")
    assert ranged.contents == [MEMBERS[3][1][5:55]]


def test_a_zip_is_known_by_its_content(zip_node):
    zip_node.put("b", "no-extension", made(zipfile.ZIP_DEFLATED))
    assert zip_node.get("b", "no-extension", "provider=ais&archpath=a/first.txt").body == b"first content"


def test_an_index_is_kept_beside_the_object(zip_node):
    zip_node.put("b", "s.zip", made(zipfile.ZIP_DEFLATED))
    before = zip_node.get("b", "s.zip", "provider=ais&archpath=noise").body
    zip_node.restart()
    assert zip_node.get("b", "s.zip", "provider=ais&archpath=noise").body == before == MEMBERS[3][1]


@pytest.fixture
def written(zip_node):
    """What Bryo writes of objects, by streamed or not."""
    for name, data in MEMBERS:
        zip_node.put("b", name, data) if name.isascii() else None
    names = [name for name, _ in MEMBERS if name.isascii()]

    def write(streamed):
        answer = batch.ask(zip_node, names, "b", mime=".zip", strm=streamed)
        assert answer.status == 200, answer.body[:500]
        if streamed:
            assert answer.header("Content-Type") == "application/zip"
            return answer.body
        return answer.body[answer.body.index(b"PK\x03\x04") : answer.body.rindex(b"PK\x05\x06") + 22]

    return write


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "buffered"])
def test_what_bryo_writes_is_read_by_others(written, tmp_path, streamed):
    body = written(streamed)
    expected = [(f"b/{name}", data) for name, data in MEMBERS if name.isascii()]
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        assert file.testzip() is None
        assert [(info.filename, file.read(info)) for info in file.infolist()] == expected
        for info in file.infolist():
            assert (info.compress_type, info.flag_bits, info.create_version, info.extract_version) == (0, 8, 20, 20)
            assert info.comment.decode() == info.filename and info.external_attr == 0
            assert info.extra == struct.pack("<HHBI", 0x5455, 5, 1, 0)
    path = tmp_path / "written.zip"
    path.write_bytes(body)
    said = subprocess.run(["unzip", "-t", path], capture_output=True, text=True)
    assert said.returncode == 0 and "No errors detected" in said.stdout, said.stdout[-500:] + said.stderr
    if shutil.which("bsdtar"):
        listed = subprocess.run(["bsdtar", "-tf", path], capture_output=True, text=True, check=True).stdout.split()
        assert listed == [name for name, _ in expected]


def test_what_bryo_writes_is_read_by_bryo(zip_node, written):
    zip_node.put("b", "again.zip", written(True))
    entries = [{"objname": "again.zip", "archpath": f"b/{name}"} for name, _ in MEMBERS if name.isascii()]
    assert batch.get_batch(zip_node, entries, "b").contents == [data for name, data in MEMBERS if name.isascii()]


def test_names_beyond_ascii_and_members_of_shards_in_a_zip(zip_node):
    zip_node.put("b", "s.zip", made(zipfile.ZIP_DEFLATED))
    entries = [{"objname": "s.zip", "archpath": name} for name, _ in MEMBERS[:5]]
    answer = batch.ask(zip_node, entries, "b", mime="application/zip", strm=True)
    with zipfile.ZipFile(io.BytesIO(answer.body)) as file:
        assert file.testzip() is None
        assert [(info.filename, file.read(info)) for info in file.infolist()] == [(f"b/s.zip/{name}", data) for name, data in MEMBERS[:5]]


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "buffered"])
def test_deflated_members_go_into_a_zip_as_they_are(zip_node, tmp_path, streamed):
    zip_node.put("b", "s.zip", made(zipfile.ZIP_DEFLATED))
    zip_node.put("b", "stored.zip", made(zipfile.ZIP_STORED))
    zip_node.put("b", "plain", b"plain object")
    entries = [{"objname": "s.zip", "archpath": name} for name, _ in MEMBERS]
    entries += [
        {"objname": "s.zip", "archpath": "noise", "start": 7, "length": 1_000},
        {"objname": "stored.zip", "archpath": "noise"},
        {"objname": "plain"},
    ]
    answer = batch.ask(zip_node, entries, "b", mime=".zip", strm=streamed)
    body = answer.body if streamed else answer.body[answer.body.index(b"PK\x03\x04") : answer.body.rindex(b"PK\x05\x06") + 22]
    expected = [data for _, data in MEMBERS] + [MEMBERS[3][1][7:1_007], MEMBERS[3][1], b"plain object"]
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        assert file.testzip() is None
        assert [file.read(info) for info in file.infolist()] == expected
        methods = [info.compress_type for info in file.infolist()]
        assert methods == [zipfile.ZIP_DEFLATED] * len(MEMBERS) + [zipfile.ZIP_STORED] * 3
        names = file.namelist()
    path = tmp_path / "copied.zip"
    path.write_bytes(body)
    said = subprocess.run(["unzip", "-t", path], capture_output=True, text=True)
    assert said.returncode == 0 and "No errors detected" in said.stdout, said.stdout[-500:] + said.stderr
    # read from a pipe, local headers must be right, too
    listed = subprocess.run(["bsdtar", "-tf", "-"], input=body, capture_output=True, check=True).stdout.decode().splitlines()
    assert len(listed) == len(names)
    zip_node.put("b", "again.zip", body)
    again = [{"objname": "again.zip", "archpath": name} for name in names[:20]]
    assert batch.get_batch(zip_node, again, "b").contents == expected[:20]


def test_a_damaged_member_fails_by_itself_also_where_it_is_copied(zip_node):
    whole = made(zipfile.ZIP_DEFLATED)
    at = whole.index(b"noise") - 30
    zip_node.put("b", "bad.zip", whole[:at] + bytes(4) + whole[at + 4 :])
    entries = [{"objname": "bad.zip", "archpath": name} for name in ("noise", "a/first.txt")]
    answer = batch.ask(zip_node, entries, "b", mime=".zip", strm=True, coer=True)
    with zipfile.ZipFile(io.BytesIO(answer.body)) as file:
        assert file.namelist() == ["__404__/b/bad.zip/noise", "b/bad.zip/a/first.txt"] and file.testzip() is None


def test_missing_entries_in_a_zip(zip_node):
    zip_node.put("b", "there", b"content")
    answer = batch.ask(zip_node, ["there", "not-there"], "b", mime="zip", strm=True, coer=True)
    with zipfile.ZipFile(io.BytesIO(answer.body)) as file:
        assert file.namelist() == ["b/there", "__404__/b/not-there"] and file.testzip() is None


def test_damage_is_told_as_an_error(zip_node):
    whole = made(zipfile.ZIP_DEFLATED)
    zip_node.put("b", "cut.zip", whole[: len(whole) // 2])
    error = zip_node.get("b", "cut.zip", "provider=ais&archpath=empty").error(400)
    assert "ais://b/cut.zip has no directory at its end" in error["message"]
    at = whole.index(b"noise") + 1_000
    zip_node.put("b", "bad.zip", whole[:at] + bytes(64) + whole[at + 64 :])
    error = zip_node.get("b", "bad.zip", "provider=ais&archpath=noise").error(400)
    assert 'member "noise" of ais://b/bad.zip' in error["message"]
    assert zip_node.get("b", "bad.zip", "provider=ais&archpath=a/first.txt").body == b"first content"
    zip_node.get("b", "bad.zip", "provider=ais&archpath=none").error(404)


def test_what_cannot_be_read_is_refused_by_name(zip_node):
    zip_node.put("b", "s.zip", made(zipfile.ZIP_BZIP2, MEMBERS[:2]))
    for message in (
        zip_node.get("b", "s.zip", "provider=ais&archpath=a/first.txt").error(400)["message"],
        batch.ask(zip_node, [{"objname": "s.zip", "archpath": "a/first.txt"}], "b").error(400)["message"],
    ):
        assert 'member "a/first.txt" of ais://b/s.zip is compressed by method 12, which cannot be read: use deflate' in message
    zip_node.put("b", "bomb.zip", bomb())
    assert "shares bytes with another member" in zip_node.get("b", "bomb.zip", "provider=ais&archpath=kernel").error(400)["message"]


def bomb():
    """The directory names one member many times, under other names of the same length."""
    whole = made(zipfile.ZIP_DEFLATED, [("kernel", bytes(1_000_000))])
    entry_at = whole.index(b"PK\x01\x02")
    entry, end = whole[entry_at:-22], whole[-22:]
    return whole[:entry_at] + entry * 100 + end[:8] + struct.pack("<HHI", 100, 100, len(entry) * 100) + end[16:]
