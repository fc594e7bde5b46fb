"""PUT append_type=append|flush: an object that is written piece by piece."""

import hashlib
import os
import random
import threading
from urllib.parse import quote

import pytest


def append(node, bucket, data, handle="", name="o", headers=()):
    return node.request("PUT", f"/v1/objects/{bucket}/{name}?provider=ais&append_type=append&append_handle={quote(handle, safe='')}", data, headers)


def flush(node, bucket, handle, name="o", headers=(), body=b""):
    return node.request("PUT", f"/v1/objects/{bucket}/{name}?provider=ais&append_type=flush&append_handle={quote(handle, safe='')}", body, headers)


def handle_of(answer):
    assert answer.status == 200, answer.body
    return answer.header("Ais-Append-Handle")


def test_nothing_is_seen_before_the_flush(node, bucket):
    handle = handle_of(append(node, bucket, b"hello "))
    handle = handle_of(append(node, bucket, b"world\n", handle))
    assert node.get(bucket, "o").status == 404
    listing = node.request("GET", f"/v1/buckets/{bucket}?provider=ais", '{"action":"list"}')
    assert not listing.json()["entries"]
    answer = flush(node, bucket, handle, body=b"ignored")
    assert (answer.status, answer.body, answer.header("Ais-Append-Handle")) == (200, b"", None)
    answer = node.get(bucket, "o")
    assert answer.body == b"hello world\n"
    assert (answer.header("Ais-Checksum-Value"), answer.header("Ais-Version")) == ("5215e13b207d6d8c", "1")
    assert flush(node, bucket, handle).status == 404


def test_the_first_part_of_a_handle_is_the_target(node, bucket):
    target = next(iter(node.request("GET", "/v1/daemon?what=smap").json()["tmap"]))
    assert handle_of(append(node, bucket, b"x")).split("|")[0] == target


def test_an_object_that_is_there_stays_until_the_flush(node, bucket):
    node.put(bucket, "o", b"old", headers=[("Ais-Custom-Md", "k=v")])
    handle = handle_of(append(node, bucket, b"new"))
    assert node.get(bucket, "o").body == b"old"
    assert flush(node, bucket, handle).status == 200
    answer = node.get(bucket, "o")
    # An append to an object that is there begins with it, as in the reference.
    assert (answer.body, answer.header("Ais-Version"), answer.header("Ais-Custom-Md")) == (b"oldnew", "2", "k=v")


def test_checksums_of_the_whole(node, bucket):
    data = os.urandom(3_000_000)
    for type_, value in [("md5", hashlib.md5(data).hexdigest()), ("sha256", hashlib.sha256(data).hexdigest())]:
        handle = ""
        for at in range(0, len(data), 1_100_000):
            handle = handle_of(append(node, bucket, data[at : at + 1_100_000], handle, name=type_))
        wrong = flush(node, bucket, handle, name=type_, headers=[("Ais-Checksum-Type", type_), ("Ais-Checksum-Value", "0" * len(value))])
        assert wrong.status == 500 and wrong.error()["tcode"] == "ErrBadCksum"
        right = flush(node, bucket, handle, name=type_, headers=[("Ais-Checksum-Type", type_), ("Ais-Checksum-Value", value)])
        assert right.status == 200 and node.get(bucket, type_).body == data


@pytest.mark.parametrize("handle", ["x", "|", "||", "t|", "t|id", "t|id|", "t|id|x", "t|id|-1", "t||1", "|id|0", "t|id|99999999999999999999", "a" * 3000])
def test_malformed_handles(node, bucket, handle):
    for answer in append(node, bucket, b"x", handle), flush(node, bucket, handle):
        assert answer.status == 400, answer.body
        assert answer.error()["message"] == f'invalid APPEND handle: "{handle[:300]}"'


def test_refusals(node, bucket):
    assert flush(node, bucket, "").status == 400
    url = f"/v1/objects/{bucket}/o?provider=ais"
    assert node.request("PUT", url + "&append_type=bogus", b"x").status == 400
    handle = handle_of(append(node, bucket, b"x"))
    target, upload, size = handle.split("|")
    for other in f"{target}|{upload}|0", f"{target}|{upload}|2":
        assert append(node, bucket, b"y", other).status == 409
        assert flush(node, bucket, other).status == 409
    assert append(node, bucket, b"y", handle, name="another").status == 404
    assert append(node, bucket, b"y", f"{target}|nosuch|1").status == 404
    assert append(node, bucket, b"y", f"{target}|../../o|1").status == 404
    assert append(node, "nosuch-bucket", b"x").status == 404
    assert node.request("PUT", f"/v1/objects/{bucket}/dir/?provider=ais&append_type=append&append_handle=", b"x").status == 400
    assert flush(node, bucket, handle).status == 200
    assert node.get(bucket, "o").body == b"x"


def test_one_handle_is_used_once(node, bucket):
    """Of many at once one appends; the others are told, and nothing of theirs is in the object."""
    handle, rounds = handle_of(append(node, bucket, b"0")), 0
    expected = b"0"
    while rounds < 5:
        rounds += 1
        answers, barrier = [], threading.Barrier(6)

        def use(number):
            barrier.wait()
            answers.append((append(node, bucket, str(number).encode() * 50_000, handle), number))

        threads = [threading.Thread(target=use, args=(i,)) for i in range(1, 7)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        won = [(answer, number) for answer, number in answers if answer.status == 200]
        assert len(won) == 1 and all(answer.status == 409 for answer, _ in answers if answer.status != 200)
        handle = handle_of(won[0][0])
        expected += str(won[0][1]).encode() * 50_000
    assert flush(node, bucket, handle).status == 200
    assert node.get(bucket, "o").body == expected


def test_a_body_that_breaks_off(node, bucket):
    handle = handle_of(append(node, bucket, b"begin,"))
    path = f"/v1/objects/{bucket}/o?provider=ais&append_type=append&append_handle={quote(handle, safe='')}"
    with node.connect() as connection:
        connection.send_raw(f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n".encode() + b"lost" * 500_000)
    handle = handle_of(append(node, bucket, b"end", handle))
    assert flush(node, bucket, handle).status == 200
    assert node.get(bucket, "o").body == b"begin,end"


def test_goes_on_after_a_kill(start_node):
    node = start_node()
    node.create_bucket("b")
    data, handle = random.Random(1).randbytes(2_500_000), ""
    for at in range(0, len(data), 500_000):
        handle = handle_of(append(node, "b", data[at : at + 500_000], handle))
        node.kill()
        node.start()
    assert flush(node, "b", handle, headers=[("Ais-Checksum-Type", "md5"), ("Ais-Checksum-Value", hashlib.md5(data).hexdigest())]).status == 200
    assert node.get("b", "o").body == data
    node.restart()
    assert node.get("b", "o").body == data
    left = [path for path in node.directory.rglob("uploads/*")]
    assert not left, left


def test_limits(start_node):
    node = start_node(toml="[node.store]\nupload_limit = 3\n")
    node.create_bucket("b")
    handles = [handle_of(append(node, "b", b"x", name=f"o{i}")) for i in range(3)]
    refused = append(node, "b", b"x", name="o3")
    assert refused.status == 429 and "limit" in refused.error()["message"]
    assert flush(node, "b", handles[0], name="o0").status == 200
    assert append(node, "b", b"x", name="o3").status == 200
    node.request("DELETE", "/v1/buckets/b?provider=ais", '{"action":"destroy-bck"}')
    node.create_bucket("b")
    assert append(node, "b", b"x", name="o4").status == 200
    assert flush(node, "b", handles[1], name="o1").status == 404
