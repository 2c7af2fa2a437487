"""
Other ways to read a folded text, where it looks disguised.

Figures and signs that stand for letters (« c0nn4rd »), letters apart (« c o n »), signs between letters (« con,nard »), letters drawn out
(« connnnard ») and stars over letters (« c*n »). Each reading undoes one more disguise than the one before, so that mixtures come off too.
Nothing here knows what is forbidden; stars and words run together are read by a vocabulary that the caller gives. To add a disguise, add
its trigger and its reading to :func:`variants`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from chat.moderation.normalise import Folded
from chat.moderation.patterns import Match, Pattern, classes, compiled

MOST: Final = 8  # readings of one text: rules look at each
MOST_STARRED: Final = 4  # words of one text whose stars are filled

_SIGN: Final = "0-9@$€!|+"
_FIGURE: Final = compiled(
    rf"[a-z][{_SIGN}]+[a-z]"  # within a word
    rf"|(?:^|[^a-z0-9.,@])[013457$€@]+[a-z]{{2}}"  # before it, but for « 35h »
    rf"|[a-z]{{2}}[013457$€]+(?:$|[^a-z0-9])"  # after it
    rf"|(?:^|[^a-z0-9])[a-z][0134$€@](?:$|[^a-z0-9])"  # « j3 »
)
# A run of letters and signs, from its start on, so that words of letters alone are passed over in one step.
_MIXED: Final = classes(rf"(?<![a-z{_SIGN}])[a-z]*+[{_SIGN}][a-z{_SIGN}]*+")
_FIGURES: Final = str.maketrans("02345678930@$€!|+", "ozeasgtbgeoaseilt")
_APART: Final = compiled(
    r"(?:^|[^a-z0-9@$€*])([a-z0-9@$€*](?:[^a-z0-9@$€*\n]{1,3}[a-z0-9@$€*]){2,})(?:$|[^a-z0-9@$€*])",
)
_GAP: Final = classes(r"[^a-z0-9@$€*]+")
_BETWEEN: Final = compiled(r"[a-z](?:[.,/\\_|~+=:;•·]+[a-z]+)+|\b[a-z]{1,3}(?:-[a-z]{1,3}){2,}\b")
_BETWEEN_SIGNS: Final = classes(r"[.,/\\_|~+=:;•·-]+")
_DRAWN_OUT: Final = compiled("|".join(f"{letter}{{3,}}" for letter in "abcdefghijklmnopqrstuvxyz"))
_STARRED: Final = compiled(r"[a-z]*(?:[a-z][*#%?]+|[*#%]+[a-z])[a-z*#%?]*")
_STARS: Final = classes(r"[*#%?]+")

Edit = tuple[int, int, str]  # what of the text is replaced, and by what


class Vocabulary:
    """Folded words by which stars are filled, and words that were run together told apart."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = frozenset(words)
        self._sorted = sorted(self._words)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def fitting(self, word: str) -> str:
        """Fill the stars of ``word``, each by one letter, else each run by any letters; nothing where no word fits."""
        parts = _STARS.split(word)
        first = bisect_left(self._sorted, parts[0])
        alike = self._sorted[first : bisect_left(self._sorted, parts[0] + "\U0010ffff", first)]
        exact = (one for one in alike if len(one) == len(word) and all(map(_stands_for, word, one)))
        return next(exact, "") or next((one for one in alike if _says(parts, one)), "")


def _stands_for(sign: str, letter: str) -> bool:
    return sign == letter or sign in "*#%?"


def _says(parts: list[str], word: str) -> bool:
    """Whether ``word``, which begins with the first of ``parts``, is made of them in order, with a letter at least between each two."""
    at = len(parts[0])
    for part in parts[1:-1]:
        at = word.find(part, at + 1)
        if at < 0:
            return False
        at += len(part)
    return word.endswith(parts[-1]) and len(word) - len(parts[-1]) > at


EMPTY: Final = Vocabulary()


def variants(folded: Folded, vocabulary: Vocabulary = EMPTY) -> tuple[Folded, ...]:
    """
    Read ``folded`` in the other ways that it may be meant; none where nothing looks disguised.
    """
    readings: dict[str, Folded] = {folded.text: folded}
    last = [folded]
    for trigger, disguise in _DISGUISES:
        next_ = [_edited(one, edits) for one in last if trigger.search(one.text) for edits in disguise(one, vocabulary)]
        readings |= {reading.text: reading for reading in next_ if reading.text not in readings}
        last = list({reading.text: reading for reading in next_ or last}.values())[:4]
    return tuple(readings.values())[1 : MOST + 1]


def _edited(folded: Folded, edits: Iterable[Edit]) -> Folded:
    """Replace ranges; what is put there stood where they stood."""
    pieces: list[str] = []
    origin: list[int] = []
    at = 0
    for start, end, piece in edits:
        pieces += folded.text[at:start], piece
        origin += folded.origin[at:start]
        if piece:  # its last letter stood where the last sign did, so that the whole is underlined
            origin += (
                *(folded.origin[min(start + place, end - 1)] for place in range(len(piece) - 1)),
                folded.origin[end - 1],
            )
        at = end
    if not pieces:
        return folded
    return Folded("".join(pieces) + folded.text[at:], [*origin, *folded.origin[at:]])


# -- letters apart


def _together(folded: Folded, vocabulary: Vocabulary) -> Iterator[list[Edit]]:
    runs = [match for match in _APART.finditer(folded.text) if sum(map(str.isalpha, match.group(1) or "")) > 2]
    yield [edit for run in runs for edit in _joined(folded, run, vocabulary)]


def _joined(folded: Folded, run: Match, vocabulary: Vocabulary) -> Iterator[Edit]:
    """Take out what stands between letters; a rarer gap than the others is one between words."""
    first, last = run.span(1)
    gaps = [gap.span() for gap in _between(_GAP, folded.text, first, last)]
    kinds = Counter(folded.text[start:end] for start, end in gaps)
    joint = max(kinds, key=lambda gap: (kinds[gap], -len(gap)))
    if len(kinds) > 1:
        yield from ((start, end, "" if folded.text[start:end] == joint else " ") for start, end in gaps)
        return
    letters = folded.text[first:last].replace(joint, "")
    ends = set(_word_ends(letters, vocabulary))
    yield from ((start, end, " " if place in ends else "") for place, (start, end) in enumerate(gaps, 1))


def _word_ends(letters: str, vocabulary: Vocabulary) -> list[int]:
    """Tell words that were run together apart: the fewest words of ``vocabulary`` that make up all the ``letters``, or none."""
    if len(letters) > 200 or letters in vocabulary:
        return []
    best: list[list[int] | None] = [[]] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 20), end):
            before = best[start]
            if before is not None and letters[start:end] in vocabulary:
                here = best[end]
                if here is None or len(before) + 1 < len(here):
                    best[end] = [*before, end]
    return best[-1] or []


def _between(pattern: Pattern, text: str, first: int, last: int) -> Iterator[_Shifted]:
    return (_Shifted(match, first) for match in pattern.finditer(text[first:last]))


class _Shifted:
    """A match in a piece of a text, told in places of the whole."""

    def __init__(self, match: Match, by: int) -> None:
        self._match, self._by = match, by

    def span(self) -> tuple[int, int]:
        start, end = self._match.span()
        return start + self._by, end + self._by


# -- signs between letters


def _bridged(folded: Folded, _: Vocabulary) -> Iterator[list[Edit]]:
    signs = [
        sign.span()
        for word in _BETWEEN.finditer(folded.text)
        for sign in _between(_BETWEEN_SIGNS, folded.text, *word.span())
    ]
    for piece in ("", " "):
        yield [(start, end, piece) for start, end in signs]


# -- figures for letters


def _spelled(folded: Folded, _: Vocabulary) -> Iterator[list[Edit]]:
    mixed = [
        (token.span(), word)
        for token in _MIXED.finditer(folded.text)
        if any(map(str.isalpha, word := token.group() or ""))
    ]
    for one in ("i", "l") if "1" in folded.text else ("",):
        yield [(*span, _in_letters(word, one)) for span, word in mixed]


def _in_letters(token: str, one: str) -> str:
    bare = token.rstrip("!+|")  # which end a sentence more often than they are letters
    return bare.translate(_FIGURES).replace("1", one) + token[len(bare) :]


# -- letters drawn out


def _shortened(folded: Folded, _: Vocabulary) -> Iterator[list[Edit]]:
    for twice in ("", "bcdfghjklmnpqrstvwxz", "oe"):
        yield [
            (*run.span(), letter * (1 + (letter in twice)))
            for run in _DRAWN_OUT.finditer(folded.text)
            for letter in (run.group() or "")[:1]
        ]


# -- stars over letters


def _filled(folded: Folded, vocabulary: Vocabulary) -> Iterator[list[Edit]]:
    starred = islice(_STARRED.finditer(folded.text), MOST_STARRED)
    yield [(*word.span(), fit) for word in starred if (fit := vocabulary.fitting(word.group() or ""))]


_DISGUISES: Final[tuple[tuple[Pattern, Callable[[Folded, Vocabulary], Iterator[list[Edit]]]], ...]] = (
    (_APART, _together),
    (_BETWEEN, _bridged),
    (_FIGURE, _spelled),
    (_DRAWN_OUT, _shortened),
    (_STARRED, _filled),
)
