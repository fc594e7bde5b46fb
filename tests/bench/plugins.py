#!/usr/bin/env python3
"""Measures what plugins cost: a call, a drain, and the start of a node with many of them.

    tests/bench/plugins.py [--build DIR] [--quick] [--json FILE]
"""

import argparse
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COUNT = 200
STUB = """
#include <stdint.h>
struct descriptor {{ uint32_t size, api; const char *tag, *name, *version, *doc; const char* const* needs; void* (*create)(void); }};
extern const char bench_plugin_tag[];
extern void* bench_plugin_create(void);
const char bench_plugin_name[] = "{name}";
const struct descriptor bryo_plugin_{name} = {{sizeof(struct descriptor), 1, bench_plugin_tag, bench_plugin_name, "1.0",
                                              "Declares a bit of everything.", 0, bench_plugin_create}};
"""


def make_plugin(build, directory, name):
    """The one body under this name. Asio's symbols come from the program that loads it."""
    command = ["c++", "-shared", "-fPIC", "-x", "c", "-", "-x", "none", "-Wl,--whole-archive", build / "bench" / "libbench_plugin_body.a"]
    command += ["-Wl,--no-whole-archive", "-Wl,--exclude-libs,ALL", "-o", directory / f"libbryo_{name}.so"]
    subprocess.run([str(word) for word in command], input=STUB.format(name=name).encode(), check=True)
    (directory / f"libbryo_{name}.so").chmod(0o755)


def start_seconds(build, place, directory, names):
    """From the start of the process until it says that it is ready."""
    config = place / "node.toml"
    enable = ", ".join(f'"{name}"' for name in ["moss", "archive_tar", *names])
    config.write_text(f'[plugins]\nextra_dirs = ["{directory}"]\nenable = [{enable}]\n')
    command = [build / "bin" / "bryod", "--config", config, "--dir", place / "data", "--listen", "127.0.0.1:0"]
    begin = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        ready = "ready" in process.stdout.readline()
        took = time.monotonic() - begin
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
    if not ready or code != 0:
        raise SystemExit(f"bryod with {len(names)} plugins ended with {code}, ready: {ready}")
    return took


def added_seconds(build, rounds):
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        place.chmod(0o755)
        directory = place / "plugins"
        directory.mkdir(mode=0o755)
        names = [f"p{i:03d}" for i in range(COUNT)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda name: make_plugin(build, directory, name), names))
        without, with_all = [], []
        for _ in range(rounds):
            without.append(start_seconds(build, place, directory, []))
            with_all.append(start_seconds(build, place, directory, names))
        return statistics.median(with_all) - statistics.median(without)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--quick", action="store_true", help="one round each, no figure judged")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    calls = subprocess.run([str(build / "bench" / "bench_plugins"), "1" if arguments.quick else "9"], capture_output=True, check=True)
    measured = json.loads(calls.stdout)
    figures = [
        ("a plugin's route beside a kernel's", measured["plugin_route_ns"] - measured["kernel_route_ns"], 1000.0, "ns CPU a call"),
        ("drain of 1,000 suspended calls", measured["drain_1000_ms"], 100.0, "ms"),
        (f"start with {COUNT} enabled plugins more", added_seconds(build, 1 if arguments.quick else 5), 1.0, "s"),
    ]
    missed = 0
    for name, value, goal, unit in figures:
        met = value < goal
        missed += not met
        print(f"{name:40} {value:10.3f} {unit:15} goal < {goal:g}  {'ok' if met else 'MISSED'}")
    if arguments.json:
        arguments.json.write_text(json.dumps({name: value for name, value, _, _ in figures}, indent=1) + "\n")
    print(f"{len(figures)} figures, {missed} missed")
    sys.exit(0 if arguments.quick else int(missed > 0))


if __name__ == "__main__":
    main()
