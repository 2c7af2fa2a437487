"""
What a reader chooses for this device.
"""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import until

COUNT_TONES = """
window.tones = 0;
const Voice = window.OscillatorNode;
window.OscillatorNode = class extends Voice { start(at) { window.tones += 1; super.start(at); } };
"""


def test_choices_hold_on_every_page_and_after_a_reload(arrive: Arrive, room: str) -> None:
    visitor = arrive()
    page = visitor.page
    page.get_by_role("button", name="Réglages").click()
    page.get_by_label("Sombre").check()
    page.get_by_label("Très grande").check()
    page.get_by_role("button", name="Fermer les réglages").click()
    for _ in range(2):
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 29, 28)"
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "21px"
        visitor.go(room)
    page.get_by_role("button", name="Réglages").click()
    expect(page.get_by_label("Sombre")).to_be_checked()
    assert page.evaluate("Object.keys(localStorage).sort()") == ["size", "theme"]


def test_language_follows_the_browser_and_then_the_choice(arrive: Arrive, room: str) -> None:
    visitor = arrive(locale="en-US")
    page = visitor.page
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Open right now")
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ouvert en ce moment")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    visitor.enter(room)
    page.get_by_role("button", name="Réglages").click()
    page.get_by_label("English").check()
    expect(page.locator("#composer [type=submit]")).to_have_text("Send")
    expect(page).to_have_title(f"Salon {room[1:]} – Sans Masque")


def test_other_languages_read_french(arrive: Arrive) -> None:
    expect(arrive(locale="de-DE").page.get_by_role("heading", level=1)).to_have_text("Ouvert en ce moment")


def test_sound_is_off_until_asked_for(arrive: Arrive, room: str) -> None:
    one, other = arrive().enter(room), arrive()
    other.page.add_init_script(COUNT_TONES)
    other.enter(room)
    one.say("sans bruit")
    other.sees("sans bruit")
    other.page.get_by_role("button", name="Réglages").click()
    other.page.get_by_label("Un son discret").check()
    other.page.get_by_role("button", name="Fermer les réglages").click()
    expect(other.page.get_by_role("log")).to_contain_text("sans bruit")
    assert other.page.evaluate("tones") == 0
    one.say("avec un son")
    other.sees("avec un son")
    until(other.page, lambda: bool(other.page.evaluate("tones") == 1))
