"""
Whom sanctions are on, as the console lists them: each with the decision that put it, as far as that is kept.

They are put and lifted with decisions (``decisions``); who carries them, and where they hold, is ``store/sanctions``.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct, structs

from chat.people.sessions import hue
from chat.protocol import Author
from chat.store.cases import Case
from chat.store.desk import Desk
from chat.store.registry import Registry, RoomRecord
from chat.store.retention import SANCTION_SECONDS
from chat.store.sanctions import Sanction, Sanctions


class OnSomebody(Struct, frozen=True, omit_defaults=True):
    """A sanction; without ``ends_at`` it is for good, ``proposed``: once another member of staff confirms that."""

    room: str
    title: str
    author: Author
    kind: str
    reason: str
    words: str = ""
    by: str = ""
    at: int | None = None
    ends_at: int | None = None
    proposed: bool = False
    everywhere: bool = False


async def in_force(registry: Registry, sanctions: Sanctions, desk: Callable[[str], Desk]) -> list[OnSomebody]:
    """List the sanctions of all rooms. Raises StoreAway."""
    found: list[OnSomebody] = []
    for room in await registry.all():
        records = await sanctions.all(room.slug)
        names = await sanctions.people(room.slug) if records else {}
        for author, sanction in records.items():
            if sanction.left(time.time()):
                cases = await desk(room.slug).about(author)
                case = next((each for each in reversed(cases) if each.record == str(sanction)), None)
                found.append(_told(room, author, names.get(author, ""), sanction, case))
    return found


def _told(room: RoomRecord, author: str, name: str, sanction: Sanction, case: Case | None) -> OnSomebody:
    for_good = sanction.left(time.time()) > SANCTION_SECONDS
    told = OnSomebody(
        room=room.slug,
        title=room.title,
        author=Author(author, name, hue(author), "mask"),
        kind=sanction.kind,
        reason=sanction.reason,
        ends_at=None if for_good else sanction.ends,
        everywhere=sanction.everywhere,
    )
    if case is None:  # it was put from the shell, or what it was about is erased
        return told
    return structs.replace(
        told,
        author=case.who or told.author,
        reason=case.reason,
        words=case.words,
        by=case.by,
        at=case.decided_at,
        proposed=bool(case.proposed),
    )
