"""
What the rooms keep of one person, each room by itself: to be told, and to be erased.

An author id is of one room alone: whoever asks brings it, made from the person and the room's secret. All times are the store's.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from chat.protocol import Withdrawn, unnumbered
from chat.settings import Settings
from chat.store import keys
from chat.store.cases import Case, read_cases
from chat.store.commands import Script, Store
from chat.store.sanctions import Sanction, read_record

ABOUT: Final = Script("common", "cases", "about")
FORGET: Final = Script("common", "cases", "forget")
SPAN: Final = 1000  # offsets looked through in one go, so that the store is not held up


OWN: Final = (
    "slow",
    "own",
    "back",
    "report",
    "report-slow",
)  # buckets of one author alone, as chat/rooms/limits.py names them


class Trace(Struct, frozen=True):
    """
    What a room keeps of somebody: their id there, author and events in JSON, oldest first, until when they are known and present, how
    many of their refs are remembered, for how many seconds yet a limit has to be told that they have just spoken, what is on them, the
    cases about their messages, and those that they reported.
    """

    id: str
    author: bytes
    known_until: int
    present_until: int
    events: tuple[bytes, ...]
    refs: int
    limited_seconds: int
    sanction: Sanction | None
    cases: tuple[Case, ...]
    reported: tuple[Case, ...]


class PersonLog:
    """What the rooms keep of people; every method raises :exc:`~chat.errors.StoreAway`."""

    def __init__(self, store: Store, settings: Settings, span: int = SPAN) -> None:
        self._store = store
        self._settings = settings
        self._span = span

    async def trace(self, slug: str, author: str) -> Trace | None:
        """Read what the room ``slug`` keeps of ``author``, None where that is nothing."""
        found: list[bytes] = []
        before = 0
        while True:
            reply = await self._store.run(ABOUT, _keys(slug, author), author, before, self._span)
            if reply is None:
                return None
            registered, known, present, events, before, refs, limited, sanction, cases, reported = reply
            found += events
            if not before:
                return Trace(
                    author,
                    registered,
                    known,
                    present,
                    tuple(reversed(found)),
                    refs,
                    limited,
                    read_record(sanction.decode()),
                    read_cases(slug, cases),
                    read_cases(slug, reported),
                )

    async def forget(self, slug: str, author: str) -> int:
        """
        Erase all that the room ``slug`` keeps of ``author``, tell whoever sees it, end their connection; answers how many messages went.

        A sanction stays until its end: who comes back as the same person, by a card, must not be rid of it by erasing themselves.
        When it fails half way, what is gone is gone, and doing it again erases the rest.
        """
        head, tail = unnumbered(Withdrawn(offset=0, at=0, message="?", by="author"))
        kept = (self._settings.history_events, self._settings.history_seconds)
        erased = before = 0
        while True:
            gone: int
            gone, before = await self._store.run(
                FORGET, _keys(slug, author), author, before, self._span, head, tail, *kept
            )
            erased += gone
            if not before:
                return erased

    async def dismiss(self, slug: str, author: str) -> None:
        """End the connection that ``author`` has to the room ``slug``: their session was begun again elsewhere."""
        room = keys.Room(slug)
        if await self._store.ask("ZSCORE", room.present, author) is not None:
            await self._store.ask("SPUBLISH", room.channel, " ".join(("!ended", author, "session_elsewhere")))


def _keys(slug: str, author: str) -> tuple[str, ...]:
    room = keys.Room(slug)
    buckets = (room.bucket(f"{kind}:{author}") for kind in OWN)
    return (*room.all(), room.channel, *room.moderation(), room.refs(author), room.older_refs(author), *buckets)
