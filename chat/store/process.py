"""
Run one Valkey: this module starts the process, reads what it says and ends it.

What it prints may quote what it stores (an unknown command in a damaged file), so that only lines in its log's
form are kept, without what they quote.
"""

from __future__ import annotations

import asyncio
import collections
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import structlog

from chat.store import launch
from chat.store.binary import Binary, config_for
from chat.store.failures import StoreCorrupt, StoreFailed
from chat.store.hold import SOCKET

__all__ = ["FILES", "MANIFEST", "Child", "loaded"]

FILES = "appendonlydir"
MANIFEST = f"{FILES}/appendonly.aof.manifest"
SAY_SECONDS = 1.0  # a load that takes longer says how far it is
READY_SECONDS = 30.0  # without an answer, or without loading any further
END_SECONDS = 10.0  # then it is killed: what it acknowledged is on the disk already
TAIL_LINES = 8

log = structlog.get_logger(__name__)


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
        """
        Start the binary in ``folder`` and return once it answers; on any failure, cancellation included, end it.

        Call it from the thread that lives as long as the server: Linux ends the child with the thread that made it.
        """
        _refuse_headless(folder)
        _clear(folder)
        child = cls(await _spawn(binary, folder), folder)
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


async def _spawn(binary: Binary, folder: Path) -> asyncio.subprocess.Process:
    command = [sys.executable, "-IS", launch.__file__, str(os.getpid()), str(binary.path), "-"]
    pipe = asyncio.subprocess.PIPE
    try:
        # A session of its own: a Ctrl+C in the terminal is for the server, which has yet to drain.
        return await asyncio.create_subprocess_exec(
            *command, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
        )
    except OSError as exc:
        raise StoreFailed(f"{binary.path} can't be started: {exc.strerror}.") from exc


def _refuse_headless(folder: Path) -> None:
    # Without its manifest Valkey would take the store for a new one, and write over what is there.
    if any((folder / FILES).glob("*.aof")) and not (folder / MANIFEST).exists():
        raise StoreCorrupt(folder.parent, "its manifest is missing")


def _clear(folder: Path) -> None:
    # A rewriting that was killed leaves its half of a file, which nobody would rewrite or read again.
    for path in folder.glob("temp-*"):
        path.unlink()


async def _lines(stream: asyncio.StreamReader | None, heed: Callable[[str], object]) -> None:
    assert stream is not None
    while not stream.at_eof():
        try:
            line = await stream.readline()
        except ValueError:
            continue  # longer than any line of a log: it goes unread, but a pipe that nobody reads would stop the store
        if line:
            heed(line.decode(errors="replace").rstrip())


async def loaded(path: Path, process: asyncio.subprocess.Process | None = None) -> None:
    """
    Return once the store at ``path`` answers; say how far it has loaded meanwhile.

    Raises:
        StoreFailed: ``process`` ended, or nothing advanced for :data:`READY_SECONDS`.

    """
    clock = asyncio.get_running_loop().time
    percent, until, say_at = 0.0, clock() + READY_SECONDS, clock() + SAY_SECONDS
    while (now := await _percent_loaded(path)) < 100:
        if process is not None and process.returncode is not None:
            raise StoreFailed(f"The store ended at its start, with code {process.returncode}.")
        if now > percent:
            percent, until = now, clock() + READY_SECONDS
        if clock() > until:
            raise StoreFailed(f"The store didn't answer within {READY_SECONDS:.0f} s.")
        if clock() > say_at:
            log.info("store_loading", percent=round(percent))
            say_at = clock() + SAY_SECONDS
        await asyncio.sleep(0.02)  # nothing announces that a socket begins to listen


async def _percent_loaded(path: Path) -> float:
    """Return 100 when the store answers, less while it loads its file, 0 when nobody answers."""
    # By hand: a client of redis-py can lose a cancellation (wait_for in Python 3.11), and the keeper would run on.
    try:
        async with asyncio.timeout(READY_SECONDS):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                return await _percent_told(reader, writer)
            finally:
                writer.transport.abort()
    except (OSError, TimeoutError, EOFError, ValueError):  # not there yet, or ended in the middle of an answer
        return 0.0


async def _percent_told(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> float:
    writer.write(b"PING\r\n")
    said = await reader.readline()
    if not said.startswith(b"-LOADING"):
        return 100.0 if said == b"+PONG\r\n" else 0.0
    writer.write(b"INFO persistence\r\n")
    size = int((await reader.readline())[1:])
    percent = re.search(rb"loading_loaded_perc:([\d.]+)", await reader.readexactly(size))
    return min(99.9, float(percent[1])) if percent else 0.0
