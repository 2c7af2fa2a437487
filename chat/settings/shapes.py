"""
The shapes of what settings hold as text, which others read by the same patterns.
"""

from __future__ import annotations

import zoneinfo
from typing import Final

ORIGIN: Final = r"^https?://[a-z0-9.:\[\]-]+\Z"
SLUG: Final = r"^[a-z0-9][a-z0-9-]{0,47}\Z"  # a room, as addresses and keys name it

# The shape of one weekly opening. It is read by chat/rooms/schedule.py, and stands here so that a mistake is said with its line.
DAYS: Final = (
    ("mon", "monday", "lun", "lundi"),
    ("tue", "tues", "tuesday", "mar", "mardi"),
    ("wed", "wednesday", "mer", "mercredi"),
    ("thu", "thur", "thurs", "thursday", "jeu", "jeudi"),
    ("fri", "friday", "ven", "vendredi"),
    ("sat", "saturday", "sam", "samedi"),
    ("sun", "sunday", "dim", "dimanche"),
)
_DAY: Final = rf"(?:{'|'.join(name for names in DAYS for name in names)})\b\.?"
_TIME: Final = r"(?:[01]?[0-9]|2[0-3])(?::[0-5][0-9]|h(?:[0-5][0-9])?)"
_TO: Final = r"\s*[-–]\s*"
HOURS: Final = rf"(?i)^\s*(?P<first>{_DAY})(?:{_TO}(?P<last>{_DAY}))?\s+(?P<start>{_TIME}){_TO}(?P<end>{_TIME}|24:00|24h(?:00)?)\s*\Z"
HOURS_FORM: Final = 'a day and its hours, such as "Tue 12:00-13:00", "Mon-Fri 09:00-18:00" or "ven 21:30-01:00"'


def zone_exists(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):  # a path, a folder, or nothing of that name
        return False
    return True
