"""Batches while objects and shards change under them. Small enough for a ThreadSanitizer build, seeded, with byte compare.

Every object's content names its object and version, so a batch may see an old or a new version, never a mix of two, never
another object, never a half.
"""

import os
import random
import threading

from harness import archive, batch

SEED = int(os.environ.get("BRYO_TEST_SEED", "0")) or random.randrange(1 << 30)
ROUNDS = int(os.environ.get("BRYO_RACE_ROUNDS", "25"))
OBJECTS, SHARDS, MEMBERS = 24, 4, 12
SIZES = [10, 600, 5_000, 70_000, 300_000]


def content(name: str, version: int) -> bytes:
    stamp = f"{name}@{version};".encode()
    size = SIZES[(len(name) * 7 + version) % len(SIZES)]
    return (stamp * (size // len(stamp) + 1))[:size]


def check(name: str, data: bytes):
    """The bytes are those of one version of that object."""
    stamp, _, _ = data.partition(b";")
    owner, _, version = stamp.decode(errors="replace").partition("@")
    version_number = int(version) if version.isdigit() else None
    if version_number is None:  # a version so short that its stamp is cut
        assert name.encode().startswith(data.split(b"@")[0]), (name, data[:50])
        return
    assert owner == name and data == content(name, version_number), f"{name}: {len(data)} bytes beginning {data[:60]!r}"


def put_version(connection, bucket, i: int, version: int):
    if i < OBJECTS:
        name, data = f"o{i:02d}", content(f"o{i:02d}", version)
    else:
        name = f"s{i - OBJECTS}.tar"
        members = [(f"m{k:02d}", content(f"{name}/m{k:02d}", version)) for k in range(MEMBERS)]
        data = archive.make_tar(members[version % 3 :] + members[: version % 3])
    assert connection.exchange("PUT", f"/v1/objects/{bucket}/{name}?provider=ais", data).status == 200


def test_batches_over_changing_objects(node, bucket):
    print(f"seed {SEED} (BRYO_TEST_SEED repeats it)")
    with node.connect() as connection:
        for i in range(OBJECTS + SHARDS):
            put_version(connection, bucket, i, 0)
    failures, stop = [], threading.Event()

    def run(work, number):
        try:
            with node.connect(timeout=120) as connection:
                work(connection, random.Random(SEED + number))
        except Exception as error:  # reported by the main thread
            failures.append(f"{work.__name__} {number}: {type(error).__name__}: {error}")

    def write(connection, order):
        version = 1
        while not stop.is_set():
            i = order.randrange(OBJECTS + SHARDS)
            if order.random() < 0.15 and i < OBJECTS:
                connection.exchange("DELETE", f"/v1/objects/{bucket}/o{i:02d}?provider=ais")
            put_version(connection, bucket, i, version)
            version += 1

    def read(connection, order):
        for _ in range(ROUNDS):
            entries, names = [], []
            for _ in range(order.randrange(1, 60)):
                i = order.randrange(OBJECTS + SHARDS)
                if i < OBJECTS:
                    entries.append({"objname": f"o{i:02d}"})
                    names.append(f"o{i:02d}")
                else:
                    member = f"m{order.randrange(MEMBERS):02d}"
                    entries.append({"objname": f"s{i - OBJECTS}.tar", "archpath": member})
                    names.append(f"s{i - OBJECTS}.tar/{member}")
            body = {"in": entries, "coer": True, "strm": order.random() < 0.7}
            answer = connection.exchange("GET", f"/v1/ml/moss/{bucket}?provider=ais", batch.json.dumps(body).encode())
            if answer.status == 400:
                assert "soft-errors limit" in answer.error()["message"]  # more than 8 deleted at that moment
                continue
            assert answer.status == 200, answer.body[:300]
            limit = any("soft-errors limit" in value for _, value in answer.trailers)
            got = batch.parse(answer)
            assert limit or len(got.members) == len(names)
            for name, member in zip(names, got.members):
                if member.name.startswith("__404__/"):
                    assert member.data == b"" and member.name == f"__404__/{bucket}/{name}"
                else:
                    assert member.name == f"{bucket}/{name}"
                    check(name, member.data)

    def list_and_get(connection, order):
        for _ in range(ROUNDS):
            listing = connection.exchange("GET", f"/v1/buckets/{bucket}?provider=ais", b'{"action":"list","value":{"props":"name,size"}}')
            names = [entry["name"] for entry in listing.json()["entries"] or []]
            assert names == sorted(names) and len(names) == len(set(names))
            for name in order.sample(names, min(5, len(names))):
                answer = connection.exchange("GET", f"/v1/objects/{bucket}/{name}?provider=ais")
                assert answer.status in (200, 404)
                if answer.status == 200 and not name.endswith(".tar"):
                    check(name, answer.body)

    writers = [threading.Thread(target=run, args=(write, i)) for i in range(3)]
    readers = [threading.Thread(target=run, args=(read, 100 + i)) for i in range(4)]
    readers.append(threading.Thread(target=run, args=(list_and_get, 200)))
    for thread in writers + readers:
        thread.start()
    for thread in readers:
        thread.join()
    stop.set()
    for thread in writers:
        thread.join()
    assert not failures, "\n".join(failures[:5])


def test_buckets_that_come_and_go(node, bucket):
    """Create, fill, ask, destroy, by several clients on the same few names: any documented answer, never another's bytes."""
    failures = []

    def work(number):
        order = random.Random(SEED + number)
        try:
            with node.connect(timeout=120) as connection:
                for _ in range(ROUNDS):
                    name = f"{bucket}-{order.randrange(3)}"
                    action = order.randrange(5)
                    if action == 0:
                        connection.exchange("POST", f"/v1/buckets/{name}?provider=ais", b'{"action":"create-bck"}')
                    elif action == 1:
                        connection.exchange("DELETE", f"/v1/buckets/{name}?provider=ais", b'{"action":"destroy-bck"}')
                    elif action == 2:
                        answer = connection.exchange("PUT", f"/v1/objects/{name}/o?provider=ais", name.encode() * 1000)
                        assert answer.status in (200, 404), answer.body
                    else:
                        body = b'{"in":[{"objname":"o"},{"objname":"o"}],"coer":true,"strm":true}'
                        answer = connection.exchange("GET", f"/v1/ml/moss/{name}?provider=ais", body)
                        assert answer.status in (200, 404), answer.body
                        if answer.status == 200:
                            for member in batch.parse(answer).members:
                                assert member.data in (b"", name.encode() * 1000)
        except Exception as error:
            failures.append(f"client {number}: {type(error).__name__}: {error}")

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, "\n".join(failures[:5])
