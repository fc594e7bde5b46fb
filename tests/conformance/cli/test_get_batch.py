"""bryo ml get-batch: the manual's examples, and the reference command's defects repaired (get-batch.md 13)."""

import json

import pytest

from harness import archive


def members(path):
    return [(member.name, member.data) for member in archive.read_tar(path.read_bytes())]


@pytest.mark.parametrize("streaming", [[], ["--streaming"]], ids=["buffered", "streaming"])
def test_list(bryo, filled, here, streaming):
    bryo("ml", "get-batch", f"ais://{filled}", "out.tar", "--list", "x-0001-1, x-0002-2,s.tar/m/2.bin", *streaming)
    assert members(here / "out.tar") == [
        (f"{filled}/x-0001-1", b"1/1"),
        (f"{filled}/x-0002-2", b"2/2"),
        (f"{filled}/s.tar/m/2.bin", b"two"),
    ]


def test_template(bryo, filled, here):
    bryo("ml", "get-batch", f"ais://{filled}", "out.tar", "--template", "x-{0001..0009..2}-{1..2}", "--omit-src-bck")
    expected = [(f"x-{i:04d}-{k}", f"{i}/{k}".encode()) for i in (1, 3, 5, 7, 9) for k in (1, 2)]
    assert members(here / "out.tar") == expected
    bryo("ml", "get-batch", f"ais://{filled}/x-{{0001..0002}}-1", "out2.tar")
    assert [data for _, data in members(here / "out2.tar")] == [b"1/1", b"2/1"]


def test_prefix(bryo, filled, here):
    for words in (["--prefix", "train/"], []):
        source = f"ais://{filled}" if words else f"ais://{filled}/train/"
        bryo("ml", "get-batch", source, "out.tar", *words, "-y")
        assert members(here / "out.tar") == [(f"{filled}/train/a.txt", b"A" * 100), (f"{filled}/train/sub/b.txt", b"B" * 200)]


def test_one_name(bryo, filled, here):
    bryo("ml", "get-batch", f"ais://{filled}/s.tar/m/1.bin", "new/folder/out.tar")
    assert members(here / "new/folder/out.tar") == [(f"{filled}/s.tar/m/1.bin", b"one")]


SPECS = {
    "wire keys": {"in": [{"objname": "x-0001-1"}, {"objname": "s.tar", "archpath": "m/1.bin", "start": 1, "length": 2}], "onob": True},
    "long names": {
        "in": [{"objname": "x-0001-1"}, {"objname": "s.tar", "archpath": "m/1.bin", "start": 1, "length": 2}],
        "output_format": ".tar", "streaming_get": True, "only_obj_name": True,
    },
}


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
@pytest.mark.parametrize("how", ["file", "stdin", "inline", "yaml"])
def test_spec(bryo, filled, here, spec, how):
    text = json.dumps(spec)
    if how == "yaml":
        lines = ["in:"]
        for entry in spec["in"]:
            lines += [("  - " if i == 0 else "    ") + f"{key}: {value}" for i, (key, value) in enumerate(entry.items())]
        lines += [f"{key}: {json.dumps(value)}" for key, value in spec.items() if key != "in"]
        (here / "spec.yaml").write_text("\n".join(lines) + "\n")
    (here / "spec.json").write_text(text)
    argument = {"file": "spec.json", "stdin": "-", "inline": text, "yaml": "spec.yaml"}[how]
    bryo("ml", "get-batch", f"ais://{filled}", "out.tar", "--spec", argument, "-y", stdin=text.encode() if how == "stdin" else b"")
    assert members(here / "out.tar") == [("x-0001-1", b"1/1"), ("s.tar/m/1.bin", b"ne")]


def test_spec_names_its_buckets(bryo, filled, here):
    bryo("ml", "get-batch", "out.tar", "-f", json.dumps({"in": [{"objname": "x-0001-1", "bucket": filled}]}))
    assert members(here / "out.tar") == [(f"{filled}/x-0001-1", b"1/1")]


def test_misspelt_key_is_an_error(bryo, filled, here):
    ran = bryo("ml", "get-batch", f"ais://{filled}", "out.tar", "-f", '{"in":[{"objnam":"x"}]}', code=2)
    assert "objnam" in ran.err.decode() and not (here / "out.tar").exists()


def test_missing_entries(bryo, filled, here):
    ran = bryo("ml", "get-batch", f"ais://{filled}", "out.tar", "--list", "x-0001-1,absent", code=1)
    assert f"ais://{filled}/absent does not exist" in ran.err.decode()
    assert not (here / "out.tar").exists(), "a failed batch leaves no archive"
    ran = bryo("ml", "get-batch", f"ais://{filled}", "out.tar", "--list", "x-0001-1,absent", "--streaming", code=1)
    assert "absent" in ran.err.decode() and not (here / "out.tar").exists(), "also when it fails after the 200"
    ran = bryo("ml", "get-batch", f"ais://{filled}", "out.tar", "--list", "x-0001-1,absent", "--cont-on-err")
    assert members(here / "out.tar") == [(f"{filled}/x-0001-1", b"1/1"), (f"__404__/{filled}/absent", b"")]
    assert "absent" in ran.err.decode()


def test_overwriting_asks(bryo, filled, here):
    (here / "out.tar").write_text("old")
    bryo("ml", "get-batch", f"ais://{filled}/x-0001-1", "out.tar", stdin=b"n\n")
    assert (here / "out.tar").read_text() == "old"
    bryo("ml", "get-batch", f"ais://{filled}/x-0001-1", "out.tar", "-y")
    assert members(here / "out.tar")


def test_words_about_the_result(bryo, filled, here):
    assert "Created ML batch archive out.tar with 2 objects" in bryo(
        "ml", "get-batch", f"ais://{filled}", "out.tar", "--list", "x-0001-1,x-0001-2").text
    assert "Streamed 1 object" in bryo("ml", "get-batch", f"ais://{filled}/x-0001-1", "out.tar", "-y", "--streaming").text
    assert bryo("ml", "get-batch", f"ais://{filled}/x-0001-1", "out.tar", "-y", "--nv").text == ""
    shown = bryo("ml", "get-batch", f"ais://{filled}/x-0001-1", "out.tar", "-y", "--json").json
    assert (shown["archive"], shown["entries"], shown["missing"]) == ("out.tar", 1, [])


def test_archive_on_standard_output(bryo, filled):
    data = bryo("ml", "get-batch", f"ais://{filled}", "-", "--list", "x-0001-1,x-0001-2").out
    assert [member.data for member in archive.read_tar(data)] == [b"1/1", b"1/2"]


def test_wrong_destination(bryo, filled, here):
    assert ".rar" in bryo("ml", "get-batch", f"ais://{filled}/x-0001-1", "out.rar", code=2).err.decode()
    assert bryo("ml", "get-batch", f"ais://{filled}", "out.tar", code=2).err
    assert bryo("ml", "get-batch", f"ais://{filled}", code=2).err
