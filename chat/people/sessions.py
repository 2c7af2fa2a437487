"""
Let a person be the same person for a while, without knowing who.

A token is ``person.nonce``, 256 bits each. The store keeps a keyed hash of the person and plain hashes of the nonces, so that a stolen
store opens no room; the key is a file beside it, never in it. Only the nonce turns, each time the token is shown. In a room a person
is known by an id made with that room's own secret: nothing that is kept joins two rooms.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Final

import structlog
from msgspec import Struct

from chat.errors import CloseCode, Closing
from chat.store import keys
from chat.store.commands import Reply, Script, Store

START: Final = Script("start")
ROTATE: Final = Script("rotate")
RECOGNISE: Final = Script("recognise")

log = structlog.get_logger()


class Session(Struct, frozen=True):
    """
    A person, as known from the token they showed, and the token to show the next time.

    ``batch`` is the batch of invitations they came in by, empty for none; ``lasting`` tells whether they can come back another day as
    the same person; ``age_seconds`` is how long ago the session began, ``left_seconds`` how long it still lasts; ``sanction`` is the
    record of one that they carry into every room, or empty.
    """

    person: bytes
    token: str
    batch: str = ""
    lasting: bool = False
    age_seconds: int = 0
    left_seconds: int = 0
    sanction: str = ""


class Sessions:
    """The sessions of the community; ``master`` is the key, sessions last ``seconds`` from their start."""

    def __init__(self, store: Store, master: bytes, seconds: int) -> None:
        self._store = store
        self._master = master
        self._seconds = seconds

    async def start(self, batch: str = "", *, lasting: bool = False) -> Session:
        """Make a new person, who came in by ``batch``. Raises StoreAway."""
        session = await self._begin(secrets.token_bytes(32), "", batch, lasting)
        assert session is not None
        return session

    async def admit(
        self, shown: bytes, once_seconds: int | None, batch: str = "", *, lasting: bool = False
    ) -> Session | None:
        """
        Begin the session of whoever showed ``shown`` at the door: the same person each time it is shown.

        It is good once in ``once_seconds``; with None, whenever the session that it began is over. Answers None where it is not. That it
        was used and the session that it gave are written by one script: nobody gets two, and nobody loses it for nothing.
        """
        person = hmac.new(self._master, shown, hashlib.sha256).digest()
        return await self._begin(person, "alone" if once_seconds is None else str(once_seconds), batch, lasting)

    async def again(self, person: bytes, batch: str, *, lasting: bool) -> Session:
        """Begin a session of somebody who was here before; one that they have elsewhere is over. Raises StoreAway."""
        session = await self._begin(person, "", batch, lasting)
        assert session is not None
        return session

    async def _begin(self, person: bytes, once: str, batch: str, lasting: bool) -> Session | None:
        nonce, hashed = secrets.token_bytes(32), self.name(person)
        facts = (batch, int(lasting), self._seconds, once)
        begun = await self._store.run(START, [keys.session(hashed), keys.shown(hashed)], _hashed(nonce), *facts)
        return Session(person, _token(person, nonce), batch, lasting, left_seconds=self._seconds) if begun else None

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
        reply = await self._store.run(ROTATE, self._keys(person), _hashed(shown), _hashed(nonce))
        if not reply:
            raise Closing("session_ended", CloseCode.SESSION_ENDED)
        return self._session(person, _token(person, nonce), reply)

    async def recognise(self, token: str, *, closing: bool = False) -> Session | None:
        """Know a person by their token without turning it, None where it is of no session; ``closing`` lets it open no room any more."""
        try:
            person, shown = _parts(token)
        except ValueError:
            return None
        reply = await self._store.run(RECOGNISE, self._keys(person), _hashed(shown), int(closing))
        return self._session(person, token, reply) if reply else None

    async def lives(self, session: Session) -> bool:
        """Tell whether a session is there yet, and not about to be erased. Raises StoreAway."""
        nonce, over = await self._store.ask("HMGET", self._key(session.person), "nonce", "over")
        return bool(nonce) and not over

    async def end(self, session: Session) -> None:
        """Forget a session. Raises StoreAway."""
        await self._store.ask("DEL", self._key(session.person))

    def _session(self, person: bytes, token: str, reply: Reply) -> Session:
        batch, lasting, left, sanction = reply
        age = self._seconds - left
        return Session(person, token, batch.decode(), lasting == b"1", age, left, sanction.decode())

    def _key(self, person: bytes) -> str:
        return keys.session(self.name(person))

    def _keys(self, person: bytes) -> tuple[str, str]:
        name = self.name(person)
        return keys.session(name), keys.sanction(name)

    def name(self, person: bytes) -> str:
        """Name a person as the store does, where only the holder of the key can tell whom that means."""
        return hmac.new(self._master, person, hashlib.sha256).hexdigest()


def author_id(room_secret: bytes, person: bytes) -> str:
    """Name a person in one room: 128 bits, URL-safe, of no use in any other."""
    return urlsafe_b64encode(hmac.new(room_secret, person, hashlib.sha256).digest()[:16]).rstrip(b"=").decode()


def hue(author: str) -> int:
    """Choose one of the eight colours for an author id, always the same."""
    return hashlib.blake2b(author.encode(), digest_size=1).digest()[0] % 8


def master_secret(folder: Path) -> bytes:
    """Read the key of the sessions from ``folder``, or make it; readable by its owner alone."""
    path = folder / "master.key"
    if not path.exists():
        with tempfile.NamedTemporaryFile(dir=folder) as file:  # 0600 by its nature
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # somebody else was first: theirs it is
                os.link(file.name, path)
    return path.read_bytes()


async def warn_of_another_master(store: Store, master: bytes) -> None:
    """Say when servers on one store have different keys: a session of one would be over on the other."""
    mark = hashlib.sha256(b"mark" + master).hexdigest()[:16].encode()
    await store.ask("SET", keys.SECRET_MARK, mark, "NX")
    if await store.ask("GET", keys.SECRET_MARK) != mark:
        log.warning("master_key_differs", remedy="copy master.key from the data folder of the first server to this one")


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
