#!/usr/bin/env python3
"""Measures single objects, listings and jobs, and prints each figure with its goal.

    tests/bench/data_api.py [--build DIR] [--quick] [--only REGEX] [--json FILE]

GET and HEAD are compared with nginx on hard links of the same files, PUT with a process that writes and renames files
of the same size. Sides take turns. A listing's figure is the node's CPU time for each name; a job's is the time between
its last change of a file and its end.
"""

import argparse
import calendar
import json
import re
import statistics
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from run import KIB, MIB, ROOT, Bench

PROPS = {"name only": "name", "size and checksum": "name,size,checksum"}


class Figures:
    def __init__(self, only):
        self.only, self.rows = only, []

    def wants(self, *names):
        return not self.only or any(re.search(self.only, name) for name in names)

    def add(self, name, value, unit, goal, at_least=False):
        reached = value >= goal if at_least else value <= goal
        self.rows.append({"case": name, "value": value, "unit": unit, "goal": goal, "reached": reached})
        print(f"{name:<52} {value:10.3f} {unit:<22} goal {'>=' if at_least else '<='} {goal:g}  {'reached' if reached else 'MISSED'}", flush=True)


class Node:
    """A bryod with a bucket, and the calls that the cases need."""

    def __init__(self, bench, name):
        self.bench, self.directory = bench, bench.work / name
        self.server = bench.start_bryod(name)
        self.call("POST", "/v1/buckets/bench", {"action": "create-bck"})

    def stop(self):
        self.server.stop()

    def call(self, verb, path, message=None, headers=None):
        body = json.dumps(message).encode() if message is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.server.port}{path}", body, headers or {}, method=verb)
        with urllib.request.urlopen(request, timeout=600) as answer:
            return answer.read()

    def put(self, count, size, bucket="bench", connections=4):
        return self.bench.load("put", self.server, path=f"/v1/objects/{bucket}/", objects=count, size=size, connections=connections)

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.server.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def peak_mib(self):
        status = Path(f"/proc/{self.server.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024

    def forget_peak(self):
        Path(f"/proc/{self.server.pid}/clear_refs").write_text("5")

    def list_all(self, props, page=10_000):
        names, token, uuid = 0, "", ""
        while True:
            value = {"uuid": uuid, "props": props, "continuation_token": token, "pagesize": page, "flags": "16" if props == "name" else "0"}
            answer = self.call("GET", "/v1/buckets/bench?provider=ais", {"action": "list", "value": value}, {"Accept": "application/msgpack"})
            count, token, uuid = read_page(answer)
            names += count
            if not token:
                return names

    def job(self, verb, path, message):
        """The snapshot of the job when it has ended."""
        job_id = self.call(verb, path, message).decode()
        while True:
            snapshots = json.loads(self.call("GET", "/v1/cluster?what=qryxstats", {"id": job_id}))
            (snapshot,) = [s for of_node in snapshots.values() for s in of_node]
            if not snapshot["end-time"].startswith("0001"):
                assert not snapshot["err"] and not snapshot["aborted"], snapshot
                return snapshot
            time.sleep(0.002)


def read_page(answer):
    """Entries, token and id of a page in msgpack, without a library: only the ends of it are looked at."""
    count = 0
    at = answer.index(b"Entries") + len(b"Entries")
    kind = answer[at]
    if kind == 0xDC:
        count = int.from_bytes(answer[at + 1 : at + 3], "big")
    elif kind == 0xDD:
        count = int.from_bytes(answer[at + 1 : at + 5], "big")
    elif 0x90 <= kind <= 0x9F:
        count = kind & 15
    return count, text_behind(answer, b"ContinuationToken"), text_behind(answer, b"UUID")


def text_behind(answer, key):
    at = answer.index(key) + len(key)
    kind = answer[at]
    if 0xA0 <= kind <= 0xBF:
        return answer[at + 1 : at + 1 + (kind & 31)].decode()
    if kind == 0xD9:
        return answer[at + 2 : at + 2 + answer[at + 1]].decode()
    size = int.from_bytes(answer[at + 1 : at + 3], "big")
    return answer[at + 3 : at + 3 + size].decode()


def ratio(bench, mode, ours, theirs, figure, **args):
    """The median of one figure over rounds, of both sides."""
    values = ([], [])
    for seconds in [0.3] + [bench.seconds] * bench.rounds:
        for side, (server, path) in enumerate((ours, theirs)):
            done = bench.load(mode, server, path=path, seconds=seconds, **args)
            if seconds != 0.3:
                values[side].append(done[figure])
    return statistics.median(values[0]), statistics.median(values[1])


def reads(bench, figures):
    small = [f"{verb} of 4 KiB, CPU against nginx" for verb in ("GET", "HEAD")]
    large = {f"GET of {label}, throughput against nginx": (size, count) for label, size, count in (("1 MiB", MIB, 64), ("64 MiB", 64 * MIB, 4))}
    sets = [(4 * KIB, 4096, small)] + [(size, count, [name]) for name, (size, count) in large.items()]
    for size, count, names in sets:
        if not figures.wants(*names):
            continue
        name = f"reads-{size}"
        node = Node(bench, name)
        try:
            node.put(count, size)
            nginx = bench.start_nginx(bench.link_files(name), 8192)
            try:
                sides = (node.server, "/v1/objects/bench/"), (nginx, "/")
                if size == 4 * KIB:
                    for case, mode in zip(names, ("get", "head")):
                        mine, its = ratio(bench, mode, *sides, "cpu_us_per_object", objects=count, size=size)
                        figures.add(case, mine / its, f"({mine:.1f} : {its:.1f} us)", 1.3)
                else:
                    mine, its = ratio(bench, "get", *sides, "objects_per_s", objects=count, size=size, connections=2)
                    figures.add(names[0], mine / its, f"({mine * size / MIB:,.0f} : {its * size / MIB:,.0f} MiB/s)", 0.95, at_least=True)
            finally:
                nginx.stop()
        finally:
            node.stop()


def writes(bench, figures):
    case = "PUT of 4 KiB, CPU against write and rename"
    if not figures.wants(case):
        return
    count = 4_000 if bench.rounds == 1 else 20_000
    mine, its = [], []
    for i in range(bench.rounds):
        node = Node(bench, f"writes-{i}")
        try:
            mine.append(node.put(count, 4 * KIB)["cpu_us_per_object"])
        finally:
            node.stop()
        files = bench.work / f"files-{i}"
        files.mkdir()
        its.append(bench.load("files", node.server, path=files, objects=count, size=4 * KIB)["cpu_us_per_object"])
    mine, its = statistics.median(mine), statistics.median(its)
    figures.add(case, mine / its, f"({mine:.1f} : {its:.1f} us)", 2)


def listings(bench, figures):
    goals = {"name only": 1.0, "size and checksum": 2.0}
    cases = {kind: f"list of 100,000 names, {kind}" for kind in goals}
    memory = "memory of a listing, more than before it"
    if not figures.wants(memory, *cases.values()):
        return
    count = 10_000 if bench.rounds == 1 else 100_000
    node = Node(bench, "listings")
    try:
        node.put(count, 64)
        for kind in goals:
            taken = []
            for _ in range(bench.rounds + 1):
                before = node.cpu_seconds()
                for _ in range(5):
                    assert node.list_all(PROPS[kind]) == count
                taken.append((node.cpu_seconds() - before) / 5)
            figures.add(cases[kind], min(taken) * 1e6 / count, "us CPU a name", goals[kind])
        node.forget_peak()
        before = node.peak_mib()
        node.list_all("name,size,checksum,atime,version,cached,custom,location,copies")
        figures.add(memory, node.peak_mib() - before, "MiB", 32)
    finally:
        node.stop()


def jobs(bench, figures):
    delete, copy = "delete of 20,000 objects, last change to end", "copy of 20,000 objects, last change to end"
    if not figures.wants(delete, copy):
        return
    count = 2_000 if bench.rounds == 1 else 20_000
    node = Node(bench, "jobs")
    try:
        node.put(count, KIB)
        done = node.job("POST", "/v1/buckets/bench?bck_to=ais%2F%40%23%2Fcopied%2F", {"action": "copy-bck", "value": {}})
        assert done["stats"]["loc-objs"] == str(count), done
        figures.add(copy, milliseconds_after_last_change(node, done), "ms", 50)
        done = node.job("DELETE", "/v1/buckets/bench", {"action": "delete-listrange", "value": {"template": "o"}})
        assert done["stats"]["loc-objs"] == str(count), done
        figures.add(delete, milliseconds_after_last_change(node, done), "ms", 50)
    finally:
        node.stop()


def milliseconds_after_last_change(node, snapshot):
    whole, fraction = re.fullmatch(r"(.*?)\.?(\d*)Z", snapshot["end-time"]).groups()
    ended = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 10**9 + int(fraction.ljust(9, "0"))
    return (ended - max(path.stat().st_ctime_ns for path in node.directory.rglob("objects/**/*"))) / 1e6


def rename(bench, figures):
    case = "rename of a bucket with 1,000,000 objects"
    if not figures.wants(case):
        return
    count = 20_000 if bench.rounds == 1 else 1_000_000
    node = Node(bench, "rename")
    try:
        node.put(count, 16)
        begin = time.monotonic()
        node.call("POST", "/v1/buckets/bench?bck_to=ais%2F%40%23%2Frenamed%2F", {"action": "move-bck"})
        node.call("HEAD", "/v1/buckets/renamed")
        figures.add(case, (time.monotonic() - begin) * 1000, "ms", 100)
        try:
            node.call("HEAD", "/v1/buckets/bench")
            raise SystemExit("the old name is still there")
        except urllib.error.HTTPError as error:
            assert error.code == 404
    finally:
        node.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--quick", action="store_true", help="one short round each on small sets: checks that the benchmark works")
    parser.add_argument("--only", help="only cases whose name matches")
    parser.add_argument("--json", type=Path, help="also write the results to this file")
    options = parser.parse_args()
    figures = Figures(options.only)
    with tempfile.TemporaryDirectory(prefix="bryo-bench-") as work:
        bench = Bench(options.build, Path(work), options.quick)
        for part in (reads, writes, listings, jobs, rename):
            part(bench, figures)
    if options.json:
        options.json.write_text(json.dumps(figures.rows, indent=1))
    missed = [row["case"] for row in figures.rows if not row["reached"]]
    print(f"{len(figures.rows) - len(missed)} figures reached, {len(missed)} missed" + "".join(f"\n  {m}" for m in missed))
    return 0 if figures.rows and (options.quick or not missed) else 1


if __name__ == "__main__":
    sys.exit(main())
