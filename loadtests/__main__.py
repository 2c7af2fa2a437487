"""``make loadtest``: run the cases, show the ratios, write RESULTS.md."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from loadtests.cases import CASES
from loadtests.cases.case import Length
from loadtests.load import generator
from loadtests.machine import Absent, allow_many_files, description, take_load_core
from loadtests.pairs import Effort, compare, rivals
from loadtests.peers import PEERS
from loadtests.report import RESULTS, Outcome, table, write

QUICK = Effort(pairs=1, length=Length(measured=1.0), neighbours=len(PEERS))
console = Console()


def main(
    cases: Annotated[str, typer.Option(help="Their names, with commas; all of them by default.")] = "",
    peers: Annotated[str, typer.Option(help="Their names, with commas; all of them by default.")] = "",
    pairs: Annotated[int, typer.Option(help="How many pairs of runs a ratio is taken from.", min=1)] = 3,
    patience: Annotated[
        float, typer.Option(help="Seconds to wait, before each run, until others leave the machine.")
    ] = 0,
    quick: Annotated[
        bool, typer.Option("--quick", help="One short round of what the goals need; no RESULTS.md.")
    ] = False,
) -> None:
    """Measure the server beside others. RESULTS.md is written when all cases ran beside all peers."""
    effort = QUICK if quick else Effort(pairs, Length(), patience_seconds=patience)
    chosen = [case for case in CASES if not cases or case.name in _names(cases, [case.name for case in CASES])]
    wanted = _names(peers, [peer.name for peer in PEERS])
    allow_many_files()
    take_load_core()
    try:
        generator()
    except Absent as absence:
        raise typer.BadParameter(str(absence)) from None
    absent = _absent()
    outcomes = []
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("", total=None)
        for case in chosen:
            against = [name for name in rivals(case, wanted, goals_only=quick) if name not in absent]
            comparisons = compare(case, against, effort, lambda what: progress.update(task, description=what))
            outcomes.append(Outcome(case, comparisons))
            progress.print(table(outcomes[-1]))
    for name, sentence in absent.items():
        console.print(f"{name} is absent: {sentence}.")
    if not (quick or cases or peers):
        write(outcomes, description(), _editions(absent), pairs)
        console.print(f"Written: {RESULTS}")


def _names(said: str, known: list[str]) -> list[str]:
    names = [name.strip() for name in said.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"{name} is none of {', '.join(known)}")
    return names


def _absent() -> dict[str, str]:
    """Say why each peer that can't run here can't."""
    reasons = {peer.name: peer.lacks() for peer in PEERS}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _editions(absent: dict[str, str]) -> dict[str, str]:
    return {peer.name: f"absent: it {absent[peer.name]}" if peer.name in absent else peer.edition() for peer in PEERS}


if __name__ == "__main__":
    typer.run(main)
