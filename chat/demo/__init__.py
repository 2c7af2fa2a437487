"""
A sample community, to look around in.
"""

from __future__ import annotations

from typing import Final

import msgspec

from chat.demo.conversation import converse
from chat.http.staff_accounts import drawn
from chat.people.roles import Role
from chat.rooms.hub import Hub
from chat.settings import RoomSetting, Settings

ROOMS: Final = [
    RoomSetting(
        "entre-deux-chaises",
        "Entre deux chaises",
        "salon",
        "Traduire les décisions d’en haut à ceux d’en bas, et l’inverse.",
    ),
    RoomSetting(
        "cent-jours",
        "Les cent premiers jours",
        "salon",
        "On vient de vous confier une équipe. Personne ne vous a dit le reste.",
    ),
    RoomSetting("de-loin", "Manager de loin", "salon", "Équipes dispersées, écrans, silences : comment rester proche."),
    RoomSetting(
        "au-calme", "Le salon calme", "salon", "Dix secondes entre deux messages : on prend le temps de lire.", slow=10
    ),
    RoomSetting(
        "nuit",
        "Le salon de nuit",
        "salon",
        "Pour ce qui empêche de dormir.",
        hours=["Mon-Sun 21:30-01:00"],
    ),
]


ACCOUNTS: Final = {"Camille": Role.MODERATOR, "Dominique": Role.ADMIN}


async def open_accounts(hub: Hub) -> str:
    """Open the staff's accounts of the sample community, unless they are there; answers their passwords, which are nowhere else."""
    lines = []
    for name, role in ACCOUNTS.items():
        if await hub.accounts.find(name) is None:
            password = drawn()
            await hub.accounts.add(name, role, password, second_factor=False)
            lines.append(f"  {name}, {role.value}: {password}")
    if not lines:
        return (
            "\nThe staff's accounts are there from before; `sansmasque staff password NAME` gives one another password."
        )
    await converse(hub)  # the first time: what was said is there from before, too
    said = "The staff log in at /staff. These passwords are said once; there is no second factor here, to look around on this machine:"
    return "\n".join(["", said, *lines])


def with_sample_rooms(settings: Settings) -> Settings:
    """Add the sample rooms to those that the settings ask for."""
    return msgspec.structs.replace(settings, rooms=[*settings.rooms, *ROOMS])
