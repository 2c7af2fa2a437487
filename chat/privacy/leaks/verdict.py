"""
Judge what was found. Pure.

A long form of anybody, anywhere, at any time: failed. A short form (four bytes, or as many digits of a longer row) may be chance: few are
allowed in one copy, if other visitors of another copy leave none. A search that is blind, a place that was not searched, something
that was to be done and was not: nothing is proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from chat.privacy.leaks.ledger import Ledger
from chat.privacy.leaks.needles import CLIENTS, OF_ADDRESS, OF_HEADERS, SHORT
from chat.privacy.leaks.report import Place, Report, Trace

CHANCE: Final = 2  # visitors in one copy of whom chance may have written a short form


def judge(report: Report, control: Ledger, ledgers: Sequence[Ledger]) -> Report:
    """Complete ``report`` with what is in the ledgers, two of one level being of two copies, and decide."""
    found = max(len(ledger.visitors(short=False)) for ledger in ledgers)
    known = len(control.forms(OF_ADDRESS - SHORT).intersection(*(control.forms({form}) for form in OF_HEADERS)))
    failures = [f"{ledger.level}: {fault}" for ledger in (control, *ledgers) for fault in ledger.faults]
    if known < CLIENTS:
        failures.append(
            f"only {known} of {CLIENTS} were found in the control, where all of them are: the search is blind."
        )
    failures += _not_by_chance(ledgers)
    unread = [f"{ledger.level}: {words}" for ledger in (control, *ledgers) for words in ledger.not_searched]
    return msgspec.structs.replace(
        report,
        passed=not (found or failures or unread),
        found=found,
        control=known,
        chance=sum(len(ledger.visitors(short=True)) for ledger in ledgers),
        places=_places(ledgers),
        not_searched=report.not_searched + unread,
        failures=failures,
        traces=[
            Trace(ledger.level, *trace, len(who), ledger.around.get(trace, ""))
            for ledger in ledgers
            for trace, who in ledger.found.items()
        ],
    )


def _places(ledgers: Sequence[Ledger]) -> list[Place]:
    searched: dict[str, int] = {}
    for ledger in ledgers:
        for place, count in ledger.bytes.items():
            searched[place] = searched.get(place, 0) + count
    return [Place(name, count) for name, count in searched.items()]


def _not_by_chance(ledgers: Sequence[Ledger]) -> list[str]:
    counts: dict[str, list[int]] = {}
    for ledger in ledgers:
        counts.setdefault(ledger.level, []).append(len(ledger.visitors(short=True)))
    return [
        f"{level}: short forms of {found[0]} visitors, which is not chance."
        for level, found in counts.items()
        if found[0] > CHANCE or any(found[1:])
    ]
