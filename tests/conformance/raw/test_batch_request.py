"""The request of get-batch on the wire: URL forms, JSON rules, validation (get-batch.md 1, 2 and 5)."""

import base64
import json

import pytest

from harness import batch, wire


@pytest.fixture
def filled(node, bucket):
    node.put(bucket, "o", b"0123456789")
    node.put(bucket, "p/q.bin", b"second")
    return bucket


def send(node, target, body, headers=batch.JSON, **options):
    return node.request("GET", target, body, headers, **options)


# URL and verb -----------------------------------------------------------------------------------------------------


def test_both_url_forms(node, filled):
    for bucket, entry in ((filled, {"objname": "o"}), (None, {"objname": "o", "bucket": filled})):
        got = batch.get_batch(node, [entry], bucket, strm=True)
        assert got.contents == [b"0123456789"] and got.names == [f"{filled}/o"]


@pytest.mark.parametrize("verb", ["PUT", "POST", "DELETE", "PATCH"])
def test_other_verbs_are_405(node, verb):
    answer = node.request(verb, "/v1/ml/moss", b"{}")
    assert (answer.status, answer.header("Allow")) == (405, "GET")
    assert answer.header("Content-Type") == "text/plain; charset=utf-8" and answer.body.strip() == b"Method Not Allowed"


def test_options(node):
    answer = node.request("OPTIONS", "/v1/ml/moss")
    assert (answer.status, answer.header("Allow"), answer.body) == (200, "GET", b"")


@pytest.mark.parametrize(
    "path, message",
    [
        ("/v1/ml", "URL 'v1/ml' is too short: expected 3 items, got 2"),
        ("/v1/ml/other", "invalid request URI: 'GET /v1/ml/other' from "),
        ("/v1/ml/moss/a/b", "invalid request URI: 'GET /v1/ml/moss/a/b' from "),
    ],
)
def test_wrong_paths(node, path, message):
    assert send(node, path, b'{"in":[{"objname":"o"}]}').error(400)["message"].startswith(message)


@pytest.mark.parametrize("coloc", [0, 1, 2])
def test_coloc(node, filled, coloc):
    got = batch.get_batch(node, ["o", "p/q.bin"], filled, query=f"provider=ais&coloc={coloc}", coloc=coloc)
    assert got.contents == [b"0123456789", b"second"]


@pytest.mark.parametrize(
    "value, message",
    [("3", "invalid 'coloc=3' (expecting 0, 1, or 2)"), ("x", "dpq: 'coloc=x', err: invalid syntax")],
)
def test_bad_coloc(node, filled, value, message):
    answer = batch.ask(node, ["o"], filled, query=f"provider=ais&coloc={value}")
    assert answer.error(400)["message"] == message


def test_bucket_of_a_namespace(node, bucket):
    node.create_bucket(bucket + "-ns", "@#team")
    node.put(bucket + "-ns", "o", b"team's", query="provider=ais&namespace=%40%23team")
    got = batch.get_batch(node, ["o"], bucket + "-ns", query="provider=ais&namespace=%40%23team", strm=True)
    assert got.contents == [b"team's"]
    # an entry's bucket has no namespace: the global bucket of that name does not exist
    answer = batch.ask(node, [{"objname": "o", "bucket": bucket + "-ns"}], bucket + "-ns", "provider=ais&namespace=%40%23team")
    assert answer.error(404)["tcode"] == "ErrBckNotFound"
    # and its uname names it fully; the member is called after the bucket of the uname (get-batch.md 7, Bryo)
    got = batch.get_batch(node, [{"objname": "o", "uname": f"ais/@#team/{bucket}-ns/"}], strm=True)
    assert got.names == [f"{bucket}-ns/o"] and got.contents == [b"team's"]


# JSON rules -------------------------------------------------------------------------------------------------------


def test_keys_in_any_case_and_unknown_keys(node, filled):
    body = {"IN": [{"OBJNAME": "o", "nonsense": {"a": [1]}}], "STRM": True, "OnOb": True, "other": None}
    answer = send(node, f"/v1/ml/moss/{filled}?provider=ais", json.dumps(body))
    assert batch.parse(answer).names == ["o"]


@pytest.mark.parametrize(
    "body, names",
    [
        ('{"in":[{"objname":"o","bucket":null,"archpath":null,"start":null}],"strm":null,"coer":null,"mime":null}', ["o"]),
        ('{"in":[{"objname":"x"}],"in":[{"objname":"o"}]}', ["o"]),
        ('{"in":[{"objname":"x","objname":"o"}]}', ["o"]),
        ('{"in":[{"objname":"o"}]} trailing words', ["o"]),
        ('{"in":[{"objname":"o"}]}{"in":[]}', ["o"]),
        ('  \n\t{"in":[{"objname":"\\u006f"}]}  ', ["o"]),
        ('{"strm":false,"mime":".tar","in":[{"objname":"o"},{"objname":"p/q.bin"}]}', ["o", "p/q.bin"]),
    ],
)
def test_lenient_json(node, filled, body, names):
    got = batch.parse(send(node, f"/v1/ml/moss/{filled}?provider=ais", body))
    assert got.names == [f"{filled}/{name}" for name in names]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nonsense",
        b'"text"',
        b"17",
        b'{"in":[{"objname":"o"}',
        b'{"in":[{"objname":"o"},',
        b'{"in":[{"objname":"o',
        b'{"in":{"objname":"o"}}',
        b'{"in":["o"]}',
        b'{"in":[null]}',
        b'{"in":[1]}',
        b'{"in":[{"objname":17}]}',
        b'{"in":[{"objname":"o","start":"1","length":1}]}',
        b'{"in":[{"objname":"o","start":1.5,"length":1}]}',
        b'{"in":[{"objname":"o","start":99999999999999999999,"length":1}]}',
        b'{"in":[{"objname":"o","bucket":[]}]}',
        b'{"in":[{"objname":"o","opaque":"***"}]}',
        b'{"in":[{"objname":"o"}],"strm":"yes"}',
        b'{"in":[{"objname":"o"}],"coer":1}',
        b'{"in":[{"objname":"o"}],"mime":7}',
        b'{"in":[{"objname":"o"}],"coloc":256}',
        b'\xef\xbb\xbf{"in":[{"objname":"o"}]}',
        b'{"in":[{"objname":"\xff\xfe"}]}',
        b'{"in":[{"objname":"o"}],' + b'"x":' + b"[" * 100_000,
        b'{"in":' + b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:50]),
)
def test_bad_json_is_400(node, filled, body):
    send(node, f"/v1/ml/moss/{filled}?provider=ais", body).error(400)
    assert batch.get_batch(node, ["o"], filled).contents == [b"0123456789"]


@pytest.mark.parametrize("body", ['{"in":null}', '{"in":[]}', "{}", '{"strm":true}'])
def test_empty_input(node, filled, body):
    assert send(node, f"/v1/ml/moss/{filled}?provider=ais", body).error(400)["message"] == "moss: empty input"


# Entries ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "dir/", "..", "a/../b", "../b", "a/./b", ".", "~/o", "a/..", "o\0", "\0", "n" * 5000])
def test_bad_object_names(node, filled, name):
    answer = batch.ask(node, [{"objname": "o"}, {"objname": name}], filled)
    assert answer.status == 400
    assert len(answer.error()["message"]) < 4096, "the text of an error is bounded, whatever the name"


@pytest.mark.parametrize("path", ["dir/", "..", "a/../b", "./x", "~/m", "m\0", "m" * 5000])
def test_bad_member_paths(node, filled, path):
    batch.ask(node, [{"objname": "s.tar", "archpath": path}], filled).error(400)


@pytest.mark.parametrize("start, length", [(-1, 5), (0, -2), (5, 0), (-1, -1), (2**63 - 1, 0), (-(2**63), 1)])
def test_bad_ranges(node, filled, start, length):
    batch.ask(node, [{"objname": "o", "start": start, "length": length}], filled).error(400)


@pytest.mark.parametrize(
    "start, length, text",
    [
        (9, 2, "[start=9,length=2]"),
        (10, 1, "[start=10,length=1]"),
        (10, -1, "[start=10]"),
        (2**62, 2**62, f"[start={2**62},length={2**62}]"),
        (1, 2**63 - 1, f"[start=1,length={2**63 - 1}]"),
    ],
)
def test_ranges_outside_the_object(node, filled, start, length, text):
    error = batch.ask(node, [{"objname": "o", "start": start, "length": length}], filled).error(400)
    assert error["tcode"] == "ErrRangeNotSatisfiable"
    assert error["message"] == f"size=10: not satisfiable range {text}"


def test_ranges(node, filled):
    entries = [(0, 0), (0, 10), (3, 4), (9, 1), (9, -1), (0, -1), (5, -1)]
    got = batch.get_batch(node, [{"objname": "o", "start": s, "length": n} for s, n in entries], filled)
    assert got.contents == [b"0123456789", b"0123456789", b"3456", b"9", b"9", b"0123456789", b"56789"]
    assert [out["size"] for out in got.out] == [10, 10, 4, 1, 1, 10, 5]


def test_ranges_of_an_empty_object(node, bucket):
    node.put(bucket, "e", b"")
    assert batch.get_batch(node, [{"objname": "e", "start": 0, "length": 0}], bucket).contents == [b""]
    error = batch.ask(node, [{"objname": "e", "start": 0, "length": -1}], bucket).error(400)
    assert error["tcode"] == "ErrRangeNotSatisfiable"


@pytest.mark.parametrize("sent", ["+/8BeA==", "-_8BeA==", "-_8BeA", "+/8BeA"])
def test_opaque_in_both_alphabets(node, filled, sent):
    """get-batch.md 2, Bryo: both alphabets, padded or not; answered in the standard one with padding."""
    got = batch.get_batch(node, [{"objname": "o", "opaque": sent}], filled)
    assert got.out[0]["opaque"] == "+/8BeA==" == base64.b64encode(b"\xfb\xff\x01\x78").decode()


def test_names_follow_the_flags(node, filled):
    entries = ["o", "p/q.bin", "absent"]
    assert batch.get_batch(node, entries, filled, coer=True).names == [
        f"{filled}/o", f"{filled}/p/q.bin", f"__404__/{filled}/absent"]
    assert batch.get_batch(node, entries, filled, coer=True, onob=True, strm=True).names == ["o", "p/q.bin", "__404__/absent"]


@pytest.mark.parametrize("mime", ["", "tar", ".tar", "TAR", ".Tar", "application/x-tar"])
def test_spellings_of_tar(node, filled, mime):
    assert batch.get_batch(node, ["o"], filled, mime=mime, strm=True).contents == [b"0123456789"]


@pytest.mark.parametrize("mime", [".rar", "lz4", "xxzipxx", "tarr", "."])
def test_unknown_formats(node, filled, mime):
    error = batch.ask(node, ["o"], filled, mime=mime).error(400)
    assert error["tcode"] == "errUnknownMime" and error["message"] == f'unknown mime type "{mime}"'


# Buckets ------------------------------------------------------------------------------------------------------------


def test_missing_buckets(node, filled):
    error = batch.ask(node, ["o"], "nope").error(404)
    assert (error["tcode"], error["message"]) == ("ErrBckNotFound", 'bucket "ais://nope" does not exist')
    error = batch.ask(node, [{"objname": "o"}, {"objname": "o", "bucket": "nope"}], filled, coer=True).error(404)
    assert (error["tcode"], error["message"]) == ("ErrBckNotFound", 'bucket "ais://nope" does not exist')


def test_bad_bucket_names(node, filled):
    text = "bucket name is invalid: may only contain letters, numbers, dashes (-), underscores (_), and dots (.)"
    assert batch.ask(node, [{"objname": "o", "bucket": "a b"}]).error(400)["message"] == text
    assert batch.ask(node, ["o"], "a%20b").error(400)["message"] == text


def test_providers(node, filled):
    error = batch.ask(node, [{"objname": "o", "bucket": filled, "provider": "zzz"}]).error(400)
    assert error["tcode"] == "ErrInvalidBackendProvider" and '"zzz"' in error["message"]
    for provider, scheme in (("s3", "s3"), ("aws", "s3"), ("gs", "gs"), ("gcp", "gs"), ("az", "az"), ("oci", "oc")):
        error = batch.ask(node, [{"objname": "o", "bucket": filled, "provider": provider}]).error(404)
        assert f"{scheme}://{filled}" in error["message"], error


def test_entry_without_a_bucket(node, filled):
    error = batch.ask(node, ["o00"]).error(400)
    assert error["message"] == 'missing bucket specification for object "o00"'
    error = batch.ask(node, [{"objname": "o", "uname": f"ais/@#/{filled}"}]).error(400)
    assert error["message"] == "bucket name is missing"


def test_bad_url_bucket_comes_before_the_body(node):
    """get-batch.md 2: URL, query, URL bucket, then the body."""
    assert send(node, "/v1/ml/moss/nope?provider=ais", b"nonsense").status == 404
    assert send(node, "/v1/ml/moss/nope?provider=ais&coloc=7", b"nonsense").status == 400


# Bodies -------------------------------------------------------------------------------------------------------------


def test_chunked_body(node, filled):
    body = b'{"in":[{"objname":"o"},{"objname":"p/q.bin"}],"strm":true}'
    for pieces in ([body], [body[:1], body[1:]], [bytes([b]) for b in body]):
        answer = node.request("GET", f"/v1/ml/moss/{filled}?provider=ais", headers=batch.JSON, chunked=pieces)
        assert batch.parse(answer).contents == [b"0123456789", b"second"]


def test_expect_100_continue(node, filled):
    """curl sends it with bodies over 1 MiB (get-batch.md 3)."""
    body = json.dumps({"in": [{"objname": "o"}] * 60_000, "strm": True}).encode()
    assert len(body) > 1 << 20
    with node.connect() as connection:
        head = f"GET /v1/ml/moss/{filled}?provider=ais HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.send_raw(head.encode())
        assert connection.receive(keep_100=True).status == 100
        connection.send_raw(body)
        got = batch.parse(connection.receive())
    assert len(got.members) == 60_000 and got.contents[-1] == b"0123456789"


def test_100_000_entries(node, filled):
    got = batch.get_batch(node, [{"objname": "o", "start": i % 10, "length": 1} for i in range(100_000)], filled, strm=True)
    assert len(got.members) == 100_000
    assert all(member.data == b"%d" % (i % 10) for i, member in enumerate(got.members))


def test_too_many_entries_is_413(start_node):
    """get-batch.md 2, Bryo: a configurable cap, answered with 413 in the error shape."""
    node = start_node(toml="[plugin.moss]\nmax_entries = 10\n")
    node.create_bucket("b")
    node.put("b", "o", b"x")
    assert len(batch.get_batch(node, ["o"] * 10, "b").members) == 10
    error = batch.ask(node, ["o"] * 11, "b").error(413)
    assert "10" in error["message"]


def test_error_shape_of_a_missing_object(node, filled):
    error = batch.ask(node, ["o", "absent"], filled).error(404)
    assert error["tcode"] == "ErrNotFound"
    assert error["message"].startswith("t[") and error["message"].endswith(f"]: ais://{filled}/absent does not exist")
    assert error["method"] == "GET" and error["url_path"].startswith(f"/v1/ml/moss/{filled}")


def test_content_type_is_not_checked(node, filled):
    for headers in ([], [("Content-Type", "text/plain")]):
        assert batch.parse(batch.ask(node, ["o"], filled, headers=headers)).contents == [b"0123456789"]


def test_pipelined_batches(node, filled):
    body = json.dumps({"in": [{"objname": "o"}], "strm": True}).encode()
    with node.connect() as connection:
        for _ in range(20):
            connection.send("GET", f"/v1/ml/moss/{filled}?provider=ais", body)
        for _ in range(20):
            assert batch.parse(connection.receive()).contents == [b"0123456789"]


def test_keep_alive_after_errors(node, filled):
    good = json.dumps({"in": [{"objname": "o"}]}).encode()
    with node.connect() as connection:
        for body, status in ((b"nonsense", 400), (good, 200), (b'{"in":[{"objname":"absent"}]}', 404), (good, 200)):
            answer = connection.exchange("GET", f"/v1/ml/moss/{filled}?provider=ais", body)
            assert answer.status == status and answer.complete
    assert isinstance(answer, wire.Answer)
