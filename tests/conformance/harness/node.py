"""A real node: one bryod process on loopback, its folder, its log."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import threading
import time
from urllib.parse import quote, urlsplit

from . import wire

READY = "bryod ready at "
ROOT = pathlib.Path(__file__).resolve().parents[3]


def find_bryod() -> pathlib.Path:
    """The program under test: $BRYOD, else the newest build of this tree."""
    if named := os.environ.get("BRYOD"):
        return pathlib.Path(named).resolve()
    built = [path for path in ROOT.glob("build/*/bin/bryod") if path.is_file()]
    assert built, "no bryod: build one (cmake --preset release && cmake --build --preset release) or set BRYOD"
    return max(built, key=lambda path: path.stat().st_mtime)


class Node:
    """Starts in `start`, ends in `stop`. Restartable on the same folder; the port may change between starts."""

    def __init__(self, directory: pathlib.Path, toml: str = "", options=(), prefix=(), program: pathlib.Path | None = None):
        self.directory = pathlib.Path(directory)
        self.program = program or find_bryod()
        self.options = list(options)
        self.prefix = list(prefix)
        self.log_path = self.directory.parent / f"{self.directory.name}.log"
        self.toml = toml
        self.process: subprocess.Popen | None = None
        self.url = ""
        self.address = ("", 0)

    # Life -------------------------------------------------------------------------------------------------------

    def command(self) -> list[str]:
        command = [*self.prefix, str(self.program), "--dir", str(self.directory), "--listen", "127.0.0.1:0"]
        if self.toml:
            config = self.directory.parent / f"{self.directory.name}.toml"
            config.write_text(self.toml)
            command += ["--config", str(config)]
        return command + self.options

    def start(self, deadline: float = 60.0) -> "Node":
        self.directory.mkdir(parents=True, exist_ok=True)
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL)
        ready = threading.Event()

        def pump():
            for line in self.process.stdout:
                log.write(line)
                log.flush()
                text = line.decode(errors="replace")
                if text.startswith(READY):
                    self.url = text[len(READY) :].strip()
                    ready.set()
            ready.set()
            log.close()

        self.url = ""
        self.pump = threading.Thread(target=pump, daemon=True)
        self.pump.start()
        assert ready.wait(deadline), f"bryod said nothing for {deadline} s; its log:\n{self.log_tail()}"
        if not self.url:
            self.process.wait(10)
            raise AssertionError(f"bryod ended with {self.process.returncode} before it was ready:\n{self.log_tail()}")
        parts = urlsplit(self.url)
        self.address = (parts.hostname, parts.port)
        return self

    def stop(self, deadline: float = 30.0):
        """SIGTERM; the node must drain and leave with code 0 within `deadline`."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(deadline)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"bryod did not stop within {deadline} s of SIGTERM:\n{self.log_tail()}")
        self.pump.join(5)
        assert code == 0, f"bryod ended with {code}:\n{self.log_tail()}"

    def kill(self):
        """SIGKILL: what a crash or the out-of-memory killer does."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
            self.pump.join(5)

    def restart(self) -> "Node":
        self.stop()
        return self.start()

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        return self.process.pid

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_tail(self, lines: int = 40) -> str:
        return "\n".join(self.log().splitlines()[-lines:])

    # Talking to it ----------------------------------------------------------------------------------------------

    def connect(self, **options) -> wire.Connection:
        return wire.Connection(self.address, **options)

    def request(self, method: str, target: str, body=None, headers=(), **options) -> wire.Answer:
        if isinstance(body, str):
            body = body.encode()
        return wire.request(self.address, method, target, body, headers, **options)

    def create_bucket(self, name: str, namespace: str = ""):
        query = "?provider=ais" + (f"&namespace={quote(namespace, safe='')}" if namespace else "")
        answer = self.request("POST", f"/v1/buckets/{name}{query}", '{"action":"create-bck","value":null}')
        assert answer.status == 200, answer.body

    def put(self, bucket: str, name: str, data: bytes, query: str = "provider=ais", headers=()) -> wire.Answer:
        answer = self.request("PUT", f"/v1/objects/{bucket}/{quote(name)}?{query}", data, headers)
        assert answer.status == 200, f"PUT {bucket}/{name}: {answer.status} {answer.body[:300]!r}"
        return answer

    def get(self, bucket: str, name: str, query: str = "provider=ais", headers=(), **options) -> wire.Answer:
        return self.request("GET", f"/v1/objects/{bucket}/{quote(name)}?{query}", headers=headers, **options)

    def metrics(self) -> dict[str, float]:
        """Prometheus text as name -> sum over its label sets."""
        answer = self.request("GET", "/metrics")
        assert answer.status == 200 and answer.header("Content-Type").startswith("text/plain; version=0.0.4")
        totals: dict[str, float] = {}
        for line in answer.body.decode().splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                name = name.split("{", 1)[0]
                totals[name] = totals.get(name, 0.0) + float(value)
        return totals

    def resident_bytes(self, key: str = "VmRSS") -> int:
        """Memory of the process from /proc; key VmHWM is the peak."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"no {key} of process {self.pid}")


def wait_until(condition, deadline: float = 10.0, interval: float = 0.02):
    """Polls for what another process does in its own time; the result of `condition` once it is true."""
    end = time.monotonic() + deadline
    while True:
        if result := condition():
            return result
        assert time.monotonic() < end, f"did not happen within {deadline} s"
        time.sleep(interval)
