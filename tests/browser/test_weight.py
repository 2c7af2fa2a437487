"""
Light pages: what a participant's browser asks for, as it would be compressed.
"""

from __future__ import annotations

import gzip
from collections import Counter

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor, Watch

KILOBYTE = 1000
MOST = {"document": 10 * KILOBYTE, "stylesheet": 12 * KILOBYTE, "script": 31 * KILOBYTE}
MOST_IN_ALL = 50 * KILOBYTE
MOST_REQUESTS = 18
MOST_AT_THE_CONSOLE = 66 * KILOBYTE


@pytest.mark.parametrize("place", ["lobby", "room", "about-you"])
def test_page_is_light(arrive: Arrive, room: str, place: str) -> None:
    visitor = arrive()
    visitor.page.goto("about:blank")
    asked: list[tuple[str, str]] = []
    visitor.page.on("request", lambda request: asked.append((request.resource_type, request.url)))
    visitor.page.on("websocket", lambda socket: asked.append(("websocket", socket.url)))
    visit(visitor, room, place)
    # What a page is made of; what it asks of the API while somebody is there is no part of it: this site has hundreds of rooms.
    parts = [(kind, url) for kind, url in asked if kind != "websocket" and "/api/" not in url]
    weights = weigh(visitor, parts)
    print(place, dict(weights), weights.total(), len(parts))
    assert {kind: weights[kind] for kind, most in MOST.items() if weights[kind] > most} == {}
    assert weights.total() <= MOST_IN_ALL
    assert len(parts) <= MOST_REQUESTS


def test_console_is_light(arrive: Arrive, watch: Watch) -> None:
    visitor = arrive()
    asked: list[tuple[str, str]] = []
    visitor.page.on("request", lambda request: asked.append((request.resource_type, request.url)))
    visitor.page.goto(f"{visitor.address}/console", wait_until="networkidle")
    expect(visitor.page.get_by_role("link", name="Ouvrir une session")).to_be_visible()
    version = visitor.page.locator("link[rel=icon]").get_attribute("href")
    assert version is not None
    # What only comes when it is looked at counts as well.
    for name in ("watch", "figures", "sanctions"):
        asked.append(("script", visitor.address + version.replace("favicon.svg", f"js/console/{name}.js")))
    weights = weigh(visitor, [(kind, url) for kind, url in asked if "/api/" not in url])
    print("console", dict(weights), weights.total(), len(asked))
    assert weights["script"] > 15 * KILOBYTE  # it has come
    assert weights.total() <= MOST_AT_THE_CONSOLE
    watch.complaints = [
        said for said in watch.complaints if "/api/console/me" not in said and "status of 401" not in said
    ]


def weigh(visitor: Visitor, asked: list[tuple[str, str]]) -> Counter[str]:
    """Add up, by kind, what was asked for as it would be compressed."""
    weights: Counter[str] = Counter()
    for kind, url in asked:
        if kind != "websocket":
            weights[kind] += len(gzip.compress(visitor.page.request.get(url).body(), 6))
    return weights


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
