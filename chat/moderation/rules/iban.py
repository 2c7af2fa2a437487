"""
Bank accounts: IBAN (ISO 13616), known by the length of their country and their checksum.

``light`` wants the checksum. Otherwise a number of the right length that is called an IBAN or RIB is one even with a figure wrong.
"""

from __future__ import annotations

from typing import Final

from chat.moderation.details import detail
from chat.moderation.numbers import mod97
from chat.moderation.patterns import compiled
from chat.moderation.reading import Read
from chat.verdict import Finding

# Characters of an IBAN by country (SWIFT's registry).
LENGTHS: Final = {
    code: int(length)
    for code, length in (
        pair.split(":")
        for pair in (
            "ad:24 ae:23 al:28 at:20 az:28 ba:20 be:16 bg:22 bh:22 br:29 by:28 ch:21 cr:22 cy:28 cz:24 de:22 dk:18 do:28 ee:20 eg:29 es:24 "
            "fi:18 fo:18 fr:27 gb:22 ge:22 gi:23 gl:18 gr:27 gt:28 hr:21 hu:28 ie:22 il:23 iq:23 is:26 it:27 jo:30 kw:30 kz:20 lb:28 li:21 "
            "lt:20 lu:20 lv:21 mc:27 md:24 me:22 mk:19 mr:27 mt:31 mu:30 nl:18 no:15 pk:24 pl:28 ps:29 pt:25 qa:29 ro:24 rs:22 sa:24 sc:31 "
            "se:24 si:19 sk:24 sm:27 sv:28 tl:23 tn:24 tr:26 ua:29 va:22 vg:24 xk:20"
        ).split()
    )
}
_START: Final = compiled(
    r"(?:^|[^a-z0-9])((?:"
    + "|".join(f"{code[0]}[ .-]?{code[1]}" for code in LENGTHS)
    + r")[ .:-]{0,2}[0-9o][ .-]?[0-9o])"
)
_CALLED: Final = compiled(r"\b(?:iban|rib|virement|bank account|account number|compte bancaire)\b")
_GAPS: Final = frozenset(" .-_/\n\t:")


def iban(read: Read) -> Finding | None:
    if not read.has_figures:
        return None
    text = read.folded.text
    named = read.draft.strictness != "light" and _CALLED.search(text) is not None
    spans = []
    for start in _START.finditer(text):
        first = start.start(1)
        written, last = _written(text, first)
        if written and (mod97(written[4:] + written[:4]) == 1 or named):
            spans.append(read.folded.spans(first, last))
    return detail(read, "iban", spans)


def _written(text: str, first: int) -> tuple[str, int]:
    """Take as many letters and figures from ``first`` as an IBAN of its country has, and say where they end; nothing if there are fewer."""
    taken: list[str] = []
    length = 4
    for place in range(first, min(len(text), first + 100)):
        char = text[place]
        if char.isascii() and char.isalnum():
            # A letter o drawn for a nought; French and most other account numbers have figures where it could stand.
            taken.append("0" if char == "o" and len(taken) > 1 else char)
        elif char not in _GAPS:
            break
        if len(taken) == 2:
            length = LENGTHS["".join(taken)]
        if len(taken) == length:
            figures = sum(map(str.isdigit, taken))
            return ("".join(taken), place + 1) if figures > length // 2 else ("", first)
    return "", first
