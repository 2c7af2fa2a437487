"""
What the routes of the console share: where they find the office, how they read a body, and how they say what stands in the way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from chat.errors import ChatError, StoreAway
from chat.http.access import Declared
from chat.http.answers import answer, refuse
from chat.http.body import TooLong, read_body
from chat.moderation.decisions import NotAllowed
from chat.moderation.office import Office
from chat.people.roles import Permission
from chat.rooms.hub import Hub
from chat.store.desk import Contested

BODY_BYTES: Final = 65_536

STATUS: Final = {"case_unknown": 404, "sanction_unknown": 404}  # of what is contested, else 409
_FORBIDDEN: Final = frozenset({"escalated", "own_decision", "everywhere_by_admin", "role_needed"})

Endpoint = Callable[[Request], Awaitable[Response]]
T = TypeVar("T")


def get(path: str, endpoint: Endpoint, permission: Permission) -> Declared:
    """Declare a route that reads."""
    return Declared(path, guarded(endpoint), permission)


def post(path: str, endpoint: Endpoint, permission: Permission) -> Declared:
    """Declare a route that does something."""
    return Declared(path, guarded(endpoint), permission, methods=["POST"])


def office(request: Request) -> Office:
    """Find the moderators' office."""
    found: Office = request.app.state.office
    return found


def hub(request: Request) -> Hub:
    found: Hub = request.app.state.hub
    return found


async def body(request: Request, kind: type[T]) -> T:
    """Read a body as ``kind``; what is wrong with it, :func:`guarded` answers."""
    return msgspec.json.decode(await read_body(request, BODY_BYTES) or b"{}", type=kind)


def guarded(endpoint: Endpoint) -> Endpoint:
    """Answer what can go wrong at the console: who was first, what is not allowed, a body that says nothing."""

    @wraps(endpoint)
    async def answering(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Contested as contested:
            return await _contested(request, contested)
        except NotAllowed as exc:
            return refuse(request, 403 if exc.code in _FORBIDDEN else 422, exc.code)
        except ChatError as exc:
            return refuse(request, 422, exc.code, exc.retry_after)
        except msgspec.ValidationError:
            return refuse(request, 422, "decision_incomplete")
        except (msgspec.DecodeError, TooLong, ClientDisconnect):
            return refuse(request, 400, "bad_request")
        except StoreAway:
            return refuse(request, 503, "store_away", retry_after=3)

    return answering


async def _contested(request: Request, contested: Contested) -> Response:
    response = refuse(request, STATUS.get(contested.code, 409), contested.code)
    told = msgspec.json.decode(response.body)
    if contested.by:
        told["by"] = contested.by
    case = await office(request).queue.find(request.path_params.get("id", ""))
    if case is not None:
        told["version"] = case.version
        if case.state == "decided":
            told |= {"by": case.by, "at": case.decided_at, "verdict": case.verdict}
    return answer(told, response.status_code)
