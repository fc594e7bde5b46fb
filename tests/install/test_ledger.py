"""examples/object-ledger in an installed node: object hooks, a service between two plugins, a job with permissions."""

import json
import subprocess

import pytest

from harness import batch
from harness.node import Node, wait_until


@pytest.fixture
def start(prefix, build_example, tmp_path):
    plugins = build_example("object-ledger")
    nodes = []

    def begin(options=""):
        toml = f'[plugins]\nextra_dirs = ["{plugins}"]\nenable = ["moss", "archive_tar", "ledger", "clerk"]\n[plugin.ledger]\n{options}\n'
        nodes.append(Node(tmp_path / f"data{len(nodes)}", toml=toml, program=prefix / "bin/bryod").start())
        nodes[-1].create_bucket("b")
        return nodes[-1]

    yield begin
    for node in nodes:
        node.stop()


def ledger(node):
    return node.request("GET", "/v1/ledger").body.decode().splitlines()


def test_hooks_hear_of_everything_and_a_service_tells_it(start):
    node = start()
    node.put("b", "o", b"abc")
    assert node.get("b", "o").body == b"abc"
    assert node.request("HEAD", "/v1/objects/b/o").status == 200
    assert batch.get_batch(node, ["o", "absent"], "b", coer=True).contents == [b"abc", b""]
    assert node.request("DELETE", "/v1/objects/b/o").status == 200
    assert ledger(node) == ["put ais://b/o 3", "get ais://b/o 3", "get ais://b/o 3", "delete ais://b/o 0"]


def test_a_refusal_names_plugin_and_reason_and_nothing_happens(start):
    node = start()
    answer = node.request("PUT", "/v1/objects/b/sealed/x", b"abc")
    assert "plugin 'ledger': sealed/x is sealed" in answer.error(403)["message"]
    node.request("GET", "/v1/objects/b/sealed/x").error(403)
    node.request("DELETE", "/v1/objects/b/sealed/x").error(403)
    assert batch.get_batch(node, ["sealed/x"], "b", coer=True).contents == [b""]
    assert ledger(node) == [] and node.request("HEAD", "/v1/objects/b/sealed/x").status == 404


def test_the_rule_is_an_option_that_changes_at_once(start):
    node = start('sealed = "locked-"')
    node.put("b", "sealed/x", b"x")
    node.request("PUT", "/v1/objects/b/locked-x", b"x").error(403)
    assert node.request("PATCH", "/v1/plugins/ledger", b'{"sealed":""}').status == 200
    node.put("b", "locked-x", b"x")


def test_what_the_plugin_brings_is_shown(start):
    shown = start().request("GET", "/v1/plugins/ledger").json()
    assert {"event": "put", "time": "before", "doc": "Guards what is sealed."} in shown["object_hooks"]
    assert shown["services"] == [{"name": "ledger", "doc": "What happened to the objects of this node."}]


def test_a_rule_that_is_not_asked_is_not_kept(start):
    node = start()
    node.put("b", "o", b"abc")
    assert node.request("POST", "/v1/plugins/ledger", b'{"action":"drain"}').json()["state"] == "drained"
    assert "plugin 'ledger' is drained" in node.request("GET", "/v1/ledger").error(503)["message"]
    node.request("PUT", "/v1/objects/b/p", b"x").error(503)
    node.get("b", "o").error(503)
    assert node.request("HEAD", "/v1/objects/b/o").status == 200, "which no hook is asked about"
    assert node.request("POST", "/v1/plugins/ledger", b'{"action":"start"}').json()["state"] == "running"
    node.put("b", "p", b"x")
    assert ledger(node)[-1] == "put ais://b/p 1"


def test_a_job_needs_what_its_kind_says_and_tells_what_only_it_knows(start):
    node = start()
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


def test_who_needs_another_is_refused_without_it(prefix, build_example, tmp_path):
    config = tmp_path / "bryo.toml"
    config.write_text(f'[plugins]\nextra_dirs = ["{build_example("object-ledger")}"]\nenable = ["clerk"]\n')
    done = subprocess.run([prefix / "bin/bryod", "--config", config, "--check-config"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "needs 'ledger', which is not enabled" in done.stderr


def test_the_reference_pages_have_them_enabled_or_not(prefix, build_example, tmp_path):
    """An operator's own pages, from a configuration with plugins of others."""
    (tmp_path / "bryo.toml").write_text(f'[plugins]\nextra_dirs = ["{build_example("object-ledger")}"]\nenable = ["moss", "archive_tar", "ledger"]\n')
    pages = tmp_path / "pages"
    pages.mkdir()
    words = [prefix / "bin/bryod", "--config", tmp_path / "bryo.toml", "--write-reference", pages]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    listed = (pages / "plugins.md").read_text()
    ledger_part, clerk_part = (listed.split(f"## `{name}`\n", 1)[1].split("\n## ", 1)[0] for name in ("ledger", "clerk"))
    assert " Enabled." in ledger_part and "| Service | Meaning |" in ledger_part
    assert " Not enabled." in clerk_part and "Needs `ledger`." in clerk_part
    assert "| `/v1/ledger` | GET |" in (pages / "routes.md").read_text()
    assert "### `[plugin.clerk]`" in (pages / "options.md").read_text()
