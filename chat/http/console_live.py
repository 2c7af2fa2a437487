"""
The live side of the console: what changes, who is on duty, and notes between moderators.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from starlette.websockets import WebSocket, WebSocketDisconnect

from chat.errors import CloseCode, StoreAway
from chat.http.access import DeclaredSocket, staff
from chat.http.answers import refuse
from chat.moderation.consoles import Console, Consoles
from chat.moderation.office import Office
from chat.people.roles import Permission
from chat.people.vigil import Watch
from chat.protocol import SUBPROTOCOL
from chat.rooms.handoff import STAY
from chat.rooms.hub import Hub

NOTE_SECONDS: Final = 1.0  # between two notes of one console


class Note(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="note"):
    """Tell the other moderators something."""

    text: Annotated[str, Meta(min_length=1, max_length=500)]


class View(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="view"):
    """Say which case one looks at."""

    case: Annotated[str, Meta(max_length=80)] = ""


_frame: Final[msgspec.json.Decoder[Note | View]] = msgspec.json.Decoder(Note | View)


async def live(websocket: WebSocket) -> None:
    """Serve one console until it leaves, its login ends, or it does not keep up."""
    office: Office = websocket.app.state.office
    try:
        console = await office.consoles.join(staff(websocket))
    except StoreAway:
        await websocket.send_denial_response(refuse(websocket, 503, "store_away", retry_after=3))
        return
    if console is None:
        await websocket.send_denial_response(refuse(websocket, 503, "full", retry_after=10))
        return
    await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in websocket.scope["subprotocols"] else None)
    websocket.scope["extensions"][STAY]()
    hub: Hub = websocket.app.state.hub
    watch = hub.vigil.watch(staff(websocket), lambda: office.consoles.log_out(console))
    writing = asyncio.create_task(_write(websocket, console))
    reading = asyncio.create_task(_read(websocket, console, office.consoles, watch))
    try:
        await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        watch.stop()
        office.consoles.leave(console)
        reading.cancel()
        writing.cancel()
        await asyncio.gather(reading, writing, return_exceptions=True)


async def _write(websocket: WebSocket, console: Console) -> None:
    while (frame := await console.frames.get()) is not None:
        await websocket.send_text(frame.decode())
    await websocket.close(CloseCode.SESSION_ENDED if console.logged_out else CloseCode.TOO_SLOW, "1")


async def _read(websocket: WebSocket, console: Console, consoles: Consoles, watch: Watch) -> None:
    while True:
        try:
            frame = _frame.decode(await websocket.receive_text())
            watch.acts()
            if isinstance(frame, View):
                await consoles.view(console, frame.case)
            else:
                await consoles.note(console.staff, frame.text)
                await asyncio.sleep(NOTE_SECONDS)
        except WebSocketDisconnect:
            return
        except (msgspec.DecodeError, KeyError):
            console.tell(b'{"type":"error","code":"frame_invalid"}')
        except StoreAway:
            console.tell(b'{"type":"error","code":"store_away"}')


routes = [DeclaredSocket("/console/live", live, Permission.ATTEND)]
