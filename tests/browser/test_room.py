"""
The room: people who talk.
"""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrive

HOSTILE = [
    "<img src=x onerror=\"console.log('pwned')\">",
    "<script>console.log(1)</script> &amp; <b>gras</b>",
    "avant \u202eetrohs \u2066 https://exemple.org/\u202egnp.exe après",
    "javascript:alert(1) data:text/html,x http://",
    "x" * 300,
    "\u0301" * 200,
    "![](https://exemple.org/p.png) `code` {count} {{version}}",
]

# Through a connection of its own: typing so many lines would take a while.
FILL = """
([room, last]) => new Promise((done) => {
  const socket = new WebSocket(`/r/${room}/live`, "sansmasque.1");
  const send = (frame) => socket.send(JSON.stringify(frame));
  socket.onopen = () => send({ type: "hello", pseudonym: "Machine à écrire" });
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === "accepted" && frame.ref === String(last)) done(socket.close());
    if (frame.type !== "welcome") return;
    for (let n = 0; n <= last; n += 1) send({ type: "say", ref: String(n), text: `ligne ${n}` });
  };
})
"""


def test_two_people_talk(arrive: Arrive, room: str) -> None:
    one, other = arrive().enter(room), arrive().enter(room)
    one.say("Bonsoir.\nUne seconde ligne.\n\nUn second paragraphe.")
    message = other.messages.first
    expect(message.locator(".message-text p")).to_have_text(["Bonsoir.\nUne seconde ligne.", "Un second paragraphe."])
    expect(message.locator(".message-head")).to_contain_text(one.name())
    other.say("Bonsoir à vous.")
    expect(one.sees("Bonsoir à vous.")).not_to_have_attribute("data-own", "")
    expect(other.sees("Bonsoir à vous.")).to_have_attribute("data-own", "")
    for visitor in (one, other):
        expect(visitor.messages).to_have_count(2)


def test_own_message_shows_at_once_and_once(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room)
    for n in range(5):
        visitor.say(f"numéro {n}")
    for n in range(5):
        visitor.sees(f"numéro {n}")
    expect(visitor.messages).to_have_count(5)
    expect(visitor.text).to_have_value("")


def test_next_message_of_one_turn_has_no_new_head(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room)
    visitor.say("un").say("deux")
    expect(visitor.sees("deux")).to_have_attribute("data-follows", "")
    expect(visitor.messages.locator(".seal")).to_have_count(1)
    expect(visitor.page.locator("#stream .day")).to_have_count(1)


def test_message_is_answered(arrive: Arrive, room: str) -> None:
    one, other = arrive().enter(room), arrive().enter(room)
    one.say("Comment l’annoncer ?")
    other.menu(other.sees("Comment l’annoncer ?"), "Répondre")
    expect(other.text).to_be_focused()
    expect(other.page.locator(".answering .answered")).to_contain_text("Comment l’annoncer ?")
    other.say("Avec des mots simples.")
    expect(other.page.locator(".answering")).to_be_hidden()
    link = one.sees("Avec des mots simples.").locator(".answered")
    expect(link).to_have_text(f"{one.name()}\u202f: Comment l’annoncer ?")
    link.click()
    expect(one.sees("Comment l’annoncer ?")).to_be_focused()


def test_message_is_withdrawn(arrive: Arrive, room: str) -> None:
    one, other = arrive().enter(room), arrive().enter(room)
    one.say("Je n’aurais pas dû.")
    other.sees("Je n’aurais pas dû.")
    one.menu(one.sees("Je n’aurais pas dû."), "Retirer mon message")
    expect(one.messages).to_have_text(re.compile("Vous avez retiré ce message."))
    expect(other.messages).to_have_text(re.compile(f"{one.name()} a retiré son message."))
    other.page.reload()
    expect(other.page.locator("#empty")).to_be_visible()


def test_menu_offers_what_one_may_do(arrive: Arrive, room: str) -> None:
    one, other = arrive().enter(room), arrive().enter(room)
    one.say("Bonsoir.")
    for visitor, items in (
        (one, ["Répondre", "Retirer mon message"]),
        (other, ["Répondre", "Signaler…", "Ne plus voir cette personne"]),
    ):
        visitor.sees("Bonsoir.").hover()
        visitor.messages.locator(".more").click()
        expect(visitor.page.get_by_role("menuitem")).to_have_text(items)


def test_menu_follows_the_keys_of_a_menu(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room)
    visitor.say("Bonsoir.").sees("Bonsoir.")
    button, items, keys = visitor.messages.locator(".more"), visitor.page.get_by_role("menuitem"), visitor.page.keyboard
    button.focus()
    keys.press("ArrowDown")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(items.first).to_be_focused()
    keys.press("ArrowUp")
    expect(items.last).to_be_focused()
    keys.press("ArrowDown")
    expect(items.first).to_be_focused()
    keys.press("End")
    expect(items.last).to_be_focused()
    keys.press("Home")
    keys.press("r")
    expect(items.last).to_be_focused()
    keys.press("Escape")
    expect(items).to_have_count(0)
    expect(button).to_be_focused()
    keys.press("ArrowUp")
    expect(items.last).to_be_focused()
    keys.press("Tab")
    expect(items).to_have_count(0)


def test_ignored_person_is_unseen_until_seen_again(arrive: Arrive, room: str) -> None:
    one, other = arrive().enter(room), arrive().enter(room)
    one.say("premier")
    other.menu(other.sees("premier"), "Ne plus voir cette personne")
    one.say("second").sees("second")
    unseen = other.messages.filter(has_text=f"2\u00a0messages de {one.name()}, que vous avez choisi de ne plus voir.")
    expect(unseen).to_have_count(1)
    expect(other.page.locator("#stream")).not_to_contain_text("second")
    other.page.reload()
    expect(unseen).to_have_count(1)
    expect(other.page.locator("#ignored")).to_contain_text(one.name())
    unseen.get_by_role("button").click()
    other.sees("premier")
    other.sees("second")
    expect(other.page.locator("#ignored")).to_be_hidden()


def test_hostile_text_makes_no_element(arrive: Arrive, room: str) -> None:
    one, other = arrive().enter(room), arrive().enter(room)
    for text in HOSTILE:
        one.text.fill(text)
        one.text.press("Control+Enter")
        expect(one.page.locator("#stream [data-state=sending]")).to_have_count(0)
    one.say("fin")
    other.sees("fin")
    kinds = other.messages.locator(".message-text *").evaluate_all("(nodes) => nodes.map((node) => node.localName)")
    assert set(kinds) <= {"p", "a"}
    links = other.messages.locator(".message-text a").evaluate_all(
        "(nodes) => nodes.map((node) => [node.href, node.textContent])"
    )
    assert all(href.startswith("https://exemple.org/") and not set(text) & set("\u202e\u2066") for href, text in links)
    assert other.page.evaluate(
        "document.querySelector('#messages').scrollWidth <= document.querySelector('#messages').clientWidth"
    )


def test_addresses_are_links_that_tell_nothing(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room)
    visitor.say("Voir (https://exemple.org/a?b=c), puis HTTP://exemple.net.")
    links = visitor.messages.locator(".message-text a")
    expect(links).to_have_text(["https://exemple.org/a?b=c", "HTTP://exemple.net"])
    expect(links.first).to_have_attribute("rel", "noreferrer noopener nofollow")
    expect(links.first).to_have_attribute("target", "_blank")


def test_length_is_counted_near_the_limit_in_code_points(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room)
    counter = visitor.page.locator("#counter")
    visitor.text.fill("e" * 3799)
    expect(counter).to_be_hidden()
    visitor.text.fill("😀" * 3800)
    expect(counter).to_have_text("3\u202f800 / 4\u202f000")
    visitor.say("😀" * 4001)
    expect(visitor.page.locator("#why")).to_contain_text("1\u00a0signe de trop")
    expect(visitor.messages).to_have_count(0)
    visitor.say("😀" * 4000)
    expect(visitor.messages.locator(".message-text")).to_have_text("😀" * 4000)


def test_refused_message_comes_back_with_the_reason_and_a_countdown(arrive: Arrive) -> None:
    visitor = arrive().enter("lent")
    visitor.say("Une première.").sees("Une première.")
    visitor.say("Une seconde.")
    expect(visitor.page.locator("#why")).to_contain_text("Ici, on laisse un peu de temps entre deux messages.")
    expect(visitor.page.locator("#why .countdown")).to_contain_text(re.compile(r"Encore \d+\u202fs"))
    expect(visitor.text).to_have_value("Une seconde.")
    expect(visitor.page.locator("#composer [type=submit]")).to_have_attribute("aria-disabled", "true")
    expect(visitor.page.locator("#why")).to_be_hidden(timeout=15_000)
    visitor.text.press("Control+Enter")
    visitor.sees("Une seconde.")


def test_empty_message_is_not_sent(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room)
    visitor.say("  \n ")
    expect(visitor.page.locator("#why")).to_contain_text("Écrivez d’abord quelques mots.")
    visitor.say("Voilà.").sees("Voilà.")
    expect(visitor.page.locator("#why")).to_be_hidden()


def test_enter_sends_for_who_wants_it(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room)
    visitor.text.press_sequentially("un")
    visitor.text.press("Enter")
    expect(visitor.text).to_have_value("un\n")
    visitor.page.get_by_role("button", name="Réglages").click()
    visitor.page.get_by_label("Entrée envoie le message").check()
    visitor.page.get_by_role("button", name="Fermer les réglages").click()
    visitor.text.fill("deux")
    visitor.text.press("Shift+Enter")
    visitor.text.press("Enter")
    visitor.sees("deux")


def test_what_one_reads_stays_where_it_is(arrive: Arrive, room: str) -> None:
    one, other = arrive().enter(room), arrive().enter(room)
    for n in range(30):
        one.say(f"ligne {n}").sees(f"ligne {n}")
    other.sees("ligne 29")
    other.page.locator("#messages").evaluate("(node) => node.scrollTo(0, 300)")
    newer = other.page.locator("#newer")
    expect(newer.get_by_role("button", name="Aller au plus récent")).to_be_visible()
    before = other.sees("ligne 10").bounding_box()
    one.say("nouvelle 1").say("nouvelle 2").sees("nouvelle 2")
    one.menu(one.sees("ligne 3"), "Retirer mon message")
    expect(newer).to_have_text("2\u00a0nouveaux messages ↓")
    expect(other.messages.filter(has_text="a retiré son message")).to_have_count(1)
    after = other.sees("ligne 10").bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2
    newer.get_by_role("button").click()
    expect(newer).to_be_hidden()
    expect(other.sees("nouvelle 2")).to_be_in_viewport()


def test_older_messages_come_when_one_goes_up(arrive: Arrive, room: str) -> None:
    one = arrive().enter(room)
    one.page.evaluate(FILL, [room, 229])
    one.sees("ligne 229")
    other = arrive().enter(room)
    expect(other.messages).to_have_count(200)
    other.page.locator("#messages").evaluate("(node) => node.scrollTo(0, 0)")
    expect(other.messages).to_have_count(230)
    expect(other.page.locator("#older")).to_be_hidden()
    expect(other.page.locator("#beginning")).to_contain_text("Ici commence ce qui se lit encore")


def test_people_are_named_once_they_have_written(arrive: Arrive, room: str) -> None:
    one, other = arrive().enter(room), arrive().enter(room)
    people = one.page.locator("#people")
    expect(one.page.locator("#people-title")).to_have_text("2\u00a0personnes ici")
    expect(people).not_to_contain_text(other.name())
    expect(one.page.locator("#unnamed summary")).to_have_text("Et 1\u00a0autre, qui lit")
    other.say("Bonsoir.").sees("Bonsoir.")
    expect(people).to_contain_text(other.name())
    expect(one.page.locator("#unnamed")).to_be_hidden()
    expect(one.page.locator("#few")).to_be_visible()


def test_others_are_announced_and_a_burst_is_summed_up(arrive: Arrive, room: str) -> None:
    one, other = arrive().enter(room), arrive().enter(room)
    log = other.page.get_by_role("log")
    one.say("Bonsoir.")
    expect(log).to_have_text(f"{one.name()}\u202f: Bonsoir.")
    for n in range(6):
        one.say(f"rafale {n}")
    expect(log).to_contain_text(re.compile(r"\d\u00a0nouveaux messages\."))
    expect(one.page.get_by_role("log")).to_contain_text("Votre message est publié.")


def test_leaving_the_room_ends_the_session(arrive: Arrive, room: str) -> None:
    visitor = arrive().enter(room)
    visitor.page.get_by_role("button", name="Sortir du salon").click()
    expect(visitor.page.locator("#open li").first).to_be_visible()
    assert visitor.page.evaluate("sessionStorage.length") == 0
    visitor.go(room)
    expect(visitor.page.locator("#entrance")).to_be_visible()
