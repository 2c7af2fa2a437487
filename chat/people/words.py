"""
Come back another day: six words, shown once, that make one the same person again.

The store keeps the person under a keyed hash of the words, sealed with a second one, so that neither a stolen store nor the words alone
open anything; beside it, under a keyed hash of the person, which words are good: new ones take the place of the old in one step. The
French list has some 1800 words (65 bits for six), the English one some 2500 (68 bits): fewer than the 7776 of dice, since all of a list
must be told apart by ear. That is enough where guesses are counted: at :data:`TRIES` a minute for the whole community, ten thousand
people's words would hold for millions of years. ``ops/words.py`` makes the lists.

While the master secret is rotated, words are looked up under each key in turn. They are given by the current one, to whomever, and whoever
uses older ones has them by the current one from then on: they last as long as was promised. They seal the person, not the name under which
the store knows them; that one follows from what is kept of them (:meth:`~chat.people.sessions.Sessions.again`).
"""

from __future__ import annotations

import functools
import re
import secrets
import time
import unicodedata
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from chat.errors import ChatError
from chat.people.masters import keyed
from chat.people.sessions import Session, Sessions
from chat.settings import Settings
from chat.store import keys
from chat.store.commands import Script, Store
from chat.store.retention import WAY_BACK

TURN: Final = Script("turn")
WAY: Final = Script("way")
COUNT: Final = 6
TRIES: Final = 600  # of anybody's words, a minute
LONGEST: Final = 200  # characters that are looked at


@functools.cache
def words_of(language: str) -> tuple[str, ...]:
    """Read the list of a language, ``fr`` or ``en``."""
    lines = (Path(__file__).parent / "lists" / f"words.{language}.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))


@functools.cache
def _known() -> frozenset[str]:
    return frozenset((*words_of("fr"), *words_of("en")))


def draw(language: str) -> tuple[str, ...]:
    """Draw six words of the list of ``language``."""
    return tuple(secrets.choice(words_of(language)) for _ in range(COUNT))


def read(text: str) -> tuple[str, ...] | None:
    """Read six words as somebody types them, in whatever case, with accents or without, however parted; None where these are not words."""
    marked = unicodedata.normalize("NFKD", text[: LONGEST + 1].replace("œ", "oe").replace("Œ", "oe"))
    letters = "".join(char for char in marked if not unicodedata.combining(char)).lower()
    words = tuple(re.findall(r"[a-z]+", letters))
    return words if len(text) <= LONGEST and len(words) == COUNT and _known().issuperset(words) else None


class WordsTold(Struct, frozen=True):
    """That there are words by which one may come back, and until when (seconds since 1970)."""

    until: int


class _Way(Struct, frozen=True):
    """Where words lead: whom they bring back, by which key they were given, and for how many seconds they are still good."""

    master: bytes
    name: str
    person: bytes
    batch: str
    seasoned: bool
    left: int


class Words:
    """The words of the community, and the section of what is held of them; every method raises :exc:`~chat.errors.StoreAway`."""

    name = "words"

    def __init__(self, sessions: Sessions, store: Store, settings: Settings) -> None:
        self._sessions = sessions
        self._store = store
        self._settings = settings
        self._seconds = WAY_BACK.seconds(settings)

    async def give(self, session: Session, language: str) -> tuple[str, ...]:
        """Give a person six words; those they had before are worth nothing from then on."""
        current, *before = self._sessions.masters.all
        words = draw(language)
        name = _name(current, words)
        facts = ("person", _seal(current, session.person, words), "batch", session.batch)
        await self._store.run(WAY, [keys.words(name)], self._seconds, 0, *facts)
        bearer = _bearer(current, session.person)
        replaced = await self._store.ask("SET", bearer, name, "EX", self._seconds, "GET")
        if replaced:
            await self._store.ask("UNLINK", keys.words(replaced.decode()))
        for master in before:
            await self._drop(master, session.person)
        return words

    async def come_back(self, text: str) -> Session:
        """
        Begin a session of the person whose words these are; one that they had elsewhere is over.

        Words that are used within the time that a newcomer is on a leash do not take it off.

        Raises:
            ChatError: ``words_unknown``, or ``words_many`` with the seconds to wait.
        """
        if left := await self._store.run(TURN, [keys.WORDS_TRIED], TRIES):
            raise ChatError("words_many", retry_after=left)
        words = read(text)
        if words is None:
            raise ChatError("words_unknown")
        way = await self._find(words)
        # Of two that were given at once, or whose replacement was cut off, only those are good that the person's own record names.
        if way is None or way.left <= 0 or await self._borne(way.person) not in self._names(words):
            raise ChatError("words_unknown")
        lasting = way.seasoned or self._seconds - way.left >= self._settings.newcomer_seconds
        if way.master != self._sessions.masters.current:
            way = await self._renew(way, words)
        if lasting:
            await self._keep(way)
        return await self._sessions.again(way.person, way.batch, lasting=lasting)

    async def _find(self, words: tuple[str, ...]) -> _Way | None:
        for master in self._sessions.masters.all:
            name = _name(master, words)
            sealed, batch, seasoned = await self._store.ask("HMGET", keys.words(name), "person", "batch", "seasoned")
            if sealed is not None:
                left = await self._store.ask("TTL", keys.words(name))
                return _Way(master, name, _seal(master, sealed, words), batch.decode(), bool(seasoned), left)
        return None

    def _names(self, words: tuple[str, ...]) -> list[str]:
        return [_name(master, words) for master in self._sessions.masters.all]

    async def _borne(self, person: bytes) -> str | None:
        """Find the name of a person's words: of those by the current key, if they have any."""
        for master in self._sessions.masters.all:
            if name := await self._store.ask("GET", _bearer(master, person)):
                return str(name, "utf-8")
        return None

    async def _renew(self, way: _Way, words: tuple[str, ...]) -> _Way:
        """
        Have words of the previous key be good by the current one, too, so that they outlive the other. Raises ChatError.

        Those of the previous key stay until they expire: as long as they are there, nobody has erased or replaced them meanwhile.
        """
        current = self._sessions.masters.current
        renewed = structs.replace(way, master=current, name=_name(current, words))
        seasoned = ("seasoned", 1) if way.seasoned else ()
        facts = ("person", _seal(current, way.person, words), "batch", way.batch, *seasoned)
        await self._store.run(WAY, [keys.words(renewed.name)], way.left, 0, *facts)
        await self._store.ask("SET", _bearer(current, way.person), renewed.name, "EX", way.left, "NX")
        # In this order: whoever gives new ones notes them before those of the previous key go.
        there = await self._store.ask("EXISTS", keys.words(way.name))
        replaced = await self._borne(way.person) != renewed.name
        if replaced or not there:
            await self._store.ask("UNLINK", keys.words(renewed.name))
            if not replaced:
                await self._store.ask("UNLINK", _bearer(current, way.person))
            raise ChatError("words_unknown")
        return renewed

    async def _keep(self, way: _Way) -> None:
        """Count the time from this use on."""
        if await self._store.run(WAY, [keys.words(way.name)], self._seconds, 1, "seasoned", 1):
            await self._store.ask("EXPIRE", _bearer(way.master, way.person), self._seconds)

    # -- what is held

    async def tell(self, session: Session) -> WordsTold | None:
        for master in self._sessions.masters.all:
            if (left := await self._store.ask("TTL", _bearer(master, session.person))) > 0:
                return WordsTold(int(time.time()) + left)
        return None

    async def erase(self, session: Session) -> int:
        # The current key last: what is renewed meanwhile is found there, or finds that it is erased.
        for master in reversed(self._sessions.masters.all):
            await self._drop(master, session.person)
        return 0

    async def _drop(self, master: bytes, person: bytes) -> None:
        bearer = _bearer(master, person)
        name = await self._store.ask("GET", bearer)
        # First what they are worth nothing without: should the rest fail, it is found again by nobody, and expires.
        if name:
            await self._store.ask("UNLINK", keys.words(name.decode()))
        await self._store.ask("UNLINK", bearer)


# -- keyed hashes


def _name(master: bytes, words: tuple[str, ...]) -> str:
    return keyed(master, b"words:" + " ".join(words).encode()).hex()


def _seal(master: bytes, data: bytes, words: tuple[str, ...]) -> bytes:
    """Seal a person, or open the seal: words are drawn for one person once, so the stream is used once."""
    stream = keyed(master, b"seal:" + " ".join(words).encode())
    return bytes(one ^ other for one, other in zip(data, stream, strict=True))


def _bearer(master: bytes, person: bytes) -> str:
    return keys.bearer(keyed(master, b"bearer:" + person).hex())
