"""
Contest a decision without a session, by the receipt that came with it.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from chat.errors import ChatError, StoreAway
from chat.http.access import Declared
from chat.http.answers import answer, refuse
from chat.http.body import TooLong, read_body
from chat.people.roles import Permission
from chat.rooms.hub import Hub

BODY_BYTES: Final = 16_384


class Asked(Struct, frozen=True):
    """A receipt, and what speaks against the decision."""

    receipt: Annotated[str, Meta(min_length=1, max_length=200)]
    text: Annotated[str, Meta(max_length=2000, pattern=r"\S")]


_asked: Final = msgspec.json.Decoder(Asked)


async def appeal(request: Request) -> Response:
    """Answer ``{case}``, the appeal that another moderator will decide."""
    hub: Hub = request.app.state.hub
    try:
        asked = _asked.decode(await read_body(request, BODY_BYTES))
        case = await hub.appeals.by_receipt(asked.receipt, asked.text.strip())
        hub.opened(case.partition("~")[0])
        return answer({"case": case})
    except (msgspec.DecodeError, TooLong, ClientDisconnect):
        return refuse(request, 400, "bad_request")
    except ChatError as exc:
        return refuse(request, 404 if exc.code == "receipt_unknown" else 409, exc.code)
    except StoreAway:
        return refuse(request, 503, "store_away", retry_after=3)


routes = [Declared("/api/appeals", appeal, Permission.APPEAL, methods=["POST"])]
