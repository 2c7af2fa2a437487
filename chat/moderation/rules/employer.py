"""
Employers named: by a legal form, by where one works, by whom one heads. The author is asked; nothing is held.

A trade, a region or a tool is no employer. ``light`` wants a legal form, a large employer or « je travaille chez »; ``strict`` takes any
name after « chez » for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from chat.moderation.details import detail
from chat.moderation.patterns import Match, compiled
from chat.moderation.proper import COMMON, PLACES, bare, employers, is_first_name
from chat.moderation.reading import Read
from chat.verdict import Finding

Span = tuple[int, int]

_GAP: Final = r" "
_WORD: Final = r"(?:\p{Lu}[\p{L}\p{M}\d&]*(?:['.-][\p{L}\d]+)*)"
_NAMES: Final = rf"(?:{_WORD}(?: (?:(?:et|de|du|des|of|and|&|de la|sur) )?(?:d'|l')?{_WORD}){{0,4}})"

_FORMS: Final = r"(?:S\.?A\.?S\.?U?|S\.?A\.?R\.?L\.?|EURL|SNC|SCOP|SCA|SCIC|SCI|GIE|S\.A\.|SA|GmbH|AG|BV|NV|SRL|SPRL|Ltd|Limited|LLC|LLP|Inc|PLC|Plc|plc|Corp|Corporation|Co\.)"
_KINDS: Final = (
    r"(?:[Ss]ociété|[Ee]ntreprise|[Gg]roupe|[Cc]abinet|[Aa]ssociation|[Ff]ondation|[Mm]utuelle|[Bb]anque|[Hh]ôpital|[Hh]opital|[Cc]linique|CHU|CHRU|CHR|CH|EHPAD|[Ee]hpad|[Ll]ycée"
    r"|[Cc]ollège|[Ee]cole|[ÉEé]cole|[Uu]niversité|[Mm]airie|[Pp]réfecture|[Rr]ectorat|[Cc]rèche|[Mm]aison de retraite|[Rr]ésidence|[Uu]sine|[Mm]agasin|[Gg]arage|[Hh]ôtel"
    r"|[Rr]estaurant|[Pp]harmacie|[Bb]oulangerie|[Ll]aboratoires?|[ÉEé]tablissements?|[Ee]ts|[Mm]aison|[Cc]onseil (?:départemental|régional)|[Cc]ommunauté de communes|ESAT|MECS|CCAS|IME|SSR)"
)
_ROLES: Final = (
    r"(?i:drh|rrh|dg|pdg|ceo|cfo|cto|coo|daf|dsi|dga|dirigeante?|directeur|directrice|patron|patronne|gérante?|gerante?|présidente?|presidente?|manager|manageuse|responsable|cheffe?"
    r"|cadre|salariée?|salarie|employée?|stagiaire|alternante?|consultante?|fondateur|fondatrice|associée?|ingénieure?|comptable|commerciale?|vendeuse|vendeur|caissière|agent|infirmière?"
    r"|cadre de santé|proviseure?|principale?|head|director|founder|owner|president|vp|employee|engineer|analyst|boss|chairman|partner|supervisor|team leader|nurse|teacher|accountant|lead)"
)
_WORKS: Final = (
    r"(?i:\b(?:bosse|bosses|bossait|bossé|travaille|travailles|travaillé|travaillais|travaillons|taffe|taf|job|poste|embauchée?|recrutée?|mutée?|salariée?|employée?|virée?|licenciée?"
    r"|entrée?|arrivée?|débarquée?|débuté|commencé|commence|démissionné|quitté|quitte|cdi|cdd|stage|alternance|mission|presta|carrière|ans|mois|works?|working|worked|hired|employed|fired"
    r"|joined|joining|left|quit|laid off|job|role|contract|internship|career|years|months)\b)"
)
_BOX: Final = r"(?i:ma boîte|ma boite|mon entreprise|ma société|mon employeur|mon ancien employeur|mon groupe|notre entreprise|notre boîte|mon ex-employeur|my company|my employer|our company|my firm|my former employer|my workplace|the company)"

_LEGAL: Final = compiled(
    rf"(?:^|[^\pL\d])({_NAMES}){_GAP}{_FORMS}(?:$|[^\pL\d])|(?:^|[^\pL\d])(?:SAS|SASU|SARL|EURL|SCOP|SNC|SA){_GAP}({_NAMES})"
)
_AT: Final = compiled(rf"(?:^|[^\pL\d])[Cc]hez{_GAP}(?:les?{_GAP})?({_NAMES})")
_AT_LOWER: Final = compiled(rf"{_WORKS}[^.!?,\n]{{0,24}}?{_GAP}chez{_GAP}(\p{{Ll}}[\p{{L}}\d&'-]{{2,}})")
_AT_WORK: Final = compiled(
    rf"{_WORKS}[^.!?\n]{{0,30}}?{_GAP}(?:à la|à l'|a la|au|aux|à|pour|dans le groupe|chez|at|for|with|by|from){_GAP}?({_NAMES})"
)
_KIND: Final = compiled(rf"(?:^|[^\pL\d])({_KINDS}{_GAP}(?:(?:de|du|des|de la|de l'|d'|Les|Le|La){_GAP}?)?{_NAMES})")
_ROLE: Final = compiled(
    rf"(?:^|[^\pL\d]){_ROLES}(?:{_GAP}[\p{{Ll}}&]+(?:['-][\p{{Ll}}]+)?){{0,4}}?{_GAP}(?:de la|de l'|de|d'|du|des|chez|à la|à l'|au|pour|of|at|for){_GAP}?"
    rf"(?:the{_GAP})?({_NAMES})"
)
_OWN: Final = compiled(
    rf"{_BOX}(?:{_GAP}?(?:,|:|\(|c'est|est|s'appelle|se nomme|is|is called|named|called){_GAP}?)(?:le groupe |la société |the )?({_NAMES})"
)
_SUBJECT: Final = compiled(
    rf"(?:^|[^\pL\d])({_NAMES}){_GAP}(?:m'a|m'ont|nous a|me|fired|hired|sacked|laid){_GAP}?(?:virée?|licenciée?|embauchée?|recrutée?|mis|mise|me|us|off)?"
)
_TOOLS: Final = frozenset("whatsapp teams slack telegram signal facebook discord linkedin montessori messenger".split())
_KIND_ONLY: Final = frozenset("gestalt balint".split())


def employer(read: Read) -> Finding | None:
    spans = _spans(read)
    return detail(read, "employer", [span for span in spans if not read.is_of_the_room(*span)])


def _spans(read: Read) -> Iterator[Span]:
    text, strictness = read.cased, read.draft.strictness
    yield from _lower(text)
    if read.is_shouted:
        return
    for match in _LEGAL.finditer(text):
        group = 1 if (match.group(1) or "") else 2
        if _is_employer(match.group(group) or ""):
            yield match.span(group)
    yield from (match.span(1) for match in _AT.finditer(text) if _is_employer((match.group(1) or ""), town=True))
    yield from (match.span(1) for match in _AT_WORK.finditer(text) if _is_work(match))
    yield from (match.span(1) for match in _OWN.finditer(text) if _is_employer(match.group(1) or ""))
    yield from (match.span(1) for match in _SUBJECT.finditer(text) if _is_known(match.group(1) or ""))
    if strictness != "light":
        yield from (match.span(1) for match in _KIND.finditer(text) if _is_of_a_kind(match.group(1) or ""))
        yield from (match.span(1) for match in _ROLE.finditer(text) if _is_employer(match.group(1) or ""))


def _lower(text: str) -> Iterator[Span]:
    """Find « je bosse chez plastimousse », written without capitals."""
    for match in _AT_LOWER.finditer(text):
        word = bare(match.group(1) or "")
        if word not in _NOBODY and word not in COMMON and not is_first_name(word) and word not in PLACES:
            yield match.span(1)


def _is_employer(words: str, town: bool = False) -> bool:
    said = bare(words)
    first = regex.split("[ '-]", said)[0]
    if _is_known(words):
        return True
    if said in COMMON or said in PLACES or said in _TOOLS or said in _KIND_ONLY or is_first_name(said):
        return False
    if first in COMMON or (first in PLACES and not town and " " not in said):
        return False
    if len(said) < 3 or (words.isupper() and len(words) <= 3):
        return False
    return not (" " in said and is_first_name(said.split()[0]) and len(said.split()) == 2)


def _is_known(words: str) -> bool:
    said = bare(words)
    return any(said[:end] in employers() for end, char in enumerate(f"{said} ") if char in " '")


def _is_work(match: Match) -> bool:
    """Whether one works there, and not in that town: « à » before a name may be either, « pour » and « chez » only an employer."""
    before = (match.group(0) or "")[: match.start(1) - match.start()].rstrip()
    if before.endswith((" à", " au", " aux", " by", " from", " with")):
        return _is_known(match.group(1) or "")
    return _is_employer(match.group(1) or "")


def _is_of_a_kind(words: str) -> bool:
    parts = bare(words).split()
    return (
        parts[-1] not in _TOOLS
        and parts[-1] not in COMMON
        and len(parts) > 1
        and not (parts[0] in ("groupe", "association") and parts[1] in ("loi", "teams"))
    )


_NOBODY: Final = frozenset(
    "nous vous eux elle elles lui moi toi soi mon ton son notre votre leur leurs mes tes ses des les une deux trois plusieurs certains certaines "
    "chaque cet cette ces quelqu'un quelqu beaucoup toutes tous autres autrui qui personne client clients cliente clientes maman papa "
    "mamie papi mes mon parent parents certain d'autres l'autre l'un l'ami autrui soi-meme un le la ce".split()
)
