"""Run a case turn about, ours and another, and keep what each pair measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import median

from msgspec import Struct

from loadtests.cases.case import BASELINE, Case, Figures, Goal, Length
from loadtests.machine import wait_calm
from loadtests.peers import OURS, named
from loadtests.servers import Fault, serving

Say = Callable[[str], None]
OTHERS = "others"  # a figure of every run: the share of the machine that others used just before


class Pair(Struct, frozen=True):
    """Two runs close in time; the machine was about the same for both."""

    ours: Figures
    theirs: Figures

    def ratio(self, figure: str) -> float | None:
        """Return ours to theirs, or None where one of them has no such figure or nothing to divide by."""
        theirs = self.theirs.get(figure)
        return self.ours[figure] / theirs if theirs and figure in self.ours else None


class Spread(Struct, frozen=True):
    """The median of several measures, between the least and the most."""

    middle: float
    least: float
    most: float


class Comparison(Struct, frozen=True):
    """All that a case measured against one peer; ``fault`` says why there is nothing."""

    rival: str
    pairs: Sequence[Pair] = ()
    fault: str | None = None

    def ours(self, figure: str) -> Spread | None:
        return spread([pair.ours.get(figure) for pair in self.pairs])

    def theirs(self, figure: str) -> Spread | None:
        return spread([pair.theirs.get(figure) for pair in self.pairs])

    def ratio(self, figure: str) -> Spread | None:
        return spread([pair.ratio(figure) for pair in self.pairs])


def spread(values: Sequence[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    return Spread(median(known), min(known), max(known)) if known else None


class Effort(Struct, frozen=True):
    """How many pairs, how long the runs, how many runs of others beside one of ours, how long to wait for a calm machine."""

    pairs: int
    length: Length
    neighbours: int = 2
    patience_seconds: float = 0


def rivals(case: Case, wanted: Sequence[str], goals_only: bool) -> list[str]:
    """Name whom ``case`` compares ours with, its baseline first."""
    in_goals = {goal.than for goal in case.goals}
    chosen = [name for name in case.against if (not wanted or name in wanted) and (not goals_only or name in in_goals)]
    return [BASELINE, *chosen] if case.baseline is not None else chosen


def compare(case: Case, against: Sequence[str], effort: Effort, say: Say) -> list[Comparison]:
    """Run ``case`` against each peer; a peer that fails is left out of the rest, with what it failed of."""
    pairs: dict[str, list[Pair]] = {name: [] for name in against}
    faults: dict[str, str] = {}
    for _ in range(effort.pairs):
        for name, pair in _round(case, [name for name in against if name not in faults], effort, say):
            if isinstance(pair, Pair):
                pairs[name].append(pair)
            else:
                faults[name] = str(pair)
    return [Comparison(name, tuple(pairs[name]), faults.get(name)) for name in against]


def _round(case: Case, against: Sequence[str], effort: Effort, say: Say) -> Iterator[tuple[str, Pair | Fault]]:
    for start in range(0, len(against), effort.neighbours):
        yield from _group(case, against[start : start + effort.neighbours], effort, say)


def _group(case: Case, against: Sequence[str], effort: Effort, say: Say) -> Iterator[tuple[str, Pair | Fault]]:
    """Run ours in the middle of its neighbours, so that each of them is as close in time as can be."""
    runs: dict[str, Figures | Fault] = {}
    middle = (len(against) + 1) // 2
    for name in (*against[:middle], OURS, *against[middle:]):
        say(f"{case.name}: {name}")
        try:
            runs[name] = _run(case, name, effort)
        except Fault as fault:
            runs[name] = fault
    ours = runs.pop(OURS)
    for name, theirs in runs.items():
        if isinstance(ours, Fault):
            yield name, ours
        else:
            yield name, theirs if isinstance(theirs, Fault) else Pair(ours, theirs)


def _run(case: Case, name: str, effort: Effort) -> Figures:
    run = case.run
    if name == BASELINE:
        assert case.baseline is not None
        name, run = OURS, case.baseline
    busy = wait_calm(effort.patience_seconds)
    with serving(named(name)) as server:
        return {**run(server, effort.length), OTHERS: busy}


def verdict(goal: Goal, comparisons: Sequence[Comparison]) -> Spread | None:
    """Return what ``goal`` bounds: the ratio to its peer, or our own figure, from all pairs; None when it wasn't measured."""
    if goal.than is None:
        return spread([pair.ours.get(goal.figure) for comparison in comparisons for pair in comparison.pairs])
    for comparison in comparisons:
        if comparison.rival == goal.than:
            return comparison.ratio(goal.figure)
    return None
