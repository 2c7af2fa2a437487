"""
Who may call a route, and with what: each one declares it, or the application is not made.

Members show a session in a header; the staff, a cookie, which is read here and nowhere else. A function behind a permission that only the
staff has gets whoever it is by :func:`staff`.

A route is a :class:`Declared` or a :class:`DeclaredSocket`, with the permission that it takes (``chat/people/roles.py``);
:func:`declared` refuses a list with any other. What is declared is kept here, before the route's own function runs.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from chat.errors import StoreAway
from chat.http.answers import refuse
from chat.people.logins import StaffSession
from chat.people.roles import Permission, Role, may
from chat.rooms.hub import Hub

JSON: Final = "application/json"
COOKIE: Final = "__Host-staff"

_BEARER: Final = re.compile(r"bearer +([\w-]{43}\.[\w-]{43}) *", re.ASCII | re.IGNORECASE)
_MEMBER: Final = frozenset({Role.ANYONE, Role.MEMBER})
_ANYONE: Final = frozenset({Role.ANYONE})
_FOUND: Final = "sansmasque.staff"  # in the scope of a request


class Undeclared(TypeError):
    """A route does not say who may call it."""


class Declared(Route):
    """A route that takes ``permission``, and bodies of the media type ``takes`` alone."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[[Request], Awaitable[Response]],
        permission: Permission,
        methods: Sequence[str] = ("GET",),
        takes: str = JSON,
    ) -> None:
        async def guarded(request: Request) -> Response:
            return await _objection(request, permission) or _unreadable(request, takes) or await endpoint(request)

        super().__init__(path, guarded, methods=list(methods), name=getattr(endpoint, "__name__", path))
        self.permission = permission


class DeclaredSocket(WebSocketRoute):
    """A route of WebSockets that takes ``permission``; each frame then takes its own."""

    def __init__(self, path: str, endpoint: Callable[[WebSocket], Awaitable[None]], permission: Permission) -> None:
        async def guarded(websocket: WebSocket) -> None:
            objection = await _objection(websocket, permission)
            if objection is None:
                await endpoint(websocket)
            else:
                await websocket.send_denial_response(objection)

        super().__init__(path, guarded, name=getattr(endpoint, "__name__", path))
        self.permission = permission


def declared(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """
    Return the routes, each of which says who may call it.

    Raises:
        Undeclared: One does not.
    """
    checked = list(routes)
    for route in checked:
        if not isinstance(route, Declared | DeclaredSocket):
            raise Undeclared(f"{route} does not declare who may call it: see chat/http/access.py")
    return checked


def bearer(connection: HTTPConnection) -> str:
    """Read the session that is shown (RFC 6750, section 2.1); empty where there is none of the right form."""
    shown = _BEARER.fullmatch(connection.headers.get("authorization", ""))
    return shown[1] if shown else ""


def staff(connection: HTTPConnection) -> StaffSession:
    """Tell who of the staff calls, behind a permission that nobody else has."""
    found = connection.scope[_FOUND]
    assert isinstance(found, StaffSession)
    return found


async def identify(connection: HTTPConnection) -> StaffSession | None:
    """
    Know somebody of the staff by the cookie that they show, and never by where they come from; None where it is of no login.

    They are no longer idle by that. Raises StoreAway.
    """
    token = connection.cookies.get(COOKIE)
    if not token:
        return None
    hub: Hub = connection.app.state.hub
    return await hub.logins.recognise(token, time.time())


async def _objection(connection: HTTPConnection, permission: Permission) -> Response | None:
    # Whose session a member shows, and whether it still lasts, is found by the deed itself, in the one step that acts on it: a session
    # that was good a moment ago proves nothing.
    if may(_MEMBER if bearer(connection) else _ANYONE, permission):
        return None
    if may(_MEMBER, permission):
        return _unknown(connection)
    try:
        found = await identify(connection)
    except StoreAway:
        return refuse(connection, 503, "store_away", retry_after=3)
    if found is None:
        return refuse(connection, 401, "login_needed")
    connection.scope[_FOUND] = found
    return None if may({found.role}, permission) else refuse(connection, 403, "role_needed")


def _unreadable(request: Request, takes: str) -> Response | None:
    if request.headers.get("content-length", "0") == "0":
        return None
    kind, _, _ = request.headers.get("content-type", "").partition(";")
    return None if kind.strip().lower() == takes else refuse(request, 415, "kind_of_body")


def _unknown(connection: HTTPConnection) -> Response:
    response = refuse(connection, 401, "session_needed")
    response.headers["www-authenticate"] = "Bearer"
    return response
