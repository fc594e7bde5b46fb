"""Where output goes: terminals, pipes, full disks, readers that leave, interrupts, servers that misbehave."""

import json
import os
import pty
import select
import signal
import socket
import subprocess
import threading
import time

import pytest


def on_a_terminal(bryo, *arguments, **environment):
    """Runs with standard error on a terminal; returns (code, what the terminal saw)."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [str(bryo.program), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=terminal,
        cwd=bryo.folder,
        env=bryo.environment(TERM="xterm", **environment),
    )
    os.close(terminal)
    seen = b""
    while True:
        try:
            part = os.read(controller, 65536)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        seen += part
    os.close(controller)
    process.stdout.read()
    return process.wait(30), seen.decode(errors="replace")


def test_progress_only_on_a_terminal(bryo, bucket, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        (folder / str(number)).write_bytes(b"x" * 1000)
    code, seen = on_a_terminal(bryo, "put", folder, f"{bucket}/a/", "-j", 1)
    assert code == 0 and "/300 files" in seen and "[" in seen and seen.endswith("\r\x1b[K")
    piped = bryo.ok("put", folder, f"{bucket}/b/")
    assert piped.err == ""


def test_colour_only_on_a_terminal(bryo):
    _, coloured = on_a_terminal(bryo, "ls", "no-such-bucket")
    assert "\x1b[31mbryo: " in coloured
    _, plain = on_a_terminal(bryo, "ls", "no-such-bucket", NO_COLOR="1")
    assert "\x1b[3" not in plain
    assert "\x1b" not in bryo.run("ls", "no-such-bucket").err


def test_a_full_output_is_a_failure(bryo, filled):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [str(bryo.program), "ls", filled], stdout=full, stderr=subprocess.PIPE, env=bryo.environment(), timeout=30
        )
    assert done.returncode == 1 and b"standard output: No space left" in done.stderr
    ran = bryo.fails("get", f"{filled}/s.tar", "/dev/full")
    assert "cannot write /dev/full: No space left on device" in ran.err


def test_a_reader_that_leaves_is_no_news(bryo, filled):
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [str(bryo.program), "ls", filled], stdout=write_end, stderr=subprocess.PIPE, env=bryo.environment(), timeout=30
    )
    os.close(write_end)
    assert done.returncode == 1 and done.stderr == b""


def test_nobody_there(bryo_at):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    bryo = bryo_at(url)
    ran = bryo.fails("ls")
    assert ran.err == f"bryo: no Bryo node answers at {url} (Connection refused): start one with `bryod --dir DIR` or set AIS_ENDPOINT\n"
    (bryo.folder / "d").mkdir()
    for number in range(50):
        (bryo.folder / "d" / str(number)).write_text("x")
    ran = bryo.run("put", "d", "b/p/")
    assert ran.code == 1 and ran.err.count("\n") == 1, "fifty files, one line"


def test_endpoint_comes_from_the_option_first(bryo, bryo_at):
    stray = bryo_at("http://127.0.0.1:1")
    stray.ok("bucket", "ls", "--endpoint", bryo.endpoint)
    assert "AIS_ENDPOINT \"ftp://x\"" in bryo_at("ftp://x").fails("ls").err


class Scripted:
    """A server that reads a request's head and body, answers with fixed bytes, and then hangs or closes."""

    def __init__(self, answer: bytes, close: bool):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.answer = answer
        self.close = close
        self.answered = threading.Event()
        self.open = []
        threading.Thread(target=self.loop, daemon=True).start()

    def loop(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            peer.recv(1 << 20)
            peer.sendall(self.answer)
            self.answered.set()
            if self.close:
                peer.close()
            else:
                self.open.append(peer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        for peer in self.open:
            peer.close()


HALF = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", [["get", "b/o", "out.tar"], ["ml", "get-batch", "b/o", "out.tar", "--streaming"]])
def test_an_interrupt_leaves_nothing(bryo_at, number, command):
    with Scripted(HALF + b"5\r\nhello\r\n", close=False) as server:
        bryo = bryo_at(server.url)
        process = subprocess.Popen(
            [str(bryo.program), *command], cwd=bryo.folder, env=bryo.environment(), stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert server.answered.wait(10)
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        assert process.returncode == 1 and err == b"bryo: cancelled\n"
        assert list(bryo.folder.iterdir()) == []


@pytest.mark.parametrize("answer", [HALF + b"5\r\nhel", HALF + b"zzz\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", b"nonsense\r\n"])
def test_a_torn_answer_leaves_nothing(bryo_at, answer):
    with Scripted(answer, close=True) as server:
        bryo = bryo_at(server.url)
        bryo.fails("get", "b/o", "out")
        bryo.fails("ml", "get-batch", "b/o", "out.tar", "--streaming")
        assert list(bryo.folder.iterdir()) == []


def test_an_old_archive_survives_a_failed_batch(bryo_at):
    with Scripted(HALF + b"5\r\nhello\r\n0\r\n\r\n", close=True) as server:
        bryo = bryo_at(server.url)
        (bryo.folder / "out.tar").write_text("precious")
        bryo.fails("ml", "get-batch", "b/o", "out.tar", "--streaming", "-y")
        assert (bryo.folder / "out.tar").read_text() == "precious"
        assert len(list(bryo.folder.iterdir())) == 1


def test_a_trailer_is_the_reason(bryo_at):
    trailer = b'{"tcode":"ErrNotFound","message":"t[x]: ais://b/o does not exist","status":404}'
    body = HALF + b"400\r\n" + bytes(1024) + b"\r\n0\r\nBryo-Error: " + trailer + b"\r\n\r\n"
    with Scripted(body, close=True) as server:
        bryo = bryo_at(server.url)
        ran = bryo.fails("ml", "get-batch", "b/o", "out.tar", "--streaming")
        assert ran.err == "bryo: ErrNotFound: t[x]: ais://b/o does not exist\n"
        assert list(bryo.folder.iterdir()) == []


def test_a_listing_cannot_write_outside(bryo_at):
    """Names are the server's: none of them may leave the destination."""
    page = json.dumps({"uuid": "x", "continuation_token": "", "entries": [{"name": "p/../../evil", "size": "1"}, {"name": "p//etc", "size": "1"}]})
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(page)}\r\nConnection: close\r\n\r\n{page}".encode()
    with Scripted(answer, close=True) as server:
        bryo = bryo_at(server.url)
        ran = bryo.run("get", "b/p/", "down/below")
        assert ran.code == 1 and ran.err.count("cannot be a file below the destination folder") == 2
        assert list(bryo.folder.iterdir()) == []
