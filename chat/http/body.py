"""
Read what a request carries, up to a bound.
"""

from __future__ import annotations

from starlette.requests import Request


class TooLong(Exception):
    """More was sent than this address takes."""


async def read_body(request: Request, most: int) -> bytes:
    """Read the body. Raises TooLong beyond ``most`` bytes, ClientDisconnect when it ends too soon."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLong
    return body
