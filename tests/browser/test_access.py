"""
Everyone can use it: axe finds nothing, everything goes by the keyboard, nothing is wider than a small screen.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor

WORDS = {
    "fr-FR": {"settings": "Réglages", "own": "Choisir le mien"},
    "en-GB": {"settings": "Settings", "own": "Choose my own"},
}


def assert_accessible(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(arrive: Arrive, room: str, locale: str, theme: str) -> None:
    visitor = arrive(locale=locale, color_scheme=theme)
    page = visitor.page
    expect(page.locator("#open li").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name=WORDS[locale]["settings"]).click()
    assert_accessible(page)
    visitor.go(room)
    page.get_by_text(WORDS[locale]["own"]).click()
    page.locator("#own").fill("X")
    page.keyboard.press("Enter")
    assert_accessible(page)
    page.locator("#own").fill("Zoé du lac")
    page.keyboard.press("Enter")
    expect(visitor.text).to_be_focused()
    assert_accessible(page)
    other = arrive().enter(room)
    other.say("Bonsoir, voir https://exemple.org/.").say("Et encore.").sees("Et encore.")
    visitor.say("Je vous lis.").sees("Je vous lis.")
    visitor.text.fill("e" * 4001)
    visitor.text.press("Control+Enter")
    assert_accessible(page)
    visitor.sees("Et encore.").locator(".more").press("ArrowDown")
    assert_accessible(page)
    page.get_by_role("menuitem").last.click()
    for summary in page.locator(".aside summary:visible").all():
        summary.click()
    assert_accessible(page)
    page.locator(".aside [data-settings]").click()
    assert_accessible(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_a_phone(arrive: Arrive, room: str, theme: str) -> None:
    visitor = arrive(color_scheme=theme, viewport={"width": 390, "height": 844}).enter(room)
    visitor.say("Bonsoir.").sees("Bonsoir.")
    assert_accessible(visitor.page)
    visitor.page.locator("#count").click()
    expect(visitor.page.get_by_role("button", name="Revenir aux messages")).to_be_focused()
    assert_accessible(visitor.page)
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.locator("#count")).to_be_focused()
    expect(visitor.page.locator("#aside")).to_be_hidden()


def test_lobby_to_sent_message_by_the_keyboard_alone(arrive: Arrive, room: str) -> None:
    visitor = arrive()
    page = visitor.page
    expect(page.locator("#open li").first).to_be_visible()
    title = f"Salon {room[1:]}"
    walk(visitor, lambda: focused(page) == title)
    page.keyboard.press("Enter")
    expect(page.locator("#entrance-title")).to_have_text(title)
    walk(visitor, lambda: focused(page) == "Un autre nom")
    page.keyboard.press("Space")
    walk(visitor, lambda: focused(page) == "Entrer")
    page.keyboard.press("Enter")
    expect(visitor.text).to_be_focused()
    page.keyboard.type("Sans souris.")
    walk(visitor, lambda: focused(page) == "Envoyer")
    page.keyboard.press("Enter")
    visitor.sees("Sans souris.")


def walk(visitor: Visitor, arrived: Callable[[], bool]) -> None:
    """Go on with Tab until ``arrived``, once around the page at most: the lobby is as long as the rooms that other tests have taken."""
    most = visitor.page.locator("a[href], button, input, select, summary, textarea, [tabindex]").count()
    for _ in range(most + 2):
        if arrived():
            return
        visitor.page.keyboard.press("Tab")
    raise AssertionError("the keyboard leads nowhere near")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


@pytest.mark.parametrize(("width", "height"), [(320, 640), (320, 256), (390, 844), (1280, 900)])
@pytest.mark.parametrize("size", ["normal", "larger"])
def test_nothing_scrolls_sideways(arrive: Arrive, room: str, width: int, height: int, size: str) -> None:
    visitor = arrive(viewport={"width": width, "height": height})
    page = visitor.page
    page.evaluate("(size) => { localStorage.size = size; }", size)
    page.reload()
    expect(page.locator("#open li").first).to_be_visible()
    assert_narrow(page)
    visitor.go(room)
    expect(page.locator("#entrance-title")).not_to_have_text("…")
    page.get_by_text("Choisir le mien").click()
    assert_narrow(page)
    visitor.enter(room, "Bergeronnette attentive1"[:24])
    visitor.say("x" * 300).sees("x" * 300)
    assert_narrow(page)
    if page.locator("#count").is_visible():
        page.locator("#count").click()
        assert_narrow(page)
    page.locator(".aside [data-settings]").click()
    assert_narrow(page)


def assert_narrow(page: Page) -> None:
    wide = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{wide} px too wide"


def test_magnified_page_scrolls_as_one(arrive: Arrive, room: str) -> None:
    visitor = arrive(viewport={"width": 320, "height": 256}).enter(room)
    for n in range(8):
        visitor.say(f"ligne {n}").sees(f"ligne {n}")
    assert visitor.page.evaluate("document.scrollingElement.scrollHeight") > 600
    visitor.text.scroll_into_view_if_needed()
    expect(visitor.text).to_be_in_viewport()
