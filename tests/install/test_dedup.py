"""examples/dedup-xaction in an installed node: a job over a bucket, its result, its refusals, its metrics."""

import json
import subprocess

import pytest

from harness.node import Node, wait_until


@pytest.fixture(scope="module")
def node(prefix, build_example, tmp_path_factory):
    plugin = build_example("dedup-xaction")
    toml = f'[plugins]\nextra_dirs = ["{plugin}"]\nenable = ["moss", "archive_tar", "dedup"]\n[plugin.dedup]\npage = 3\n'
    node = Node(tmp_path_factory.mktemp("node") / "data", toml=toml, program=prefix / "bin/bryod").start()
    node.create_bucket("b")
    for i in range(20):
        node.put("b", f"dir/{i:02}", b"x" * (i % 4))
    yield node
    node.stop()


def start(node, bucket="b", **args):
    value = {"kind": "dedup", "bck": {"name": bucket, "provider": "ais"}, "args": args}
    return node.request("PUT", "/v1/cluster", json.dumps({"action": "start", "value": value}))


def snapshot(node, job):
    answer = node.request("GET", "/v1/cluster?what=qryxstats", json.dumps({"id": job}), headers=[("Content-Type", "application/json")])
    return [shot for shots in answer.json().values() for shot in shots][0]


def run_job(node, **arguments):
    job = start(node, **arguments).body.decode().strip()
    return wait_until(lambda: (shot := snapshot(node, job))["end-time"] > "0002" and shot, 30)


def test_it_finds_what_is_equal(node):
    shot = run_job(node, name="out/duplicates.jsonl")
    assert (shot["err"], shot["aborted"]) == ("", False), shot
    assert shot["ctlmsg"] == "duplicates:12 wasted:24B" and int(shot["stats"]["loc-objs"]) == 15
    assert shot["ext"] == {"duplicates": 12, "wasted": 24}
    groups = [json.loads(line) for line in node.get("b", "out/duplicates.jsonl").body.splitlines()]
    assert [(group["size"], group["wasted"]) for group in groups] == [(3, 12), (2, 8), (1, 4)]
    assert groups[0]["objects"] == ["dir/03", "dir/07", "dir/11", "dir/15", "dir/19"]
    assert groups[0]["checksum"].startswith("xxhash2:")


def test_the_result_has_a_name_of_its_own_unless_told(node):
    shot = run_job(node)
    assert node.get("b", f".dedup/{shot['id']}.jsonl").status == 200


def test_wrong_names_and_buckets_are_told(node):
    assert "name of the result" in run_job(node, name="../x")["err"]
    start(node, bucket="nope").error(404)


def test_the_bucket_must_allow_it(node):
    node.create_bucket("locked")
    no_put = json.dumps({"action": "set-bprops", "value": {"access": str(0xFFFFFFFFFFFFFFFF & ~(1 << 2))}})
    assert node.request("PATCH", "/v1/buckets/locked", no_put).status == 200
    assert "PUT access denied" in start(node, bucket="locked").error(403)["message"]


def test_its_metrics_are_shown(node):
    run_job(node)
    metrics = node.metrics()
    assert metrics["bryo_dedup_duplicates"] >= 12 and metrics["bryo_dedup_running"] == 0


def test_an_option_changes_what_it_compares(prefix, node, tmp_path):
    config = tmp_path / "bryo.toml"
    config.write_text(node.toml + "min_size = \"eleven\"\n")
    checked = subprocess.run([prefix / "bin/bryod", "--config", config, "--check-config"], capture_output=True, text=True, timeout=60)
    assert checked.returncode != 0 and "min_size" in checked.stderr, checked.stderr
