"""HEAD with props, presence and validate-checksum; easy URLs; locks; what is not here."""

import pytest

WORDS = ["name", "size", "checksum", "atime", "version", "custom", "etag", "last-modified", "location", "copies", "ec", "chunked"]
OF_WORD = {
    "name": set(),
    "size": set(),
    "checksum": {"Ais-Checksum-Type", "Ais-Checksum-Value"},
    "atime": {"Ais-Atime"},
    "version": {"Ais-Version"},
    "custom": {"Ais-Custom-Md"},
    "etag": {"Etag"},
    "last-modified": {"Last-Modified"},
    "location": {"Ais-Location"},
    "copies": {"Ais-Mirror-Copies", "Ais-Mirror-Paths"},
    "ec": set(),
    "chunked": set(),
}
ALWAYS = {"Ais-Present", "Content-Length"}


def head(node, bucket, query):
    return node.request("HEAD", f"/v1/objects/{bucket}/o?provider=ais&{query}")


def told(answer):
    return {name for name, _ in answer.headers if name.startswith("Ais-") or name in ("Etag", "Last-Modified", "Content-Length")}


@pytest.fixture
def object_(node, bucket):
    node.put(bucket, "o", b"content", headers=[("Ais-Custom-Md", "k=v")])
    return bucket


@pytest.mark.parametrize("word", WORDS)
def test_each_word_adds_its_headers(node, object_, word):
    answer = head(node, object_, f"props={word}")
    assert answer.status == 200 and told(answer) == ALWAYS | OF_WORD[word]
    assert (answer.header("Ais-Present"), answer.header("Content-Length")) == ("true", "7")


def test_all_words_and_spaces(node, object_):
    answer = head(node, object_, "props=" + "%20,%20".join(WORDS))
    assert told(answer) == ALWAYS.union(*OF_WORD.values())
    assert not answer.header("Ais-Mirror-Paths").startswith("[")


@pytest.mark.parametrize("props", ["bogus", "cached", "status", "name,bogus", "cksum", "Name"])
def test_other_words_are_refused(node, object_, props):
    answer = head(node, object_, f"props={props}")
    assert answer.status == 400 and answer.error()["status"] == 400


@pytest.mark.parametrize("presence, status, properties", [("0", 200, True), ("1", 200, False), ("2", 200, True), ("3", 200, False), ("4", 200, True), ("5", 400, False), ("6", 400, False), ("x", 400, False)])
def test_presence(node, object_, presence, status, properties):
    answer = head(node, object_, f"presence={presence}&props=name")
    assert answer.status == status
    if status == 200:
        assert ("Ais-Present" in told(answer)) == properties
    missing = node.request("HEAD", f"/v1/objects/{object_}/none?provider=ais&presence={presence}&sln=true")
    assert missing.status == (400 if presence in "6x" else 404)


def test_validate_checksum(start_node):
    node = start_node()
    node.create_bucket("b")
    node.put("b", "o", b"content" * 1000)
    url = "/v1/objects/b/o?provider=ais&props=checksum&validate-checksum=true"
    assert node.request("HEAD", url).status == 200
    (path,) = [path for path in node.directory.rglob("objects/*/*/o")]
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    with open(path, "r+b") as file:
        file.write(data)
    answer = node.request("HEAD", url)
    assert answer.status == 500 and answer.error()["tcode"] == "ErrBadCksum"
    assert path.exists()  # a HEAD deletes nothing


def test_check_lock(node, object_):
    check = lambda name: node.request("POST", f"/v1/objects/{object_}/{name}?provider=ais", '{"action":"check-lock"}')
    assert (check("o").status, check("o").body) == (200, b"")
    assert check("none").status == 404


def test_easy_urls(node, bucket):
    assert node.request("PUT", f"/ais/{bucket}/dir/o", b"content").status == 200
    answer = node.request("GET", f"/ais/{bucket}/dir/o")
    assert (answer.status, answer.body) == (200, b"content")
    assert node.request("GET", f"/ais/{bucket}/dir/o", headers=[("Range", "bytes=0-2")]).body == b"con"
    answer = node.request("HEAD", f"/ais/{bucket}/dir/o")
    assert answer.status == 200 and answer.header("Content-Length") == "7"
    assert [entry["name"] for entry in node.request("GET", f"/ais/{bucket}").json()["entries"]] == ["dir/o"]
    assert node.request("HEAD", f"/ais/{bucket}").status == 200
    assert node.request("GET", f"/ais/{bucket}/none").status == 404
    assert node.request("PUT", f"/ais/{bucket}", b"x").status == 400
    assert node.request("PUT", f"/ais/{bucket}/", b"x").status == 400
    assert node.request("PUT", "/ais/nosuch-bucket/o", b"x").status == 404
    assert node.request("GET", "/ais/nosuch-bucket/o").status == 404


def test_versions_start_again_with_skip_vc(node, bucket):
    versions = [node.put(bucket, "o", b"x", query).header("Ais-Version") for query in ("provider=ais", "provider=ais", "provider=ais&skip_vc=true", "provider=ais")]
    assert versions == ["1", "2", "1", "2"]


def test_options_without_meaning_here(node, object_):
    for query in "latest-ver=true", "sln=true", "latest-ver=false&sln=True":
        assert node.get(object_, "o", f"provider=ais&{query}").body == b"content"
        assert head(node, object_, query).status == 200


def test_blob_download_is_for_backends(node, object_):
    answer = node.request("POST", f"/v1/objects/{object_}?provider=ais", '{"action":"blob-download","name":"o","value":{}}')
    assert answer.status == 400 and answer.error()["tcode"] == "ErrNotRemoteBck"
    assert answer.error()["message"] == f"blob-download: expecting remote bucket (have ais://{object_})"
    answer = node.get(object_, "o", headers=[("Ais-Blob-Download", "true")])
    assert answer.status == 400, answer.status
    assert node.get(object_, "o", headers=[("Ais-Blob-Download", "false")]).body == b"content"
