"""kill -9 at any moment: what was acknowledged is there byte for byte, what was not is whole or absent, listings agree.

Each round starts writers, kills the node at a random moment, starts it on the same folder and compares with the model: for
every name the versions that may be there now. The seed is printed; BRYO_TEST_SEED repeats it, BRYO_CRASH_SECONDS sets the
time given to each test.
"""

import json
import os
import random
import threading
import time

import pytest

from harness import archive, batch, wire
from harness.node import Node

SEED = int(os.environ.get("BRYO_TEST_SEED", "0")) or random.randrange(1 << 30)
SECONDS = float(os.environ.get("BRYO_CRASH_SECONDS", "20"))
WRITERS = 8
NAMES = 60
SIZES = [0, 1, 100, 4096, 20_000, 70_000, 300_000, 1_500_000]
GONE = (OSError, wire.Torn, AssertionError)


def content(name: str, version: int) -> bytes:
    stamp = f"{name}@{version:08d};".encode()
    size = SIZES[(sum(name.encode()) + version * 5) % len(SIZES)]
    return (stamp * (size // len(stamp) + 1))[:size]


class Model:
    """For each name the versions that an observer may find: the last acknowledged one, and those that were under way."""

    def __init__(self):
        self.lock = threading.Lock()
        self.possible: dict[str, set] = {}

    def begin(self, name, version):
        with self.lock:
            self.possible.setdefault(name, {None}).add(version)

    def acknowledged(self, name, version):
        with self.lock:
            self.possible[name] = {version}

    def settle(self, name, version):
        """What a restart showed is what stays."""
        self.possible[name] = {version}


def write(node, model: Model, number: int, order: random.Random, killed: threading.Event):
    """One writer owns its names, so the order of versions of a name is known."""
    names = [f"w{number}/{'deep/' * (i % 3)}{i:03d}" for i in range(NAMES // WRITERS)]
    version = order.randrange(1 << 20)
    try:
        with wire.Connection(node.address, timeout=20) as connection:
            while not killed.is_set():
                name, version = order.choice(names), version + 1
                if order.random() < 0.15:
                    model.begin(name, None)
                    answer = connection.exchange("DELETE", f"/v1/objects/b/{name}?provider=ais")
                    if answer.complete and answer.status in (200, 404):
                        model.acknowledged(name, None)
                    continue
                model.begin(name, version)
                data = content(name, version)
                chunked = [data[:1000], data[1000:]] if order.random() < 0.2 and len(data) > 1000 else None
                answer = connection.exchange("PUT", f"/v1/objects/b/{name}?provider=ais", None if chunked else data, chunked=chunked)
                if answer.complete and answer.status == 200:
                    model.acknowledged(name, version)
    except GONE:
        if not killed.is_set():
            killed.writer_failed = True
            raise


def check(node, model: Model):
    listed = {}
    token = ""
    while True:
        message = {"action": "list", "value": {"props": "name,size,checksum", "pagesize": 17, "continuation_token": token}}
        page = node.request("GET", "/v1/buckets/b?provider=ais", json.dumps(message), batch.JSON).json()
        for entry in page["entries"] or []:
            assert entry["name"] not in listed, f"{entry['name']} is listed twice"
            listed[entry["name"]] = int(entry.get("size", "0"))
        token = page["continuation_token"]
        if not token:
            break
    assert list(listed) == sorted(listed)
    for name, versions in sorted(model.possible.items()):
        answer = node.get("b", name)
        if answer.status == 404:
            assert None in versions, f"{name}: acknowledged version {versions} is gone"
            assert name not in listed, f"{name} is listed but cannot be read"
            model.settle(name, None)
            continue
        assert answer.status == 200 and answer.complete, (name, answer.status, answer.body[:200])
        found = [version for version in versions if version is not None and content(name, version) == answer.body]
        assert found, f"{name}: {len(answer.body)} bytes beginning {answer.body[:40]!r} are none of the versions {versions}"
        assert listed.get(name) == len(answer.body), f"{name}: listed with {listed.get(name)} bytes"
        model.settle(name, found[0])
    assert set(listed) == {name for name, versions in model.possible.items() if versions != {None}}


@pytest.mark.parametrize("durability", ["auto", "relaxed"])
def test_writers(tmp_path, durability):
    print(f"seed {SEED}")
    order = random.Random(SEED)
    node = Node(tmp_path / "data", toml=f'[node]\ndurability = "{durability}"\n').start()
    node.create_bucket("b")
    model, rounds, end = Model(), 0, time.monotonic() + SECONDS
    while rounds < 3 or time.monotonic() < end:
        killed = threading.Event()
        killed.writer_failed = False
        seeds = [order.randrange(1 << 30) for _ in range(WRITERS)]
        threads = [threading.Thread(target=write, args=(node, model, i, random.Random(seeds[i]), killed)) for i in range(WRITERS)]
        for thread in threads:
            thread.start()
        killed.wait(0.05 + order.random() * 0.7)  # the moment of the crash
        killed.set()
        node.kill()
        for thread in threads:
            thread.join()
        assert not killed.writer_failed, node.log_tail()
        node.start()
        check(node, model)
        rounds += 1
    alive = sum(versions != {None} for versions in model.possible.values())
    print(f"{rounds} kills, {alive} objects at the end")
    assert alive > 10, "the rounds must have written something"
    leave_no_debris(node, model)


def leave_no_debris(node, model):
    """What crashes left behind is cleaned up: the folder holds about the bytes of the objects."""
    node.restart()
    expected = sum(len(content(name, version)) for name, versions in model.possible.items() for version in versions if version is not None)
    on_disk = sum(path.stat().st_size for path in node.directory.rglob("*") if path.is_file())
    assert on_disk < expected + (4 << 20), f"{on_disk} bytes on disk for objects of {expected}"
    node.stop()


def test_buckets(tmp_path):
    """Killed while buckets are made and destroyed: an acknowledged one is there, a destroyed one stays away, ids are new."""
    print(f"seed {SEED}")
    order = random.Random(SEED + 1)
    node = Node(tmp_path / "data").start()
    possible: dict[str, set] = {f"b{i}": {False} for i in range(12)}
    end, rounds, seen_ids = time.monotonic() + SECONDS / 2, 0, {}
    while rounds < 3 or time.monotonic() < end:
        killed = threading.Event()

        def work(names, order):
            try:
                with wire.Connection(node.address, timeout=20) as connection:
                    while not killed.is_set():
                        name = order.choice(names)
                        make = order.random() < 0.6
                        possible[name].add(make)
                        if make:
                            answer = connection.exchange("POST", f"/v1/buckets/{name}?provider=ais", b'{"action":"create-bck"}')
                            done = answer.status in (200, 409)
                            if answer.status == 200:
                                connection.exchange("PUT", f"/v1/objects/{name}/o?provider=ais", name.encode())
                        else:
                            answer = connection.exchange("DELETE", f"/v1/buckets/{name}?provider=ais", b'{"action":"destroy-bck"}')
                            done = answer.status in (200, 404)
                        if answer.complete and done:
                            possible[name] = {make}
            except GONE:
                assert killed.is_set()

        names = list(possible)
        threads = [threading.Thread(target=work, args=(names[i::4], random.Random(order.randrange(1 << 30)))) for i in range(4)]
        for thread in threads:
            thread.start()
        killed.wait(0.02 + order.random() * 0.3)
        killed.set()
        node.kill()
        for thread in threads:
            thread.join()
        node.start()
        there = {bucket["name"] for bucket in node.request("GET", "/v1/buckets?provider=ais").json()}
        for name, states in possible.items():
            assert (name in there) in states, f"{name}: there={name in there}, allowed {states}"
            possible[name] = {name in there}
            if name in there:
                props = json.loads(node.request("HEAD", f"/v1/buckets/{name}?provider=ais").header("Ais-Bucket-Props"))
                owner = seen_ids.setdefault(props["bid"], (name, props["created"]))
                assert owner == (name, props["created"]), f"bucket id {props['bid']} was used twice"
                answer = node.get(name, "o")
                assert answer.status == 404 or answer.body == name.encode()
        rounds += 1
    print(f"{rounds} kills")
    node.stop()


def test_batches(tmp_path):
    """Killed in the middle of answers: clients see a torn body, never a valid archive that lacks members."""
    print(f"seed {SEED}")
    order = random.Random(SEED + 2)
    node = Node(tmp_path / "data").start()
    node.create_bucket("b")
    objects = {f"o{i}": content(f"o{i}", i) for i in range(40)}
    for name, data in objects.items():
        node.put("b", name, data)
    members = [(f"m{i}", content(f"m{i}", i)) for i in range(30)]
    node.put("b", "s.tar", archive.make_tar(members))
    entries = [{"objname": name} for name in objects] + [{"objname": "s.tar", "archpath": name} for name, _ in members]
    expected = list(objects.values()) + [data for _, data in members]
    torn = whole = 0
    end = time.monotonic() + SECONDS / 2
    while torn < 3 or time.monotonic() < end:
        results = []

        def ask(strm):
            try:
                body = json.dumps({"in": entries, "strm": strm}).encode()
                with wire.Connection(node.address, timeout=20, receive_buffer=65536) as connection:
                    while True:
                        results.append(connection.exchange("GET", "/v1/ml/moss/b?provider=ais", body))
                        if not results[-1].complete:
                            return
            except GONE:
                return

        threads = [threading.Thread(target=ask, args=(i % 2 == 0,)) for i in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.05 + order.random() * 0.2)  # the moment of the crash
        node.kill()
        for thread in threads:
            thread.join()
        for answer in results:
            if answer.complete:
                whole += 1
                assert batch.parse(answer).contents == expected
            else:
                torn += 1
        node.start()
        assert batch.get_batch(node, entries, "b", strm=True).contents == expected
    print(f"{whole} whole answers, {torn} torn ones")
    node.stop()
