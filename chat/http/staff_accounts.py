"""
The staff's accounts, for admins: who there is, who comes, who goes, which role, a new password, a new second factor.

A password that is made here, a second factor and recovery codes are shown once, in the answer: the admin passes them on. An admin
changes their own account from the command line only, so that no community locks its last one out by a wrong click.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from chat.errors import ChatError, StoreAway
from chat.http import access
from chat.http.access import Declared
from chat.http.answers import answer, refuse
from chat.http.body import TooLong, read_body
from chat.people.invitations import draw, spaced
from chat.people.roles import Permission
from chat.people.staff import Account, Enrolment, check_role
from chat.rooms.hub import Hub

BODY_BYTES: Final = 4096
STATUS: Final = {
    "account_unknown": 404,
    "account_exists": 409,
    "accounts_many": 409,
    "account_own": 409,
    "staff_busy": 429,
}

Text = Annotated[str, Meta(max_length=200)]


class New(Struct, frozen=True, forbid_unknown_fields=True):
    """An account to be opened; without a password, one is drawn."""

    name: Text
    role: Text
    password: Annotated[str, Meta(max_length=1024)] | None = None


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change of an account: its role, or a new password or second factor, which are drawn."""

    role: Text | None = None
    password: Literal["new"] | None = None
    second_factor: Literal["new"] | None = None


class Listed(Struct, frozen=True):
    """An account in the list: how many recovery codes are left, and how many are logged in by it."""

    name: str
    role: str
    second_factor: bool
    recovery_codes: int
    sessions: int


class Shown(Struct, frozen=True, omit_defaults=True):
    """What is shown once."""

    name: str
    role: str
    password: str = ""
    uri: str = ""
    recovery_codes: tuple[str, ...] = ()


_new = msgspec.json.Decoder(New)
_change = msgspec.json.Decoder(Change)


def drawn() -> str:
    """Draw a password that nobody has to remember for long: 80 bits, in groups of four."""
    return spaced(draw()).replace(" ", "-")


def _answered(do: Callable[[Request, Hub], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        try:
            return await do(request, request.app.state.hub)
        except (msgspec.DecodeError, TooLong, ClientDisconnect):
            return refuse(request, 400, "bad_request")
        except ChatError as exc:
            return refuse(request, STATUS.get(exc.code, 422), exc.code, exc.retry_after)
        except StoreAway:
            return refuse(request, 503, "store_away", retry_after=3)

    answered.__name__ = getattr(do, "__name__", "accounts")
    return answered


async def accounts(_: Request, hub: Hub) -> Response:
    """Answer the accounts, by name."""
    now = time.time()
    listed = []
    for account in await hub.accounts.all():
        sessions = len(await hub.logins.all(account.id, now))
        listed.append(
            Listed(account.name, account.role.value, account.second_factor, account.codes, sessions),
        )
    return answer(listed)


async def add(request: Request, hub: Hub) -> Response:
    """Answer 201 and what is shown once."""
    wanted = _new.decode(await read_body(request, BODY_BYTES))
    password = wanted.password if wanted.password is not None else drawn()
    enrolment = await hub.accounts.add(wanted.name, check_role(wanted.role), password)
    account = await hub.accounts.known(wanted.name)
    return answer(_shown(account, "" if wanted.password is not None else password, enrolment), 201)


async def change(request: Request, hub: Hub) -> Response:
    """Answer what is shown once of the change; the account's logins end."""
    account = await _other(request, hub)
    wanted = _change.decode(await read_body(request, BODY_BYTES))
    password, enrolment = "", None
    if wanted.role is not None:
        await hub.accounts.set_role(account, check_role(wanted.role))
    if wanted.password is not None:
        password = drawn()
        await hub.accounts.set_password(account, password)
    if wanted.second_factor is not None:
        enrolment = await hub.accounts.reset_second_factor(account)
    return answer(_shown(await hub.accounts.known(account.name), password, enrolment))


async def remove(request: Request, hub: Hub) -> Response:
    """Answer 204; the account's logins and seats end."""
    await hub.accounts.remove(await _other(request, hub))
    return Response(status_code=204)


async def end_sessions(request: Request, hub: Hub) -> Response:
    """End all logins of an account; answers 204."""
    account = await hub.accounts.known(request.path_params["name"])
    await hub.logins.end(account.id)
    return Response(status_code=204)


async def _other(request: Request, hub: Hub) -> Account:
    account = await hub.accounts.known(request.path_params["name"])
    if account.id == access.staff(request).account:
        raise ChatError("account_own")
    return account


def _shown(account: Account, password: str, enrolment: Enrolment | None) -> Shown:
    uri, codes = (enrolment.uri, enrolment.codes) if enrolment else ("", ())
    return Shown(account.name, account.role.value, password, uri, tuple(map(spaced, codes)))


routes = [
    Declared("/api/staff/accounts", _answered(accounts), Permission.KEEP_ACCOUNTS),
    Declared("/api/staff/accounts", _answered(add), Permission.KEEP_ACCOUNTS, methods=["POST"]),
    Declared("/api/staff/accounts/{name}", _answered(change), Permission.KEEP_ACCOUNTS, methods=["PATCH"]),
    Declared("/api/staff/accounts/{name}", _answered(remove), Permission.KEEP_ACCOUNTS, methods=["DELETE"]),
    Declared(
        "/api/staff/accounts/{name}/sessions", _answered(end_sessions), Permission.KEEP_ACCOUNTS, methods=["DELETE"]
    ),
]
