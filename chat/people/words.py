"""
Come back another day: six words, shown once, that make one the same person again.

The store keeps the person under a keyed hash of the words, sealed with a second one, so that neither a stolen store nor the words alone
open anything; beside it, under a keyed hash of the person, which words are good: new ones take the place of the old in one step. The
French list has some 1800 words (65 bits for six), the English one some 2500 (68 bits): fewer than the 7776 of dice, since all of a list
must be told apart by ear. That is enough where guesses are counted: at :data:`TRIES` a minute for the whole community, ten thousand
people's words would hold for millions of years. ``ops/words.py`` makes the lists.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
import secrets
import time
import unicodedata
from pathlib import Path
from typing import Final

from msgspec import Struct

from chat.errors import ChatError
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


class Words:
    """The words of the community, and the section of what is held of them; every method raises :exc:`~chat.errors.StoreAway`."""

    name = "words"

    def __init__(self, sessions: Sessions, store: Store, master: bytes, settings: Settings) -> None:
        self._sessions = sessions
        self._store = store
        self._master = master
        self._settings = settings
        self._seconds = WAY_BACK.seconds(settings)

    async def give(self, session: Session, language: str) -> tuple[str, ...]:
        """Give a person six words; those they had before are worth nothing from then on."""
        words = draw(language)
        name, way = self._name(words), keys.words(self._name(words))
        facts = ("person", self._seal(session.person, words), "batch", session.batch)
        await self._store.run(WAY, [way], self._seconds, 0, *facts)
        before = await self._store.ask("SET", self._bearer(session.person), name, "EX", self._seconds, "GET")
        if before:
            await self._store.ask("UNLINK", keys.words(before.decode()))
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
        name = self._name(words)
        sealed, batch, seasoned = await self._store.ask("HMGET", keys.words(name), "person", "batch", "seasoned")
        if sealed is None:
            raise ChatError("words_unknown")
        person = self._seal(sealed, words)
        left = await self._store.ask("TTL", keys.words(name))
        # Of two that were given at once, or whose replacement was cut off, only those are good that the person's own record names.
        if await self._store.ask("GET", self._bearer(person)) != name.encode() or left <= 0:
            raise ChatError("words_unknown")
        lasting = bool(seasoned) or self._seconds - left >= self._settings.newcomer_seconds
        if lasting:
            await self._keep(person, name)
        return await self._sessions.again(person, batch.decode(), lasting=lasting)

    async def _keep(self, person: bytes, name: str) -> None:
        """Count the time from this use on."""
        if await self._store.run(WAY, [keys.words(name)], self._seconds, 1, "seasoned", 1):
            await self._store.ask("EXPIRE", self._bearer(person), self._seconds)

    # -- what is held

    async def tell(self, session: Session) -> WordsTold | None:
        left = await self._store.ask("TTL", self._bearer(session.person))
        return WordsTold(int(time.time()) + left) if left > 0 else None

    async def erase(self, session: Session) -> int:
        bearer = self._bearer(session.person)
        name = await self._store.ask("GET", bearer)
        # First what they are worth nothing without: should the rest fail, it is found again by nobody, and expires.
        if name:
            await self._store.ask("UNLINK", keys.words(name.decode()))
        await self._store.ask("UNLINK", bearer)
        return 0

    # -- keyed hashes

    def _name(self, words: tuple[str, ...]) -> str:
        return self._keyed(b"words:" + " ".join(words).encode()).hex()

    def _seal(self, data: bytes, words: tuple[str, ...]) -> bytes:
        """Seal a person, or open the seal: words are drawn for one person once, so the stream is used once."""
        stream = self._keyed(b"seal:" + " ".join(words).encode())
        return bytes(one ^ other for one, other in zip(data, stream, strict=True))

    def _bearer(self, person: bytes) -> str:
        return keys.bearer(self._keyed(b"bearer:" + person).hex())

    def _keyed(self, data: bytes) -> bytes:
        return hmac.new(self._master, data, hashlib.sha256).digest()
