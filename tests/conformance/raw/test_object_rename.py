"""POST rename-obj: one object gets another name."""

import json
import threading
from urllib.parse import quote

import pytest


def rename(node, bucket, name, to):
    message = json.dumps({"action": "rename-obj", "name": to, "value": None})
    return node.request("POST", f"/v1/objects/{bucket}/{quote(name)}?provider=ais", message)


def test_everything_goes_with_the_name(node, bucket):
    node.put(bucket, "a", b"first")
    node.put(bucket, "a", b"second", headers=[("Ais-Custom-Md", "k=v")])
    props = "provider=ais&props=checksum,version,custom,etag,last-modified"
    before = node.request("HEAD", f"/v1/objects/{bucket}/a?{props}")
    answer = rename(node, bucket, "a", "dir/ü b%.txt")
    assert (answer.status, answer.body) == (200, b"")
    after = node.request("HEAD", f"/v1/objects/{bucket}/{quote('dir/ü b%.txt')}?{props}")
    keep = lambda a: sorted((k, v) for k, v in a.headers if k.startswith(("Ais-", "Etag", "Last-")))
    assert after.status == 200 and keep(after) == keep(before)
    assert node.get(bucket, "dir/ü b%.txt").body == b"second"
    assert node.get(bucket, "a").status == 404


def test_over_another_object(node, bucket):
    node.put(bucket, "a", b"new")
    node.put(bucket, "b", b"old")
    assert rename(node, bucket, "a", "b").status == 200
    assert node.get(bucket, "b").body == b"new"
    listing = node.request("GET", f"/v1/buckets/{bucket}?provider=ais", '{"action":"list","value":{"props":"name"}}')
    assert [entry["name"] for entry in listing.json()["entries"]] == ["b"]


@pytest.mark.parametrize(
    "name, to, status, message",
    [
        ("o", "o", 400, "cannot rename ais://BUCKET/o to self, nothing to do"),
        ("none", "none", 400, "cannot rename ais://BUCKET/none to self, nothing to do"),
        ("none", "o2", 404, "t[ID]: ais://BUCKET/none does not exist"),
        ("o", "", 400, None),
        ("o", "a/../b", 400, 'invalid object name "a/../b"'),
        ("o", "dir/", 400, 'invalid object name "dir/"'),
        ("o", "x" * 5000, 400, None),
        ("o", "nul\0", 400, None),
    ],
)
def test_refusals(node, bucket, name, to, status, message):
    node.put(bucket, "o", b"kept")
    answer = rename(node, bucket, name, to)
    assert answer.status == status, answer.body
    if message:
        target = answer.error()["message"].split("]")[0][2:] if message.startswith("t[") else ""
        assert answer.error()["message"] == message.replace("BUCKET", bucket).replace("ID", target)
    assert node.get(bucket, "o").body == b"kept"


def test_messages_of_the_wrong_shape(node, bucket):
    node.put(bucket, "o", b"kept")
    for body in ["", "[]", "{", '{"action":"rename-obj","name":7}', '{"action":"rename-obj"}', '{"action":"rename"}']:
        answer = node.request("POST", f"/v1/objects/{bucket}/o?provider=ais", body)
        assert answer.status == 400, (body, answer.body)
    assert node.get(bucket, "o").body == b"kept"


def test_needs_the_right_to_move(node):
    node.request("POST", "/v1/buckets/read-only?provider=ais", '{"action":"create-bck"}')
    node.put("read-only", "o", b"x")
    node.request("PATCH", "/v1/buckets/read-only?provider=ais", '{"action":"set-bprops","value":{"access":"1"}}')
    answer = rename(node, "read-only", "o", "b")
    assert answer.status == 403 and answer.error()["tcode"] == "ErrBucketAccessDenied"


def test_two_mountpaths_and_a_restart(start_node, tmp_path):
    paths = "".join(f'[[node.mountpath]]\npath = "{tmp_path}/mp{i}"\n' for i in range(2))
    node = start_node(toml=paths)
    node.create_bucket("b")
    contents = {f"o{i}": str(i).encode() * 5000 for i in range(20)}
    for name, data in contents.items():
        node.put("b", name, data)
    for name in contents:
        assert rename(node, "b", name, "new/" + name).status == 200
    node.restart()
    for name, data in contents.items():
        assert node.get("b", "new/" + name).body == data
        assert node.get("b", name).status == 404


def test_readers_meanwhile(node, bucket):
    """Two names swap through a third under readers: whole contents or 404, and in the end what was last done."""
    node.put(bucket, "a", b"A" * 100_000)
    node.put(bucket, "b", b"B" * 100_000)
    stop, wrong = threading.Event(), []

    def read():
        with node.connect() as connection:
            while not stop.is_set():
                for name in "abc":
                    answer = connection.exchange("GET", f"/v1/objects/{bucket}/{name}?provider=ais")
                    if answer.status != 404 and (answer.status != 200 or answer.body not in (b"A" * 100_000, b"B" * 100_000)):
                        wrong.append((name, answer.status, answer.body[:50]))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(50):
        for name, to in [("a", "c"), ("b", "a"), ("c", "b")]:
            assert rename(node, bucket, name, to).status == 200
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong, wrong[:3]
    assert node.get(bucket, "a").body == b"A" * 100_000 and node.get(bucket, "b").body == b"B" * 100_000
