"""
Leaving at once: nothing stays, neither on the page nor in the tab.
"""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor, Watch, until

EXIT = "https://www.meteofrance.com/"


def prepare(visitor: Visitor, watch: Watch) -> None:
    """Stand in for the neutral site."""
    watch.neutral = EXIT
    visitor.page.context.route(
        f"{EXIT}**", lambda route: route.fulfill(body="<title>Le temps</title>", content_type="text/html")
    )


@pytest.mark.parametrize("by", ["button", "shift"])
@pytest.mark.parametrize("place", ["lobby", "entrance", "room"])
def test_quick_exit_leaves_nothing_within_a_second(
    arrive: Arrive, room: str, watch: Watch, by: str, place: str
) -> None:
    visitor = arrive()
    prepare(visitor, watch)
    if place == "room":
        stays = arrive().enter(room)
        visitor.enter(room).text.press_sequentially("UN BROUILLON")
        assert visitor.page.evaluate("sessionStorage.length") > 2
        expect(stays.page.locator("#people-title")).to_have_text("2\u00a0personnes ici")
    elif place == "entrance":
        visitor.go(room)
    start = time.monotonic()
    if by == "button":
        visitor.page.get_by_role("link", name="Quitter vite").click()
    else:
        for _ in range(3):
            visitor.page.keyboard.press("Shift")
    visitor.page.wait_for_url(EXIT)
    assert time.monotonic() - start < 1
    if place == "room":
        expect(stays.page.locator("#people-title")).to_have_text("1\u00a0personne ici")
    visitor.page.go_back()
    assert visitor.page.url != f"{visitor.address}/r/{room}"
    assert visitor.page.url == "about:blank" or visitor.page.evaluate("sessionStorage.length") == 0


def test_quick_exit_has_the_browser_forget_what_other_tabs_kept(arrive: Arrive, room: str, watch: Watch) -> None:
    visitor = arrive().enter(room)
    prepare(visitor, watch)
    other = visitor.page.context.new_page()
    other.goto(visitor.address)
    other.evaluate(
        "new Promise((done) => { indexedDB.open('trace').onsuccess = ({ target }) => done(target.result.close()) })"
    )
    other.evaluate("localStorage.setItem('trace', '1'); sessionStorage.setItem('trace', '1')")
    visitor.page.get_by_role("link", name="Quitter vite").click()
    until(other, lambda: databases(other) == 0)
    assert other.evaluate("localStorage.length") == 0


def databases(page: Page) -> int | None:
    """Count what IndexedDB keeps; None where the question itself was cleared away."""
    try:
        return int(page.evaluate("indexedDB.databases().then((found) => found.length)"))
    except Error as exc:
        assert "garbage collected" in str(exc)
        return None


def test_quick_exit_does_not_wait_for_a_server_that_is_away(arrive: Arrive, room: str, watch: Watch) -> None:
    visitor = arrive().enter(room)
    prepare(visitor, watch)
    watch.expects_loss = True
    visitor.page.context.route("**/exit", lambda _: None)  # asked, and never answered
    start = time.monotonic()
    visitor.page.get_by_role("link", name="Quitter vite").click()
    visitor.page.wait_for_url(EXIT)
    assert time.monotonic() - start < 1


def test_capital_letters_are_no_exit(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room)
    for letter in "ABCD":
        visitor.page.keyboard.press(f"Shift+{letter}")
    expect(visitor.text).to_have_value("ABCD")
