"""
The page of invitations that an organiser prints: cards to cut out, or the notice of an event, each with its QR code. Pure.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from typing import Final

import segno

from chat.people.invitations import spaced

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

STYLE: Final = """
body { margin: 1rem; font: 11pt/1.4 sans-serif; color: #000; background: #fff }
ul { display: grid; grid-template-columns: 1fr 1fr; gap: 0; margin: 0; padding: 0; list-style: none }
li { display: grid; grid-template-columns: 34mm 1fr; gap: 0 4mm; padding: 4mm; border: 1px dashed #777; break-inside: avoid }
svg { inline-size: 34mm; block-size: 34mm }
h1, h2, p { margin: 0 0 1mm } h2 { font-size: 12pt } .code { font: 600 12pt monospace; overflow-wrap: anywhere } .note { font-size: 8pt }
ul.one { grid-template-columns: 1fr } ul.one li { grid-template-columns: 80mm 1fr } ul.one svg { inline-size: 80mm; block-size: 80mm }
@media print { .screen { display: none } }
"""


def sheet(community: str, made: Sequence[tuple[str, str]], count: int, *, link: bool, lang: str) -> str:
    """Write the page for ``made``, secrets with their addresses, of a batch of ``count``."""
    words = WORDS["en" if lang == "en" else "fr"]
    about = words["link" if link else "batch"].format(count=count)
    cards = "\n".join(_card(community, words, secret, address, about) for secret, address in made)
    return f"""<!doctype html>
<html lang="{"en" if lang == "en" else "fr"}">
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(words["title"])} – {escape(community)}</title>
<style>{STYLE}</style>
<h1 class="screen">{escape(words["title"])} – {escape(community)}</h1>
<p class="screen">{escape(words["once" if link else "after"])}</p>
<ul{' class="one"' if link else ""}>
{cards}
</ul>
</html>
"""


def _card(community: str, words: dict[str, str], secret: str, address: str, about: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, micro=False, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, nl=False, omitsize=True
    )
    return (
        f"<li>{drawn.getvalue().decode()}<div><h2>{escape(words['card'])} – {escape(community)}</h2>"
        f"<p>{escape(words['type'])}</p><p class=code>{spaced(secret)}</p><p class=note>{escape(about)}</p></div></li>"
    )
