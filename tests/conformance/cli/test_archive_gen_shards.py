"""bryo archive gen-shards."""

import pytest

from harness.shard_reader import FORMATS, members_of
from harness.shards import run


@pytest.mark.parametrize("extension", FORMATS)
def test_every_format_is_read_back(bryo, bucket, node, extension):
    ran = bryo("archive", "gen-shards", f"ais://{bucket}/s-{{00..02}}{extension}", "-n", 7, "--size", "1.5KiB", "--ext", ".jpg,cls", "--json")
    assert ran.json["shards"] == 3 and ran.json["members"] == 42 and ran.json["failed"] == 0
    names = []
    for number in range(3):
        members = members_of(node.get(bucket, f"s-{number:02d}{extension}").body, extension)
        assert len(members) == 14 and all(len(content) == 1536 for _, content in members)
        assert len({content for _, content in members}) == 14
        names += [name for name, _ in members]
    assert names == [f"{i:09d}{end}" for i in range(21) for end in (".jpg", ".cls")]


def test_the_tools_of_the_formats_find_nothing_wrong(bryo, bucket, node, here):
    for extension in FORMATS:
        bryo("archive", "gen-shards", f"ais://{bucket}/t{extension}", "-n", 300, "--size", 700)
        (here / f"t{extension}").write_bytes(node.get(bucket, f"t{extension}").body)
    names = [f"{i:09d}.test" for i in range(300)]
    run(["unzip", "-tq", str(here / "t.zip")])
    run(["gzip", "-t", str(here / "t.tgz")])
    run(["lz4", "-t", str(here / "t.tar.lz4")])
    for extension in (".tar", ".tgz", ".tar.gz"):
        assert run(["tar", "-tf", str(here / f"t{extension}")]).decode().split() == names


def test_a_seed_gives_the_same_bytes(bryo, bucket, node):
    made = []
    for prefix, seed in (("a", 1), ("b", 1), ("c", 2)):
        bryo("archive", "gen-shards", f"ais://{bucket}/{prefix}-{{0..1}}.tar", "--size", 1001, "--seed", seed)
        made.append([node.get(bucket, f"{prefix}-{i}.tar").body for i in range(2)])
    assert made[0] == made[1] and made[0] != made[2] and made[0][0] != made[0][1]


def test_buckets_are_made_and_cleaned(bryo, bucket, node):
    fresh = f"{bucket}-fresh"
    bryo("archive", "gen-shards", f"ais://{fresh}/s-{{0..3}}.tar")
    bryo("archive", "gen-shards", f"ais://{fresh}/t-{{0..1}}", "--format", "zip")
    assert [entry["name"] for entry in bryo("ls", fresh, "--json").json] == ["s-0.tar", "s-1.tar", "s-2.tar", "s-3.tar", "t-0.zip", "t-1.zip"]
    bryo("archive", "gen-shards", f"ais://{fresh}/u-{{0..0}}.tgz", "--cleanup", stdin=b"n\n", code=1)
    assert len(bryo("ls", fresh, "--json").json) == 6
    bryo("archive", "gen-shards", f"ais://{fresh}/u-{{0..0}}.tgz", "--cleanup", "-y")
    assert [entry["name"] for entry in bryo("ls", fresh, "--json").json] == ["u-0.tgz"]


def test_empty_members_and_large_ones(bryo, bucket, node):
    bryo("archive", "gen-shards", f"ais://{bucket}/none.tgz", "--size", 0, "-n", 3)
    assert [content for _, content in members_of(node.get(bucket, "none.tgz").body, ".tgz")] == [b""] * 3
    bryo("archive", "gen-shards", f"ais://{bucket}/large.zip", "--size", "9MiB", "-n", 2)
    assert [len(content) for _, content in members_of(node.get(bucket, "large.zip").body, ".zip")] == [9 << 20] * 2


@pytest.mark.parametrize(
    "words, told",
    [
        (["ais://b"], "add a template"),
        (["ais://b/x-%06d.tar"], "has no end"),
        (["ais://b/x-{9..1}.tar"], 'template "'),
        (["ais://b/x-{0..1}.tar", "--format", "zip"], "contradicts"),
        (["ais://b/x-{0..1}", "--format", "rar"], "unknown archive format"),
        (["ais://b/x-{0..1}.tar", "--size", "many"], 'is no size: write it like 100MiB'),
        (["ais://b/x-{0..1}.tar", "--ext", ","], "--ext is empty"),
        (["ais://b/x-{0..1}.tar", "--ext", ".jpg,jpg"], "--ext has .jpg twice"),
        (["ais://b/x-{0..1}.rar"], ".rar is no format of shards"),
        (["ais://b/x-{0..1}.tar", "-n", "0"], "not in range"),
    ],
)
def test_wrong_usage(bryo, words, told):
    assert told in bryo("archive", "gen-shards", *words, code=2).err.decode()
