"""Members who stop reading, then wake and ask for what they missed: a client of ours in Python, for a few at a time."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from loadtests.servers import Fault

ROOM = 0
RECEIVE_BYTES = 4_096  # little, so that the kernel doesn't read in their stead for long
PATIENCE_SECONDS = 10
QUIET_SECONDS = 1
LETTERS = "bcdfghjkpqrstvxz"  # none that looks like another: names that do are refused


class You(Struct, frozen=True):
    session: str = ""


class Event(Struct, frozen=True):
    """What this client looks at in a frame, whichever it is."""

    type: str
    offset: int = 0
    until: int = 0
    epoch: str = ""
    message: str = ""
    recovered: bool = False
    you: You = You()
    events: tuple[Event, ...] = ()


_decoder = msgspec.json.Decoder(Event)


class Sleeper:
    """A member of the room, from its first ``welcome`` on."""

    def __init__(self, connection: ClientConnection, port: int, welcome: Event) -> None:
        self.connection = connection
        self.port = port
        self.session = welcome.you.session
        self.epoch = welcome.epoch
        self.start = self.reached = welcome.offset
        self.seen: set[int] = set()

    def note(self, event: Event) -> None:
        """Keep the place of a numbered event; frames that only mention an offset aren't numbered."""
        if event.offset and event.type not in {"welcome", "accepted"}:
            self.seen.update(range(event.offset, max(event.offset, event.until) + 1))
            self.reached = max(self.reached, event.offset, event.until)

    def missing(self, newest: int) -> int:
        return len(set(range(self.start + 1, newest + 1)) - self.seen)


async def sleepers(port: int, count: int) -> list[Sleeper]:
    """Bring ``count`` members in; none of them reads once this returns and the loop stands still."""
    names = itertools.islice(map("".join, itertools.product(LETTERS, repeat=2)), count)
    return list(await asyncio.gather(*(_enter(port, f"Dormeur {name}") for name in names)))


async def missed(asleep: list[Sleeper]) -> tuple[int, int]:
    """Wake everyone; return how many messages are missing to them in all, and how many of them are back."""
    gaps = await asyncio.gather(*(_wake(sleeper) for sleeper in asleep), return_exceptions=True)
    back = [gap for gap in gaps if isinstance(gap, int)]
    return sum(back), len(back)


async def _enter(port: int, pseudonym: str) -> Sleeper:
    connection = await _connected(port)
    await connection.send(msgspec.json.encode({"type": "hello", "pseudonym": pseudonym}).decode())
    return Sleeper(connection, port, await _welcomed(connection))


async def _wake(sleeper: Sleeper) -> int:
    """Read what is left in the old connection, come back with a new one; return how many messages are missing."""
    with contextlib.suppress(ConnectionClosed, TimeoutError):
        while True:
            sleeper.note(_decoder.decode(await asyncio.wait_for(sleeper.connection.recv(), QUIET_SECONDS)))
    await sleeper.connection.close()
    connection = await _connected(sleeper.port)
    since = {"epoch": sleeper.epoch, "offset": sleeper.reached}
    hello = {"type": "hello", "session": sleeper.session, "since": since}
    await connection.send(msgspec.json.encode(hello).decode())
    welcome = await _welcomed(connection)
    for event in welcome.events:
        sleeper.note(event)
    await connection.close()
    return sleeper.missing(welcome.offset)


async def _welcomed(connection: ClientConnection) -> Event:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            event = _decoder.decode(await connection.recv())
            if event.type == "error":
                raise Fault(f"not welcomed: {event.message}")
            if event.type == "welcome":
                return event


async def _connected(port: int) -> ClientConnection:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    return await connect(
        f"ws://127.0.0.1:{port}/r/load-{ROOM}/live",
        sock=sock,
        origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]  # Origin is a NewType of str
        subprotocols=["sansmasque.1"],  # type: ignore[list-item]
        compression=None,
        max_size=None,
        ping_interval=None,
    )
