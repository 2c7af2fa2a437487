"""
Servers for the tests: the real program, started as an operator would, on the real store.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import clients

# Tests say more, and faster, than anybody may; those of the limits set what they are about.
UNLIMITED: dict[str, object] = {
    "say_seconds": 0,
    "newcomer_seconds": 0,
    "newcomers_per_minute": 0,
    "room_per_minute": 0,
    "batch_per_minute": 0,
    "frames_per_second": 0,
    "hold_repetition": False,
}
READY_SECONDS = 30.0
SHARED_ROOMS = 400

_rooms = itertools.count()


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
        if " ready at http" not in line:
            self.kill()
            raise AssertionError(f"not ready: {line!r} {self.log.read_text()}")
        self.address = line[line.index("http") :].strip() if "http://" in line else listening(self.process.pid)

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


def _descriptors(pid: int) -> Iterator[str]:
    """What a process that goes on working holds open: one that it closed meanwhile is passed over."""
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            yield os.readlink(descriptor)


def listening(pid: int) -> str:
    """Find where a server listens that names another address than its own."""
    inodes = {name[len("socket:[") : -1] for name in _descriptors(pid) if name.startswith("socket:[")}
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    (local,) = (fields[1] for fields in lines if fields[3] == "0A" and fields[9] in inodes)
    return f"http://127.0.0.1:{int(local.rpartition(':')[2], 16)}"


@pytest.fixture
async def no_socket_left() -> AsyncIterator[None]:
    """Drop the sockets that a test leaves open; for the modules that open some, not for those whose thread a browser holds."""
    yield
    await clients.close_all()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, since a Unix socket's must be."""
    with tempfile.TemporaryDirectory(prefix="sm-") as path:
        yield Path(path)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Server]]:
    """Start servers on one folder, each with the settings it is given; all are ended with the test."""
    started: list[Server] = []

    def begin(*args: str, **settings: Any) -> Server:
        started.append(Server(folder / "data", "--config", str(write_config(folder, **settings)), *args))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    """A server of one's own, with rooms `salon` and `lent` (ten seconds of slow mode)."""
    return start()


@pytest.fixture(scope="session")
def shared_server() -> Iterator[Server]:
    """A server for tests that do it no harm; each takes a room of its own."""
    with tempfile.TemporaryDirectory(prefix="sm-") as path:
        config = write_config(Path(path), rooms=[f"room-{i}" for i in range(SHARED_ROOMS)])
        running = Server(Path(path) / "data", "--config", str(config))
        yield running
        running.stop()


@pytest.fixture
def room(shared_server: Server) -> str:
    """A room of one's own on the shared server."""
    number = next(_rooms)
    assert number < SHARED_ROOMS
    return f"room-{number}"


def as_lines(settings: Mapping[str, object]) -> list[str]:
    """Write settings as lines of TOML; text comes in its quotes."""
    return [f"{key} = {str(value).lower() if isinstance(value, bool) else value}" for key, value in settings.items()]


def write_config(folder: Path, *, rooms: Sequence[str] = ("salon",), **settings: object) -> Path:
    """Write settings for a test server: quick beats, the rooms, one with slow mode, and whatever the test asks for."""
    wanted = {"presence_seconds": 1, "admission": '"open"', "second_look": False, **UNLIMITED, **settings}
    lines = as_lines(wanted)
    lines += [f'[[rooms]]\nslug = "{slug}"\ntitle = "{slug}"\nformat = "salon"' for slug in rooms]
    lines += ['[[rooms]]\nslug = "lent"\ntitle = "Lent"\nformat = "salon"\nslow = 10']
    path = folder / f"settings-{os.urandom(4).hex()}.toml"
    path.write_text("\n".join(lines))
    return path
