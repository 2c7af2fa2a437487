"""
Fill in pages, by Jinja: what is filled in is always escaped, and a name that there is no fact of is a mistake.

Templates are ours: all are read and compiled at once, and nothing that somebody wrote is ever one.
"""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import DictLoader, Environment, StrictUndefined, Template

Facts = Mapping[str, object]


def compiled(sources: Mapping[str, str], facts: Facts) -> dict[str, Template]:
    """Compile ``sources``, which may extend and include each other by name; ``facts`` are filled into each of them."""
    environment = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        cache_size=-1,
        auto_reload=False,
    )
    environment.globals.update(facts)
    return {name: environment.get_template(name) for name in sources}
