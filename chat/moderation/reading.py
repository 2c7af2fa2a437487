"""
What a rule is given to read: the draft, its text without disguise, and the other ways to read it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from msgspec import Struct

from chat.moderation.disguise import EMPTY, Vocabulary, variants
from chat.moderation.normalise import Folded, fold
from chat.verdict import Draft, Finding


class Read(Struct, frozen=True, dict=True):
    """A draft, read once for all rules."""

    draft: Draft
    folded: Folded
    vocabulary: Vocabulary = EMPTY

    @cached_property
    def variants(self) -> tuple[Folded, ...]:
        """Other readings of the text; nothing where nothing looks disguised, as in nearly all."""
        return variants(self.folded, self.vocabulary)

    @property
    def readings(self) -> tuple[Folded, ...]:
        """The text without disguise, then its variants."""
        return (self.folded, *self.variants)


Rule = Callable[[Read], Finding | None]


def read(draft: Draft, vocabulary: Vocabulary = EMPTY) -> Read:
    return Read(draft, fold(draft.text), vocabulary)
