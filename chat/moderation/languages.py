"""
Guess whether a text is French or English, by the small words that make up half of either. Pure.
"""

from __future__ import annotations

import re
from typing import Final

_FRENCH = """
ai as au aux avec avez c ce cette d dans de des du elle en est et fait il ils j je l la le les leur lui m ma mais me mes
mon n ne nous on ont ou où par pas plus pour qu que qui s sa sans se ses son suis sur t ta te ton tout tu un une vous ça
être
"""
_ENGLISH = """
a am an and are at be but by can did do does don for from had has have he her his how i if in is it just ll m more my no
not of on or our re s she so t that the their these they this to ve was we were what when who will with you your
"""
FRENCH: Final = frozenset(_FRENCH.split())
ENGLISH: Final = frozenset(_ENGLISH.split())
_WORD: Final = re.compile(r"[^\W\d_]+")


def guess(text: str) -> str:
    """Answer ``en`` where English small words prevail, else ``fr``."""
    words = _WORD.findall(text.lower())
    english = sum(word in ENGLISH for word in words)
    return "en" if english > sum(word in FRENCH for word in words) else "fr"
