"""bryo archive ls."""

import pytest

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
