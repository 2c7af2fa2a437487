"""
Figures for whoever runs a community, drawn from the chains of decisions: without people, and nothing under five. Pure.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from chat.moderation.audit import Decision

LEAST: Final = 5  # fewer are not told
DAYS: Final = 14


class Day(Struct, frozen=True):
    """One day: cases opened and decided, seconds to a decision, how many decisions were undone, or reversed on appeal; null: under five."""

    day: str
    opened: int | None
    decided: int | None
    oldest_seconds: int | None
    median_seconds: int | None
    undone: int | None
    reversed: int | None


class RuleFigures(Struct, frozen=True):
    """How many messages one rule held, and how many of them were published all the same."""

    rule: str
    held: int
    published: int | None


class Figures(Struct, frozen=True):
    days: list[Day]
    rules: list[RuleFigures]


def figures(chains: Iterable[Iterable[Decision]], now: float, zone: ZoneInfo) -> Figures:
    """Add up the chains of the rooms over the last :data:`DAYS` days, by the days of ``zone``."""
    decisions = [decision for chain in chains for decision in chain]
    today = datetime.fromtimestamp(now, zone).date()
    wanted = [(today - timedelta(days=ago)).isoformat() for ago in reversed(range(DAYS))]

    def day_of(at: int) -> str:
        return datetime.fromtimestamp(at, zone).date().isoformat()

    first: dict[str, Decision] = {}  # of each case
    by_day: dict[str, Counter[str]] = defaultdict(Counter)
    waits: dict[str, list[int]] = defaultdict(list)
    for each in sorted(decisions, key=lambda decision: decision.at):
        by_day[day_of(each.at)][_sort(each)] += 1
        if each.case and each.case not in first:
            first[each.case] = each
            by_day[day_of(each.opened_at)]["opened"] += 1
            waits[day_of(each.at)].append(max(0, each.at - each.opened_at))
    days = [_day(day, by_day[day], waits[day]) for day in wanted]
    return Figures(days, _rules(_final(decisions).values()))


def _sort(decision: Decision) -> str:
    return {"undo": "undone", "reverse": "reversed", "escalate": "", "confirm": "", "lift": ""}.get(
        decision.verdict, "decided"
    )


def _final(decisions: Iterable[Decision]) -> Mapping[str, Decision]:
    """Find how each case was decided in the end."""
    final: dict[str, Decision] = {}
    for each in sorted(decisions, key=lambda decision: decision.at):
        if each.verdict == "undo":
            final.pop(each.case, None)
        elif _sort(each) == "decided":
            final[each.case] = each
    return final


def _day(day: str, counted: Counter[str], waits: list[int]) -> Day:
    several = len(waits) >= LEAST
    return Day(
        day,
        _told(counted["opened"]),
        _told(counted["decided"]),
        max(waits) if several else None,
        round(statistics.median(waits)) if several else None,
        _told(counted["undone"]),
        _told(counted["reversed"]),
    )


def _rules(final: Iterable[Decision]) -> list[RuleFigures]:
    held: Counter[str] = Counter()
    published: Counter[str] = Counter()
    for each in final:
        for rule in set(each.rules):
            held[rule] += 1
            published[rule] += each.verdict in ("publish", "dismiss")
    return [RuleFigures(rule, count, _told(published[rule])) for rule, count in held.most_common() if count >= LEAST]


def _told(count: int) -> int | None:
    return count if count == 0 or count >= LEAST else None
