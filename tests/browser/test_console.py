"""
The moderators' console, with real cases on a real server: by the keyboard alone, in step with a colleague, and with very many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from chat.people.roles import Role
from tests.browser.test_access import assert_accessible, assert_narrow
from tests.browser.visitor import Watch, until
from tests.clients import join
from tests.conftest import Server
from tests.http.staffing import Account, account, log_in

T = TypeVar("T")
Sit = Callable[..., Page]

HELD, REPORTED = 12, 5
CRIES = ("J’ai envie de mourir.", "J’ai envie de me suicider.", "Je veux me tuer ce soir.")


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` on a loop of its own: the browser holds that of this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.fixture
def office(start: Callable[..., Server]) -> Server:
    """A server whose queues are empty."""
    return start(rooms=["salon", "loin"])


@pytest.fixture
def aurore(office: Server) -> Account:
    return account(office, Role.MODERATOR)


@pytest.fixture
def sit(office: Server, browser: Browser) -> Iterator[Sit]:
    """Sit somebody down before the console, in a browser of their own; what its page complains of fails the test."""
    contexts: list[BrowserContext] = []
    watch = Watch(office.address)

    def down(who: Account, path: str = "", **options: Any) -> Page:
        context = browser.new_context(**{"locale": "fr-FR", "timezone_id": "Europe/Paris", **options})
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.on("page", watch.page)
        context.add_cookies(
            [
                {
                    "name": "__Host-staff",
                    "value": log_in(office.address, who),
                    "domain": "127.0.0.1",
                    "path": "/",
                    "secure": True,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
            ]
        )
        page = context.new_page()
        page.goto(f"{office.address}/console{path}")
        expect(page.locator("#desktop")).to_be_visible()
        return page

    yield down
    for context in contexts:
        context.close()
    assert watch.complaints == []


async def twenty(address: str) -> None:
    """Let three people give twenty cases: held, cries for help, reported."""
    heron, otter, owl = [await join(address, "salon", pseudonym=name) for name in ("Héron", "Loutre", "Chouette")]
    for n in range(HELD):
        assert (await heron.say(f"Appelez-moi au 06 12 34 56 {n + 10}, le soir."))["type"] == "held"
    for cry in CRIES:
        assert (await otter.say(cry))["type"] == "accepted"
    for n in range(REPORTED):
        said = await owl.say(f"La réunion numéro {n + 10} n’a servi à rien.")
        report = {"type": "report", "message": said["id"], "reason": "attack"}
        assert (await heron.ask(report))["type"] == "accepted"
    for member in (heron, otter, owl):
        await member.leave()


async def texts(address: str) -> list[str]:
    """What somebody who comes in now can read."""
    member = await join(address, "salon")
    await member.leave()
    return [event["text"] for event in member.events if event["type"] == "said"]


def rows(page: Page) -> Locator:
    return page.locator("#rows li")


def test_twenty_cases_by_the_keyboard_alone(office: Server, aurore: Account, sit: Sit) -> None:
    apart(twenty(office.address))
    page = sit(aurore)
    keys = page.keyboard
    expect(rows(page)).to_have_count(20)
    expect(page).to_have_title("Détresse (3) – Console – Sans Masque")
    keys.press("j")
    for left in range(20, 0, -1):
        case = page.locator("#rows [aria-current]")
        kind = case.locator(".tag").inner_text()
        expect(page.locator("#judged .judged-text")).to_have_text(case.locator(".excerpt").inner_text())
        expect(page.locator("#theirs-note")).to_contain_text("Rien d’autre n’est montré")
        if kind == "À relire":
            expect(page.locator("#judged mark[data-kind=private]")).to_contain_text("06 12 34 56")
        keys.press({"Détresse": "d", "Signalé": "r", "À relire": "a" if left % 2 else "r"}[kind])
        if kind == "Signalé":
            keys.press("4")
        if left == 20:
            expect(page.locator("#decide")).to_have_text("Laisser")
            expect(page.locator("#lease")).to_contain_text("À vous encore")
            assert_accessible(page)
        expect(page.locator("#decide, #reason").and_(page.locator(":focus"))).to_have_count(1)
        keys.press("Enter")
        expect(rows(page)).to_have_count(left - 1)
    expect(page.locator("#empty")).to_have_text("Rien n’attend ici.")
    expect(page.locator("#cases-title")).to_be_focused()
    expect(page.locator("#toast")).to_contain_text("Annuler")
    keys.press("z")
    expect(rows(page)).to_have_count(1)
    expect(page.locator("#card-title")).to_be_focused()
    readable = apart(texts(office.address))
    assert sum("Appelez-moi" in text for text in readable) in range(1, HELD)
    assert not any("réunion" in text for text in readable)
    keys.press("/")
    expect(page.locator("#search-text")).to_be_focused()
    keys.type("REUNION numero 12")
    keys.press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(rows(page).locator(".tag")).to_have_text("retiré")
    keys.press("Escape")
    keys.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert_accessible(page)


def test_a_case_that_is_on_its_way_has_the_focus_once_it_is_there(office: Server, aurore: Account, sit: Sit) -> None:
    async def give() -> None:
        member = await join(office.address, "salon", pseudonym="Héron")
        await member.say("Appelez-moi au 06 12 34 56 78.")
        await member.leave()

    apart(give())
    page = sit(aurore)
    case = rows(page).get_attribute("data-id")
    # No case of this queue: all that is to be seen has to be asked for, longer than the page takes to be drawn.
    page.goto(f"{office.address}/console#/decided/{case}")
    expect(page.locator("#card-title")).to_be_focused()


def test_two_consoles_stay_in_step(office: Server, aurore: Account, sit: Sit) -> None:
    async def give() -> None:
        member = await join(office.address, "salon", pseudonym="Héron")
        for n in range(3):
            await member.say(f"Appelez-moi au 06 12 34 56 {n + 10}.")
        await member.leave()

    idriss = account(office, Role.MODERATOR)
    one, other = sit(aurore), sit(idriss)
    expect(one.locator("#duty")).to_contain_text(idriss.name)
    apart(give())
    for page in (one, other):
        expect(rows(page)).to_have_count(3)
        page.keyboard.press("j")
        expect(page.locator("#theirs-note")).to_contain_text("Rien d’autre")
    other.keyboard.press("w")
    other.keyboard.type("Je voulais vous dire")
    one.keyboard.press("c")
    expect(other.locator("#lease")).to_have_text(f"pris par {aurore.name}")
    expect(other.locator("#decide")).to_have_attribute("aria-disabled", "true")
    one.keyboard.press("r")
    one.keyboard.press("Enter")
    for page in (one, other):
        expect(rows(page)).to_have_count(2)
    expect(other.locator("#conflict")).to_contain_text(f"{aurore.name} a décidé avant vous")
    expect(other.locator("#conflict")).to_contain_text("retiré")
    expect(other.locator("#words")).to_have_value("Je voulais vous dire")
    one.keyboard.press("z")
    for page in (one, other):
        expect(rows(page)).to_have_count(3)
    expect(other.locator("#conflict")).to_be_hidden()
    one.keyboard.press("n")
    one.keyboard.type("Je prends les trois.")
    one.keyboard.press("Enter")
    expect(other.locator("#notes")).to_contain_text("Je prends les trois.")
    # Several at once: all three, one reason.
    one.keyboard.press("Escape")
    first = rows(one).first.locator("a")
    first.click()
    expect(first).to_have_attribute("aria-current", "true")
    one.keyboard.press("x")
    one.keyboard.press("j")
    one.keyboard.press("j")
    one.keyboard.press("X")
    expect(one.locator("#bulk-count")).to_have_text("3 cas choisis")
    assert_accessible(one)
    one.keyboard.press("r")
    expect(one.locator("#bulk-reason")).to_be_focused()
    one.keyboard.press("Enter")
    for page in (one, other):
        expect(rows(page)).to_have_count(0)


def test_an_exclusion_for_good_takes_two(office: Server, aurore: Account, sit: Sit) -> None:
    async def give() -> None:
        member = await join(office.address, "salon", pseudonym="Héron")
        await member.say("Appelez-moi au 06 12 34 56 78.")
        await member.leave()

    apart(give())
    one, other = sit(aurore), sit(account(office, Role.MODERATOR), "#/sanctions")
    one.keyboard.press("j")
    expect(one.locator("#theirs-note")).to_contain_text("Rien d’autre")
    one.keyboard.press("r")
    one.locator("[name=person][value=exclude]").check()
    one.locator("#minutes").select_option("0")
    expect(one.locator("#decide")).to_have_text("Retirer, exclure pour de bon")
    one.locator("#decide").click()
    one.locator("#forever [value=yes]").click()
    expect(one.locator("#said")).to_contain_text("Une autre personne de garde doit la confirmer")
    one.goto(f"{office.address}/console#/sanctions")
    expect(one.locator(".sanction-list li")).to_contain_text("quelqu’un d’autre doit confirmer")
    expect(one.locator("[data-deed=confirm]")).to_be_hidden()
    other.reload()
    other.locator("[data-deed=confirm]").click()
    expect(other.locator("#said")).to_have_text("Exclusion confirmée\u202f: Héron.")
    expect(other.locator("[data-deed=confirm]")).to_be_hidden()
    other.locator("[data-deed=lift]").click()
    expect(other.locator("#sanctions .empty")).to_have_text("Aucune sanction ne court.")


@pytest.mark.parametrize(("locale", "theme"), [("fr-FR", "light"), ("en-GB", "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    office: Server, aurore: Account, sit: Sit, locale: str, theme: str
) -> None:
    apart(twenty(office.address))
    page = sit(aurore, locale=locale, color_scheme=theme, viewport={"width": 320, "height": 640})
    expect(rows(page)).to_have_count(20)
    assert_accessible(page)
    assert_narrow(page)
    rows(page).last.locator("a").click()
    expect(page.locator("#card-title")).to_be_focused()
    expect(page.locator("#cases")).to_be_hidden()
    page.locator("#verdicts input[value=remove]").check()
    page.locator("[name=person][value=exclude]").check()
    page.locator("#minutes").select_option("0")
    assert_accessible(page)
    assert_narrow(page)
    page.locator("#decide").click()
    expect(page.locator("#forever")).to_be_visible()
    assert_accessible(page)
    assert_narrow(page)
    page.locator("#forever [value=yes]").click()
    expect(page.locator("#toast")).to_be_visible()
    for place in ("sanctions", "figures"):
        page.goto(f"{office.address}/console#/{place}")
        expect(page.locator(f"#{place}-title")).to_be_visible()
        expect(page.locator(f"#{place} :is(.sanction-list li, .chart)").first).to_be_visible()
        assert_accessible(page)
        assert_narrow(page)


def test_a_thousand_cases_do_not_stutter(office: Server, aurore: Account, sit: Sit) -> None:
    async def give(n: int) -> None:
        member = await join(office.address, "salon" if n % 2 else "loin")
        for m in range(20):
            assert (await member.say(f"Appelez-moi au 06 {n:02} 34 {m:02} 78, le soir."))["type"] == "held"
        await member.leave()

    async def crowd() -> None:
        for some in range(0, 50, 10):
            await asyncio.gather(*(give(n) for n in range(some, some + 10)))

    apart(crowd())
    page = sit(aurore)
    expect(page.locator("#queues [data-queue=held] b")).to_have_text("1000", timeout=60_000)
    until(page, lambda: _to_the_end(page) == 1000, 30)
    # From the key to the next frame that is painted, with all rows on the page.
    took = page.evaluate(
        """async () => {
          const took = [];
          for (let n = 0; n < 60; n++) {
            const before = performance.now();
            dispatchEvent(new KeyboardEvent("keydown", { key: "j" }));
            await new Promise((seen) => requestAnimationFrame(() => setTimeout(seen)));
            took.push(performance.now() - before);
          }
          return took;
        }"""
    )
    print(f"a key among 1,000 rows: {median(took):.0f} ms, {max(took):.0f} at most")
    assert median(took) < 100
    expect(page.locator("#rows [aria-current]")).to_have_count(1)


def _to_the_end(page: Page) -> int:
    page.evaluate("document.querySelector('#cases').scrollTop = 1e6")
    return rows(page).count()
