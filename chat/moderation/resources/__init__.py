"""
Who can be reached in distress: an operator's own contacts first, then the help lines of a country.

Reads the files beside this one when asked for a country, and checks them whole. To add a country, add its file, named by its code in
ISO 3166, and the code to ``country`` in the settings; only numbers that somebody has checked with the line's own site.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

HERE: Final = Path(__file__).parent
ALWAYS: Final = ("self", "other")

Who = Literal["self", "other"]
Words = Annotated[str, Meta(min_length=1, max_length=120)]


class Resource(Struct, frozen=True, rename={"whom": "for"}):
    """What people are shown: who, how to reach them, when, and ``for`` whom: oneself, or whoever one worries about."""

    name: str
    number: str
    hours: str
    whom: tuple[Who, ...] = ALWAYS


class Said(Struct, frozen=True, forbid_unknown_fields=True):
    """A line in one language."""

    name: Words
    hours: Words


class Line(Struct, frozen=True, forbid_unknown_fields=True, rename={"whom": "for"}):
    number: Annotated[str, Meta(pattern=r"^[0-9 ]{2,16}\Z")]
    whom: Annotated[tuple[Who, ...], Meta(min_length=1)]
    fr: Said
    en: Said

    def shown(self, lang: str) -> Resource:
        said = self.en if lang == "en" else self.fr
        return Resource(said.name, self.number, said.hours, self.whom)


class _Country(Struct, frozen=True, forbid_unknown_fields=True):
    line: Annotated[tuple[Line, ...], Meta(min_length=1)]


class Resources(Struct, frozen=True):
    """All that can be shown, in order."""

    own: tuple[str, ...]
    lines: tuple[Line, ...]

    def shown(self, lang: str) -> list[Resource]:
        """Give the contacts in ``lang``; an operator's own as they wrote them: "name: how to reach them"."""
        return [*map(_own, self.own), *(line.shown(lang) for line in self.lines)]


def load(country: str, contacts: list[str]) -> Resources:
    """
    Read the lines of ``country``, and put ``contacts`` before them.

    Raises:
        msgspec.ValidationError: The file is not as it should be; where, is in the message.
    """
    found = msgspec.toml.decode((HERE / f"{country}.toml").read_bytes(), type=_Country)
    return Resources(tuple(contacts), found.line)


def _own(contact: str) -> Resource:
    name, _, number = contact.partition(":")
    return Resource(name.strip(), number.strip(), "")
