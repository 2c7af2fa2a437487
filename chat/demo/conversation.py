"""
What the sample community says to itself before anybody comes, so that its rooms and its console have something to show.

It takes everybody's way: frames on a socket, the screen, the store. To have somebody say more, write it in :func:`converse`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from msgspec import Struct
from websockets.frames import Frame, Opcode

from chat.moderation.chains import Chains
from chat.moderation.decisions import Decisions
from chat.people.roles import Role
from chat.rooms.hub import Hub
from chat.store import keys
from chat.store.audit_log import AuditLog
from chat.store.cases import parted
from chat.store.desk import Desk, Ruling

PATIENCE_SECONDS: Final = 10.0
AGO_SECONDS: Final = 600  # since the decision that is contested


class Colleague(Struct, frozen=True):
    """A moderator who is not there any more: an appeal is for the others."""

    name: str = "Aurore"
    role: Role = Role.MODERATOR


class Speaker:
    """One of those who speak; in the room as long as the socket is open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._refs = itertools.count()

    async def say(self, text: str) -> dict[str, Any]:
        """Say something; answers what became of it."""
        return await self.ask({"type": "say", "text": text})

    async def ask(self, frame: dict[str, Any]) -> dict[str, Any]:
        """Send a request, and receive its answer."""
        ref = f"r{next(self._refs)}"
        self.send({**frame, "ref": ref})
        while (answer := await self.receive()).get("ref") != ref or answer["type"] == "notice":
            pass
        return answer

    def send(self, frame: dict[str, Any]) -> None:
        self._writer.write(Frame(Opcode.TEXT, json.dumps(frame).encode()).serialize(mask=True))

    async def receive(self) -> dict[str, Any]:
        """Receive one frame of text; the server sends each whole."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                first, length = await self._reader.readexactly(2)
                if length > 125:
                    length = int.from_bytes(await self._reader.readexactly(2 if length == 126 else 8), "big")
                content = await self._reader.readexactly(length)
                if first & 0x0F == Opcode.TEXT:
                    frame: dict[str, Any] = json.loads(content)
                    return frame


@asynccontextmanager
async def present(hub: Hub, slug: str, name: str) -> AsyncIterator[Speaker]:
    """Have somebody enter a room under ``name``, for the time of the block."""
    theirs, ours = socket.socketpair()
    hub.receive(theirs, b"", slug)
    reader, writer = await asyncio.open_connection(sock=ours)
    try:
        speaker = Speaker(reader, writer)
        speaker.send({"type": "hello", "session": (await hub.sessions.start()).token, "pseudonym": name})
        while (await speaker.receive())["type"] != "welcome":
            pass
        yield speaker
    finally:
        writer.close()


async def converse(hub: Hub) -> None:
    """Have people talk in the sample rooms, and leave something in each queue of the console."""
    async with (
        present(hub, "entre-deux-chaises", "Aubépine lucide") as one,
        present(hub, "entre-deux-chaises", "Castor posé") as other,
    ):
        await one.say(
            "Je dois annoncer lundi une réorganisation dont on ne m’a pas donné le détail. Comment faites-vous ?"
        )
        await other.say("Je dis ce que je sais, ce que je ne sais pas, et quand j’en saurai plus. Et je tiens la date.")
        await one.say("Merci. J’écris cela ce soir, et je le relis ici avant de le dire.")
    async with present(hub, "cent-jours", "Phare discret") as one, present(hub, "cent-jours", "Bruyère vive") as other:
        await one.say("Trois mois que j’ai l’équipe, et l’ancien chef continue de tout décider par-dessus moi.")
        sharp = await other.say(
            "Si vous n’osez pas le lui dire, laissez donc la place à quelqu’un qui en a la carrure."
        )
        await one.ask(
            {"type": "report", "message": sharp["id"], "reason": "attack", "note": "Ce n’est pas l’esprit d’ici."}
        )
        await one.say("Qui a vécu cela peut m’appeler au 06 12 34 56 78.")
    async with present(hub, "de-loin", "Lisière songeuse") as one, present(hub, "de-loin", "Thym solide") as other:
        await one.say("Depuis que le bureau a fermé je ne dors plus. Certains soirs j’ai envie d’en finir.")
        await other.say("Je suis là, et je vous lis. Vous n’êtes pas seul.")
    async with present(hub, "au-calme", "Merle tranchant") as one:
        # No rule finds it; the second look does.
        await one.say(
            "Des gens comme toi n’ont rien à faire dans un bureau. Tout le service respirerait si tu partais."
        )
    async with present(hub, "au-calme", "Hermine franche") as one:
        held = await one.say("Il me convoque chez lui, 12 rue des Lilas, 56000 Vannes, un dimanche !")
        await _remove(hub, held["case"])
        await one.ask(
            {
                "type": "appeal",
                "case": held["case"],
                "text": "J’ai changé la rue et la ville. Ce qui compte, c’est le dimanche.",
            }
        )


async def _remove(hub: Hub, case_id: str) -> None:
    """Have a message removed some while ago, and its author told."""
    slug, token = parted(case_id) or ("", "")
    desk = Desk(hub.store, slug, hub.settings)
    decisions = Decisions(Chains(AuditLog(hub.store)), lambda _: desk, hub.opened)
    who = Colleague()
    version, _ = await decisions.claim(who, case_id)
    await decisions.decide(who, case_id, Ruling(token, version, who.name, "remove", "details"))
    await hub.store.ask("HINCRBY", keys.Room(slug).case(token), "decided_at", -AGO_SECONDS)
    await desk.tell(token)
