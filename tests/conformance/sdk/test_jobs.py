"""Jobs on buckets and groups of objects by the unmodified SDK."""

import pytest
from aistore.sdk import Client
from aistore.sdk.errors import AISError

from harness import jobs
from harness.node import Node


@pytest.fixture(scope="module")
def jobs_node(tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("jobs") / "data", jobs.ENABLED).start()
    yield node
    node.stop()


@pytest.fixture
def client(jobs_node):
    return Client(jobs_node.url, timeout=30)


@pytest.fixture
def src(client, request):
    bucket = client.bucket(f"src-{request.node.name[:40]}").create()
    for i in range(10):
        bucket.object(f"lst/obj-{i:03}").get_writer().put_content(b"content %d" % i)
    yield bucket
    bucket.delete(missing_ok=True)


def names(bucket):
    return [entry.name for entry in bucket.list_all_objects()]


def test_bucket_copy_and_job_wait(client, src):
    dst = client.bucket("copied")
    job = client.job(src.copy(to_bck=dst, prefix_filter="lst/obj-00", prepend="p/"), job_kind="copy-bck")
    job.wait(timeout=30)
    assert names(dst) == [f"p/lst/obj-{i:03}" for i in range(10)]
    assert dst.object("p/lst/obj-003").get_reader().read_all() == b"content 3"
    assert job.status().end_time != 0 and not job.status().err
    assert [snap.id for snap in job.get_details().list_snapshots()] == [job.job_id]
    dst.delete()


def test_a_dry_run_copies_nothing(client, src):
    dst = client.bucket("dry").create()
    client.job(src.copy(to_bck=dst, dry_run=True)).wait(timeout=30)
    assert names(dst) == []
    dst.delete()


def test_rename(client, src):
    job = src.rename(to_bck_name="renamed")
    renamed = client.bucket("renamed")
    assert len(names(renamed)) == 10
    client.job(job).wait(timeout=30)
    with pytest.raises(AISError):
        client.bucket(src.name if src.name != "renamed" else "gone").head()
    renamed.delete()


def test_groups_are_deleted(client, src):
    client.job(src.objects(obj_names=["lst/obj-000", "lst/obj-001"]).delete()).wait(timeout=30)
    client.job(src.objects(obj_template="lst/obj-{002..005..1}").delete()).wait(timeout=30)
    assert names(src) == [f"lst/obj-{i:03}" for i in range(6, 10)]
    client.job(src.objects(obj_template="lst/").delete()).wait(timeout=30)
    assert names(src) == []


def test_groups_are_copied(client, src):
    dst = client.bucket("group").create()
    for job in src.objects(obj_names=["lst/obj-000", "lst/obj-001"]).copy(dst, prepend="cp-"):
        client.job(job).wait_for_idle(timeout=30)
    for job in src.objects(obj_template="lst/obj-{003..004}").copy(dst, num_workers=2, continue_on_error=True):
        client.job(job).wait(timeout=30)
    assert names(dst) == ["cp-lst/obj-000", "cp-lst/obj-001", "lst/obj-003", "lst/obj-004"]
    dst.delete()


def test_groups_of_local_buckets_are_neither_evicted_nor_prefetched(src):
    with pytest.raises(Exception, match="(?i)cloud|remote|provider"):
        src.objects(obj_names=["lst/obj-000"]).evict()
    with pytest.raises(Exception, match="(?i)cloud|remote|provider"):
        src.objects(obj_names=["lst/obj-000"]).prefetch()
