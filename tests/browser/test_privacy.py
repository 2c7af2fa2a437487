"""
The notice in a browser: in the reader's language, without a script, on a small screen, by all who need it.
"""

from __future__ import annotations

import gzip

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_access import assert_accessible, assert_narrow
from tests.browser.test_weight import KILOBYTE, MOST
from tests.browser.visitor import Watch

TITLES = {"fr": "Ce que l’on sait de vous ici", "en": "What is known of you here"}


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(arrive: Arrive, lang: str, theme: str, width: int) -> None:
    size = {"width": width, "height": 800}
    page = arrive(f"/privacy?lang={lang}", color_scheme=theme, viewport=size).page
    expect(page.locator("h1")).to_have_text(TITLES[lang])
    assert_accessible(page)
    assert_narrow(page)
    page.evaluate("localStorage.size = 'larger'")
    page.reload()
    assert_narrow(page)


@pytest.mark.parametrize(("locale", "lang"), [("fr-FR", "fr"), ("en-GB", "en"), ("de-DE", "fr")])
def test_the_lobby_leads_to_it_in_the_readers_language(arrive: Arrive, locale: str, lang: str) -> None:
    page = arrive(locale=locale).page
    page.locator(".page-foot a[href^='/privacy']").click()
    expect(page.locator("h1")).to_have_text(TITLES[lang])
    expect(page.locator("html")).to_have_attribute("lang", lang)


def test_the_other_language_can_be_chosen_and_stays(arrive: Arrive) -> None:
    page = arrive("/privacy", locale="fr-FR").page
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text(TITLES["en"])
    page.get_by_role("link", name="Français").click()
    expect(page.locator("h1")).to_have_text(TITLES["fr"])


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_it_needs_no_script(arrive: Arrive, lang: str) -> None:
    page = arrive(f"/privacy?lang={lang}", java_script_enabled=False).page
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".margin > li").first).to_be_visible()
    expect(page.locator(".exit")).to_have_attribute("href", "https://www.meteofrance.com/")


def test_quick_exit_works_here_too(arrive: Arrive, watch: Watch) -> None:
    visitor = arrive("/privacy")
    watch.neutral = "https://www.meteofrance.com/"
    visitor.page.route(watch.neutral, lambda route: route.fulfill(body="<!doctype html><title>Météo</title>"))
    for _ in range(3):
        visitor.page.keyboard.press("Shift")
    visitor.page.wait_for_url(watch.neutral)


def test_it_is_light(arrive: Arrive, watch: Watch) -> None:
    page = arrive("/privacy", locale="fr-FR").page
    html = gzip.compress(page.request.get(page.url).body(), 6)
    assert len(html) <= MOST["document"]
    assert len(watch.requests) <= 6
    weight = sum(len(gzip.compress(page.request.get(url).body(), 6)) for url in watch.requests)
    assert weight <= 25 * KILOBYTE
