"""The HTTP layer and the error shape: verbs, bodies, limits, keep-alive, pipelining, bad clients (http-api.md)."""

import json
import socket

import pytest

from harness import batch, wire

MISSING = "/v1/objects/no-such-bucket/o?provider=ais"


# Errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method, target, status, tcode, message",
    [
        ("GET", MISSING, 404, "ErrBckNotFound", 'bucket "ais://no-such-bucket" does not exist'),
        ("PUT", MISSING, 404, "ErrBckNotFound", 'bucket "ais://no-such-bucket" does not exist'),
        ("DELETE", MISSING, 404, "ErrBckNotFound", 'bucket "ais://no-such-bucket" does not exist'),
        ("GET", "/v1/buckets/no-such-bucket?provider=ais", 404, "ErrBckNotFound", 'bucket "ais://no-such-bucket" does not exist'),
        ("GET", "/v1/objects/b?provider=ais", 400, None, "URL 'v1/objects/b' is too short: expected 4 items, got 3"),
        ("GET", "/v1/objects", 400, None, "URL 'v1/objects' is too short: expected 4 items, got 2"),
        ("GET", "/v1/nosuch", 400, None, "invalid request URI: 'GET /v1/nosuch' from "),
        ("GET", "/", 400, None, "invalid request URI: 'GET /' from "),
        ("GET", "/v1/objects/b/o?provider=zzz", 400, "ErrInvalidBackendProvider", None),
        ("GET", "/v1/objects/b/o?provider=aws", 404, "ErrFailedTo", None),
        ("GET", "/v1/objects/b%20b/o", 400, None, "bucket name is invalid: may only contain letters, numbers, dashes (-), underscores (_), and dots (.)"),
    ],
)
def test_error_documents(node, method, target, status, tcode, message):
    error = node.request(method, target, b"" if method == "PUT" else None).error(status)
    assert error.get("tcode") == tcode
    if message:
        assert error["message"].startswith(message), error
    assert error["method"] == method and error["url_path"] == target.split("?")[0].replace("%20", " ")
    assert error["remote_addr"].startswith("127.0.0.1:")


def test_head_errors_are_in_a_header(node, bucket):
    for target in (f"/v1/objects/{bucket}/absent?provider=ais", f"/v1/objects/{bucket}/absent?provider=ais&props=name,size"):
        answer = node.request("HEAD", target)
        assert answer.status == 404 and answer.body == b""
        assert answer.error()["message"].endswith(f"ais://{bucket}/absent does not exist")
    answer = node.request("HEAD", "/v1/buckets/no-such-bucket?provider=ais")
    assert answer.error(404)["tcode"] == "ErrBckNotFound"


def test_what_is_not_served_yet_has_the_shape_too(node, bucket):
    """Everything else answers in the documented error shape, never by a dropped connection."""
    with node.connect() as connection:
        for method, target, body in (
            ("POST", f"/v1/buckets/{bucket}?provider=ais&bck_to=ais%2F%40%23%2Fdst%2F", b'{"action":"etl-bck","value":{}}'),
            ("POST", f"/v1/buckets/{bucket}?provider=ais", b'{"action":"make-n-copies","value":2}'),
            ("PUT", f"/v1/buckets/{bucket}?provider=ais", b'{"action":"archive","value":{}}'),
            ("PATCH", f"/v1/buckets/{bucket}?provider=ais", b'{"action":"nonsense"}'),
            ("GET", "/v1/etl", None),
            ("GET", "/v1/tokens", None),
            ("PUT", "/v1/cluster", b'{"action":"nonsense"}'),
            ("GET", "/v1/cluster?what=nonsense", None),
            ("GET", "/v1/daemon?what=nonsense", None),
            ("POST", f"/v1/objects/{bucket}/o?provider=ais", b'{"action":"nonsense"}'),
            ("GET", "/s3/some-bucket", None),
        ):
            answer = connection.exchange(method, target, body, batch.JSON)
            assert 400 <= answer.status < 600, (method, target)
            answer.error()
    for target in ("/v1/download", "/v1/sort?only_active=true&regex="):  # http-api.md 8: asked by `show job` every time
        answer = node.request("GET", target, b'{"id":"","regex":"","only_active_tasks":true}', batch.JSON)
        assert (answer.status, answer.body.strip()) == (200, b"[]")


@pytest.mark.parametrize("name", ["a/../../x", "..", "a/..", "./a", "dir/", "%2e%2e/x", "a/%2e%2e/b", "a%00b", "%ff%fe", "a%c3", "n" * 5000])
@pytest.mark.parametrize("method", ["PUT", "GET", "HEAD", "DELETE"])
def test_bad_object_names(node, bucket, method, name):
    answer = node.request(method, f"/v1/objects/{bucket}/{name}?provider=ais", b"x" if method == "PUT" else None)
    assert answer.status == 400
    answer.error()


@pytest.mark.parametrize("name", ["x" * 65, "a b", "a/b/c", ".hidden", "a..b", "", "ü", "a%00b"])
def test_bad_bucket_names(node, name):
    from urllib.parse import quote

    answer = node.request("POST", f"/v1/buckets/{quote(name, safe='%')}?provider=ais", b'{"action":"create-bck"}', batch.JSON)
    answer.error(400)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"action":', b'{"action":17}', b"null", b"[]", b'{"action":"create-bck","value":{"bogus":1}}',
     b'{"action":"create-bck","value":{"checksum":{"type":"bogus"}}}', b'{"action":"create-bck","value":[]}', b"\xff\xfe", b"{" * 10_000],
    ids=repr,
)
def test_bad_action_messages(node, body):
    node.request("POST", "/v1/buckets/never-made?provider=ais", body[:20_000], batch.JSON).error(400)
    assert node.request("HEAD", "/v1/buckets/never-made?provider=ais").status == 404


@pytest.mark.parametrize(
    "value",
    ['{"flags":0}', '{"pagesize":-1}', '{"pagesize":"x"}', '{"prefix":"../x"}', '{"flags":"x"}', '{"nonsense":1}', "[]"],
)
def test_bad_list_messages(node, bucket, value):
    body = f'{{"action":"list","value":{value}}}'
    node.request("GET", f"/v1/buckets/{bucket}?provider=ais", body, batch.JSON).error(400)


# Verbs and framing ----------------------------------------------------------------------------------------------------


def test_options_and_405(node, bucket):
    answer = node.request("OPTIONS", f"/v1/buckets/{bucket}")
    assert answer.status == 200 and answer.body == b"" and "GET" in answer.header("Allow")
    answer = node.request("TRACE", f"/v1/buckets/{bucket}")
    assert answer.status == 405 and "GET" in answer.header("Allow")
    assert answer.header("Content-Type") == "text/plain; charset=utf-8" and answer.body.strip() == b"Method Not Allowed"


def test_keep_alive_and_pipelining(node, bucket):
    node.put(bucket, "o", b"0123456789")
    with node.connect() as connection:
        for _ in range(3):
            assert connection.exchange("GET", f"/v1/objects/{bucket}/o?provider=ais").body == b"0123456789"
        for i in range(30):
            connection.send("PUT", f"/v1/objects/{bucket}/p{i}?provider=ais", b"body %d" % i)
            connection.send("GET", f"/v1/objects/{bucket}/p{i}?provider=ais")
            connection.send("GET", MISSING)
        for i in range(30):
            assert connection.receive().status == 200
            assert connection.receive().body == b"body %d" % i
            assert connection.receive().error()["status"] == 404


def test_http_1_0_and_close(node):
    for head in (b"GET /v1/health HTTP/1.0\r\n\r\n", b"GET /v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"):
        with node.connect() as connection:
            connection.send_raw(head)
            data = b""
            while piece := connection.socket.recv(65536):
                data += piece
            assert data.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200"))


def test_requests_in_small_pieces(node, bucket):
    node.put(bucket, "o", b"x")
    request = f"GET /v1/objects/{bucket}/o?provider=ais HTTP/1.1\r\nHost: x\r\nX-Padding: {'y' * 300}\r\n\r\n".encode()
    with node.connect() as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request:
            connection.send_raw(bytes([byte]))
        assert connection.receive().body == b"x"


def test_chunked_put(node, bucket):
    pieces = [b"a" * 10, b"b" * 70_000, b"c"]
    answer = node.request("PUT", f"/v1/objects/{bucket}/chunked?provider=ais", chunked=pieces)
    assert answer.status == 200
    assert node.get(bucket, "chunked").body == b"".join(pieces)
    assert node.request("PUT", f"/v1/objects/{bucket}/none?provider=ais", chunked=[]).status == 200
    assert node.get(bucket, "none").body == b""


def test_expect_continue_put(node, bucket):
    with node.connect() as connection:
        connection.send_raw(
            f"PUT /v1/objects/{bucket}/o?provider=ais HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n".encode()
        )
        assert connection.receive(keep_100=True).status == 100
        connection.send_raw(b"12345")
        assert connection.receive().status == 200
    assert node.get(bucket, "o").body == b"12345"


def test_expect_continue_refused_early(node):
    """A body that would be refused is not asked for (http-api.md 7: the final answer comes without a 100)."""
    with node.connect() as connection:
        connection.send_raw(
            b"PUT /v1/objects/no-such-bucket/o?provider=ais HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n"
        )
        assert connection.receive(keep_100=True).error(404)["tcode"] == "ErrBckNotFound"


def test_a_body_larger_than_the_disk_is_not_asked_for(node, bucket):
    with node.connect() as connection:
        connection.send_raw(
            f"PUT /v1/objects/{bucket}/o?provider=ais HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {2**63 - 1}\r\n\r\n".encode()
        )
        error = connection.receive(keep_100=True).error(507)
    assert f"bytes of ais://{bucket}/o on mountpath " in error["message"] and "No space left on device" in error["message"]
    assert node.get(bucket, "o").status == 404


def test_early_answer_to_a_large_put(node):
    """The answer comes although the client is still sending; the connection is then closed or drained, never stuck."""
    body = b"z" * (8 << 20)
    with node.connect() as connection:
        head = f"PUT /v1/objects/no-such-bucket/o?provider=ais HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.send_raw(head.encode())
        try:
            connection.send_raw(body)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            assert connection.receive().status == 404
        except (ConnectionResetError, wire.Torn):
            pass  # the reset overtook the answer: allowed by TCP when a body is refused
    assert node.request("GET", "/v1/health").status == 200


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,  # TLS to a plain port
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"PUT /v1/objects/b/o HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"PUT /v1/objects/b/o HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n0\r\n\r\n",
        b"PUT /v1/objects/b/o HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n",
        b"GET /v1/health HTTP/1.1\r\nBad Header\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nX: " + b"y" * (2 << 20) + b"\r\n\r\n",
        b"GET /" + b"p" * (2 << 20) + b" HTTP/1.1\r\n\r\n",
        b"GET /v1/health\0 HTTP/1.1\r\n\r\n",
        b"GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
    ids=lambda data: repr(data[:60]),
)
def test_garbage_is_answered_or_closed(node, garbage):
    """Bytes that are not HTTP: an error answer or a closed connection, soon, and the node lives on."""
    with node.connect(timeout=20) as connection:
        try:
            connection.send_raw(garbage)
            connection.socket.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError, OSError):
            pass
        data = b""
        try:
            while piece := connection.socket.recv(65536):
                data += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
        if data and b"/v1/health HTTP" not in garbage[:30]:
            assert data.startswith(b"HTTP/1.1 4") or data.startswith(b"HTTP/1.1 5") or data.startswith(b"HTTP/1.0 4"), data[:100]


def test_one_hundred_query_keys(node):
    many = "&".join(f"k{i}=1" for i in range(101))
    node.request("GET", f"/v1/buckets?provider=ais&{many}").error(400)
    few = "&".join(f"k{i}=1" for i in range(90))
    assert node.request("GET", f"/v1/buckets?provider=ais&{few}").status == 200


# Objects --------------------------------------------------------------------------------------------------------------


def test_range_answers(node, bucket):
    node.put(bucket, "o", b"0123456789")
    for value, body, span in (("bytes=0-4", b"01234", "0-4"), ("bytes=8-99", b"89", "8-9"), ("bytes=-3", b"789", "7-9"), ("bytes=9-", b"9", "9-9")):
        answer = node.get(bucket, "o", headers=[("Range", value)])
        assert (answer.status, answer.body) == (206, body)
        assert answer.header("Content-Range") == f"bytes {span}/10" and answer.header("Accept-Ranges") == "bytes"
    for value in ("bytes=10-", "bytes=99-100"):
        answer = node.get(bucket, "o", headers=[("Range", value)])
        assert answer.error(416)["tcode"] == "ErrRangeNotSatisfiable" and answer.header("Content-Range") == "bytes */10"
    for value in ("bites=0-1", "bytes=0-1,3-4", "bytes=5-1", "bytes=x-1", "bytes=-"):
        node.get(bucket, "o", headers=[("Range", value)]).error(416)


def test_member_reads(node, bucket):
    from harness import archive

    node.put(bucket, "s.tar", archive.make_tar([("a/b.bin", b"0123456789"), ("e", b"")]))
    answer = node.get(bucket, "s.tar", "provider=ais&archpath=a/b.bin")
    assert (answer.status, answer.body, answer.header("Content-Length")) == (200, b"0123456789", "10")
    assert not any(name.startswith("Ais-") for name, _ in answer.headers), answer.headers
    assert node.get(bucket, "s.tar", "provider=ais&archpath=/a/b.bin&archregx=").body == b"0123456789"
    assert node.get(bucket, "s.tar", "provider=ais&archpath=e").body == b""
    error = node.get(bucket, "s.tar", "provider=ais&archpath=none").error(404)
    assert error["message"].endswith(f"none in ais://{bucket}/s.tar does not exist")
    # http-objects.md 3, Bryo: archpath with Range is served
    answer = node.get(bucket, "s.tar", "provider=ais&archpath=a/b.bin", headers=[("Range", "bytes=2-4")])
    assert (answer.status, answer.body, answer.header("Content-Range")) == (206, b"234", "bytes 2-4/10")


def test_members_of_a_shard_that_is_cut_are_not_called_missing(node, bucket):
    """Whether a lost member was there nobody can know: GET says the same as get-batch."""
    from harness import archive

    whole = archive.make_tar([("first", b"1" * 600), ("second", b"2" * 600)])
    node.put(bucket, "cut.tar", whole[:1800])
    assert node.get(bucket, "cut.tar", "provider=ais&archpath=first").body == b"1" * 600
    error = node.get(bucket, "cut.tar", "provider=ais&archpath=second").error(400)
    assert error["message"].startswith(f"unexpected EOF: ais://{bucket}/cut.tar is cut at offset "), error
    assert batch.ask(node, [{"objname": "cut.tar", "archpath": "second"}], bucket).error(400)["message"] == error["message"]


CHECKSUMS = [
    ("md5", "5eb63bbbe01eeed093cb22bb8f5acdc3"),
    ("crc32c", "c99465aa"),
    ("sha256", "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"),
    ("sha512", "309ecc489c12d6eb4cc40f50c902f2b4d0ed77ee511a7c7a9bcd3ca86d4cd86f989dd35bc5ff499670da34255b45b0cfd830e81f605dcf7dc5542e93ae9cd76f"),
    ("xxhash2", "45ab6734b21e6968"),
    ("xxhash", "45ab6734b21e6968"),
]


@pytest.mark.parametrize("kind, value", CHECKSUMS)
def test_checksums(node, bucket, kind, value):
    node.request("POST", f"/v1/buckets/{bucket}-{kind}?provider=ais", json.dumps({"action": "create-bck", "value": {"checksum": {"type": kind}}}))
    answer = node.put(f"{bucket}-{kind}", "o", b"hello world")
    assert (answer.header("Ais-Checksum-Type"), answer.header("Ais-Checksum-Value")) == (kind, value)
    # a checksum given with the PUT is verified whatever its type; the bucket's own is stored
    good = node.put(bucket, "o", b"hello world", headers=[("Ais-Checksum-Type", kind), ("Ais-Checksum-Value", value)])
    assert good.header("Ais-Checksum-Type") == "xxhash2"
    bad = node.request("PUT", f"/v1/objects/{bucket}/never?provider=ais", b"hello", [("Ais-Checksum-Type", kind), ("Ais-Checksum-Value", value)])
    assert bad.error(500)["tcode"] == "ErrBadCksum"
    assert node.get(bucket, "never").status == 404


def test_unknown_checksum_type_is_400(node, bucket):
    answer = node.request("PUT", f"/v1/objects/{bucket}/o?provider=ais", b"x", [("Ais-Checksum-Type", "bogus"), ("Ais-Checksum-Value", "00")])
    answer.error(400)
    assert node.get(bucket, "o").status == 404


def test_custom_metadata_and_versions(node, bucket):
    for version in (1, 2, 3):
        answer = node.put(bucket, "o", b"x" * version, headers=[("Ais-Custom-Md", "k=v 1"), ("Ais-Custom-Md", "k2=w")])
        assert answer.header("Ais-Version") == str(version)
    answer = node.get(bucket, "o")
    assert sorted(answer.all("Ais-Custom-Md")) == ["k2=w", "k=v 1"]
    assert node.put(bucket, "o", b"x").status == 200
    assert sorted(node.get(bucket, "o").all("Ais-Custom-Md")) == ["k2=w", "k=v 1"], "survives an overwrite that sends none"


def test_half_a_put_leaves_nothing(node, bucket):
    with node.connect() as connection:
        connection.send_raw(f"PUT /v1/objects/{bucket}/half?provider=ais HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n".encode() + b"y" * 500_000)
    with node.connect() as connection:
        connection.send_raw(f"PUT /v1/objects/{bucket}/half2?provider=ais HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3E8\r\n".encode() + b"y" * 500)
    node.put(bucket, "whole", b"w")
    listing = node.request("GET", f"/v1/buckets/{bucket}?provider=ais", b'{"action":"list","value":{}}', batch.JSON).json()
    assert [entry["name"] for entry in listing["entries"]] == ["whole"]
    assert node.get(bucket, "half").status == 404 and node.get(bucket, "half2").status == 404


def test_overwrite_while_reading(node, bucket):
    """A reader that began with the old object gets all of it."""
    old, new = b"o" * (20 << 20), b"n" * (20 << 20)
    node.put(bucket, "o", old)
    with node.connect(receive_buffer=65536) as connection:
        connection.send("GET", f"/v1/objects/{bucket}/o?provider=ais")
        head = connection.receive_head()
        node.put(bucket, "o", new)
        answer = wire.Answer(head.status, "", head.headers)
        connection._read_exactly(answer, int(head.header("Content-Length")))
        assert answer.body == old
    assert node.get(bucket, "o").body == new


def test_request_ids(node):
    answer = node.request("GET", "/v1/health")
    assert answer.header("X-Request-Id"), answer.headers
