"""ml get-batch against a real node: every flag, every way to name entries, every format."""

import io
import json
import subprocess
import tarfile
import zipfile

import pytest

from conftest import content


def tar_members(data, mode="r:*"):
    with tarfile.open(fileobj=io.BytesIO(data), mode=mode) as tar:
        return [(member.name, tar.extractfile(member).read()) for member in tar]


def expected(bucket, *names, prefix=True):
    """The members that answer plain objects of `filled`."""
    out = []
    for name in names:
        number, part = int(name[2:6]), int(name[7])
        out.append(((bucket + "/" if prefix else "") + name, content(name, 100 * number + part)))
    return out


@pytest.fixture(params=[[], ["--streaming"]], ids=["buffered", "streaming"])
def way(request):
    return request.param


def test_list_with_members(bryo, filled, tmp_path, way):
    ran = bryo.ok("ml", "get-batch", filled, "new/folder/out.tar", "--list", " x-0002-1, s.tar/a/3.txt ,x-0001-2", *way)
    archive = tmp_path / "new/folder/out.tar"
    member = (f"{filled}/s.tar/a/3.txt", content("member-3", 150))
    assert tar_members(archive.read_bytes()) == [expected(filled, "x-0002-1")[0], member, expected(filled, "x-0001-2")[0]]
    done = "Streamed 3 objects to new/folder/out.tar\n" if way else "Created ML batch archive new/folder/out.tar with 3 objects\n"
    assert ran.out == done and ran.err == ""


def test_template(bryo, filled, tmp_path, way):
    bryo.ok("ml", "get-batch", f"ais://{filled}", "out.tar", "--template", "x-{0001..0009..4}-{1..2}", *way)
    names = [f"x-{number:04}-{part}" for number in (1, 5, 9) for part in (1, 2)]
    assert tar_members((tmp_path / "out.tar").read_bytes()) == expected(filled, *names)
    bryo.ok("ml", "get-batch", f"{filled}/x-{{0001..0002}}-1", "again.tar", "--omit-src-bck", *way)
    assert tar_members((tmp_path / "again.tar").read_bytes()) == expected(filled, "x-0001-1", "x-0002-1", prefix=False)
    bryo.ok("ml", "get-batch", filled, "shard.tar", "--template", "s.tar/a/{1..3}.txt")
    assert [name for name, _ in tar_members((tmp_path / "shard.tar").read_bytes())] == [f"{filled}/s.tar/a/{n}.txt" for n in (1, 2, 3)]


def test_prefix(bryo, filled, tmp_path, way):
    for arguments in (["get-batch", filled, "out.tar", "--prefix", "x-0003"], ["get-batch", f"{filled}/x-0003-1", "out.tar"]):
        bryo.ok("ml", *arguments, "-y", *way)
        names = ["x-0003-1", "x-0003-2"] if "--prefix" in arguments else ["x-0003-1"]
        assert tar_members((tmp_path / "out.tar").read_bytes()) == expected(filled, *names)
    assert "begins with" in bryo.fails("ml", "get-batch", filled, "none.tar", "--prefix", "zzz").err


@pytest.mark.parametrize("extension", [".tar", ".tgz", ".tar.gz", ".zip", ".tar.lz4"])
def test_formats_follow_the_name(bryo, node, filled, tmp_path, way, extension):
    ran = bryo.run("ml", "get-batch", filled, "out" + extension, "--template", "x-{0001..0003}-1", *way)
    if ran.code != 0 and "UNKNOWN" in ran.err.upper() and extension not in (".tar",):
        pytest.fail(f"the node does not write {extension}: {ran}")
    assert ran.code == 0, ran
    data = (tmp_path / ("out" + extension)).read_bytes()
    names = ("x-0001-1", "x-0002-1", "x-0003-1")
    if extension == ".zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert [(info.filename, archive.read(info)) for info in archive.infolist()] == expected(filled, *names)
        return
    if extension == ".tar.lz4":
        data = subprocess.run(["lz4", "-dc"], input=data, capture_output=True, check=True).stdout
    else:
        assert data[:2] == (b"\x1f\x8b" if extension != ".tar" else filled[:2].encode())
    assert tar_members(data) == expected(filled, *names)


SPEC = {"in": [{"objname": "x-0001-1"}, {"objname": "s.tar", "archpath": "a/1.txt", "start": 10, "length": 5}, {"objname": "x-0002-2", "bucket": "OTHER"}], "onob": True}

YAML = """
in:
  - objname: x-0001-1
  - objname: s.tar
    archpath: a/1.txt
    start: 10
    length: 5
  - objname: x-0002-2
    bucket: OTHER
onlyobjname: true
"""


@pytest.mark.parametrize("kind", ["json", "yaml"])
@pytest.mark.parametrize("source", ["file", "inline", "stdin"])
def test_specifications(bryo, filled, tmp_path, kind, source):
    text = (json.dumps(SPEC) if kind == "json" else YAML).replace("OTHER", filled)
    value = {"file": "spec.file", "inline": text, "stdin": "-"}[source]
    (tmp_path / "spec.file").write_text(text)
    bryo.ok("ml", "get-batch", filled, "out.tar", "-f", value, stdin=text.encode() if source == "stdin" else b"")
    assert tar_members((tmp_path / "out.tar").read_bytes()) == [
        expected(filled, "x-0001-1", prefix=False)[0],
        ("s.tar/a/1.txt", content("member-1", 50)[10:15]),
        expected(filled, "x-0002-2", prefix=False)[0],
    ]


def test_the_manuals_specification(bryo, filled, tmp_path):
    spec = {"in": [{"objname": "x-0001-1", "bucket": filled}], "output_format": ".tgz", "streaming_get": True, "continue_on_err": True, "only_obj_name": True}
    ran = bryo.ok("ml", "get-batch", "out.tgz", "--spec", json.dumps(spec))
    assert ran.out == "Streamed 1 object to out.tgz\n"
    data = (tmp_path / "out.tgz").read_bytes()
    assert data[:2] == b"\x1f\x8b" and tar_members(data) == expected(filled, "x-0001-1", prefix=False)


def test_the_command_line_wins_and_says_so(bryo, filled, tmp_path):
    spec = json.dumps({"in": [{"objname": "x-0001-1"}], "onob": False, "strm": False})
    ran = bryo.ok("ml", "get-batch", filled, "out.tar", "-f", spec, "--omit-src-bck", "--streaming")
    assert "warning: --omit-src-bck wins over the specification" in ran.err
    assert "warning: --streaming wins over the specification" in ran.err
    assert ran.out.startswith("Streamed 1") and tar_members((tmp_path / "out.tar").read_bytes()) == expected(filled, "x-0001-1", prefix=False)
    conflict = json.dumps({"in": [{"objname": "x-0001-1"}], "mime": ".tgz"})
    assert "rename one of them" in bryo.fails("ml", "get-batch", filled, "out.tar", "-f", conflict, "-y", code=2).err


def test_a_name_after_the_bucket_is_added_to_the_specification(bryo, filled, tmp_path):
    spec = json.dumps({"in": [{"objname": "x-0001-1"}]})
    bryo.ok("ml", "get-batch", f"{filled}/x-0002-1", "out.tar", "-f", spec)
    assert tar_members((tmp_path / "out.tar").read_bytes()) == expected(filled, "x-0001-1", "x-0002-1")


def test_missing_entries(bryo, filled, tmp_path, way):
    arguments = ["ml", "get-batch", filled, "out.tar", "--list", "x-0001-1,gone,s.tar/a/none,x-0001-2", *way]
    ran = bryo.fails(*arguments)
    assert "gone does not exist" in ran.err and list(tmp_path.iterdir()) == []
    ran = bryo.ok(*arguments, "--cont-on-err")
    assert ran.err.count("warning: entry ") == 2
    members = tar_members((tmp_path / "out.tar").read_bytes())
    assert [name for name, _ in members] == [f"{filled}/x-0001-1", f"__404__/{filled}/gone", f"__404__/{filled}/s.tar/a/none", f"{filled}/x-0001-2"]
    result = json.loads(bryo.ok(*arguments, "--cont-on-err", "-y", "--json", "-v").out)
    assert [entry["index"] for entry in result["missing"]] == [1, 2]
    assert result["entries"] == 4 and len(result["members"]) == 4 and result["first_byte_seconds"] > 0


def test_overwriting(bryo, filled, tmp_path):
    arguments = ["ml", "get-batch", f"{filled}/x-0001-1", "out.tar"]
    bryo.ok(*arguments)
    first = (tmp_path / "out.tar").read_bytes()
    assert "pass --yes" in bryo.fails(*arguments).err
    declined = bryo.ok("ml", "get-batch", f"{filled}/x-0002-1", "out.tar", stdin=b"n\n")
    assert declined.out == "" and (tmp_path / "out.tar").read_bytes() == first
    for flag in ("-y", "--yes"):
        bryo.ok("ml", "get-batch", f"{filled}/x-0002-1", "out.tar", flag)
    assert tar_members((tmp_path / "out.tar").read_bytes()) == expected(filled, "x-0002-1")
    for flag in ("-nv", "--nv", "--non-verbose"):
        assert bryo.ok(*arguments, "-y", flag).out == ""


def test_standard_output(bryo, filled, way):
    ran = bryo.ok("ml", "get-batch", f"{filled}/x-{{0001..0002}}-1", "-", *way)
    assert tar_members(ran.bytes) == expected(filled, "x-0001-1", "x-0002-1")
    spec = json.dumps({"in": [{"objname": "x-0001-1"}], "mime": ".tgz"})
    assert bryo.ok("ml", "get-batch", filled, "-", "-f", spec, *way).bytes[:2] == b"\x1f\x8b"
    bryo.ok("ml", "get-batch", f"{filled}/x-0001-1", "/dev/null", *way)


def test_verbose_lists_the_members(bryo, filled):
    out = bryo.ok("ml", "get-batch", filled, "out.tar", "--list", "x-0003-1,x-0001-1", "-v").out
    assert out.index("x-0003-1") < out.index("x-0001-1") and "first byte after" in out


def test_a_bucket_that_is_missing(bryo, tmp_path):
    assert "ErrBckNotFound" in bryo.fails("ml", "get-batch", "no-such-bucket/o", "out.tar").err
    assert list(tmp_path.iterdir()) == []


def test_ten_thousand_entries(bryo, filled, tmp_path, way):
    names = ",".join(["x-0001-1", "s.tar/a/1.txt"] * 5000)
    bryo.ok("ml", "get-batch", filled, "out.tar", "-f", json.dumps({"in": [{"objname": "x-0001-1"}, {"objname": "s.tar", "archpath": "a/1.txt"}] * 5000}), *way)
    members = tar_members((tmp_path / "out.tar").read_bytes())
    assert len(members) == 10_000 and members[9999][1] == content("member-1", 50)
    assert names
