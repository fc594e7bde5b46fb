"""Jobs of a node, as raw calls."""

from __future__ import annotations

import json

from .node import Node, wait_until
from .wire import Answer

#: Jobs on buckets beside all formats of shards.
ENABLED = '[plugins]\nenable = ["moss", "archive_tar", "archive_tgz", "archive_zip", "archive_tar_lz4", "archive_job", "shard_index", "copy_objects", "delete_objects", "promote", "remote_objects", "rename_bucket"]\n'


def act(node: Node, verb: str, bucket: str, action: str, value=None) -> Answer:
    return node.request(verb, f"/v1/buckets/{bucket}?provider=ais", json.dumps({"action": action, "value": value}))


def started(answer: Answer) -> str:
    assert answer.status == 200, answer.body
    assert answer.header("Content-Type") == "text/plain; charset=utf-8"
    return answer.body.decode()


def snapshot(node: Node, job: str) -> dict:
    answer = node.request("GET", "/v1/cluster?what=qryxstats", json.dumps({"id": job}))
    assert answer.status == 200, answer.body
    [[found]] = answer.json().values()
    return found


def ended(node: Node, job: str) -> dict:
    """The snapshot of a job once it has ended."""
    return wait_until(lambda: (s := snapshot(node, job))["end-time"] > "0002" and s)


def run(node: Node, verb: str, bucket: str, action: str, value=None) -> dict:
    return ended(node, started(act(node, verb, bucket, action, value)))


def names(node: Node, bucket: str) -> list[str]:
    """All objects of a small bucket, in order."""
    answer = node.request("GET", f"/v1/buckets/{bucket}?provider=ais", json.dumps({"action": "list", "value": {"flags": "0"}}), headers=[("Content-Type", "application/json"), ("Accept", "application/json")])
    assert answer.status == 200, answer.body
    return [entry["name"] for entry in answer.json()["entries"] or []]
