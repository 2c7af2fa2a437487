"""
What a proof searched and what it found, for people and as ``leaks.json``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chat.privacy.leaks.needles import CLIENTS, NAMES

FILE: Final = "leaks.json"


class Trace(Struct, frozen=True):
    """Something of visitors that was found; ``visitors`` is how many of them it tells, ``around`` what stood around one of them."""

    level: str
    place: str
    moment: str
    form: str
    visitors: int
    around: str = ""


class Place(Struct, frozen=True):
    """Somewhere that was searched, and how many bytes of it, all looks together."""

    name: str
    bytes: int


class Report(Struct, frozen=True, kw_only=True):
    """
    The result of one proof.

    ``found`` and ``control`` count visitors out of ``clients``: those of whom something was found in a copy of this program (the worst
    copy counts), and those whom the same search found in a plain web server; ``chance`` counts those of whom there were short forms only,
    which chance writes, too. Times in seconds, ``at`` since 1970.
    """

    at: int
    passed: bool = False
    version: str = metadata.version("sansmasque")
    clients: int = CLIENTS
    found: int = 0
    control: int = 0
    chance: int = 0
    seconds: float = 0.0
    routes: int = 0
    frames: int = 0
    levels: list[str] = []
    forms: list[str] = msgspec.field(default_factory=lambda: list(NAMES))
    moments: list[str] = []
    places: list[Place] = []
    not_searched: list[str] = []
    failures: list[str] = []
    traces: list[Trace] = []


def keep(report: Report, folder: Path) -> Path:
    """Write the report into the data folder, whole or not at all; readable by its owner alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / FILE
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    os.replace(file.name, path)
    return path


def show(report: Report, console: Console) -> None:
    """Print the report for people."""
    for line in _said(report):
        console.print(line, highlight=False, markup=False)
    places = Table("place", "searched", title="What was searched", title_justify="left")
    for searched in report.places:
        places.add_row(searched.name, _size(searched.bytes))
    console.print(places)
    if report.traces:
        traces = Table(
            "place", "form", "when", "log levels", "visitors", "such as", title="What was found", title_justify="left"
        )
        for (place, moment, form), found in _grouped(report.traces).items():
            levels = ", ".join(trace.level for trace in found)
            count = str(max(trace.visitors for trace in found))
            traces.add_row(place, form, moment, levels, count, Text(found[0].around))
        console.print(traces)
    for kind, lines in (("Not searched", report.not_searched), ("Failed", report.failures)):
        for line in lines:
            console.print(f"{kind}: {line}", highlight=False, markup=False)
    console.print(_verdict(report), style="bold", highlight=False, markup=False)


def _grouped(traces: Iterable[Trace]) -> dict[tuple[str, str, str], list[Trace]]:
    groups: dict[tuple[str, str, str], list[Trace]] = {}
    for trace in traces:
        groups.setdefault((trace.place, trace.moment, trace.form), []).append(trace)
    return groups


def _said(report: Report) -> Iterator[str]:
    yield (
        f"{report.clients} visitors, each from an address of their own, with forged headers, drove {report.routes} routes and "
        f"{report.frames} frames, errors and nonsense, at the log levels {', '.join(report.levels)}; it took {report.seconds:.0f} s."
    )
    yield f"Searched {', '.join(report.moments)}, for: {'; '.join(report.forms)}."
    yield f"The same search found {report.control} of {report.clients} in the memory of a plain web server."
    yield f"It found {report.found} of {report.clients} in this program."
    if report.chance:
        yield f"Short forms that chance writes, too: {report.chance}."


def _verdict(report: Report) -> str:
    if report.passed:
        return "Proved: nothing that was searched holds anything of them."
    if report.found:
        return "FAILED: this program holds something of its visitors."
    return "NOT PROVED: see above."


def _size(count: int) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 10_000:
            return f"{count} {unit}"
        count = round(count / 1000)
    return f"{count} GB"
