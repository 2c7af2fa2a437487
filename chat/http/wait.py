"""
The wait for whoever has no script, or computes slowly: a page, a slip in its form, and the way to the entrance when it is over.

The slip travels in the body and behind the ``#`` of an address, where no log of any proxy keeps it. Asking for it early is answered by the
same page with what is left. The page names itself to us as a referrer, and to nobody else: without, a browser would say of its form that
it comes from nowhere, and we would refuse it.
"""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlencode

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from chat.errors import ChatError, StoreAway
from chat.http.access import Declared
from chat.http.answers import refuse
from chat.http.body import TooLong, read_body
from chat.http.dates import hour, span
from chat.http.pages import Pages
from chat.locales import best, sentence
from chat.people.roles import Permission
from chat.rooms.hub import Hub
from chat.settings import SLUG

BODY_BYTES: Final = 2048
FORM: Final = "application/x-www-form-urlencoded"


async def page(request: Request) -> Response:
    """Give out a slip; where there is nothing to wait for, lead to the entrance."""
    room, lang = _asked(request)
    if not re.fullmatch(SLUG, room):
        return refuse(request, 404, "not_found")
    return await _give(request, room, lang, "")


async def over(request: Request) -> Response:
    """Look whether the wait is over: then lead to the entrance, with the slip."""
    lang = best(request.query_params.get("lang"))
    try:
        form = parse_qs((await read_body(request, BODY_BYTES)).decode(), max_num_fields=2)
        (room,), (slip,) = form["room"], form["slip"]
    except (TooLong, ClientDisconnect, ValueError, KeyError):
        return refuse(request, 400, "bad_request")
    if not re.fullmatch(SLUG, room):
        return refuse(request, 400, "bad_request")
    hub: Hub = request.app.state.hub
    now = time.time()
    try:
        ripe_at = hub.door.ripe_at(slip, now)
    except ChatError as exc:
        return await _give(request, room, lang, sentence(exc.code, lang))
    if ripe_at <= now:
        return _lead(f"/r/{room}#wait={slip}")
    return _show(request, room, lang, slip, ripe_at - now, sentence("wait_early", lang))


async def _give(request: Request, room: str, lang: str, said: str) -> Response:
    hub: Hub = request.app.state.hub
    if hub.door.mode != "proof":
        return _lead(f"/r/{room}")
    try:
        wait = await hub.door.slip(time.time())
    except ChatError:
        return _lead(f"/r/{room}")
    except StoreAway:
        return refuse(request, 503, "store_away", retry_after=3)
    return _show(request, room, lang, wait.slip, wait.seconds, said)


def _show(request: Request, room: str, lang: str, slip: str, left: float, said: str) -> Response:
    pages: Pages = request.app.state.pages
    hub: Hub = request.app.state.hub
    iso, clock = hour(int(time.time() + left), hub.settings.zone, lang)
    facts = {
        "other": "?" + urlencode({"room": room, "lang": "en" if lang == "fr" else "fr"}),
        "room": room,
        "slip": slip,
        "left": span(max(1, round(left)), lang),
        "iso": iso,
        "hour": clock,
        "said": said,
    }
    return pages.made("wait", lang, facts)


def _asked(request: Request) -> tuple[str, str]:
    return request.query_params.get("room", ""), best(request.query_params.get("lang"))


def _lead(where: str) -> Response:
    return RedirectResponse(where, HTTPStatus.SEE_OTHER, {"cache-control": "no-store"})


routes = [
    Declared("/wait", page, Permission.LOOK),
    Declared("/wait", over, Permission.KNOCK, methods=["POST"], takes=FORM),
]
