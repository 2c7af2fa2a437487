"""
What visitors do besides asking for each route: connections that are refused or kept, the door, and all that one does in a room.

An act is done by every visitor; an incident happens once to the whole copy. ``drivers.py`` says which of them drives which frame.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

import altcha

from chat.people.invitations import FEWEST
from chat.privacy.leaks.clients import Client, Stay
from chat.privacy.leaks.lines import Answer, Failure

Act = Callable[[Client], Awaitable[object]]

ROOM: Final = "/r/{room}/live"
OTHERS: Final = 1000  # from here on, names that no visitor bears
COMPUTING: Final = 8  # one visitor in so many does the door's computation to its end: it is a third of a second each


class Scene(Protocol):
    """The copy that everybody visits, as incidents see it."""

    @property
    def clients(self) -> list[Client]: ...

    def store_pid(self) -> int: ...

    async def cards(self, count: int) -> list[str]:
        """Issue invitations."""

    async def moderate(self, case_id: str) -> None:
        """Have a moderator write to the author of a case, and remove the message."""


Incident = Callable[[Scene], Awaitable[None]]

# ---------------------------------------------------------------- Connections


async def linger(client: Client) -> None:
    """Keep a connection open after an answer, as browsers do."""
    line = await client.connect()
    line.write(client.request("GET", "/health/live", {}))
    if not await line.some():
        raise Failure("a connection was not kept open after an answer")


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


async def be_kept_out(client: Client) -> None:
    """Ask for a console, without a login."""
    try:
        stay = await client.enter("/console/live")
    except Failure:
        return
    stay.line.cut()
    raise Failure("a console was opened without a login")


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
        {"invitation": "0000 0000 0000 0000"},
        {"nonsense": 1},
    )
    for shown in refused:
        await _knock(client, shown, 400, 403, 409, 429)
    if offer["mode"] == "open":
        await _knock(client, {}, 200)
    elif "challenge" in offer and client.visitor.number % COMPUTING == 0:
        await _knock(client, {"proof": await asyncio.to_thread(_computed, offer["challenge"])}, 200)
    await come_by_card(client)


async def come_by_card(client: Client) -> None:
    """Come in by one of the visitor's cards, which lets in however many computations the door asks for."""
    client.session = (await _knock(client, {"invitation": client.cards.pop()}, 200)).json()["session"]


async def _knock(client: Client, shown: dict[str, object], *expected: int) -> Answer:
    answer = await client.ask("POST", "/api/admission", shown)
    if answer.status not in expected:
        raise Failure(f"the door answered {answer.status} to {' '.join(shown) or 'nothing'}")
    return answer


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


async def erase_oneself(client: Client) -> None:
    """Come as somebody else, say something, and have all erased that is held of them, after what is held of nobody."""
    await erase_a_stranger(client)
    another = Client(client.visitor, client.where, client.cards)
    await come_by_card(another)
    await say_hello(another, _pseudonym(client.visitor.number + 2 * OTHERS))
    _done(await _here(another).answered({"type": "say", "text": "À effacer."}))
    answer = await another.ask("DELETE", "/api/about-me", headers=another.shown())
    if answer.status != 200:
        raise Failure(f"erasing was answered {answer.status}")
    another.vanish()
    client.heard += another.heard


async def read_back(client: Client) -> None:
    _done(await _here(client).answered({"type": "history", "before": 50}))


async def be_refused(client: Client) -> None:
    answer = await _here(client).answered({"type": "say", "text": " "})
    if answer["type"] != "refused":
        raise Failure("an empty message was not refused")


async def be_held(client: Client) -> None:
    """Say what nobody is to see before a moderator, and take it back."""
    held = await _hold(client)
    _done(await _here(client).answered({"type": "withdraw", "message": held["id"]}))


async def _hold(client: Client) -> dict[str, Any]:
    held = await _here(client).answered(
        {"type": "say", "text": f"Écrivez-moi : visite{client.visitor.number}@relais.fr"}
    )
    if held["type"] != "held":
        raise Failure(f"an e-mail address was not held, but {held['type']}")
    return held


async def be_asked(client: Client) -> None:
    """Name somebody, and leave it at the question."""
    asked = await _here(client).answered({"type": "say", "text": "Madame Dupont-Lerouge exagère."})
    if asked["type"] != "asked":
        raise Failure(f"naming somebody was not asked about, but {asked['type']}")


async def object_to_nothing(client: Client) -> None:
    """Report a message and contest a decision that there are not."""
    nothing = (
        {"type": "report", "message": "A" * 16, "reason": "other"},
        {"type": "appeal", "case": "proof~0", "text": "?"},
    )
    for frame in nothing:
        answer = await _here(client).answered(frame)
        if answer["type"] != "refused":
            raise Failure(f"a {frame['type']} of nothing was not refused")


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
    another = Client(first.visitor, first.where, await scene.cards(FEWEST))
    await come_by_card(another)
    await say_hello(another, _pseudonym(first.visitor.number + OTHERS))
    await _here(first).until(lambda frame: frame["type"] == "presence")
    another.vanish()
    first.heard += another.heard


async def be_moderated(scene: Scene) -> None:
    """Have one report another; then one be held, written to by a moderator, decided on, and contest that in both ways."""
    first, second = scene.clients[:2]
    said = _done(await _here(second).answered({"type": "say", "text": "À signaler."}))
    _done(
        await _here(first).answered({"type": "report", "message": said["id"], "reason": "other", "note": "Une note."})
    )
    held = await _hold(first)
    await scene.moderate(held["case"])
    await _here(first).until(lambda frame: frame["type"] == "word")
    notice = await _here(first).until(lambda frame: frame.get("code") == "decided")
    _done(await _here(first).answered({"type": "appeal", "case": held["case"], "text": "Relisez-le."}))
    answer = await first.ask("POST", "/api/appeals", {"receipt": notice["receipt"], "text": "Relisez-le."})
    if answer.status != 200:
        raise Failure(f"an appeal by receipt was answered {answer.status}")
