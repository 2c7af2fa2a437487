"""
Invitations: a sheet of cards drawn by lot, or one link for an event with so many seats.

The store keeps of a card its hash and its batch, nothing else: neither when it was used nor by whom. A card makes one person, the same each
time, who comes back when their session is over; a link makes a new person for each seat. What a person carries of it is the batch alone,
one of ten people at least. A batch notes by which key its cards make their people: they are the same ones after a rotation.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
from typing import Final

import msgspec
from msgspec import Struct

from chat.errors import ChatError
from chat.people.sessions import Session, Sessions
from chat.store import keys
from chat.store.commands import Script, Store, pairs
from chat.store.retention import BATCH_DAYS, INVITATIONS_SECONDS

SEAT: Final = Script("seat")

FEWEST: Final = 10  # of fewer, a batch would name people
MOST_CARDS: Final = 1000
MOST_SEATS: Final = 10_000
DAY_SECONDS: Final = 86_400

# Crockford's base 32: no letter that is taken for another, none that makes an ugly word of it by itself.
SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 16  # 80 bits: hashed plainly, and yet not to be found again by trying
_MISREAD: Final = str.maketrans("OIL", "011", " -\N{NO-BREAK SPACE}")


class Batch(Struct, frozen=True):
    """
    A batch as organisers see it: ``rooms`` none means all, ``ends_at`` in seconds since 1970; nothing of who came.

    ``key`` is the fingerprint of the master secret at its issue, empty where no server had begun before.
    """

    name: str
    kind: str
    count: int
    rooms: tuple[str, ...]
    ends_at: int
    closed: bool
    full: bool
    key: str

    def covers(self, room: str) -> bool:
        """Tell whether who came by it may enter a room by invitation."""
        return not self.rooms or room in self.rooms


def draw() -> str:
    """Draw a secret for a card or a link."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def spaced(secret: str) -> str:
    """Write a secret as a person types it."""
    return " ".join(re.findall("....", secret))


def read(typed: str) -> str:
    """
    Read what a person typed as a secret.

    Raises:
        ChatError: ``invitation_unknown``.
    """
    secret = typed.upper().translate(_MISREAD)
    if len(secret) != LENGTH or not set(secret) <= set(SIGNS):
        raise ChatError("invitation_unknown")
    return secret


class Invitations:
    """The invitations of the community; every method raises :exc:`~chat.errors.StoreAway`."""

    def __init__(self, store: Store, session_seconds: int) -> None:
        self._store = store
        self._session_seconds = session_seconds

    async def issue(self, kind: str, count: int, rooms: tuple[str, ...], days: int) -> tuple[str, list[str]]:
        """
        Make a batch of ``count`` cards, or one link with ``count`` seats, good for ``days``; its name, and the secrets, which are
        nowhere else.
        """
        assert FEWEST <= count <= (MOST_CARDS if kind == "cards" else MOST_SEATS)
        assert 1 <= days <= BATCH_DAYS
        name = secrets.token_hex(4)
        made = [draw() for _ in range(count if kind == "cards" else 1)]
        ends_at = int((await self._store.ask("TIME"))[0]) + days * DAY_SECONDS
        facts: dict[str, bytes | str | int] = {
            "kind": kind,
            "count": count,
            "left": count,
            "rooms": msgspec.json.encode(rooms),
            "ends_at": ends_at,
            "key": await self._store.ask("GET", keys.SECRET_MARK) or "",
        }
        batch = keys.batch(name)
        # The batch first: a crash in between leaves a batch without cards rather than cards of no batch.
        await self._store.ask("HSET", batch, *itertools.chain.from_iterable(facts.items()))
        await self._store.ask("EXPIREAT", batch, ends_at + self._session_seconds)
        await self._store.ask("ZADD", keys.INVITATIONS, ends_at, name)
        await self._store.ask("EXPIRE", keys.INVITATIONS, INVITATIONS_SECONDS)
        for secret in made:
            await self._store.ask("SET", keys.invitation(_hashed(secret)), name, "EXAT", ends_at)
        return name, made

    async def all(self) -> list[Batch]:
        """List the batches that are not over, the one that ends first first."""
        now = int((await self._store.ask("TIME"))[0])
        await self._store.ask("ZREMRANGEBYSCORE", keys.INVITATIONS, "-inf", now)
        names = [name.decode() for name in await self._store.ask("ZRANGE", keys.INVITATIONS, 0, -1)]
        found = [await self.find(name) for name in names]
        return [batch for batch in found if batch is not None]

    async def find(self, name: str) -> Batch | None:
        """Read a batch; None where there is none, as for the name of whoever came by no invitation, which is empty."""
        if not name:
            return None
        facts = pairs(await self._store.ask("HGETALL", keys.batch(name)))
        if b"kind" not in facts:
            return None
        return Batch(
            name=name,
            kind=facts[b"kind"].decode(),
            count=int(facts[b"count"]),
            rooms=msgspec.json.decode(facts[b"rooms"], type=tuple[str, ...]),
            ends_at=int(facts[b"ends_at"]),
            closed=b"closed" in facts,
            full=int(facts[b"left"]) <= 0,
            key=facts.get(b"key", b"").decode(),
        )

    async def revoke(self, name: str) -> None:
        """
        Let nobody new in by a batch; those who came by it stay.

        Raises:
            ChatError: ``batch_unknown``.
        """
        if await self.find(name) is None:
            raise ChatError("batch_unknown")
        await self._store.ask("HSET", keys.batch(name), "closed", 1)

    async def redeem(self, typed: str, sessions: Sessions) -> Session:
        """
        Let in whoever holds an invitation.

        Raises:
            ChatError: ``invitation_unknown``, ``invitation_closed``; ``invitation_full`` for a link, ``invitation_used`` for a card whose
                session lasts.
        """
        secret = read(typed)
        found = await self._store.ask("GET", keys.invitation(_hashed(secret)))
        batch = await self.find(found.decode()) if found else None
        if batch is None:
            raise ChatError("invitation_unknown")
        if batch.closed:
            raise ChatError("invitation_closed")
        if batch.kind == "cards":
            master = sessions.masters.of(batch.key)
            session = await sessions.admit(master, b"card:" + secret.encode(), None, batch.name, lasting=True)
            if session is None:
                raise ChatError("invitation_used")
            return session
        refusal = await self._store.run(SEAT, [keys.batch(batch.name)])
        if refusal:
            raise ChatError(refusal.decode())
        return await sessions.start(batch.name)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
