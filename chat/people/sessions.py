"""
Let a person be the same person for a while, without knowing who.

A token is ``person.nonce``, 256 bits each. The store keeps a keyed hash of the person and plain hashes of the nonces, so that a stolen
store opens no room; the key is a file beside it, never in it (``masters``). A session stays under the key under which it began. Only the
nonce turns, each time the token is shown. In a room a person is known by an id made with that room's own secret: nothing that is kept
joins two rooms.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from msgspec import Struct

from chat.errors import CloseCode, Closing
from chat.people.masters import Masters, keyed
from chat.store import keys
from chat.store.commands import Reply, Script, Store

START: Final = Script("start")
ROTATE: Final = Script("rotate")
RECOGNISE: Final = Script("recognise")


class Session(Struct, frozen=True):
    """
    A person, as known from the token they showed, and the token to show the next time.

    ``name`` is what the store calls them, by the key under which they are known; ``batch`` is the batch of invitations they came in by,
    empty for none; ``lasting`` tells whether they can come back another day as the same person; ``age_seconds`` is how long ago the
    session began, ``left_seconds`` how long it still lasts; ``sanction`` is the record of one that they carry into every room, or empty;
    ``seat`` says of which login and for which room somebody of the staff has it (``staff_seats``), empty for members.
    """

    person: bytes
    name: str
    token: str
    batch: str = ""
    lasting: bool = False
    age_seconds: int = 0
    left_seconds: int = 0
    sanction: str = ""
    seat: str = ""


class Sessions:
    """The sessions of the community, which last ``seconds`` from their start; ``masters`` are the keys under which people are known."""

    def __init__(self, store: Store, masters: Masters, seconds: int) -> None:
        self.masters = masters
        self._store = store
        self._seconds = seconds

    async def start(self, batch: str = "", *, lasting: bool = False) -> Session:
        """Make a new person, who came in by ``batch``. Raises StoreAway."""
        person = secrets.token_bytes(32)
        session = await self._begin(person, _named(self.masters.current, person), "", batch, lasting)
        assert session is not None
        return session

    async def admit(
        self, master: bytes, shown: bytes, once_seconds: int | None, batch: str = "", *, lasting: bool = False
    ) -> Session | None:
        """
        Begin the session of whoever showed ``shown`` at the door: the same person each time it is shown, as long as ``master``, the key
        by which it was given out, is valid.

        It is good once in ``once_seconds``; with None, whenever the session that it began is over. Answers None where it is not. That it
        was used and the session that it gave are written by one script: nobody gets two, and nobody loses it for nothing.
        """
        person = keyed(master, shown)
        if once_seconds is None:
            return await self._begin(person, await self._known(person), "alone", batch, lasting)
        return await self._begin(person, _named(master, person), str(once_seconds), batch, lasting)

    async def again(self, person: bytes, batch: str, *, lasting: bool, seat: str = "") -> Session:
        """Begin a session of somebody who was here before; one that they have elsewhere is over. Raises StoreAway."""
        session = await self._begin(person, await self._known(person), "", batch, lasting, seat)
        assert session is not None
        return session

    async def _known(self, person: bytes) -> str:
        """
        Find the name under which to know somebody who comes back.

        It is by the previous key for as long as something is kept of them there, a session or a sanction; from then on by the current
        one, so that they outlive the other.
        """
        current, *before = self._names(person)
        for name in before:
            if await self._store.ask("EXISTS", *_keys(name)):
                return name
        return current

    async def _begin(
        self, person: bytes, name: str, once: str, batch: str, lasting: bool, seat: str = ""
    ) -> Session | None:
        nonce = secrets.token_bytes(32)
        facts = (batch, int(lasting), self._seconds, once, seat)
        if not await self._store.run(START, [keys.session(name), keys.shown(name)], _hashed(nonce), *facts):
            return None
        return Session(person, name, _token(person, nonce), batch, lasting, left_seconds=self._seconds, seat=seat)

    async def resume(self, token: str) -> Session:
        """
        Know a person again by their token, and turn it.

        Raises:
            Closing: The session is over, or never was.
            StoreAway: Nobody can tell.
        """
        try:
            person, shown = _parts(token)
        except ValueError as exc:
            raise Closing("session_ended", CloseCode.SESSION_ENDED) from exc
        nonce = secrets.token_bytes(32)
        for name in self._names(person):
            if reply := await self._store.run(ROTATE, _keys(name), _hashed(shown), _hashed(nonce)):
                return self._session(person, name, _token(person, nonce), reply)
        raise Closing("session_ended", CloseCode.SESSION_ENDED)

    async def recognise(self, token: str, *, closing: bool = False) -> Session | None:
        """Know a person by their token without turning it, None where it is of no session; ``closing`` lets it open no room any more."""
        try:
            person, shown = _parts(token)
        except ValueError:
            return None
        for name in self._names(person):
            if reply := await self._store.run(RECOGNISE, _keys(name), _hashed(shown), int(closing)):
                return self._session(person, name, token, reply)
        return None

    async def lives(self, session: Session) -> bool:
        """Tell whether a session is there yet, and not about to be erased. Raises StoreAway."""
        nonce, over = await self._store.ask("HMGET", keys.session(session.name), "nonce", "over")
        return bool(nonce) and not over

    async def end(self, session: Session) -> None:
        """Forget a session. Raises StoreAway."""
        await self._store.ask("DEL", keys.session(session.name))

    def _session(self, person: bytes, name: str, token: str, reply: Reply) -> Session:
        batch, lasting, left, sanction, seat = reply
        age = self._seconds - left
        return Session(
            person, name, token, batch.decode(), lasting == b"1", age, left, sanction.decode(), seat.decode()
        )

    def _names(self, person: bytes) -> list[str]:
        """Name a person as the store may: by the current key, then by the previous one."""
        return [_named(master, person) for master in self.masters.all]


def _named(master: bytes, person: bytes) -> str:
    return keyed(master, person).hex()


def _keys(name: str) -> tuple[str, str]:
    return keys.session(name), keys.sanction(name)


def author_id(room_secret: bytes, person: bytes) -> str:
    """Name a person in one room: 128 bits, URL-safe, of no use in any other."""
    return urlsafe_b64encode(hmac.new(room_secret, person, hashlib.sha256).digest()[:16]).rstrip(b"=").decode()


def hue(author: str) -> int:
    """Choose one of the eight colours for an author id, always the same."""
    return hashlib.blake2b(author.encode(), digest_size=1).digest()[0] % 8


def _token(person: bytes, nonce: bytes) -> str:
    return f"{_base64(person)}.{_base64(nonce)}"


def _parts(token: str) -> tuple[bytes, bytes]:
    """Part a token into person and nonce. Raises ValueError."""
    person, nonce = (_unbase64(part) for part in token.split("."))
    return person, nonce


def _hashed(nonce: bytes) -> str:
    return hashlib.sha256(nonce).hexdigest()


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _unbase64(text: str) -> bytes:
    data = urlsafe_b64decode(text + "=")
    if len(data) != 32:
        raise ValueError("a part of a token has 32 bytes")
    return data
