"""
The door in a browser: a computation done while one reads, a wait instead, and the way for those without scripts.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import redis
from playwright.sync_api import Page, Route, expect

from chat.people import admission
from chat.store import keys
from tests.browser.conftest import Arrive
from tests.browser.test_access import assert_accessible, assert_narrow, focused, walk
from tests.browser.visitor import Watch, until
from tests.conftest import UNLIMITED, Server, as_lines
from tests.http import door
from tests.http.door import issue, ripe_slip

ENTER = "#entrance [type=submit]"


@pytest.fixture(scope="module")
def site() -> Iterator[Server]:
    """A server whose door asks for a computation, with a room by invitation."""
    with tempfile.TemporaryDirectory(prefix="sm-") as folder:
        config = Path(folder) / "settings.toml"
        rooms = [f'[[rooms]]\nslug = "{slug}"\ntitle = "{slug}"\nformat = "salon"' for slug in ("salon", "jardin")]
        rooms.append('[[rooms]]\nslug = "cercle"\ntitle = "Le cercle"\nformat = "salon"\nby_invitation = true')
        lines = as_lines({**UNLIMITED, "second_look": False})
        config.write_text("\n".join(["presence_seconds = 1", "admissions_per_minute = 60", *lines, *rooms]))
        running = Server(Path(folder) / "data", "--config", str(config))
        yield running
        running.stop()


@pytest.fixture
def crowd(site: Server) -> Iterator[None]:
    """A crowd that came within the last minute: the effort is the greatest."""
    door.crowd(site, 10_000)
    door.until(site, lambda offer: "wait" in offer and offer["wait"]["seconds"] > admission.WAIT_SECONDS)
    yield
    with door.store(site) as client:
        client.delete(keys.ADMISSIONS)
    door.until(site, lambda offer: "wait" not in offer)


def offer(page: Page, slip: str, seconds: int) -> None:
    """Have the door offer this slip instead of one that takes minutes."""

    def answer(route: Route) -> None:
        if route.request.method != "GET":
            return route.continue_()
        response = route.fetch()
        return route.fulfill(response=response, json={**response.json(), "wait": {"slip": slip, "seconds": seconds}})

    page.route("**/api/admission*", answer)


def inside(page: Page) -> None:
    expect(page.locator("#composer .name")).not_to_be_empty()


def forgive(watch: Watch, status: int) -> None:
    """Forget that an answer of ``status`` was noted: the test asked for it."""
    noted = (f"{status} ", f"console: Failed to load resource: the server responded with a status of {status}")
    watch.complaints = [complaint for complaint in watch.complaints if not complaint.startswith(noted)]


# -- the computation


def test_computation_is_done_while_one_reads_and_lets_in(arrive: Arrive) -> None:
    visitor = arrive("/r/salon")
    page = visitor.page
    expect(page.locator("#ready")).to_have_text("C’est fait\u202f: la porte est ouverte.")
    expect(page.locator("#effort")).to_be_hidden()
    expect(page.locator(ENTER)).to_have_text("Entrer")
    page.locator(ENTER).click()
    inside(page)
    visitor.say("Bonsoir.").sees("Bonsoir.")


def test_who_is_in_a_hurry_comes_in_as_soon_as_it_is_done(arrive: Arrive) -> None:
    page = arrive().page

    def slowly(route: Route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/api/admission*", slowly)
    page.goto(page.url.rstrip("/") + "/r/salon")
    expect(page.locator(ENTER)).to_have_text("Entrer dès que c’est prêt")
    page.locator(ENTER).click()
    expect(page.locator(ENTER)).to_have_attribute("aria-disabled", "true")
    inside(page)


def test_one_computation_opens_every_room(arrive: Arrive, watch: Watch) -> None:
    visitor = arrive().enter("salon")
    visitor.page.get_by_role("link", name="Accueil").click()
    before = len(watch.requests)
    visitor.enter("jardin")
    assert [url for url in watch.requests[before:] if "/api/admission" in url or "proof-worker" in url] == []


def test_progress_is_shown_and_the_computation_ends_with_quick_exit(arrive: Arrive, crowd: None, watch: Watch) -> None:
    watch.neutral = "https://www.meteofrance.com/"
    page = arrive("/r/salon").page
    page.route(watch.neutral + "**", lambda route: route.fulfill(body="<h1>Ailleurs</h1>", content_type="text/html"))
    expect(page.locator("#effort label")).to_contain_text("encore")
    first = page.locator("progress").evaluate("bar => bar.value")
    until(page, lambda: page.locator("progress").evaluate("bar => bar.value") > first)
    assert len(page.workers) == 1
    page.locator(".exit:visible").click()
    expect(page.get_by_role("heading")).to_have_text("Ailleurs")
    until(page, lambda: page.workers == [])


def test_used_computation_is_said_and_done_again(arrive: Arrive, watch: Watch) -> None:
    page = arrive().page
    shown: list[bool] = []

    def twice(route: Route) -> None:
        if route.request.method == "POST" and not shown:
            shown.append(True)
            assert route.fetch().ok  # somebody else was first
        route.continue_()

    page.route("**/api/admission*", twice)
    page.goto(page.url.rstrip("/") + "/r/salon")
    page.locator(ENTER).click()
    expect(page.locator("#door-note")).to_contain_text("Ce calcul a déjà servi")
    page.locator(ENTER).click()
    inside(page)
    forgive(watch, 409)


def test_session_that_is_over_at_the_door_gets_another(arrive: Arrive, site: Server) -> None:
    visitor = arrive().enter("salon")
    visitor.page.get_by_role("link", name="Accueil").click()
    with redis.Redis.from_url(site.store_url) as client:
        client.delete(*client.keys("{session:*"))
    visitor.enter("jardin")


# -- the wait


def test_wait_instead_of_a_long_computation_lets_in(arrive: Arrive, site: Server, crowd: None) -> None:
    page = arrive().page
    offer(page, ripe_slip(site), 3)
    page.goto(page.url.rstrip("/") + "/r/salon")
    expect(page.locator("#patience")).to_contain_text("Attendez 3\u202fs sans rien calculer")
    page.get_by_role("button", name="Attendre plutôt").click()
    expect(page.locator("#effort label")).to_contain_text("Votre tour vient dans")
    expect(page.locator("#patience")).to_be_hidden()
    assert page.workers == []
    page.locator(ENTER).click()  # and be let in when it is time
    inside(page)


def test_real_offer_tells_how_long(arrive: Arrive, crowd: None) -> None:
    page = arrive("/r/salon").page
    expect(page.locator("#patience")).to_contain_text(re.compile("Attendez 1[01]\u202fmin .* sans rien calculer"))


def test_browser_that_cannot_compute_waits(arrive: Arrive, site: Server) -> None:
    page = arrive().page
    page.add_init_script("delete globalThis.Worker")
    offer(page, ripe_slip(site), 2)
    page.goto(page.url.rstrip("/") + "/r/salon")
    expect(page.locator("#effort label")).to_contain_text("Votre tour vient dans")
    expect(page.locator("#ready")).to_contain_text("C’est fait")
    page.locator(ENTER).click()
    inside(page)


def test_without_scripts_the_wait_leads_to_the_entrance(arrive: Arrive, site: Server, watch: Watch) -> None:
    page = arrive("/r/salon", java_script_enabled=False).page
    page.get_by_role("link", name="Entrer sans calcul, après une attente").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre place est gardée")
    expect(page.locator(".lead")).to_contain_text("Attendez encore 1\u00a0minute")
    page.get_by_role("button", name="J’ai attendu, entrer").click()
    expect(page.get_by_role("alert")).to_contain_text("L’attente n’est pas finie.")
    slip = page.locator("[name=slip]").input_value()

    def later(route: Route) -> None:  # the same form, a minute later
        route.continue_(post_data=(route.request.post_data or "").replace(slip, ripe_slip(site)))

    page.route("**/wait*", later)
    page.get_by_role("button", name="J’ai attendu, entrer").click()
    page.wait_for_url("**/r/salon#wait=*")
    other = arrive().page
    other.goto(page.url)
    expect(other.locator("#ready")).to_contain_text("C’est fait")
    assert other.url.endswith("/r/salon")
    other.locator(ENTER).click()
    inside(other)
    assert [url for url in watch.requests if "proof-worker" in url] == []
    assert unquote(slip) not in "".join(url.partition("#")[0] for url in watch.requests)


# -- everyone


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_at_the_door(arrive: Arrive, crowd: None, locale: str, theme: str) -> None:
    page = arrive("/r/salon", locale=locale, color_scheme=theme, viewport={"width": 320, "height": 800}).page
    expect(page.locator("#patience")).to_be_visible()
    assert_accessible(page)
    assert_narrow(page)
    page.locator("#patience button").click()
    expect(page.locator("#patience")).to_be_hidden()
    assert_accessible(page)
    expect(page.locator("#other-way")).to_be_visible()
    page.locator("#other-way").click()
    expect(page.locator("h1")).to_have_text({"fr-FR": "Votre place est gardée", "en-GB": "Your place is kept"}[locale])
    assert_accessible(page)
    assert_narrow(page)


def test_door_by_the_keyboard_alone(arrive: Arrive, crowd: None, site: Server) -> None:
    visitor = arrive()
    page = visitor.page
    offer(page, ripe_slip(site), 1)
    page.goto(page.url.rstrip("/") + "/r/salon")
    expect(page.locator("#patience")).to_be_visible()
    walk(visitor, lambda: focused(page) == "Attendre plutôt")
    page.keyboard.press("Enter")
    expect(page.locator("#ready")).to_contain_text("C’est fait")
    expect(page.locator(ENTER)).to_be_focused()
    page.keyboard.press("Enter")
    inside(page)


def test_door_is_as_quiet_as_the_page(arrive: Arrive) -> None:
    page = arrive("/r/salon").page
    live = page.evaluate(
        "[...document.querySelectorAll('.at-entrance [role=status], .at-entrance [aria-live]')].map(n => n.id)"
    )
    assert sorted(live) == [
        "card-said",
        "ended",
        "ready",
    ]  # the seconds that pass are read by who asks for them, not announced
    assert json.loads(page.evaluate("JSON.stringify(document.getAnimations().length)")) == 0


# -- invitations


def test_invitation_behind_the_address_shows_the_room_and_leaves_the_bar(
    arrive: Arrive, site: Server, watch: Watch
) -> None:
    secret = issue(site, "--link")[1][0]
    page = arrive(f"/#invitation={secret}").page
    expect(page.get_by_role("link", name="Le cercle")).to_be_visible()
    expect(page.locator("#card-said")).to_contain_text("Votre invitation est acceptée")
    assert page.url == f"{site.address}/"
    page.get_by_role("link", name="Le cercle").click()
    expect(page.locator("#effort")).to_be_hidden()
    page.locator(ENTER).click()
    inside(page)
    page.reload()
    inside(page)
    assert secret not in page.evaluate("JSON.stringify(sessionStorage)")
    assert [url for url in watch.requests if "proof-worker" in url or secret in url.partition("#")[0]] == []


def test_invitation_to_one_room_leads_to_its_entrance(arrive: Arrive, site: Server) -> None:
    secret = issue(site, "--room", "cercle")[1][0]
    page = arrive(f"/r/cercle#invitation={secret}").page
    expect(page.locator("#entrance-title")).to_have_text("Le cercle")
    page.locator(ENTER).click()
    inside(page)


def test_card_is_typed_by_the_keyboard_and_what_is_wrong_is_said(arrive: Arrive, site: Server, watch: Watch) -> None:
    visitor = arrive("/r/cercle")
    page = visitor.page
    expect(page.locator("#unknown")).to_be_visible()
    walk(visitor, lambda: focused(page) == "J’ai une invitation")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("ABCD EFGH")
    page.keyboard.press("Enter")
    expect(page.locator("#card-said")).to_contain_text("Aucune invitation n’a ces signes.")
    expect(page.locator("#card")).to_be_focused()
    expect(page.locator("#card")).to_have_attribute("aria-invalid", "true")
    assert_accessible(page)
    forgive(watch, 403)
    page.locator("#card").fill(issue(site)[1][0].lower())
    page.keyboard.press("Enter")
    expect(page.locator("#card-said")).to_contain_text("Votre invitation est acceptée")
    expect(page.locator("#unknown")).to_be_hidden()
    page.locator(ENTER).click()
    inside(page)


def test_room_by_invitation_is_not_shown_to_others(arrive: Arrive) -> None:
    page = arrive().page
    expect(page.get_by_role("link", name="jardin")).to_be_visible()
    expect(page.get_by_role("link", name="Le cercle")).to_have_count(0)
