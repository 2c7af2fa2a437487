"""
The staff log in and out, see their own logins, and take a seat in a room.
"""

from __future__ import annotations

import time
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from chat.errors import ChatError, StoreAway
from chat.http import access
from chat.http.access import COOKIE, Declared
from chat.http.answers import answer, refuse
from chat.http.body import TooLong, read_body
from chat.http.border import LOOPBACK
from chat.people.logins import ID, IDLE_SECONDS, Entry
from chat.people.roles import Permission
from chat.rooms.hub import Hub

BODY_BYTES: Final = 4096
DEVICE: Final = "__Host-staff-device"  # shows that somebody has logged in on this device, and nothing more
DEVICE_SECONDS: Final = 180 * 86_400

STATUS: Final = {"login_throttled": 429, "staff_busy": 429}


class Shown(Struct, frozen=True, forbid_unknown_fields=True):
    """What one shows to log in; the code is that of the second factor, or a recovery code."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    password: Annotated[str, Meta(min_length=1, max_length=1024)]
    code: Annotated[str, Meta(max_length=64)] | None = None


class Seat(Struct, frozen=True, forbid_unknown_fields=True):
    """The room that a seat is wanted in."""

    room: Annotated[str, Meta(max_length=48)]


_shown = msgspec.json.Decoder(Shown)
_seat = msgspec.json.Decoder(Seat)


async def login(request: Request) -> Response:
    """Answer 204 with a new cookie; the login that came with the request is over."""
    hub: Hub = request.app.state.hub
    if not (hub.settings.public_url.startswith("https://") or request.url.hostname in LOOPBACK):
        return refuse(request, 403, "login_insecure")
    try:
        shown = _shown.decode(await read_body(request, BODY_BYTES))
        device = request.cookies.get(DEVICE, "")
        entry = await hub.logins.enter(shown.name, shown.password, shown.code, time.time(), device)
        await _end(request)
    except (msgspec.DecodeError, TooLong, ClientDisconnect):
        return refuse(request, 400, "bad_request")
    except ChatError as exc:
        return refuse(request, STATUS.get(exc.code, 401), exc.code, exc.retry_after)
    except StoreAway:
        return refuse(request, 503, "store_away", retry_after=3)
    return _with_cookies(entry)


def _with_cookies(entry: Entry) -> Response:
    response = Response(status_code=204, headers={"cache-control": "no-store"})
    response.set_cookie(COOKIE, entry.token, secure=True, httponly=True, samesite="strict")
    response.set_cookie(DEVICE, entry.device, DEVICE_SECONDS, secure=True, httponly=True, samesite="strict")
    return response


async def logout(request: Request) -> Response:
    """Answer 204, whether or not there was a login; the device stays known."""
    try:
        await _end(request)
    except StoreAway:
        return refuse(request, 503, "store_away", retry_after=3)
    response = Response(status_code=204, headers={"cache-control": "no-store"})
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
    return response


async def _end(request: Request) -> None:
    before = await access.identify(request)
    if before is not None:
        hub: Hub = request.app.state.hub
        await hub.logins.end(before.account, before.key)


async def me(request: Request) -> Response:
    """Answer ``{name, role, ends_at, idle_seconds, sessions: [{id, begun, seen, current}]}``."""
    hub: Hub = request.app.state.hub
    staff = access.staff(request)
    try:
        logins = await hub.logins.all(staff.account, time.time())
    except StoreAway:
        return refuse(request, 503, "store_away", retry_after=3)
    sessions = [{**msgspec.structs.asdict(login), "current": login.id == staff.id} for login in logins]
    return answer(
        {
            "name": staff.name,
            "role": staff.role.value,
            "ends_at": staff.ends_at,
            "idle_seconds": IDLE_SECONDS,
            "sessions": sessions,
        }
    )


async def end_session(request: Request) -> Response:
    """End one of one's own logins; answers 204."""
    hub: Hub = request.app.state.hub
    id_ = request.path_params["id"]
    try:
        ended = await hub.logins.end(access.staff(request).account, id_) if len(id_) == ID else 0
    except StoreAway:
        return refuse(request, 503, "store_away", retry_after=3)
    return Response(status_code=204) if ended else refuse(request, 404, "not_found")


async def seat(request: Request) -> Response:
    """Answer ``{session}``, good for one room and for as long as the login is."""
    hub: Hub = request.app.state.hub
    try:
        wanted = _seat.decode(await read_body(request, BODY_BYTES))
        session = await hub.staff_seats.take(access.staff(request), wanted.room)
    except (msgspec.DecodeError, TooLong, ClientDisconnect):
        return refuse(request, 400, "bad_request")
    except StoreAway:
        return refuse(request, 503, "store_away", retry_after=3)
    return refuse(request, 404, "room_unknown") if session is None else answer({"session": session.token})


routes = [
    Declared("/api/staff/login", login, Permission.KNOCK, methods=["POST"]),
    Declared("/api/staff/logout", logout, Permission.KNOCK, methods=["POST"]),
    Declared("/api/staff/me", me, Permission.SERVE),
    Declared("/api/staff/sessions/{id}", end_session, Permission.SERVE, methods=["DELETE"]),
    Declared("/api/staff/seat", seat, Permission.SERVE, methods=["POST"]),
]
