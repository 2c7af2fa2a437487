"""What a case is: something done to a server, what is measured of it, and how good ours ought to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from loadtests.servers import Server

Figures = Mapping[str, float]


class Length(Struct, frozen=True):
    """How long a run warms up and measures, in seconds."""

    warm: float = 0.5
    measured: float = 2.0


class Goal(Struct, frozen=True):
    """
    A bound on one figure: at ``least``, at ``most``.

    With ``than``, the bound is on the ratio of ours to that peer's (or to the case's baseline, see :class:`Case`); without,
    on our own figure.
    """

    figure: str
    least: float | None = None
    most: float | None = None
    than: str | None = None

    def met(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"


class Case(Struct, frozen=True):
    """
    One thing that a community does to a server.

    ``run`` does it once and returns its figures; ``units`` names each of them with its unit, in the order of the table;
    ``against`` names the peers to compare with; ``baseline`` is the same without what makes the case hard, run on ours and
    compared like a peer under the name :data:`BASELINE`; ``note`` says what the reader of the figures ought to know.
    """

    name: str
    title: str
    units: Mapping[str, str]
    run: Callable[[Server, Length], Figures]
    against: tuple[str, ...]
    goals: tuple[Goal, ...]
    note: str
    baseline: Callable[[Server, Length], Figures] | None = None


BASELINE = "baseline"
