"""
What the server says to people, in their language.

One catalogue a language, code → sentence; another for what is kept (``chat/store/retention.py``), name → :class:`KeptWords`. A
sentence says what happened, what it means, what one can do. French is what we say when we do not know. Adding a code means adding it
to every catalogue; a test fails otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

LANGUAGES: Final = ("fr", "en")

_decoder = msgspec.json.Decoder(dict[str, str])
CATALOGUES: Final = {lang: _decoder.decode((Path(__file__).parent / f"{lang}.json").read_bytes()) for lang in LANGUAGES}


class KeptWords(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of one kind of thing that is kept: what it is, what for, and how it ends."""

    what: str
    why: str
    ends: str


_kept_decoder = msgspec.json.Decoder(dict[str, KeptWords])
KEPT: Final = {
    lang: _kept_decoder.decode((Path(__file__).parent / f"kept.{lang}.json").read_bytes()) for lang in LANGUAGES
}


def best(lang: str | None) -> str:
    """Pick the language we have for a tag such as ``en-GB``."""
    primary = (lang or "").lower().partition("-")[0]
    return primary if primary in LANGUAGES else LANGUAGES[0]


def sentence(code: str, lang: str) -> str:
    """Say ``code`` in ``lang``, one of :data:`LANGUAGES`."""
    return CATALOGUES[lang][code]
