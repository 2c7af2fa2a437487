"""
Deciding: what staff may do with a case, and how it is done once.

The content and the person are decided apart. Each decision is one script in the room's slot (``store/desk``), with its entry in the room's
chain; what follows elsewhere, the relay does. To add a verdict, give it its kinds of cases in :data:`VERDICTS`, its arm in
``lua/decide.lua`` and ``lua/undo.lua``, and its words in the catalogues.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Protocol

from msgspec import Struct

from chat.errors import ChatError
from chat.moderation.audit import Decision, decided
from chat.moderation.chains import Chains
from chat.people.roles import Permission, Role, may
from chat.store.cases import Case, Choice, parted
from chat.store.desk import UNDO_SECONDS, Contested, Desk, Imposed, Ruling
from chat.store.retention import SANCTION_SECONDS

REASON_CHARACTERS: Final = 200
WORDS_CHARACTERS: Final = 2000
BULK: Final = 100

_HELD: Final[frozenset[Choice]] = frozenset({"publish", "remove", "escalate"})
_PUBLISHED: Final[frozenset[Choice]] = frozenset({"dismiss", "remove", "escalate"})
_APPEAL: Final[frozenset[Choice]] = frozenset({"uphold", "reverse", "escalate"})


class Staff(Protocol):
    """Who decides."""

    @property
    def name(self) -> str: ...

    @property
    def role(self) -> Role: ...


class Decided(Struct, frozen=True, omit_defaults=True):
    """What came of a decision."""

    version: int
    undo_until: int
    proposed: bool = False


class NotAllowed(ChatError):
    """This member of staff may not do that to this case."""


class Decisions:
    """What staff do with cases; every method raises :exc:`~chat.errors.StoreAway`."""

    def __init__(self, chains: Chains, desk: Callable[[str], Desk], done: Callable[[str], None]) -> None:
        self._chains = chains
        self._desk = desk
        self._done = done

    async def claim(self, staff: Staff, case_id: str, seen: int | None = None) -> tuple[int, int]:
        """
        Take a case, or renew that, if it is still in the version ``seen``; answers its version and until when one has it.

        Raises:
            Contested: ``already_claimed``, ``already_decided``, ``case_unknown`` or ``stale``.
            NotAllowed: ``escalated``, ``own_decision``, or ``role_needed``.
        """
        case = await self._case(case_id)
        await self._may(staff, case)
        answer = await self._desk(case.slug).claim(case.token, staff.name, admin=_is_admin(staff), seen=seen)
        self._done(case.slug)
        return answer

    async def release(self, staff: Staff, case_id: str) -> int:
        """Give a case back; answers its version. Raises Contested."""
        case = await self._case(case_id)
        version, _ = await self._desk(case.slug).claim(case.token, staff.name, admin=True, renew=False)
        self._done(case.slug)
        return version

    async def transfer(self, staff: Staff, case_id: str, to: Staff) -> int:
        """Hand a case that one has to another; answers its version. Raises Contested or NotAllowed, as :meth:`claim` for the other."""
        case = await self._case(case_id)
        await self._may(to, case)
        version, _ = await self._desk(case.slug).claim(case.token, staff.name, admin=True, to=to.name)
        self._done(case.slug)
        return version

    async def decide(self, staff: Staff, case_id: str, ruling: Ruling) -> Decided:
        """
        Decide a case that one has.

        Raises:
            Contested: ``stale``, ``already_decided``, ``not_claimed`` or ``case_unknown``.
            NotAllowed: as :meth:`claim`; ``verdict_unfit`` for the kind of case, ``everywhere_by_admin``.
        """
        case = await self._case(case_id)
        await self._may(staff, case)
        if case.state == "open" and ruling.verdict not in verdicts(case):
            raise NotAllowed("verdict_unfit")
        if ruling.sanction is not None and ruling.sanction.everywhere and not _is_admin(staff):
            raise NotAllowed("everywhere_by_admin")
        desk = self._desk(case.slug)
        entry = decided(case, ruling.verdict, ruling.reason, staff.name, int(time.time()), _written(ruling.sanction))
        version, at = await self._chains.write(case.slug, entry, lambda entry: desk.decide(ruling, case.message, entry))
        self._done(case.slug)
        return Decided(version, at + UNDO_SECONDS, ruling.sanction is not None and ruling.sanction.permanent)

    async def undo(self, staff: Staff, case_id: str) -> int:
        """
        Undo a decision of one's own; answers the version.

        Raises:
            Contested: ``too_late``, ``not_your_decision``, ``not_decided`` or ``case_unknown``.
        """
        case = await self._case(case_id)
        desk = self._desk(case.slug)
        entry = decided(case, "undo", case.reason, staff.name, int(time.time()))
        version = await self._chains.write(
            case.slug, entry, lambda entry: desk.undo(case.token, staff.name, case.message, entry)
        )
        self._done(case.slug)
        return version

    async def say(self, staff: Staff, case_id: str, text: str) -> bool:
        """Say something to the author of a case alone; answers whether they are there. Raises Contested or NotAllowed."""
        case = await self._case(case_id)
        await self._may(staff, case)
        there = await self._desk(case.slug).say(case.token, staff.name, text)
        self._done(case.slug)
        return there

    async def confirm(self, staff: Staff, slug: str, author: str) -> None:
        """
        Confirm for good what somebody else proposed.

        Raises:
            Contested: ``same_person``, or ``sanction_unknown``.
        """
        desk = self._desk(slug)
        case = next((case for case in reversed(await desk.about(author)) if case.proposed), None)
        if case is None:
            raise Contested("sanction_unknown")
        entry = decided(case, "confirm", case.reason, staff.name, int(time.time()), "exclude")
        await self._chains.write(slug, entry, lambda entry: desk.confirm(case.token, staff.name, entry))
        self._done(slug)

    async def lift(self, staff: Staff, slug: str, author: str, reason: str) -> None:
        """Lift a sanction. Raises Contested ``sanction_unknown``."""
        desk = self._desk(slug)
        entry = Decision(0, int(time.time()), "", "sanction", "lift", reason, staff.name)
        await self._chains.write(slug, entry, lambda entry: desk.relieve(author, entry))
        self._done(slug)

    async def _case(self, case_id: str) -> Case:
        place = parted(case_id)
        case = await self._desk(place[0]).find(place[1]) if place else None
        if case is None:
            raise Contested("case_unknown")
        return case

    async def _may(self, staff: Staff, case: Case) -> None:
        escalated = bool(case.escalated)
        if not sees(staff, case.kind, escalated=escalated):
            raise NotAllowed("role_needed")
        if escalated and case.state == "open" and not _is_admin(staff):
            raise NotAllowed("escalated")
        if case.kind == "appeal" and case.state == "open":
            contested = await self._desk(case.slug).find(case.of)
            if contested is not None and contested.by == staff.name:
                raise NotAllowed("own_decision")


def sees(staff: Staff, kind: str, *, escalated: bool) -> bool:
    """Tell whether a case may be shown to this member of staff: all to moderators, to admins those that were escalated, and appeals."""
    if may({staff.role}, Permission.JUDGE):
        return True
    return _is_admin(staff) and (escalated or kind == "appeal")


def verdicts(case: Case) -> frozenset[Choice]:
    """Tell what may be decided of a case."""
    if case.kind == "appeal":
        return _APPEAL
    return _HELD if case.held else _PUBLISHED


def imposed(kind: str, minutes: int | None, *, everywhere: bool = False) -> Imposed:
    """
    Read a sanction as it is asked for; an exclusion without an end is for good, once another member of staff confirms it.

    Raises:
        NotAllowed: ``sanction_length``.
    """
    if kind == "warn":
        return Imposed("warn", 0)
    if minutes is None and kind == "exclude":
        return Imposed("exclude", SANCTION_SECONDS, everywhere, permanent=True)
    if minutes is None or not 1 <= minutes <= SANCTION_SECONDS // 60 or kind not in ("mute", "exclude"):
        raise NotAllowed("sanction_length")
    return Imposed("mute" if kind == "mute" else "exclude", minutes * 60, everywhere)


def _written(sanction: Imposed | None) -> str:
    if sanction is None:
        return ""
    return f"{sanction.kind} {sanction.seconds}" if sanction.seconds else sanction.kind


def _is_admin(staff: Staff) -> bool:
    return may({staff.role}, Permission.JUDGE_ESCALATED)
