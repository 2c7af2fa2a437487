"""
The staff: their accounts, and what hangs on them.

Members have no accounts; those who moderate, facilitate, organise or administer do, since they are answerable for what they decide. An
account has a name, a password and as a rule a second factor (``passwords``, ``second_factor``), and one role. ``logins`` lets them in
with these, ``staff_seats`` seats them in rooms, ``vigil`` tells whoever serves them when it is over. All of it stands in one slot of the
store, apart from every room.
"""

from __future__ import annotations

import itertools
import re
import secrets
import unicodedata
from typing import Final

from msgspec import Struct

from chat.errors import ChatError
from chat.people import passwords, second_factor
from chat.people.masters import Masters
from chat.people.passwords import Passwords
from chat.people.roles import STAFF, Role
from chat.store import keys
from chat.store.commands import Script, Store

ADD: Final = Script("staff_add")
CHANGE: Final = Script("staff_change")
REMOVE: Final = Script("staff_remove")

CHANNEL: Final = "{staff}:logins"  # which logins have ended: account, and the hash of the token or *

MOST: Final = 200  # accounts
NAME_LONGEST: Final = 40
_NAME: Final = re.compile(r"\w(?:[\w .'’@-]{0,38}[\w.])?")


class Account(Struct, frozen=True):
    """An account; ``second_factor`` tells whether there is one, ``codes`` how many recovery codes are left."""

    id: str
    name: str
    role: Role
    password: str
    totp: str
    seed: bytes
    codes: int = 0

    @property
    def second_factor(self) -> bool:
        return bool(self.totp)


class Enrolment(Struct, frozen=True):
    """What is shown once of a new second factor: its address for authenticator apps, and the recovery codes."""

    uri: str
    codes: tuple[str, ...]


def folded(name: str) -> str:
    """Read a name as it is looked up: in whatever case and form of Unicode."""
    return " ".join(unicodedata.normalize("NFKC", name[: 4 * NAME_LONGEST]).casefold().split())


def check_name(name: str) -> str:
    """Return a name as it will be kept. Raises ChatError ``account_name``."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not _NAME.fullmatch(name):
        raise ChatError("account_name")
    return name


def check_role(role: str) -> Role:
    """Read a role of the staff. Raises ChatError ``account_role``."""
    found = next((one for one in STAFF if one.value == role), None)
    if found is None:
        raise ChatError("account_role")
    return found


class Accounts:
    """The accounts of the community's staff; every method raises :exc:`~chat.errors.StoreAway`."""

    def __init__(self, store: Store, masters: Masters, community: str, hashing: Passwords) -> None:
        self._store = store
        self._masters = masters
        self._community = community
        self._hashing = hashing

    async def find(self, name: str) -> Account | None:
        """Find an account by its name; for a name of nobody, the store is asked as much."""
        found = await self._store.ask("HGET", keys.STAFF_NAMES, folded(name))
        return await self._read((found or b"0").decode())

    async def known(self, name: str) -> Account:
        """Find an account. Raises ChatError ``account_unknown``."""
        account = await self.find(name)
        if account is None:
            raise ChatError("account_unknown")
        return account

    async def all(self) -> list[Account]:
        """List the accounts by name."""
        ids = await self._store.ask("HVALS", keys.STAFF_NAMES)
        found = [await self._read(one.decode()) for one in ids]
        return sorted((one for one in found if one is not None), key=lambda one: folded(one.name))

    async def add(self, name: str, role: Role, password: str, *, second_factor: bool = True) -> Enrolment | None:
        """
        Open an account; answers its second factor.

        Raises:
            ChatError: ``account_name``, ``account_exists``, ``accounts_many``, ``password_short`` or ``password_long``.
        """
        name = check_name(name)
        hashed = await self._hashing.hashed(passwords.check(password))
        account = secrets.token_hex(8)
        enrolment, totp, codes = self._enrol(account, name) if second_factor else (None, "", [])
        facts: dict[str, bytes | str | int] = {
            "name": name,
            "role": role.value,
            "password": hashed,
            "totp": totp,
            "seed": secrets.token_bytes(32),
        }
        refusal = await self._store.run(
            ADD,
            [keys.STAFF_NAMES, keys.staff_account(account), keys.staff_codes(account)],
            folded(name),
            account,
            MOST,
            *codes,
            "",
            *itertools.chain.from_iterable(facts.items()),
        )
        if refusal:
            raise ChatError(refusal.decode())
        return enrolment

    async def set_role(self, account: Account, role: Role) -> None:
        """Give an account another role; whoever is logged in by it has to do so again. Raises ChatError ``account_unknown``."""
        await self._change(account, [], role=role.value)

    async def set_password(self, account: Account, password: str) -> None:
        """Give an account another password; its logins end. Raises ChatError as :meth:`add`, or ``account_unknown``."""
        await self._change(account, [], password=await self._hashing.hashed(passwords.check(password)))

    async def reset_second_factor(self, account: Account) -> Enrolment:
        """Give an account a new second factor and new recovery codes; its logins end. Raises ChatError ``account_unknown``."""
        enrolment, totp, codes = self._enrol(account.id, account.name)
        await self._change(account, codes, totp=totp, step="0")
        return enrolment

    async def remove(self, account: Account) -> None:
        """Remove an account; its logins and its seats in rooms end. Raises ChatError ``account_unknown``."""
        names = (keys.STAFF_NAMES, keys.staff_account(account.id), keys.staff_codes(account.id))
        ends = (keys.staff_sessions(account.id), CHANNEL)
        if not await self._store.run(REMOVE, [*names, *ends], folded(account.name), account.id):
            raise ChatError("account_unknown")

    async def reseal(self) -> int:
        """Seal under the current key what was sealed under the one before; answers how many second factors that were."""
        resealed = 0
        for account in await self.all():
            old = second_factor.unseal(self._masters.all[1:], account.id, account.totp) if account.totp else None
            if old is not None:
                totp = second_factor.seal(self._masters.current, account.id, old)
                await self._store.ask("HSET", keys.staff_account(account.id), "totp", totp)
                resealed += 1
        return resealed

    def secret(self, account: Account) -> bytes | None:
        """Open the second factor's secret of an account; None where it is sealed under a key that is gone."""
        return second_factor.unseal(self._masters.all, account.id, account.totp)

    async def _read(self, account: str) -> Account | None:
        fields = ("name", "role", "password", "totp", "seed")
        name, role, password, totp, seed = await self._store.ask("HMGET", keys.staff_account(account), *fields)
        codes = await self._store.ask("SCARD", keys.staff_codes(account))
        if role is None:
            return None
        return Account(account, name.decode(), Role(role.decode()), password.decode(), totp.decode(), seed, codes)

    async def _change(self, account: Account, codes: list[str], **facts: str) -> None:
        names = (keys.staff_account(account.id), keys.staff_sessions(account.id), keys.staff_codes(account.id))
        pairs = itertools.chain.from_iterable(facts.items())
        if not await self._store.run(CHANGE, [*names, CHANNEL], account.id, *codes, "", *pairs):
            raise ChatError("account_unknown")

    def _enrol(self, account: str, name: str) -> tuple[Enrolment, str, list[str]]:
        secret, codes = second_factor.draw(), second_factor.recovery_codes()
        sealed = second_factor.seal(self._masters.current, account, secret)
        enrolment = Enrolment(second_factor.uri(secret, name, self._community), codes)
        return enrolment, sealed, [second_factor.hashed(code) for code in codes]
