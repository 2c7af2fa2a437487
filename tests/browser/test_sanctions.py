"""
A sanction, as the person it is on sees it: said plainly, until when and why, with the draft kept.
"""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.conftest import Server


def impose(site: Server, kind: str, room: str, visitor: Visitor) -> str:
    """Put a sanction of an hour on somebody; answers their id."""
    listed = site.run("sanctions", "people", room)
    (author,) = re.findall(rf"│ ([\w-]{{22}}) │ {re.escape(visitor.name())} +│", listed)
    site.run("sanctions", kind, room, author, "--minutes", "60", "--reason", "dévoiler l’identité d’une personne")
    return str(author)


def test_a_muted_member_reads_until_when_and_why_and_keeps_the_draft(arrive: Arrive, room: str, site: Server) -> None:
    visitor, other = arrive().enter(room), arrive().enter(room)
    visitor.text.fill("ce que je préparais")
    author = impose(site, "mute", room, visitor)
    banner, why = visitor.page.locator("#muted"), visitor.page.locator("#why")

    def says_so() -> None:
        expect(banner).to_have_text(
            re.compile(
                r"Vous ne pouvez plus écrire ici jusqu’à (demain à )?\d+\sh(\s\d\d)?\."
                r"\sMotif\u202f: dévoiler l’identité d’une personne"
            )
        )
        expect(banner).to_have_attribute("data-kind", "danger")
        expect(why).to_have_text(
            re.compile(r"Vous pourrez écrire de nouveau (demain )?à \d+\sh(\s\d\d)?\. Ce que vous")
        )
        expect(visitor.text).to_have_value("ce que je préparais")
        expect(visitor.page.locator("#composer [type=submit]")).to_have_attribute("aria-disabled", "true")

    says_so()
    visitor.text.press("Control+Enter")
    expect(visitor.messages).to_have_count(0)
    other.say("On vous lit toujours ?")
    visitor.sees("On vous lit toujours ?")
    visitor.page.reload()
    says_so()
    site.run("sanctions", "lift", room, author)
    expect(banner).to_be_hidden()
    expect(why).to_be_hidden()
    visitor.text.press("Control+Enter")
    visitor.sees("ce que je préparais")


def test_an_excluded_member_reads_when_to_come_back(arrive: Arrive, room: str, site: Server) -> None:
    visitor = arrive().enter(room)
    visitor.text.fill("un brouillon")
    impose(site, "exclude", room, visitor)
    expect(visitor.banner).to_have_attribute("data-kind", "danger")
    expect(visitor.banner).to_contain_text("Vous ne pouvez plus venir dans ce salon.")
    expect(visitor.banner).to_contain_text(re.compile(r"Vous pourrez revenir (demain )?à \d+"))
    expect(visitor.text).to_have_value("un brouillon")
    visitor.page.reload()
    expect(visitor.banner).to_contain_text("Vous ne pouvez plus venir dans ce salon.")
