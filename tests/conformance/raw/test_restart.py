"""What was acknowledged is there after a stop, a kill, and a move of the folder."""

import json
import shutil
import signal
from urllib.parse import quote

from harness import archive, batch
from harness.node import Node, wait_until


def fill(node):
    node.create_bucket("b")
    node.create_bucket("gone")
    node.create_bucket("b", "@#team")
    node.request("POST", "/v1/buckets/md5?provider=ais", '{"action":"create-bck","value":{"checksum":{"type":"md5"},"versioning":{"enabled":false}}}')
    node.put("b", "o", b"first")
    node.put("b", "o", b"second", headers=[("Ais-Custom-Md", "k=v")])
    node.put("b", "dir/日本 語", b"unicode")
    node.put("b", "n" * 1100, b"long name")
    node.put("b", "empty", b"")
    node.put("b", "s.tar", archive.make_tar([("m", b"member")]))
    node.put("b", "o", b"team's", query="provider=ais&namespace=%40%23team")
    node.put("md5", "o", b"x")
    node.put("gone", "o", b"x")
    node.request("DELETE", "/v1/buckets/gone?provider=ais", '{"action":"destroy-bck"}')
    node.put("b", "deleted", b"x")
    node.request("DELETE", "/v1/objects/b/deleted?provider=ais")


def state(node) -> dict:
    buckets = node.request("GET", "/v1/buckets?provider=ais").json()
    found = {"buckets": buckets, "objects": {}, "props": {}}
    for bucket in buckets:
        namespace = bucket["namespace"]["name"]
        query = "provider=ais" + (f"&namespace={quote('@#' + namespace, safe='')}" if namespace else "")
        name = bucket["name"]
        found["props"][name, namespace] = json.loads(node.request("HEAD", f"/v1/buckets/{name}?{query}").header("Ais-Bucket-Props"))
        message = '{"action":"list","value":{"props":"name,size,checksum,version,custom,copies"}}'
        for entry in node.request("GET", f"/v1/buckets/{name}?{query}", message, batch.JSON).json()["entries"] or []:
            answer = node.get(name, entry["name"], query)
            headers = {key: value for key, value in answer.headers if key.startswith("Ais-") and key != "Ais-Atime"}
            found["objects"][name, namespace, entry["name"]] = (entry, answer.body, headers)
    smap = node.request("GET", "/v1/daemon?what=smap").json()
    bmd = node.request("GET", "/v1/daemon?what=bmd").json()
    found["ids"] = (smap["uuid"], sorted(smap["tmap"]), sorted(smap["pmap"]), bmd["uuid"], bmd["version"])
    return found


def test_stop_and_start(start_node):
    node = start_node()
    fill(node)
    before = state(node)
    assert len(before["buckets"]) == 3 and len(before["objects"]) == 7
    assert before["objects"]["b", "", "o"][1] == b"second" and before["objects"]["b", "", "o"][2]["Ais-Version"] == "2"
    node.restart()
    assert state(node) == before
    assert batch.get_batch(node, ["o", {"objname": "s.tar", "archpath": "m"}], "b").contents == [b"second", b"member"]


def test_kill_and_start(start_node):
    node = start_node()
    fill(node)
    before = state(node)
    node.kill()
    node.start()
    assert state(node) == before
    node.put("b", "o", b"third")
    assert node.get("b", "o").header("Ais-Version") == "3"


def test_bucket_ids_are_not_used_again(start_node):
    node = start_node()
    node.create_bucket("a")
    seen = set()
    for _ in range(3):
        node.create_bucket("b")
        seen.add(json.loads(node.request("HEAD", "/v1/buckets/b?provider=ais").header("Ais-Bucket-Props"))["bid"])
        node.request("DELETE", "/v1/buckets/b?provider=ais", '{"action":"destroy-bck"}')
        node.restart()
    assert len(seen) == 3


def test_the_folder_can_be_moved(start_node, tmp_path):
    node = start_node()
    fill(node)
    before = state(node)
    node.stop()
    shutil.move(str(node.directory), str(tmp_path / "moved"))
    moved = start_node(directory=tmp_path / "moved")
    assert isinstance(moved, Node) and state(moved) == before


def test_objects_are_plain_files(start_node):
    """Readable with cat if the node is gone (architecture.md 2)."""
    node = start_node()
    node.create_bucket("b")
    node.put("b", "some/name.txt", b"content of the object")
    files = [path for path in node.directory.rglob("*") if path.is_file() and path.read_bytes() == b"content of the object"]
    assert len(files) == 1, "exactly one ordinary file holds the object's bytes"


def test_sigterm_finishes_running_batches(start_node):
    node = start_node()
    node.create_bucket("b")
    node.put("b", "o", bytes(16 << 20))
    connection = node.connect(receive_buffer=65536)
    connection.send("GET", "/v1/ml/moss/b?provider=ais", b'{"in":[{"objname":"o"},{"objname":"o"},{"objname":"o"}],"strm":true}')
    answer = connection.receive_head()
    node.process.terminate()
    connection._read_chunks(answer)
    assert [member.size for member in batch.parse(answer).members] == [16 << 20] * 3
    assert node.process.wait(30) == 0


def test_sighup_rereads_what_can_change(start_node):
    """A hot key counts at once, another one waits for a restart and the log says so, a wrong file changes nothing."""
    node = start_node(toml="# all defaults\n")
    file = node.directory.parent / f"{node.directory.name}.toml"
    large = [("X-Large", "x" * 8000)]

    def reload(toml, words):
        file.write_text(toml)
        node.process.send_signal(signal.SIGHUP)
        wait_until(lambda: words in node.log(), 10)

    assert node.request("GET", "/v1/health", headers=large).status == 200
    reload('[node]\ndurability = "strict"\n[node.http]\nmax_header = "4KiB"\n', "needs a restart")
    assert "max_header" in node.log() and "durability" in node.log()
    assert node.request("GET", "/v1/health", headers=large).status == 431
    reload("[node.http]\nmax_heder = 1\n", "was not reread")
    assert "max_header" in node.log().splitlines()[-1], "the nearest key"
    assert node.request("GET", "/v1/health", headers=large).status == 431
    reload("# all defaults\n", "configuration changed")
    wait_until(lambda: node.request("GET", "/v1/health", headers=large).status == 200, 10)
