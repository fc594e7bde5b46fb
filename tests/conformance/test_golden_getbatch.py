"""Replays the recorded get-batch exchanges and compares the final answer: status, headers, metadata, every member's bytes.

Bryo answers on the gateway's address without the redirect hop (get-batch.md 3). Where the specification says **Bryo:**,
the table DIFFERENCES holds what Bryo does instead. A case whose answer changes fails, and its row goes.
"""

import hashlib
import io
import json
import zipfile

import pytest

from harness import archive, batch, compare
from harness.recorded import GOLDEN, put_data_set

NAMES = sorted(path.stem for path in (GOLDEN / "getbatch").glob("*.json") if path.stem != "00-data-set")


def load(name: str) -> dict:
    return json.loads((GOLDEN / "getbatch" / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def recorded_node(node):
    put_data_set(node)
    return node


def replay(node, golden: dict):
    request = golden["request"]
    target = request["path"] + (f"?{request['query']}" if request["query"] else "")
    return node.request(request["method"], target, json.dumps(request["body"]), list(request["headers"].items()))


# Answers that differ on purpose ---------------------------------------------------------------------------------------


def coer_covers_wrong_formats(answer, golden):
    """get-batch.md 5, Bryo: with coer every failure of an entry becomes a __404__ member."""
    got = batch.parse(answer)
    assert got.names == ["__404__/gbx/plain.txt/a.txt"] and got.contents == [b""]
    assert 'unrecognized or unsupported file format: "plain.txt"' in got.out[0]["err_msg"]


def trailer_tells_of_the_failure(answer, golden):
    """get-batch.md 5, Bryo: the archive ends validly and a trailer carries the error."""
    got = batch.parse(answer)
    check_members(got, golden)
    assert got.answer.header("Trailer"), "the trailer is announced"
    names = [name.strip() for name in got.answer.header("Trailer").split(",")]
    carried = [value for name, value in got.answer.trailers if name in names]
    assert any("ais://gbx/absent does not exist" in value for value in carried), got.answer.trailers


def placement_changes_nothing(answer, golden):
    """get-batch.md 4.2 and 8 of 14, Bryo: names and provider as on one target, wherever the entry lives."""
    got = batch.parse(answer)
    objects = golden["request"]["body"]["in"]
    for out, entry in zip(got.out, objects, strict=True):
        assert out["provider"] == "ais" and out["objname"] == entry["objname"]
        assert out.get("archpath") == entry.get("archpath")


def compressed(extension, first_bytes):
    """Members, and the format's own bytes at the beginning, as recorded (get-batch.md 6)."""

    def check(answer, golden):
        wanted = golden["hops"][-1]["headers"]
        assert answer.status == 200 and answer.complete
        for name, value in wanted.items():
            assert answer.header(name) == value
        assert answer.body[:first_bytes].hex() == golden["archive_first_bytes_hex"][: 2 * first_bytes]
        members = archive.read(extension, answer.body)
        assert [(m.name, m.size, hashlib.sha256(m.data).hexdigest()) for m in members] == [
            (m["name"], m["size"], m["sha256"]) for m in golden["members"]
        ]

    return check


def stored_zip(answer, golden):
    compressed(".zip", 10)(answer, golden)
    with zipfile.ZipFile(io.BytesIO(answer.body)) as got:
        for have, want in zip(got.infolist(), golden["members"], strict=True):
            assert have.compress_type == want["method"] and have.flag_bits == want["flags"]


DIFFERENCES = {
    "11-format-tgz": compressed(".tgz", 10),
    "12-format-zip": stored_zip,
    "13-format-tar-lz4": compressed(".tar.lz4", 7),
    "08-strict-missing-streaming": trailer_tells_of_the_failure,
    "17-not-an-archive": coer_covers_wrong_formats,
    "19-buffered-3-targets": placement_changes_nothing,
}

# The comparison -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_answers_as_recorded(recorded_node, name):
    golden = load(name)
    answer = replay(recorded_node, golden)
    if special := DIFFERENCES.get(name):
        special(answer, golden)
        return
    final = golden["hops"][-1]
    assert answer.status == final["status"], answer.body[:500]
    if "error" in golden:
        problems = compare.error_problems(answer.error(), golden["error"])
        assert not problems, "\n".join(problems)
        return
    got = batch.parse(answer)
    if "moss_resp" in golden:
        check_metadata(got, golden)
    else:
        assert got.out is None
    check_members(got, golden)


def check_metadata(got, golden):
    assert got.uuid.startswith("gbt-") and len(got.uuid) >= 13, got.uuid
    wanted = golden["moss_resp"]["out"]
    assert len(got.out) == len(wanted)
    for have, want in zip(got.out, wanted):
        assert list(have) == list(want), "keys and their order (get-batch.md 4.2)"
        for key in want:
            if key == "err_msg":
                assert compare.mask_text(have[key]) == compare.mask_text(want[key])
            else:
                assert have[key] == want[key], (key, have, want)


def check_members(got, golden):
    """Names, sizes, bytes and the PAX rule as recorded; the time is always 0 (get-batch.md 6, Bryo)."""
    wanted = golden["members"]
    assert got.names == [member["name"] for member in wanted]
    for have, want in zip(got.members, wanted):
        assert have.size == want["size"] and hashlib.sha256(have.data).hexdigest() == want["sha256"], have.name
        assert have.pax == want["pax"], f"{have.name}: a PAX header exactly where the reference writes one"
        assert have.mtime == 0, have.name
