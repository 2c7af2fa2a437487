"""
What the server says to people, in their language.

One catalogue a language, code → sentence. A sentence says what happened, what it means, what one can do. French is what we say when
we do not know. Adding a code means adding it to every catalogue; a test fails otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

LANGUAGES: Final = ("fr", "en")

_decoder = msgspec.json.Decoder(dict[str, str])
CATALOGUES: Final = {lang: _decoder.decode((Path(__file__).parent / f"{lang}.json").read_bytes()) for lang in LANGUAGES}


def best(lang: str | None) -> str:
    """Pick the language we have for a tag such as ``en-GB``."""
    primary = (lang or "").lower().partition("-")[0]
    return primary if primary in LANGUAGES else LANGUAGES[0]


def sentence(code: str, lang: str) -> str:
    """Say ``code`` in ``lang``, one of :data:`LANGUAGES`."""
    return CATALOGUES[lang][code]
