"""
Whatever is written is shown as it was written: it becomes no element, runs nothing, asks nobody, and stays in its place.
"""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.conftest import Arrive
from tests.browser.desk import Desk
from tests.browser.hostile import NAMES_KEPT, NAMES_REFUSED, TEXTS
from tests.browser.visitor import Visitor, Watch, until
from tests.conftest import Server

NARROW: Final = ViewportSize(width=320, height=640)
OWN: Final = {"LI", "SPAN", "DIV", "P", "BDI", "TIME", "A", "BUTTON", "H2", "B"}
VIOLATIONS: Final = """
    window.violations = [];
    addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


def guard(visitor: Visitor) -> Page:
    """Have the page count violations, from its beginning on."""
    visitor.page.on("dialog", lambda dialog: pytest.fail(f"asked {dialog.message}"))
    visitor.page.add_init_script(VIOLATIONS)
    return visitor.page


def assert_untouched(page: Page) -> None:
    """Nothing ran, nothing was asked to, nothing came in from what people wrote."""
    assert page.evaluate("window.violations") == []
    assert page.evaluate("[window.taken, {}.taken, Object.prototype.taken]") == [None, None, None]
    attributes = "[...document.querySelectorAll('*')].flatMap((e) => [...e.attributes].map((a) => a.name))"
    assert [name for name in page.evaluate(attributes) if name.startswith("on") or name in ("style", "srcdoc")] == []
    assert page.evaluate("[...document.scripts].every((s) => s.src.startsWith(`${location.origin}/static/`))")


def assert_fits(page: Page) -> None:
    """Nothing is wider than the screen, nor than what holds it."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    wide = """[...document.querySelectorAll("main *")].filter((e) => {
        const { right, left, width } = e.getBoundingClientRect();
        return width && (right > innerWidth + 1 || left < -1) && !e.closest(".hidden, .answered");
    }).map((e) => `${e.tagName} ${e.className} ${e.textContent.slice(0, 40)}`)"""
    assert page.evaluate(wide) == []


def shown(text: str) -> str:
    """A message as it stands on the page: NFC, lines as lines, paragraphs apart by one blank line."""
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    return "\n\n".join(part for part in _paragraphs(kept))


def _paragraphs(text: str) -> Iterator[str]:
    part: list[str] = []
    for line in text.split("\n"):
        if line:
            part.append(line)
        elif part:
            yield "\n".join(part)
            part = []
    yield "\n".join(part)


def get_through(author: Visitor, desk: Desk, text: str, stream: Locator, number: int) -> None:
    """Say ``text``, whatever the rules make of it, until ``stream`` has ``number`` messages."""
    author.say(text)
    asked, held = author.page.locator("#composer .question button").last, author.page.locator("[data-state=held]")
    until(author.page, lambda: asked.is_visible() or held.count() > 0 or stream.count() == number)
    if asked.is_visible():
        asked.click()
        until(author.page, lambda: held.count() > 0 or stream.count() == number)
    if held.count():
        desk.decide("held", "publish")
    expect(stream).to_have_count(number)


def test_the_corpus_is_large_enough() -> None:
    assert len(set(TEXTS)) == len(TEXTS) >= 60


def test_messages_are_shown_as_they_were_written(arrive: Arrive, room: str, desk: Desk) -> None:
    reader = arrive(viewport=NARROW)
    page = guard(reader)
    reader.enter(room)
    author = arrive()
    guard(author)
    author.enter(room)
    for number, text in enumerate(TEXTS, 1):
        get_through(author, desk, text, page.locator("#stream .message"), number)
        expect(author.text).to_have_value("")
    for visitor in (reader, author):
        seen = visitor.page.locator("#stream .message-text").evaluate_all(
            "(all) => all.map((one) => [...one.children].map((p) => p.textContent).join('\\n\\n'))"
        )
        assert seen == [shown(text) for text in TEXTS]
        tags = visitor.page.evaluate("[...new Set([...document.querySelectorAll('#stream *')].map((e) => e.tagName))]")
        assert set(tags) <= OWN
        inner = "(all) => [...new Set(all.flatMap((one) => [...one.querySelectorAll('*')].map((e) => e.tagName)))]"
        assert set(visitor.page.locator("#stream .message-text").evaluate_all(inner)) == {"P", "A"}
        assert_untouched(visitor.page)
        assert_fits(visitor.page)
    links = page.locator("#stream .message-text a").evaluate_all(
        "(all) => all.map((a) => [a.textContent, a.getAttribute('href'), a.protocol, a.rel, a.target])"
    )
    assert len(links) > 5
    for text, href, protocol, rel, target in links:
        assert text == href
        assert protocol in ("http:", "https:")
        assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
        assert (rel, target) == ("noreferrer noopener nofollow", "_blank")


def test_answering_and_ignoring_show_them_so_too(arrive: Arrive, room: str, desk: Desk) -> None:
    reader = arrive(viewport=NARROW)
    page = guard(reader)
    reader.enter(room)
    author = arrive().enter(room)
    for number, text in enumerate((TEXTS[4], TEXTS[6], TEXTS[9])):
        get_through(author, desk, text, page.locator("#stream .message"), 2 * number + 1)
        reader.menu(reader.sees(text), "Répondre")
        reader.say("Vraiment ?").sees("Vraiment ?")
        page.locator("#stream .message").last.wait_for()
        reader.menu(reader.sees("Vraiment ?"), "Retirer")
        expect(page.locator("#stream .message-text").get_by_text("Vraiment ?", exact=True)).to_have_count(0)
    assert_untouched(page)
    assert_fits(page)


def test_names_that_mislead_or_break_are_refused_and_it_is_said_why(arrive: Arrive, room: str) -> None:
    visitor = arrive()
    page = guard(visitor)
    wrong = page.locator("#own-wrong")
    for number, name in enumerate(NAMES_REFUSED):
        if number % 12 == 0:  # so many names may be tried on one connection
            visitor.go(room)
            page.get_by_text("Choisir le mien").click()
        page.locator("#own").fill(name)
        expect(wrong).to_be_hidden()  # what was said of the name before
        page.locator("#entrance [type=submit]").click()
        expect(wrong).to_have_text(re.compile(r"^(Ce nom|Il faut) "))
        expect(page.locator("#own")).to_have_attribute("aria-invalid", "true")
        assert wrong.locator("*").count() == 0
        expect(page.locator("html")).to_have_attribute("data-place", "entrance")
    assert_untouched(page)


def test_names_that_mean_something_to_programs_are_names(arrive: Arrive, room: str) -> None:
    reader = arrive(viewport=NARROW)
    page = guard(reader)
    reader.enter(room)
    for name in NAMES_KEPT:
        said = page.evaluate(SPEAK, [room, name, f"Je suis {name}."])
        assert said == "accepted", name
    for name in NAMES_KEPT:
        message = reader.sees(f"Je suis {name}.")
        expect(message.locator(".name").first).to_have_text(name)
    assert_fits(page)
    page.locator("#count").click()
    people = page.locator("#people .name").all_inner_texts()
    assert set(NAMES_KEPT) <= set(people)
    assert_untouched(page)
    assert_fits(page)


# Another member, by a socket of its own in the same browser.
SPEAK: Final = """([room, pseudonym, text]) => new Promise((done) => {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/r/${room}/live`, "sansmasque.1");
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", pseudonym }));
    socket.onmessage = ({ data }) => {
        const frame = JSON.parse(data);
        if (frame.type === "welcome") socket.send(JSON.stringify({ type: "say", sure: true, ref: "1", text }));
        else if (frame.type === "error") done(frame.code);
        else if (frame.ref) done(frame.type);
    };
})"""


def test_titles_in_the_lobby_are_shown_as_they_were_given(browser: Browser) -> None:
    titles = [text[:80] for text in TEXTS if "\n" not in text and text.strip() == text and text.isprintable()]
    titles += ["\u202egnol sèrt\u202c", "\u2066", "e" * 80, "</title><script>window.taken=1</script>"]
    assert len(titles) > 40
    with tempfile.TemporaryDirectory(prefix="sm-") as folder:
        running = Server(Path(folder) / "data", "--config", str(settings(Path(folder), titles)))
        context = browser.new_context(locale="fr-FR", viewport=NARROW)
        try:
            watch = Watch(running.address)
            context.on("page", watch.page)
            visitor = Visitor(context.new_page(), running.address)
            page = guard(visitor)
            page.goto(running.address)
            expect(page.locator("#open li")).to_have_count(len(titles))
            named = page.locator("#open li a").all_text_contents()
            assert sorted(named) == sorted(titles)
            assert set(page.locator("#open li .about").all_text_contents()) == set(titles)
            assert_untouched(page)
            assert_fits(page)
            for slug in (f"x{len(titles) - 1}", f"x{len(titles) - 2}", "x4"):
                visitor.enter(slug)
                expect(page.locator("#room-title")).to_have_text(titles[int(slug[1:])])
                assert_untouched(page)
                assert_fits(page)
            assert watch.complaints == []
        finally:
            context.close()
            running.stop()


def settings(folder: Path, titles: list[str]) -> Path:
    """Rooms of those titles, said of themselves too; a string of JSON is one of TOML."""
    path = folder / "settings.toml"
    rooms = [
        f'[[rooms]]\nslug = "x{number}"\nformat = "salon"\ntitle = {json.dumps(title, ensure_ascii=False)}\n'
        f"about = {json.dumps(title, ensure_ascii=False)}"
        for number, title in enumerate(titles)
    ]
    path.write_text("\n".join(['admission = "open"', *rooms]))
    return path


@pytest.mark.parametrize(
    "attempt",
    [
        "document.createElement('div').innerHTML = '<b>x</b>'",
        "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
        "document.createElement('script').src = '/static/x.js'",
        "document.createElement('script').text = 'x'",
        "new DOMParser().parseFromString('<b>x</b>', 'text/html')",
        "document.createElement('iframe').srcdoc = 'x'",
        "new Worker('/static/x.js')",
        "eval('1')",
        "new Function('return 1')()",
        "trustedTypes.createPolicy('autre', {})",
        "trustedTypes.createPolicy('default', {})",
    ],
)
def test_the_browser_itself_refuses_to_make_elements_of_text(site: Server, browser: Browser, attempt: str) -> None:
    page = browser.new_page()
    try:
        page.add_init_script(VIOLATIONS)
        page.goto(site.address)
        page.evaluate(
            f"setTimeout(() => {{ try {{ {attempt}; window.taken = 1; }} catch (e) {{ window.refused = e.name; }} }})"
        )
        until(page, lambda: bool(page.evaluate("window.refused ?? window.taken")))
        assert page.evaluate("window.refused") in ("TypeError", "EvalError")
        assert page.evaluate("window.violations.length") > 0
    finally:
        page.close()
