"""
The entrance: a name, the promises, the door.
"""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive


def test_proposed_name_is_borne_in_the_room(arrive: Arrive, room: str) -> None:
    visitor = arrive(f"/r/{room}")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(f"Salon {room[1:]}")
    proposed = visitor.page.locator("#entrance output").inner_text()
    visitor.page.locator("#entrance [type=submit]").click()
    expect(visitor.page.locator("#composer .name")).to_have_text(proposed)


def test_another_name_is_another(arrive: Arrive, room: str) -> None:
    page = arrive(f"/r/{room}").page
    names = set()
    for _ in range(8):
        names.add(page.locator("#entrance output").inner_text())
        page.get_by_role("button", name="Un autre nom").click()
    assert len(names) > 4


def test_own_name_is_borne(arrive: Arrive, room: str) -> None:
    assert arrive().enter(room, "Zoé du lac").name() == "Zoé du lac"


def test_name_of_someone_present_is_refused_at_its_field(arrive: Arrive, room: str) -> None:
    arrive().enter(room, "Zoé du lac")
    page = arrive(f"/r/{room}").page
    page.get_by_text("Choisir le mien").click()
    page.locator("#own").fill("ZOÉ DU LAC")
    page.locator("#entrance [type=submit]").click()
    expect(page.locator("#own-wrong")).to_contain_text("Choisissez-en un autre")
    expect(page.locator("#own")).to_be_focused()
    expect(page.locator("#own")).to_have_value("ZOÉ DU LAC")
    expect(page.locator("#own")).to_have_attribute("aria-invalid", "true")
    page.locator("#own").fill("Zoé des bois")
    page.keyboard.press("Enter")
    expect(page.locator("#composer .name")).to_have_text("Zoé des bois")


@pytest.mark.parametrize("name", ["X", "Un nom qui n’en finit vraiment pas"])
def test_length_of_a_name_is_told_before_it_is_sent(arrive: Arrive, room: str, name: str) -> None:
    page = arrive(f"/r/{room}").page
    page.get_by_text("Choisir le mien").click()
    page.locator("#own").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator("#own-wrong")).to_contain_text("Il faut de 2 à 24\u00a0signes")
    expect(page.locator("#own")).to_be_focused()


def test_address_without_a_room_leads_to_the_lobby(arrive: Arrive) -> None:
    page = arrive("/r/nulle-part").page
    expect(page.locator("#unknown")).to_contain_text("Il n’y a pas de salon à cette adresse")
    page.get_by_role("link", name="Aller à l’accueil").click()
    expect(page.locator("#open li").first).to_be_visible()


def test_closed_room_says_when_it_opens(arrive: Arrive, room: str) -> None:
    visitor = arrive()
    closed = [
        {"slug": room, "title": "Nuit", "format": "salon", "state": "closed", "members": 0, "opens_at": 4_000_000_000}
    ]
    visitor.page.route(
        "**/api/rooms*", lambda route: route.fulfill(body=json.dumps(closed), content_type="application/json")
    )
    page = visitor.go(room).page
    expect(page.locator("#door-note")).to_contain_text("Ce salon est fermé pour l’instant. Il ouvre")
    expect(page.locator("#entrance [type=submit]")).to_have_attribute("aria-disabled", "true")


def test_each_room_knows_another_name(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room, "Zoé du lac")
    visitor.page.get_by_role("link", name="Accueil").click()
    visitor.page.get_by_role("link", name="Lent").click()
    expect(visitor.page.locator("#entrance")).to_be_visible()
    visitor.page.locator("#entrance [type=submit]").click()
    expect(visitor.page.locator("#composer .name")).not_to_be_empty()
    assert visitor.name() != "Zoé du lac"
