"""cmake --install into an empty prefix: what lies there runs, finds its plugins, and third parties can build against it."""

import json
import subprocess

from harness import batch
from harness.node import ROOT, wait_until


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, **options)


def test_what_is_installed(prefix):
    for path in ("bin/bryod", "bin/bryo", "include/bryo/plugin.h"):
        assert (prefix / path).is_file(), f"{path} is missing; there is: {sorted(p.name for p in prefix.rglob('*'))[:50]}"
    assert len(list(prefix.glob("lib/**/bryo/plugins/*moss*.so"))) == 1
    assert list(prefix.glob("lib/**/cmake/**/BryoConfig.cmake")) or list(prefix.glob("lib/**/cmake/**/bryo-config.cmake"))


def test_version_and_configuration(prefix, tmp_path):
    assert run(prefix / "bin/bryod", "--version").stdout.strip()
    assert run(prefix / "bin/bryo", "--version").stdout.strip()
    printed = run(prefix / "bin/bryod", "--print-config")
    assert printed.returncode == 0 and "[node]" in printed.stdout and "[plugin.moss]" in printed.stdout, printed.stderr
    (tmp_path / "bryo.toml").write_text(printed.stdout)
    checked = run(prefix / "bin/bryod", "--config", tmp_path / "bryo.toml", "--check-config")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_installed_node_and_command(prefix, start_node, tmp_path):
    node = start_node(prefix / "bin/bryod")
    bryo = [prefix / "bin/bryo", "--endpoint", node.url]
    (tmp_path / "file.txt").write_text("content")
    assert run(*bryo, "bucket", "create", "ais://b").returncode == 0
    put = run(*bryo, "put", tmp_path / "file.txt", "ais://b/file.txt")
    assert put.returncode == 0, put.stderr
    got = run(*bryo, "ml", "get-batch", "ais://b", tmp_path / "out.tar", "--list", "file.txt", "-y")
    assert got.returncode == 0, got.stderr
    assert batch.archive.read_tar((tmp_path / "out.tar").read_bytes())[0].data == b"content"


def test_example_configurations(prefix):
    for path in sorted((ROOT / "examples").glob("*.toml")):
        checked = run(prefix / "bin/bryod", "--config", path, "--check-config")
        assert checked.returncode == 0, f"{path.name}: {checked.stdout + checked.stderr}"


def test_a_plugin_built_out_of_tree(prefix, build_example, start_node):
    """The example, with nothing but the installed SDK: find_package(Bryo) is all that a third party has."""
    toml = f'[plugins]\nextra_dirs = ["{build_example("hello-xaction")}"]\nenable = ["moss", "archive_tar", "hello"]\n'
    node = start_node(prefix / "bin/bryod", toml)

    def start(value):
        return node.request("PUT", "/v1/cluster", json.dumps({"action": "start", "value": {"kind": "hello", **value}}).encode())

    started = start({"args": {"who": "world"}})
    assert started.status == 200, started.body
    wait_until(lambda: "hello, world" in node.log(), 10)
    assert node.metrics()["bryo_hello_count"] == 1
    assert "must not be empty" in run(prefix / "bin/bryo", "-e", node.url, "show", "job", start({}).body.decode().strip()).stdout
    for wrong in ({"args": ["who"]}, {"args": {"who": 1}}):
        assert "args" in start(wrong).error(400)["message"]
