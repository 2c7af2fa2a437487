"""
People named in full: a title and a surname, a first name and a surname. The author is asked; nothing is held.

A first name alone, a pseudonym of the room or an @ are no names. ``light`` wants a first name of the list beside the surname or a title;
``strict`` takes any initial and surname (« S. Brandecourbe ») for a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from chat.moderation.details import detail
from chat.moderation.patterns import Match, compiled
from chat.moderation.proper import COMMON, NAME, PLACES, bare, is_first_name
from chat.moderation.reading import Read
from chat.verdict import Finding

Span = tuple[int, int]

_TITLED: Final = compiled(
    rf"(?:^|[^\pL\d@])(?:M\.|MM\.|Mr\.?|Mme\.?|Mlle\.?|Mrs\.?|Ms\.?|Miss|Mister|Monsieur|Madame|Mademoiselle|Maître|Me|Dr\.?|Docteur|Docteure"
    rf"|Pr\.?|Prof\.?|Professeur|monsieur|madame|mademoiselle|maître|docteur|mr\.?|mme|mlle|dr|Sir|Lady|Lord) +({NAME}(?: {NAME})?)"
)
_LOWER: Final = compiled(
    r"(?:^|[^\pL\d@])(?:mme|mlle|mr|Mme|Mlle|Mr)\.? +(?:de |du |le )?([\p{Ll}][\p{Ll}'-]{3,})(?:$|[^\pL'])"
)
_PAIR: Final = compiled(
    rf"(?:^|[^\pL\d@_.-])(\p{{Lu}}[\p{{L}}]+(?:-\p{{Lu}}[\p{{L}}]+)?) (?:\p{{Lu}}\. )?({NAME})(?:$|[^\pL@])",
)
_CALLED: Final = compiled(
    r"(?i:je m'appelle|je me nomme|mon nom (?:complet )?(?:est|c'est)|moi c'est|moi, c'est|my (?:full |real )?name(?: is|'s)|je suis|i'?m|i am|"
    r"(?:il|elle|qui) s'appelle|(?:he|she|who) is called|signé|nommée?|called|named|prénom et nom\s?:|nom\s?:)"
    rf" +(\p{{Lu}}[\p{{L}}]+(?:-\p{{Lu}}[\p{{L}}]+)? {NAME})"
)
_CALLED_LOWER: Final = compiled(
    r"(?:je m'appelle|mon nom est|moi c'est|my name is|il s'appelle|elle s'appelle|he is called|she is called) +"
    r"([\p{Ll}-]{3,}) ([\p{Ll}-]{4,})"
)
_OF_SOMEBODY: Final = compiled(
    r"(?i:\b(?:chef|cheffe|patron|patronne|manager|manageuse|boss|collègue|directeur|directrice|responsable|collaborateur|collaboratrice|rh|drh|n\+1"
    r"|salariée?|assistante?|supervisor|director|colleague|coworker|line manager)\b[^.!?\n]{0,20}?"
    r"\b(?:s'appelle|se nomme|is called|is named|nommée?|dénommée?|du nom de|whose name is)) +"
    rf"({NAME}(?: {NAME})?)"
)
_SURNAME: Final = compiled(
    rf"(?i:\b(?:nom de famille|surname|last name|nom de jeune fille)\s?(?:est|c'est|is|:)?) +({NAME})"
)
_INITIAL: Final = compiled(r"(?:^|[^\pL\d@.])(\p{Lu}\. ?\p{Lu}\p{Ll}{3,})")
_CAPITALS: Final = compiled(r"(?:^|[^\pL\d@])(\p{Lu}{4,}(?:-\p{Lu}+)?) (\p{Lu}\p{Ll}+)(?:$|\PL)")
LONGEST: Final = 80  # characters of a full name
_PARTICLE: Final = regex.compile(r"^(?:de |du |des |d')")
# After a title, what goes on with a sentence.
_GOES_ON: Final = frozenset(
    "dit fait veut peut avait etait sera passe parle pense voit tout toute vous nous elle lui leur qui avec sans pour dans mais donc alors "
    "comme quand apres chaque cette votre notre machin truc bidule x y z tout-le-monde untel unetelle propre michu lambda dupont-lajoie".split()
)
_NO_START: Final = COMMON - {"le", "la", "de", "du", "des", "d", "l", "may", "mars"}  # of a surname
_STREETS: Final = compiled(
    r"(?i:\b(?:rue|avenue|place|boulevard|lycée|collège|école|hôpital|stade|gare|métro|saint|sainte|street|prix|loi|méthode|syndrome|fondation)) (?:\p{L}+ )?$"
)


def name(read: Read) -> Finding | None:
    return detail(read, "name", [span for span in _spans(read) if not read.is_of_the_room(*span)])


def _spans(read: Read) -> Iterator[Span]:
    text, strictness = read.cased, read.draft.strictness
    yield from (_inner(match, 1) for match in _LOWER.finditer(text) if _is_lower_surname(match.group(1) or ""))
    yield from (
        match.span(1)
        for match in _CALLED_LOWER.finditer(text)
        if is_first_name(match.group(1) or "") and _is_lower_surname(match.group(2) or "")
    )
    if text.islower():
        return
    yield from (_inner(match, 1) for match in _TITLED.finditer(text) if _is_surname(match.group(1) or ""))
    if read.is_shouted:
        return
    yield from _pairs(text)
    yield from (
        (match.start(1), match.end(2))
        for match in _CAPITALS.finditer(text)
        if is_first_name(match.group(2) or "") and _is_surname(match.group(1) or "")
    )
    if strictness != "light":
        yield from (
            match.span(1) for match in _CALLED.finditer(text) if all(map(_is_surname, (match.group(1) or "").split()))
        )
        yield from (
            match.span(1)
            for match in _OF_SOMEBODY.finditer(text)
            if _is_surname(match.group(1) or "") and not is_first_name(match.group(1) or "")
        )
        yield from (match.span(1) for match in _SURNAME.finditer(text) if _is_surname(match.group(1) or ""))
    if strictness == "strict":
        yield from (match.span(1) for match in _INITIAL.finditer(text) if not (match.group(1) or "").startswith("M."))


def _inner(match: Match, last: int) -> Span:
    """Where a match stands without the sign before it, up to its group ``last``."""
    whole = match.group() or ""
    return match.start() + (not whole[:1].isalpha()), match.end(last)


def _is_surname(word: str) -> bool:
    said = bare(word)
    first = regex.split("[ '-]", said)[0]
    return said not in COMMON and first not in _NO_START and len(said) > 1 and said not in _GOES_ON


def _is_lower_surname(word: str) -> bool:
    said = bare(word)
    return said not in COMMON and said not in _GOES_ON and not said.endswith(("ais", "ait", "ent"))


def _pairs(text: str) -> Iterator[Span]:
    """Find first names with a surname behind; of « Merci Norbert Tarvoisin » the last two words."""
    for match in _PAIR.finditer(text):
        if _is_full_name(text, match):
            yield match.start(1), match.end(2)
            continue
        at = match.start(2)
        pair = _PAIR.match(text[at : at + LONGEST])
        if pair and _is_full_name(text[at:], pair):
            yield at + pair.start(1), at + pair.end(2)


def _is_full_name(text: str, match: Match) -> bool:
    first, last = match.group(1) or "", match.group(2) or ""
    if not is_first_name(first) or not _is_surname(last) or _PARTICLE.sub("", bare(last)) in PLACES:
        return False
    if last.isupper() and len(last) < 4:
        return False  # « Nadia RH »
    return not _STREETS.search(text[max(0, match.start(1) - 24) : match.start(1)])
