"""
The application: its routes and middleware, as lists.
"""

from __future__ import annotations

from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat.http import admission, health, live, lobby, pages, privacy
from chat.http.answers import refuse
from chat.rooms.hub import Hub

HEADERS: Final = {
    # Nothing from elsewhere, nothing inline, no page around ours, no text that becomes an element.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; "
        "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class SafetyHeaders:
    """Add :data:`HEADERS` to every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_ENCODED]
            await send(message)

        await self.app(scope, receive, send_safely)


_ENCODED = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
_CODES = {404: "not_found", 405: "method_not_allowed"}


async def _http_error(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    response = refuse(request, exc.status_code, _CODES.get(exc.status_code, "bad_request"))
    response.headers.update(exc.headers or {})
    return response


async def _our_error(request: Request, exc: Exception) -> Response:
    return refuse(request, 500, "internal")


def create(hub: Hub, origins: frozenset[str]) -> Starlette:
    """Put the application together around ``hub``; ``origins`` are those from which a browser may open a socket."""
    app = Starlette(
        # The busiest first.
        routes=[*live.routes, *pages.routes, *lobby.routes, *privacy.routes, *admission.routes, *health.routes],
        middleware=[Middleware(SafetyHeaders)],
        exception_handlers={HTTPException: _http_error, Exception: _our_error},
    )
    app.state.hub = hub
    app.state.origins = origins
    app.state.lobby = lobby.Lobby(hub)
    app.state.pages = pages.Pages(pages.static_folder(), hub.settings)
    return app
