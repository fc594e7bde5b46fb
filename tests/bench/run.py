#!/usr/bin/env python3
"""Measures bryod beside the limit server (and nginx) in one run, and prints each figure with its goal.

    tests/bench/run.py [--build DIR] [--quick] [--only REGEX] [--json FILE]

Both servers hold the same files: the limit server's directory has hard links to bryod's objects, so they also share
the page cache. Sides take turns (A B A B), each side's figure is the median of its rounds, and what counts is the
ratio of CPU time per object: wall time on a shared machine says little.
"""

import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Case:
    name: str
    set_name: str
    args: dict
    goal: float  # CPU of bryod against the other side
    against: str = "limit"
    absolute: dict = field(default_factory=dict)  # figure -> goal


class Server:
    """A process that prints its port when it is ready."""

    def __init__(self, command, ready):
        self.process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            found = re.search(ready, line)
            if found:
                self.port = int(found.group(1))
                return
        raise SystemExit(f"{command[0]} ended with {self.process.wait()} before it was ready")

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise SystemExit("bryod did not stop within 20 s of SIGTERM")


class Bench:
    def __init__(self, build, work, quick):
        self.load_tool = build / "bench" / "bench_load"
        self.limit_tool = build / "bench" / "limit_server"
        self.bryod = build / "bin" / "bryod"
        self.work = work
        self.seconds = 1 if quick else 2
        self.rounds = 1 if quick else 3
        self.results = []

    def load(self, mode, server, **args):
        command = [str(self.load_tool), mode, "--port", str(server.port), "--pid", str(server.pid)]
        for key, value in args.items():
            command += [f"--{key}", str(value)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
        return json.loads(done.stdout)

    def start_bryod(self, name, open_files=None):
        directory = self.work / name
        directory.mkdir(parents=True, exist_ok=True)
        config = directory / "bryo.toml"
        text = f'[node]\ndata_dir = "{directory}"\ndurability = "relaxed"\n'
        if open_files:
            text += f"[node.store]\nopen_files = {open_files}\n"
        config.write_text(text)
        return Server([self.bryod, "--config", config, "--listen", "127.0.0.1:0"], r"ready at http://127\.0\.0\.1:(\d+)")

    def fill(self, server, count, size):
        request = urllib.request.Request(
            f"http://127.0.0.1:{server.port}/v1/buckets/bench",
            data=json.dumps({"action": "create-bck", "value": {"checksum": {"type": "none"}}}).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        urllib.request.urlopen(request).read()
        if count:
            self.load("put", server, path="/v1/objects/bench/", objects=count, size=size, connections=4)

    def put_shards(self, server, shards, members, size):
        for i in range(shards):
            path = self.work / "shard.tar"
            with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
                for m in range(members):
                    info = tarfile.TarInfo(f"{m:06d}.bin")
                    info.size = size
                    with open("/dev/urandom", "rb") as source:
                        tar.addfile(info, source)
            with open(path, "rb") as body:
                request = urllib.request.Request(
                    f"http://127.0.0.1:{server.port}/v1/objects/bench/o{i:06d}.tar",
                    data=body, method="PUT", headers={"Content-Length": str(path.stat().st_size)},
                )
                urllib.request.urlopen(request).read()

    def link_files(self, name):
        """Hard links of bryod's objects under their own names: the same inodes, the same cached pages."""
        target = self.work / f"{name}-links"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        for path in (self.work / name).rglob("o[0-9]*"):
            if path.is_file():
                os.link(path, target / urllib.parse.unquote(path.name))
        return target

    def start_nginx(self, directory, open_files):
        config = self.work / "nginx.conf"
        port = free_port()
        cache = f"open_file_cache max={open_files} inactive=1h; open_file_cache_valid 1h;" if open_files else ""
        config.write_text(
            "daemon off; worker_processes 1; worker_rlimit_nofile 20000; error_log stderr crit; user root;\n"
            f"pid {self.work}/nginx.pid;\n"
            "events { worker_connections 512; }\n"
            "http { access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000000;\n"
            f"{cache}\nserver {{ listen 127.0.0.1:{port}; root {directory}; }} }}\n"
        )
        process = subprocess.Popen(["nginx", "-c", str(config)])
        wait_for_port(port)
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
        return Nginx(process, port, int(children[0]))

    def compare(self, case, bryod, other):
        mode = "get" if case.against == "nginx" else "batch"
        ours, theirs = [], []
        self.load(mode, bryod, **case.args, seconds=0.3)  # warm both, uncounted
        if other:
            self.load(mode, other, **{**case.args, **({"path": "/"} if mode == "get" else {})}, seconds=0.3)
        for _ in range(self.rounds):
            ours.append(self.load(mode, bryod, **case.args, seconds=self.seconds))
            if other:
                args = {**case.args, **({"path": "/"} if mode == "get" else {})}
                theirs.append(self.load(mode, other, **args, seconds=self.seconds))
        mine = median(ours)
        row = {"case": case.name, "bryo": mine, "goal": case.goal}
        if theirs:
            row["other"] = median(theirs)
            row["ratio"] = mine["cpu_us_per_object"] / row["other"]["cpu_us_per_object"]
            row["reached"] = row["ratio"] <= case.goal
        else:
            row["reached"] = all(mine[k] <= v for k, v in case.absolute.items())
            row["absolute"] = case.absolute
        self.results.append(row)
        print_row(row, case)


class Nginx:
    def __init__(self, process, port, pid):
        self.process, self.port, self.pid = process, port, pid

    def stop(self):
        self.process.terminate()
        self.process.wait()


def median(rounds):
    return {k: statistics.median(r[k] for r in rounds) for k in rounds[0]}


def free_port():
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port):
    import socket

    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            subprocess.run(["true"])
    raise SystemExit(f"nothing listens on port {port}")


def print_row(row, case):
    mark = "reached" if row["reached"] else "MISSED"
    mine = row["bryo"]
    line = f"{row['case']:<46} {mine['cpu_us_per_object']:8.2f} us"
    if "other" in row:
        line += f"  {case.against} {row['other']['cpu_us_per_object']:8.2f} us  ratio {row['ratio']:5.2f} (goal {row['goal']})"
    for figure, goal in case.absolute.items():
        line += f"  {figure} {mine[figure]:.2f} (goal {goal})"
    line += f"  {mine['objects_per_s']:,.0f}/s  first byte {mine['first_byte_p50_ms']:.2f} ms"
    line += f"  rss {mine['peak_rss_mib']:.0f} MiB  {mark}"
    print(line, flush=True)


KIB, MIB = 1 << 10, 1 << 20


def cached_cases(size, label):
    goal = {KIB: 1.5, 16 * KIB: 1.5, 128 * KIB: 1.4, MIB: 1.25}[size]
    count = {KIB: 4096, 16 * KIB: 4096, 128 * KIB: 4096, MIB: 1024}[size]
    cases = []
    for batch in (16, 256, 4096):
        args = dict(objects=count, size=size, batch=batch)
        wanted = goal if batch >= 256 else (2.5 if size == KIB else None)
        if wanted:
            cases.append(Case(f"batch {batch} x {label}", f"cached-{label}", args, wanted))
    return count, cases


def run(bench, only, quick):
    wanted = lambda case: not only or re.search(only, case.name)

    for size, label in ((KIB, "1KiB"), (16 * KIB, "16KiB"), (128 * KIB, "128KiB"), (MIB, "1MiB")):
        count, cases = cached_cases(size, label)
        latency = []
        if size == KIB:
            one = dict(objects=count, size=size, batch=4096, connections=1)
            latency = [
                Case("first byte, streaming 4096 x 1KiB", "", one, 0, "none", {"first_byte_p50_ms": 2}),
                Case("first byte, buffered 4096 x 1KiB", "", {**one, "streaming": 0}, 0, "none", {"first_byte_p50_ms": 8}),
            ]
        if size == 128 * KIB:
            many = dict(objects=count, size=size, batch=4096, connections=16)
            latency = [
                Case("memory, streaming 16 x 4096 x 128KiB", "", many, 0, "none", {"peak_rss_mib": 256}),
                Case("memory, buffered 16 x 4096 x 128KiB", "", {**many, "streaming": 0}, 0, "none", {"peak_rss_mib": 256}),
            ]
        get = [Case("GET 4KiB keep-alive", "", dict(objects=4096, size=4 * KIB, path="/v1/objects/bench/"), 1.3, "nginx")]
        run_set(bench, f"cached-{label}", count, size, [c for c in cases + latency if wanted(c)], None)
        if size == KIB:
            run_set(bench, "cached-4KiB", 4096, 4 * KIB, [c for c in get if wanted(c)], None, nginx_cache=8192)

    # Descriptors all cold: 100,000 small objects; for large ones fewer, and a descriptor cache of 64, which they miss
    # just the same without 100 GB of disk.
    many = 20_000 if quick else 100_000
    cold = [
        (KIB, "1KiB", many, None, 2.2), (16 * KIB, "16KiB", many, None, 2.0),
        (128 * KIB, "128KiB", 8_000 if not quick else 2_000, 64, 1.7), (MIB, "1MiB", 1_000 if not quick else 400, 64, 1.4),
    ]
    for size, label, count, open_files, goal in cold:
        args = dict(objects=count, size=size)
        cases = [Case(f"cold descriptors, batch {b} x {label}", "", {**args, "batch": b}, goal) for b in (256, 4096)]
        if size == KIB:
            one = {**args, "batch": 4096, "connections": 1}
            cases += [
                Case("cold descriptors, batch 16 x 1KiB", "", {**args, "batch": 16}, 3),
                Case("cold descriptors, first byte, streaming 4096", "", one, 0, "none", {"first_byte_p50_ms": 3}),
                Case("cold descriptors, first byte, buffered 4096", "", {**one, "streaming": 0}, 0, "none", {"first_byte_p50_ms": 20}),
            ]
        run_set(bench, f"cold-{label}", count, size, [c for c in cases if wanted(c)], open_files)
    get = Case("cold descriptors, GET 4KiB keep-alive", "", dict(objects=many, size=4 * KIB, path="/v1/objects/bench/"), 1.6, "nginx")
    run_set(bench, "cold-4KiB", many, 4 * KIB, [get] if wanted(get) else [], None)

    members = Case("tar members of 8KiB, 32 shards x 2000", "", dict(shards=32, members=2000, size=8 * KIB, batch=256), 2.5)
    if wanted(members):
        run_set(bench, "members", 0, 0, [members], None, shards=(32, 2000, 8 * KIB))


def run_set(bench, name, count, size, cases, open_files, nginx_cache=0, shards=None):
    if not cases:
        return
    print(f"-- {name}: loading", flush=True)
    bryod = bench.start_bryod(name, open_files)
    try:
        bench.fill(bryod, count, size)
        if shards:
            bench.put_shards(bryod, *shards)
        links = bench.link_files(name)
        limit = Server([bench.limit_tool, links], r"ready (\d+)")
        nginx = bench.start_nginx(links, nginx_cache) if any(c.against == "nginx" for c in cases) else None
        try:
            for case in cases:
                bench.compare(case, bryod, {"limit": limit, "nginx": nginx, "none": None}[case.against])
        finally:
            limit.process.kill()
            if nginx:
                nginx.stop()
    finally:
        bryod.stop()
        shutil.rmtree(bench.work / name, ignore_errors=True)
        shutil.rmtree(bench.work / f"{name}-links", ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--quick", action="store_true", help="one short round each, on smaller sets: checks that the benchmark works")
    parser.add_argument("--only", help="only cases whose name matches")
    parser.add_argument("--json", type=Path, help="also write the results to this file")
    parser.add_argument("--work", type=Path, help="where the data sets go (default: a temporary directory)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bryo-bench-", dir=options.work) as work:
        bench = Bench(options.build, Path(work), options.quick)
        run(bench, options.only, options.quick)
    if options.json:
        options.json.write_text(json.dumps(bench.results, indent=1))
    missed = [r["case"] for r in bench.results if not r["reached"]]
    print(f"{len(bench.results) - len(missed)} figures reached, {len(missed)} missed" + "".join(f"\n  {m}" for m in missed))
    return 0 if bench.results and (options.quick or not missed) else 1


if __name__ == "__main__":
    sys.exit(main())
