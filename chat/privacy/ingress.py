"""
The ingress: keeps request headers that tell who sent them out of uvicorn, and hostile bytes out of everything behind it.

It stands between the socket and uvicorn's HTTP parser. What comes in lands in a buffer of its own, is read there (``head.py``), goes on as
a head made anew, and is overwritten with zeros: uvicorn, the application and what either may keep or log never hold the rest. One request
goes on at a time, so that answers stay in order; an upgrade takes the ingress out of the way for good, with what came in behind it.

Everything is bounded: a head by ``HEAD_BYTES`` (431, 414), a body by ``BODY_BYTES`` (413), each by a time (408), those who wait with half a
request by a number, where the one who has waited longest makes room. Whatever is refused is answered once, with a status, a code and a
sentence, and the connection ends. HTTP/1.0 is taken, since proxies speak it by default; 0.9 and 2.0 are not (505).
"""

from __future__ import annotations

import asyncio
import functools
from typing import Final, cast

from uvicorn.config import Config
from uvicorn.server import ServerState

from chat.privacy.behind import AppState, Requests, Uvicorn
from chat.privacy.gate import Gate
from chat.privacy.head import HEAD_BYTES, Refused, look, read

# What is read and dropped of somebody who is refused, so that the answer is not lost in a reset.
DRAINED_BYTES: Final = 1_048_576

_zeros = memoryview(bytes(HEAD_BYTES))
_nothing = memoryview(bytearray())


def ingress(gate: Gate) -> type[asyncio.Protocol]:
    """Make what uvicorn takes as its ``http``."""
    return cast(type[asyncio.Protocol], functools.partial(Ingress, gate))


class Ingress(asyncio.BufferedProtocol):
    """One connection, until it is upgraded or ends."""

    def __init__(
        self,
        gate: Gate,
        config: Config,
        server_state: ServerState,
        app_state: AppState,
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._gate = gate
        self._limits = gate.limits
        self._uvicorn = Uvicorn(config, server_state, app_state)
        self._connections = cast(set[object], server_state.connections)  # those that uvicorn ends before it does
        self._loop = _loop or asyncio.get_running_loop()
        self._inner: Requests | None = None  # made for the first request that is no handshake
        self._buffer = bytearray(HEAD_BYTES)
        self._view = memoryview(self._buffer)
        self._filled = 0
        self._body = 0  # bytes of the request under way that have yet to come
        self._answering = False
        self._refused = False
        self._drained = 0
        self._full = False  # reading rests until there is room again
        self._ended = False  # the peer sends no more
        self._deadline: asyncio.TimerHandle | None = None

    # -- from the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self)
        self._await_head()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._view[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        if self._refused:
            self._drain()
        else:
            self._go_on()

    def eof_received(self) -> bool:
        """Keep the connection open for the answers to what was asked; half a request has none."""
        self._ended = True
        return self._answering and not self._body and not self._refused

    def connection_lost(self, exc: Exception | None) -> None:
        self._let_go()
        if self._inner is not None:
            self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._inner is not None:
            self._inner.resume_writing()

    def shutdown(self) -> None:
        """End while nothing is asked, when the server does."""
        self._transport.close()

    # -- a request after the other

    def _go_on(self) -> None:
        """Hand on what has come, as far as it may go."""
        try:
            while self._filled and (self._body or not self._answering) and self._hand_on():
                pass
        except Refused as refused:
            self.refuse(refused)
            return
        if not self._refused and self._full is not (self._filled == HEAD_BYTES):
            self._full = not self._full
            if self._full:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def _hand_on(self) -> bool:
        """Hand on the next piece; false when it has not all come."""
        if self._body:
            self._hand_on_body()
            return True
        if self._buffer.startswith(b"\r\n"):  # what some send behind a body (RFC 9112, section 2.2)
            self._forget(2)
            return True
        end = self._buffer.find(b"\r\n\r\n", 0, self._filled) + 4
        if end < 4:
            look(self._buffer, self._filled)
            return False
        head = read(self._buffer, end)
        self._forget(end)
        if head.upgrade:
            self._step_aside(head.forwarded)
            return False
        self._answering, self._body = True, head.body
        self._gate.leave(self)
        self._within(self._limits.body_seconds if head.body else self._limits.answer_seconds)
        self._parser().data_received(head.forwarded)
        return True

    def _parser(self) -> Requests:
        if self._inner is None:
            self._inner = Requests(self, self._uvicorn, self._loop)
            self._inner.connection_made(self._transport)
            self._connections.discard(self)
        return self._inner

    def _hand_on_body(self) -> None:
        size = min(self._body, self._filled)
        piece = bytes(self._view[:size])
        self._forget(size)
        self._body -= size
        self._parser().data_received(piece)
        if self._body:
            return
        if self._answering:
            self._within(self._limits.answer_seconds)
        else:
            self._await_head()

    def _step_aside(self, handshake: bytes) -> None:
        """Leave the connection to uvicorn's protocol of WebSockets, with what came in behind the handshake."""
        early = bytes(self._view[: self._filled])
        self._let_go()
        self._connections.discard(self._inner)
        protocol = self._uvicorn.upgrade(self._transport, handshake)
        if early and not self._transport.is_closing():
            protocol.data_received(early)

    def answered(self) -> None:
        """Take up the next request, now that the answer to the one before has been written."""
        self._answering = False
        if self._refused or self._transport.is_closing():
            return
        if not self._body:
            self._await_head()
        self._go_on()
        if self._ended and not self._answering:
            self._transport.close()

    def _await_head(self) -> None:
        self._gate.wait(self)
        self._within(self._limits.head_seconds)

    # -- the end

    def refuse(self, refused: Refused) -> None:
        """Answer ``refused``, and end once it could be read."""
        if self._refused:
            return
        self._refused = True
        if self._inner is not None:
            self._inner.forsake()
        self._gate.leave(self)
        self._forget(self._filled)
        if self._transport.is_closing():
            return
        self._transport.write(self._gate.refusal(refused))
        # Closing with bytes unread would reset the connection, and take the answer away from who has yet to read it.
        self._transport.write_eof()
        self._transport.resume_reading()
        self._within(self._limits.linger_seconds)
        if self._ended:
            self._transport.close()

    def _drain(self) -> None:
        self._drained += self._filled
        self._forget(self._filled)
        if self._drained > DRAINED_BYTES:
            self.abort()

    def abort(self) -> None:
        """Drop the connection without a word."""
        self._gate.leave(self)
        self._transport.abort()

    def _within(self, seconds: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self._loop.call_later(seconds, self._too_late)

    def _too_late(self) -> None:
        answer_begun = self._answering and (not self._body or self._parser().cycle.response_started)
        if self._refused or self._transport.is_closing() or answer_begun:
            self.abort()
        elif self._filled or self._body:
            self.refuse(Refused(408, "request_late"))
        else:  # nothing was asked; what was answered before may be on its way yet
            self._gate.leave(self)
            self._transport.close()
            self._within(self._limits.answer_seconds)

    def _forget(self, size: int) -> None:
        """Overwrite the first ``size`` bytes, and move up the rest."""
        rest = self._filled - size
        self._view[:rest] = self._view[size : self._filled]
        self._view[rest : self._filled] = _zeros[:size]
        self._filled = rest

    def _let_go(self) -> None:
        self._forget(self._filled)
        self._view, self._buffer = _nothing, bytearray()  # at once: this object waits for the garbage collector
        self._gate.leave(self)
        self._connections.discard(self)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
