"""
Start what is searched: a throw-away copy of the server, and the positive control. This module owns their processes and folders.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import msgspec

from chat.people import masters
from chat.people.invitations import Invitations
from chat.privacy.leaks import moderator
from chat.privacy.leaks.clients import Where
from chat.privacy.leaks.lines import PATIENCE_SECONDS, Failure
from chat.privacy.leaks.memory import descendants
from chat.settings import RoomSetting, Settings, written
from chat.store.commands import Reply, Store

ROOM: Final = "proof"
SESSION_SECONDS: Final = 600
MOST_IDLE_SECONDS: Final = 3600
ENVIRONMENT: Final = "SANSMASQUE_"
STORE: Final = ("valkey", "redis")  # how the store's process is called


class Copy:
    """A running program in a folder of its own, which holds everything that it writes."""

    def __init__(self, folder: Path, process: asyncio.subprocess.Process, where: Where, metrics_port: int = 0) -> None:
        self.folder = folder
        self.process = process
        self.where = where
        self.metrics_port = metrics_port

    def processes(self) -> dict[int, str]:
        """Name every process of the copy: ``server`` or ``store``."""
        found = descendants(self.process.pid)
        return {pid: "store" if name.startswith(STORE) else "server" for pid, name in found.items()}

    def store_pid(self) -> int:
        found = [pid for pid, name in self.processes().items() if name == "store"]
        if not found:
            raise Failure("the copy has no store of its own")
        return found[0]

    def metrics(self) -> bytes:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=PATIENCE_SECONDS
        ) as answer:
            page: bytes = answer.read()
        return page

    async def store_says(self) -> bytes:
        """Ask the store for all that it knows of connections and of slow or large commands."""
        async with self.store() as store:
            version = b"".join(_flat(await store.ask("INFO", "server")))
            questions: list[tuple[str | int, ...]] = [("CLIENT", "LIST"), ("SLOWLOG", "GET", 1000)]
            if b"valkey_version:" in version:
                kinds = ("slow", "large-request", "large-reply")
                questions += [("COMMANDLOG", "GET", 1000, kind) for kind in kinds]
            return b"\0".join([part for question in questions for part in _flat(await store.ask(*question))])

    @contextlib.asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        (path,) = self.folder.rglob("*.sock")
        store = Store(f"unix://{path}", PATIENCE_SECONDS)
        try:
            yield store
        finally:
            await store.close()

    async def cards(self, count: int) -> list[str]:
        """Issue invitations: they let in a crowd, whatever the door asks for."""
        async with self.store() as store:
            _, made = await Invitations(store, SESSION_SECONDS).issue("cards", count, (), 1)
        return made

    async def moderate(self, case_id: str) -> None:
        """Have a moderator write to the author of a case, and remove the message."""
        (key,) = self.folder.rglob(masters.KEY)
        async with self.store() as store:
            await moderator.open_account(store, key.parent)
            await moderator.write_and_remove(store, case_id)

    async def end(self) -> int:
        """Ask the copy to end, and wait; the exit code."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        async with asyncio.timeout(2 * PATIENCE_SECONDS):
            return await self.process.wait()


def _flat(reply: Reply) -> Iterator[bytes]:
    if isinstance(reply, list):
        for part in reply:
            yield from _flat(part)
    else:
        yield reply if isinstance(reply, bytes) else str(reply).encode()


@contextlib.asynccontextmanager
async def throwaway(settings: Settings, level: str, folder: Path) -> AsyncIterator[Copy]:
    """
    Run a copy of this installation in ``folder`` for the time of the block, logging from ``level`` on.

    Its settings are ``settings`` but for its places, its ports and its store, and one more room.

    Raises:
        Failure: It does not start; the message says what it said.
    """
    port, metrics_port = _free_port(), _free_port()
    # Where members come in over IPv6, an IPv4 visitor has a mapped address: the same kind of socket, and still only on loopback.
    host = "::ffff:127.0.0.1" if ":" in settings.host and not settings.host.startswith("unix:") else "127.0.0.1"
    config = msgspec.structs.replace(
        settings,
        host=host,
        port=port,
        admin_port=metrics_port,
        data=str(folder / "data"),
        redis_url="",
        log_level=level,
        alert_webhook="",  # nobody is to be alarmed by a proof
        idle_seconds=MOST_IDLE_SECONDS,  # visitors who do something else meanwhile answer no ping
        rooms=[*settings.rooms, RoomSetting(ROOM, "Proof", "salon")],
    )
    path = folder / "settings.toml"
    path.write_text(written(config))
    origin = settings.public_url.rstrip("/") or (f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
    async with _running(folder, "-m", "chat.privacy.leaks.readable", str(path)) as process:
        yield Copy(folder, process, Where(port, origin, ROOM), metrics_port)


@contextlib.asynccontextmanager
async def control(folder: Path) -> AsyncIterator[Copy]:
    """Run the positive control in ``folder`` for the time of the block. Raises Failure."""
    port = _free_port()
    async with _running(folder, "-m", "chat.privacy.leaks.control", str(port)) as process:
        where = Where(port, f"http://127.0.0.1:{port}", ROOM)
        await _listening(port)
        yield Copy(folder, process, where)


@contextlib.asynccontextmanager
async def _running(folder: Path, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    temporary = folder / "tmp"
    temporary.mkdir()
    # What the operator's environment sets is in the settings already.
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ENVIRONMENT)}
    with (folder / "stdout").open("ab") as out, (folder / "stderr").open("ab") as err:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=folder,
            env={**environ, "TMPDIR": str(temporary)},
        )
    try:
        await _ready(folder, process)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _ready(folder: Path, process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while process.returncode is None:
                if b"\n" in (folder / "stdout").read_bytes():
                    return
                await asyncio.sleep(0.05)  # a file tells nobody that it grows
    said = (folder / "stderr").read_text(errors="replace").strip().splitlines()
    raise Failure(f"the copy does not start; it said: {said[-1] if said else 'nothing'}")


async def _listening(port: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
