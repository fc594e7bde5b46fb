#!/usr/bin/env python3
"""Measures reading members of shards: beside plain passes over the same files, the limit server, tarfile and bsdtar.

    tests/bench/shards.py [--build DIR] [--quick] [--only FORMAT] [--json FILE]

CPU time of the server for each batch. `first` is the first batch that ever touches a shard, `later` the same batch
again. What they may cost is a plain pass over the shard (shard_passes), or what of it the format needs, plus what the
limit server takes to send the same members out of a TAR.
"""

import argparse
import http.client
import io
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from run import Server  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = '["moss", "archive_tar", "archive_tgz", "archive_zip", "archive_tar_lz4"]'
BATCH = 256


def typical(values):
    """The lower quartile: neighbours on the machine only ever add."""
    values = sorted(values)
    return values[len(values) // 4]


def contents(seed, count, size):
    """Half noise, half blanks."""
    source = random.Random(seed)
    return [source.randbytes(size // 2) + b" " * (size - size // 2) for _ in range(count)]


def name_of(i):
    return f"{i:06d}.bin"


def tar_bytes(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for i, content in enumerate(members):
            info = tarfile.TarInfo(name_of(i))
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def gzip_bytes(data):
    deflate = zlib.compressobj(6, zlib.DEFLATED, 31)
    return deflate.compress(data) + deflate.flush()


def lz4_bytes(data):
    return subprocess.run(["lz4", "-c", "-q"], input=data, capture_output=True, check=True).stdout


def zip_bytes(members, method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for i, content in enumerate(members):
            archive.writestr(name_of(i), content)
    return out.getvalue()


class Client:
    """A connection to a server, and how much processor time the calls on it take."""

    def __init__(self, server):
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.clock = (~server.pid << 3) | 2  # the CPU clock of that process: clock_getcpuclockid(3)

    def call(self, method, path, body=None):
        self.connection.request(method, path, body)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{method} {path}: {answer.status} {data[:300]!r}")
        return data

    def batch(self, entries, size=8 << 10):
        """CPU and wall time in ms."""
        entries = [{"objname": o, "archpath": m, "bucket": "bench", "provider": "ais"} for o, m in entries]
        body = json.dumps({"mime": ".tar", "in": entries, "coer": False, "onob": False, "strm": True}, separators=(",", ":"))
        cpu, wall = time.clock_gettime(self.clock), time.perf_counter()
        data = self.call("GET", "/v1/ml/moss", body)
        taken = time.clock_gettime(self.clock) - cpu, time.perf_counter() - wall
        if len(data) != len(entries) * (512 + (size + 511) // 512 * 512) + 1024:
            raise SystemExit(f"the answer has {len(data)} bytes")
        return taken[0] * 1e3, taken[1] * 1e3


def start_client(command, ready):
    return Client(Server(command, ready))


class Bench:
    def __init__(self, options, work):
        self.build, self.work, self.quick = options.build, work, options.quick
        self.rows = []

    def start(self, name, cache="0"):
        """Without a cache of decoded members, each batch pays for what it decodes."""
        directory = self.work / name
        directory.mkdir()
        config = directory / "bryo.toml"
        config.write_text(f'[node]\ndata_dir = "{directory}"\ndurability = "relaxed"\n[plugins]\nenable = {PLUGINS}\n[plugin.moss]\ndecoded_cache = "{cache}"\n')
        node = start_client([self.build / "bin" / "bryod", "--config", config, "--listen", "127.0.0.1:0"],
                    r"ready at http://127\.0\.0\.1:(\d+)")
        node.connection.request("POST", "/v1/buckets/bench", json.dumps({"action": "create-bck"}), {"Content-Type": "application/json"})
        node.connection.getresponse().read()
        return node

    def passes(self, kind, path, names=()):
        """CPU of one pass over a file; each is over a file of its own, as the first batches are."""
        copies = [path]
        for i in range(2 if self.quick else 8):
            copies.append(path.with_name(f"copy{i}-{path.name}"))
            copies[-1].write_bytes(path.read_bytes())
        command = [self.build / "bench" / "shard_passes", kind, *copies, *(["--", *names] if names else [])]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        return typical(json.loads(done.stdout)["passes_ms"])

    def row(self, what, value, goal, unit, note=""):
        reached = value <= goal
        self.rows.append({"figure": what, "value": value, "goal": goal, "unit": unit, "reached": reached})
        print(f"{what:<58} {value:8.3f} {unit:<4} (goal {goal:.3f}) {note}  {'reached' if reached else 'MISSED'}", flush=True)


def library_times(path, names):
    """What `tarfile` and `bsdtar` take for the same members: CPU ms each."""
    start = time.process_time()
    with tarfile.open(path) as tar:
        for member in tar:
            if member.name in names:
                tar.extractfile(member).read()
    python = (time.process_time() - start) * 1e3
    listed = path.with_suffix(".names")
    listed.write_text("\n".join(names))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["bsdtar", "-xOf", path, "-T", listed], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return python, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def table(bench, only):
    """32 shards of 2,000 members of 8 KiB (`--quick`: 3 shards): random members, first and later."""
    shards, count, size = (3 if bench.quick else 32), 2000, 8 << 10
    members = contents(1, count, size)
    plain = tar_bytes(members)
    links = bench.work / "limit"
    links.mkdir()
    for i in range(shards):
        (links / f"o{i:06d}.tar").write_bytes(plain)
    limit = start_client([bench.build / "bench" / "limit_server", links], r"ready (\d+)")
    source = random.Random(7)
    asked = [[name_of(source.randrange(count)) for _ in range(BATCH)] for _ in range(shards)]
    distinct = sorted(set(asked[0]))

    def limit_ms():
        for i in range(shards):
            limit.batch([(f"o{i:06d}.tar", m) for m in asked[i]], size)
        return typical(limit.batch([(f"o{i:06d}.tar", m) for m in asked[i]], size)[0] for i in range(shards))

    formats = {
        "tar": (lambda: plain, ".tar"), "zip stored": (lambda: zip_bytes(members, zipfile.ZIP_STORED), ".zip"),
        "zip deflated": (lambda: zip_bytes(members, zipfile.ZIP_DEFLATED), ".zip"),
        "tar.lz4": (lambda: lz4_bytes(plain), ".tar.lz4"), "tgz": (lambda: gzip_bytes(plain), ".tgz"),
    }
    tar_index = None
    try:
        for label, (make, suffix) in formats.items():
            if only and label.split()[0] not in ("tar", only):
                continue
            path = bench.work / f"shard{suffix}"
            path.write_bytes(make())
            data = path.read_bytes()
            node = bench.start(label.replace(" ", "-"))
            try:
                for i in range(shards):
                    node.call("PUT", f"/v1/objects/bench/o{i:06d}{suffix}", data)
                entries = [[(f"o{i:06d}{suffix}", m) for m in asked[i]] for i in range(shards)]
                warm(node, plain)
                first = typical(node.batch(e, size)[0] for e in entries)
                later = typical(node.batch(e, size)[0] for e in entries for _ in range(1 if bench.quick else 3))
                send = limit_ms()
                note = f"limit {send:.2f} ms"
                if label == "tar":
                    whole = bench.passes("walk", path)
                    bench.row("tar, first batch: walk + limit", first / (whole + send), 1.5, "x", f"{first:.2f} ms, walk {whole:.2f}, {note}")
                    bench.row("tar, later: limit", later / send, 2, "x", f"{later:.2f} ms, {note}")
                elif label.startswith("zip"):
                    whole = bench.passes("zip", path, distinct)
                    bench.row(f"{label}, first batch: directory, members + limit", first / (whole + send), 2, "x", f"{first:.2f} ms, pass {whole:.2f}, {note}")
                    inflate = whole - bench.passes("zip", path, distinct[:1]) if "deflated" in label else 0
                    bench.row(f"{label}, later: limit + inflate", later / (send + inflate), 2.5, "x", f"{later:.2f} ms, inflate {inflate:.2f}, {note}")
                else:
                    whole = bench.passes("lz4" if "lz4" in label else "inflate", path)
                    bench.row(f"{label}, first batch: one pass + limit", first / (whole + send), 1.2, "x", f"{first:.2f} ms, pass {whole:.2f}, {note}")
                    if label == "tar.lz4":  # 256 random members touch every block of 4 MiB
                        bench.row("tar.lz4, later: blocks touched + limit", later / (whole + send), 1, "x", f"{later:.2f} ms")
                if label == "tgz":
                    single = statistics.median(node.batch([(f"o{i % shards:06d}{suffix}", name_of(source.randrange(count)))], size)[0] for i in range(320))
                    bench.row("tgz, one random member, median", single, 1, "ms")
                    everything = typical(node.batch([(f"o{i:06d}{suffix}", name_of(m)) for m in range(count)], size)[0] for i in range(3))
                    limits = typical(limit.batch([(f"o{i:06d}.tar", name_of(m)) for m in range(count)], size)[0] for i in range(3))
                    bench.row("tgz, all 2,000: one pass + limit", everything / (whole + limits), 1.2, "x", f"{everything:.1f} ms")
                files = [f.stat().st_size for f in (bench.work / label.replace(" ", "-")).rglob("indexes/*") if f.stat().st_size > 4096]
                index = typical(files)
                if label == "tar":
                    tar_index = index
                    bench.row("index of a member without its name", index / count - len(name_of(0)), 32, "B")
                if label == "tgz" and tar_index:
                    bench.row("tgz, restart points of the shard", 100 * (index - tar_index) / len(data), 4, "%")
                if suffix != ".zip" and suffix != ".tar.lz4":
                    python, bsd = library_times(path, set(asked[0]))
                    print(f"   the same members of one shard: Python tarfile {python:.1f} ms, bsdtar {bsd:.1f} ms, bryod first {first:.1f}, later {later:.1f}", flush=True)
            finally:
                node.server.stop()
    finally:
        limit.server.process.kill()


def warm(node, plain):
    """The first batch of a process pays for its threads and buffers: not what is measured."""
    node.call("PUT", "/v1/objects/bench/warm.tar", plain)
    for _ in range(5):
        node.batch([("warm.tar", name_of(i)) for i in range(BATCH)], 8 << 10)


def one_shard(bench):
    """A shard of 2,048 members of 16 KiB that was never read: 256 random ones, wall time."""
    count, size = 2048, 16 << 10
    members = contents(2, count, size)
    plain = tar_bytes(members)
    node = bench.start("one")
    try:
        warm(node, tar_bytes(contents(3, BATCH, 8 << 10)))
        source = random.Random(5)
        for suffix, data, goal in ((".tar", plain, 40), (".tgz", gzip_bytes(plain), 150)):
            walls, same, distinct = [], [], []
            for round_number in range(3 if bench.quick else 9):
                names = [f"{kind}{round_number}{suffix}" for kind in ("many", "same", "few")]
                for name in names:
                    node.call("PUT", f"/v1/objects/bench/{name}", data)
                picks = [name_of(source.randrange(count)) for _ in range(BATCH)]
                walls.append(node.batch([(names[0], m) for m in picks], size)[1])
                same.append(node.batch([(names[1], picks[0])] * BATCH, size)[0])
                distinct.append(node.batch([(names[2], m) for m in picks[:32]], size)[0])
            bench.row(f"256 random of an un-indexed {len(plain) >> 20} MiB {suffix}", min(walls), goal, "ms", f"wall, median {statistics.median(walls):.1f}")
            bench.row(f"one member 256 times : 32 distinct, {suffix}", typical(same) / typical(distinct), 1.5, "x")
    finally:
        node.server.stop()


def same_plan(bench):
    """Eight clients ask for the same members of a compressed shard at the same time, as the ranks of one job do."""
    members = contents(4, 2000, 8 << 10)
    node = bench.start("ranks", "64MiB")
    try:
        warm(node, tar_bytes(members[:BATCH]))
        node.call("PUT", "/v1/objects/bench/plan.tgz", gzip_bytes(tar_bytes(members)))
        source = random.Random(9)
        alone, together = [], []
        for _ in range(3 if bench.quick else 7):
            plans = [[("plan.tgz", name_of(source.randrange(2000))) for _ in range(BATCH)] for _ in range(2)]
            alone.append(node.batch(plans[0], 8 << 10)[0])
            before = time.clock_gettime(node.clock)
            ranks = [threading.Thread(target=Client(node.server).batch, args=(plans[1],)) for _ in range(8)]
            for rank in ranks:
                rank.start()
            for rank in ranks:
                rank.join()
            together.append((time.clock_gettime(node.clock) - before) * 1e3)
        ratio = typical(together) / typical(alone)
        bench.row("tgz, 8 clients with one plan : 1 client", ratio, 2, "x", f"{typical(together):.1f} ms, {typical(alone):.1f} ms")
    finally:
        node.server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--quick", action="store_true", help="few shards, few rounds: checks that the benchmark works")
    parser.add_argument("--only", choices=["tar", "zip", "tar.lz4", "tgz"], help="tar and this format only")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bryo-shards-") as work:
        bench = Bench(options, Path(work))
        table(bench, options.only)
        one_shard(bench)
        same_plan(bench)
    if options.json:
        options.json.write_text(json.dumps(bench.rows, indent=1))
    missed = [row["figure"] for row in bench.rows if not row["reached"]]
    print(f"{len(bench.rows) - len(missed)} figures reached, {len(missed)} missed" + "".join(f"\n  {m}" for m in missed))
    return 0 if options.quick or not missed else 1


if __name__ == "__main__":
    sys.exit(main())
