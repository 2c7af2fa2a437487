"""
All that is held of a person: shown to whoever shows their session, and erased when they ask.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from chat.errors import StoreAway
from chat.http.access import Declared, bearer
from chat.http.answers import answer, refuse
from chat.locales import best
from chat.people.about import About
from chat.people.roles import Permission
from chat.rooms.hub import Hub


async def show(request: Request) -> Response:
    """Answer ``{at, session, …}``, a field for each section of what is held."""
    about: About = request.app.state.about
    try:
        told = await about.tell(bearer(request))
    except StoreAway:
        return refuse(request, 503, "store_away", retry_after=3)
    return _ended(request) if told is None else answer(told)


async def erase(request: Request) -> Response:
    """Answer ``{messages}``, how many are gone, once all is; until then the same session may be shown again."""
    about: About = request.app.state.about
    try:
        messages = await about.erase(bearer(request))
    except StoreAway:
        return refuse(request, 503, "erasing_unfinished", retry_after=3)
    return _ended(request) if messages is None else answer({"messages": messages})


async def give_words(request: Request) -> Response:
    """Answer ``{words}``, six by which one may come back; ``?lang=`` chooses their language. They are not shown again."""
    hub: Hub = request.app.state.hub
    try:
        session = await hub.sessions.recognise(bearer(request))
        if session is None or not await hub.sessions.lives(session):
            return _ended(request)
        if session.seat:
            return refuse(request, 403, "words_staff")
        return answer({"words": await hub.words.give(session, best(request.query_params.get("lang")))})
    except StoreAway:
        return refuse(request, 503, "store_away", retry_after=3)


def _ended(request: Request) -> Response:
    response = refuse(request, 401, "session_ended")
    response.headers["www-authenticate"] = "Bearer"
    return response


routes = [
    Declared("/api/about-me", show, Permission.KNOW_ONESELF),
    Declared("/api/about-me", erase, Permission.KNOW_ONESELF, methods=["DELETE"]),
    Declared("/api/about-me/words", give_words, Permission.KNOW_ONESELF, methods=["POST"]),
]
