"""What is filled in stays text, and a page that lacks a fact is a mistake, not a gap."""

from __future__ import annotations

import pytest
from jinja2 import TemplateSyntaxError, UndefinedError

from chat.templates import compiled


def test_what_is_filled_in_is_text_and_no_template() -> None:
    page = compiled({"page": "<p title='{{ said }}'>{{ said }}</p>{{ place }}"}, {"place": "<b>"})["page"]
    assert (
        page.render(said="'<i>{{ place }}")
        == "<p title='&#39;&lt;i&gt;{{ place }}'>&#39;&lt;i&gt;{{ place }}</p>&lt;b&gt;"
    )


@pytest.mark.parametrize("source", ["{{ nothing }}", "{% if nothing %}a{% endif %}", "{{ some.nothing }}"])
def test_a_name_without_a_fact_is_a_mistake(source: str) -> None:
    with pytest.raises(UndefinedError):
        compiled({"page": source}, {"some": {}})["page"].render()


def test_a_template_that_cannot_be_read_is_found_before_it_is_used() -> None:
    with pytest.raises(TemplateSyntaxError):
        compiled({"page": "{% if %}"}, {})
