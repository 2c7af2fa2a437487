"""
Who may not write in a room, or not come in, and until when.

A sanction is kept under the author id, which is the same after a reload, in a new tab, and for whoever comes back by words or by a card;
after a fresh start nobody bears that id any more, and nothing carries the sanction. ``say`` and ``enter`` look at it themselves, in the
room's slot. One for the whole community begins in a room, too: nothing in the store tells whose session an author id is of, so the
process that has the person there keeps it under their session's name (:meth:`Sanctions.carry`) and tells the other processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, get_args

import msgspec
from msgspec import Struct

from chat.errors import ChatError
from chat.protocol import Author
from chat.store import keys
from chat.store.commands import Script, Store, pairs
from chat.store.retention import SANCTION_SECONDS

SANCTION: Final = Script("common", "sanction")
LIFT: Final = Script("common", "lift")

Kind = Literal["mute", "exclude", "lifted"]  # lifted: of the whole community, until those who carry it have heard

_author = msgspec.json.Decoder(Author)

CHANNEL: Final = "{community}:live"  # what concerns a person in all rooms, by their session's name


class Sanction(Struct, frozen=True):
    """What somebody may not do until ``ends`` (seconds since 1970, by the store's clock), and why, in a moderator's words."""

    kind: Kind
    ends: int
    everywhere: bool
    reason: str

    def __str__(self) -> str:
        return f"{self.kind} {self.ends} {'all' if self.everywhere else 'room'} {self.reason}"

    def left(self, now: float) -> float:
        """Tell how many seconds it still lasts; 0 when it is over or lifted."""
        return 0.0 if self.kind == "lifted" else max(self.ends - now, 0.0)


def read_record(record: str) -> Sanction | None:
    """Read a sanction as it is kept; None where there is none."""
    if not record:
        return None
    kind, ends, scope, reason = record.split(" ", 3)
    assert kind in get_args(Kind), kind
    return Sanction(kind, int(ends), scope == "all", reason)  # type: ignore[arg-type]


def lifted(sanction: Sanction) -> Sanction:
    """Turn a sanction into the word that it is no more."""
    return Sanction("lifted", sanction.ends, sanction.everywhere, "")


def by_author(reply: Sequence[bytes]) -> dict[str, Sanction]:
    """Read author ids and records in turn, as the store answers them."""
    records = pairs(reply).items()
    return {author.decode(): sanction for author, record in records if (sanction := read_record(record.decode()))}


class Sanctions:
    """The sanctions of the community; every method raises :exc:`~chat.errors.StoreAway`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def impose(self, slug: str, who: str, kind: Kind, seconds: int, reason: str, *, everywhere: bool) -> str:
        """
        Mute or exclude ``who``, an author id or the id of a message of theirs; answers the author id.

        It acts at once, on every server. It replaces the sanction that was there.

        Raises:
            ChatError: ``room_unknown``, ``author_unknown``, or ``sanctions_many`` at the most that a room keeps.
        """
        assert 0 < seconds <= SANCTION_SECONDS
        scope = "all" if everywhere else "room"
        facts = (who, kind, seconds, scope, " ".join(reason.split()))
        outcome, author = await self._store.run(SANCTION, _keys(slug), *facts)
        if outcome != b"sanctioned":
            raise ChatError(outcome.decode())
        return str(author, "utf-8")

    async def lift(self, slug: str, author: str) -> None:
        """
        End a sanction now.

        Raises:
            ChatError: ``sanction_unknown``.
        """
        if not await self._store.run(LIFT, _keys(slug), author):
            raise ChatError("sanction_unknown")

    async def all(self, slug: str) -> dict[str, Sanction]:
        """Read the sanctions of a room by author id, those that are over included until they are erased."""
        reply = await self._store.ask("HGETALL", keys.Room(slug).sanctions)
        return {author: sanction for author, sanction in by_author(reply).items() if sanction.kind != "lifted"}

    async def people(self, slug: str) -> dict[str, str]:
        """Read whom a room knows, by author id, and the name they bear there."""
        reply = await self._store.ask("HGETALL", keys.Room(slug).people)
        known = pairs(reply).items()
        return {author.decode(): _author.decode(person.partition(b"\n")[2]).name for author, person in known}

    async def was_lifted(self, slug: str, author: str) -> bool:
        """Tell whether the sanction that began in this room was lifted there, for the whole community."""
        record = await self._store.ask("HGET", keys.Room(slug).sanctions, author)
        sanction = read_record(record.decode()) if record else None
        return sanction is not None and sanction.kind == "lifted"

    async def carry(self, person: str, sanction: Sanction) -> None:
        """Keep ``sanction`` for the whole community, or its end; ``person`` is the name of a session. Tells every process."""
        key = keys.sanction(person)
        if sanction.kind == "lifted":
            await self._store.ask("DEL", key)
        else:
            await self._store.ask("SET", key, str(sanction), "EXAT", sanction.ends)
        await self._store.ask("SPUBLISH", CHANNEL, f"{person} {sanction}")


def _keys(slug: str) -> tuple[str, ...]:
    room = keys.Room(slug)
    return (*room.all(), room.channel)
