"""examples/folder-backend in an installed node: cold reads, lists, batches, write-through, eviction."""

import json

import pytest

from harness import archive, batch, jobs
from harness.node import Node


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    root = tmp_path_factory.mktemp("datasets")
    (root / "speech/sub").mkdir(parents=True)
    (root / "speech/a.txt").write_text("alpha")
    (root / "speech/sub/big").write_bytes(bytes(range(256)) * 5_000)
    (root / "speech/s.tar").write_bytes(archive.make_tar([("m", b"member")]))
    return root


@pytest.fixture(scope="module")
def node(prefix, build_example, tree, tmp_path_factory):
    plugin = build_example("folder-backend")
    toml = f'''[plugins]
extra_dirs = ["{plugin}"]
enable = ["moss", "archive_tar", "copy_objects", "delete_objects", "remote_objects", "folder"]
[plugin.folder]
root = "{tree}"
'''
    node = Node(tmp_path_factory.mktemp("node") / "data", toml=toml, program=prefix / "bin/bryod").start()
    yield node
    node.stop()


def remote(node, method, path, body=None, query="provider=folder", headers=()):
    return node.request(method, f"/v1/{path}?{query}", body, headers)


def listed(node, **value):
    answer = remote(node, "GET", "buckets/speech", json.dumps({"action": "list", "value": {"props": "name,size", **value}}), headers=batch.JSON)
    return {entry["name"]: entry for entry in answer.json()["entries"]}


def test_a_cold_object_is_read_and_kept(node, tree):
    head = remote(node, "HEAD", "objects/speech/a.txt")
    assert (head.header("Ais-Present"), head.header("Content-Length")) == ("false", "5")
    assert remote(node, "HEAD", "objects/speech/a.txt", query="provider=folder&presence=2").status == 404
    answer = remote(node, "GET", "objects/speech/a.txt")
    assert answer.body == b"alpha" and "source=folder" in answer.all("Ais-Custom-Md")
    assert remote(node, "HEAD", "objects/speech/a.txt").header("Ais-Present") == "true"
    ranged = remote(node, "GET", "objects/speech/sub/big", headers=[("Range", "bytes=256-260")])
    assert (ranged.status, ranged.body) == (206, bytes(range(5)))


def test_lists_mark_what_is_here(node):
    remote(node, "GET", "objects/speech/a.txt")
    entries = listed(node)
    assert list(entries) == ["a.txt", "s.tar", "sub/big"] and entries["sub/big"]["size"] == "1280000"
    assert entries["a.txt"]["flags"] & 64
    pages, token = [], ""
    while True:
        value = {"pagesize": 1, "continuation_token": token}
        page = remote(node, "GET", "buckets/speech", json.dumps({"action": "list", "value": value}), headers=batch.JSON).json()
        pages += [entry["name"] for entry in page["entries"]]
        token = page["continuation_token"]
        if not token:
            break
    assert pages == ["a.txt", "s.tar", "sub/big"]
    assert [bucket["name"] for bucket in remote(node, "GET", "buckets").json()] == ["speech"]


def test_a_batch_of_cold_objects_and_members(node, tree):
    (tree / "speech/cold").write_text("never asked for")
    entries = [
        {"objname": "cold", "bucket": "speech", "provider": "folder"},
        {"objname": "s.tar", "archpath": "m", "bucket": "speech", "provider": "folder"},
        {"objname": "nope", "bucket": "speech", "provider": "folder"},
    ]
    got = batch.get_batch(node, entries, coer=True)
    assert got.contents == [b"never asked for", b"member", b""]


def test_written_through_and_deleted(node, tree):
    assert remote(node, "PUT", "objects/speech/new/one", b"through").status == 200
    assert (tree / "speech/new/one").read_bytes() == b"through"
    assert remote(node, "DELETE", "objects/speech/new/one").status == 200
    assert not (tree / "speech/new/one").exists()
    remote(node, "GET", "objects/speech/new/one").error(404)


def test_eviction_gives_up_the_copy_only(node, tree):
    (tree / "speech/e").write_text("first")
    assert remote(node, "GET", "objects/speech/e").body == b"first"
    (tree / "speech/e").write_text("second")
    assert remote(node, "GET", "objects/speech/e").body == b"first"
    assert remote(node, "DELETE", "objects/speech/e", b'{"action":"evict-listrange","name":"speech/e"}', headers=batch.JSON).status == 200
    assert remote(node, "GET", "objects/speech/e").body == b"second"
    assert remote(node, "DELETE", "buckets/speech", b'{"action":"evict-remote-bck"}', headers=batch.JSON).status == 200
    assert remote(node, "GET", "buckets", query="provider=folder&presence=2").json() == []
    assert remote(node, "GET", "objects/speech/e").body == b"second"
    remote(node, "DELETE", "buckets/speech", b'{"action":"destroy-bck"}', headers=batch.JSON).error(501)


def run(node, verb, action, value, query="provider=folder"):
    answer = remote(node, verb, "buckets/speech", json.dumps({"action": action, "value": value}), query, headers=batch.JSON)
    assert answer.status == 200, answer.body
    return jobs.ended(node, answer.body.decode())


def present(node):
    return {name for name, entry in listed(node).items() if entry.get("flags", 0) & 64}


def test_jobs_bring_objects_and_give_up_their_copies(node, tree):
    (tree / "speech/jobs").mkdir()
    for i in range(20):
        (tree / f"speech/jobs/{i:02}").write_text(f"content {i}")
    ended = run(node, "POST", "prefetch-listrange", {"template": "jobs/{00..09}"})
    assert ended["err"] == "" and ended["stats"]["loc-objs"] == "10" and "cold:(10," in ended["ctlmsg"]
    ended = run(node, "POST", "prefetch-listrange", {"template": "jobs/", "num-workers": 2})
    assert ended["stats"]["loc-objs"] == "10" and {f"jobs/{i:02}" for i in range(20)} <= present(node)
    (tree / "speech/jobs/00").write_text("newer content")
    ended = run(node, "POST", "prefetch-listrange", {"template": "jobs/", "latest-ver": True})
    assert ended["stats"]["loc-objs"] == "1" and remote(node, "GET", "objects/speech/jobs/00").body == b"newer content"
    ended = run(node, "DELETE", "evict-listrange", {"objnames": ["jobs/00", "jobs/none"]})
    assert "jobs/none does not exist" in ended["err"] and "jobs/00" not in present(node)
    run(node, "DELETE", "evict-listrange", {"template": "jobs/"})
    assert not any(name.startswith("jobs/") for name in present(node)) and (tree / "speech/jobs/05").exists()


def test_jobs_copy_and_delete_what_is_only_at_the_backend(node, tree):
    (tree / "speech/far").mkdir()
    for i in range(5):
        (tree / f"speech/far/{i}").write_text(str(i))
    ended = run(node, "POST", "copy-bck", {"prefix": "far/"}, "provider=folder&bck_to=ais%2F%40%23%2Fnear%2F&presence=0")
    assert ended["err"] == "" and jobs.names(node, "near") == [f"far/{i}" for i in range(5)]
    (tree / "speech/far/0").unlink()
    run(node, "POST", "copy-bck", {"prefix": "far/", "synchronize": True}, "provider=folder&bck_to=ais%2F%40%23%2Fnear%2F")
    assert jobs.names(node, "near") == [f"far/{i}" for i in range(1, 5)]
    run(node, "DELETE", "delete-listrange", {"template": "far/"})
    assert list((tree / "speech/far").iterdir()) == []


def test_what_is_missing_is_named(node):
    assert remote(node, "GET", "objects/nope/x").error(404)["tcode"] == "ErrBckNotFound"
    assert "folder://speech/nope" in remote(node, "GET", "objects/speech/nope").error(404)["message"]
    assert remote(node, "POST", "buckets/nope", b'{"action":"create-bck"}', headers=batch.JSON).status == 404


def test_a_wrong_root_stops_the_start(prefix, build_example, tmp_path):
    import subprocess

    plugin = build_example("folder-backend")
    config = tmp_path / "bryo.toml"
    config.write_text(f'[plugins]\nextra_dirs = ["{plugin}"]\nenable = ["folder"]\n[plugin.folder]\nroot = "/no/such/folder"\n')
    done = subprocess.run(
        [prefix / "bin/bryod", "--config", config, "--dir", tmp_path / "data", "--listen", "127.0.0.1:0"],
        capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == 1 and "/no/such/folder" in done.stderr, done.stderr
