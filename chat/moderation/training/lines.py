"""
The lines that are learned from, and how they are kept apart: what is learned from a block is never judged on its neighbours.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from chat.verdict import Crisis

TEXT: Final = Path(__file__).parent  # the project's own lines
BLOCK: Final = 25  # neighbours were written together and share words

Source = Literal["own", "public", "verdict"]


class Line(Struct, frozen=True):
    """One text to learn from. ``crisis`` is None where nobody said; ``block`` is what it is kept with; ``kind`` is for the figures."""

    text: str
    lang: str
    label: int
    crisis: Crisis | None = None
    kind: str = ""
    source: Source = "own"
    block: str = ""


class _Raw(Struct):
    text: str
    lang: str
    label: int = 0
    crisis: Crisis | None = None
    kind: str = ""
    style: str = ""


def read(paths: Iterable[Path], source: Source) -> list[Line]:
    """
    Read files, or the files of folders, of JSON lines (also gzipped), in the order of their names.

    Raises:
        msgspec.MsgspecError: a line is not what it should be.
    """
    files = [file for path in paths for file in (sorted(path.glob("*.jsonl*")) if path.is_dir() else [path])]
    return [line for file in files for line in _file(file, source)]


def _file(file: Path, source: Source) -> list[Line]:
    decoder = msgspec.json.Decoder(_Raw)
    body = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    raws = [decoder.decode(line) for line in body.splitlines() if line.strip()]
    return [
        Line(raw.text, raw.lang, raw.label, raw.crisis, raw.kind or raw.style, source, f"{file.name}:{at // BLOCK}")
        for at, raw in enumerate(raws)
    ]
