"""
What can go wrong between a person and a room, and how it is said.

::

    ChatError                     has a stable wire ``code`` and perhaps a ``retry_after`` in seconds
    ├── Refusal                   one request is answered `refused`; the connection stays
    ├── Complaint                 the frame itself was wrong: `error`; the connection stays
    └── Closing                   `error` where it helps, then the connection closes with a :class:`CloseCode`
    StoreAway                     the store does not answer; nothing was acknowledged

The sentence that a person reads comes from ``chat/locales``, by code; a test fails on a code without one. To add an error, raise one
of these with a new code and write its sentence in both catalogues.
"""

from __future__ import annotations

import enum


class CloseCode(enum.IntEnum):
    """Why a connection was closed: 4000 to 4499 come back, 4500 to 4999 do not."""

    DRAINING = 4000
    TOO_SLOW = 4001  # resume from your offset
    IDLE = 4002
    BUS_LOST = 4003
    FAILED = 4004  # something of ours broke; resume from your offset
    PROTOCOL_ERROR = 4500
    EXCLUDED = 4501
    SESSION_ENDED = 4502
    ROOM_CLOSED = 4503
    OPENED_ELSEWHERE = 4505

    @property
    def returns(self) -> bool:
        """Whether the client should come back; the close reason is then the seconds to wait."""
        return self < 4500


class ChatError(Exception):
    """Something a person is told about, by its ``code``; ``retry_after`` is in seconds."""

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after


class Refusal(ChatError):
    """A request that is answered `refused`: nothing was kept, the same ref may be tried again."""


class Complaint(ChatError):
    """A frame that says nothing we understand: answered `error`, the connection stays."""


class Closing(ChatError):
    """A connection that cannot go on: `error`, then closed with ``close``."""

    def __init__(self, code: str, close: CloseCode, retry_after: float | None = None) -> None:
        super().__init__(code, retry_after)
        self.close = close


class StoreAway(Exception):
    """The store did not answer in time, or not at all: what was asked may or may not have happened."""
