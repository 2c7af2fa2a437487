"""
Weekly opening hours, in the community's time zone: when is a room open, and until when?

Pure: hours as text become :class:`Hours`, and :func:`state_at` answers for any instant. Hours are what a clock on the wall shows, so
each opening begins and ends *the first time* that the clock shows its hours, or would have: an hour that summer time skips is the
instant of the change (an opening that lies wholly within it does not take place), an hour that comes twice counts when it comes
first. Every opening thus happens once, and none overtakes another.

Holidays and other exceptions will be a second field of :class:`Hours`, taken into account in ``_openings``.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from chat.settings import DAYS, HOURS, HOURS_FORM

DAY: Final = 24 * 60  # minutes
WEEK: Final = 7 * DAY

Span = tuple[int, int]  # from, up to and without


class ScheduleError(ValueError):
    """``entry`` is not an opening; the message says what to write instead."""

    def __init__(self, entry: str) -> None:
        super().__init__(f"« {entry} » is no opening. Write {HOURS_FORM}.")
        self.entry = entry


class Hours(Struct, frozen=True):
    """The openings of a week, in minutes since Monday 0:00; one may reach into the week after. None at all: always open."""

    spans: tuple[Span, ...] = ()


class Opening(Struct, frozen=True):
    """Whether a room is open; else when it opens next, or until when it is: UTC seconds, None for never."""

    open: bool
    opens_at: int | None = None
    closes_at: int | None = None


def parse(entries: Iterable[str]) -> Hours:
    """
    Read openings such as "Tue 12:00-13:00", "Mon-Fri 9h-18h30" or "ven 21:30-01:00", in English or in French.

    An end at or before the start is the next day.

    Raises:
        ScheduleError: One of them is something else.
    """
    spans = _union(span for entry in entries for span in _parse(entry))
    twice = _union((start + shift, end + shift) for shift in (0, WEEK) for start, end in spans)
    return Hours() if any(end - start >= WEEK for start, end in twice) else Hours(spans)


def state_at(hours: Hours, now: float, zone: ZoneInfo) -> Opening:
    """Tell whether a room with these ``hours`` is open at ``now``, in UTC seconds."""
    if not hours.spans:
        return Opening(True)
    today = datetime.fromtimestamp(now, zone).date()
    openings = _openings(hours, today - timedelta(today.weekday()), zone)
    started = bisect_right(openings, now, key=lambda opening: opening[0])
    if started and now < openings[started - 1][1]:
        return Opening(True, closes_at=openings[started - 1][1])
    return Opening(False, opens_at=openings[started][0])


def openings_between(hours: Hours, since: float, until: float, zone: ZoneInfo) -> list[int]:
    """List when a room with these ``hours`` opens between two instants that are less than a week apart, in UTC seconds."""
    if not hours.spans:
        return []
    today = datetime.fromtimestamp(since, zone).date()
    openings = _openings(hours, today - timedelta(today.weekday()), zone)
    return [start for start, _ in openings if since <= start <= until]


def _parse(entry: str) -> list[Span]:
    match = re.match(HOURS, entry)
    if match is None:
        raise ScheduleError(entry)
    first = _day(match["first"])
    length = (_day(match["last"]) - first) % 7 + 1 if match["last"] else 1
    start, end = _minute(match["start"]), _minute(match["end"])
    if end <= start:
        end += DAY
    days = [(first + offset) % 7 * DAY for offset in range(length)]
    return [(day + start, day + end) for day in days]


def _day(name: str) -> int:
    return next(number for number, names in enumerate(DAYS) if name.lower().rstrip(".") in names)


def _minute(clock: str) -> int:
    hour, minute = re.split("[:h]", clock.lower())
    return int(hour) * 60 + int(minute or 0)


def _union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join what overlaps or touches, leave out what is empty; in order."""
    union: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if union and start <= union[-1][1]:
            union[-1] = union[-1][0], max(end, union[-1][1])
        else:
            union.append((start, end))
    return tuple(union)


@lru_cache(maxsize=1024)  # asked at each message; the same answer all the week
def _openings(hours: Hours, monday: date, zone: ZoneInfo) -> tuple[Span, ...]:
    """
    Place the openings around the week of ``monday`` in time, in UTC seconds.

    From two weeks before, since an opening may last nearly a week, to three weeks after, since a change of the clock may swallow one
    opening or one pause; a week later there is no change.
    """
    weeks = [monday + timedelta(weeks=week) for week in range(-2, 4)]
    return _union(
        (_instant(week, start, zone), _instant(week, end, zone)) for week in weeks for start, end in hours.spans
    )


def _instant(monday: date, minute: int, zone: ZoneInfo) -> int:
    """Find when the clock first shows that minute of the week, or skips it."""
    wall = datetime.combine(monday, time(), zone) + timedelta(minutes=minute)  # as the clock shows, not as time passes
    instant, other = int(wall.timestamp()), int(wall.replace(fold=1).timestamp())
    if other >= instant:
        return instant  # it exists, and this is its first time
    before = wall.utcoffset()
    return (
        bisect_left(
            range(other, instant), True, key=lambda second: datetime.fromtimestamp(second, zone).utcoffset() != before
        )
        + other
    )
