from __future__ import annotations

import json
from typing import get_args, get_type_hints

import pytest

from chat.moderation.pipeline import screen
from chat.moderation.resources import HERE, load
from chat.settings import Settings
from chat.verdict import Draft
from tests.conftest import Server
from tests.http.asking import ask

COUNTRIES = get_args(get_args(get_type_hints(Settings, include_extras=True)["country"])[0])


def test_every_country_of_the_settings_has_its_file() -> None:
    assert {file.stem for file in HERE.glob("*.toml")} == set(COUNTRIES)


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_country_has_somebody_for_oneself_and_for_another(country: str, lang: str) -> None:
    shown = load(country, []).shown(lang)
    assert all(line.name and line.hours for line in shown)
    for whom in ("self", "other"):
        assert any(whom in line.whom for line in shown)


def test_an_operators_own_contacts_come_first() -> None:
    first, second = load("fr", ["Cellule d’écoute: 01 99 00 12 34"]).shown("fr")[:2]
    assert (first.name, first.number, first.whom) == ("Cellule d’écoute", "01 99 00 12 34", ("self", "other"))
    assert second.number == "3114"


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_help_line_is_no_private_detail(country: str) -> None:
    for line in load(country, []).lines:
        assert not screen(Draft(f"Appelez le {line.number}.")).details


def test_anybody_may_ask_in_their_language(shared_server: Server) -> None:
    lines = json.loads(ask(shared_server.address, "GET", "/api/resources?lang=en").body)
    assert lines[0] == {
        "name": "National suicide prevention line",
        "number": "3114",
        "hours": "day and night, free",
        "for": ["self", "other"],
    }
    assert json.loads(ask(shared_server.address, "GET", "/api/resources").body)[0]["name"].startswith("Numéro national")
