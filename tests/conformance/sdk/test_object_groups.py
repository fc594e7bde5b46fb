"""Objects archived by the unmodified SDK."""

import io
import tarfile

import pytest
from aistore.sdk import Client
from aistore.sdk.errors import AISError

from harness import jobs
from harness.node import Node


@pytest.fixture(scope="module")
def jobs_node(tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("archive") / "data", jobs.ENABLED).start()
    for bucket in ("src", "dst"):
        node.create_bucket(bucket)
    for i in range(10):
        node.put("src", f"lst/obj-{i:03}", b"content %d" % i)
    yield node
    node.stop()


@pytest.fixture
def buckets(jobs_node):
    client = Client(jobs_node.url, timeout=30)
    return client, client.bucket("src"), client.bucket("dst")


def wait(client, ids):
    for job in ids if isinstance(ids, list) else [ids]:
        client.job(job_id=job).wait_for_idle(timeout=30)


def names(bucket, name):
    data = bucket.object(name).get_reader().read_all()
    with tarfile.open(fileobj=io.BytesIO(data)) as opened:
        return opened.getnames()


def test_list_template_and_prefix(buckets):
    client, src, dst = buckets
    wait(client, src.objects(obj_names=["lst/obj-003", "lst/obj-001"]).archive("list.tar", to_bck=dst))
    assert names(dst, "list.tar") == ["lst/obj-003", "lst/obj-001"]
    wait(client, src.objects(obj_template="lst/obj-{000..004..2}").archive("template.tgz", to_bck=dst, include_source_name=True))
    assert names(dst, "template.tgz") == ["src/lst/obj-000", "src/lst/obj-002", "src/lst/obj-004"]
    wait(client, src.objects(obj_template="lst/").archive("prefix.tar", to_bck=dst))
    assert len(names(dst, "prefix.tar")) == 10


def test_append_and_continue_on_error(buckets):
    client, src, dst = buckets
    group = src.objects(obj_names=["lst/obj-000", "gone"])
    wait(client, group.archive("more.tar", to_bck=dst, allow_append=True, continue_on_err=True))
    wait(client, src.objects(obj_names=["lst/obj-001"]).archive("more.tar", to_bck=dst, allow_append=True))
    assert names(dst, "more.tar") == ["lst/obj-000", "lst/obj-001"]


def test_an_unknown_extension_is_refused(buckets):
    _, src, dst = buckets
    with pytest.raises(AISError, match="unknown filename extension"):
        src.objects(obj_names=["lst/obj-000"]).archive("a.foo", to_bck=dst)
