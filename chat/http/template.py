"""
Fill a page that the server makes for each who asks, so that it needs no script.

What we need of Mustache (https://mustache.github.io/mustache.5.html): ``{{name}}``, always escaped; ``{{#name}}…{{/name}}`` once for each
of a list, once for facts or what is true; ``{{^name}}…{{/name}}`` where there is nothing. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Final

Fact = str | bool | None | Mapping[str, "Fact"] | list[Mapping[str, "Fact"]]
Facts = Mapping[str, Fact]

_SECTION: Final = re.compile(r"\{\{([#^])(\w+)\}\}(.*?)\{\{/\2\}\}", re.DOTALL)
_NAME: Final = re.compile(r"\{\{(\w+)\}\}")


def render(template: str, facts: Facts) -> str:
    """Fill in ``template``; an inner section sees the facts around it. Raises KeyError for a name that there is no fact of."""
    parts, at = [], 0
    # What has been filled in is never looked at again: a fact may hold braces.
    for found in _SECTION.finditer(template):
        parts += [_named(template[at : found.start()], facts), _section(found, facts)]
        at = found.end()
    return "".join([*parts, _named(template[at:], facts)])


def _named(text: str, facts: Facts) -> str:
    return _NAME.sub(lambda found: escape(str(facts[found[1]])), text)


def _section(found: re.Match[str], facts: Facts) -> str:
    kind, name, inside = found.groups()
    fact = facts[name]
    if kind == "^":
        return "" if fact else render(inside, facts)
    if isinstance(fact, list):
        return "".join(render(inside, {**facts, **one}) for one in fact)
    if isinstance(fact, Mapping):
        return render(inside, {**facts, **fact})
    return render(inside, facts) if fact else ""
