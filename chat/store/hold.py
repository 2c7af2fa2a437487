"""
Own a data folder: this module touches files, and ends what a killed server left behind.

One process owns a folder for its life, by a lock that the kernel releases with it (``flock``), so that a crash
never leaves a folder locked. A file descriptor that a fork inherits keeps the lock: fork no worker from the
process that owns the store, or close its descriptors there.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import fcntl
import os
import pwd
import signal
import socket
import stat
import struct
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import structlog

from chat.store.failures import StoreFailed, StoreHeld

__all__ = ["LOCK", "SOCKET", "Role", "end_orphan", "hold", "private_folder"]

SOCKET = "valkey.sock"
LOCK = "lock"
SOCKET_PATH_BYTES = 103  # sun_path has 108 bytes on Linux, 104 on macOS, with a zero at the end
COMMAND_SECONDS = 30.0  # how long one command waits for another to finish
ORPHAN_SECONDS = 10.0  # for an orderly end: everything it acknowledged is on the disk already

log = structlog.get_logger(__name__)


class Role(enum.StrEnum):
    """What a process wants of a folder."""

    SERVE = "serve"  # to own it
    COMMAND = "command"  # to use the store of a live server; to own one for a moment where there is none


def private_folder(data: Path) -> Path:
    """
    Return the folder of the store in ``data``, both 0700 and ours.

    Raises:
        StoreFailed: the folder is someone else's, or holds other things and is open to others, or its path is
            too long for a socket.

    """
    folder = Path(os.path.abspath(data)) / "store"
    _refuse_long(folder / SOCKET)
    for place in (folder.parent, folder):
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_private(place)
        except OSError as exc:
            raise StoreFailed(
                f"{place} can't be used as a data folder: {exc.strerror}. Choose another with --data."
            ) from exc
    return folder


def _refuse_long(path: Path) -> None:
    if len(os.fsencode(path)) > SOCKET_PATH_BYTES:
        raise StoreFailed(
            f"The path of the data folder is too long: {path} would have {len(os.fsencode(path))} bytes, and the system allows "
            f"{SOCKET_PATH_BYTES} to a socket. Choose a shorter one with --data, or a short symbolic link to it."
        )


def _make_private(place: Path) -> None:
    found = place.stat()
    if found.st_uid != os.geteuid():
        owner = _name_of(found.st_uid)
        raise StoreFailed(
            f"{place} belongs to {owner}: run this command as {owner}, or choose another folder with --data."
        )
    if stat.S_IMODE(found.st_mode) == 0o700:
        return
    # Closing a folder that serves others too (--data /tmp, --data ~) would break what they do there.
    if any(entry.name != "store" for entry in place.iterdir()) and not (place / "store").exists():
        raise StoreFailed(f"{place} is open to others and holds other things: choose a folder of its own with --data.")
    place.chmod(0o700)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


@contextlib.asynccontextmanager
async def hold(folder: Path, role: Role) -> AsyncIterator[bool]:
    """
    Own ``folder`` while the block runs; yield false where a live server does and ``role`` joins it.

    A command that owns the folder for its moment is waited for, :data:`COMMAND_SECONDS` at most: joining it
    would be to lose the store when it is done.

    Raises:
        StoreHeld: another server owns the folder, or a command didn't finish in time.

    """
    with _open_private(folder / LOCK) as file:
        if not await _lock(file, folder, role):
            yield False
            return
        _write(file, f"{os.getpid()} {role} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n")
        try:
            yield True
        finally:
            _write(file, "")


def _open_private(path: Path) -> IO[str]:
    return open(path, "a+", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600))


def _write(file: IO[str], text: str) -> None:
    file.truncate(0)
    file.write(text)
    file.flush()


async def _lock(file: IO[str], folder: Path, role: Role) -> bool:
    clock = asyncio.get_running_loop().time
    until = clock() + COMMAND_SECONDS
    while not _try_lock(file):
        pid, holder, since = _read_holder(file)
        if holder == Role.SERVE and role is Role.COMMAND:
            return False
        if holder == Role.SERVE or clock() > until:
            raise StoreHeld(folder.parent, pid, since)
        await asyncio.sleep(0.05)  # flock can't be awaited
    return True


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_holder(file: IO[str]) -> tuple[int, str, str]:
    file.seek(0)
    pid, role, since = (file.read().split() or ["0", "", "an unknown time"])[:3]  # empty: locked, not written yet
    return int(pid), role, since


async def end_orphan(folder: Path) -> None:
    """
    End a store that outlived its server, and remove its socket. The caller owns ``folder``.

    Raises:
        StoreFailed: it neither ends nor can be killed.

    """
    path = folder / SOCKET
    try:
        reader, writer = await asyncio.open_unix_connection(path)
    except FileNotFoundError:
        return
    except ConnectionRefusedError:
        path.unlink(missing_ok=True)
        return
    try:
        pid = _listener(writer.get_extra_info("socket"))
        log.warning("store_orphan_found", pid=pid)
        # NOSAVE is about snapshots, which we have none of; the append-only file is flushed and synced.
        writer.write(b"SHUTDOWN NOSAVE NOW FORCE\r\n")
        if not await _ended(reader, ORPHAN_SECONDS):
            _kill(pid)
            if not await _ended(reader, ORPHAN_SECONDS):
                raise StoreFailed(
                    f"A store of an earlier run (process {pid}) holds {folder} and does not end: kill it first."
                )
    finally:
        writer.transport.abort()
    path.unlink(missing_ok=True)


async def _ended(reader: asyncio.StreamReader, seconds: float) -> bool:
    """Wait for the kernel to close the connection, which it does when the process is gone."""
    try:
        async with asyncio.timeout(seconds):
            await reader.read()
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


def _listener(sock: socket.socket) -> int:
    """Return the process at the other end of a Unix socket, or 0 where the system doesn't say."""
    if not hasattr(socket, "SO_PEERCRED"):
        return 0
    pid, _uid, _gid = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return int(pid)


def _kill(pid: int) -> None:
    if pid:
        with contextlib.suppress(ProcessLookupError):  # it ended meanwhile, which is what we want
            os.kill(pid, signal.SIGKILL)
