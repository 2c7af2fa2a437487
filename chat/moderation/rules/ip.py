"""
Addresses of machines: IPv4, IPv6, MAC; also with [.] or « point » for the dot.

``light`` leaves those of local networks alone, which say nothing outside of them. Loopback is nobody's, and four figures with dots after
« version » or « article » are no address.
"""

from __future__ import annotations

import ipaddress
from typing import Final

from chat.moderation.details import places, written
from chat.moderation.patterns import Match, compiled
from chat.moderation.reading import Read
from chat.verdict import Finding

_DOT: Final = r"(?:\.| \. |[\[(]\.[\])]| ?[\[(]?(?:point|dot)[\])]? ?|,)"
_FOUR: Final = compiled(
    rf"(?:^|[^0-9.,])(\d{{1,3}}{_DOT}\d{{1,3}}{_DOT}\d{{1,3}}{_DOT}\d{{1,3}})(?:[:/]\d{{1,5}})?(?:$|[^0-9a-z.,]|[.,](?:$|[^0-9]))"
)
_FIGURES: Final = compiled(r"\d+")
_SIX: Final = compiled(
    r"(?:^|[^0-9a-z:])([0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?:%[a-z0-9]+)?(?:/\d{1,3})?(?:$|[^0-9a-z:])"
)
_MAC: Final = compiled(r"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b")
_NUMBERED: Final = compiled(
    r"\b(?:v|ver|version|versions|release|build|firmware|patch|maj|article|art|section|chapitre|paragraphe|point|points|annexe|clause|chapter"
    r"|etape|step|tache|sous-tache|wbs|item|figure|norme|iso|logiciel|appli|python|java|chrome|windows|android|ios)[^a-z0-9]{0,3}$"
)


def ip(read: Read) -> Finding | None:
    # Without dots or colons between figures there is none; « point » stands for a dot in four figures only.
    if not read.numbers and ":" not in read.folded.text:
        return None
    text, strict = read.folded.text, read.draft.strictness != "light"
    spans = places(text, _FOUR, group=1, when=lambda match: _is_four(text, match, strict))
    spans += places(text, _SIX, group=1, when=lambda match: _is_six(match.group(1) or "", strict))
    return written(read, "ip", spans + places(text, _MAC))


def _is_four(text: str, match: Match, strict: bool) -> bool:
    written = match.group(1) or ""
    if written.count(",") not in (0, 3) or _NUMBERED.search(text[max(0, match.start(1) - 16) : match.start(1)]):
        return False
    octets = [figures.group() or "" for figures in _FIGURES.finditer(written)]
    if any(octet != "0" and octet.startswith("0") for octet in octets):
        return False
    return _counts(".".join(octets), strict) and ("," not in written or int(octets[0]) > 99)


def _is_six(written: str, strict: bool) -> bool:
    groups = [group for group in written.split(":") if group]
    if len(groups) < 2 or not any(map(str.isdigit, written)):
        return False
    return _counts(written, strict)


def _counts(written: str, strict: bool) -> bool:
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    if address.is_loopback or address.is_unspecified or written == "255.255.255.0" or written.startswith("255.255."):
        return False
    fictional = any(address in net for net in _FICTION if net.version == address.version)
    return strict or fictional or not address.is_private


# Python counts the networks set apart for examples as private; what is written there stands for a real one.
_FICTION: Final = tuple(
    map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))
)
