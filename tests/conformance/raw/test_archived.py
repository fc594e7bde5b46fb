"""Archived objects by GET and HEAD: one file, many files as a TAR (http-objects.md, Archives)."""

import gzip
import random
import re
import subprocess
from urllib.parse import quote

import pytest
from harness import archive

ENABLED = '[plugins]\nenable = ["moss", "archive_tar", "archive_tgz", "archive_zip", "archive_tar_lz4"]\n'

NOISE = random.Random(11)
MEMBERS = [
    ("a/1.txt", b"one"),
    ("a/1.json", b"{}"),
    ("a/1.seg.png", NOISE.randbytes(5000)),
    ("b/2.txt", b"two two"),
    ("empty.bin", b""),
    ("zeros.bin", bytes(200_000)),
    ("large.bin", NOISE.randbytes(600_000)),
    ("a.b/3.txt", b"a dot in the folder"),
    ("no-extension", b"plain"),
    ("b/last.txt", b"last"),
]
FORMATS = {".tar": archive.make_tar, ".tgz": archive.make_tgz, ".zip": archive.make_zip, ".tar.lz4": archive.make_tar_lz4}


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """A node that reads all formats; bucket b has the members as s.tar, s.tgz, s.zip and s.tar.lz4."""
    from harness.node import Node

    node = Node(tmp_path_factory.mktemp("archived") / "data", ENABLED).start()
    node.create_bucket("b")
    for extension, make in FORMATS.items():
        node.put("b", "s" + extension, make(MEMBERS))
    yield node
    node.stop()
    assert "Sanitizer" not in node.log(), node.log_tail(80)


def many(node, name, mode, text, **options):
    return node.get("b", name, f"provider=ais&archmode={mode}&archregx={quote(text, safe='')}&archpath=", **options)


def expected(predicate):
    return [(name, data) for name, data in MEMBERS if predicate(name)]


MATCHES = {
    ("prefix", "a/"): lambda name: name.startswith("a/"),
    ("suffix", ".txt"): lambda name: name.endswith(".txt"),
    ("substr", "/1."): lambda name: "/1." in name,
    ("regexp", r"^(a|b)/\d\.txt$"): lambda name: re.search(r"^(a|b)/\d\.txt$", name),
    ("regexp", r"[0-9]"): lambda name: re.search("[0-9]", name),
    ("wdskey", "a/1"): lambda name: name in ("a/1.txt", "a/1.json", "a/1.seg.png"),
    ("wdskey", "a.b/3"): lambda name: name == "a.b/3.txt",
    ("wdskey", "no-extension"): lambda name: name == "no-extension",
    ("prefix", ""): lambda name: True,
    ("suffix", ".bin"): lambda name: name.endswith(".bin"),
}


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("mode, text", MATCHES)
def test_many_files_are_one_tar_in_archive_order(shards, extension, mode, text):
    answer = many(shards, "s" + extension, mode, text)
    assert answer.status == 200 and answer.complete, answer.body[:500]
    assert answer.header("Content-Type") == "application/x-tar"
    for absent in ("Ais-Checksum-Value", "Ais-Version", "Ais-Atime"):
        assert answer.header(absent) is None
    assert [(member.name, member.data) for member in archive.read_tar(answer.body)] == expected(MATCHES[mode, text])


@pytest.mark.parametrize("extension", FORMATS)
def test_no_match_is_named(shards, extension):
    error = many(shards, "s" + extension, "prefix", "zzz").error(404)
    assert error["tcode"] == "ErrNotFound"
    assert re.fullmatch(rf"t\[\w+\]: \(archregx=zzz, archmode=prefix\) in ais://b/s{re.escape(extension)} does not exist", error["message"])


def test_an_expression_without_a_mode_means_the_object(shards):
    answer = shards.get("b", "s.tar", "provider=ais&archregx=a")
    assert answer.status == 200 and answer.body == archive.make_tar(MEMBERS)
    assert answer.header("Ais-Checksum-Value")


def test_what_is_refused(shards):
    mode = shards.get("b", "s.tar", "archmode=bogus&archregx=a").error(400)
    assert mode["message"] == "dpq: 'archmode=bogus', err: invalid matching mode \"bogus\", expecting one of: [regexp prefix suffix substr wdskey]"
    both = shards.get("b", "s.tar", "archmode=prefix&archregx=a&archpath=x").error(400)
    assert both["message"] == (
        "dpq: 'archpath=x', err: dpq: archpath=\"archpath\" (match one) and archregx=\"archregx\" (match many) are mutually exclusive"
    )
    for expression in ("(", "a{2", "[", "*", "(?P<n", r"\8", "a**", "(?=x)", "x{1001}"):
        if expression == "a{2":  # Go and RE2 take it literally
            assert many(shards, "s.tar", "regexp", expression).status == 404
            continue
        error = many(shards, "s.tar", "regexp", expression).error(400)
        assert "error parsing regexp" in error["message"], expression
    ranged = many(shards, "s.tar", "prefix", "a", headers=[("Range", "bytes=0-1")]).error(400)
    assert ranged["tcode"] == "ErrUnsupp" and "cannot range-read archived content range: bytes=0-1" in ranged["message"]
    absent = shards.get("b", "absent.tar", "archmode=prefix&archregx=a").error(404)
    assert "ais://b/absent.tar does not exist" in absent["message"]
    shards.put("b", "text", b"no archive at all")
    text = shards.get("b", "text", "archmode=prefix&archregx=a").error(400)
    assert "unrecognized or unsupported file format" in text["message"]


@pytest.mark.parametrize("expression", [r"(a*)*$", r"(a|aa)+$", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(.*)(.*)(.*)(.*)(.*)[^/]x$", "(" * 900 + "a" + ")" * 900, "a{500}{2}"])
def test_expressions_of_strangers_cost_little(shards, expression):
    """What makes a backtracking matcher hang, or a recursive one overflow its stack, is answered like any other."""
    shards.put("b", "long-names.tar", archive.make_tar([("a" * 4000 + "!", b"x")] * 50))
    assert many(shards, "long-names.tar", "regexp", expression, timeout=10).status in (200, 400, 404)


def test_the_format_that_the_request_tells(shards):
    for extension, make in FORMATS.items():
        shards.put("b", f"plain{extension[1:]}", make(MEMBERS))
        for mime in (extension, extension[1:], ""):
            answer = shards.get("b", f"plain{extension[1:]}", f"archpath=b/2.txt&archmime={mime}")
            assert answer.status == 200 and answer.body == b"two two"
    error = shards.get("b", "plaintar", "archpath=b/2.txt&archmime=.rar").error(400)
    assert error["tcode"] == "errUnknownMime"
    # The name tells it: what the request says does not matter.
    assert shards.get("b", "s.tar", "archpath=b/2.txt&archmime=.zip").body == b"two two"


def test_a_wrong_format_harms_nobody_else(shards):
    shards.put("b", "mistaken", archive.make_tar(MEMBERS))
    shards.get("b", "mistaken", "archpath=b/2.txt&archmime=.zip").error(400)
    assert shards.get("b", "mistaken", "archpath=b/2.txt").body == b"two two"
    shards.get("b", "mistaken", "archpath=b/2.txt&archmime=.zip").error(400)


@pytest.mark.parametrize("extension", FORMATS)
def test_head_of_an_archived_file(shards, extension):
    for name, data in MEMBERS:
        answer = shards.request("HEAD", f"/v1/objects/b/s{extension}?archpath={name}")
        assert (answer.status, answer.header("Content-Length")) == (200, str(len(data)))
        assert answer.header("Ais-Present") == "true" and answer.header("Ais-Checksum-Value") is None
    missing = shards.request("HEAD", f"/v1/objects/b/s{extension}?archpath=none&props=name,size")
    assert missing.status == 404 and "none in ais://b/s" in missing.header("Hdr-Error")


def test_hostile_paths(shards):
    hostile = [("../../etc/passwd", b"up"), ("/absolute", b"abs"), ("./dot", b"dot"), ("n" * 3000, b"long")]
    shards.put("b", "hostile.tar", archive.make_tar(hostile))
    answer = many(shards, "hostile.tar", "prefix", "")
    assert [member.data for member in archive.read_tar(answer.body)] == [data for _, data in hostile]
    for path in ("%2F", "%2F%2F", "..", "../etc/passwd", "x" * 7000, "%FF%FE"):
        assert shards.request("GET", f"/v1/objects/b/hostile.tar?archpath={path}").status == 404, path
    for path in ("%00", "a%00b", "../../etc/passwd%00"):
        assert shards.request("GET", f"/v1/objects/b/hostile.tar?archpath={path}").status == 400, path
    assert shards.request("GET", "/v1/objects/b/hostile.tar?archpath=%2Fabsolute").body == b"abs"


@pytest.mark.parametrize("extension", FORMATS)
def test_nested_shards_are_not_entered(shards, extension):
    inner = archive.make_tar([("m.txt", b"inner")])
    shards.put("b", "outer" + extension, FORMATS[extension]([("inner.tar", inner)]))
    assert shards.get("b", "outer" + extension, "archpath=inner.tar").body == inner
    error = shards.get("b", "outer" + extension, "archpath=inner.tar/m.txt").error(404)
    assert error["message"].endswith(f"inner.tar/m.txt in ais://b/outer{extension} does not exist")


@pytest.mark.parametrize("extension", FORMATS)
def test_a_damaged_shard_is_not_taken_for_all_of_it(shards, extension):
    """Some files that match may lie behind the damage: that is no answer with those before it."""
    shards.put("b", "damaged" + extension, FORMATS[extension](MEMBERS)[:-9000])
    answer = many(shards, "damaged" + extension, "prefix", "a/")
    assert answer.status == 400 and f"damaged{extension}" in answer.error(400)["message"]


def sparse_tar(tmp_path) -> bytes:
    """As GNU tar packs a file with a hole, after one without."""
    (tmp_path / "plain").write_bytes(b"plain")
    with open(tmp_path / "holes", "wb") as file:
        file.seek(10_000_000)
        file.write(b"end")
    return subprocess.run(["tar", "-cSf", "-", "plain", "holes"], cwd=tmp_path, check=True, capture_output=True).stdout


def test_a_file_that_cannot_be_read_is_not_left_out(shards, tmp_path):
    data = sparse_tar(tmp_path)
    for name, content in (("sparse.tar", data), ("sparse.tgz", gzip.compress(data))):
        shards.put("b", name, content)
        assert shards.get("b", name, "archpath=plain").body == b"plain"
        for answer in (shards.get("b", name, "archpath=holes"), many(shards, name, "prefix", ""), many(shards, name, "suffix", "holes")):
            assert "is a sparse file" in answer.error(400)["message"]
        assert [m.name for m in archive.read_tar(many(shards, name, "prefix", "p").body)] == ["plain"]
        # It stays where it is when another is added.
        assert shards.request("PUT", f"/v1/objects/b/{name}?archpath=new", b"x", [("Ais-Pine", "1")]).status == 200
        assert shards.get("b", name, "archpath=new").body == b"x"
        assert "is a sparse file" in shards.get("b", name, "archpath=holes").error(400)["message"]


def test_many_and_large_files_in_bounded_memory(start_node):
    """More content than the node may hold at a time passes through it."""
    node = start_node(ENABLED + '[node.memory]\nbudget = "64MiB"\n')
    node.create_bucket("b")
    noise = random.Random(5)
    members = [(f"{i:05}.bin", noise.randbytes(100_000)) for i in range(400)] + [("large.bin", noise.randbytes(50_000_000))]
    for extension in (".tar", ".tgz", ".zip"):
        node.put("b", "big" + extension, FORMATS[extension](members))
        answer = many(node, "big" + extension, "suffix", ".bin", timeout=120)
        assert answer.complete
        got = archive.read_tar(answer.body)
        assert [m.name for m in got] == [name for name, _ in members]
        assert all(m.data == data for m, (_, data) in zip(got, members))


def test_without_a_writer_of_tar_it_says_so(start_node):
    node = start_node('[plugins]\nenable = ["archive_zip"]\n')
    node.create_bucket("b")
    node.put("b", "s.zip", archive.make_zip(MEMBERS))
    assert node.get("b", "s.zip", "archpath=a/1.txt").body == b"one"
    error = many(node, "s.zip", "prefix", "a").error(501)
    assert "enable archive_tar" in error["message"]
