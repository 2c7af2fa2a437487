"""
The door: what it asks for, and how one gets a session.
"""

from __future__ import annotations

import time
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from chat.errors import ChatError, StoreAway
from chat.http.access import Declared
from chat.http.answers import answer, refuse
from chat.http.body import TooLong, read_body
from chat.people.about import Rooms
from chat.people.admission import PAYLOAD_CHARACTERS
from chat.people.roles import Permission
from chat.people.sessions import Session
from chat.rooms.hub import Hub

BODY_BYTES: Final = 2 * PAYLOAD_CHARACTERS

# A proof or a slip that is not good, one that was used, one that came too early or while too many come.
STATUS: Final = {
    "wait_early": 429,
    "wait_full": 429,
    "words_many": 429,
    "proof_used": 409,
    "wait_used": 409,
    "invitation_used": 409,
    "invitation_full": 409,
}

Shown = Annotated[str, Meta(min_length=1, max_length=PAYLOAD_CHARACTERS)]


class Knock(Struct, frozen=True, forbid_unknown_fields=True):
    """What is shown at the door, one of them at most: a solution in ALTCHA's form, a slip whose wait is over, a card or a link,
    or six words by which one comes back."""

    proof: Shown | None = None
    wait: Shown | None = None
    invitation: Shown | None = None
    words: Shown | None = None


_knock = msgspec.json.Decoder(Knock)


async def look(request: Request) -> Response:
    """Say what the door asks for; ``?wait=yes`` asks for the wait where it is not offered yet."""
    hub: Hub = request.app.state.hub
    try:
        return answer(await hub.door.offer(time.time(), wait=request.query_params.get("wait") == "yes"))
    except StoreAway:
        return refuse(request, 503, "store_away", retry_after=3)


async def knock(request: Request) -> Response:
    """Let in whoever shows what the door asks for: the answer is their session."""
    try:
        shown = _knock.decode(await read_body(request, BODY_BYTES) or b"{}")
        session = await _admit(request.app.state.hub, shown)
    except (msgspec.DecodeError, TooLong, ClientDisconnect):
        return refuse(request, 400, "bad_request")
    except ChatError as exc:
        return refuse(request, STATUS.get(exc.code, 403), exc.code, exc.retry_after)
    except StoreAway:
        return refuse(request, 503, "store_away", retry_after=3)
    return answer({"session": session.token})


async def _admit(hub: Hub, shown: Knock) -> Session:
    if shown.words is not None:
        return await _come_back(hub, shown.words)
    if await hub.doors.closed():
        raise ChatError("doors_closed")
    now = time.time()
    if shown.proof is not None:
        return await hub.door.prove(shown.proof, now)
    if shown.wait is not None:
        return await hub.door.wait(shown.wait, now)
    if shown.invitation is not None:
        return await hub.invitations.redeem(shown.invitation, hub.sessions)
    if hub.settings.admission == "open":
        return await hub.sessions.start()
    raise ChatError("admission_needed" if hub.settings.admission == "proof" else "invitation_needed")


async def _come_back(hub: Hub, words: str) -> Session:
    session = await hub.words.come_back(words)
    await Rooms(hub.registry, hub.person_log, hub.settings, hub.receipts).dismiss(session)
    return session


routes = [
    Declared("/api/admission", look, Permission.LOOK),
    Declared("/api/admission", knock, Permission.KNOCK, methods=["POST"]),
]
