"""
Moderation, as a member sees it: what is held, asked, decided, contested, reported, and the card of whom one can call.

The moderators' office runs beside the server, on the same store; the server's own rules find what they find.
"""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from chat.moderation.decisions import imposed
from chat.people.roles import Role
from tests.browser.conftest import Arrive
from tests.browser.desk import IDRISS, Desk
from tests.browser.test_access import assert_accessible
from tests.browser.visitor import Visitor
from tests.conftest import Server
from tests.http.staffing import account

PHONE = "Si tu veux en parler, je suis au 06 12 34 56 78."
NAMED = "🙂 Chez nous, c’est Julie Martin qui décide."
DISTRESS = "Ce soir j’ai envie de me tuer."


def framed(visitor: Visitor) -> Locator:
    """What one alone sees of a message of one's own."""
    return visitor.page.locator(".message[data-state=held]")


def test_a_held_message_is_seen_by_its_author_alone_until_they_take_it_back(arrive: Arrive, room: str) -> None:
    visitor, other = arrive().enter(room), arrive().enter(room)
    visitor.say(PHONE)
    expect(framed(visitor)).to_contain_text(
        "En relecture. Visible de vous seulement. Il contient un numéro de téléphone."
    )
    expect(visitor.page.locator("#log")).to_contain_text("Votre message est en relecture")
    other.say("Je suis là.")
    visitor.sees("Je suis là.")
    expect(other.messages).to_have_count(1)
    assert_accessible(visitor.page)
    framed(visitor).get_by_role("button", name="Retirer").press("Enter")
    expect(framed(visitor)).to_have_count(0)
    expect(visitor.page.locator("#messages")).to_be_focused()
    visitor.page.reload()
    visitor.sees("Je suis là.")
    expect(visitor.messages).to_have_count(1)


def test_a_held_message_outlives_the_page_and_is_published_as_it_was(arrive: Arrive, room: str, desk: Desk) -> None:
    visitor, other = arrive().enter(room), arrive().enter(room)
    visitor.say(PHONE)
    expect(framed(visitor)).to_have_count(1)
    visitor.page.reload()
    expect(framed(visitor)).to_contain_text("Il contient un numéro de téléphone.")
    desk.decide("held", "publish")
    other.sees(PHONE)
    visitor.sees(PHONE)
    expect(visitor.messages).to_have_count(1)
    expect(framed(visitor)).to_have_count(0)


def test_a_removed_message_comes_with_its_reason_and_can_be_written_again_or_contested(
    arrive: Arrive, site: Server, room: str, desk: Desk
) -> None:
    account(site, Role.MODERATOR)  # who can judge what Aurore has decided
    visitor, elsewhere = arrive(viewport={"width": 320, "height": 700}), arrive("/about-you")
    visitor.enter(room).say(PHONE)
    expect(framed(visitor)).to_have_count(1)
    desk.decide("held", "remove", words="Réécrivez-le sans le numéro, il a toute sa place.")
    frame = framed(visitor)
    expect(frame).to_contain_text(
        re.compile(r"Retiré par la modération\. .* Motif\u202f: des coordonnées\. .*il a toute sa place")
    )
    frame.get_by_role("button", name="Réécrire").click()
    expect(visitor.text).to_have_value(PHONE)
    expect(visitor.text).to_be_focused()
    frame.get_by_role("button", name="Contester").press("Enter")
    receipt = visitor.page.get_by_label("Votre reçu").input_value()
    assert_accessible(visitor.page)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
    visitor.page.get_by_label("Ce qui parle contre la décision").fill("C’est celui d’une ligne d’écoute.")
    visitor.page.get_by_role("button", name="Envoyer le recours").click()
    expect(frame).to_contain_text("Recours envoyé")
    expect(frame.get_by_role("button", name="Contester")).to_have_count(0)
    contest(elsewhere, receipt)
    expect(elsewhere.page.locator("#contest [role=status]")).to_have_text(re.compile("C’est envoyé"))
    desk.decide("appeals", "reverse", staff=IDRISS)
    expect(frame).to_contain_text("Recours accepté")
    visitor.sees(PHONE)


def contest(visitor: Visitor, receipt: str) -> None:
    """Contest without a session, by the receipt alone."""
    visitor.page.get_by_label("Le reçu").fill(receipt)
    visitor.page.get_by_label("Ce qui parle contre la décision").fill("Relisez.")
    assert_accessible(visitor.page)
    visitor.page.get_by_role("button", name="Envoyer le recours").click()


def test_a_name_is_asked_about_in_the_composer_before_anybody_sees_it(arrive: Arrive, room: str) -> None:
    visitor, other = arrive(viewport={"width": 320, "height": 700}).enter(room), arrive().enter(room)
    question = visitor.page.locator("#composer .question")
    visitor.say(NAMED)
    expect(question).to_contain_text("Ce message nomme une personne\u202f: «\u202fJulie Martin\u202f».")
    expect(visitor.text).to_be_focused()
    expect(visitor.text).to_have_value(NAMED)
    assert_accessible(visitor.page)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
    question.get_by_role("button", name="Corriger").click()
    expect(question).to_be_hidden()
    assert visitor.page.evaluate("getSelection().toString()") == "Julie Martin"
    visitor.say(NAMED)
    question.get_by_role("button", name="à la place").click()
    expect(visitor.text).to_have_value("🙂 Chez nous, c’est une personne qui décide.")
    visitor.say("Julie Martin est ma cheffe chez Orange.")
    question.get_by_role("button", name="«\u202fune personne\u202f» et «\u202fmon entreprise\u202f» à la place").click()
    expect(visitor.text).to_have_value("Une personne est ma cheffe chez mon entreprise.")
    visitor.say(NAMED)
    question.get_by_role("button", name="Envoyer tel quel").click()
    other.sees(NAMED)
    expect(visitor.text).to_have_value("")
    expect(question).to_be_hidden()
    expect(other.messages).to_have_count(1)


def test_distress_shows_whom_one_can_call_and_a_moderators_word(arrive: Arrive, room: str, desk: Desk) -> None:
    visitor, other = arrive(viewport={"width": 320, "height": 700}).enter(room), arrive().enter(room)
    visitor.say(DISTRESS)
    card = visitor.page.locator("#stream .help")
    expect(card).to_contain_text("Visible de vous seulement. Personne de la modération n’est là")
    expect(card.get_by_role("link", name="3114")).to_have_attribute("href", "tel:3114")
    expect(card).to_contain_text("Numéro national de prévention du suicide. Jour et nuit, gratuit.")
    assert visitor.page.evaluate("document.querySelector('#stream .help').previousElementSibling.id").startswith("m-")
    other.sees(DISTRESS)
    expect(other.page.locator("#stream .help")).to_have_count(0)
    desk.say("distress", "Je vous lis. Je reste là.")
    word = visitor.page.locator(".message.word")
    expect(word).to_contain_text("Je vous lis. Je reste là.")
    expect(word).to_contain_text("Visible de vous et de la modération seulement")
    expect(visitor.page.locator("#log")).to_contain_text("Aurore, de la modération, vous écrit en privé")
    expect(other.page.locator(".message.word")).to_have_count(0)
    assert_accessible(visitor.page)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
    card.get_by_role("button", name="Ranger cette carte").press("Enter")
    expect(card).to_have_count(0)
    expect(visitor.page.locator("#messages")).to_be_focused()


def test_a_report_goes_to_the_moderators_and_its_outcome_comes_back(arrive: Arrive, room: str, desk: Desk) -> None:
    visitor, other = arrive().enter(room), arrive().enter(room)
    other.say("Vous êtes ridicule.")
    message = visitor.sees("Vous êtes ridicule.")
    visitor.menu(message, "Signaler")
    assert_accessible(visitor.page)
    visitor.page.get_by_label("Il attaque une personne").check()
    visitor.page.get_by_label("Un mot pour la modération").fill("Il recommence.")
    visitor.page.get_by_role("button", name="Signaler", exact=True).click()
    expect(message).to_contain_text("Signalé par vous.")
    expect(message.locator(".more")).to_be_focused()
    visitor.page.reload()
    message = visitor.sees("Vous êtes ridicule.")
    expect(message).to_contain_text("Signalé par vous.")
    message.locator(".more").press("ArrowDown")
    expect(visitor.page.get_by_role("menuitem", name="Signaler")).to_have_count(0)
    visitor.page.keyboard.press("Escape")
    assert desk.decide("reported", "remove", sanction=imposed("mute", 60)).reports[0].note == "Il recommence."
    expect(visitor.messages).to_have_text(re.compile("Message retiré par la modération. Vous l’aviez signalé."))
    expect(other.page.locator("#muted")).to_contain_text("Motif\u202f: des coordonnées")
    expect(framed(other)).to_contain_text("Vous ne pouvez plus écrire ici pendant un temps.")
