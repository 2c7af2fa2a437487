"""
Someone in front of a browser: what they do, in their words.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response, expect

_FORGOTTEN = re.compile(
    r"Clear-Site-Data header on '[^']*/exit': Cleared data types: \"storage\"\."
)  # said by the browser, to tools
_OFFLINE = re.compile(
    r"WebSocket connection to .* failed|net::ERR_INTERNET_DISCONNECTED|net::ERR_FAILED|net::ERR_CONNECTION_REFUSED"
)


def until(page: Page, condition: Callable[[], bool], seconds: float = 10) -> None:
    """Let the page go on until ``condition`` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        page.wait_for_timeout(20)


class Watch:
    """Notes what no page may do: write to the console, raise, ask another site, miss a file."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.neutral: str | None = None  # the site that quick exit leads to
        self.expects_loss = False  # the test cuts the connection: the browser itself will say so

    def page(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"raised {error.stack or error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        expected = self.expects_loss and _OFFLINE.search(message.text)
        if not (expected or _FORGOTTEN.fullmatch(message.text)):
            self.complaints.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((self.address, self.neutral or self.address)):
            self.complaints.append(f"asked {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")


class Visitor:
    """A page, and what one does with it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    @property
    def text(self) -> Locator:
        return self.page.locator("#text")

    @property
    def messages(self) -> Locator:
        return self.page.locator("#stream .message")

    @property
    def banner(self) -> Locator:
        return self.page.locator("#link")

    def name(self) -> str:
        """The name one bears in the room."""
        return self.page.locator("#composer .name").inner_text()

    def go(self, room: str) -> Visitor:
        self.page.goto(f"{self.address}/r/{room}")
        return self

    def enter(self, room: str, name: str | None = None) -> Visitor:
        """Go through the entrance of ``room``, under the proposed name or another."""
        self.go(room)
        if name is not None:
            self.page.get_by_text("Choisir le mien").click()
            self.page.locator("#own").fill(name)
        self.page.locator("#entrance [type=submit]").click()
        expect(self.page.locator("#composer .name")).not_to_be_empty()
        expect(self.text).to_be_focused()
        return self

    def say(self, text: str) -> Visitor:
        self.text.fill(text)
        self.text.press("Control+Enter")
        return self

    def sees(self, text: str) -> Locator:
        """The message that says exactly ``text``, once it is there and published."""
        message = self.messages.filter(has=self.page.locator(".message-text").get_by_text(text, exact=True))
        expect(message).to_have_count(1)
        expect(message).not_to_have_attribute("data-state", "sending")
        return message

    def menu(self, message: Locator, item: str) -> None:
        """Choose ``item`` from the menu of ``message``."""
        message.hover()
        message.locator(".more").click()
        self.page.get_by_role("menuitem", name=item).click()

    def run(self, module: str, code: str, *args: Any) -> Any:
        """Evaluate ``code``, a function of a module of the site and ``args``."""
        version = self.page.locator("link[rel=icon]").get_attribute("href")
        assert version is not None
        url = version.replace("favicon.svg", f"js/{module}.js")
        return self.page.evaluate(f"async ([url, args]) => ({code})(await import(url), ...args)", [url, list(args)])
