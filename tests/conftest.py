"""
Servers for the tests: the real program, started as an operator would, on the real store.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

READY_SECONDS = 30.0


class Server:
    """A running ``sansmasque serve``; ``args`` go to its command line."""

    def __init__(self, data: Path, *args: str, command: str = "serve") -> None:
        self.data = data
        self.log = data.parent / f"{data.name}.log"
        with self.log.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "chat", command, "--port", "0", "--data", str(data), *args],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        # A server that never gets ready must not hang the test that waits for its line.
        watchdog = threading.Timer(READY_SECONDS, self.process.kill)
        watchdog.start()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        watchdog.cancel()
        assert "http://" in line, f"not ready: {line!r} {self.log.read_text()}"
        self.address = line[line.index("http://") :].strip()

    @property
    def store_url(self) -> str:
        """Where the embedded store listens."""
        (path,) = self.data.rglob("*.sock")
        return f"unix://{path}"

    def store_pid(self) -> int:
        """The embedded store's process."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        named = {Path(f"/proc/{pid}/comm").read_text().strip(): int(pid) for pid in children}
        (pid,) = (pid for name, pid in named.items() if "valkey" in name or "redis" in name)
        return pid

    def run(self, *args: str) -> str:
        """Run a command beside the server, on the same folder."""
        command = [sys.executable, "-m", "chat", *args, "--data", str(self.data)]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)
        self._close()

    def stop(self) -> int:
        """End it as an operator would; the exit code."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self._close()
        return code

    def _close(self) -> None:
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, since a Unix socket's must be."""
    with tempfile.TemporaryDirectory(prefix="sm-") as path:
        yield Path(path)


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    """A server of one's own, with rooms `salon` and `lent` (ten seconds of slow mode)."""
    running = Server(folder / "data", "--config", str(write_config(folder)))
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="session")
def shared_server() -> Iterator[Server]:
    """A server for tests that do it no harm; each takes a room of its own."""
    with tempfile.TemporaryDirectory(prefix="sm-") as path:
        running = Server(Path(path) / "data", "--config", str(write_config(Path(path))))
        yield running
        running.stop()


def write_config(folder: Path, **settings: object) -> Path:
    """Write settings for a test server: quick beats, a few rooms, and whatever the test asks for."""
    lines = [f"{key} = {value}" for key, value in {"presence_seconds": 1, **settings}.items()]
    lines += ['[[rooms]]\nslug = "salon"\ntitle = "Salon"\nformat = "salon"']
    lines += ['[[rooms]]\nslug = "lent"\ntitle = "Lent"\nformat = "salon"\nslow = 10']
    path = folder / f"settings-{os.urandom(4).hex()}.toml"
    path.write_text("\n".join(lines))
    return path
