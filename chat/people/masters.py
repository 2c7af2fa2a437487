"""
The master secret: files of the data folder, never in the store, from which all is made that names somebody in the store or at the door.

While it is rotated two are valid. Who is new is known under the current one; of whom something is kept under the previous one, that stays
good until an operator forgets that key. Whoever looks somebody up tries :attr:`Masters.all`, in that order. This module touches files.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import structlog
from msgspec import Struct

from chat.store import keys
from chat.store.commands import Store

KEY: Final = "master.key"
PREVIOUS: Final = "master.key.previous"
NEXT: Final = "master.key.next"  # while it is written
BYTES: Final = 32

log = structlog.get_logger()


class KeyUnusable(Exception):
    """A key cannot be used as it is; ``str()`` says which, and what to do, in English."""


class Masters(Struct, frozen=True):
    """The master secret, and the one before while that is valid, too."""

    current: bytes
    previous: bytes | None = None

    @property
    def all(self) -> tuple[bytes, ...]:
        """The keys that are valid, the current one first."""
        return (self.current,) if self.previous is None else (self.current, self.previous)

    def of(self, mark: str) -> bytes:
        """
        Find the key of a fingerprint; where it is gone, the oldest that there is.

        The oldest, so that the next rotation does not change what was made by it once more.
        """
        return next((key for key in self.all if fingerprint(key) == mark), self.all[-1])


def keyed(master: bytes, data: bytes) -> bytes:
    """Hash ``data`` so that only the holder of the key can tell what it was."""
    return hmac.new(master, data, hashlib.sha256).digest()


def fingerprint(master: bytes) -> str:
    """Name a key without telling anything of it."""
    return hashlib.sha256(b"mark" + master).hexdigest()[:16]


async def follow(store: Store, masters: Masters) -> None:
    """
    Note in the store which key is the current one; raises StoreAway.

    Where it knows one that is none of ours, that is said: a session of one server would be over on the other.
    """
    ours = fingerprint(masters.current)
    await store.ask("SET", keys.SECRET_MARK, ours, "NX")
    noted = (await store.ask("GET", keys.SECRET_MARK)).decode()
    if noted not in map(fingerprint, masters.all):
        remedy = f"copy {KEY}, and {PREVIOUS} if there is one, from the data folder of the first server to this one"
        log.warning("master_key_differs", remedy=remedy)
    elif noted != ours:
        await store.ask("SET", keys.SECRET_MARK, ours)


# -- files


def read(folder: Path) -> Masters:
    """
    Read the keys in ``folder``, making the current one where there is none.

    Raises:
        KeyUnusable: One of them is no key, or others may read it.
    """
    with _alone(folder):
        if not (folder / KEY).exists():
            _write(folder, KEY, secrets.token_bytes(BYTES))
        current = _read(folder / KEY)
        previous = _read(folder / PREVIOUS) if (folder / PREVIOUS).exists() else None
    # The same twice is what a rotation leaves that was cut off.
    return Masters(current, None if previous == current else previous)


def rotate(folder: Path) -> None:
    """
    Make a new key, and keep the one before as the previous one; what was the previous one is gone.

    Cut off at any moment, it leaves the key from before in place, and may be done again. Raises KeyUnusable.
    """
    with _alone(folder):
        _write(folder, PREVIOUS, _read(folder / KEY))
        _write(folder, KEY, secrets.token_bytes(BYTES))


def forget(folder: Path) -> None:
    """Remove the previous key."""
    with _alone(folder):
        for name in (PREVIOUS, NEXT):
            (folder / name).unlink(missing_ok=True)
        _sync(folder)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let no other process read or change the keys meanwhile; the kernel ends the lock with ours."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyUnusable(f"Others than its owner may use {path}: if nobody can have read it, chmod 600 {path}.")
    key = path.read_bytes()
    if len(key) != BYTES:
        raise KeyUnusable(
            f"{path} is no key: it has {len(key)} bytes, not {BYTES}. Restore it, or copy it again, whole."
        )
    return key


def _write(folder: Path, name: str, key: bytes) -> None:
    """Put a key in its place, on the disk, whole or not at all; its owner alone may read it."""
    path = folder / NEXT
    path.unlink(missing_ok=True)  # somebody's who was killed
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    path.replace(folder / name)
    _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
