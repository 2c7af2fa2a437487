"""Say what was measured: to the terminal, and to RESULTS.md. Writes that one file."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.table import Table

from loadtests.cases.case import Case, Goal
from loadtests.pairs import OTHERS, Comparison, Spread, spread, verdict
from loadtests.peers import OURS

Row = tuple[str, str, str, str, str]
HEADINGS: Row = ("figure", "beside", OURS, "theirs", "ratio (least–most)")
RESULTS = Path(__file__).parent / "RESULTS.md"
HEADER = """\
# Load tests: figures

Made by `make loadtest`; README.md says how to read them. Absolute figures are this machine's on that day; only ratios
compare. Each row comes from interleaved pairs of runs, ours and theirs: medians, and for ratios the least and the most.
"""
UNMEASURED = """\
## Not measured here

- uWebSockets.js is not published on npm, so nothing that installs it from there can be compared with.
- Two workers beside one need at least four cores: two for the server, one for the store, one for the load.
- The first stage of moderation is measured where its rules are tested; here it is only part of each message's way.
"""


class Outcome:
    """A case and what came of it."""

    def __init__(self, case: Case, comparisons: Sequence[Comparison]) -> None:
        self.case = case
        self.comparisons = comparisons

    def rows(self) -> Iterator[Row]:
        for comparison in self.comparisons:
            if comparison.fault is not None:
                yield ("—", comparison.rival, "—", "—", comparison.fault.splitlines()[0])
            for figure in self.case.units if comparison.pairs else ():
                yield self._row(comparison, figure)

    def _row(self, comparison: Comparison, figure: str) -> Row:
        ours, theirs, ratio = comparison.ours(figure), comparison.theirs(figure), comparison.ratio(figure)
        cells = (_number(ours), _number(theirs), _spread(ratio))
        return (f"{figure}, {self.case.units[figure]}", comparison.rival, *cells)

    def goals(self) -> Iterator[tuple[Goal, Spread | None]]:
        for goal in self.case.goals:
            yield goal, verdict(goal, self.comparisons)


def table(outcome: Outcome) -> Table:
    """Lay the figures of a case out for the terminal, and its goals below."""
    made = Table(*HEADINGS, title=outcome.case.title, caption="\n".join(_verdicts(outcome)), caption_justify="left")
    for row in outcome.rows():
        made.add_row(*row)
    return made


def write(outcomes: Sequence[Outcome], machine: Mapping[str, str], editions: Mapping[str, str], pairs: int) -> None:
    """Write RESULTS.md anew."""
    today = datetime.datetime.now(tz=datetime.UTC).date()
    facts = {"date": str(today), **machine, "pairs": str(pairs), "used by others before a run": _others(outcomes)}
    parts = [HEADER, _bullets(facts), "## Goals\n", _goals(outcomes)]
    parts += [_section(outcome) for outcome in outcomes]
    parts += ["## Peers\n", _bullets(editions), UNMEASURED]
    RESULTS.write_text("\n".join(parts))


def _goals(outcomes: Sequence[Outcome]) -> str:
    rows = [
        (outcome.case.title, _named(goal), str(goal), _spread(value), _word(goal, value))
        for outcome in outcomes
        for goal, value in outcome.goals()
    ]
    return _markdown(("case", "what", "goal", "measured", ""), rows)


def _others(outcomes: Sequence[Outcome]) -> str:
    """Say how much of the machine others had: what more than a little of it did to the figures, nobody knows."""
    pairs = [pair for outcome in outcomes for comparison in outcome.comparisons for pair in comparison.pairs]
    shares = spread([figures.get(OTHERS) for pair in pairs for figures in (pair.ours, pair.theirs)])
    return "—" if shares is None else f"{shares.middle:.0%} of the cores, at most {shares.most:.0%}"


def _section(outcome: Outcome) -> str:
    return f"## {outcome.case.title}\n\n{outcome.case.note}\n\n{_markdown(HEADINGS, list(outcome.rows()))}"


def _verdicts(outcome: Outcome) -> Iterator[str]:
    for goal, value in outcome.goals():
        yield f"{_word(goal, value)}: {_named(goal)} {goal}, measured {_spread(value)}"


def _named(goal: Goal) -> str:
    return goal.figure if goal.than is None else f"{goal.figure}, ours to {goal.than}"


def _word(goal: Goal, value: Spread | None) -> str:
    if value is None:
        return "not measured"
    return "met" if goal.met(value.middle) else "**missed**"


def _number(value: Spread | None) -> str:
    if value is None:
        return "—"
    return f"{value.middle:,.0f}" if value.middle >= 100 else f"{value.middle:.3g}"


def _spread(value: Spread | None) -> str:
    return "—" if value is None else f"{value.middle:.2f} ({value.least:.2f}–{value.most:.2f})"


def _bullets(facts: Mapping[str, str]) -> str:
    return "".join(f"- {name}: {value}\n" for name, value in facts.items())


def _markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
