"""
Let the staff in, and know them again: throttled tries, and sessions that end.

A login shows name, password and second factor at once, and gets a token only when all of them are right. It ends after
:data:`IDLE_SECONDS` without doing anything, and :data:`LASTS_SECONDS` after it began. There are no addresses to count tries by: they are
counted by the name that was tried, with a delay that grows and locks nobody out, and all together, with a reserve for devices that have
logged in before, which a cookie of their own shows. ``now`` is an argument, in seconds since 1970.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from typing import Final

from msgspec import Struct

from chat.errors import ChatError
from chat.people import second_factor
from chat.people.masters import Masters, keyed
from chat.people.passwords import Passwords
from chat.people.roles import Role
from chat.people.staff import CHANNEL, Account, Accounts, folded
from chat.store import keys
from chat.store.commands import Script, Store
from chat.store.retention import LOGIN_SECONDS, TRIES_SECONDS

TRY: Final = Script("staff_try")
UNTRY: Final = Script("staff_untry")
ACCEPT: Final = Script("staff_sessions", "staff_accept")
RECOGNISE: Final = Script("staff_sessions", "staff_recognise")
LIST: Final = Script("staff_sessions", "staff_list")
END: Final = Script("staff_end")

IDLE_SECONDS: Final = 1800
LASTS_SECONDS: Final = LOGIN_SECONDS
MOST: Final = 10  # logins of one account; then the one that was used least lately gives way

FREE: Final = 5  # tries of one name without a delay; then 2 s, 4 s, 8 s…
LONGEST_DELAY: Final = 300  # seconds
BURST: Final = 60  # tries of anybody without a pause
PER_MINUTE: Final = 30  # then
RESERVE: Final = 20  # of the burst, for devices that are known
ID: Final = 16  # signs of a token's hash by which a login is named to whoever sees the list

_TOKEN: Final = re.compile(r"([0-9a-f]{16})\.[\w-]{43}", re.ASCII)
_DEVICE: Final = re.compile(r"([\w-]{22})\.([0-9a-f]{64})", re.ASCII)


class StaffSession(Struct, frozen=True):
    """
    Somebody of the staff, logged in.

    ``account`` names the account, for ever; ``id`` this login, in the list of theirs; ``key`` is the hash of its token; ``begun`` and
    ``seen`` are seconds since 1970; ``seed`` says who they are in rooms.
    """

    account: str
    name: str
    role: Role
    key: str
    begun: int
    seen: int
    seed: bytes

    @property
    def id(self) -> str:
        return self.key[:ID]

    @property
    def ends_at(self) -> int:
        """When it ends, whatever they do."""
        return self.begun + LASTS_SECONDS


class Login(Struct, frozen=True):
    """A login as the list shows it; times in seconds since 1970."""

    id: str
    begun: int
    seen: int


class Entry(Struct, frozen=True):
    """What a browser keeps of a login: the token, and what makes it a known device."""

    token: str
    device: str


class Logins:
    """The staff's logins; every method raises :exc:`~chat.errors.StoreAway`."""

    def __init__(self, store: Store, masters: Masters, accounts: Accounts, hashing: Passwords) -> None:
        self._store = store
        self._masters = masters
        self._accounts = accounts
        self._hashing = hashing

    async def enter(self, name: str, password: str, code: str | None, now: float, device: str = "") -> Entry:
        """
        Log in, from a ``device`` that may be known.

        Raises:
            ChatError: ``login_wrong``, whichever of name and password is; ``second_factor_needed`` and ``second_factor_wrong`` after the
                right password alone; ``login_throttled`` or ``staff_busy`` with the seconds to wait.
        """
        account = await self._accounts.find(name)
        known = self._knows(device, name)
        tries = keys.staff_tries(_tries(folded(name), device if known else ""))
        await self._try(tries, now, known=known)
        right = await self._hashing.matches(account.password if account else None, password)
        if account is None or not right:
            raise ChatError("login_wrong")
        if account.second_factor and not code:
            await self._store.run(UNTRY, [tries])
            raise ChatError("second_factor_needed")
        token = await self._accept(account, self._factor(account, code or "", now), now)
        await self._store.ask("DEL", tries)
        return Entry(token, device if known else self._device(name))

    async def _try(self, tries: str, now: float, *, known: bool) -> None:
        limits = (int(known), BURST, PER_MINUTE, RESERVE, FREE, LONGEST_DELAY, TRIES_SECONDS)
        wait = await self._store.run(TRY, [tries, keys.STAFF_TRIED], int(now * 1000), *limits)
        if wait:
            raise ChatError("login_throttled", retry_after=round(wait / 1000, 1))

    def _factor(self, account: Account, typed: str, now: float) -> tuple[str, str | int]:
        if not account.second_factor:
            return "", ""
        code = second_factor.read_code(typed)
        if code is not None:
            secret = self._accounts.secret(account)
            step = None if secret is None else second_factor.step_of(secret, code, now)
            if step is not None:
                return "step", step
        recovery = second_factor.read_recovery(typed)
        if recovery is None:
            raise ChatError("second_factor_wrong")
        return "code", second_factor.hashed(recovery)

    async def _accept(self, account: Account, factor: tuple[str, str | int], now: float) -> str:
        token = f"{account.id}.{urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b'=').decode()}"
        names = (keys.staff_account(account.id), keys.staff_sessions(account.id), keys.staff_codes(account.id))
        facts = (*_times(now), MOST, _hashed(token), account.password)
        outcome = await self._store.run(ACCEPT, names, *facts, *factor)
        if outcome == b"used":
            raise ChatError("second_factor_wrong")
        if outcome != b"accepted":
            raise ChatError("login_wrong")  # it was changed while we looked
        return token

    async def recognise(self, token: str, now: float, *, acts: bool = True) -> StaffSession | None:
        """Know somebody by their token; with ``acts`` they are no longer idle. None where it is of no login, or of one that is over."""
        shown = _TOKEN.fullmatch(token)
        return await self.look(shown[1], _hashed(token), now, acts=acts) if shown else None

    async def look(self, account: str, key: str, now: float, *, acts: bool = False) -> StaffSession | None:
        """The same, by the hash of the token."""
        names = (keys.staff_account(account), keys.staff_sessions(account))
        found = await self._store.run(RECOGNISE, names, *_times(now), key, int(acts))
        if not found:
            return None
        name, role, begun, seen, seed = found
        return StaffSession(account, name.decode(), Role(role.decode()), key, begun, seen, seed)

    async def all(self, account: str, now: float) -> list[Login]:
        """List the logins of an account, the newest first."""
        names = (keys.staff_account(account), keys.staff_sessions(account))
        reply = await self._store.run(LIST, names, *_times(now))
        found = zip(reply[::3], reply[1::3], reply[2::3], strict=True)
        logins = [Login(key.decode()[:ID], begun, seen) for key, begun, seen in found]
        return sorted(logins, key=lambda login: -login.begun)

    async def end(self, account: str, login: str = "") -> int:
        """End a login by its id or its key, or all of an account's; answers how many there were. Whoever serves them hears of it."""
        ended = await self._store.run(END, [keys.staff_sessions(account), CHANNEL], account, login)
        return int(ended)

    # -- devices

    def _device(self, name: str) -> str:
        nonce = urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
        return f"{nonce}.{_marked(self._masters.current, nonce, name)}"

    def _knows(self, device: str, name: str) -> bool:
        """Whether this is the mark of a device on which somebody has logged in by this name."""
        shown = _DEVICE.fullmatch(device)
        return shown is not None and any(
            hmac.compare_digest(_marked(master, shown[1], name), shown[2]) for master in self._masters.all
        )


def _times(now: float) -> tuple[int, int, int]:
    return int(now), IDLE_SECONDS, LASTS_SECONDS


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _tries(name: str, device: str) -> str:
    return hashlib.sha256(f"{name}\n{device}".encode()).hexdigest()[:32]


def _marked(master: bytes, nonce: str, name: str) -> str:
    return keyed(master, f"staff-device:{nonce}:{folded(name)}".encode()).hex()
