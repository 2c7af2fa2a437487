"""
What members do about cases of their room: have a message held, take it back, report one, contest a decision.

Each is one script in the room's slot; all times are the store's. Every method raises :exc:`~chat.errors.StoreAway`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from chat.errors import Refusal
from chat.settings import Settings
from chat.store import keys
from chat.store.cases import Case, Kind, new_salt, new_token, read_case
from chat.store.commands import Script, Store
from chat.store.retention import CASES
from chat.verdict import Finding

RECALL: Final = Script("common", "cases", "recall")
REPORT: Final = Script("common", "limits", "cases", "report")
APPEAL: Final = Script("common", "cases", "appeal")

REPORT_BURST: Final = 10  # reports of one person without a pause, then one a minute
HELD_MOST: Final = 20  # messages of one person that wait to be read at the same time
TRUSTED: Final = 0.5  # weight below which reports are let through slowly
APPEAL_SECONDS: Final = 14 * 86_400  # to contest a decision


class Opening(Struct, frozen=True):
    """A case to be opened with a message, which is ``held`` or published."""

    kind: Kind
    held: bool
    findings: tuple[Finding, ...]
    text: str
    lang: str
    who: bytes

    def facts(self) -> list[bytes | str]:
        """List the fields that the case begins with, and their values in turn."""
        return [
            "findings",
            msgspec.json.encode(self.findings),
            "text",
            self.text,
            "lang",
            self.lang,
            "who",
            self.who,
            "salt",
            new_salt(),
        ]


class CaseLog:
    """The cases of the room ``slug``, as its members have to do with them."""

    def __init__(self, store: Store, slug: str, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._slug = slug
        self._room = keys.Room(slug)
        self._keys = (*self._room.all(), self._room.channel, *self._room.moderation())

    async def report(self, reporter: str, ref: str, message: str, reason: str, note: str) -> None:
        """
        Report a message, once for a ``ref``; somebody's second report of the same one replaces the first.

        Raises:
            Refusal: ``unknown_message``, ``own_message``, ``not_seated``, ``room_closed``, or ``reports_many`` with the seconds left.
        """
        s = self._settings
        words = msgspec.json.encode((reason, note))
        limits = ((1, 3_600_000), (REPORT_BURST, 60_000))  # of whom is often wrong, and of everybody
        buckets = (self._room.bucket(f"report-slow:{reporter}"), self._room.bucket(f"report:{reporter}"))
        script_keys = (*self._keys, self._room.refs(reporter), self._room.older_refs(reporter), *buckets)
        bounds = [fact for burst, interval in limits for fact in ("reports_many", burst, interval)]
        facts = (
            message,
            reporter,
            words,
            new_token(),
            CASES.seconds(s),
            s.ref_seconds,
            short_ref(reporter, ref),
            str(TRUSTED),
            new_salt(),
        )
        _objecting(await self._store.run(REPORT, script_keys, *facts, *bounds))

    async def appeal(self, token: str, author: str, text: str) -> str:
        """
        Contest the decision on a case, once; answers the token of the appeal. An empty ``author`` is whoever has the receipt.

        Raises:
            Refusal: ``case_unknown``, ``not_appealable``, ``appeal_late``.
        """
        facts = (token, author, text, new_token(), APPEAL_SECONDS, CASES.seconds(self._settings))
        outcome, *rest = await self._store.run(APPEAL, self._keys, *facts)
        if outcome != b"appealed":
            raise Refusal(outcome.decode())
        return str(rest[0], "utf-8")

    async def find(self, token: str) -> Case | None:
        """Read a case, or None where there is none."""
        return read_case(self._slug, token, await self._store.ask("HGETALL", self._room.case(token)))


def short_ref(author: str, ref: str) -> str:
    """Make a ref short and free of the client's words, and another in each room: the same one in two would join them."""
    return hashlib.blake2b(f"{author}\0{ref}".encode(), digest_size=12).hexdigest()


def _objecting(reply: Sequence[bytes | int]) -> None:
    outcome, *rest = reply
    assert isinstance(outcome, bytes)
    if outcome == b"limited":
        code, wait = rest
        assert isinstance(code, bytes)
        assert isinstance(wait, int)
        raise Refusal(code.decode(), retry_after=wait / 1000)
    if outcome != b"accepted":
        raise Refusal(outcome.decode())
