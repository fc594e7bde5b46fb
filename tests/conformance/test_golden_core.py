"""Replays the recorded core exchanges in their order and compares each final answer.

A recording is a story: buckets are made, filled, listed, destroyed. So a file is replayed once, whole, on a fresh node,
and every call of it is then a test of its own.
"""

import base64
import functools
import json
from urllib.parse import quote

import pytest

from harness import archive, compare, msgpack, wire
from harness.node import Node
from harness.recorded import GOLDEN

FILES = ["http", "http-objects", "sdk-1.25.0", "sdk-1.25.0-objects", "sdk-2.0.0", "sdk-2.0.0-objects"]
RECORDED = {name: json.loads((GOLDEN / "core" / f"{name}.json").read_text()) for name in FILES}

# (file or *, call): what Bryo answers instead; gets the answer and asserts.
DIFFERENCES = {
    # The recording's cluster had the other stories' buckets.
    ("http", "GET daemon what=bmd on a proxy"): lambda actual: has_no_buckets(actual.json()),
    ("http", "GET cluster what=bmd"): lambda actual: has_no_buckets(actual.json()),
    # http-objects.md 3: ranges of archived files are served.
    ("http", "get archpath with range"): lambda actual: is_part(actual, b"me", "bytes 0-1/6"),
    # Conditions are answered, and those who send them are told what to send next time.
    ("http", "get with If-None-Match"): lambda actual: is_current(actual, b"data0"),
    # The reference looks for a bucket in the message first.
    ("http-objects", "unknown obj action"): lambda actual: refuses(actual, 'invalid action "bogus"'),
    # PUT is a verb of buckets (archive), so it is named too.
    ("http", "OPTIONS on buckets"): lambda actual: allows(actual, "DELETE, GET, HEAD, PATCH, POST, PUT"),
    # The jobs of the recording's cluster are none of this node's.
    ("sdk-1.25.0", "cluster().list_jobs_status()"): lambda actual: answers(actual, b"null"),
    # http-buckets.md 3: an array where the reference answers null, on which its own SDK fails.
    ("sdk-2.0.0", 'cluster().list_buckets(provider="")'): lambda actual: is_bucket_list(actual.json()),
}


def has_no_buckets(document):
    assert document["providers"] == {"ais": {"@#": {}}} and document["version"] and document["uuid"]


def allows(actual, verbs):
    assert (actual.status, actual.header("Allow")) == (200, verbs)


def answers(actual, body):
    assert (actual.status, actual.body) == (200, body)


def is_part(actual, body, content_range):
    assert (actual.status, actual.body, actual.header("Content-Range")) == (206, body, content_range)


def refuses(actual, message):
    assert (actual.status, actual.error()["message"]) == (400, message)


def is_current(actual, body):
    assert (actual.status, actual.body) == (200, body) and actual.header("Etag") and actual.header("Last-Modified")


def is_bucket_list(document):
    assert isinstance(document, list) and all(bucket["provider"] == "ais" for bucket in document)


def differs(file: str, call: str):
    return DIFFERENCES.get((file, call)) or DIFFERENCES.get(("*", call))


def body_of(request: dict) -> bytes | None:
    if "body" in request:
        return request["body"].encode()
    if "base64" in request:
        return base64.b64decode(request["base64"])
    if "repeat" in request:
        return request["repeat"]["text"].encode() * request["repeat"]["times"]
    if "fill" in request:
        return bytes(range(256)) * request["fill"]["times"]
    if "tar" in request:
        return archive.make_tar([(name, data.encode()) for name, data in request["tar"]])
    return b"" if request["method"] in ("PUT", "POST") else None


def remembered(case: dict, response) -> str:
    """The id that the server made up in this answer, and the client sends back."""
    what = case["remember"]
    if isinstance(response, dict):
        return response["text"] if what == "body" else dict(response["headers"])[what]
    return response.body.decode() if what == "body" else response.header(what, "")


def replay(file: str, directory) -> dict:
    """The answers of one recording, by call. An id in them is said to be the recorded one."""
    recording, answers, ids = RECORDED[file], {}, {}

    def translate(text: str) -> str:
        for recorded, actual in ids.items():
            text = text.replace(quote(recorded, safe=""), quote(actual, safe=""))
        return text

    node = Node(directory / file).start()
    for case in recording["cases"]:
        if case["call"] == recording.get("setup_before"):
            for entry in recording["setup"]:
                node.put(entry["bucket"], entry["objname"], entry["text"].encode())
        request = case["request"]
        target = request["path"] + (f"?{translate(request['query'])}" if "query" in request else "")
        headers = [tuple(header) for header in request.get("headers", [])]
        try:
            answers[case["call"]] = node.request(request["method"], target, body_of(request), headers)
        except (wire.Torn, OSError) as error:  # the test of that call fails with it, the story goes on
            answers[case["call"]] = error
        answer = answers[case["call"]]
        if isinstance(answer, wire.Answer):
            if "remember" in case:
                ids[remembered(case, case["response"])] = remembered(case, answer)
            for recorded, actual in ids.items():
                answer.body = answer.body.replace(actual.encode(), recorded.encode()) if actual else answer.body
        if not node.alive():
            answers[case["call"]] = f"the node died: {node.log_tail(5)}"
            node.start()
    node.stop()
    return answers


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    """replayed(file): each recording is replayed once, when its first call is tested."""
    return functools.lru_cache(maxsize=None)(functools.partial(replay, directory=tmp_path_factory.mktemp("replay")))


@pytest.mark.parametrize("file, case", [pytest.param(f, c, id=f"{f}: {c['call']}") for f in FILES for c in RECORDED[f]["cases"]])
def test_answers_as_recorded(replayed, file, case):
    actual, expected = replayed(file)[case["call"]], case["response"]
    assert isinstance(actual, wire.Answer), f"no answer: {actual}"
    if difference := differs(file, case["call"]):
        difference(actual)
        return
    problems = []
    if actual.status != expected["status"]:
        problems.append(f"status {actual.status} {actual.body[:300]!r}, recorded {expected['status']}")
    elif expected["status"] >= 400:
        recorded = expected.get("json")
        for name, value in expected["headers"]:
            if name == "Hdr-Error":
                recorded = json.loads(value)
        if recorded is None:
            assert actual.body.decode() == expected.get("text", ""), actual.body
        else:
            problems += compare.error_problems(actual.error(), recorded)
    elif case["compare"] == "shape":
        problems += compare.shape_problems(actual.json(), expected["json"])
    elif "json" in expected or "msgpack" in expected:
        problems += document_problems(actual, expected)
    elif "tar" in expected:
        have = [[member.name, member.data.decode()] for member in archive.read_tar(actual.body)]
        if have != expected["tar"]:
            problems.append(f"members {have}, recorded {expected['tar']}")
    elif "fill" in expected:
        if actual.body != bytes(range(256)) * expected["fill"]["times"]:
            problems.append(f"body of {len(actual.body)} bytes differs")
    elif case["request"]["method"] != "HEAD" and actual.body.decode() != expected.get("text", ""):
        problems.append(f"body {actual.body[:300]!r}, recorded {expected.get('text', '')!r}")
    if actual.status < 400:
        problems += compare.header_problems(actual, expected["headers"], case.get("masked", ()))
        for name, value in expected["headers"]:
            if name == "Ais-Bucket-Props":
                problems += compare.bucket_props_problems(actual.header(name), value)
    assert not problems, "\n".join(problems)


def document_problems(actual, expected) -> list[str]:
    if "msgpack" in expected:
        return compare.listing_problems(msgpack.decode(actual.body), expected["msgpack"])
    if "entries" in expected["json"]:
        return compare.listing_problems(actual.json(), expected["json"])
    return compare.shape_problems(actual.json(), expected["json"])


def test_every_difference_is_of_a_recorded_call():
    calls = {(f, c["call"]) for f in FILES for c in RECORDED[f]["cases"]}
    names = {call for _, call in calls}
    assert all(key in calls or (key[0] == "*" and key[1] in names) for key in DIFFERENCES)
