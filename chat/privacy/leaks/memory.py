"""
Read what processes hold in their memory and what folders hold in their files. Linux: ``/proc``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from chat.privacy.leaks.needles import MARGIN

CHUNK: Final = 4 * 2**20

_LINE: Final = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+ *(.*)$", re.MULTILINE)


class Unreadable(Exception):
    """The memory of a process cannot be read; the message says why."""


class Region(NamedTuple):
    """A stretch of memory that a process may write to."""

    start: int
    end: int
    name: str


def writable(maps: str) -> list[Region]:
    """List what ``/proc/PID/maps`` says can be written to."""
    return [
        Region(int(line[1], 16), int(line[2], 16), line[4]) for line in _LINE.finditer(maps) if line[3].startswith("rw")
    ]


def memory(pid: int) -> Iterator[bytes]:
    """
    Yield the writable memory of the process ``pid``, in chunks that overlap so that nothing is cut in two.

    Raises:
        Unreadable: We may not, or this system has no ``/proc``.
    """
    if sys.platform != "linux":
        raise Unreadable("the memory of a process can be read on Linux only")
    try:
        regions = writable(Path(f"/proc/{pid}/maps").read_text())
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as held:
            for region in regions:
                yield from _chunks(pid, held.fileno(), region)
    except (PermissionError, FileNotFoundError, ProcessLookupError) as exc:
        raise Unreadable(f"process {pid}: {exc.strerror}") from exc


def _chunks(pid: int, held: int, region: Region) -> Iterator[bytes]:
    at = region.start
    while at < region.end:
        try:
            chunk = os.pread(held, min(CHUNK, region.end - at), at)
        except OSError as exc:
            if isinstance(exc, PermissionError | ProcessLookupError) or _still(pid, region):
                raise Unreadable(f"process {pid}, {region.name or 'unnamed memory'}: {exc.strerror}") from exc
            return  # given back to the system since the list was read
        if not chunk:
            return
        yield chunk
        at += len(chunk)
        if at < region.end:
            at -= min(MARGIN, len(chunk) - 1)


def _still(pid: int, region: Region) -> bool:
    return region in writable(Path(f"/proc/{pid}/maps").read_text())


def descendants(pid: int) -> dict[int, str]:
    """Name the process ``pid`` and all that it has started, by their numbers."""
    parents: dict[int, tuple[int, str]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, tail = stat.read_text(errors="replace").rpartition(")")
        except OSError:  # it has ended since
            continue
        number, _, name = head.partition(" (")
        parents[int(number)] = (int(tail.split()[1]), name)
    found = {pid: parents[pid][1]} if pid in parents else {}
    while more := {p: name for p, (parent, name) in parents.items() if parent in found and p not in found}:
        found |= more
    return found


def files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield every regular file in ``folder`` with its content, and its name as if it stood within."""
    for path in sorted(folder.rglob("*")):
        try:
            if path.is_file() and not path.is_symlink():
                yield path, os.fsencode(path.name) + b"\0" + path.read_bytes()
        except FileNotFoundError:  # a file of the moment
            continue
