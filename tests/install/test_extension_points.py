"""Object hooks, services between plugins, a meta store of a plugin, and jobs with permissions: two plugins of third parties,
built against the installed SDK, in an installed node."""

import json
import subprocess

import pytest

from harness import batch
from harness.node import ROOT, Node, wait_until

HERE = ROOT / "tests/install/extension_points"


@pytest.fixture(scope="module")
def plugins(prefix, tmp_path_factory):
    place = tmp_path_factory.mktemp("plugins")
    for step in (["cmake", "-S", HERE, "-B", place, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}"], ["cmake", "--build", place]):
        done = subprocess.run([str(word) for word in step], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    return place


@pytest.fixture
def start(prefix, plugins, tmp_path):
    nodes = []

    def begin(enable=("ledger", "clerk"), kind="paper", data="data"):
        names = ", ".join(f'"{name}"' for name in ("moss", "archive_tar", *enable))
        toml = f'[plugins]\nextra_dirs = ["{plugins}"]\nenable = [{names}]\n[meta_store]\nkind = "{kind}"\n'
        nodes.append(Node(tmp_path / data, toml=toml, program=prefix / "bin/bryod").start())
        return nodes[-1]

    yield begin
    for node in nodes:
        node.stop()


@pytest.fixture
def check(prefix, plugins, tmp_path):
    """What --check-config says of a configuration."""

    def run(enable, kind="embedded"):
        config = tmp_path / "bryo.toml"
        names = ", ".join(f'"{name}"' for name in enable)
        config.write_text(f'[plugins]\nextra_dirs = ["{plugins}"]\nenable = [{names}]\n[meta_store]\nkind = "{kind}"\n')
        return subprocess.run([prefix / "bin/bryod", "--config", config, "--check-config"], capture_output=True, text=True, timeout=60)

    return run


def ledger(node):
    return node.request("GET", "/v1/clerk").body.decode().splitlines()


def test_hooks_hear_of_everything_and_a_service_tells_it(start):
    node = start()
    node.create_bucket("b")
    node.put("b", "o", b"abc")
    assert node.get("b", "o").body == b"abc"
    assert node.request("HEAD", "/v1/objects/b/o").status == 200
    assert batch.get_batch(node, ["o", "absent"], "b", coer=True).contents == [b"abc", b""]
    assert node.request("DELETE", "/v1/objects/b/o").status == 200
    assert ledger(node) == ["put ais://b/o 3", "get ais://b/o 3", "get ais://b/o 3", "delete ais://b/o 0"]


def test_a_refusal_names_plugin_and_reason_and_nothing_happens(start):
    node = start()
    node.create_bucket("b")
    answer = node.request("PUT", "/v1/objects/b/sealed/x", b"abc")
    assert answer.error(403)["message"].endswith("plugin 'ledger': sealed/x is sealed: choose another name")
    node.request("GET", "/v1/objects/b/sealed/x").error(403)
    node.request("DELETE", "/v1/objects/b/sealed/x").error(403)
    assert batch.get_batch(node, ["sealed/x"], "b", coer=True).contents == [b""]
    assert ledger(node) == [] and node.request("HEAD", "/v1/objects/b/sealed/x").status == 404


def test_what_fails_afterwards_changes_nothing(start):
    node = start()
    node.create_bucket("b")
    node.put("b", "smudge", b"x")
    assert node.get("b", "smudge").body == b"x"
    shown = node.request("GET", "/v1/plugins/ledger").json()
    assert shown["errors"] == 2 and shown["last_error"] == "the ink ran"
    assert {"event": "put", "time": "before", "doc": "Guards what is sealed."} in shown["object_hooks"]
    assert shown["services"] == [{"name": "ledger", "doc": "What happened to objects."}]
    assert shown["meta_stores"] == [{"name": "paper", "doc": "One file for each key."}]


def test_metadata_lives_where_the_plugin_keeps_it(start):
    node = start()
    node.create_bucket("kept")
    node.create_bucket("gone")
    assert node.request("DELETE", "/v1/buckets/gone", b'{"action":"destroy-bck"}', batch.JSON).status == 200
    node.put("kept", "o", b"abc")
    node.stop()
    assert list((node.directory / "meta_paper").iterdir()) and not (node.directory / "meta").exists()
    again = start()
    assert [bucket["name"] for bucket in again.request("GET", "/v1/buckets?provider=ais").json()] == ["kept"]
    assert again.get("kept", "o").body == b"abc"


def test_the_keeper_of_metadata_is_not_drained_unless_another_keeps_it(start):
    node = start()
    refused = node.request("POST", "/v1/plugins/ledger", b'{"action":"drain"}').error(409)["message"]
    assert "keeps the metadata of this node" in refused
    node.stop()
    node = start(kind="embedded", data="other")
    node.create_bucket("b")
    node.put("b", "o", b"abc")
    assert node.request("POST", "/v1/plugins/ledger", b'{"action":"drain"}').json()["state"] == "drained"
    assert "plugin 'ledger' is drained" in node.request("GET", "/v1/clerk").error(503)["message"]
    node.request("PUT", "/v1/objects/b/p", b"x").error(503)  # a rule that is not asked is not kept
    assert node.request("POST", "/v1/plugins/ledger", b'{"action":"start"}').json()["state"] == "running"
    node.put("b", "p", b"x")
    assert ledger(node)[-1] == "put ais://b/p 1"


def test_a_job_needs_what_its_kind_says_and_tells_what_only_it_knows(start):
    node = start()
    node.create_bucket("b")
    node.put("b", "o", b"abc")

    def audit():
        value = {"kind": "audit", "bck": {"name": "b", "provider": "ais"}}
        return node.request("PUT", "/v1/cluster", json.dumps({"action": "start", "value": value}))

    job = audit().body.decode().strip()

    def snapshot():
        answer = node.request("GET", "/v1/cluster?what=qryxstats", json.dumps({"id": job}), headers=batch.JSON)
        return [shot for shots in answer.json().values() for shot in shots][0]

    assert wait_until(lambda: (shot := snapshot())["end-time"] > "0002" and shot, 30)["ext"] == {"lines": 1}
    listing_denied = str(0xFFFFFFFFFFFFFFFF & ~(1 << 9))
    props = json.dumps({"action": "set-bprops", "value": {"access": listing_denied}})
    assert node.request("PATCH", "/v1/buckets/b", props).status == 200
    assert audit().error(403)["tcode"] == "ErrBucketAccessDenied"


def test_what_is_needed_must_be_there(check):
    assert check(["ledger", "clerk"], "paper").returncode == 0
    alone = check(["clerk"])
    assert alone.returncode != 0 and "needs 'ledger', which is not enabled" in alone.stderr
    other = check(["ledger"], "etcd")
    assert other.returncode != 0 and "choose one of: embedded, paper" in other.stderr


def test_the_reference_pages_have_them_enabled_or_not(prefix, plugins, tmp_path):
    """An operator's own pages, from a configuration with plugins of others."""
    (tmp_path / "bryo.toml").write_text(f'[plugins]\nextra_dirs = ["{plugins}"]\nenable = ["moss", "archive_tar", "ledger"]\n')
    pages = tmp_path / "pages"
    pages.mkdir()
    words = [prefix / "bin/bryod", "--config", tmp_path / "bryo.toml", "--write-reference", pages]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    listed = (pages / "plugins.md").read_text()
    ledger_part, clerk_part = (listed.split(f"## `{name}`\n", 1)[1].split("\n## ", 1)[0] for name in ("ledger", "clerk"))
    assert " Enabled." in ledger_part and "| Service | Meaning |" in ledger_part
    assert " Not enabled." in clerk_part and "Needs `ledger`." in clerk_part
    assert "| `/v1/clerk` | GET |" in (pages / "routes.md").read_text()
    assert "### `[plugin.clerk]`" in (pages / "options.md").read_text()
