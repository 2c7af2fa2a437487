"""
Times as sentences say them, for pages that the server makes. Pure.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

MONTHS: Final = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "en": "January February March April May June July August September October November December".split(),
}
UNITS: Final = (
    (86_400, 172_800, {"fr": ("jour", "jours"), "en": ("day", "days")}),
    (3_600, 3_600, {"fr": ("heure", "heures"), "en": ("hour", "hours")}),
    (60, 60, {"fr": ("minute", "minutes"), "en": ("minute", "minutes")}),
    (1, 0, {"fr": ("seconde", "secondes"), "en": ("second", "seconds")}),
)


def span(seconds: int, lang: str) -> str:
    """
    Say how long, rounded up: it is a promise.

    >>> span(86_400, "en"), span(90_001, "en"), span(30, "en")
    ('24\\xa0hours', '26\\xa0hours', '30\\xa0seconds')
    """
    size, names = next((size, names[lang]) for size, least, names in UNITS if seconds >= least)
    count = -(-seconds // size)
    return f"{count}\N{NO-BREAK SPACE}{names[count != 1]}"


def hour(at: int, zone: str, lang: str) -> tuple[str, str]:
    """Say the hour of a moment, in seconds since 1970, as machines and as people read it in ``zone``."""
    utc = datetime.fromtimestamp(at, UTC)
    there = utc.astimezone(ZoneInfo(zone))
    said = (
        f"{there.hour}\N{NARROW NO-BREAK SPACE}h\N{NARROW NO-BREAK SPACE}{there:%M}"
        if lang == "fr"
        else f"{there:%H:%M}"
    )
    return f"{utc:%Y-%m-%dT%H:%MZ}", said


def day_and_hour(at: int, zone: str, lang: str) -> tuple[str, str]:
    """Say a moment, in seconds since 1970, as machines and as people read it in ``zone``."""
    there = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    iso, clock = hour(at, zone, lang)
    month = MONTHS[lang][there.month - 1]
    if lang == "fr":
        day = "1er" if there.day == 1 else str(there.day)
        return iso, f"le {day}\N{NO-BREAK SPACE}{month} {there.year} à {clock}"
    return iso, f"{there.day}\N{NO-BREAK SPACE}{month} {there.year} at {clock}"
