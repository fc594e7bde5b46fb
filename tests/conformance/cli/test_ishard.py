"""bryo ishard: every file once, samples whole, shards as other programs read them."""

import json
import pathlib
import random
import re
import signal
import subprocess

import aistore
import pytest
from aistore.sdk.archive_config import ArchiveConfig
from harness.node import find_bryod, wait_until
from harness.shard_reader import FORMATS, members_of, names_of


def dataset(samples: int = 40) -> dict[str, bytes]:
    """Two folders; most samples are an image and a class, some have a third file."""
    noise = random.Random(3)
    files = {}
    for i in range(samples):
        key = f"{'cat' if i % 2 else 'dog'}/{i:03d}"
        files[f"{key}.jpg"] = noise.randbytes(noise.randrange(3000))
        files[f"{key}.cls"] = str(i % 2).encode()
        if i % 5 == 0:
            files[f"{key}.seg.png"] = noise.randbytes(600)
    return files


@pytest.fixture
def folder(here) -> pathlib.Path:
    for name, data in dataset().items():
        path = here / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return here / "data"


@pytest.fixture
def raw(node, bucket) -> str:
    """A bucket with the same files below in/."""
    name = f"{bucket}-raw"
    node.create_bucket(name)
    for file, data in dataset().items():
        node.put(name, f"in/{file}", data)
    return name


def shards_in(bryo, node, bucket, prefix="") -> dict[str, list[tuple[str, bytes]]]:
    names = [entry["name"] for entry in bryo("ls", f"ais://{bucket}", "--prefix", prefix, "--json").json]
    return {name: members_of(node.get(bucket, name).body, name) for name in names}


def key_of(name: str) -> str:
    return re.match(r"((?:.*/)?[^.]+)\.", name).group(1)


@pytest.mark.parametrize("extension", FORMATS)
def test_a_folder_in_every_format(bryo, bucket, node, folder, extension):
    ran = bryo("ishard", "data", f"ais://{bucket}/s-%04d{extension}", "--shard-size", "20KiB", "--json")
    shards = shards_in(bryo, node, bucket)
    assert ran.json["shards"] == len(shards) > 3 and ran.json["samples"] == 40 and list(shards) == [f"s-{i:04d}{extension}" for i in range(len(shards))]
    members = [member for shard in shards.values() for member in shard]
    assert dict(members) == dataset() and len(members) == len(dataset())
    assert [name for name, _ in members] == sorted(dataset(), key=lambda name: (key_of(name), name))
    for shard in shards.values():
        assert sum(512 + -len(data) // 512 * -512 for _, data in shard) <= 20 << 10
    owners = {key_of(name): shard for shard, content in shards.items() for name, _ in content}
    assert all(owners[key_of(name)] == shard for shard, content in shards.items() for name, _ in content)


def test_a_bucket_gives_the_same_shards(bryo, bucket, node, raw):
    bryo("ishard", f"ais://{raw}/in/", f"ais://{bucket}/s-%d.tar", "-n", 7)
    shards = shards_in(bryo, node, bucket)
    assert list(shards) == [f"s-{i}.tar" for i in range(6)]
    assert {name: data for content in shards.values() for name, data in content} == {f"in/{name}": data for name, data in dataset().items()}
    assert [len({key_of(name) for name, _ in content}) for content in shards.values()] == [7] * 5 + [5]
    ran = bryo("ml", "get-batch", f"ais://{bucket}", "-", "--list", "s-0.tar/in/cat/001.cls, s-5.tar/in/dog/038.cls")
    assert [data for _, data in members_of(ran.out, ".tar")] == [b"1", b"0"]


@pytest.mark.parametrize("extension", FORMATS)
def test_the_official_sdk_reads_the_members(bryo, bucket, node, folder, extension):
    bryo("ishard", "data", f"ais://{bucket}/s{extension}")
    shard = aistore.Client(node.url).bucket(bucket).object(f"s{extension}")
    for name, data in list(dataset().items())[:6]:
        assert shard.get_reader(archive_config=ArchiveConfig(archpath=name)).read_all() == data


def test_a_shuffle_comes_again_with_its_seed(bryo, bucket, node, folder):
    for prefix, seed in (("a", 5), ("b", 5), ("c", 6)):
        assert bryo("ishard", "data", f"ais://{bucket}/{prefix}-%d.tar", "-n", 9, "--sort", "shuffle", "--seed", seed, "--json").json["seed"] == seed
    orders = ["".join(name + "\n" for shard in shards_in(bryo, node, bucket, prefix).values() for name, _ in shard) for prefix in ("a", "b", "c")]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0].split()) == sorted(orders[2].split()) == sorted(dataset())
    seeded = bryo("ishard", "data", f"ais://{bucket}/e-%d.tar", "--sort", "shuffle:7", "--json")
    assert seeded.json["seed"] == 7 and b"--seed" not in seeded.err
    seed = re.search(r"--seed (\d+)", bryo("ishard", "data", f"ais://{bucket}/d-%d.tar", "--sort", "shuffle").err.decode()).group(1)
    assert "nothing to do: 1 shard was there already" in bryo("ishard", "data", f"ais://{bucket}/d-%d.tar", "--sort", "shuffle", "--seed", seed).text


def test_keys_folders_and_maps(bryo, bucket, node, folder, here):
    (here / "map.json").write_text(json.dumps({"c-%d.tar": ["^cat/"], "d-%d.zip": ["^dog/00"]}))
    told = bryo("ishard", "data", f"ais://{bucket}/m/", "--ekm", "map.json", code=1).err.decode()
    assert "15 samples were not in the external key map" in told and "--unmapped" in told
    bryo("ishard", "data", f"ais://{bucket}/m/", "--ekm", "map.json", "--unmapped", "ignore", "-n", 15)
    shards = shards_in(bryo, node, bucket, "m/")
    assert list(shards) == ["m/c-0.tar", "m/c-1.tar", "m/d-0.zip"]
    assert {key_of(name) for name, _ in shards["m/d-0.zip"]} == {f"dog/00{i}" for i in range(0, 10, 2)}
    bryo("ishard", "data", f"ais://{bucket}/f/s-%d.tar", "--by-folder")
    assert [{name.split("/")[0] for name, _ in content} for content in shards_in(bryo, node, bucket, "f/").values()] == [{"cat"}, {"dog"}]
    bryo("ishard", "data", f"ais://{bucket}/k/s-%d.tar", "--key", "^([^/]+)/", "-n", 1, "--sort", "name-desc")
    assert [{name.split("/")[0] for name, _ in content} for content in shards_in(bryo, node, bucket, "k/").values()] == [{"dog"}, {"cat"}]


def test_extensions(bryo, bucket, node, folder):
    (folder / "cat" / "001.cls").unlink()
    told = bryo("ishard", "data", f"ais://{bucket}", "--exts", ".jpg,cls", "--missing", "abort", code=1).err.decode()
    assert 'sample "cat/001" has no .cls' in told and "--missing exclude" in told
    assert bryo("ls", bucket, "--json").json == []
    assert 'sample "cat/001" has no .cls' in bryo("ishard", "data", f"ais://{bucket}/w.tar", "--exts", ".jpg,.cls").err.decode()
    bryo("ishard", "data", f"ais://{bucket}/x.tar", "--exts", ".jpg,.cls", "--missing", "exclude")
    names = names_of(node.get(bucket, "x.tar").body, ".tar")
    assert len(names) == 78 and not any(name.startswith("cat/001") or name.endswith(".png") for name in names)


def test_a_dry_run_writes_nothing(bryo, bucket, folder):
    shards = bryo("ishard", "data", f"ais://{bucket}/s-%d.tar", "-n", 16, "--dry-run", "--json").json
    assert [(shard["name"], shard["samples"]) for shard in shards] == [("s-0.tar", 16), ("s-1.tar", 16), ("s-2.tar", 8)]
    table = bryo("ishard", "data", "ais://no-such-bucket/s-%d.tar", "-n", 16, "--dry-run", "--show-keys").text
    assert table.startswith("SHARD") and "[cat/001]" in table and "cat/001.jpg" in table
    assert bryo("ls", bucket, "--json").json == []


def test_a_second_run_makes_only_what_is_missing(bryo, bucket, node, folder):
    words = ("ishard", "data", f"ais://{bucket}/s-%d.tar", "-n", 8, "--json")
    assert bryo(*words).json["shards"] == 5
    before = shards_in(bryo, node, bucket)
    bryo("rm", f"ais://{bucket}/s-3.tar")
    again = bryo(*words).json
    assert (again["shards"], again["there_already"]) == (1, 4) and shards_in(bryo, node, bucket) == before
    # Another content under the same names is never mixed in.
    (folder / "cat" / "001.jpg").write_bytes(b"changed")
    told = bryo(*words, code=1).err.decode()
    assert "s-0.tar exists with other content" in told and "--force" in told
    told = bryo("ishard", "data", f"ais://{bucket}/s-%d.tar", "-n", 7, code=1).err.decode()
    assert "4 more exist" in told and len(shards_in(bryo, node, bucket)) == 5
    forced = bryo(*words, "--force").json
    assert (forced["shards"], forced["there_already"]) == (1, 4)
    assert dict(shards_in(bryo, node, bucket)["s-0.tar"])["cat/001.jpg"] == b"changed"


def test_an_interrupt_leaves_no_half_shard(bucket, node, here, bryo):
    (here / "data").mkdir()
    for i in range(64):
        with open(here / "data" / f"{i:02d}.bin", "wb") as file:
            file.truncate(4 << 20)
    command = [str(find_bryod().parent / "bryo"), "ishard", "data", f"ais://{bucket}/s-%d.tgz", "-n", "16", "-j", "2"]
    for number in (signal.SIGINT, signal.SIGKILL):
        child = subprocess.Popen(command, cwd=here, env={"AIS_ENDPOINT": node.url}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        before = node.metrics()
        wait_until(lambda: child.poll() is not None or node.metrics() != before)
        child.send_signal(number)
        child.communicate()
        for name, content in shards_in(bryo, node, bucket).items():
            assert len(content) == 16, name
    ran = bryo("ishard", "data", f"ais://{bucket}/s-%d.tgz", "-n", 16, "--json").json
    assert ran["shards"] + ran["there_already"] == 4
    assert [len(content) for content in shards_in(bryo, node, bucket).values()] == [16] * 4


def test_on_a_terminal_the_progress_is_drawn(terminal, bucket, folder):
    written = terminal("ishard", "data", f"ais://{bucket}/s-%d.tar", "-n", 1)
    assert b"files listed" in written and b"/40 shards" in written
    assert b"made 40 shards of 40 samples" in written.split(b"\r\x1b[K")[-1]


@pytest.mark.parametrize(
    "words, told",
    [
        (["data", "ais://b/s-{0..1}.tar", "--sort", "random"], "is none of: name, name-desc, shuffle"),
        (["data", "ais://b", "--seed", "1"], "--seed is for --sort shuffle"),
        (["data", "ais://b", "--show-keys"], "--show-keys is for --dry-run"),
        (["data", "ais://b", "--key", "("], "is no regular expression"),
        (["data", "ais://b", "--key", "folder"], "has no group"),
        (["data", "ais://b", "--shard-size", "0"], "at least one byte"),
        (["data", "ais://b", "--missing", "panic"], "is none of: abort"),
        (["data", "ais://b", "--unmapped", "panic"], '--unmapped "panic" is none of'),
        (["data", "ais://b", "-n", "0"], "at least one sample"),
        (["data", "ais://b", "--exts", ","], "--exts is empty"),
        (["data", "ais://b", "--exts", "jpg,.jpg"], "--exts has .jpg twice"),
        (["data", "ais://b", "--sort", "shuffle:x"], "shuffle:7"),
        (["data", "ais://b", "--sort", "shuffle:1", "--seed", "2"], "--seed contradicts"),
        (["data", "ais://b/s-%d.rar"], ".rar is no format of shards"),
        (["data", "ais://b", "--ekm", "absent.json"], "cannot read the external key map"),
        (["no-such-folder", "ais://b"], "no folder; a bucket is written with its provider, as ais://no-such-folder"),
        (["ais://b/in/", "ais://b/in/out-%d.tar"], "would stand among their source"),
    ],
)
def test_wrong_usage(bryo, folder, words, told):
    assert told in bryo("ishard", *words, code=2).err.decode()


def test_refusals_name_the_way_out(bryo, bucket, folder, here):
    assert "`bryo bucket create ais://absent` makes it" in bryo("ishard", "data", "ais://absent", code=1).err.decode()
    assert "the template of the shards ends after 2 names" in bryo("ishard", "data", f"ais://{bucket}/s-{{0..1}}.tar", "-n", 1, code=1).err.decode()
    (here / "empty").mkdir()
    assert "no files to shard in empty" in bryo("ishard", "empty", f"ais://{bucket}", code=1).err.decode()
    assert bryo("ls", bucket, "--json").json == []
