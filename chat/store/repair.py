"""
Mend a damaged append-only file: this module copies and cuts files, and runs the store's own check.

Valkey keeps a base (a snapshot) and, after it, increments (commands, in order), named by a manifest. Damage in an
increment costs what comes after it; damage in the base or the manifest can only be mended by a backup.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from chat.store.binary import Binary, find_binary
from chat.store.failures import StoreCorrupt, StoreFailed
from chat.store.hold import LOCK, SOCKET, Role, end_orphan, hold, private_folder
from chat.store.process import FILES, MANIFEST, Child

__all__ = ["Repaired", "repair"]

CHECK_SECONDS = 600.0  # some gigabytes on a slow disk

INCREMENT = re.compile(r"^file (\S+) seq \d+ type i\b")
ANALYZED = re.compile(r"AOF analyzed: .*\bok_up_to=(\d+)")


@dataclass(frozen=True)
class Repaired:
    """
    What a repair did. ``copy`` is the folder as it was, or :obj:`None` when there was nothing to mend.

    ``str()`` tells the operator, also that the copy holds messages that nothing erases.
    """

    copy: Path | None
    kept_bytes: int
    lost_bytes: int

    def __str__(self) -> str:
        if self.copy is None:
            return f"Nothing is damaged: all {self.kept_bytes} bytes are well-formed."
        return (
            f"Cut at the damage: {self.lost_bytes} bytes are lost, {self.kept_bytes} kept. The store as it was is in {self.copy}. "
            "It holds messages that nothing erases: remove it when you no longer need it."
        )


async def repair(data: Path) -> Repaired:
    """
    Copy the store of ``data``, cut its file at the first damage, and start the store once to see that it loads.

    Raises:
        StoreHeld: a server runs on ``data``.
        StoreFailed: there is no store in ``data``, or the damage can't be cut away: it is in the base, the manifest
            or the sense of a command. A copy that was made stays.

    """
    folder = private_folder(data)
    async with hold(folder, Role.SERVE):
        await end_orphan(folder)
        binary = find_binary()
        files = _increments(folder)
        whole = _bytes(files)
        copy = await _mend(binary, folder, files)
        await _prove(binary, folder)
        kept = min(whole, _bytes(files))
        return Repaired(copy, kept, whole - kept)


async def _prove(binary: Binary, folder: Path) -> None:
    try:
        child = await Child.start(binary, folder)
    except StoreCorrupt as exc:
        raise StoreFailed(
            f"What is damaged in {folder.parent} ({exc.detail}) can't be cut away: restore a backup."
        ) from None
    await child.end()


def _increments(folder: Path) -> list[Path]:
    try:
        manifest = (folder / MANIFEST).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise StoreFailed(f"There is no store to repair in {folder.parent}: restore a backup.") from None
    return [folder / FILES / found[1] for line in manifest.splitlines() if (found := INCREMENT.match(line))]


def _bytes(files: list[Path]) -> int:
    return sum(path.stat().st_size for path in files if path.exists())


async def _mend(binary: Binary, folder: Path, files: list[Path]) -> Path | None:
    for index, path in enumerate(files):
        sound = await _sound_bytes(binary, path)
        if sound < path.stat().st_size:
            copy = _copy(folder)
            os.truncate(path, sound)
            # What follows was said after what is lost: applied without it, it would make another history.
            for later in files[index + 1 :]:
                os.truncate(later, 0)
            return copy
    return None


async def _sound_bytes(binary: Binary, path: Path) -> int:
    """Return how much of ``path`` is well-formed, as the store's own check sees it."""
    process = await asyncio.create_subprocess_exec(
        # The server is its own check when called by that name. It is shown the increment, not the manifest: the
        # check of Valkey 9.1 takes every base of its own making for damaged.
        f"{binary.kind}-check-aof",
        path,
        executable=binary.path,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            said, _ = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    analyzed = ANALYZED.search(said.decode(errors="replace"))
    if analyzed is None:
        raise StoreFailed(f"{binary.path} can't check {path}: restore a backup.")
    return int(analyzed[1])


def _copy(folder: Path) -> Path:
    number = 1
    while (copy := folder.with_name(f"store-before-repair-{number}")).exists():
        number += 1
    try:
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(SOCKET, LOCK))
    except OSError as exc:
        raise StoreFailed(f"The store can't be copied to {copy}, so nothing was cut: {exc}. Make room first.") from exc
    return copy
