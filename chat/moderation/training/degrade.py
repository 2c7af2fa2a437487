"""
Write a line as people in a hurry, on a telephone or in tears do: without accents, in abbreviations, with slips of the finger.

Training sees each own line a second time like that. What is disguised on purpose is ``normalise``'s to read.
"""

from __future__ import annotations

import random
import unicodedata
from typing import Final

import regex

_SHORT: Final = {
    "fr": [
        (r"\bj'ai\b", "g"), (r"\bje suis\b", "jsui"), (r"\bje (?=[vpm])", "j"), (r"\bc'est\b", "c"), (r"\bpas\b", "pa"),
        (r"\bplus\b", "plu"), (r"\bvous\b", "vs"), (r"\bnous\b", "ns"), (r"\btout\b", "tt"), (r"\btous\b", "ts"),
        (r"\bpour\b", "pr"), (r"\bque\b", "ke"), (r"\bqui\b", "ki"), (r"\bquoi\b", "koi"), (r"\bdans\b", "ds"),
        (r"\btoujours\b", "tjr"), (r"\bbeaucoup\b", "bcp"), (r"\bparce que\b", "pck"), (r"\bne ", ""), (r"\bn'", ""),
        (r"\btu es\b", "t"), (r"\btu as\b", "ta"), (r"er\b", "é"), (r"\bavec\b", "avc"), (r"\bquand\b", "qd"),
        (r"(?<=\w{2})[es]\b", ""), (r"\bqu'", "k"), (r"\bait\b", "é"), (r"\bdésolée?\b", "dsl"),
    ],
    "en": [
        (r"\byou\b", "u"), (r"\byour\b", "ur"), (r"\bare\b", "r"), (r"\bi'm\b", "im"), (r"\bgoing to\b", "gonna"),
        (r"\bwant to\b", "wanna"), (r"\bto\b", "2"), (r"\bfor\b", "4"), (r"\bbecause\b", "cuz"), (r"\bplease\b", "pls"),
        (r"\bpeople\b", "ppl"), (r"ing\b", "in"), (r"\bwith\b", "w"), (r"\bthough\b", "tho"), (r"\bbe\b", "b"),
        (r"\bi don't know\b", "idk"), (r"\bright now\b", "rn"), (r"\bsee\b", "c"), (r"\btonight\b", "2nite"), (r"\bthe\b", "da"),
    ],
}  # fmt: skip
_RULES: Final = {lang: [(regex.compile(was), now) for was, now in rules] for lang, rules in _SHORT.items()}


def degrade(text: str, lang: str, chance: random.Random) -> str:
    """Write ``text`` hastily; the same ``chance`` gives the same."""
    ways = [_bare, _abbreviated, _slipping, _capitals]
    return chance.choices(ways, weights=(4, 4, 3, 1))[0](text, lang, chance)


def _bare(text: str, _lang: str, chance: random.Random) -> str:
    apart = unicodedata.normalize("NFD", text.lower())
    bare = "".join(char for char in apart if not unicodedata.combining(char)).replace("’", "'")
    bare = bare.rstrip(".!")
    return bare.replace("'", "") if chance.random() < 0.4 else bare


def _abbreviated(text: str, lang: str, chance: random.Random) -> str:
    short = text.lower().replace("’", "'")
    for was, now in _RULES.get(lang, ()):
        if chance.random() < 0.6:
            short = was.sub(now, short)
    return _bare(short, lang, chance) if chance.random() < 0.6 else short


def _slipping(text: str, _lang: str, chance: random.Random) -> str:
    """Double, drop or swap a letter now and then."""
    letters = list(text)
    for _ in range(1 + len(letters) // 40):
        at = chance.randrange(max(1, len(letters) - 1))
        if at + 1 < len(letters) and letters[at].isalpha() and letters[at + 1].isalpha():
            letters[at : at + 2] = chance.choice(
                ([letters[at + 1], letters[at]], [letters[at]], [letters[at]] * 2 + [letters[at + 1]])
            )
    return "".join(letters)


def _capitals(text: str, _lang: str, _chance: random.Random) -> str:
    return text.upper()
