"""Slow and vanished clients, a full disk, an unreadable mountpath, plugins that cannot be loaded: the node lives on."""

import os
import pathlib
import socket
import subprocess
import threading

import pytest

from harness import batch, wire
from harness.node import Node, find_bryod, wait_until

MIB = 1 << 20


# Clients --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def large(node, bucket):
    node.put(bucket, "large", bytes(range(256)) * (16 * MIB // 256))
    node.put(bucket, "small", b"small")
    return bucket


def stuck_batch(node, bucket, strm, entries=40):
    """A client that asks for 640 MiB, reads the head, and then nothing."""
    connection = node.connect(receive_buffer=4096, timeout=120)
    body = batch.json.dumps({"in": [{"objname": "large"}] * entries, "strm": strm}).encode()
    connection.send("GET", f"/v1/ml/moss/{bucket}?provider=ais", body)
    assert connection.receive_head().status == 200
    return connection


@pytest.mark.parametrize("strm", [True, False], ids=["streaming", "buffered"])
def test_a_stuck_client_costs_no_memory_and_stops_nobody(node, large, strm):
    before = node.resident_bytes()
    connections = [stuck_batch(node, large, strm) for _ in range(4)]
    try:
        for _ in range(20):
            assert batch.get_batch(node, ["small"] * 10, large, strm=strm).contents == [b"small"] * 10
        grown = node.resident_bytes() - before
        assert grown < 200 * MIB, f"4 stuck batches of 640 MiB made the node grow by {grown // MIB} MiB"
    finally:
        for connection in connections:
            connection.close()


@pytest.mark.parametrize("strm", [True, False], ids=["streaming", "buffered"])
def test_clients_that_vanish(node, large, strm):
    """Half of them by a reset in the middle of the answer; descriptors and memory come back."""
    def descriptors():
        return len(os.listdir(f"/proc/{node.pid}/fd"))

    batch.get_batch(node, ["small"], large)
    before = descriptors()
    for i in range(30):
        connection = stuck_batch(node, large, strm, entries=3)
        if i % 2:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
    wait_until(lambda: descriptors() <= before + 5, 30)
    assert batch.get_batch(node, ["small"], large).contents == [b"small"]


def test_a_slow_reader_gets_every_byte(node, large):
    connection = node.connect(receive_buffer=8192)
    body = batch.json.dumps({"in": [{"objname": "large"}, {"objname": "small"}], "strm": True}).encode()
    connection.send("GET", f"/v1/ml/moss/{large}?provider=ais", body)
    answer = connection.receive_head()
    connection._read_chunks(answer)
    got = batch.parse(answer)
    assert [member.size for member in got.members] == [16 * MIB, 5] and got.contents[1] == b"small"
    connection.close()


def test_silent_connections_do_not_block_others(node):
    silent = [node.connect() for _ in range(200)]
    half = [node.connect() for _ in range(50)]
    for connection in half:
        connection.send_raw(b"GET /v1/health HTTP/1.1\r\nHos")
    for _ in range(10):
        assert node.request("GET", "/v1/health").status == 200
    for connection in silent + half:
        connection.close()


def test_header_timeout(start_node):
    """A request head that never ends is not waited for for ever."""
    node = start_node(toml='[node.http]\nheader_timeout = "1s"\nidle_timeout = "1s"\n')
    with node.connect(timeout=20) as connection:
        connection.send_raw(b"GET /v1/health HTTP/1.1\r\nHos")
        data = b""
        try:
            while piece := connection.socket.recv(4096):
                data += piece
        except ConnectionResetError:
            pass
        assert not data or data.startswith(b"HTTP/1.1 4")
    with node.connect(timeout=20) as connection:  # idle between requests: closed without a word
        assert connection.exchange("GET", "/v1/health").status == 200
        assert connection.closed_by_peer()


def test_overload_is_429_with_retry_after(start_node):
    """Over its memory budget the node refuses new batches and finishes those that run (get-batch.md 9, architecture rule 4)."""
    node = start_node(toml='[plugin.moss]\nmax_pending = 4\n')
    node.create_bucket("b")
    node.put("b", "large", bytes(16 * MIB))
    node.put("b", "small", b"small")
    stuck = [stuck_batch(node, "b", True) for _ in range(4)]
    answer = batch.ask(node, ["small"], "b")
    error = answer.error(429)
    assert error["tcode"] == "ErrTooManyRequests" and "rejected" in error["message"]
    assert int(answer.header("Retry-After")) >= 1
    for connection in stuck:
        connection.close()
    wait_until(lambda: batch.ask(node, ["small"], "b").status == 200, 30)


def upload(node):
    return node.request("PUT", "/v1/objects/b/large?provider=ais", bytes(2 * MIB))


def test_uploads_are_charged_to_the_memory_budget(start_node):
    """Clients that send slowly cannot take more memory together than the node gives to requests."""
    node = start_node(toml='[node.memory]\nbudget = "600KiB"\n')
    node.create_bucket("b")
    head = "PUT /v1/objects/b/{}?provider=ais HTTP/1.1\r\nHost: b\r\nExpect: 100-continue\r\nContent-Length: 8388608\r\n\r\n"
    slow = []
    for number in range(2):
        connection = node.connect()
        connection.send_raw(head.format(f"slow{number}").encode())
        assert connection.receive_head().status == 100  # its memory is taken
        slow.append(connection)
    answer = upload(node)
    assert answer.error(429)["tcode"] == "ErrTooManyRequests" and int(answer.header("Retry-After")) >= 1
    assert node.put("b", "small", b"small").status == 200
    for connection in slow:
        connection.close()
    wait_until(lambda: upload(node).status == 200, 30)
    assert node.get("b", "large").body == bytes(2 * MIB) and node.get("b", "slow0").status == 404


def test_what_is_not_built_in_is_no_failure_of_the_node(start_node):
    """The log's errors are those that an operator must look at."""
    node = start_node()
    node.create_bucket("b")
    node.request("POST", "/v1/buckets/b?provider=ais", b'{"action":"make-n-copies","value":2}', batch.JSON).error(501)
    wrong = [("Ais-Checksum-Type", "md5"), ("Ais-Checksum-Value", "0" * 32)]
    node.request("PUT", "/v1/objects/b/o?provider=ais", b"hello", wrong).error(500)
    node.stop()
    assert " error " not in node.log()


def test_many_at_once(node, large):
    """64 clients with 64 batches each: every one complete and in order."""
    failures = []

    def client(number):
        try:
            with node.connect(timeout=120) as connection:
                body = batch.json.dumps({"in": [{"objname": "small"}] * (number + 1), "strm": number % 2 == 0}).encode()
                for _ in range(16):
                    got = batch.parse(connection.exchange("GET", f"/v1/ml/moss/{large}?provider=ais", body))
                    assert got.contents == [b"small"] * (number + 1)
        except Exception as error:  # collected for the main thread, which fails the test
            failures.append(f"client {number}: {error!r}")

    threads = [threading.Thread(target=client, args=(i,)) for i in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, "\n".join(failures[:5])


# Disks ----------------------------------------------------------------------------------------------------------------


def in_own_mounts(command: str) -> list[str]:
    """A prefix that gives the node mounts of its own (no root needed), gone with it."""
    namespace = ["--mount"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--mount"]
    return ["unshare", *namespace, "--propagation", "private", "sh", "-c", f'{command} && exec "$@"', "sh"]


def test_full_disk(start_node, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    node = start_node(
        toml=f'[[node.mountpath]]\npath = "{disk}"\n', prefix=in_own_mounts(f"mount -t tmpfs -o size=16m bryo-test {disk}")
    )
    node.create_bucket("b")
    node.put("b", "kept", b"k" * MIB)
    put, refused = 0, None
    for i in range(40):
        answer = node.request("PUT", f"/v1/objects/b/fill{i:02d}?provider=ais", b"f" * MIB)
        if answer.status != 200:
            refused = answer
            break
        put += 1
    assert refused is not None and 5 <= put < 17
    error = refused.error(507)
    assert "space" in error["message"].lower(), error
    # what was acknowledged is whole, what was refused is not there, and reading goes on
    assert node.get("b", "kept").body == b"k" * MIB
    listing = node.request("GET", "/v1/buckets/b?provider=ais", b'{"action":"list","value":{}}', batch.JSON).json()
    assert [entry["name"] for entry in listing["entries"]] == [f"fill{i:02d}" for i in range(put)] + ["kept"]
    assert node.get("b", f"fill{put:02d}").status == 404
    assert batch.get_batch(node, ["kept", "fill00"], "b").contents == [b"k" * MIB, b"f" * MIB]
    # a failed overwrite keeps the old object
    answer = node.request("PUT", "/v1/objects/b/kept?provider=ais", b"n" * (6 * MIB))
    assert answer.status == 507 and node.get("b", "kept").body == b"k" * MIB
    # space that comes back is used
    for i in range(3):
        assert node.request("DELETE", f"/v1/objects/b/fill{i:02d}?provider=ais").status == 200
    wait_until(lambda: node.request("PUT", "/v1/objects/b/after?provider=ais", b"a" * MIB).status == 200, 20)


def start_output(directory, toml: str, prefix=(), options=()) -> tuple[int, str]:
    """The exit code and the words of a node that cannot start."""
    config = directory / "bryo.toml"
    config.write_text(toml)
    listen = [] if "[node.listen]" in toml else ["--listen", "127.0.0.1:0"]
    done = subprocess.run(
        [*prefix, str(find_bryod()), "--config", str(config), "--dir", str(directory / "data"), *listen, *options],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout + done.stderr


def test_mountpath_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    code, words = start_output(tmp_path, f'[[node.mountpath]]\npath = "{tmp_path}/file"\n')
    assert code != 0 and f"{tmp_path}/file" in words


def test_mountpath_that_cannot_be_written(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    code, words = start_output(
        tmp_path, f'[[node.mountpath]]\npath = "{disk}"\n', in_own_mounts(f"mount -t tmpfs -o ro,size=1m bryo-test {disk}")
    )
    assert code != 0 and str(disk) in words, words


def test_unreadable_object_file(start_node, tmp_path):
    """A mountpath that loses a file or its rights under the node: an error that names the object, and the rest is served."""
    node = start_node()
    node.create_bucket("b")
    node.put("b", "good", b"good")
    node.put("b", "bad", b"bad" * 10_000)
    [path] = [p for p in pathlib.Path(node.directory).rglob("*") if p.is_file() and p.stat().st_size == 30_000]
    path.unlink()
    node.restart()
    answer = node.get("b", "bad")
    assert answer.status in (404, 500) and "ais://b/bad" in answer.error()["message"]
    got = batch.get_batch(node, ["good", "bad", "good"], "b", coer=True)
    assert got.contents == [b"good", b"", b"good"] and "ais://b/bad" in got.out[1]["err_msg"]


# Configuration and plugins --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "toml, words",
    [
        ('[plugins]\nenable = ["moss", "no_such_plugin"]\n', ["no_such_plugin"]),
        ('[plugins]\ndir = "/no/such/directory"\n', ["/no/such/directory"]),
        ('[node]\ndurabilty = "auto"\n', ["bryo.toml", "2", "durabilty", "durability"]),
        ('[node]\ndurability = "often"\n', ["bryo.toml", "2", "often", "strict"]),
        ('[node.listen]\npublic = "not an address"\n', ["not an address"]),
        ("[plugin.moss]\nmax_soft_errs = -1\n", ["bryo.toml", "2", "max_soft_errs"]),
        ('[plugin.moss]\nmax_wait = "2h"\n', ["bryo.toml", "2", "max_wait", "1m"]),
        ("[plugin.moss]\nbogus = 1\n", ["bryo.toml", "2", "bogus"]),
        ("[nod]\nid = 1\n", ["bryo.toml", "1", "nod"]),
        ('[meta_store]\nkind = "etcd"\n', ["etcd", "embedded"]),
        ("this is no TOML\n", ["bryo.toml", "1"]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
@pytest.mark.parametrize("options", [(), ("--check-config",)], ids=["start", "check"])
def test_a_start_that_is_refused_says_why(tmp_path, toml, words, options):
    """And --check-config refuses what the start would."""
    code, said = start_output(tmp_path, toml, options=options)
    assert code != 0
    for word in words:
        assert word in said, f"{word!r} is not in:\n{said}"


def test_plugin_file_of_another_kind(tmp_path):
    """A file that is no shared library, where a plugin is expected."""
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "bryo_broken.so").write_bytes(b"this is no library")
    (plugins / "libbryo_broken.so").write_bytes(b"this is no library")
    (plugins / "broken.so").write_bytes(b"this is no library")
    code, said = start_output(tmp_path, f'[plugins]\nextra_dirs = ["{plugins}"]\nenable = ["moss", "archive_tar", "broken"]\n')
    assert code != 0 and "broken" in said, said


def test_skipping_a_refused_plugin(tmp_path, start_node):
    node = start_node(toml='[plugins]\nenable = ["moss", "archive_tar", "no_such_plugin"]\non_error = "skip"\n')
    assert node.request("GET", "/v1/health").status == 200
    assert "no_such_plugin" in node.log()


def test_without_moss_its_route_says_what_to_enable(start_node):
    node = start_node(toml='[plugins]\nenable = ["archive_tar"]\n')
    node.create_bucket("b")
    error = batch.ask(node, ["o"], "b").error(501)
    assert error["tcode"] == "ErrUnsupp" and "moss" in error["message"]


def test_an_address_in_use(tmp_path, node):
    done = subprocess.run(
        [str(find_bryod()), "--dir", str(tmp_path / "second"), "--listen", node.url.removeprefix("http://")],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )
    assert done.returncode != 0 and node.url.removeprefix("http://") in done.stdout + done.stderr


def test_a_folder_in_use(tmp_path, node):
    done = subprocess.run(
        [str(find_bryod()), "--dir", str(node.directory), "--listen", "127.0.0.1:0"],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )
    assert done.returncode != 0 and str(node.directory) in done.stdout + done.stderr
    assert isinstance(node, Node) and isinstance(node.request("GET", "/v1/health"), wire.Answer)
