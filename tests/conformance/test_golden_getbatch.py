"""Replays the recorded get-batch exchanges and compares the final answer: status, headers, metadata, every member's bytes.

Bryo answers on the gateway's address without the redirect hop (get-batch.md 3). Where the specification says **Bryo:**,
the table DIFFERENCES holds what Bryo does instead; formats of plugins that are not in the tree yet are in PENDING, with
what the node says until they are. A case whose answer changes fails, and its row goes.
"""

import hashlib
import json

import pytest

from harness import batch, compare
from harness.recorded import GOLDEN, put_data_set

NAMES = sorted(path.stem for path in (GOLDEN / "getbatch").glob("*.json") if path.stem != "00-data-set")


def load(name: str) -> dict:
    return json.loads((GOLDEN / "getbatch" / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def recorded_node(node):
    put_data_set(node)
    return node


def replay(node, golden: dict, entries=None):
    request = golden["request"]
    body = dict(request["body"])
    if entries is not None:
        body["in"] = entries
    target = request["path"] + (f"?{request['query']}" if request["query"] else "")
    return node.request(request["method"], target, json.dumps(body), list(request["headers"].items()))


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


def refused_format(answer, golden):
    """Until the plugin of that format is in the tree."""
    error = answer.error(400)
    assert error["tcode"] == "errUnknownMime", error
    assert golden["request"]["body"]["mime"] in error["message"], error


DIFFERENCES = {
    "08-strict-missing-streaming": trailer_tells_of_the_failure,
    "17-not-an-archive": coer_covers_wrong_formats,
    "19-buffered-3-targets": placement_changes_nothing,
}
PENDING = {
    "11-format-tgz": refused_format,
    "12-format-zip": refused_format,
    "13-format-tar-lz4": refused_format,
}
# Entries of golden requests that read shards of formats whose plugins are not in the tree yet.
PENDING_SHARDS = (".tgz", ".tar.gz", ".zip", ".tar.lz4")


# The comparison -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_answers_as_recorded(recorded_node, name):
    golden = load(name)
    if special := PENDING.get(name):
        special(replay(recorded_node, golden), golden)
        return
    keep = [i for i, entry in enumerate(golden["request"]["body"]["in"]) if not pending(entry)]
    answer = replay(recorded_node, golden, [golden["request"]["body"]["in"][i] for i in keep])
    golden = only(golden, keep)
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


def test_entries_of_pending_formats_are_refused_by_name(recorded_node):
    """A shard whose format has no plugin: 400 in strict mode, naming the object, as for any object that is no archive."""
    for golden in (load("04-shard-members-all-formats"), load("09-ranges")):
        for entry in golden["request"]["body"]["in"]:
            if pending(entry):
                error = batch.ask(recorded_node, [entry], "gbx").error(400)
                assert error["message"] == f'unrecognized or unsupported file format: "{entry["objname"]}"'


def pending(entry: dict) -> bool:
    return "archpath" in entry and entry["objname"].endswith(PENDING_SHARDS)


def only(golden: dict, keep: list[int]) -> dict:
    """The recording without the entries that cannot be read yet."""
    if len(keep) == len(golden["request"]["body"]["in"]):
        return golden
    golden = json.loads(json.dumps(golden))
    for holder, key in ((golden["request"]["body"], "in"), (golden, "members"), (golden.get("moss_resp", {}), "out")):
        if key in holder:
            holder[key] = [holder[key][i] for i in keep]
    return golden


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
