"""examples/sqlite-meta-store in an installed node: the metadata lives where the plugin keeps it."""

import sqlite3
import subprocess

import pytest

from harness import batch
from harness.node import Node


def toml(plugins, kind="sqlite", enable='"meta_sqlite"'):
    return f'[plugins]\nextra_dirs = ["{plugins}"]\nenable = ["moss", "archive_tar", {enable}]\n[meta_store]\nkind = "{kind}"\n'


@pytest.fixture
def node(prefix, build_example, tmp_path):
    node = Node(tmp_path / "data", toml=toml(build_example("sqlite-meta-store")), program=prefix / "bin/bryod").start()
    yield node
    node.stop()


def buckets(node):
    return [bucket["name"] for bucket in node.request("GET", "/v1/buckets?provider=ais").json()]


def test_buckets_outlive_the_node_in_the_database(node):
    node.create_bucket("kept")
    node.create_bucket("gone")
    assert node.request("DELETE", "/v1/buckets/gone", b'{"action":"destroy-bck"}', batch.JSON).status == 200
    node.put("kept", "o", b"abc")
    node.restart()
    assert buckets(node) == ["kept"] and node.get("kept", "o").body == b"abc"
    node.kill()
    node.start()
    assert buckets(node) == ["kept"]
    assert not (node.directory / "meta").exists()
    with sqlite3.connect(node.directory / "meta_sqlite/metadata.sqlite") as database:
        keys = [bytes(key).decode() for key, in database.execute("SELECT key FROM entries")]
    assert any("kept" in key for key in keys) and not any("gone" in key for key in keys)


def test_it_cannot_be_drained(node):
    refused = node.request("POST", "/v1/plugins/meta_sqlite", b'{"action":"drain"}').error(409)["message"]
    assert "keeps the metadata of this node" in refused
    assert node.request("GET", "/v1/plugins/meta_sqlite").json()["meta_stores"][0]["name"] == "sqlite"


def test_a_damaged_database_stops_the_start_with_its_sentence(node):
    node.stop()
    for path in (node.directory / "meta_sqlite").iterdir():
        path.write_bytes(b"x" * 10_000)
    done = subprocess.run([str(word) for word in node.command()], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "plugin 'meta_sqlite': its meta store did not open" in done.stderr and "not a database" in done.stderr


def test_an_unknown_kind_names_those_that_are_there(prefix, build_example, tmp_path):
    config = tmp_path / "bryo.toml"
    config.write_text(toml(build_example("sqlite-meta-store"), kind="etcd"))
    done = subprocess.run([prefix / "bin/bryod", "--config", config, "--check-config"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "choose one of: embedded, sqlite" in done.stderr
