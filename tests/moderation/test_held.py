"""Held is unseen: what a held message says is in no frame, page, log, metric or history but its author's and the moderators'."""

from __future__ import annotations

import asyncio
import json
import socket
import urllib.request
from collections.abc import Callable

import pytest

from tests.clients import join
from tests.conftest import Server
from tests.http.desk import Desk

pytestmark = pytest.mark.usefixtures("no_socket_left")

SECRET = "jeanne.quelque-part@exemple.fr"


async def test_what_is_held_is_nowhere_else(start: Callable[..., Server]) -> None:
    port = free_port()
    server = start("--admin-port", str(port))
    author, other = await join(server.address, "salon"), await join(server.address, "salon")
    held = await author.say(f"écrivez à {SECRET}")
    assert held["type"] == "held"
    desk = Desk(server)
    assert SECRET in json.dumps(desk.get(f"/api/console/cases/{held['case']}")), "moderators read it"
    await other.say("rien à voir")
    await other.until(lambda frame: frame["type"] == "presence")
    await other.ask({"type": "history", "before": 1000})
    resumed = await join(server.address, "salon", session=other.token, since=other.position)
    late = await join(server.address, "salon")
    for member in (other, resumed, late):
        assert SECRET not in json.dumps([member.welcome, *member.frames], ensure_ascii=False)
    for path in ("/api/rooms", "/", "/r/salon"):
        assert SECRET not in await asyncio.to_thread(page, server.address + path)
    assert SECRET not in await asyncio.to_thread(page, f"http://127.0.0.1:{port}/metrics")
    assert SECRET.encode() not in server.log.read_bytes()
    again = await join(server.address, "salon", session=author.token)
    assert SECRET in json.dumps(again.welcome["you"]["pending"]), "and its author"


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:
        text: str = answer.read().decode()
    return text
