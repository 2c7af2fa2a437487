"""
What is kept in the store, and for how long: the one table.

From it come the seconds after which keys expire (the scripts are given them), the notice at ``/privacy``, and a test that finds in a
real store nothing that is not here, nor for longer. Each row has its words in ``chat/locales/kept.*.json``: what, why, how it ends.
To keep something new, write its key in ``keys.py`` and its row here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from chat.settings import Settings

SLOWEST_SECONDS: Final = 3600  # what a room may ask for between two messages of one person
SANCTION_SECONDS: Final = 30 * 86_400  # the longest that one moderator can keep somebody silent or away
PERMANENT_SECONDS: Final = 3650 * 86_400  # the longest, by two moderators
CASE_SECONDS: Final = 30 * 86_400  # a case from its opening, and again from its decision
SCORES_SECONDS: Final = 8 * 86_400  # how the second look has scored a day, for the level of the week
ON_DUTY_SECONDS: Final = 60  # that a console was open, or that the operator was alerted
NOTE_SECONDS: Final = 7 * 86_400  # what moderators tell one another, from the last of it on
CLOSED_BATCH_SECONDS: Final = 3600  # how long who came by a batch lately writes slowly, once its door is closed
SHOWN_SECONDS: Final = 1200  # that a proof or a wait was used: each is over in half the time, by whoever's clock
BATCH_DAYS: Final = 366  # the longest that an invitation is good
INVITATIONS_SECONDS: Final = BATCH_DAYS * 86_400 + 43_200  # and whoever came by it on its last evening
ARRIVALS_SECONDS: Final = 960  # what the effort asked for at the door follows from
TRIES_SECONDS: Final = 3600  # that logins of the staff were tried in vain, from the last try on
LOGIN_SECONDS: Final = 28_800  # a login of the staff, at most
LINGER_SECONDS: Final = 3600  # between two looks at a name that was still in use


class Kept(Struct, frozen=True):
    """
    One kind of thing that is kept; ``keys`` is the pattern of its keys.

    ``lasts`` gives the seconds after which the store erases such a key by itself, whether or not a server runs; None where somebody
    has to: the words of the row say who and when.
    """

    name: str
    keys: str
    lasts: Callable[[Settings], int] | None

    def seconds(self, settings: Settings) -> int:
        """Return the longest life of a key, for the scripts that make it expire."""
        assert self.lasts is not None, f"{self.name} does not expire"
        return self.lasts(settings)


def _longest_filling(s: Settings) -> int:
    """Return how long an empty bucket takes to be full again, of those that these settings ask for."""
    own = (s.say_burst * s.say_seconds, s.newcomer_burst * s.newcomer_say_seconds)
    shared = (
        (s.room_burst, s.room_per_minute),
        (s.newcomers_burst, s.newcomers_per_minute),
        (s.batch_burst, s.batch_per_minute),
    )
    # Room for the rounding of an interval to a whole millisecond.
    filling = [burst * (60 / rate + 0.001) for burst, rate in shared if rate]
    return math.ceil(max(SLOWEST_SECONDS, *own, *filling))


ROOM: Final = r"\{[a-z0-9][a-z0-9-]*\}:"
HASH: Final = r"[0-9a-f]+"

# -- What people leave.
WORDS: Final = Kept("words", ROOM + "(events|ids|voices)", lambda s: s.history_seconds)
# In two halves, of which the older is dropped as a whole.
ANSWERS: Final = Kept("answers", ROOM + r"refs:[\w-]+(:older)?", lambda s: 2 * s.ref_seconds)
NAMES: Final = Kept(
    "names", ROOM + "(people|names|known)", lambda s: max(s.session_seconds, s.history_seconds) + LINGER_SECONDS
)
# Half a minute by default: a process that dies is missed after six pulses.
PRESENCE: Final = Kept("presence", ROOM + "present", lambda s: s.presence_seconds * 6)
PACE: Final = Kept("pace", ROOM + r"bucket:[\w:-]+", _longest_filling)
SANCTIONS: Final = Kept("sanctions", ROOM + rf"sanctions|\{{session:{HASH}\}}:sanction", lambda s: PERMANENT_SECONDS)
# Once for the case, and once more from its decision on: an appeal begins it anew.
CASES: Final = Kept(
    "cases",
    ROOM + r"(cases|queue|decided|reporters|case:\w+|(cases-of|reports-by):[\w-]+)",
    lambda _: CASE_SECONDS,
)
SESSION: Final = Kept("session", rf"\{{session:{HASH}\}}", lambda s: s.session_seconds)
SHOWN: Final = Kept("shown", rf"\{{session:{HASH}\}}:shown", lambda _: SHOWN_SECONDS)
WAY_BACK: Final = Kept("way_back", rf"\{{words:{HASH}\}}|\{{bearer:{HASH}\}}", lambda s: s.words_days * 86_400)
TRIED: Final = Kept("tried", "words-tried", lambda _: 60)
ARRIVALS: Final = Kept("arrivals", "admissions(:waits)?", lambda _: ARRIVALS_SECONDS)
INVITATIONS: Final = Kept(
    "invitations", rf"invitations|invitation:{HASH}|\{{batch:{HASH}\}}", lambda _: INVITATIONS_SECONDS
)

# -- What the staff's accounts leave.
STAFF_LOGINS: Final = Kept("staff_logins", rf"\{{staff\}}:sessions:{HASH}", lambda _: LOGIN_SECONDS)
STAFF_TRIES: Final = Kept("staff_tries", rf"\{{staff\}}:(tried|tries:{HASH})", lambda _: TRIES_SECONDS)
STAFF_ACCOUNTS: Final = Kept("staff_accounts", rf"\{{staff\}}:(account-names|(account|codes):{HASH})", None)

# -- What outlives everybody's visit, and points at nobody.
PLACES: Final = Kept("rooms", "rooms|" + ROOM + "(room|log)", None)
CLOSED_BATCHES: Final = Kept("closed_batches", "closed-batches", lambda s: CLOSED_BATCH_SECONDS)
DECISIONS: Final = Kept("decisions", ROOM + r"audit|\{moderation\}:(anchors|audited)", None)
# Of cases, nothing but their ids; of moderators, that they are there and what they tell one another.
DESK: Final = Kept(
    "desk", r"\{moderation\}:(order:\w+|age:\w+|indexed|claimed|second-look)|" + ROOM + "(effects|second-look)", None
)
SCORES: Final = Kept("scores", r"\{moderation\}:scores:\w+:[\w-]+", lambda _: SCORES_SECONDS)
ON_DUTY: Final = Kept("on_duty", r"\{moderation\}:(duty|duty-facts|alerted)", lambda _: ON_DUTY_SECONDS)
NOTES: Final = Kept("notes", r"\{moderation\}:notes", lambda _: NOTE_SECONDS)
SERVICE: Final = Kept("service", "secret|erased|doors", None)

TABLE: Final = (
    WORDS,
    ANSWERS,
    NAMES,
    PRESENCE,
    PACE,
    SANCTIONS,
    CASES,
    SESSION,
    SHOWN,
    WAY_BACK,
    TRIED,
    ARRIVALS,
    INVITATIONS,
    STAFF_LOGINS,
    STAFF_TRIES,
    STAFF_ACCOUNTS,
    PLACES,
    CLOSED_BATCHES,
    DECISIONS,
    DESK,
    SCORES,
    ON_DUTY,
    NOTES,
    SERVICE,
)


def rows_of(key: str) -> list[Kept]:
    """Find the rows that speak of ``key``: exactly one, or the table is wrong."""
    return [row for row in TABLE if re.fullmatch(row.keys, key)]
