"""
The lobby: which rooms are open, and how many are there.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor, Watch

NOON = 1_795_604_400  # Wednesday 25 November 2026, 12 h in Paris


def listed(**facts: Any) -> dict[str, Any]:
    return {"slug": "a", "title": "Entre deux chaises", "format": "salon", "state": "open", "members": 0, **facts}


def show(arrive: Arrive, *rooms: dict[str, Any], **options: Any) -> Visitor:
    """Bring someone to a lobby with these rooms, on that Wednesday at noon."""
    visitor = arrive(**options)
    visitor.page.clock.set_fixed_time(NOON)
    visitor.page.route(
        "**/api/rooms*", lambda route: route.fulfill(body=json.dumps(rooms), content_type="application/json")
    )
    visitor.page.reload()
    return visitor


def test_lobby_lists_the_rooms_of_the_server(arrive: Arrive) -> None:
    visitor = arrive()
    row = visitor.page.locator("#open li").filter(has_text="Lent")
    expect(row.get_by_role("link")).to_have_attribute("href", "/r/lent")
    expect(row).to_contain_text("Personne encore")


@pytest.mark.parametrize(
    ("members", "words", "sum_of_all"),
    [
        ([0], "Personne encore", "Personne n’est encore là."),
        ([None], "Quelques personnes", "Quelques personnes sont là, sous pseudonyme."),
        ([14, 9], "14\u00a0là", "23\u00a0personnes sont là, sous pseudonyme."),
        ([14, None], "14\u00a0là", "Plus de 14\u00a0personnes sont là, sous pseudonyme."),
    ],
)
def test_people_are_counted_as_far_as_can_be_said(
    arrive: Arrive, members: list[int | None], words: str, sum_of_all: str
) -> None:
    visitor = show(arrive, *(listed(slug=str(n), members=count) for n, count in enumerate(members)))
    expect(visitor.page.locator("#open .lamp").first).to_have_text(words)
    expect(visitor.page.locator("#now")).to_have_text(f"Mercredi 25 novembre, 12\u202fh. {sum_of_all}")


@pytest.mark.parametrize(
    ("after", "words", "english"),
    [
        (9.5 * 3600, "Ouvre à 21\u202fh\u202f30", "Opens at 21:30"),
        (21 * 3600, "Ouvre demain à 9\u202fh", "Opens tomorrow at 9:00"),
        (48 * 3600, "Ouvre vendredi à 12\u202fh", "Opens Friday at 12:00"),
    ],
)
def test_closed_room_says_when_it_opens_and_is_no_link(arrive: Arrive, after: float, words: str, english: str) -> None:
    room = listed(state="closed", opens_at=NOON + int(after))
    visitor = show(arrive, room)
    expect(visitor.page.locator("#later .lamp")).to_have_text(words)
    expect(visitor.page.locator("#later").get_by_role("link")).to_have_count(0)
    expect(visitor.page.locator("#nothing")).to_contain_text("Tout est fermé pour l’instant")
    expect(show(arrive, room, locale="en-GB").page.locator("#later .lamp")).to_have_text(english)


def test_open_room_says_until_when(arrive: Arrive) -> None:
    visitor = show(arrive, listed(closes_at=NOON + 10 * 3600), listed(slug="b", closes_at=NOON + 13 * 3600))
    expect(visitor.page.locator("#open .until").first).to_have_text("jusqu’à 22\u202fh")
    expect(visitor.page.locator("#open .until").last).to_have_text("jusqu’à demain à 1\u202fh")


def test_lobby_without_rooms_says_who_can_open_one(arrive: Arrive) -> None:
    expect(show(arrive).page.locator("#nothing")).to_contain_text("Aucun salon n’est encore installé ici.")


def test_lost_list_is_said_and_asked_for_again(arrive: Arrive, watch: Watch) -> None:
    visitor = arrive()
    visitor.page.clock.install()
    visitor.page.reload()
    expect(visitor.page.locator("#open li").first).to_be_visible()
    lost = [True]

    def answer(route: Route) -> None:
        if lost[0]:
            route.abort()
        else:
            route.continue_()

    visitor.page.route("**/api/rooms*", answer)
    watch.expects_loss = True
    visitor.page.clock.fast_forward(16_000)
    expect(visitor.page.locator("#failed")).to_be_visible()
    expect(visitor.page.locator("#failed")).to_contain_text("la suite n’est pas arrivée")
    expect(visitor.page.locator("#open li").first).to_be_visible()
    lost[0] = False
    visitor.page.get_by_role("button", name="Redemander").click()
    expect(visitor.page.locator("#failed")).to_be_hidden()


def test_row_keeps_the_focus_when_the_list_comes_again(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.page.clock.install()
    visitor.page.reload()
    link = visitor.page.locator("#open a").nth(2)
    link.focus()
    with visitor.page.expect_response("**/api/rooms*"):
        visitor.page.clock.fast_forward(16_000)
    expect(link).to_be_focused()
