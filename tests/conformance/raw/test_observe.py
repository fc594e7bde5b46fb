"""Metrics, job snapshots, cluster documents: what an operator sees (get-batch.md 10 and 11, http-cluster.md, http-jobs.md)."""

import re

import pytest

from harness import archive, batch

COUNTERS = [
    "ais_target_getbatch_count",
    "ais_target_getbatch_obj_count",
    "ais_target_getbatch_obj_bytes",
    "ais_target_getbatch_file_count",
    "ais_target_getbatch_file_bytes",
    "ais_target_getbatch_gfn_count",
    "ais_target_getbatch_rxwait_ns",
    "ais_target_getbatch_throttle_ns",
    "ais_target_err_getbatch_count",
    "ais_target_err_soft_getbatch_count",
    "ais_target_err_gfn_getbatch_count",
]


def changed(node, before):
    after = node.metrics()
    return {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}


def test_names_and_types(node):
    text = node.request("GET", "/metrics").body.decode()
    for name in COUNTERS:
        assert f"# TYPE {name} counter" in text, name
        assert re.search(rf'^{name}{{node_id="[A-Za-z0-9_-]+"}} \d', text, re.M), name
    for name in ("ais_target_get_count", "ais_target_put_count"):
        assert f"# TYPE {name} counter" in text, name


def test_every_line_is_well_formed(node):
    names = set()
    for line in node.request("GET", "/metrics").body.decode().splitlines():
        if line.startswith("# TYPE "):
            name = line.split()[2]
            assert name not in names, f"{name} is declared twice"
            names.add(name)
        elif line and not line.startswith("#"):
            assert re.fullmatch(r'[a-zA-Z_:][a-zA-Z0-9_:]*({([a-z_]+="[^"]*",?)*})? [-+0-9.e]+(Inf|NaN)?', line), line


def test_a_batch_is_counted(node, bucket):
    node.put(bucket, "o", b"0123456789")
    node.put(bucket, "e", b"")
    node.put(bucket, "s.tar", archive.make_tar([("m", b"member")]))
    before = node.metrics()
    batch.get_batch(node, ["o", "e", {"objname": "s.tar", "archpath": "m"}, "absent", {"objname": "o", "start": 2, "length": 3}], bucket, coer=True)
    change = changed(node, before)
    assert change["ais_target_getbatch_count"] == 1
    assert (change["ais_target_getbatch_obj_count"], change["ais_target_getbatch_obj_bytes"]) == (2, 13)
    assert (change["ais_target_getbatch_file_count"], change["ais_target_getbatch_file_bytes"]) == (1, 6)
    assert change["ais_target_err_soft_getbatch_count"] == 1
    assert "ais_target_get_count" not in change and "ais_target_err_getbatch_count" not in change


def test_a_failed_batch_is_counted(node, bucket):
    before = node.metrics()
    batch.ask(node, ["absent"], bucket).error(404)
    change = changed(node, before)
    assert change["ais_target_err_getbatch_count"] == 1 and change["ais_target_getbatch_count"] == 1


def test_gets_and_puts_are_counted(node, bucket):
    before = node.metrics()
    node.put(bucket, "o", b"0123456789")
    node.get(bucket, "o")
    node.get(bucket, "o")
    change = changed(node, before)
    assert (change["ais_target_put_count"], change["ais_target_get_count"]) == (1, 2)


def snapshots(node, body: str = '{"kind":"get-batch"}') -> dict:
    answer = node.request("GET", "/v1/cluster?what=qryxstats", body, batch.JSON)
    assert answer.status == 200, answer.body
    return answer.json()


def test_the_job_of_batches(node, bucket):
    node.put(bucket, "o", b"0123456789")
    uuid = batch.get_batch(node, ["o"] * 3, bucket).uuid
    assert re.fullmatch(r"gbt-[A-Za-z0-9_-]{9,}", uuid) and uuid[-1] not in "-_"
    [(target, [snapshot])] = snapshots(node, f'{{"id":"{uuid}"}}').items()
    assert (snapshot["id"], snapshot["kind"], snapshot["aborted"]) == (uuid, "get-batch", False)
    assert set(snapshot) >= {"ext", "start-time", "end-time", "bck", "src-bck", "dst-bck", "id", "kind", "ctlmsg", "abort-err", "err", "glob.id", "stats", "aborted", "is_idle"}
    assert set(snapshot["stats"]) == {"loc-objs", "loc-bytes", "out-objs", "out-bytes", "in-objs", "in-bytes"}
    assert int(snapshot["stats"]["loc-objs"]) >= 3 and int(snapshot["stats"]["loc-bytes"]) >= 30
    assert snapshot["end-time"] == "0001-01-01T00:00:00Z"
    assert re.match(rf"t\[{re.escape(target)}\]:\[reqs:\d+ .*objs:\(\d+,[0-9.]+(B|KiB|MiB|GiB)\)", snapshot["ctlmsg"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", snapshot["start-time"])
    smap = node.request("GET", "/v1/daemon?what=smap").json()
    assert target in smap["tmap"]


def test_one_job_serves_all_buckets(node, bucket):
    """get-batch.md 11, Bryo: one job per node."""
    node.put(bucket, "o", b"x")
    ids = {batch.get_batch(node, ["o"], bucket).uuid, batch.get_batch(node, [{"objname": "o", "bucket": bucket}]).uuid}
    assert len(ids) == 1
    running = node.request("GET", "/v1/cluster?what=running_all", "{}", batch.JSON).json()
    assert f"get-batch[{ids.pop()}]" in running


def test_job_queries_that_find_nothing(node):
    error = node.request("GET", "/v1/cluster?what=qryxstats", '{"id":"nosuchjob1"}', batch.JSON).error(404)
    assert error["message"] == '"x-[nosuchjob1]" not found'
    error = node.request("GET", "/v1/cluster?what=status", '{"id":"nosuchjob1"}', batch.JSON).error(404)
    assert error["tcode"] == "ErrNotFound" and "x-[nosuchjob1] does not exist" in error["message"]
    assert node.request("GET", "/v1/cluster?what=status", "{}", batch.JSON).error(400)["message"] == "invalid x-"
    node.request("GET", "/v1/cluster?what=qryxstats", '{"kind":"no-such-kind"}', batch.JSON).error(400)
    node.request("GET", "/v1/cluster?what=qryxstats", "", batch.JSON).error(400)


def test_the_python_sdk_spelling_of_job_queries(node, bucket):
    """http-jobs.md 3: keys match without regard to case, DaemonID is ignored, Bck may be null."""
    node.put(bucket, "o", b"x")
    uuid = batch.get_batch(node, ["o"], bucket).uuid
    found = snapshots(node, f'{{"ID":"{uuid}","Kind":"","DaemonID":"","Bck":null,"Buckets":null}}')
    assert [snapshot["id"] for snaps in found.values() for snapshot in snaps] == [uuid]


@pytest.mark.parametrize("target", ["/v1/daemon?what=smap", "/v1/cluster?what=smap"])
def test_cluster_map(node, target):
    smap = node.request("GET", target).json()
    assert len(smap["pmap"]) == len(smap["tmap"]) == 1
    [gateway], [storage] = smap["pmap"].values(), smap["tmap"].values()
    assert (gateway["daemon_type"], storage["daemon_type"]) == ("proxy", "target")
    assert gateway["daemon_id"][:-1] == storage["daemon_id"][:-1]
    assert (gateway["daemon_id"][-1], storage["daemon_id"][-1]) == ("p", "t")
    assert smap["proxy_si"] == gateway
    for snode in (gateway, storage):
        assert snode["public_net"]["direct_url"] == node.url and isinstance(snode["id_digest"], int)
    assert isinstance(smap["version"], str) and smap["uuid"]


def test_digest_of_a_node_is_the_hash_that_clients_compute(node):
    import xxhash  # a dependency of the official SDK

    smap = node.request("GET", "/v1/daemon?what=smap").json()
    for snode in (*smap["pmap"].values(), *smap["tmap"].values()):
        assert snode["id_digest"] == xxhash.xxh64_intdigest(snode["daemon_id"].encode(), seed=1103515245)


def test_bucket_metadata_versions_grow(node, bucket):
    def bmd():
        return node.request("GET", "/v1/daemon?what=bmd").json()

    before = bmd()
    assert bucket in before["providers"]["ais"]["@#"]
    node.create_bucket(f"{bucket}-more")
    after = bmd()
    assert int(after["version"]) > int(before["version"]) and f"{bucket}-more" in after["providers"]["ais"]["@#"]
    assert after["uuid"] == before["uuid"] == node.request("GET", "/v1/daemon?what=smap").json()["uuid"]


def test_get_batch_section_of_the_cluster_configuration(node):
    section = node.request("GET", "/v1/cluster?what=cluster_config").json()["get_batch"]
    expected = {"compression": "never", "bundle_multiplier": 2, "burst_buffer": 512, "max_wait": "20s", "warmup_workers": -1, "max_soft_errs": 8, "max_gfn": 5}
    assert {key: section.get(key) for key in expected} == expected


@pytest.mark.parametrize("query", ["", "?readiness=true", "?prr=true", "?apr=true"])
def test_health(node, query):
    answer = node.request("GET", f"/v1/health{query}")
    assert (answer.status, answer.body) == (200, b"")
    if not query:
        assert int(answer.header("Ais-Node-Uptime")) > 0 and int(answer.header("Ais-Cluster-Uptime")) > 0


def test_node_state(node):
    state = node.request("GET", "/v1/health?cii=true").json()
    assert set(state) >= {"smap", "bmd", "rmd", "config", "etlmd", "flags"} and state["flags"] == 6
    assert state["smap"]["Primary"]["pub_url"] == node.url
