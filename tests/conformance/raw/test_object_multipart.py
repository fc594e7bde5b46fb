"""Native multipart upload: mpt-upload, parts, mpt-complete, mpt-abort."""

import hashlib
import json
import random
import threading

import pytest


def create(node, bucket, name="o"):
    answer = node.request("POST", f"/v1/objects/{bucket}/{name}?provider=ais", '{"action":"mpt-upload","name":"","value":null}')
    assert answer.status == 200 and answer.header("Content-Type").startswith("text/plain"), answer.body
    upload = answer.body.decode()
    assert len(upload) == 9
    return upload


def part(node, bucket, upload, number, data, name="o", headers=()):
    return node.request("PUT", f"/v1/objects/{bucket}/{name}?provider=ais&uploadId={upload}&partNumber={number}", data, headers)


def complete(node, bucket, upload, numbers, name="o", headers=()):
    value = [{"part-number": number, "etag": ""} for number in numbers]
    return node.request("POST", f"/v1/objects/{bucket}/{name}?provider=ais&uploadId={upload}", json.dumps({"action": "mpt-complete", "value": value}), headers)


def abort(node, bucket, upload, name="o"):
    return node.request("DELETE", f"/v1/objects/{bucket}/{name}?provider=ais&uploadId={upload}", '{"action":"mpt-abort"}')


def test_parts_become_a_chunked_object(node, bucket):
    upload = create(node, bucket)
    for number, data in (1, b"hello "), (2, b"world\n"):
        answer = part(node, bucket, upload, number, data)
        assert (answer.status, answer.body, answer.header("Etag")) == (200, b"", None)
    assert node.get(bucket, "o").status == 404
    answer = complete(node, bucket, upload, [2, 1])
    assert (answer.status, answer.body) == (200, b"")
    answer = node.get(bucket, "o")
    assert answer.body == b"hello world\n"
    assert (answer.header("Ais-Checksum-Type"), answer.header("Ais-Checksum-Value")) == ("xxhash2", "5215e13b207d6d8c")
    head = node.request("HEAD", f"/v1/objects/{bucket}/o?provider=ais&props=chunked,etag")
    assert (head.header("Ais-Chunks-Count"), head.header("Ais-Chunks-Max-Chunk-Size")) == ("2", "6")
    assert head.header("Etag").startswith('"v1-5215e13b207d6d8c-')
    assert node.get(bucket, "o", headers=[("Range", "bytes=4-7")]).body == b"o wo"
    node.put(bucket, "plain", b"x")
    listing = node.request("GET", f"/v1/buckets/{bucket}?provider=ais", '{"action":"list","value":{"props":"name,size"}}').json()
    assert {entry["name"]: entry["flags"] for entry in listing["entries"]} == {"o": 8192 | 64, "plain": 64}
    head = node.request("HEAD", f"/v1/objects/{bucket}/plain?provider=ais&props=chunked")
    assert head.header("Ais-Chunks-Count") is None
    for again in complete(node, bucket, upload, [1, 2]), part(node, bucket, upload, 1, b"x"), abort(node, bucket, upload):
        assert again.status == 404


def test_any_order_in_parallel_and_again(node, bucket):
    rng = random.Random(7)
    contents = {number: rng.randbytes(rng.choice([0, 1, 70_000, 1_500_000])) for number in range(1, 13)}
    upload = create(node, bucket)
    order = list(contents) + [3, 7]
    rng.shuffle(order)
    failures = []

    def send(numbers):
        for number in numbers:
            if part(node, bucket, upload, number, contents[number]).status != 200:
                failures.append(number)

    threads = [threading.Thread(target=send, args=(order[i::4],)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    whole = b"".join(contents[number] for number in sorted(contents))
    md5 = [("Ais-Checksum-Type", "md5"), ("Ais-Checksum-Value", hashlib.md5(whole).hexdigest())]
    assert complete(node, bucket, upload, contents, headers=md5).status == 200
    answer = node.get(bucket, "o")
    assert answer.body == whole and answer.header("Ais-Checksum-Type") in ("crc32c", "xxhash2")
    head = node.request("HEAD", f"/v1/objects/{bucket}/o?provider=ais&props=checksum&validate-checksum=true")
    assert head.status == 200


def test_the_md5_of_a_chunked_object_is_no_etag(node):
    node.request("POST", "/v1/buckets/mpt-md5?provider=ais", '{"action":"create-bck","value":{"checksum":{"type":"md5"}}}')
    upload = create(node, "mpt-md5")
    part(node, "mpt-md5", upload, 1, b"x")
    assert complete(node, "mpt-md5", upload, [1]).status == 200
    md5 = hashlib.md5(b"x").hexdigest()
    head = lambda name: node.request("HEAD", f"/v1/objects/mpt-md5/{name}?provider=ais&props=checksum,etag")
    assert head("o").header("Ais-Checksum-Value") == md5 and head("o").header("Etag").startswith(f'"v1-{md5}-')
    node.put("mpt-md5", "plain", b"x")
    assert head("plain").header("Etag") == f'"{md5}"'


def test_messages(node, bucket):
    upload = create(node, bucket)
    label, manifest = f"o[{bucket}/o(-)]", f"chunk-manifest[ais://{bucket}/o, id={upload}]"
    for answer, status, message in [
        (part(node, bucket, "nosuchid1", 1, b"x"), 404, f"{label}: nosuchid1 does not exist"),
        (complete(node, bucket, "nosuchid1", [1]), 404, f"{label}: nosuchid1 does not exist"),
        (abort(node, bucket, "nosuchid1"), 404, f"{label}: nosuchid1 does not exist"),
        (abort(node, bucket, "nosuch"), 400, 'chunk-manifest ID "nosuch" is too short (expecting >= 8 chars)'),
        (abort(node, bucket, ""), 400, 'chunk-manifest ID "" is too short (expecting >= 8 chars)'),
        (part(node, bucket, upload, 0, b"x"), 500, f"{manifest}: invalid chunk number (0)"),
        (part(node, bucket, upload, -1, b"x"), 400, f"{manifest}: invalid chunk number (-1)"),
        (part(node, bucket, upload, 10_001, b"x"), 400, f"{manifest}: chunk number (10001) exceeds the maximum limit (10000)"),
        (part(node, bucket, upload, "x", b"x"), 400, f'{label}: invalid part number "x" for uploadID "{upload}"'),
        (part(node, bucket, upload, "", b"x"), 400, f'{label}: invalid part number "" for uploadID "{upload}"'),
        (complete(node, bucket, upload, []), 400, "partial completion is not allowed: requested 0 parts, have 0"),
        (part(node, bucket, upload, 2, b"two"), 200, None),
        (complete(node, bucket, upload, [1, 2]), 400, "chunk at (0) has invalid number 2 (count=1)"),
        (part(node, bucket, upload, 1, b"one"), 200, None),
        (complete(node, bucket, upload, []), 400, "partial completion is not allowed: requested 0 parts, have 2"),
        (complete(node, bucket, upload, [1]), 400, "partial completion is not allowed: requested 1 parts, have 2"),
        (complete(node, bucket, upload, [1, 1]), 400, None),
        (complete(node, bucket, upload, [1, 2, 3]), 400, None),
        (complete(node, bucket, upload, [0, 1]), 400, None),
    ]:
        assert answer.status == status, (message, answer.status, answer.body)
        if message:
            assert answer.error()["message"] == message
    assert node.get(bucket, "o").status == 404
    assert complete(node, bucket, upload, [1, 2]).status == 200
    assert node.get(bucket, "o").body == b"onetwo"


@pytest.mark.parametrize("value", ["7", '"x"', "{}", "[7]", "[[]]", '[{"part-number":"1"}]', '[{"part-number":1,"bogus":2}]', '[{"part-number":99999999999}]', "[null]"])
def test_completions_of_the_wrong_shape(node, bucket, value):
    upload = create(node, bucket)
    part(node, bucket, upload, 1, b"x")
    answer = node.request("POST", f"/v1/objects/{bucket}/o?provider=ais&uploadId={upload}", '{"action":"mpt-complete","value":%s}' % value)
    assert answer.status == 400, answer.body
    assert complete(node, bucket, upload, [1]).status == 200


def test_an_upload_is_of_one_object(node, bucket):
    upload = create(node, bucket, "a")
    assert part(node, bucket, upload, 1, b"x", name="b").status == 404
    assert part(node, bucket, upload, 1, b"x", name="a").status == 200
    assert complete(node, bucket, upload, [1], name="b").status == 404
    assert abort(node, bucket, upload, name="b").status == 404
    assert complete(node, bucket, upload, [1], name="a").status == 200


def test_abort_leaves_nothing(node, bucket):
    node.put(bucket, "o", b"old")
    upload = create(node, bucket)
    part(node, bucket, upload, 1, b"x" * 100_000)
    assert abort(node, bucket, upload).status == 200
    assert abort(node, bucket, upload).status == 404
    assert node.get(bucket, "o").body == b"old"


def test_a_checksum_that_is_wrong(node, bucket):
    upload = create(node, bucket)
    wrong = [("Ais-Checksum-Type", "md5"), ("Ais-Checksum-Value", "0" * 32)]
    refused = part(node, bucket, upload, 1, b"x", headers=wrong)
    assert refused.status == 500 and refused.error()["tcode"] == "ErrBadCksum"
    part(node, bucket, upload, 1, b"x")
    refused = complete(node, bucket, upload, [1], headers=wrong)
    assert refused.status == 500 and refused.error()["tcode"] == "ErrBadCksum"
    assert complete(node, bucket, upload, [1]).status == 200


def test_only_if_there_is_none(node, bucket):
    upload = create(node, bucket)
    part(node, bucket, upload, 1, b"new")
    node.put(bucket, "o", b"old")
    assert complete(node, bucket, upload, [1], headers=[("If-None-Match", "*")]).status == 412
    assert node.get(bucket, "o").body == b"old"
    assert complete(node, bucket, upload, [1]).status == 200


def test_parts_outlive_a_kill(start_node):
    node = start_node()
    node.create_bucket("b")
    upload = create(node, "b")
    contents = [random.Random(i).randbytes(700_000) for i in range(3)]
    for number, data in enumerate(contents, 1):
        assert part(node, "b", upload, number, data).status == 200
        node.kill()
        node.start()
    assert complete(node, "b", upload, [1, 2, 3]).status == 200
    answer = node.get("b", "o")
    assert answer.body == b"".join(contents) and answer.header("Ais-Checksum-Type") == "crc32c"
    assert node.request("HEAD", "/v1/objects/b/o?provider=ais&validate-checksum=true").status == 200
    node.restart()
    assert node.request("HEAD", "/v1/objects/b/o?provider=ais&props=chunked").header("Ais-Chunks-Count") == "3"
    assert not list(node.directory.rglob("uploads/*"))
