"""
E-mail addresses.
"""

from __future__ import annotations

from typing import Final

from chat.moderation.patterns import compiled
from chat.moderation.reading import Read
from chat.verdict import Finding, Outcome

_PLAIN: Final = compiled(r"[a-z0-9][a-z0-9._%+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}\b")


def email(read: Read) -> Finding | None:
    spans = tuple(read.folded.spans(*match.span()) for match in _PLAIN.finditer(read.folded.text))
    return Finding("email", "private", Outcome.HOLD, "email", spans=spans) if spans else None
