"""bryo archive ls."""

import pytest

from harness import archive

SHARDS = [".tar", ".tgz", ".zip", ".tar.lz4"]


@pytest.mark.parametrize("extension", SHARDS)
def test_listing(bryo, sharded, extension, members):
    entries = bryo("archive", "ls", f"ais://{sharded}/s{extension}", "--json").json
    assert [(entry["name"], entry["member"]) for entry in entries][0] == (f"s{extension}", False)
    assert sorted((entry["name"], entry["size"]) for entry in entries[1:]) == sorted((f"s{extension}/{name}", len(data)) for name, data in members)
    inside = bryo("archive", "ls", f"ais://{sharded}/s{extension}/cat/1", "--json").json
    assert sorted(entry["name"] for entry in inside) == [f"s{extension}/cat/1.cls", f"s{extension}/cat/1.jpg", f"s{extension}/cat/10.jpg"]


def test_listing_of_many(bryo, sharded):
    lines = bryo("archive", "ls", sharded, "--bytes").text.splitlines()
    assert lines[0].split() == ["NAME", "SIZE"] and len(lines) == 1 + 4 * 6 and "    s.zip/dog/1.jpg" in "\n".join(lines)
    assert not any("plain" in line or "tar2" in line for line in lines)
    assert len(bryo("archive", "ls", sharded, "--limit", 3, "--json").json) == 3
    assert "no shard or member" in bryo("archive", "ls", f"ais://{sharded}/absent.tar", code=1).err.decode()


def test_a_name_makes_up_no_rows(bryo, bucket, node):
    node.put(bucket, "s.tar", archive.make_tar([("a\nfake.tar   1 B", b"x")]))
    lines = bryo("archive", "ls", f"ais://{bucket}/s.tar").text.splitlines()
    assert len(lines) == 3 and lines[2].split("   ")[1].strip() == r"s.tar/a\x0afake.tar"
    assert bryo("archive", "ls", f"ais://{bucket}/s.tar", "--json").json[1]["name"] == "s.tar/a\nfake.tar   1 B"
