"""bryo archive put."""

import pytest

from harness.shard_reader import FORMATS, members_of, names_of


@pytest.mark.parametrize("extension", FORMATS)
def test_put(bryo, bucket, node, folder, extension, members):
    bryo("archive", "put", "data", f"ais://{bucket}/p{extension}")
    assert members_of(node.get(bucket, f"p{extension}").body, extension) == sorted(members)
    assert "exists: `bryo archive append` adds to it, --force replaces it" in bryo("archive", "put", "data", f"ais://{bucket}/p{extension}", code=1).err.decode()
    bryo("archive", "put", "data/top.txt", "data/cat", f"ais://{bucket}/p{extension}", "--archpath", "in", "--force")
    assert names_of(node.get(bucket, f"p{extension}").body, extension) == ["in/1.cls", "in/1.jpg", "in/10.jpg", "in/top.txt"]
