"""
How much one may say, and how fast: rules and arithmetic, without I/O.

A :class:`Limit` is a bucket of tokens that fills up again by itself. :class:`Limits` names those that a message draws from; the script that
says the message checks them all at once, by the store's clock (``store/lua/limits.lua``). Whoever came lately shares a bucket with all
the others who did, so that a crowd let in to flood a room cannot keep its members from speaking. :class:`Pace` is the same arithmetic
for one connection, kept in this process. To add a limit, give it its settings and its line here.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from chat.settings import Settings
from chat.store.retention import CLOSED_BATCH_SECONDS
from chat.store.room_log import Limit

STRICT_MS: Final = 10_000  # between two messages of somebody whose batch was closed, at least


class Standing(Struct, frozen=True):
    """
    What the limits know of a person: the batch of invitations they came in by, and from when on they are a newcomer no more.

    Times are in seconds since 1970, and pass while one is connected: ``began_at`` is of their session, ``muted_until`` of a sanction in
    the whole community, ``strict_until`` of the hour after the door of their batch was closed.
    """

    batch: str = ""
    settled_at: float = 0.0
    muted_until: float = 0.0
    began_at: float = 0.0
    strict_until: float = 0.0

    def newcomer(self, now: float) -> bool:
        return now < max(self.settled_at, self.strict_until)

    def of_closed_batch(self, closed_at: float) -> Standing:
        """Answer the standing once the door of the batch was closed: who came by it lately is on the shortest leash for a while."""
        if self.began_at <= closed_at - CLOSED_BATCH_SECONDS:
            return self
        return msgspec.structs.replace(self, strict_until=closed_at + CLOSED_BATCH_SECONDS)


class Limits:
    """The limits that an operator has set; what is lifted is not even looked at."""

    def __init__(self, settings: Settings) -> None:
        s = settings
        self._newcomer_seconds = s.newcomer_seconds
        self._own = (s.say_burst, _ms(s.say_seconds))
        self._leashed = (s.newcomer_burst, _ms(s.newcomer_say_seconds))
        self._room = (s.room_burst, _interval(s.room_per_minute))
        self._newcomers = (s.newcomers_burst, _interval(s.newcomers_per_minute))
        self._batch = (s.batch_burst, _interval(s.batch_per_minute))

    def standing(self, batch: str, lasting: bool, age_seconds: float, now: float) -> Standing:
        """Place somebody whose session is ``age_seconds`` old; who can come back as the same person is on no leash."""
        began_at = now - age_seconds
        return Standing(batch, 0.0 if lasting else began_at + self._newcomer_seconds, began_at=began_at)

    def saying(self, author: str, standing: Standing, slow_seconds: int, now: float) -> list[Limit]:
        """List what a message of ``author`` draws from in a room with ``slow_seconds`` of slow mode."""
        newcomer = standing.newcomer(now)
        own, code = (self._leash(standing, now), "newcomer_pace") if newcomer else (self._own, "too_fast")
        shared, who = (self._newcomers, "newcomers") if newcomer else (self._room, "members")
        limits = [
            Limit("slow_mode", f"slow:{author}", 1, slow_seconds * 1000),
            Limit(code, f"own:{author}", *own),
            Limit("room_busy", who, *shared),
        ]
        if standing.batch:
            limits.append(Limit("room_busy", f"batch:{standing.batch}", *self._batch))
        if standing.muted_until > now:
            limits.append(Limit("muted", "none", 0, _ms(standing.muted_until - now)))  # a bucket that holds nothing
        return [limit for limit in limits if limit.interval_ms]

    def _leash(self, standing: Standing, now: float) -> tuple[int, int]:
        burst, interval = self._leashed
        return (1, max(interval, STRICT_MS)) if now < standing.strict_until else (burst, interval)

    def withdrawing(self, author: str) -> list[Limit]:
        """List what taking back a message draws from: as many as one may say."""
        burst, interval = self._own
        return [Limit("too_fast", f"back:{author}", burst, interval)] if interval else []


class Pace:
    """
    A bucket of ``burst`` tokens, one more every ``interval`` seconds; 0: always full.

    What it lacks is kept as the time at which it will be full (the generic cell rate algorithm, ITU-T I.371).
    """

    __slots__ = ("_full_at", "burst", "interval")

    def __init__(self, burst: int, interval: float) -> None:
        self.burst = burst
        self.interval = interval
        self._full_at = 0.0

    def draw(self, now: float) -> float:
        """Take a token, or answer the seconds until there is one; 0 when it was taken."""
        lack = max(self._full_at - now, 0.0)
        over = lack + self.interval - self.burst * self.interval
        if over > 0:
            return over
        self._full_at = now + lack + self.interval
        return 0.0


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _interval(per_minute: int) -> int:
    """Turn messages a minute into the ms between two, 0 where there is no limit."""
    return -(-60_000 // per_minute) if per_minute else 0
