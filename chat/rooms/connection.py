"""
A member's socket: RFC 6455 over a plain non-blocking socket, without transport, stream or task.

What members send is little: ``websockets``' own sans-I/O parser reads it (``messages.py``). What they are sent is much: frames arrive here
ready made and are written by hand, once a loop turn (``outbox.py``). A socket that does not take what it is given is *behind*: its rest is
kept, nothing more is queued for it but what concerns it alone, and the room catches it up afterwards or lets it go (``member.py``).

This module owns the socket and the event loop's readers and writers; it knows frames, not what they say.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Final, Protocol

from websockets.frames import Frame
from websockets.protocol import OPEN

from chat.rooms.messages import Messages, Parser, Unfit
from chat.rooms.outbox import Crowd, Flusher, text_frame

RECEIVE_BYTES: Final = 16_384  # at once, so that a burst of tiny frames does not keep the others waiting
SEND_BUFFER_BYTES: Final = 65_536
LINGER_SECONDS: Final = 2.0  # how long a closing socket may take to say goodbye

_inbound = bytearray(RECEIVE_BYTES)  # shared: each reader empties it before the next one runs
_view = memoryview(_inbound)


class Listener(Protocol):
    """What a connection tells about itself; each call comes from the event loop."""

    def received(self, text: str) -> None:
        """One text message, whole and valid UTF-8."""

    def fell_behind(self) -> None:
        """The socket takes no more for now."""

    def caught_up(self) -> None:
        """The socket has taken all that it was given."""

    def failed(self, error: Exception) -> None:
        """Something raised ``error`` while this was told: nothing more can be relied on."""

    def lost(self) -> None:
        """The connection is over; nothing follows."""


class Connection:
    """One WebSocket, open since the handshake; its times are the loop's, in seconds."""

    __slots__ = (
        "_bound",
        "_closing",
        "_fd",
        "_flusher",
        "_linger",
        "_loop",
        "_messages",
        "_own",
        "_own_bytes",
        "_parser",
        "_reading",
        "_recv_into",
        "_send",
        "_sock",
        "_stalled_at",
        "_taken",
        "crowd",
        "heard_at",
        "listener",
        "rest",
        "stall_bytes",
    )

    def __init__(self, sock: socket.socket, flusher: Flusher, *, frame_bytes: int, stall_bytes: int) -> None:
        self._sock = sock
        self._fd = sock.fileno()
        self._send = sock.send
        self._recv_into = sock.recv_into
        self._loop = asyncio.get_running_loop()
        self._flusher = flusher
        self._parser = Parser(frame_bytes)
        self._messages = Messages()
        self._own: list[bytes] = []  # frames for this member alone, to leave at the end of the turn
        self._own_bytes = 0
        self.rest = bytearray()  # what the socket has not taken; not empty: it is behind
        self._stalled_at = 0.0
        self._taken = 0  # of it since then
        self._bound = 0  # bytes that it may come to
        self._reading = False
        self._closing = False
        self._linger: asyncio.TimerHandle | None = None
        self.heard_at = self._loop.time()
        self.stall_bytes = stall_bytes
        self.listener: Listener | None = None
        self.crowd: Crowd | None = None  # the room's, once seated

    # -- from the loop

    def start(self, listener: Listener, early: bytes) -> None:
        """Begin to read; ``early`` is what came in behind the handshake."""
        self.listener = listener
        self._sock.setblocking(False)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self.resume()
        if early:
            self._feed(early)

    def pause(self) -> None:
        """Read no more for now: the peer will feel it."""
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._fd)

    def resume(self) -> None:
        if not self._reading and self._sock.fileno() >= 0:
            self._reading = True
            self._loop.add_reader(self._fd, self._readable)

    def _readable(self) -> None:
        try:
            count = self._recv_into(_inbound)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.abort()
            return
        if count:
            self.heard_at = self._loop.time()
            self._feed(_view[:count])
        else:
            self._parser.receive_eof()
            self.abort()

    def _feed(self, data: bytes | memoryview) -> None:
        try:
            self._take(data)
        except Exception as exc:  # noqa: BLE001 - half a frame may have been acted upon: this member comes again, nobody else minds
            self.failed(exc)

    def _take(self, data: bytes | memoryview) -> None:
        self._parser.receive_data(data)  # type: ignore[arg-type]  # any buffer will do: it is copied at once
        for frame in self._parser.events_received():
            assert isinstance(frame, Frame)  # requests and responses belong to the handshake
            if self._closing:
                break
            try:
                text = self._messages.add(frame)
            except Unfit as unfit:
                self.fail(unfit.code, unfit.reason)
                continue
            if text is not None and self.listener is not None:
                self.listener.received(text)
        self._flush_parser()

    # -- to the peer

    @property
    def open(self) -> bool:
        """Whether there is a socket yet."""
        return self._sock.fileno() >= 0

    @property
    def stalled_since(self) -> float | None:
        """When the socket stopped taking, by the loop's clock."""
        return self._stalled_at if self.rest else None

    def send(self, payload: bytes) -> None:
        """Send one text message to this member alone, at the end of this turn of the loop."""
        self.send_frame(text_frame(payload))

    def send_frame(self, frame: bytes) -> None:
        """Send what is framed already, at the end of this turn of the loop."""
        if self._closing:
            return
        if self.rest:
            self._keep(frame)
            return
        if not self._own:
            self._flusher.add(self)
            self._occupy()
        self._own.append(frame)
        self._own_bytes += len(frame)
        if self._own_bytes > SEND_BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered for this member alone."""
        if self._own:
            self.write(b"")

    def write(self, payload: bytes) -> None:
        """Write ``payload`` now, with what has gathered before it, in one call of the system."""
        if self._own:
            payload = b"".join((*self._own, payload))
            self._own.clear()
            self._own_bytes = 0
        try:
            count = self._send(payload)
        except (BlockingIOError, InterruptedError):
            count = 0
        except OSError:
            count = -1
        if count == len(payload):
            self.release()
        else:
            self.fell_short(payload, count)

    def fell_short(self, payload: bytes, count: int) -> None:
        """Keep what the socket has not taken of ``payload``; it took ``count`` bytes, -1 when it is broken."""
        if count < 0:
            self.abort()
            return
        self.rest += payload[count:]
        self._bound = len(self.rest) + self.stall_bytes  # one welcome may be more than what else may wait
        self._taken = 0
        self._occupy()
        self._stalled_at = self._loop.time()
        self._loop.add_writer(self._fd, self._writable)
        if self.listener is not None:
            self.listener.fell_behind()

    def _keep(self, frame: bytes) -> None:
        self.rest += frame
        if len(self.rest) > self._bound:
            self.abort()

    def _writable(self) -> None:
        try:
            count = self._send(self.rest)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.abort()
            return
        del self.rest[:count]
        self._taken += count
        if self._taken > SEND_BUFFER_BYTES:  # slow, not stalled: their time begins anew
            self._taken, self._stalled_at = 0, self._loop.time()
        if not self.rest:
            self._loop.remove_writer(self._fd)
            self.release()
            if self._parser.eof_sent:
                self._shut()
            else:
                self._tell_caught_up()

    def _tell_caught_up(self) -> None:
        if self.listener is not None and not self._closing:
            try:
                self.listener.caught_up()
            except Exception as exc:  # noqa: BLE001 - as in _feed
                self.failed(exc)

    def _occupy(self) -> None:
        if self.crowd is not None:
            self.crowd.occupy(self)

    def release(self) -> None:
        """Have the room write here at once again, unless something else has to leave first."""
        if self.crowd is not None and not self.rest and not self._own:
            self.crowd.release(self, self._send)

    def ping(self) -> None:
        if self._parser.state is OPEN and not self.rest:
            self._parser.send_ping(b"")
            self._flush_parser()

    # -- the end

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye with ``code`` (RFC 6455, section 7.4) and wait a moment for the answer."""
        if self._closing or self._parser.state is not OPEN:
            return
        self._parser.send_close(code, reason)
        self._flush_parser()
        self._end()

    def fail(self, code: int, reason: str) -> None:
        """Fail the connection (section 7.1.7): nothing more is read from it."""
        if self._parser.state is OPEN:
            self._parser.fail(code, reason)
        self._flush_parser()

    def _flush_parser(self) -> None:
        frames = b"".join(self._parser.data_to_send())
        if frames and self.rest:
            self._keep(frames)
        elif frames:
            self.write(frames)
        if self._parser.eof_sent:
            if not self.rest:
                self._shut()
            self._end()

    def _shut(self) -> None:
        try:
            self._sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.abort()

    def _end(self) -> None:
        """Stop being anybody's connection; what is left is to drain the socket, for a while."""
        if self._closing:
            return
        self._closing = True
        if self._sock.fileno() >= 0:
            self._linger = self._loop.call_later(LINGER_SECONDS, self.abort)
            self.resume()
        self._leave()

    def failed(self, error: Exception) -> None:
        """End because of a fault of ours, with a word if that can be had."""
        with contextlib.suppress(Exception):  # not even a goodbye: what began it is said by then
            if self.listener is not None:
                self.listener.failed(error)
        if not self._closing:
            self.abort()

    def abort(self) -> None:
        """Drop the socket without a word."""
        self._closing = True
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        if self._sock.fileno() >= 0:
            self.pause()
            self._loop.remove_writer(self._fd)
            self._sock.close()
        self._own.clear()
        self.rest.clear()
        self._messages.forget()
        self._leave()

    def _leave(self) -> None:
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.lost()
