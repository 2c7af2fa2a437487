"""
Postal addresses, French and English.

A number before « rue » is an address; before « place » or « cours », which are words of work too, only with a name in capitals, a postcode
or the words of who lives there. ``light`` wants a number and a street or a postcode. ``strict`` takes a street without number for one.
"""

from __future__ import annotations

from typing import Final

from chat.moderation.details import places, written
from chat.moderation.patterns import Match, compiled
from chat.moderation.reading import Read
from chat.verdict import Finding

_SURE: Final = r"rue|ruelle|avenue|ave|av\.|boulevard|boul\.|bld|bd|blvd|impasse|imp\.|allees?|chemin|che\.|quai|faubourg|fbg|venelle|square|sentier|esplanade|hameau|lieu-?dit|rond-point|chaussee|lotissement"
_UNSURE: Final = r"place|pl\.?|cours|route|rte|passage|cite|villa|voie|montee|cote|clos|domaine|parc|residence|res\.|promenade|mail|parvis|traverse|zone|za|zi|zac"
_NUMBER: Final = r"(?:\d{1,4}(?:[-/]\d{1,4})?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|(?:vingt|trente|quarante|cinquante|soixante|quatre-vingt|cent)(?:[ -](?:et[ -])?[a-z]{2,8}){0,3}?)"
_BIS: Final = r"(?: ?(?:bis|ter|quater)| ?[a-f])?"
_WORDS: Final = r"(?:[ ,]+(?:de |du |des |de la |de l'|d'|la |le |les |l')?[a-z0-9][a-z0-9.'-]*){1,4}"
_POSTCODE: Final = r"(?:\d{2} ?\d{3})"

_STREET: Final = compiled(
    rf"\b({_NUMBER}){_BIS},? (?:{_SURE}) (?:de |du |des |de la |de l'|d'|la |le |les |l'|aux? )?([a-z0-9][a-z0-9'-]+)(?:[ -][a-z0-9'-]+){{0,2}}"
)
_PLACE: Final = compiled(
    rf"\b(\d{{1,4}}){_BIS},? (?:{_UNSURE}) (?:de |du |des |de la |de l'|d'|la |le |les |l'|aux? )?([a-z0-9][a-z0-9'-]+)"
)
_FIRM: Final = compiled(rf"(?:{_SURE})\b")
_UNNUMBERED: Final = compiled(
    rf"\b(?:{_SURE}|place|cours|route|residence|passage|cite) (?:de |du |des |de la |de l'|d'|la |le |les |l'|aux? )?([a-z][a-z'-]+)"
)
_TOWN: Final = compiled(
    r"(?:^|[^0-9a-z.,-])((?:f-?)?(?:0[1-9]|[1-8]\d|9[0-58]|2[ab])[ .]?\d{3},? (?:[a-z][a-z'-]+))|\b(?:bp|cs) ?\d{2,6}\b|\bcedex\b"
)
_LIVES: Final = compiled(
    r"\b(?:habit\w+|adresse|domicil\w+|loge\w*|resid\w+|demeur\w+|vis|vit|chez moi|ma maison|mon appart\w*|siege|bureaux?|locaux|situe\w*|rdv|rendez-vous"
    r"|retrouv\w+|voit|viens|venez|passe|passez|livr\w+|live|lives|address|based|located|come|meet|office|house|flat|home)\b"
)
_UNIT: Final = compiled(
    r"^(?:de (?:parking|libre|cinema|manager|chef|train|concert|formation|travail|plus|trop|stationnement|marche|parole)|libres?|par|pour|en|du soir)\b"
)

_ENGLISH_SURE: Final = r"street|st|road|rd|avenue|ave|lane|ln|crescent|cres|terrace|mews|boulevard|blvd|gardens|gdns|grove|close|drive|dr|court|ct"
_ENGLISH_UNSURE: Final = r"way|place|pl|square|sq|hill|row|walk|rise|green|park|parade|view|quay|wharf|gate|yard|circus|highway|hwy|parkway|pkwy|trail|loop|plaza"
_ENGLISH: Final = compiled(
    rf"\b\d{{1,5}}[a-d]? ((?:[a-z][a-z'-]+ ){{1,3}}?)((?:{_ENGLISH_SURE}|{_ENGLISH_UNSURE}))(?:$|[^a-z'])"
)
_UK: Final = compiled(r"\b(?:[a-z]{1,2}\d[a-z\d]?) ?\d[abd-hjlnp-uw-z]{2}\b")
_US: Final = compiled(
    r",? (?:al|ak|az|ar|ca|co|ct|de|fl|ga|hi|ia|id|il|in|ks|ky|la|ma|md|me|mi|mn|mo|ms|mt|nc|nd|ne|nh|nj|nm|nv|ny|oh|ok|or|pa|ri|sc|sd|tn|tx|ut|va"
    r"|vt|wa|wi|wv|wy),? \d{5}(?:-\d{4})?\b"
)
_BOX: Final = compiled(r"\bp\.? ?o\.? box \d{2,6}\b")
_FLOOR: Final = compiled(r"\b(?:appt?|appartement|apt|flat|etage|batiment|bat|escalier|interphone|digicode)\b")


def address(read: Read) -> Finding | None:
    text = read.folded.text
    lives = _LIVES.search(text) is not None
    some = read.has_figures
    town = (
        next((match for match in _TOWN.finditer(text) if _is_town(read, match)), None)
        if some or "cedex" in text
        else None
    )
    spans = places(text, _STREET, when=lambda match: not _is_count(match))
    if some:
        spans += places(text, _PLACE, when=lambda match: _is_place(read, match, bool(town), lives))
    if read.draft.strictness != "light" or town:
        spans += places(text, _UNNUMBERED, when=lambda match: _is_named_street(read, match, bool(town), lives))
    if town and (spans or lives or read.draft.strictness == "strict"):
        spans.append(town.span())
    if some:
        spans += _english(read, lives)
    return written(read, "address", spans)


def _english(read: Read, lives: bool) -> list[tuple[int, int]]:
    text = read.folded.text
    spans = places(text, _ENGLISH, when=lambda match: all(_is_capital(read, match.start(part)) for part in (1, 2)))
    codes = places(text, _UK, when=lambda match: _is_upper(read, match.span()))
    spans += [span for span in codes if " " in text[slice(*span)] or lives or spans]
    return spans + places(text, _US, _BOX, when=lambda match: _is_upper(read, match.span(), first=True))


def _is_count(match: Match) -> bool:
    """Whether streets are counted: « deux rues », « 2 rue »."""
    return (match.group(2) or "") in ("a", "et", "ou", "plus", "pour", "dans", "pietonne", "est", "sont")


def _is_place(read: Read, match: Match, town: bool, lives: bool) -> bool:
    text = read.folded.text
    name = match.start(2)
    if _UNIT.search(text[match.start(2) :]) or _UNIT.search("de " + text[match.start(2) :]):
        return False
    return _is_capital(read, name) or town or (lives and read.draft.strictness != "light" and read.draft.text.islower())


def _is_named_street(read: Read, match: Match, town: bool, lives: bool) -> bool:
    if not _is_capital(read, match.start(1)) and not (town and lives):
        return False
    if not _FIRM.match(match.group() or ""):
        return town
    return town or lives or read.draft.strictness == "strict"


def _is_town(read: Read, match: Match) -> bool:
    """Whether a postcode and a town: figures, then a name in capitals, or « cedex »."""
    if match.start(1) < 0:
        return True
    start, end = match.span(1)
    name = start + read.folded.text[start:end].rindex(" ") + 1
    before = read.folded.text[:start]
    return _is_capital(read, name) or any(form.search(before[-80:]) for form in (_LIVES, _STREET, _PLACE))


def _is_capital(read: Read, at: int) -> bool:
    char = read.draft.text[read.folded.origin[at]]
    return char.isupper() or char.isdigit()


def _is_upper(read: Read, span: tuple[int, int], first: bool = False) -> bool:
    start, end = read.folded.spans(*span)
    written = read.draft.text[start:end]
    return any(map(str.isupper, written)) if first else written.isupper()
