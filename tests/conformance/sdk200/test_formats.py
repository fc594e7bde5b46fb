"""The official SDK with compressed shards and compressed answers. It unpacks .tar.lz4 nowhere, but asks for members of it."""

import pytest
from aistore.sdk import Client

from harness import archive, shards
from harness.node import Node

MEMBERS = shards.contents()


@pytest.fixture(scope="module")
def formats_client(tmp_path_factory):
    toml = '[plugins]\nenable = ["moss", "archive_tar", "archive_tgz", "archive_tar_lz4"]\n'
    node = Node(tmp_path_factory.mktemp("formats") / "data", toml).start()
    node.create_bucket("b")
    tar = archive.make_tar(MEMBERS)
    node.put("b", "s.tgz", shards.run(["gzip", "-c"], tar))
    node.put("b", "s.tar.lz4", shards.run(["lz4", "-c"], tar))
    yield Client(node.url, timeout=30)
    node.stop()


@pytest.mark.parametrize("shard", ["s.tgz", "s.tar.lz4"])
@pytest.mark.parametrize("form", [".tar", ".tgz", ".tar.gz"])
@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "buffered"])
def test_members_of_compressed_shards(formats_client, shard, form, streaming):
    bucket = formats_client.bucket("b")
    batch = formats_client.batch(bucket=bucket, output_format=form, streaming_get=streaming)
    for name, _ in MEMBERS:
        batch.add(shard, archpath=name)
    assert [data for _, data in batch.get()] == [content for _, content in MEMBERS]
