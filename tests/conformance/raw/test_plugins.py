"""/v1/plugins and the flags of bryod: what an operator does with plugins, on a node that runs real shared libraries or
has its plugins linked in."""

import contextlib
import json
import signal
import subprocess
import threading

import pytest

from harness import archive, batch, wire
from harness.node import find_bryod, wait_until

MOSS = "/v1/plugins/moss"


def show(node, name="moss"):
    answer = node.request("GET", f"/v1/plugins/{name}")
    assert answer.status == 200, answer.body
    return answer.json()


def option(node, key):
    return next(one for one in show(node)["options"] if one["key"] == key)["value"]


def act(node, action, **more):
    return node.request("POST", MOSS, json.dumps({"action": action, **more}))


def test_list(node):
    plugins = {plugin["name"]: plugin for plugin in node.request("GET", "/v1/plugins").json()}
    assert {"moss", "archive_tar"} <= set(plugins)
    assert plugins["moss"]["state"] == "running" and plugins["moss"]["doc"].endswith(".")
    assert plugins["moss"]["error"] == "" and plugins["moss"]["version"]


def test_show(node):
    moss = show(node)
    assert {"GET /v1/ml/moss", "GET /v1/ml/moss/*"} & {f"{route['verb']} {route['pattern']}" for route in moss["routes"]}
    assert [job["kind"] for job in moss["jobs"]] == ["get-batch"]
    assert "ais_target_getbatch_count" in moss["metrics"]
    keys = {one["key"]: one for one in moss["options"]}
    assert keys["max_wait"]["value"] == "20s" and keys["max_wait"]["hot"] and keys["max_wait"]["allowed"]
    assert all(one["doc"].endswith(".") for one in keys.values())
    assert ".tar" in show(node, "archive_tar")["archive_formats"]


def test_what_is_refused(node):
    assert "did you mean 'moss'" in node.request("GET", "/v1/plugins/mos").error(404)["message"]
    assert '"drain" or "start"' in act(node, "explode").error(400)["message"]
    node.request("POST", MOSS, b"[]").error(400)
    node.request("POST", MOSS, b"{").error(400)
    for timeout in ("soon", "-1s", [], {}):
        act(node, "drain", timeout=timeout).error(400)
    for body in ("{}", "[]", '"x"', '{"max_wait":"1h"}', '{"max_wait":{}}', '{"max_wait":null}'):
        node.request("PATCH", MOSS, body).error(400)
    assert "did you mean" in node.request("PATCH", MOSS, '{"max_wiat":"10s"}').error(400)["message"]
    assert option(node, "max_wait") == "20s"


def test_calls_and_errors_are_counted(node, bucket):
    node.put(bucket, "o", b"x")
    before = show(node)
    batch.get_batch(node, ["o"], bucket)
    node.request("GET", f"/v1/ml/moss/{bucket}?provider=ais", b'{"in":[]}')
    after = show(node)
    assert after["calls"] - before["calls"] == 2 and after["errors"] - before["errors"] == 1
    assert after["last_error"] and after["exceptions"] == 0
    metrics = node.request("GET", "/metrics").body.decode()
    assert 'bryo_plugin_calls_total{node_id="' in metrics or 'bryo_plugin_calls_total{' in metrics


def test_drain_and_start(start_node):
    node = start_node()
    node.create_bucket("b")
    node.put("b", "o", b"x")
    assert act(node, "drain").json()["state"] == "drained"
    assert act(node, "drain").json()["state"] == "drained", "what is so already is no error"
    refused = node.request("GET", "/v1/ml/moss/b?provider=ais", b'{"in":[{"objname":"o"}]}').error(503)
    assert "plugin 'moss' is drained" in refused["message"] and "bryo plugin start moss" in refused["message"]
    assert node.get("b", "o").body == b"x", "nothing else notices"
    assert act(node, "start").json()["state"] == "running"
    assert batch.get_batch(node, ["o"], "b").contents == [b"x"]


def test_drain_of_a_format(start_node):
    """get-batch notices as if the format had failed; objects as they are do not notice."""
    node = start_node()
    node.create_bucket("b")
    node.put("b", "s.tar", archive.make_tar([("m", b"member")]))
    node.request("POST", "/v1/plugins/archive_tar", b'{"action":"drain"}')
    assert "archive_tar" in node.get("b", "s.tar", "provider=ais&archpath=m").error(503)["message"]
    assert node.get("b", "s.tar").status == 200
    node.request("POST", "/v1/plugins/archive_tar", b'{"action":"start"}')
    assert node.get("b", "s.tar", "provider=ais&archpath=m").body == b"member"


def unread_batch(node):
    """The connection of a batch of ais://b/o that goes on as long as nobody reads it."""
    node.create_bucket("b")
    node.put("b", "o", bytes(16 << 20))
    connection = node.connect(receive_buffer=65536)
    connection.send("GET", "/v1/ml/moss/b?provider=ais", json.dumps({"in": [{"objname": "o"}] * 8, "strm": True}).encode())
    connection.receive_head()
    wait_until(lambda: show(node)["in_flight"] == 1)
    return connection


def test_a_running_call_ends_at_the_deadline(start_node):
    """A client that does not read keeps its batch running; the drain ends it."""
    node = start_node()
    connection = unread_batch(node)
    assert act(node, "drain", timeout="100ms").json()["state"] == "drained"
    assert show(node)["in_flight"] == 0
    connection.close()


def test_a_stop_does_not_wait_for_a_drain(start_node):
    node = start_node(toml='[node.http]\ndrain_timeout = "1s"\n')
    connection = unread_batch(node)

    def drain_long():
        with contextlib.suppress(OSError, wire.Torn):  # answered or not: the node is stopping
            act(node, "drain", timeout="1h")

    drain = threading.Thread(target=drain_long)
    drain.start()
    wait_until(lambda: show(node)["state"] == "draining")
    node.stop(deadline=20)
    drain.join(10)
    connection.close()


def test_options_set_by_the_api_survive(start_node):
    node = start_node()
    answer = node.request("PATCH", MOSS, '{"max_wait":"7s","max_calls":100}')
    assert answer.status == 200 and option(node, "max_wait") == "7s" and option(node, "max_calls") == 100
    assert node.request("GET", "/v1/daemon?what=config").json()["get_batch"]["max_wait"] == "7s", "one value, both names"
    node.restart()
    assert option(node, "max_wait") == "7s" and option(node, "max_calls") == 100
    node.request("PUT", "/v1/cluster/set-config?get_batch.max_wait=9s")
    assert option(node, "max_wait") == "9s"


def test_options_of_the_file_and_sighup(start_node):
    node = start_node(toml='[plugin.moss]\nmax_wait = "11s"\n')
    file = node.directory.parent / f"{node.directory.name}.toml"

    def reload(toml):
        file.write_text(toml)
        node.process.send_signal(signal.SIGHUP)

    assert option(node, "max_wait") == "11s"
    reload('[plugin.moss]\nmax_wait = "12s"\n')
    wait_until(lambda: option(node, "max_wait") == "12s")
    reload('[plugin.moss]\nmax_wait = "2h"\n')
    wait_until(lambda: "was not reread" in node.log())
    assert option(node, "max_wait") == "12s"


def test_concurrency_is_bounded(start_node):
    node = start_node(toml="[plugin.moss]\nmax_calls = 1\n")
    connection = unread_batch(node)
    refused = node.request("GET", "/v1/ml/moss/b?provider=ais", b'{"in":[{"objname":"o"}]}')
    assert "max_calls" in refused.error(429)["message"] and refused.header("Retry-After")
    connection.close()
    wait_until(lambda: show(node)["in_flight"] == 0)
    assert node.request("GET", "/v1/ml/moss/b?provider=ais", b'{"in":[{"objname":"o"}]}').status == 200


def bryod(*words):
    done = subprocess.run([str(find_bryod()), *map(str, words)], capture_output=True, timeout=60, text=True)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def config(tmp_path):
    def write(toml):
        (tmp_path / "bryo.toml").write_text(toml)
        return tmp_path / "bryo.toml"

    return write


def test_check_config(config, tmp_path):
    good = config(f'[node]\ndata_dir = "{tmp_path}/data"\n[plugins]\nenable = ["moss", "archive_tar"]\n[plugin.moss]\nmax_wait = "5s"\n')
    assert bryod("-c", good, "--check-config") == (0, "the configuration is valid\n", "")
    assert not (tmp_path / "data").exists(), "nothing is started"
    code, _, why = bryod("-c", config('[plugins]\nenable = ["mos"]\n'), "-d", tmp_path / "data", "--check-config")
    assert code == 1 and "plugin 'mos'" in why and "did you mean 'moss'?" in why
    code, _, why = bryod("-c", config('[plugin.moss]\nmax_wiat = "5s"\n'), "-d", tmp_path / "data", "--check-config")
    assert code == 1 and "bryo.toml:2" in why and "max_wait" in why
    code, _, why = bryod("-c", config('[plugin.moss]\nmax_wait = "5h"\n'), "-d", tmp_path / "data", "--check-config")
    assert code == 1 and "bryo.toml:2" in why


def test_print_config_has_the_options_of_plugins(config):
    code, text, _ = bryod("--print-config")
    assert code == 0 and "[plugin.moss]" in text and "max_wait" in text and "Longest wait" in text
    code, text, _ = bryod("-c", config("[plugins]\nenable = []\n"), "--print-config")
    assert code == 0 and "[plugin.moss]" in text, "also those that are not enabled"
    code, again, _ = bryod("-c", config(text), "--print-config")
    assert code == 0 and again == text, "what is printed can be read"


def test_on_error_skip_goes_on(start_node):
    node = start_node(toml='[plugins]\non_error = "skip"\nenable = ["moss", "archive_tar", "absent_one"]\n')
    plugins = {plugin["name"]: plugin for plugin in node.request("GET", "/v1/plugins").json()}
    assert plugins["absent_one"]["state"] == "refused" and "libbryo_absent_one.so" in plugins["absent_one"]["error"]
    assert plugins["moss"]["state"] == "running"
    assert "a plugin was refused" in node.log()
    assert node.metrics()["bryo_plugins_refused"] == 1


def test_safe_mode_leaves_out_what_did_not_come_with_the_server(start_node):
    toml = '[plugins]\nenable = ["moss", "archive_tar", "absent_one"]\n'
    node = start_node(toml=toml, options=["--safe-mode"])
    plugins = {plugin["name"]: plugin for plugin in node.request("GET", "/v1/plugins").json()}
    assert plugins["absent_one"]["state"] == "skipped" and "--safe-mode" in plugins["absent_one"]["error"]
    assert plugins["moss"]["state"] == plugins["archive_tar"]["state"] == "running"
    assert "a plugin was skipped" in node.log()
    assert bryod("-c", node.directory.parent / f"{node.directory.name}.toml", "--check-config")[0] == 1, "without it"
