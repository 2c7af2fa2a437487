"""
The application: its routes and middleware, as lists, and how it says what is wrong.
"""

from __future__ import annotations

from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chat.http import (
    about_you,
    admission,
    appeals,
    console,
    console_live,
    console_overview,
    health,
    leaving,
    live,
    lobby,
    pages,
    privacy,
    resources,
    staff,
    staff_accounts,
    wait,
)
from chat.http.access import Declared, DeclaredSocket, declared
from chat.http.answers import deny, refuse
from chat.http.border import Border, Site
from chat.moderation.office import Office
from chat.moderation.resources import load
from chat.people.about import About, Rooms
from chat.rooms.hub import Hub

_CODES: Final = {404: "not_found", 405: "method_not_allowed"}


async def _http_error(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    response = refuse(request, exc.status_code, _CODES.get(exc.status_code, "bad_request"))
    response.headers.update(exc.headers or {})
    return response


async def _nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    await deny(scope, receive, send, 404, "not_found")


async def _our_error(request: Request, exc: Exception) -> Response:
    return refuse(request, 500, "internal")


# The busiest first.
ROUTES: Final[list[Declared | DeclaredSocket]] = [
    *live.routes,
    *pages.routes,
    *lobby.routes,
    *privacy.routes,
    *admission.routes,
    *wait.routes,
    *leaving.routes,
    *about_you.routes,
    *appeals.routes,
    *resources.routes,
    *console.routes,
    *console_overview.routes,
    *console_live.routes,
    *staff.routes,
    *staff_accounts.routes,
    *health.routes,
]


def create(hub: Hub, office: Office, site: Site) -> Starlette:
    """Put the application together around ``hub``, for who comes to ``site``."""
    app = Starlette(
        routes=declared(ROUTES),
        middleware=[Middleware(Border, site)],
        exception_handlers={HTTPException: _http_error, Exception: _our_error},
    )
    app.router.redirect_slashes = False  # an address is there or it is not
    app.router.default = _nothing_here
    app.state.hub = hub
    app.state.office = office
    app.state.resources = load(hub.settings.country, hub.settings.crisis_contacts)
    app.state.about = About(hub.sessions, [hub.words, Rooms(hub.registry, hub.person_log, hub.settings, hub.receipts)])
    app.state.lobby = lobby.Lobby(hub)
    app.state.pages = pages.Pages(pages.static_folder(), hub.settings)
    return app
