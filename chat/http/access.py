"""
Who may call a route, and with what: each one declares it, or the application is not made.

A route is a :class:`Declared` or a :class:`DeclaredSocket`, with the permission that it takes (``chat/people/roles.py``);
:func:`declared` refuses a list with any other. What is declared is kept here, before the route's own function runs.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from chat.http.answers import refuse
from chat.people.roles import Permission, Role, may

JSON: Final = "application/json"

_BEARER: Final = re.compile(r"bearer +([\w-]{43}\.[\w-]{43}) *", re.ASCII | re.IGNORECASE)
_MEMBER: Final = frozenset({Role.ANYONE, Role.MEMBER})
_ANYONE: Final = frozenset({Role.ANYONE})


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
            return _objection(request, permission, takes) or await endpoint(request)

        super().__init__(path, guarded, methods=list(methods), name=getattr(endpoint, "__name__", path))
        self.permission = permission


class DeclaredSocket(WebSocketRoute):
    """A route of WebSockets that takes ``permission``; each frame then takes its own."""

    def __init__(self, path: str, endpoint: Callable[[WebSocket], Awaitable[None]], permission: Permission) -> None:
        async def guarded(websocket: WebSocket) -> None:
            if may(identify(websocket), permission):
                await endpoint(websocket)
            else:
                await websocket.send_denial_response(_unknown(websocket))

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


def identify(connection: HTTPConnection) -> frozenset[Role]:
    """
    Tell what a caller is by what they show, and never by where they come from.

    This is the one place where it is read. Whose session it is, and whether it still lasts, is found by the deed itself, in the one step
    that acts on it: a session that was good a moment ago proves nothing. Staff are not known here before they have accounts; their
    cookie will be ``__Host-staff``, and ``chat/http/border.py`` already lets no cookie act without a page of ours.
    """
    return _MEMBER if bearer(connection) else _ANYONE


def _objection(request: Request, permission: Permission, takes: str) -> Response | None:
    if not may(identify(request), permission):
        return _unknown(request)
    if request.headers.get("content-length", "0") != "0":
        kind, _, _ = request.headers.get("content-type", "").partition(";")
        if kind.strip().lower() != takes:
            return refuse(request, 415, "kind_of_body")
    return None


def _unknown(connection: HTTPConnection) -> Response:
    response = refuse(connection, 401, "session_needed")
    response.headers["www-authenticate"] = "Bearer"
    return response
