"""Conditional requests on objects: 304 and 412, and PUTs that replace only what they should."""

import threading

import pytest

LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT"
FAR_AHEAD = "Sun, 06 Nov 2094 08:49:37 GMT"


@pytest.fixture
def url(bucket):
    return f"/v1/objects/{bucket}/o?provider=ais"


def tags(node, url):
    answer = node.request("HEAD", f"{url}&props=etag,last-modified")
    return answer.header("Etag"), answer.header("Last-Modified")


def test_reads(node, bucket, url):
    node.put(bucket, "o", b"content")
    etag, modified = tags(node, url)
    cases = [
        ({"If-Match": etag}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": '"other"'}, 412),
        ({"If-None-Match": etag}, 304),
        ({"If-None-Match": "W/" + etag}, 304),
        ({"If-None-Match": f'"other", {etag}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-Modified-Since": modified}, 304),
        ({"If-Modified-Since": LONG_AGO}, 200),
        ({"If-Modified-Since": "nonsense"}, 200),
        ({"If-Unmodified-Since": modified}, 200),
        ({"If-Unmodified-Since": LONG_AGO}, 412),
        ({"If-None-Match": '"other"', "If-Modified-Since": FAR_AHEAD}, 200),
        ({"If-Match": etag, "If-Unmodified-Since": LONG_AGO}, 200),
    ]
    for headers, status in cases:
        for verb in "GET", "HEAD":
            answer = node.request(verb, url, headers=list(headers.items()))
            assert answer.status == status, (verb, headers, answer.status)
            if status == 304:
                assert (answer.body, answer.header("Etag"), answer.header("Last-Modified")) == (b"", etag, modified)
            if status == 200 and "nonsense" not in headers.values():  # that one is no condition
                assert (answer.header("Etag"), answer.header("Last-Modified")) == (etag, modified)
                assert verb == "HEAD" or answer.body == b"content"
            if status == 412 and verb == "GET":
                assert answer.error()["status"] == 412 and f"ais://{bucket}/o" in answer.error()["message"]


def test_a_304_keeps_the_connection(node, bucket, url):
    node.put(bucket, "o", b"content")
    with node.connect() as connection:
        for _ in range(3):
            assert connection.exchange("GET", url, headers=[("If-None-Match", "*")]).status == 304
            assert connection.exchange("GET", url).body == b"content"


def test_missing_objects_are_missing(node, url):
    for headers in [("If-Match", "*")], [("If-None-Match", "*")], [("If-Modified-Since", LONG_AGO)]:
        assert node.request("GET", url, headers=headers).status == 404


def test_ranges_of_a_version(node, bucket, url):
    node.put(bucket, "o", b"content")
    etag, modified = tags(node, url)
    for value, status in [(etag, 206), (modified, 206), ('"other"', 200), (LONG_AGO, 200), ("W/" + etag, 200)]:
        answer = node.request("GET", url, headers=[("Range", "bytes=0-1"), ("If-Range", value)])
        assert (answer.status, answer.body) == (status, b"co" if status == 206 else b"content"), value
    answer = node.request("GET", url, headers=[("Range", "bytes=0-1"), ("If-None-Match", etag)])
    assert answer.status == 304


def test_etag_of_custom_metadata(node, bucket, url):
    node.put(bucket, "o", b"content", headers=[("Ais-Custom-Md", "ETag=abc-2")])
    assert node.request("GET", url, headers=[("If-None-Match", '"abc-2"')]).status == 304


def test_writes(node, bucket, url):
    put = lambda data, *headers: node.request("PUT", url, data, headers=list(headers)).status
    assert put(b"1", ("If-Match", "*")) == 412
    assert put(b"1", ("If-Match", '"x"')) == 412
    assert node.get(bucket, "o").status == 404
    assert put(b"1", ("If-None-Match", "*")) == 200
    assert put(b"2", ("If-None-Match", "*")) == 412
    assert node.get(bucket, "o").body == b"1"
    etag, modified = tags(node, url)
    assert put(b"2", ("If-Match", '"x"')) == 412
    assert put(b"2", ("If-Unmodified-Since", LONG_AGO)) == 412
    assert put(b"2", ("If-Match", etag)) == 200
    assert put(b"3", ("If-Match", etag)) == 412
    assert put(b"3", ("If-None-Match", etag)) == 200
    assert node.get(bucket, "o").body == b"3"
    assert put(b"4", ("If-Match", "*")) == 200


def test_refused_before_the_body_is_read(node, bucket, url):
    node.put(bucket, "o", b"old")
    head = f"PUT {url} HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\nExpect: 100-continue\r\nContent-Length: 100000000\r\n\r\n"
    with node.connect() as connection:
        connection.send_raw(head.encode())
        assert connection.receive().status == 412


def test_what_changes_while_the_body_arrives(node, bucket, url):
    """The condition holds at the start of the upload and not at its end: 412, and the other one's content stays."""
    node.put(bucket, "o", b"old")
    etag, _ = tags(node, url)
    for condition, before, meanwhile in [
        (f"If-Match: {etag}", None, lambda: node.put(bucket, "o", b"other")),
        ("If-Match: *", None, lambda: node.request("DELETE", url)),
        ("If-None-Match: *", None, lambda: node.put(bucket, "o", b"first")),
    ]:
        with node.connect() as connection:
            connection.send_raw(f"PUT {url} HTTP/1.1\r\nHost: x\r\n{condition}\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n".encode())
            assert connection.receive(keep_100=True).status == 100
            meanwhile()
            connection.send_raw(b"mine")
            assert connection.receive().status == 412, condition
    assert node.get(bucket, "o").body == b"first"


def test_one_of_many_creators_wins(node, bucket, url):
    results, barrier = [], threading.Barrier(8)

    def create(number):
        barrier.wait()
        status = node.request("PUT", url, str(number).encode() * 1000, headers=[("If-None-Match", "*")]).status
        results.append((status, number))

    threads = [threading.Thread(target=create, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [number for status, number in results if status == 200]
    assert len(winners) == 1 and all(status in (200, 412) for status, _ in results), results
    assert node.get(bucket, "o").body == str(winners[0]).encode() * 1000


def test_counting_with_if_match(node, bucket, url):
    """Read, add one, write if unchanged: no increment is lost."""
    node.put(bucket, "o", b"0")

    def count():
        for _ in range(10):
            while True:
                etag = tags(node, url)[0]
                answer = node.request("GET", url, headers=[("If-Match", etag)])
                if answer.status == 200 and node.request("PUT", url, str(int(answer.body) + 1), headers=[("If-Match", etag)]).status == 200:
                    break

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert node.get(bucket, "o").body == b"40"
