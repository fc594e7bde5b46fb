#!/usr/bin/env python3
"""Reads one training batch from a node with the official AIStore SDK (pip install aistore).

    AIS_ENDPOINT=http://127.0.0.1:8080 read_batch.py BUCKET [--count 64] [--seed 1] [--compare]

The batch mixes plain objects and members of .tar shards in random order; the answer comes in exactly that order, as one
stream. --compare reads the same samples one GET at a time too. The same program runs against an AIStore cluster.
"""

import argparse
import io
import os
import random
import tarfile
import time

from aistore.sdk import ArchiveConfig, Client


def samples_of(bucket):
    """(object, member) of every sample: an object as it is, a shard by its members."""
    samples = []
    for entry in bucket.list_all_objects():
        if entry.name.endswith(".tar"):
            samples += [(entry.name, member) for member in members_of(bucket, entry.name)]
        else:
            samples.append((entry.name, ""))
    return samples


def members_of(bucket, shard):
    """The names in a shard, read from its headers; a training job has them in its manifest."""
    with tarfile.open(fileobj=io.BytesIO(bucket.object(shard).get_reader().read_all())) as archive:
        return [member.name for member in archive if member.isfile()]


def read_one_by_one(bucket, wanted):
    """The same samples with a request for each."""
    started = time.perf_counter()
    for name, member in wanted:
        reader = bucket.object(name).get_reader(archive_config=ArchiveConfig(archpath=member) if member else None)
        reader.read_all()
    return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bucket")
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=8, help="members to print")
    parser.add_argument("--compare", action="store_true", help="read the same samples one by one too")
    options = parser.parse_args()

    client = Client(os.environ.get("AIS_ENDPOINT", "http://127.0.0.1:8080"))
    bucket = client.bucket(options.bucket)
    samples = samples_of(bucket)
    wanted = random.Random(options.seed).choices(samples, k=options.count)

    batch = client.batch(bucket=bucket, cont_on_err=False)
    for name, member in wanted:
        batch.add(name, archpath=member or None)
    started = time.perf_counter()
    first = total = 0
    for number, (info, data) in enumerate(batch.get()):
        first = first or time.perf_counter() - started
        total += len(data)
        assert (info.obj_name, info.archpath or "") == wanted[number], "members come in the order of the request"
        if number < options.show:
            print(f"  {number:4d}  {len(data):9,d} bytes  {info.obj_name}{'/' + info.archpath if info.archpath else ''}")
    seconds = time.perf_counter() - started
    if number + 1 > options.show:
        print(f"  ...   {number + 1 - options.show} more")
    mib = total / (1 << 20)
    print(
        f"  {number + 1} samples drawn from {len(samples)}, {mib:.2f} MiB in {seconds * 1e3:.1f} ms: "
        f"{(number + 1) / seconds:,.0f} samples/s, {mib / seconds:,.0f} MiB/s, first sample after {first * 1e3:.1f} ms"
    )
    if options.compare:
        single = read_one_by_one(bucket, wanted)
        print(f"  the same with one GET for each sample: {single * 1e3:.1f} ms, {single / seconds:.0f} times as long")


if __name__ == "__main__":
    main()
