"""
Who can be reached in distress, for whoever asks: shown beside a message in distress, and to anybody who looks for it.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from chat.http.access import Declared
from chat.http.answers import answer
from chat.locales import best
from chat.moderation.resources import Resources
from chat.people.roles import Permission


async def resources(request: Request) -> Response:
    known: Resources = request.app.state.resources
    return answer(known.shown(best(request.query_params.get("lang"))))


routes = [Declared("/api/resources", resources, Permission.LOOK)]
