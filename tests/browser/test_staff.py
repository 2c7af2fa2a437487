"""
The staff's door, in a real browser: the cookie is kept on this machine without https, and errors say what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from chat.people.roles import Role
from tests.conftest import Server
from tests.http.staffing import PASSWORD, account


@pytest.fixture
def door(site: Server, browser: Browser) -> Iterator[Page]:
    """The staff's door, for somebody who may be refused: the browser says so of each refusal by itself."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 320, "height": 700})
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{site.address}/staff")
    yield page
    context.close()


def show(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Nom").fill(name)
    page.get_by_label("Mot de passe").fill(password)
    page.keyboard.press("Enter")


def test_one_logs_in_by_keyboard_with_the_second_factor_and_out_again(door: Page, site: Server) -> None:
    who = account(site, Role.FACILITATOR, totp=True)
    show(door, who.name, "un autre mot de passe")
    expect(door.locator("#wrong")).to_have_text("Le nom ou le mot de passe n’est pas le bon.")
    assert Axe().run(door).violations_count == 0
    show(door, who.name)
    expect(door.get_by_label("Code de votre application")).to_be_focused()
    door.keyboard.type("000 000")
    door.keyboard.press("Enter")
    expect(door.locator("#wrong")).to_contain_text("Ce code n’est pas le bon")
    assert Axe().run(door).violations_count == 0
    door.get_by_label("Code de votre application").fill(who.code())
    door.keyboard.press("Enter")
    expect(door.locator("#whoami")).to_have_text(f"Vous êtes {who.name}, à l’animation.")
    assert Axe().run(door).violations_count == 0
    assert door.evaluate("document.cookie") == ""
    cookies = {cookie["name"]: cookie for cookie in door.context.cookies()}
    assert set(cookies) == {"__Host-staff", "__Host-staff-device"}
    door.reload()
    expect(door.locator("#logins li")).to_have_count(1)
    door.get_by_role("button", name="Se déconnecter").click()
    expect(door.get_by_label("Nom")).to_be_focused()
    door.reload()
    expect(door.get_by_label("Nom")).to_be_visible()


def test_one_ends_another_login_of_ones_own(door: Page, site: Server, browser: Browser) -> None:
    who = account(site, Role.ORGANISER)
    show(door, who.name)
    elsewhere = browser.new_context(locale="fr-FR")
    other = elsewhere.new_page()
    other.goto(f"{site.address}/staff")
    show(other, who.name)
    expect(other.locator("#logins li")).to_have_count(2)
    other.get_by_role("button", name=re.compile("^Mettre fin à la connexion")).click()
    expect(other.locator("#logins li")).to_have_count(1)
    door.reload()
    expect(door.get_by_label("Nom")).to_be_visible()
    elsewhere.close()


def test_a_moderator_comes_to_the_console(door: Page, site: Server) -> None:
    show(door, account(site, Role.MODERATOR).name)
    door.wait_for_url(f"{site.address}/console")
