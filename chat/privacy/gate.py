"""
What all connections of a process share at the door: the limits of what may come in, what a refusal says, and who is waiting.

It keeps the number of those with half a request bounded: where one too many comes, the one who has waited longest makes room.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Protocol

import msgspec
from msgspec import Struct

from chat import metrics
from chat.locales import best, sentence
from chat.privacy.head import Refused


class Waiting(Protocol):
    """A connection whose request has not all come."""

    def abort(self) -> None:
        """Drop the connection."""


class Limits(Struct, frozen=True):
    """How long each part of a request may take, and how many may be waiting for theirs."""

    head_seconds: float = 5.0  # from the connection, or from the answer before
    body_seconds: float = 20.0  # 64 KiB over a bad mobile network
    answer_seconds: float = 60.0  # for the answer to be made and read
    linger_seconds: float = 2.0  # for a refusal to be read
    waiting: int = 16_384  # a storm of a whole community stays well below


class Gate:
    """What all connections of a process share: the limits, what every refusal says, who is waiting."""

    def __init__(self, headers: Mapping[str, str], limits: Limits | None = None) -> None:
        """``headers`` go with every refusal."""
        self.limits = limits or Limits()
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._waiting: dict[Waiting, None] = {}  # a set in the order of arrival

    def wait(self, one: Waiting) -> None:
        self._waiting[one] = None
        if len(self._waiting) > self.limits.waiting:
            metrics.REFUSED.labels("crowded").inc()
            next(iter(self._waiting)).abort()

    def leave(self, one: Waiting) -> None:
        self._waiting.pop(one, None)

    def refusal(self, refused: Refused) -> bytes:
        """Say a refusal as a whole answer."""
        metrics.REFUSED.labels(refused.code).inc()
        body = msgspec.json.encode({"code": refused.code, "message": sentence(refused.code, best(refused.lang))})
        more = "sec-websocket-version: 13\r\nupgrade: websocket\r\n" if refused.status == 426 else ""
        return (
            f"HTTP/1.1 {refused.status} {HTTPStatus(refused.status).phrase}\r\nconnection: close\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\ncache-control: no-store\r\n"
            f"{more}{self._headers}\r\n".encode()
            + body
        )
