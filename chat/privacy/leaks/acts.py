"""
What visitors do besides asking for each route: errors, nonsense, and all that one does in a room.

An act is done by every visitor; an incident happens once to the whole copy. ``drivers.py`` says which of them drives which frame.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

import altcha

from chat.privacy.leaks.clients import Client, Stay
from chat.privacy.leaks.lines import Failure

Act = Callable[[Client], Awaitable[object]]

LISTEN_SECONDS: Final = 1.0  # to what nonsense is answered, if it is
ROOM: Final = "/r/{room}/live"
OTHERS: Final = 1000  # from here on, names that no visitor bears
COMPUTING: Final = 8  # one visitor in so many does the door's computation to its end: it is a third of a second each


class Scene(Protocol):
    """The copy that everybody visits, as incidents see it."""

    @property
    def clients(self) -> list[Client]: ...

    def store_pid(self) -> int: ...

    async def sessions(self, count: int) -> list[str]:
        """Begin sessions without the door, which is visited for itself."""


Incident = Callable[[Scene], Awaitable[None]]

# ---------------------------------------------------------------- HTTP that has no sense

_HEADERS: Final = (
    b"Host: %(host)b\r\nX-Forwarded-For: %(forged)b\r\nUser-Agent: %(agent)b\r\nReferer: http://%(referer)b/\r\n"
)

NONSENSE: Final = (
    b"\r\n\r\n\r\n",
    b"%(forged)b %(agent)b\r\n\r\n",
    b"GET / HTTP/0.9\r\n" + _HEADERS + b"\r\n",
    b"GET / HTTP/2.0\r\n" + _HEADERS + b"\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n%(forged)b",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03%(agent)b",  # TLS, on a port that speaks none
    b"PROXY TCP4 %(forged)b 127.0.0.1 40000 80\r\nGET / HTTP/1.1\r\n" + _HEADERS + b"\r\n",
    b"GET / HTTP/1.1\r\n" + _HEADERS + b"X-Real-IP:\r\n %(forged)b\r\n\r\n",  # folded
    b"GET / HTTP/1.1\r\n" + _HEADERS + b"X-Real-IP %(forged)b\r\n\r\n",  # no colon
    b"GET / HTTP/1.1\r\n" + _HEADERS + b"X-Real-IP: %(forged)b\x00\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + _HEADERS + b"Cookie: " + b"a" * 12_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + _HEADERS + b"X-Client-IP: %(forged)b\r\n" * 300 + b"\r\n",
    b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n" + _HEADERS + b"\r\n",
    b"POST /api/admission HTTP/1.1\r\n" + _HEADERS + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n%(agent)b",
    b"POST /api/admission HTTP/1.1\r\n" + _HEADERS + b"Content-Length: 99999999\r\n\r\n%(agent)b",
    b"POST /api/admission HTTP/1.1\r\n"
    + _HEADERS
    + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"GET /%%zz/%%2e%%2e HTTP/1.1\r\n" + _HEADERS + b"\r\n",
    b"GET / HTTP/1.1\r\n" + _HEADERS + b"\r\nGET /nowhere HTTP/1.1\r\n" + _HEADERS + b"\r\n",  # pipelined
    b"GET /r/x/live HTTP/1.1\r\n" + _HEADERS + b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",  # no key
    b"GET / HTTP/1.1\r\n" + _HEADERS,  # half a request, then the line is cut
)


async def talk_nonsense(client: Client) -> None:
    visitor = client.visitor
    telling = {
        b"host": client.where.name.encode(),
        b"forged": visitor.forged.encode(),
        b"agent": visitor.agent.encode(),
        b"referer": visitor.referer.encode(),
    }

    async def say(words: bytes) -> None:
        async with client.line() as line:
            line.write(words % telling)
            await line.rest(LISTEN_SECONDS)

    await asyncio.gather(*map(say, NONSENSE))


async def cut_requests_off(client: Client) -> None:
    """Reset the connection within a request, by and by."""
    whole = client.request("GET", "/", {"Connection": "close"})
    for length in (1, len(whole) // 3, len(whole) - 1, len(whole)):
        async with client.line() as line:
            line.write(whole[:length])
            await asyncio.sleep(0)


async def linger(client: Client) -> None:
    """Keep a connection open after an answer, as browsers do."""
    line = await client.connect()
    line.write(client.request("GET", "/health/live", {}))
    if not await line.some():
        raise Failure("a connection was not kept open after an answer")


# ---------------------------------------------------------------- Doors that stay closed


async def be_denied(client: Client) -> None:
    """Ask for WebSockets that are refused."""
    denied: tuple[tuple[str, dict[str, str | None]], ...] = (
        (ROOM, {"origin": "https://elsewhere.example"}),
        (ROOM, {"origin": None}),
        (ROOM, {"subprotocol": "other.1"}),
        ("/nowhere/live", {}),
        ("/", {}),
    )
    for path, changes in denied:
        try:
            stay = await client.enter(path, **changes)
        except Failure:
            continue
        stay.line.cut()
        raise Failure(f"{path} was opened with {changes}")


async def visit_control(client: Client) -> None:
    """Ask for a page, then stay: what the positive control answers, too."""
    await client.ask("GET", "/")
    client.stay = await client.enter(ROOM)


# ---------------------------------------------------------------- At the door


async def knock(client: Client) -> None:
    """Come in as the community lets people in, and show what does not let anybody in."""
    offer = (await client.ask("GET", "/api/admission?wait=yes")).json()
    refused: tuple[dict[str, object], ...] = (
        {"proof": "bm9uc2Vuc2U="},
        {"wait": offer.get("wait", {}).get("slip", "1.2.3")},
        {"nonsense": 1},
    )
    for shown in refused:
        await _knock(client, shown, 400, 403, 409, 429)
    if offer["mode"] == "open":
        await _knock(client, {}, 200)
    elif "challenge" in offer and client.visitor.number % COMPUTING == 0:
        await _knock(client, {"proof": await asyncio.to_thread(_computed, offer["challenge"])}, 200)


async def _knock(client: Client, shown: dict[str, object], *expected: int) -> None:
    answer = await client.ask("POST", "/api/admission", shown)
    if answer.status not in expected:
        raise Failure(f"the door answered {answer.status} to {' '.join(shown) or 'nothing'}")


def _computed(challenge: dict[str, Any]) -> str:
    form = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(form)
    if solution is None:
        raise Failure("the door gave out a computation without a solution")
    return str(altcha.Payload(form, solution).to_base64())


# ---------------------------------------------------------------- In a room


async def say_hello(client: Client, name: str | None = None) -> None:
    """Enter the room and stay."""
    stay = await client.enter(ROOM)
    await stay.send(
        {"type": "hello", "session": client.session, "pseudonym": name or _pseudonym(client.visitor.number)}
    )
    welcome = await stay.until(lambda frame: frame["type"] in ("welcome", "error"))
    if welcome["type"] != "welcome":
        raise Failure(f"hello was answered by {welcome['code']}")
    client.session = welcome["you"]["session"]
    client.stay = stay


async def erase_a_stranger(client: Client) -> None:
    """Ask that somebody be erased whom nobody knows."""
    unknown = {"Authorization": f"Bearer {'A' * 43}.{'A' * 43}"}
    answer = await client.ask("DELETE", "/api/about-me", None, headers=unknown)
    if answer.status != 401:
        raise Failure(f"DELETE /api/about-me answered {answer.status}")


async def come_back(client: Client) -> None:
    """Enter again, after the line was cut: what was taken back meanwhile is void."""
    client.vanish()
    await say_hello(client)


async def leave(client: Client) -> None:
    """Say goodbye, and hear the rest."""
    await _here(client).leave()
    client.vanish()


async def be_sent_away(client: Client) -> None:
    """Hear the rest of what a server says that ends."""
    await _here(client).rest()


async def say_and_withdraw(client: Client) -> None:
    here = _here(client)
    said = _done(await here.answered({"type": "say", "text": "Bonjour à tous."}))
    _done(await here.answered({"type": "withdraw", "message": said["id"]}))


async def read_back(client: Client) -> None:
    _done(await _here(client).answered({"type": "history", "before": 50}))


async def be_refused(client: Client) -> None:
    answer = await _here(client).answered({"type": "say", "text": " "})
    if answer["type"] != "refused":
        raise Failure("an empty message was not refused")


async def break_off(client: Client) -> None:
    """Send what is no frame in a place of its own, then break the rules of the wire."""
    stay = await client.enter(ROOM)
    await stay.send_text('{"type":"nonsense"}')
    await stay.until(lambda frame: frame["type"] == "error")
    stay.line.write(b"\xff\xff\xff\xff")
    await stay.rest()


def _here(client: Client) -> Stay:
    if client.stay is None:
        raise Failure("a visitor is not in the room")
    return client.stay


def _done(answer: dict[str, Any]) -> dict[str, Any]:
    if answer["type"] != "accepted":
        raise Failure(f"a request was refused: {answer.get('code')}")
    return answer


def _pseudonym(number: int) -> str:
    syllables = [consonant + vowel for consonant in "bdfgkmps" for vowel in "aeiou"]
    return f"Visite {syllables[number % 40]}{syllables[number // 40 % 40]}"


# ---------------------------------------------------------------- Once for all


async def lose_the_store(scene: Scene) -> None:
    """Kill the store while everybody is there; the copy starts it again, and all resume."""
    os.kill(scene.store_pid(), signal.SIGKILL)
    back = [_here(client).until(lambda frame: frame.get("code") == "store_back") for client in scene.clients]
    await asyncio.gather(*back)


async def count_heads(scene: Scene) -> None:
    """Have one more come, so that those who are there are told how many they are."""
    first = scene.clients[0]
    another = Client(first.visitor, first.where, (await scene.sessions(1))[0])
    await say_hello(another, _pseudonym(first.visitor.number + OTHERS))
    await _here(first).until(lambda frame: frame["type"] == "presence")
    another.vanish()
    first.heard += another.heard


async def be_erased(scene: Scene) -> None:
    """Have one more come, say something, and ask to be erased with it."""
    first = scene.clients[0]
    another = Client(first.visitor, first.where, (await scene.sessions(1))[0])
    await say_hello(another, _pseudonym(first.visitor.number + 2 * OTHERS))
    await say_and_withdraw(another)
    answer = await another.ask("DELETE", "/api/about-me", None, headers={"Authorization": f"Bearer {another.session}"})
    if answer.status != 200:
        raise Failure(f"DELETE /api/about-me answered {answer.status}")
    another.vanish()
    first.heard += another.heard
