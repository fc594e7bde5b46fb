"""Compares a node's answer with a recorded one: what names the recording's machine or moment is masked, the rest is equal."""

from __future__ import annotations

import json
import re

from .wire import Answer

# Headers whose value is of the moment; that they are there and well formed is still compared.
MASKED_HEADERS = {
    "ais-append-handle": r"[^|]+\|.+",
    "ais-atime": r"\d+",
    "ais-node-uptime": r"\d+",
    "ais-cluster-uptime": r"\d+",
    "ais-location": r"t\[[^]]+\]:mp\[.+\]",
    "ais-mirror-paths": r"\[?/.*\]?",
    "etag": r'"v1-[0-9a-f]+-[0-9a-z]+"',
    "last-modified": r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT",
}
# What any server may add or leave out without a client noticing (http-api.md 5: length or chunks, either is fine).
FREE_HEADERS = {"date", "connection", "content-length", "transfer-encoding", "x-request-id", "hdr-error", "ais-bucket-props"}


def mask_text(text: str) -> str:
    text = re.sub(r"\b([pt])\[[A-Za-z0-9_-]+\]", r"\1[ID]", text)
    text = re.sub(r"\[[A-Za-z0-9_-]+\(\*\), x-", "[ID(*), x-", text)
    text = re.sub(r"\bSmap v\d+", "Smap vN", text)
    text = re.sub(r"gbt-[A-Za-z0-9_-]+", "gbt-ID", text)
    text = re.sub(r'wid=\\?"[^"\\]*\\?"', 'wid="WID"', text)
    text = re.sub(r"\bfrom (CLIENT|\d+\.\d+\.\d+\.\d+:\d+)", "from CLIENT", text)
    return text


def error_problems(actual: dict, expected: dict, compare_message: bool = True) -> list[str]:
    """http-api.md 6: tcode, status and message are the contract; the other fields are informative."""
    problems = []
    for key in ("tcode", "status"):
        if actual.get(key) != expected.get(key):
            problems.append(f"{key}: {actual.get(key)!r}, recorded {expected.get(key)!r}")
    have, want = mask_text(actual["message"]), mask_text(expected["message"])
    if "failed to unmarshal" in want:  # the parser's own words follow; only the phrase is the contract
        if "failed to unmarshal" not in have:
            problems.append(f"message: {have!r} does not say 'failed to unmarshal'")
    elif compare_message and have != want:
        problems.append(f"message: {have!r}, recorded {want!r}")
    return problems


def header_problems(actual: Answer, recorded: list[list[str]], masked=()) -> list[str]:
    problems = []
    free = FREE_HEADERS | {name.lower() for name in masked}
    wanted = {}
    for name, value in recorded:
        wanted.setdefault(name, []).append(value)
    for name, values in wanted.items():
        have = [value for key, value in actual.headers if key == name]  # the spelling counts
        if name.lower() in masked or (name.lower() in free and name.lower() != "content-length"):
            continue
        if name.lower() in {m.lower() for m in masked}:
            continue
        if pattern := MASKED_HEADERS.get(name.lower()):
            if len(have) != len(values) or not all(re.fullmatch(pattern, value) for value in have):
                problems.append(f"header {name}: {have}, expected {pattern}")
        elif name.lower() != "content-length" and have != values:
            problems.append(f"header {name}: {have}, recorded {values}")
    extra = {key for key, _ in actual.headers if key not in wanted and key.lower() not in free}
    if extra:
        problems.append(f"headers that the reference does not send: {sorted(extra)}")
    return problems


def shape_problems(actual, expected, where: str = "$") -> list[str]:
    """The same keys with the same types; maps keyed by ids are compared by their values."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        if keyed_by_id(expected):
            if not actual:
                return [] if not expected else [f"{where}: empty"]
            sample = next(iter(expected.values()))
            return [p for key, value in actual.items() for p in shape_problems(value, sample, f"{where}.{key}")]
        problems = [f"{where}.{key} is missing" for key in expected if key not in actual]
        for key in expected.keys() & actual.keys():
            problems += shape_problems(actual[key], expected[key], f"{where}.{key}")
        return problems
    if isinstance(expected, list) and isinstance(actual, list):
        return [p for value in actual for p in shape_problems(value, expected[0], f"{where}[]")] if expected else []
    if expected is None or actual is None:
        return []
    number = (int, float)
    same = isinstance(actual, type(expected)) or (isinstance(actual, number) and isinstance(expected, number))
    same = same and isinstance(actual, bool) == isinstance(expected, bool)
    return [] if same else [f"{where}: {type(actual).__name__} {actual!r}, recorded {type(expected).__name__}"]


def keyed_by_id(document: dict) -> bool:
    return bool(document) and all(isinstance(v, dict) for v in document.values()) and all(
        re.fullmatch(r"[A-Za-z]{3}[pt]\w+|@.*#.*|pr?b.*|p\d+a-.*", key) for key in document
    )


def mask_listing(listing: dict) -> dict:
    """Listing ids, times and places are of the moment; a shard made here has its own checksum ("*" when recorded)."""
    masked = json.loads(json.dumps(listing))
    for key in ("uuid", "UUID"):
        if masked.get(key):
            masked[key] = "ID"
    for entry in masked.get("entries") or masked.get("Entries") or []:
        for key in ("atime", "a"):
            if key in entry:
                entry[key] = re.sub(r"\d", "0", re.sub(r"[A-Z][a-z]{2}", "Mon", entry[key]))
        for key in ("location", "t"):
            if key in entry:
                entry[key] = re.sub(r"t\[[^]]+\]:mp\[.+\]", "t[ID]:mp[PLACE]", entry[key])
    return masked


def listing_problems(actual: dict, expected: dict) -> list[str]:
    have, want = mask_listing(actual), mask_listing(expected)
    for name in ("entries", "Entries"):
        if name in want:
            want[name] = want[name] or []
            have[name] = have.get(name) or []
            for mine, theirs in zip(have[name], want[name]):
                for key in ("checksum", "cs"):
                    if theirs.get(key) == "*" and mine.get(key):
                        mine[key] = "*"
    if have == want:
        return []
    return [f"listing: {json.dumps(have, ensure_ascii=False)}\n  recorded: {json.dumps(want, ensure_ascii=False)}"]


def bucket_props_problems(actual: str, expected: str) -> list[str]:
    have, want = json.loads(actual), json.loads(expected)
    for key in ("bid", "created"):
        if not re.fullmatch(r"\d+", have.get(key, "")):
            return [f"bucket property {key}: {have.get(key)!r} is no string of digits"]
        have[key] = want[key] = ""
    return [f"bucket property {key}: {have.get(key)!r}, recorded {want.get(key)!r}"
            for key in sorted(have.keys() | want.keys()) if have.get(key) != want.get(key)]
