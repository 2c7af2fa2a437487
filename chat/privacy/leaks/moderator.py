"""
A moderator of the copy: does what visitors cannot do themselves. It acts on the copy's store, as the moderators' office does.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from msgspec import Struct

from chat.moderation.chains import Chains
from chat.moderation.decisions import Decisions
from chat.people import masters
from chat.people.passwords import Passwords
from chat.people.roles import Role
from chat.people.staff import Accounts
from chat.privacy.leaks.lines import Failure
from chat.settings import Settings
from chat.store import keys
from chat.store.audit_log import AuditLog
from chat.store.cases import parted
from chat.store.commands import Store
from chat.store.desk import UNDO_SECONDS, Desk, Ruling


class Somebody(Struct, frozen=True):
    """A member of staff without an account: only the decisions ask who it is."""

    name: str
    role: Role


WHO: Final = Somebody("Relais", Role.MODERATOR)


async def open_account(store: Store, data: Path) -> None:
    """Open the account of one who could judge an appeal, on the copy in the folder ``data``."""
    accounts = Accounts(store, masters.read(data), "", Passwords())
    await accounts.add("Relève", Role.MODERATOR, secrets.token_urlsafe(), second_factor=False)


async def write_and_remove(store: Store, case_id: str) -> None:
    """
    Say a word to the author of a case, remove the message, and have its author told at once.

    Raises:
        Failure: It is no case.
        ChatError: It cannot be done.
    """
    place = parted(case_id)
    if place is None:
        raise Failure(f"{case_id} names no case")
    slug, token = place
    desk = Desk(store, slug, Settings())
    decisions = Decisions(Chains(AuditLog(store)), lambda _: desk, lambda _: None)
    await decisions.say(WHO, case_id, "Nous vous lisons.")
    version, _ = await decisions.claim(WHO, case_id)
    await decisions.decide(WHO, case_id, Ruling(token, version, WHO.name, "remove", "details"))
    # It is told once it can't be undone any more: let it be older, rather than wait.
    await store.ask("HINCRBY", keys.Room(slug).case(token), "decided_at", -UNDO_SECONDS - 1)
    if not await desk.tell(token):
        raise Failure("a decision was not told")
