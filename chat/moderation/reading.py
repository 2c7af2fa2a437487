"""
What a rule is given to read: the draft, its text without disguise, and the other ways to read it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final

import regex
from msgspec import Struct

from chat.moderation.disguise import variants
from chat.moderation.normalise import Folded, fold
from chat.moderation.numbers import Run, runs
from chat.moderation.patterns import classes
from chat.moderation.spoken import figures
from chat.moderation.wordlists import Hit, Words, sentences
from chat.verdict import Draft, Finding

_FIGURE: Final = classes(r"[0-9]")


class Read(Struct, frozen=True, dict=True):
    """A draft, read once for all rules."""

    draft: Draft
    folded: Folded
    words: Words

    @cached_property
    def variants(self) -> tuple[Folded, ...]:
        """Other readings of the text; nothing where nothing looks disguised, as in nearly all."""
        return variants(self.folded, self.words.vocabulary)

    @cached_property
    def found(self) -> list[tuple[Folded, dict[str, list[Hit]]]]:
        """Each reading, with what is found of each list; in a variant, only in the sentences that no reading before has."""
        found = []
        known: set[str] = set()
        for reading in (self.folded, *self.variants):
            by_list: dict[str, list[Hit]] = {}
            for hit in self.words.sought.find(reading.text, known):
                by_list.setdefault(hit.entry.list, []).append(hit)
            found.append((reading, by_list))
            if self.variants:
                known.update(sentences(reading.text))
        return found

    @cached_property
    def cased(self) -> str:
        """The text with its capitals and accents, each character in its place; apostrophes and blanks are plain."""
        return self.draft.text.replace("’", "'").replace("\xa0", " ").replace("\u202f", " ")

    @cached_property
    def is_shouted(self) -> bool:
        """Whether the text is in capitals throughout, so that they say nothing."""
        letters = list(filter(str.isalpha, self.draft.text))
        return sum(map(str.isupper, letters)) * 2 > len(letters)

    @cached_property
    def has_figures(self) -> bool:
        """Whether there is any figure, as there must be in most private details."""
        return _FIGURE.search(self.folded.text) is not None

    @cached_property
    def numbers(self) -> tuple[tuple[Folded, tuple[Run, ...]], ...]:
        """The runs of figures, as written; then, where numbers are said in words, with these in figures."""
        said = figures(self.folded)
        written = [(self.folded, runs(self.folded.text))] if self.has_figures else []
        return (*written, (said, runs(said.text))) if said else tuple(written)

    def is_of_the_room(self, start: int, end: int) -> bool:
        """Whether the range of the original is a pseudonym of the room or a part of one, maybe behind an @."""
        start = end - len(self.draft.text[start:end].lstrip("@ "))
        return any(first <= start and end <= last for first, last in self._pseudonyms)

    @cached_property
    def _pseudonyms(self) -> tuple[tuple[int, int], ...]:
        """Where pseudonyms of the room stand in the original, whatever their capitals, accents and blanks."""
        text = self.folded.text
        places = [at for at, char in enumerate(text) if not char.isspace()]
        tight = "".join(text[at] for at in places)
        names = {"".join(fold(name).text.split()) for name in self.draft.names} - {""}
        found = (
            (places[at.start()], places[at.end() - 1] + 1)
            for name in names
            if name in tight
            for at in regex.finditer(regex.escape(name), tight)
        )
        # Within a longer word it is another one.
        return tuple(
            self.folded.spans(start, end)
            for start, end in found
            if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())
        )


Rule = Callable[[Read], Finding | None]


def read(draft: Draft, words: Words) -> Read:
    return Read(draft, fold(draft.text), words)
