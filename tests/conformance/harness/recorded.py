"""The data set that the recorded get-batch exchanges were made with, from its own description."""

from __future__ import annotations

import hashlib
import itertools
import json
import pathlib

from . import archive
from .node import Node

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "golden"


def generated(seed: str, size: int) -> bytes:
    """SHA-256 of "<seed>:<i>" for i = 0, 1, 2, ... cut to `size` bytes."""
    data = bytearray()
    for i in itertools.count():
        if len(data) >= size:
            return bytes(data[:size])
        data += hashlib.sha256(f"{seed}:{i}".encode()).digest()


def put_data_set(node: Node):
    description = json.loads((GOLDEN / "getbatch" / "00-data-set.json").read_text())
    for bucket in description["buckets"]:
        node.create_bucket(bucket.removeprefix("ais://"))
    for path, entry in {**description["objects"], **description["other"]}.items():
        bucket, name = path.split("/", 1)
        node.put(bucket, name, generated(entry["seed"], entry["size"]))
    members = [(m["name"], generated(m["seed"], m["size"])) for m in description["shard_members"]]
    makers = {
        "s.tar": archive.make_tar,
        "s.tgz": archive.make_tgz,
        "s.tar.gz": archive.make_tgz,
        "s.zip": archive.make_zip,
        "s.tar.lz4": archive.make_tar_lz4,
        "nosuffix": archive.make_tar,
    }
    for name, make in makers.items():
        node.put("gbx", name, make(members))
