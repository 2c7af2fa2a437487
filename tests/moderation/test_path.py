"""From what is written to what is decided: held, asked, in distress, reported, decided, undone, contested; on a real store."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from chat.errors import CloseCode
from chat.moderation.audit import ANCHORS, Whole
from chat.moderation.decisions import Decided, NotAllowed, imposed
from chat.people.about import About, Rooms
from chat.people.roles import Role
from chat.protocol import Author, Said
from chat.store import keys
from chat.store.case_log import Opening
from chat.store.cases import Case, Choice, parted
from chat.store.desk import UNDO_SECONDS, Contested, Imposed, Ruling
from chat.store.room_log import Held, RoomLog
from chat.verdict import Draft, Finding, Outcome, Verdict
from tests.clients import Frame
from tests.rooms.house import ROOM, Guest, House, house


class Person(Struct, frozen=True):
    """A member of staff."""

    name: str
    role: Role = Role.MODERATOR


AURORE, IDRISS = Person("Aurore"), Person("Idriss")
ADMIN = Person("Zoé", Role.ADMIN)

WORDS = {
    "téléphone": Finding("phone", "private", Outcome.HOLD, "phone", spans=((0, 9),)),
    "mourir": Finding("distress", "distress", Outcome.PUBLISH, "self", urgent=True, spans=((0, 6),)),
    "collègue": Finding("distress", "distress", Outcome.PUBLISH, "other"),
    "Dupont": Finding("name", "private", Outcome.PUBLISH, "name", spans=((3, 9),)),
    "gagnez": Finding("solicitation", "solicitation", Outcome.REFUSE),
}

_refs = itertools.count()


def by_words(draft: Draft) -> Verdict:
    """Find one thing for each of a few words, so that each path can be asked for."""
    return Verdict(tuple(finding for word, finding in WORDS.items() if word in draft.text))


@pytest.fixture
async def home(folder: Path) -> AsyncIterator[House]:
    async with house(folder, screen=by_words, say_seconds=0, newcomer_seconds=0) as running:
        for person in (AURORE, IDRISS):
            await running.hub.accounts.add(person.name, person.role, "cheval exact pile agrafe", second_factor=False)
        yield running


async def answered(guest: Guest, frame: Frame) -> Frame:
    """Send a request, and receive its answer."""
    frame.setdefault("ref", f"r{next(_refs)}")
    guest.send(frame)
    return await guest.until(lambda answer: answer.get("ref") == frame["ref"] and answer["type"] != "notice")


async def says(guest: Guest, text: str, **more: Any) -> Frame:
    return await answered(guest, {"type": "say", "text": text, **more})


async def noticed(guest: Guest, code: str) -> Frame:
    return await guest.until(lambda frame: frame["type"] == "notice" and frame["code"] == code)


async def case_of(home: House, case_id: str) -> Case:
    found = await home.office.queue.find(case_id)
    assert found is not None
    return found


async def open_case(home: House, queue: str) -> Case:
    """Wait for the one case of a queue."""
    found: Case = await eventually(lambda: _only(home, queue))
    return found


async def _only(home: House, queue: str) -> Case | None:
    page = await home.office.queue.page(queue, "", "", lambda _: True)
    return await case_of(home, page.cases[0].id) if len(page.cases) == 1 else None


async def eventually(ask: Callable[[], Awaitable[Any]]) -> Any:
    async with asyncio.timeout(10):
        while not (found := await ask()):
            await asyncio.sleep(0.01)
        return found


async def decide(
    home: House,
    case_id: str,
    verdict: Choice,
    staff: Person = AURORE,
    sanction: Imposed | None = None,
    words: str = "",
) -> Decided:
    """Take a case and decide it."""
    version, _ = await home.office.decisions.claim(staff, case_id)
    return await home.office.decisions.decide(staff, case_id, ruling(case_id, version, verdict, staff, sanction, words))


def ruling(
    case_id: str,
    version: int,
    verdict: Choice,
    staff: Person = AURORE,
    sanction: Imposed | None = None,
    words: str = "",
) -> Ruling:
    place = parted(case_id)
    assert place is not None
    return Ruling(place[1], version, staff.name, verdict, "attack", words, sanction)


async def let_time_pass(home: House, case_id: str, seconds: int = UNDO_SECONDS + 1) -> None:
    """Let a decision be older, by the store's clock, and have done what is due."""
    slug, token = parted(case_id) or ("", "")
    await home.ask("HINCRBY", keys.Room(slug).case(token), "decided_at", -seconds)
    for effect in await home.ask("ZRANGE", keys.Room(slug).effects, 0, -1):
        await home.ask("ZADD", keys.Room(slug).effects, 0, effect)
    await home.office.relay.work(slug, 1)


async def test_a_held_message_is_seen_by_its_author_alone_until_it_is_published(home: House) -> None:
    author, other = await home.enters(), await home.enters()
    held = await says(author, "mon téléphone est le…")
    assert (held["type"], held["why"]) == ("held", ["phone"])
    assert (await says(other, "bonjour"))["type"] == "accepted"
    await decide(home, held["case"], "publish")
    said = await other.hears("mon téléphone est le…")
    assert (said["id"], said["offset"]) == (held["id"], 2)
    assert [frame.get("text") for frame in other.frames if frame["type"] == "said"] == ["bonjour", said["text"]]


async def test_a_held_ref_sent_again_is_answered_alike_and_opens_one_case(home: House) -> None:
    author = await home.enters()
    first = await says(author, "téléphone", ref="un")
    assert await says(author, "téléphone", ref="un") == {**first, "why": ["phone"]}
    assert (await open_case(home, "held")).id == first["case"]


async def test_a_held_message_is_pending_in_the_next_welcome_and_can_be_withdrawn(home: House) -> None:
    author = await home.enters()
    held = await says(author, "téléphone")
    again = await home.arrives()
    again.send({"type": "hello", "session": author.frames[0]["you"]["session"]})
    (pending,) = (await again.until(lambda frame: frame["type"] == "welcome"))["you"]["pending"]
    assert (pending["id"], pending["case"], pending["text"]) == (held["id"], held["case"], "téléphone")
    assert (await answered(again, {"type": "withdraw", "message": held["id"]}))["type"] == "accepted"
    with pytest.raises(Contested, match="already_decided"):
        await home.office.decisions.claim(AURORE, held["case"])
    assert (await case_of(home, held["case"])).text == "", "what is taken back is gone"


async def test_a_name_is_asked_about_and_nothing_is_kept(home: House) -> None:
    author = await home.enters()
    asked = await says(author, "M. Dupont exagère", ref="un")
    assert asked == {
        "type": "asked",
        "ref": "un",
        "kinds": ["name"],
        "spans": [[3, 9]],
        "found": [{"kind": "name", "span": [3, 9]}],
    }
    assert (await says(author, "M. Dupont exagère", ref="un", sure=True))["offset"] == 1


async def test_a_refused_draft_is_not_kept_and_may_be_tried_again(home: House) -> None:
    author = await home.enters()
    refused = await says(author, "gagnez vite", ref="un")
    assert (refused["type"], refused["code"]) == ("refused", "text_solicitation")
    assert (await says(author, "sans cela", ref="un"))["offset"] == 1


async def test_distress_is_published_helped_and_opens_a_case_at_the_top(home: House) -> None:
    author = await home.enters()
    assert (await says(author, "mourir", ref="un"))["offset"] == 1
    notice = await noticed(author, "resources")
    assert notice == {"type": "notice", "code": "resources", "crisis": "self", "on_duty": False, "ref": "un"}
    case = await open_case(home, "distress")
    assert (case.text, case.held) == ("mourir", False)


async def test_a_cry_for_help_is_neither_asked_about_nor_refused(home: House) -> None:
    author = await home.enters()
    assert (await says(author, "mourir, dites-le à M. Dupont"))["offset"] == 1
    assert (await noticed(author, "resources"))["crisis"] == "self"
    assert (await says(author, "mourir, gagnez vite"))["type"] == "held"


async def test_the_cry_of_somebody_who_may_not_write_is_seen_by_moderators_alone(home: House) -> None:
    author, other = await home.enters(), await home.enters()
    held = await says(author, "téléphone")
    await decide(home, held["case"], "remove", sanction=imposed("mute", 60))
    assert (await says(author, "bonjour"))["code"] == "muted"
    cry = await says(author, "mourir")
    assert cry["type"] == "held"
    assert (await noticed(author, "resources"))["crisis"] == "self"
    assert (await open_case(home, "distress")).id == cry["case"]
    await says(other, "rien")
    assert "mourir" not in str(other.frames)


async def test_somebody_elses_distress_is_helped_and_opens_no_case(home: House) -> None:
    author = await home.enters()
    await says(author, "un collègue")
    assert (await noticed(author, "resources"))["crisis"] == "other"
    assert (await home.office.queue.index.counts())["distress"].open == 0


async def test_distress_with_a_private_detail_is_one_held_case_at_the_top(home: House) -> None:
    author = await home.enters()
    held = await says(author, "mourir, téléphone")
    assert held["type"] == "held"
    assert (await noticed(author, "resources"))["crisis"] == "self"
    case = await open_case(home, "distress")
    assert (case.id, case.held) == (held["case"], True)


async def test_whoever_is_on_duty_is_said_to_be(home: House) -> None:
    console = await home.office.consoles.join(AURORE)
    assert console is not None
    author = await home.enters()
    await says(author, "mourir")
    assert (await noticed(author, "resources"))["on_duty"] is True
    home.office.consoles.leave(console)


async def test_a_word_reaches_the_author_alone_and_again_after_a_reload(home: House) -> None:
    author, other = await home.enters(), await home.enters()
    await says(author, "mourir")
    case = await open_case(home, "distress")
    assert await home.office.decisions.say(AURORE, case.id, "Je suis là.")
    word = await author.until(lambda frame: frame["type"] == "word")
    assert (word["from"], word["text"]) == ("Aurore", "Je suis là.")
    again = await home.arrives()
    again.send({"type": "hello", "session": author.frames[0]["you"]["session"]})
    assert await again.until(lambda frame: frame["type"] == "word") == word
    await says(other, "rien")
    assert not [frame for frame in other.frames if frame["type"] == "word"]


async def test_reports_of_one_message_gather_in_one_case_and_reporters_hear_the_outcome(home: House) -> None:
    author, first, second = [await home.enters() for _ in range(3)]
    said = await says(author, "va-t’en")
    for reporter in (first, second):
        report = {"type": "report", "message": said["id"], "reason": "attack", "note": "net"}
        assert (await answered(reporter, report))["type"] == "accepted"
    case = await eventually(lambda: _reported(home, 2))
    assert (case.text, case.weight) == ("va-t’en", 2.0)
    await decide(home, case.id, "remove")
    assert (await first.until(lambda frame: frame["type"] == "withdrawn"))["by"] == "moderation"
    await let_time_pass(home, case.id)
    for reporter in (first, second):
        assert (await noticed(reporter, "report_outcome"))["verdict"] == "remove"
    notice = await noticed(author, "decided")
    assert (notice["verdict"], notice["reason"], notice["text"]) == ("remove", "attack", "va-t’en")


async def _reported(home: House, count: int) -> Case | None:
    case = await _only(home, "reported")
    return case if case is not None and len(case.reports) == count else None


async def test_nobody_reports_themself(home: House) -> None:
    author = await home.enters()
    said = await says(author, "bonjour")
    refused = await answered(author, {"type": "report", "message": said["id"], "reason": "other"})
    assert refused["code"] == "own_message"


async def test_reports_that_were_wrong_weigh_less_and_come_slowly(home: House) -> None:
    author, reporter = await home.enters(), await home.enters()
    weights = []
    for i in range(4):
        said = await says(author, f"mot {i}")
        await answered(reporter, {"type": "report", "message": said["id"], "reason": "attack"})
        case = await open_case(home, "reported")
        weights.append(case.weight)
        await decide(home, case.id, "dismiss")
        await let_time_pass(home, case.id)
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] < 0.5 < weights[0]
    said = await says(author, "encore")
    refused = await answered(reporter, {"type": "report", "message": said["id"], "reason": "attack"})
    assert refused["code"] == "reports_many"
    assert refused["retry_after"] > 3000


async def test_a_removed_message_is_absent_for_a_late_joiner_and_undone_it_is_said_again(home: House) -> None:
    author, other = await home.enters(), await home.enters()
    said = await says(author, "va-t’en")
    await answered(other, {"type": "report", "message": said["id"], "reason": "attack"})
    case = await open_case(home, "reported")
    await decide(home, case.id, "remove", sanction=imposed("mute", 60))
    assert (await says(author, "encore"))["code"] == "muted"
    late = await home.enters()
    assert "va-t’en" not in str(late.frames)
    resumer = await home.arrives()
    since = {"epoch": other.frames[0]["epoch"], "offset": 0}
    resumer.send({"type": "hello", "session": other.frames[0]["you"]["session"], "since": since})
    welcome = await resumer.until(lambda frame: frame["type"] == "welcome")
    assert welcome["recovered"]
    assert "va-t’en" not in str(welcome)
    await home.office.decisions.undo(AURORE, case.id)
    back = await late.hears("va-t’en")
    assert (back["id"], back["offset"]) == (said["id"], 3)
    assert (await says(author, "encore"))["type"] == "accepted"
    assert not [frame for frame in author.frames if frame.get("code") == "decided"]


async def test_a_decision_is_undone_by_its_maker_alone_and_for_half_a_minute(home: House) -> None:
    author = await home.enters()
    held = await says(author, "téléphone")
    await decide(home, held["case"], "remove")
    with pytest.raises(Contested, match="not_your_decision"):
        await home.office.decisions.undo(IDRISS, held["case"])
    await let_time_pass(home, held["case"])
    with pytest.raises(Contested, match="too_late"):
        await home.office.decisions.undo(AURORE, held["case"])


async def test_of_two_who_decide_at_once_one_wins_a_hundred_times(home: House) -> None:
    author = await home.enters()
    for i in range(100):
        held = await says(author, f"téléphone {i}")
        version, _ = await home.office.decisions.claim(AURORE, held["case"])
        rulings = [ruling(held["case"], version, verdict) for verdict in ("publish", "remove")]
        results = await asyncio.gather(
            *(home.office.decisions.decide(AURORE, held["case"], each) for each in rulings), return_exceptions=True
        )
        lost = [result for result in results if isinstance(result, Contested)]
        assert [(result.code, result.by) for result in lost] == [("already_decided", "Aurore")]
    chain = await home.office.chains.newest(ROOM, 500)
    assert len(chain) == 100


async def test_a_taken_case_is_nobody_elses_until_its_lease_ends(home: House) -> None:
    author = await home.enters()
    held = await says(author, "téléphone")
    await home.office.decisions.claim(AURORE, held["case"])
    with pytest.raises(Contested, match="already_claimed") as contested:
        await home.office.decisions.claim(IDRISS, held["case"])
    assert contested.value.by == "Aurore"
    slug, token = parted(held["case"]) or ("", "")
    await home.ask("HSET", keys.Room(slug).case(token), "lease_until", 1)
    version, _ = await home.office.decisions.claim(IDRISS, held["case"])
    with pytest.raises(Contested, match="not_claimed"):
        await home.office.decisions.decide(AURORE, held["case"], ruling(held["case"], version, "publish"))


async def test_what_changed_since_it_was_seen_is_not_decided(home: House) -> None:
    author, other = await home.enters(), await home.enters()
    said = await says(author, "mourir")
    case = await open_case(home, "distress")
    version, _ = await home.office.decisions.claim(AURORE, case.id)
    await answered(other, {"type": "report", "message": said["id"], "reason": "distress"})
    with pytest.raises(Contested, match="stale"):
        await home.office.decisions.decide(AURORE, case.id, ruling(case.id, version, "dismiss"))


async def test_an_escalated_case_is_for_admins_alone(home: House) -> None:
    author = await home.enters()
    held = await says(author, "téléphone")
    with pytest.raises(NotAllowed, match="role_needed"):
        await home.office.decisions.claim(ADMIN, held["case"])
    await decide(home, held["case"], "escalate")
    with pytest.raises(NotAllowed, match="escalated"):
        await home.office.decisions.claim(IDRISS, held["case"])
    await decide(home, held["case"], "publish", ADMIN)


async def test_a_sanction_everywhere_that_is_undone_is_lifted_everywhere(home: House) -> None:
    author = await home.enters()
    held = await says(author, "téléphone")
    await decide(home, held["case"], "escalate")
    await decide(home, held["case"], "remove", ADMIN, imposed("mute", 60, everywhere=True))
    name = author.member.person
    await eventually(lambda: home.ask("EXISTS", keys.sanction(name)))
    await home.office.decisions.undo(ADMIN, held["case"])
    await eventually(lambda: _gone(home, keys.sanction(name)))
    record = await home.ask("HGET", keys.Room(ROOM).sanctions, author.member.author.id)
    assert record.startswith(b"lifted "), "for whoever carries it elsewhere"


async def _gone(home: House, key: str) -> bool:
    return not await home.ask("EXISTS", key)


async def test_an_appeal_is_decided_by_another_and_reversed_it_is_said_again(home: House) -> None:
    author, other = await home.enters(), await home.enters()
    held = await says(author, "téléphone")
    await decide(home, held["case"], "remove", sanction=imposed("mute", 60))
    await let_time_pass(home, held["case"])
    notice = await noticed(author, "decided")
    appeal = await home.hub.appeals.by_receipt(notice["receipt"], "C’était le 3114.")
    assert await home.hub.appeals.by_receipt(notice["receipt"], "encore") == appeal, "once"
    with pytest.raises(NotAllowed, match="own_decision"):
        await home.office.decisions.claim(AURORE, appeal)
    await decide(home, appeal, "reverse", IDRISS)
    assert (await other.hears("téléphone"))["id"] == held["id"]
    assert (await says(author, "merci"))["type"] == "accepted", "the sanction is off, too"
    await let_time_pass(home, appeal)
    assert (await noticed(author, "decided"))["verdict"] == "reverse"


async def test_an_appeal_comes_from_the_room_too_and_only_of_ones_own(home: House) -> None:
    author, other = await home.enters(), await home.enters()
    held = await says(author, "téléphone")
    await decide(home, held["case"], "remove")
    assert (await answered(author, {"type": "appeal", "case": held["case"], "text": "?"}))["code"] == "not_appealable"
    await let_time_pass(home, held["case"])
    frame = {"type": "appeal", "case": held["case"], "text": "Relisez."}
    assert (await answered(other, dict(frame)))["code"] == "case_unknown"
    assert (await answered(author, dict(frame)))["type"] == "accepted"
    assert (await open_case(home, "appeals")).appeal == "Relisez."


async def test_where_nobody_else_could_judge_an_appeal_that_is_said(home: House) -> None:
    author = await home.enters()
    held = await says(author, "téléphone")
    await decide(home, held["case"], "remove")
    await let_time_pass(home, held["case"])
    await home.hub.accounts.remove(await home.hub.accounts.known(IDRISS.name))
    frame = {"type": "appeal", "case": held["case"], "text": "Relisez."}
    assert (await answered(author, dict(frame)))["code"] == "no_reviewer"
    await home.hub.accounts.add(ADMIN.name, ADMIN.role, "cheval exact pile agrafe", second_factor=False)
    assert (await answered(author, dict(frame)))["type"] == "accepted"


async def test_whoever_is_sent_away_finds_the_receipt_in_what_is_held_of_them(home: House) -> None:
    author = await home.enters()
    held = await says(author, "téléphone")
    await decide(home, held["case"], "remove", sanction=imposed("exclude", 60))
    assert await author.closed() == CloseCode.EXCLUDED
    about = About(
        home.hub.sessions, [Rooms(home.hub.registry, home.hub.person_log, home.hub.settings, home.hub.receipts)]
    )
    token = author.frames[0]["you"]["session"]

    async def receipt() -> str:
        told = msgspec.json.decode(msgspec.json.encode(await about.tell(token)))
        (case,) = told["rooms"][0]["cases"]
        assert (case["id"], case["held"], case["verdict"]) == (held["case"], True, "remove")
        return str(case["receipt"])

    assert await receipt() == "", "it can still be undone"
    await let_time_pass(home, held["case"])
    assert await home.hub.appeals.by_receipt(await receipt(), "Relisez.")


async def test_a_permanent_exclusion_takes_two(home: House) -> None:
    author = await home.enters()
    held = await says(author, "téléphone")
    decided = await decide(home, held["case"], "remove", sanction=imposed("exclude", None))
    assert decided.proposed
    case = await case_of(home, held["case"])
    with pytest.raises(Contested, match="same_person"):
        await home.office.decisions.confirm(AURORE, ROOM, case.author)
    await home.office.decisions.confirm(IDRISS, ROOM, case.author)
    (listed,) = await home.office.sanctions()
    assert (listed.kind, listed.ends_at, listed.proposed) == ("exclude", None, False)
    await home.office.decisions.lift(IDRISS, ROOM, case.author, "erreur")
    assert await home.office.sanctions() == []


async def test_what_nobody_decided_in_time_is_not_published_and_its_author_is_told(home: House) -> None:
    author = await home.enters()
    held = await says(author, "téléphone")
    slug, token = parted(held["case"]) or ("", "")
    await home.ask("ZADD", keys.Room(slug).queue, 1, token)
    assert await home.office.desk(slug).lapse() == 1
    assert (await noticed(author, "lapsed"))["message"] == held["id"]
    assert (await case_of(home, held["case"])).text == ""


async def test_erasing_oneself_erases_what_moderators_have(home: House) -> None:
    author = await home.enters()
    held = await says(author, "téléphone")
    await home.hub.person_log.forget(ROOM, author.member.author.id)
    case = await case_of(home, held["case"])
    assert (case.state, case.text, case.author, case.who) == ("withdrawn", "", "", None)


async def test_one_person_has_so_many_held_and_no_more(home: House) -> None:
    author = await home.enters()
    for i in range(20):
        assert (await says(author, f"téléphone {i}"))["type"] == "held"
    assert (await says(author, "téléphone"))["code"] == "held_many"
    assert (await says(author, "bonjour"))["type"] == "accepted"


async def test_the_index_is_rebuilt_when_it_is_lost(home: House) -> None:
    author = await home.enters()
    held = await says(author, "téléphone")
    await open_case(home, "held")
    for key in (keys.order("held"), keys.age("held"), keys.INDEXED):
        await home.ask("DEL", key)
    await home.office.relay.sweep(1)
    assert (await open_case(home, "held")).id == held["case"]


async def test_one_case_that_cannot_be_read_keeps_no_other_from_being_told(home: House) -> None:
    author = await home.enters()
    broken, sound = [await says(author, f"téléphone {i}") for i in range(2)]
    for held in (broken, sound):
        await decide(home, held["case"], "remove")
    _, token = parted(broken["case"]) or ("", "")
    await home.ask("HSET", keys.Room(ROOM).case(token), "findings", "{")
    await let_time_pass(home, sound["case"])
    assert (await noticed(author, "decided"))["message"] == sound["id"]


async def test_a_bulk_decision_spares_what_has_changed_since_it_was_seen(home: House) -> None:
    author, other = await home.enters(), await home.enters()
    said = await says(author, "mourir")
    case = await open_case(home, "distress")
    await answered(other, {"type": "report", "message": said["id"], "reason": "distress"})
    with pytest.raises(Contested, match="stale"):
        await home.office.decisions.claim(AURORE, case.id, case.version)
    assert not (await case_of(home, case.id)).claimed_by, "and it is nobody's"


async def test_the_chain_of_a_closed_room_is_anchored_and_verified(home: House) -> None:
    author = await home.enters()
    held = await says(author, "téléphone")
    await decide(home, held["case"], "remove")
    await home.office.relay.close()
    await home.ask("DEL", keys.ANCHORS, keys.AUDITED)  # the process died before it was anchored
    await home.hub.registry.close(ROOM)
    await home.office.relay.sweep(2.0**31)
    chains = [chain async for chain in home.office.chains.verify(home.office.desk)]
    assert [(chain.chain, chain.entries) for chain in chains if isinstance(chain, Whole)] == [(ANCHORS, 1), (ROOM, 1)]
    await home.office.relay.sweep(2.0**31)
    assert await home.ask("LLEN", keys.ANCHORS) == 1, "once"


async def test_ten_thousand_cases_are_listed_each_once_the_oldest_first(home: House) -> None:
    log = home.hub.rooms[ROOM].log if ROOM in home.hub.rooms else (await home.hub.room(ROOM)).log
    verdict = Verdict((WORDS["téléphone"],))
    authors = [f"auteur{i}" for i in range(500)]
    for name in authors:
        await home.ask("HSET", keys.Room(ROOM).people, name, f"{name}\n{{}}")
    for start in range(0, 10_000, 500):
        await asyncio.gather(*(_held(log, name, start, verdict) for name in authors))
    await home.office.relay.work(ROOM, 2.0**31)
    seen: list[str] = []
    cursor = ""
    while True:
        page = await home.office.queue.page("held", cursor, "", lambda _: True)
        seen += [case.id for case in page.cases]
        if not (cursor := page.cursor):
            break
    assert (len(seen), len(set(seen)), page.counts["held"].open) == (10_000, 10_000, 10_000)


async def _held(log: RoomLog, author: str, number: int, verdict: Verdict) -> None:
    opening = Opening("held", True, verdict.findings, "téléphone", "fr", b'{"id":"a","name":"A","hue":0,"face":"mask"}')
    said = Said(0, 0, f"{author}-{number}", Author(author, "A", 0, "mask"), "message", "téléphone")
    assert isinstance(await log.say(author, str(number), said, [], opening), Held)


async def test_what_a_crash_left_undone_is_done_by_whoever_comes_next(home: House) -> None:
    author = await home.enters()
    home.hub.opened = lambda _: None  # the process died before it could say so
    held = await says(author, "téléphone")
    assert (await home.office.queue.index.counts())["held"].open == 0
    await home.office.relay.sweep(2**40)
    assert (await open_case(home, "held")).id == held["case"]
