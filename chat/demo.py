"""
A sample community, to look around in.
"""

from __future__ import annotations

from typing import Final

import msgspec

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


def with_sample_rooms(settings: Settings) -> Settings:
    """Add the sample rooms to those that the settings ask for."""
    return msgspec.structs.replace(settings, rooms=[*settings.rooms, *ROOMS])
