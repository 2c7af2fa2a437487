"""
The small language in which word lists are written, made into patterns.

An expression is some words of a sentence, as people write them; ``chat/moderation/words/README.md`` says how. Everything here works on
folded text (``normalise``): no capitals, no accents. Nothing here reads a file.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Final

import regex
from msgspec import Struct, structs

from chat.moderation.normalise import fold
from chat.moderation.patterns import Pattern, compiled

LONGEST: Final = 12_000  # characters of one expression, its names written out
_APART: Final = r"""[\s'"*_-]"""  # what may stand between two words
_APART_IN_SENTENCE: Final = r"""[\s'"*_,;:()-]"""
_ANY_WORD: Final = r"""(?:\d[.,]\d|[^\s'"*_,;:().!?-])+"""
_GAPS: Final = {"..": 4, "...": 12}  # words at most
_START: Final = r"""(?:^|[.!?;:,"\n])[\s'"-]*"""  # of a clause
# Words that nearly every message has: what is looked for by another word is tried less often in vain.
_COMMON: Final = frozenset(
    regex.findall(
        r"\w+",
        """
        a ai alors an and ans as au aux avec avoir be been but by ce ces cette comme dans de des dit do du elle en
        est et etre eu fait faire for go has have he her his i il ils in is it je jour just la le les leur lui ma
        mais me mes moi mon my ne no not nous of on or ou out par pas plus pour qu que qui sa se she si so son sont
        sur ta te tes the they this to toi ton tous tout trop tu un une us votre vous was we what who will with you
        your aime all am and any are can dire from had if ill more one post rien they up va vais veut
        """,
    )
)
_TOKEN: Final = regex.compile(r"\.{2,3}|[()\[\]|,]|[^\s()\[\]|,]+")
_WORD: Final = regex.compile(r"\w[\w'&+-]*\*?")


class Malformed(ValueError):
    """An expression that can't be read; the message says why."""


class Expression(Struct, frozen=True):
    """
    A pattern for folded text.

    ``anchors``: whatever it matches has one of them at the start of a word, and, unless it ends with ``*``, the end of one behind it.
    ``words``: all that it is written with.
    """

    pattern: Pattern
    anchors: frozenset[str]
    words: frozenset[str]


def expression(text: str, names: Mapping[str, str]) -> Expression:
    """
    Compile ``text``, in which ``{name}`` stands for ``names["name"]``.

    Raises:
        Malformed: It isn't written as the README says.
    """
    at_start = _START if text.startswith("^") else ""
    tokens = _tokens(text.removeprefix("^"), names)
    words = frozenset(token for token in tokens if token.isalpha())
    reader = _Reader(tokens)
    whole = reader.sequence()
    if reader.left:
        raise Malformed(f"{reader.left[0]!r} stands outside of brackets")
    if not whole.anchors:
        raise Malformed("it has no word to look for")
    try:
        return Expression(compiled(rf"{at_start}\b{whole.source}\b"), whole.anchors, words)
    except ValueError as exc:
        raise Malformed(str(exc)) from exc


def _tokens(text: str, names: Mapping[str, str]) -> list[str]:
    for _ in range(8):  # names within names; more would be a circle
        text = regex.sub(r"\{(\w+)\}", lambda found: _named(found[1], names), text)
        if len(text) > LONGEST:
            raise Malformed(f"it is longer than {LONGEST} characters with its names written out")
        if "{" not in text:
            return _TOKEN.findall(fold(text).text)
    raise Malformed("its names go in a circle, or a brace is left open")


def _named(name: str, names: Mapping[str, str]) -> str:
    if name not in names:
        raise Malformed(f"nothing is named {name!r} above it")
    value = names[name]
    return value if value.startswith("[") and value.endswith("]") else f"({value})"


class _Part(Struct, frozen=True):
    """
    A piece of a sequence.

    ``free``: it may be missing, and its space with it. ``wide``: a comma may stand around it. ``elided``: it ends as ``d'`` does, and the
    next word may follow at once.
    """

    source: str
    anchors: frozenset[str] = frozenset()
    free: bool = False
    wide: bool = False
    elided: bool = False
    gap: bool = False


class _Reader:
    """Reads tokens from the left; gives patterns, and of each the strings one of which it can't do without."""

    def __init__(self, tokens: list[str]) -> None:
        self.left = tokens

    def sequence(self) -> _Part:
        parts: list[_Part] = []
        while self.left and self.left[0] not in ("|", ")", "]"):
            token = self.left.pop(0)
            if token == "," and parts:
                parts[-1] = structs.replace(parts[-1], wide=True)
            else:
                parts.append(self._part(token))
        return _joined(parts)

    def _part(self, token: str) -> _Part:
        if token in _GAPS:
            apart = _APART_IN_SENTENCE if token == "..." else _APART
            return _Part(f"(?:{_ANY_WORD}{apart}+){{0,{_GAPS[token]}}}", free=True, wide=token == "...", gap=True)
        if token in ("(", "["):
            return self._choice("]" if token == "[" else ")")
        return _word(token)

    def _choice(self, end: str) -> _Part:
        choices = []
        while True:
            choices.append(self.sequence())
            if not self.left or self.left[0] not in ("|", end):
                raise Malformed(f"{end!r} is missing")
            if self.left.pop(0) == end:
                break
        known = all(choice.anchors for choice in choices)
        return _Part(
            f"(?:{'|'.join(choice.source for choice in choices)})",
            frozenset().union(*(choice.anchors for choice in choices)) if known else frozenset(),
            free=end == "]",
            elided=any(choice.elided for choice in choices),
        )


@functools.lru_cache(4096)  # the same words stand in many expressions, by the names that they share
def _word(token: str) -> _Part:
    if token == "*":
        return _Part(_ANY_WORD)
    if not _WORD.fullmatch(token):
        raise Malformed(f"{token!r} is no word")
    bare = token.removesuffix("*")
    elided = token.endswith("'")
    source = "".join({"'": r"['\s]?", "-": r"[\s-]?"}.get(char, regex.escape(char)) for char in bare.removesuffix("'"))
    star = "*" if token != bare else ""
    anchors = frozenset(form + star for form in _forms(bare.removesuffix("'")))
    return _Part(source + (r"\w*" if star else ""), anchors, elided=elided)


def _forms(bare: str) -> Iterator[str]:
    """Write a word with its apostrophes and hyphens, without them, and with spaces for them."""
    yield from {bare, regex.sub(r"['-]", "", bare), regex.sub(r"['-]", " ", bare)}


def _joined(parts: list[_Part]) -> _Part:
    """Join parts by what may stand between words; a part that may be missing takes its space along."""
    firm = [at for at, part in enumerate(parts) if not part.free]
    if not firm:
        raise Malformed("nothing in it must be there")
    if parts[-1].gap or parts[0].gap:
        raise Malformed("a gap stands between words")
    source = "".join(_piece(parts, at, firm[-1]) for at in range(len(parts)))
    known = [parts[at].anchors for at in firm if parts[at].anchors]
    anchors = max(known, key=_rarity, default=frozenset[str]())
    return _Part(source, anchors, elided=parts[-1].elided)


def _rarity(anchors: frozenset[str]) -> tuple[int, int, int]:
    """Rank anchors by how seldom a message will have one of them."""
    return -len(anchors & _COMMON), min(map(len, anchors)), -len(anchors)


def _piece(parts: list[_Part], at: int, last: int) -> str:
    part = parts[at]
    if at == last or part.gap:  # a gap holds its own spaces
        return part.source
    if at > last:
        return f"(?:{_space(parts[at - 1], part)}{part.source})?"
    space = _space(part, parts[at + 1])
    return f"(?:{part.source}{space})?" if part.free else part.source + space


def _space(before: _Part, after: _Part) -> str:
    apart = _APART_IN_SENTENCE if before.wide or after.wide else _APART
    return apart + ("*" if before.elided else "+")
