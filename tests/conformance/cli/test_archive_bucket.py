"""bryo archive bucket."""

import pytest

from harness.node import Node
from harness.shard_reader import FORMATS, members_of

ENABLED = '[plugins]\nenable = ["moss", "archive_tar", "archive_tgz", "archive_zip", "archive_tar_lz4", "archive_job"]\n'


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A node that runs the job."""
    node = Node(tmp_path_factory.mktemp("archive-job") / "data", ENABLED).start()
    yield node
    node.stop()
    assert "Sanitizer" not in node.log(), node.log_tail(80)


@pytest.mark.parametrize("extension", FORMATS)
def test_objects_of_a_bucket(bryo, bucket, node, extension):
    source = f"{bucket}-src"
    node.create_bucket(source)
    objects = {f"in/{i:02d}": bytes([i]) * i for i in range(20)} | {"out": b"out"}
    for name, data in objects.items():
        node.put(source, name, data)
    shard = f"b{extension}"

    def packed() -> dict[str, bytes]:
        return dict(members_of(node.get(bucket, shard).body, shard))

    ran = bryo("archive", "bucket", f"ais://{source}/in/", f"ais://{bucket}/{shard}", "--wait", "--json")
    assert ran.json["job"] and packed() == {name: data for name, data in objects.items() if name != "out"}
    bryo("archive", "bucket", source, f"ais://{bucket}/{shard}", "--list", "out, in/03", "--wait", "--include-src-bck")
    assert packed() == {f"{source}/out": b"out", f"{source}/in/03": bytes([3]) * 3}
    bryo("archive", "bucket", source, f"ais://{bucket}/{shard}", "--template", "in/{05..07}", "--wait", "--append-or-put")
    assert set(packed()) == {f"{source}/out", f"{source}/in/03", "in/05", "in/06", "in/07"}
    job = bryo("archive", "bucket", source, f"ais://{bucket}/{shard}", "--prefix", "out").text.strip()
    assert bryo("show", "job", job, "--json").json[0]["kind"] == "archive"


def test_a_job_that_fails_is_told(bryo, bucket, node):
    ran = bryo("archive", "bucket", bucket, f"ais://{bucket}/e.tar", "--list", "absent", "--wait", code=1)
    assert "failed" in ran.err.decode() and node.get(bucket, "e.tar").status == 404
