"""bryo archive get."""

import os
import signal
import subprocess

import pytest

from harness import archive
from harness.node import find_bryod, wait_until
from harness.shard_reader import members_of, names_of

SHARDS = [".tar", ".tgz", ".zip", ".tar.lz4"]


@pytest.mark.parametrize("extension", SHARDS)
def test_one_member(bryo, sharded, here, extension):
    shard = f"ais://{sharded}/s{extension}"
    assert bryo("archive", "get", f"{shard}/cat/1.jpg", "-").out == b"cat one" * 300
    bryo("archive", "get", f"{shard}/cat/1.jpg")
    assert (here / "1.jpg").read_bytes() == b"cat one" * 300
    bryo("archive", "get", shard, "renamed", "--archpath", "dog/1.jpg")
    assert (here / "renamed").read_bytes() == b"dog"
    assert "pass --yes" in bryo("archive", "get", f"{shard}/top.txt", "renamed", code=1).err.decode()
    assert (here / "renamed").read_bytes() == b"dog"
    bryo("archive", "get", f"{shard}/top.txt", "renamed", "--force")
    assert (here / "renamed").read_bytes() == b"t"
    assert "does not exist" in bryo("archive", "get", f"{shard}/absent", "out", code=1).err.decode()
    assert not (here / "out").exists()


@pytest.mark.parametrize(
    "selection, expected",
    [
        (["--regex", "^(cat|dog)/1[.]"], ["cat/1.cls", "cat/1.jpg", "dog/1.jpg"]),
        (["--prefix", "cat/"], ["cat/1.cls", "cat/1.jpg", "cat/10.jpg"]),
        (["--suffix", ".jpg"], ["cat/1.jpg", "cat/10.jpg", "dog/1.jpg"]),
        (["--substring", "/1"], ["cat/1.cls", "cat/1.jpg", "cat/10.jpg", "dog/1.jpg"]),
        (["--wdskey", "cat/1"], ["cat/1.cls", "cat/1.jpg"]),
        ([], None),
    ],
)
@pytest.mark.parametrize("extension", SHARDS)
def test_members_that_match(bryo, sharded, here, extension, selection, expected, members):
    shard = f"ais://{sharded}/s{extension}"
    expected = expected or sorted(name for name, _ in members)
    bryo("archive", "get", shard, "into/", *selection)
    found = {str(path.relative_to(here / "into")): path.read_bytes() for path in (here / "into").rglob("*") if path.is_file()}
    assert found == {name: data for name, data in members if name in expected}
    for name in ("out.tar", "out.tgz", "out.zip", "out.tar.lz4"):
        bryo("archive", "get", shard, name, *selection)
        assert sorted(members_of((here / name).read_bytes(), name)) == sorted(found.items())
    assert sorted(names_of(bryo("archive", "get", shard, "-", *selection).out, ".tar")) == expected


def test_members_below_a_folder_and_the_default_place(bryo, sharded, here):
    bryo("archive", "get", f"ais://{sharded}/s.tar.lz4/cat/")
    assert sorted(path.name for path in (here / "s" / "cat").iterdir()) == ["1.cls", "1.jpg", "10.jpg"]
    assert "not exist" in bryo("archive", "get", f"ais://{sharded}/s.tar", "none", "--suffix", ".wav", code=1).err.decode()
    assert not (here / "none").exists()


def test_a_hostile_shard_stays_in_its_folder(bryo, bucket, node, here):
    names = ["../up", "a/../../up", str(here / "abs"), "..", "good/file"]
    node.put(bucket, "evil.tar", archive.make_tar([(name, b"x") for name in names]))
    (here / "deep" / "into").mkdir(parents=True)
    ran = bryo("archive", "get", f"ais://{bucket}/evil.tar", "deep/into", code=1)
    files = [path for path in here.rglob("*") if path.is_file()]
    assert files == [here / "deep" / "into" / "good" / "file"], files
    assert "cannot be a file below the destination folder" in ran.err.decode()


def test_files_are_kept_unless_forced(bryo, sharded, here):
    (here / "into" / "dog").mkdir(parents=True)
    (here / "into" / "dog" / "1.jpg").write_bytes(b"mine")
    ran = bryo("archive", "get", f"ais://{sharded}/s.tar", "into", code=1)
    assert "pass --force" in ran.err.decode() and "1 member was not written" in ran.err.decode()
    assert (here / "into" / "dog" / "1.jpg").read_bytes() == b"mine" and (here / "into" / "top.txt").read_bytes() == b"t"
    bryo("archive", "get", f"ais://{sharded}/s.tar", "into", "--force")
    assert (here / "into" / "dog" / "1.jpg").read_bytes() == b"dog"


@pytest.mark.parametrize(
    "words, told",
    [
        (["get", "ais://b"], "names no shard"),
        (["get", "ais://b/s.tar", "--prefix", "a", "--suffix", "b"], "only one of"),
        (["get", "ais://b/s.tar/m", "--prefix", "a"], "exclude each other"),
        (["get", "ais://b/s.tar", "--archmode", "suffix"], "--archregx TEXT"),
        (["get", "ais://b/s.tar", "--archregx", "x", "--archmode", "glob"], "glob not in"),
        (["put", "x"], "expected SOURCE... and BUCKET/SHARD"),
        (["put", "x", "ais://b/object"], "names no shard: its name ends with .tar"),
        (["append", "x", "ais://b"], "names no shard"),
        (["bucket", "ais://b", "ais://b/o"], "names no shard"),
        (["bucket", "ais://b/x", "ais://b/o.tar", "--list", "a"], "only one of --list"),
        (["ls", "ais://b/s", "--prefix", "a"], "exclude each other"),
    ],
)
def test_wrong_usage(bryo, words, told):
    assert told in bryo("archive", *words, code=2).err.decode()


def test_an_interrupt_ends_an_extraction(bryo, bucket, node, here):
    """Also where the disk is slower than the node, so that the command never waits for bytes."""
    bryo("archive", "gen-shards", f"ais://{bucket}/many.tar", "-n", 30000, "--size", 1000)
    command = [str(find_bryod().parent / "bryo"), "archive", "get", f"ais://{bucket}/many.tar", "into"]
    child = subprocess.Popen(command, cwd=here, env={"AIS_ENDPOINT": node.url}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: child.poll() is not None or any(here.glob("into/*.test")))
    child.send_signal(signal.SIGINT)
    out, err = child.communicate()
    assert (child.returncode, out) == (1, b"") and b"cancelled" in err
    names = list((here / "into").iterdir())
    assert 0 < len(names) < 30000 and all(name.suffix == ".test" and name.stat().st_size == 1000 for name in names)


def test_where_the_members_cannot_go(bryo, sharded, here):
    shard = f"ais://{sharded}/s.tar"
    assert bryo("archive", "get", shard, "/dev/null", "--json").json["members"] == 5
    (here / "file").write_bytes(b"mine")
    told = bryo("archive", "get", shard, "file", code=1).err.decode()
    assert "file is a file" in told and "file.tar" in told and (here / "file").read_bytes() == b"mine"


@pytest.mark.parametrize("mode, text, expected", [("suffix", ".cls", ["cat/1.cls"]), ("wdskey", "cat/1", ["cat/1.cls", "cat/1.jpg"]), ("", "^dog|top", ["dog/1.jpg", "top.txt"])])
def test_a_selection_as_the_reference_writes_it(bryo, sharded, here, mode, text, expected):
    bryo("archive", "get", f"ais://{sharded}/s.tar", "out.tar", f"--archregx={text}", *([f"--archmode={mode}"] if mode else []))
    assert sorted(names_of((here / "out.tar").read_bytes(), ".tar")) == expected


def test_a_reader_that_goes_away_is_no_news(bryo, bucket, node, here):
    bryo("archive", "gen-shards", f"ais://{bucket}/big.tar", "--size", "4MiB")
    command = [str(find_bryod().parent / "bryo"), "archive", "get", f"ais://{bucket}/big.tar/000000000.test", "-"]
    child = subprocess.Popen(command, env={"AIS_ENDPOINT": node.url}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    child.stdout.read(10)
    child.stdout.close()
    assert (child.wait(timeout=20), child.stderr.read()) == (1, b"")


def test_an_interrupt_ends_a_question(bryo, sharded, node, here):
    (here / "s.zip").write_bytes(b"mine")
    command = [str(find_bryod().parent / "bryo"), "archive", "get", f"ais://{sharded}/s.tar", "s.zip"]
    child = subprocess.Popen(command, cwd=here, env={"AIS_ENDPOINT": node.url}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    asked = b""
    while b"[Y/N]" not in asked:
        asked += os.read(child.stderr.fileno(), 1000)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=20) == 1 and b"cancelled" in child.stderr.read() and (here / "s.zip").read_bytes() == b"mine"
