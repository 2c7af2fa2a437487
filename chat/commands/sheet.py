"""
The page of invitations that an organiser prints: cards to cut out, or the notice of an event, each with its QR code. Pure.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import segno
from markupsafe import Markup
from msgspec import Struct

from chat.people.invitations import spaced
from chat.templates import compiled

WORDS: Final = {
    "fr": {
        "title": "Invitations",
        "card": "Une invitation pour vous",
        "type": "Ou tapez ces signes à l’entrée :",
        "batch": "Carte tirée au sort dans un lot de {count} : rien ne dit à qui elle est allée. Elle fait entrer une personne, "
        "la même à chaque fois. Ne la prêtez pas.",
        "link": "Un même lien pour {count} personnes : rien ne dit qui vous êtes parmi elles.",
        "after": "Découpez, mélangez, faites tirer au sort ; puis effacez ce fichier.",
        "once": "Affichez ou projetez ; puis effacez ce fichier.",
    },
    "en": {
        "title": "Invitations",
        "card": "An invitation for you",
        "type": "Or type these signs at the entrance:",
        "batch": "A card drawn by lot from a batch of {count}: nothing says to whom it went. It lets one person in, the same each time. "
        "Do not lend it.",
        "link": "One link for {count} people: nothing says who among them you are.",
        "after": "Cut them out, shuffle them, have them drawn by lot; then delete this file.",
        "once": "Put it up or project it; then delete this file.",
    },
}

_PAGE: Final = compiled({"sheet": Path(__file__).with_suffix(".html").read_text()}, {})["sheet"]


class Card(Struct, frozen=True):
    """One invitation as it is printed."""

    secret: str
    drawn: Markup


def sheet(community: str, made: Sequence[tuple[str, str]], count: int, *, link: bool, lang: str) -> str:
    """Write the page for ``made``, secrets with their addresses, of a batch of ``count``."""
    lang = "en" if lang == "en" else "fr"
    words = WORDS[lang]
    return _PAGE.render(
        lang=lang,
        words=words,
        community=community,
        link=link,
        about=words["link" if link else "batch"].format(count=count),
        cards=[Card(spaced(secret), _drawn(address)) for secret, address in made],
    )


def _drawn(address: str) -> Markup:
    drawn = io.BytesIO()
    segno.make(address, micro=False, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, nl=False, omitsize=True
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn here, of squares alone
