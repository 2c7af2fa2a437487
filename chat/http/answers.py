"""
Answers in JSON, and errors in the reader's language.
"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from chat.locales import best, sentence


def answer(body: Any, status: int = 200) -> Response:
    """Answer ``body`` as JSON; never kept by anybody on the way."""
    return Response(
        msgspec.json.encode(body), status, media_type="application/json", headers={"cache-control": "no-store"}
    )


def refuse(request: HTTPConnection, status: int, code: str, retry_after: float | None = None) -> Response:
    """Answer an error as ``{code, message, retry_after?}``; the language is asked for by ``?lang=``."""
    body = {"code": code, "message": sentence(code, best(request.query_params.get("lang")))}
    response = answer(body if retry_after is None else {**body, "retry_after": retry_after}, status)
    if retry_after is not None:
        response.headers["retry-after"] = str(round(retry_after) or 1)
    return response


async def deny(scope: Scope, receive: Receive, send: Send, status: int, code: str) -> None:
    """Answer an error outside of any route, to a request or to an upgrade."""
    if scope["type"] == "websocket":
        websocket = WebSocket(scope, receive, send)
        await websocket.send_denial_response(refuse(websocket, status, code))
    else:
        await refuse(HTTPConnection(scope), status, code)(scope, receive, send)
