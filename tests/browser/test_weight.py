"""
Light pages: what a participant's browser asks for, as it would be compressed.
"""

from __future__ import annotations

import gzip
from collections import Counter

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor

KILOBYTE = 1000
MOST = {"document": 10 * KILOBYTE, "stylesheet": 12 * KILOBYTE, "script": 28 * KILOBYTE}
MOST_IN_ALL = 50 * KILOBYTE
MOST_REQUESTS = 18


@pytest.mark.parametrize("place", ["lobby", "room", "about-you"])
def test_page_is_light(arrive: Arrive, room: str, place: str) -> None:
    visitor = arrive()
    visitor.page.goto("about:blank")
    asked: list[tuple[str, str]] = []
    visitor.page.on("request", lambda request: asked.append((request.resource_type, request.url)))
    visitor.page.on("websocket", lambda socket: asked.append(("websocket", socket.url)))
    visit(visitor, room, place)
    weights: Counter[str] = Counter()
    for kind, url in asked:
        if kind != "websocket":
            weights[kind] += len(gzip.compress(visitor.page.request.get(url).body(), 6))
    print(place, dict(weights), weights.total(), len(asked))
    assert {kind: weights[kind] for kind, most in MOST.items() if weights[kind] > most} == {}
    assert weights.total() <= MOST_IN_ALL
    # What a page is made of; what it asks of the API while somebody is there is no part of it.
    assert len([url for kind, url in asked if kind != "websocket" and "/api/" not in url]) <= MOST_REQUESTS


def visit(visitor: Visitor, room: str, place: str) -> None:
    if place == "about-you":
        visitor.page.goto(f"{visitor.address}/about-you")
        expect(visitor.page.locator("#none")).to_be_visible()
    elif place == "lobby":
        visitor.page.goto(visitor.address)
        expect(visitor.page.locator("#open li").first).to_be_visible()
    else:
        visitor.enter(room)
        visitor.say("Bonsoir.").sees("Bonsoir.")
