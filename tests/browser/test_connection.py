"""
What becomes of the page when the connection does not hold.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor, Watch, until


def test_reload_comes_back_under_the_same_name(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room)
    name = visitor.name()
    visitor.say("Je reviens.").sees("Je reviens.")
    visitor.text.fill("un brouillon")
    tokens = {visitor.page.evaluate("sessionStorage.getItem('session')")}
    for _ in range(3):
        visitor.page.reload()
        expect(visitor.sees("Je reviens.")).to_have_attribute("data-own", "")
        expect(visitor.text).to_have_value("un brouillon")
        assert visitor.name() == name
        tokens.add(visitor.page.evaluate("sessionStorage.getItem('session')"))
    assert len(tokens) == 4
    expect(visitor.page.locator("#entrance")).to_be_hidden()


def test_nothing_is_missing_nor_twice_after_a_loss(arrive: Arrive, room: str, watch: Watch) -> None:
    watch.expects_loss = True
    one, other = arrive().enter(room), arrive().enter(room)
    one.say("avant").sees("avant")
    one.page.context.set_offline(True)
    expect(one.banner).to_contain_text("Connexion perdue.")
    expect(one.banner).to_contain_text(re.compile(r"Nouvel essai dans \d+\u202fs\."))
    one.say("écrit sans réseau")
    expect(one.messages.last).to_contain_text("Pas encore parti")
    one.text.fill("un brouillon")
    for n in range(3):
        other.say(f"pendant {n}").sees(f"pendant {n}")
    one.page.context.set_offline(False)
    expect(one.banner).to_contain_text("Rien ne manque\u202f: 3\u00a0messages sont arrivés pendant ce temps.")
    for visitor in (one, other):
        for text in ("avant", "pendant 0", "pendant 1", "pendant 2", "écrit sans réseau"):
            visitor.sees(text)
        expect(visitor.messages).to_have_count(5)
    expect(one.text).to_have_value("un brouillon")


@pytest.mark.parametrize("reload", [False, True])
def test_message_lost_on_its_way_is_sent_again(arrive: Arrive, room: str, reload: bool) -> None:
    visitor = arrive()
    sockets: list[WebSocketRoute] = []
    visitor.page.route_web_socket("**/live", lambda socket: lose_first_words(sockets, socket))
    visitor.enter(room).say("perdu en route")
    expect(visitor.messages).to_contain_text("En route…")
    if reload:
        visitor.page.reload()
    else:
        sockets[0].close(code=4002, reason="0")
    visitor.sees("perdu en route")
    expect(visitor.messages).to_have_count(1)


def lose_first_words(sockets: list[WebSocketRoute], socket: WebSocketRoute) -> None:
    """Pass everything on to the server, but what is said through the first connection."""
    server = socket.connect_to_server()
    first = not sockets
    sockets.append(socket)
    socket.on_message(lambda text: None if first and '"say"' in str(text) else server.send(text))


class Stage:
    """A server of the test's own, to say what the real one says seldom."""

    def __init__(self, visitor: Visitor, room: str) -> None:
        self.sockets: list[WebSocketRoute] = []
        self.frames: list[dict[str, Any]] = []
        self.visitor = visitor
        self.welcome: dict[str, Any] = {
            "type": "welcome",
            "room": {"slug": room, "title": "Salon", "format": "salon", "state": "open", "history_seconds": 86400},
            "you": {"id": "moi", "pseudonym": "Zoé", "hue": 1, "roles": ["member"], "session": "s", "pending": []},
            "epoch": "e",
            "offset": 0,
            "recovered": False,
            "present": 1,
            "members": [],
            "phase": {"type": "phase", "offset": 0, "state": "open", "may": {"member": ["message"]}},
            "events": [],
        }
        visitor.page.route_web_socket("**/live", self._accept)

    def _accept(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)

        def hear(text: str | bytes) -> None:
            frame = json.loads(text)
            self.frames.append(frame)
            if frame["type"] == "hello":
                socket.send(json.dumps(self.welcome))

        socket.on_message(hear)

    def send(self, **frame: Any) -> None:
        self.sockets[-1].send(json.dumps(frame))

    def close(self, code: int, reason: str = "") -> None:
        self.sockets[-1].close(code=code, reason=reason)

    def heard(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["type"] == kind]


@pytest.fixture
def stage(arrive: Arrive, room: str) -> Stage:
    visitor = arrive()
    staged = Stage(visitor, room)
    visitor.enter(room)
    return staged


@pytest.mark.parametrize(
    ("code", "words", "button"),
    [
        (4500, "Cette page et le serveur ne se comprennent plus.", "Recharger"),
        (4501, "Vous ne pouvez plus venir dans ce salon.", "Aller à l’accueil"),
        (4503, "Le salon a fermé.", "Aller à l’accueil"),
        (4505, "Ouvert dans un autre onglet.", "Reprendre ici"),
        (4777, "La connexion est terminée.", "Recharger"),
    ],
)
def test_final_close_is_said_with_what_one_can_do(stage: Stage, code: int, words: str, button: str) -> None:
    stage.visitor.text.fill("un brouillon")
    stage.close(code)
    expect(stage.visitor.banner).to_contain_text(words)
    expect(stage.visitor.banner.get_by_role("button")).to_have_text(button)
    expect(stage.visitor.text).to_have_value("un brouillon")
    assert len(stage.sockets) == 1


def test_ended_session_leads_to_the_entrance_and_keeps_the_draft(stage: Stage) -> None:
    stage.visitor.text.fill("un brouillon")
    stage.send(type="error", code="session_ended", message="Votre session est finie.")
    stage.close(4502)
    page = stage.visitor.page
    expect(page.locator("#ended")).to_contain_text("Votre session est terminée")
    expect(page.locator("#entrance-title")).to_be_focused()
    page.locator("#entrance [type=submit]").click()
    expect(stage.visitor.text).to_have_value("un brouillon")
    hello = stage.heard("hello")[-1]
    assert hello["session"] != stage.welcome["you"]["session"]
    assert "since" not in hello
    assert hello["pseudonym"]


def test_draining_server_says_when_to_come_back(stage: Stage) -> None:
    stage.close(4000, "1.5")
    expect(stage.visitor.banner).to_contain_text("Le serveur redémarre.")
    expect(stage.visitor.banner).to_contain_text("De retour.")
    assert stage.heard("hello")[-1]["since"] == {"epoch": "e", "offset": 0}


def test_history_that_could_not_be_resumed_is_said(stage: Stage) -> None:
    stage.welcome = {**stage.welcome, "epoch": "f"}
    stage.close(4002, "0")
    expect(stage.visitor.banner).to_contain_text("Des messages ont pu passer entre-temps")


def test_jumped_offset_is_asked_for_again(stage: Stage) -> None:
    author = {"id": "a", "name": "Ana", "hue": 2, "face": "mask"}
    stage.send(type="said", offset=3, at=1, id="m3", author=author, kind="message", text="trois")
    until(stage.visitor.page, lambda: len(stage.heard("hello")) == 2)
    expect(stage.visitor.messages).to_have_count(0)
    assert [hello["since"]["offset"] for hello in stage.heard("hello")[1:]] == [0]


def test_silent_connection_is_tried_again_when_one_comes_back(arrive: Arrive, room: str) -> None:
    visitor = arrive()
    visitor.page.clock.install()
    stage = Stage(visitor, room)
    visitor.enter(room)
    stage.welcome = {**stage.welcome, "recovered": True}
    visitor.page.evaluate("dispatchEvent(new Event('online'))")
    visitor.page.clock.fast_forward(46_000)
    assert len(stage.heard("hello")) == 1
    visitor.page.evaluate("dispatchEvent(new Event('online'))")
    until(visitor.page, lambda: len(stage.heard("hello")) == 2)
    assert stage.heard("hello")[1]["since"] == {"epoch": "e", "offset": 0}
    expect(visitor.banner).to_be_hidden()


def test_store_away_keeps_words_until_it_is_back(stage: Stage) -> None:
    visitor = stage.visitor
    stage.send(type="error", code="store_away", message="…")
    expect(visitor.page.locator("#store")).to_contain_text("Le salon ne peut rien garder pour l’instant.")
    visitor.say("patience")
    expect(visitor.messages).to_contain_text("Pas encore parti")
    assert stage.heard("say") == []
    stage.send(type="notice", code="store_back")
    expect(visitor.page.locator("#store")).to_be_hidden()
    expect(visitor.messages).to_contain_text("En route…")
    assert [say["text"] for say in stage.heard("say")] == ["patience"]


def test_words_refused_for_the_store_are_sent_again_with_their_ref(stage: Stage) -> None:
    stage.visitor.say("encore")
    expect(stage.visitor.messages).to_contain_text("En route…")
    ref = stage.heard("say")[0]["ref"]
    stage.send(type="refused", ref=ref, code="store_away", message="…", retry_after=0.1)
    until(stage.visitor.page, lambda: len(stage.heard("say")) == 2)
    assert [say["ref"] for say in stage.heard("say")] == [ref, ref]


def test_full_disk_suspends_writing(stage: Stage) -> None:
    stage.send(type="notice", code="read_only")
    expect(stage.visitor.page.locator("#why")).to_contain_text("L’écriture est suspendue")
    stage.visitor.say("plus tard")
    assert stage.heard("say") == []
    expect(stage.visitor.text).to_have_value("plus tard")
    stage.send(type="notice", code="writable")
    expect(stage.visitor.page.locator("#why")).to_be_hidden()


def test_second_tab_silences_the_first(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room)
    token = visitor.page.evaluate("sessionStorage.getItem('session')")
    page = visitor.page.context.new_page()
    page.goto(visitor.address)
    page.evaluate(
        "([session, inside]) => { sessionStorage.session = session; sessionStorage[inside] = 'Salon'; }",
        [token, f"inside:{room}"],
    )
    second = Visitor(page, visitor.address).go(room)
    expect(second.page.locator("#composer .name")).to_have_text(visitor.name())
    expect(visitor.banner).to_contain_text("Ouvert dans un autre onglet.")
    visitor.banner.get_by_role("button", name="Reprendre ici").click()
    expect(second.banner).to_contain_text("Ouvert dans un autre onglet.")
    expect(visitor.banner).to_be_hidden()
