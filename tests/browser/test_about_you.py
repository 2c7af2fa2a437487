"""About you: one sees what is held, keeps a copy, erases it, and others see it go."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.test_access import assert_accessible, assert_narrow
from tests.browser.visitor import Visitor, Watch

PATH = "/about-you"


def look(visitor: Visitor) -> Page:
    """Go from the room to what is held, by the link that is there."""
    page = visitor.page
    if page.locator("#count").is_visible():
        page.locator("#count").click()
    page.locator(".aside").get_by_role("link", name=re.compile("Ce que nous gardons|What we hold")).click()
    expect(page.locator("#held section").first).to_be_visible()
    return page


def test_one_sees_all_that_is_held(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room, "Zoé du lac")
    visitor.say("Une confidence.").sees("Une confidence.")
    page = look(visitor)
    held = page.locator("#held")
    expect(held.get_by_role("heading")).to_have_text(["Cette session", f"Salon {room[1:]}"])
    expect(held).to_contain_text("Zoé du lac")
    expect(held.get_by_role("row")).to_have_count(2)
    expect(held.get_by_role("row").last).to_contain_text("Une confidence.")
    expect(held.get_by_role("row").last).to_contain_text("demain à")
    expect(page.locator("#as-of")).to_contain_text("Aujourd’hui")


def test_a_second_look_and_the_way_back_keep_the_session(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room, "Zoé du lac")
    look(visitor).reload()
    expect(visitor.page.locator("#held")).to_contain_text("Zoé du lac")
    visitor.go(room)
    expect(visitor.page.locator("#composer .name")).to_have_text("Zoé du lac")


def test_the_copy_is_a_file_with_all_that_the_page_says(arrive: Arrive, room: str, tmp_path: Path) -> None:
    visitor = arrive().enter(room, "Zoé du lac")
    visitor.say("Une confidence.\nEn deux lignes.").sees("Une confidence.\nEn deux lignes.")
    page = look(visitor)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Tout mettre dans un fichier").click()
    assert downloading.value.suggested_filename == "ce-qui-est-garde.txt"
    downloading.value.save_as(tmp_path / "file.txt")
    text = (tmp_path / "file.txt").read_text()
    assert "Une confidence.\nEn deux lignes." in text
    for said in page.locator("#held :is(h2, dt, dd)").all_inner_texts():
        assert said in text


def test_erasing_is_asked_twice_and_others_see_the_messages_go(arrive: Arrive, room: str) -> None:
    other = arrive().enter(room)
    visitor = arrive().enter(room, "Zoé du lac")
    for text in ("Une confidence.", "Une autre."):
        visitor.say(text)
        other.sees(text)
    page = look(visitor)
    expect(page.get_by_role("button", name="Effacer maintenant")).to_be_hidden()
    page.get_by_text("Effacer 2 messages et ma session…").click()
    page.get_by_role("button", name="Effacer maintenant").click()
    expect(page.locator("#none")).to_contain_text("2 messages sont effacés")
    expect(page.locator("#held section")).to_have_count(0)
    expect(page.locator("#deeds")).to_be_hidden()
    expect(page.locator("#title")).to_be_focused()
    assert page.evaluate("sessionStorage.length") == 0
    expect(other.messages.filter(has_text="a retiré son message")).to_have_count(2)
    expect(other.messages.filter(has_text="confidence")).to_have_count(0)
    page.reload()
    expect(page.locator("#none")).to_contain_text("n’a pas de session")
    visitor.go(room)
    expect(page.locator("#entrance-title")).to_be_visible()


def test_an_erasure_whose_answer_was_lost_is_known_to_be_done(arrive: Arrive, room: str, watch: Watch) -> None:
    watch.expects_loss = True
    visitor = arrive().enter(room)
    page = look(visitor)
    page.route("**/api/about-me*", lambda route: (route.fetch(), route.abort())[1])
    page.locator("summary").click()
    page.get_by_role("button", name="Effacer maintenant").click()
    expect(page.locator("#problem")).to_contain_text("La réponse n’est pas arrivée.")
    page.unroute("**/api/about-me*")
    page.get_by_role("button", name="Effacer maintenant").click()
    expect(page.locator("#none")).to_contain_text("ne connaît plus cette session")
    watch.complaints = [said for said in watch.complaints if "401" not in said]


def test_six_words_bring_one_back_in_another_browser(arrive: Arrive, room: str, watch: Watch) -> None:
    visitor = arrive().enter(room, "Zoé du lac")
    visitor.say("Je reviendrai.").sees("Je reviendrai.")
    page = look(visitor)
    page.get_by_role("button", name="Me donner six mots").click()
    expect(page.locator("#six li")).to_have_count(6)
    given = page.locator("#six li").all_inner_texts()
    assert_accessible(page)
    later = arrive()
    later.go(room)
    later.page.get_by_text("J’ai mes six mots").click()
    later.page.get_by_label("Vos six mots, dans l’ordre").fill(" ".join(given).upper())
    later.page.get_by_role("button", name="Revenir", exact=True).click()
    expect(later.page.locator("#composer .name")).to_have_text("Zoé du lac")
    expect(later.messages.filter(has_text="Je reviendrai.")).to_contain_text("(vous)")
    page.reload()
    expect(page.locator("#none")).to_contain_text("Votre session est finie")
    watch.complaints = [said for said in watch.complaints if "401" not in said]


def test_words_that_bring_nobody_back_are_said_beside_the_field(arrive: Arrive, room: str, watch: Watch) -> None:
    visitor = arrive()
    visitor.go(room)
    visitor.page.get_by_text("J’ai mes six mots").click()
    visitor.page.locator("#six-words").fill("un deux trois")
    visitor.page.locator("#six-words").press("Enter")
    expect(visitor.page.locator("#six-wrong")).to_contain_text("ne ramènent personne")
    expect(visitor.page.locator("#six-words")).to_be_focused()
    assert_accessible(visitor.page)
    watch.complaints = [said for said in watch.complaints if "403" not in said]


def test_without_a_session_it_says_that_nothing_is_held(arrive: Arrive) -> None:
    page = arrive(PATH).page
    expect(page.locator("#none")).to_contain_text("rien n’est gardé que l’on puisse rattacher à vous")
    expect(page.locator("#deeds")).to_be_hidden()


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(arrive: Arrive, room: str, locale: str, theme: str) -> None:
    visitor = arrive(locale=locale, color_scheme=theme)
    visitor.go(room)
    visitor.page.locator("#entrance [type=submit]").click()
    expect(visitor.text).to_be_focused()
    visitor.say("Bonsoir.").sees("Bonsoir.")
    page = look(visitor)
    page.locator("summary").click()
    assert_accessible(page)
    page.locator("#erase-now").click()
    expect(page.locator("#none")).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize(("width", "height"), [(320, 640), (320, 256), (390, 844), (1280, 900)])
def test_nothing_scrolls_sideways(arrive: Arrive, room: str, width: int, height: int) -> None:
    visitor = arrive(viewport={"width": width, "height": height}).enter(room, "Bergeronnette attentive1"[:24])
    visitor.say("x" * 300).sees("x" * 300)
    page = look(visitor)
    page.locator("summary").click()
    assert_narrow(page)
