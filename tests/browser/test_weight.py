"""
Light pages: what a participant's browser asks for, as it would be compressed.
"""

from __future__ import annotations

import gzip

import pytest
from playwright.sync_api import Response, expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor

KILOBYTE = 1000
MOST = {"document": 10 * KILOBYTE, "stylesheet": 12 * KILOBYTE, "script": 25 * KILOBYTE}
MOST_IN_ALL = 50 * KILOBYTE
MOST_REQUESTS = 18


@pytest.mark.parametrize("place", ["lobby", "room"])
def test_page_is_light(arrive: Arrive, room: str, place: str) -> None:
    visitor = arrive()
    answers: list[Response] = []
    sockets: list[str] = []
    visitor.page.on("response", answers.append)
    visitor.page.on("websocket", lambda socket: sockets.append(socket.url))
    visit(visitor, room, place)
    weights: dict[str, int] = {}
    for answer in answers:
        kind = answer.request.resource_type
        weights[kind] = weights.get(kind, 0) + len(gzip.compress(answer.body(), 6))
    icon = visitor.page.request.get(visitor.address + str(visitor.page.locator("link[rel=icon]").get_attribute("href")))
    weights["icon"] = len(gzip.compress(icon.body(), 6))
    print(place, weights, sum(weights.values()), len(answers) + len(sockets) + 1)
    assert {kind: weights[kind] for kind, most in MOST.items() if weights[kind] > most} == {}
    assert sum(weights.values()) <= MOST_IN_ALL
    assert len(answers) + len(sockets) + 1 <= MOST_REQUESTS  # the icon is asked for by browsers with a window only


def visit(visitor: Visitor, room: str, place: str) -> None:
    if place == "lobby":
        visitor.page.reload()
        expect(visitor.page.locator("#open li").first).to_be_visible()
    else:
        visitor.enter(room)
        visitor.say("Bonsoir.").sees("Bonsoir.")
