"""
What a room knows: the reducer alone, run where it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.visitor import Visitor

State = dict[str, Any]
Event = dict[str, Any]
Reduce = Callable[..., State]

HERON = {"id": "heron", "name": "Héron patient", "hue": 0, "face": "mask"}
OTTER = {"id": "otter", "name": "Loutre tenace", "hue": 2, "face": "mask"}


@pytest.fixture
def reduce(bench: Visitor) -> Reduce:
    """Apply events in their order to the initial state."""

    def run(*events: Event) -> State:
        code = "({ apply, initial }, events) => events.reduce((state, event) => apply(state, { now: 1000, ...event }), initial)"
        state: State = bench.run("room/state", code, list(events))
        return state

    return run


def welcome(*events: Event, **facts: Any) -> Event:
    offsets: list[int] = [event["until"] if "until" in event else event["offset"] for event in events]
    return {
        "type": "welcome",
        "room": {"slug": "r", "title": "R", "format": "salon", "state": "open", "history_seconds": 86400},
        "you": {
            "id": "heron",
            "pseudonym": "Héron patient",
            "hue": 0,
            "roles": ["member"],
            "session": "s",
            "pending": [],
        },
        "epoch": "e",
        "offset": max(offsets, default=0),
        "recovered": False,
        "present": 2,
        "members": [],
        "phase": {"type": "phase", "offset": 0, "state": "open", "may": {"member": ["message"]}},
        "events": list(events),
        **facts,
    }


def said(offset: int, text: str = "oui", author: Event = OTTER, **facts: Any) -> Event:
    return {
        "type": "said",
        "offset": offset,
        "at": 1000 + offset,
        "id": f"m{offset}",
        "author": author,
        "kind": "message",
        "text": text,
        **facts,
    }


def asked(ref: str, text: str) -> Event:
    return {"type": "asking", "ref": ref, "frame": {"type": "say", "text": text}}


def offsets(state: State) -> list[int]:
    return [message["offset"] for message in state["messages"]]


def refs(state: State) -> list[str]:
    return [some["ref"] for some in state["sending"]]


def test_messages_stand_in_the_order_of_their_offsets(reduce: Reduce) -> None:
    state = reduce(welcome(said(1), said(2)), said(3), said(4))
    assert offsets(state) == [1, 2, 3, 4]
    assert state["offset"] == 4
    assert not state["gap"]


def test_event_heard_twice_changes_nothing(reduce: Reduce) -> None:
    assert offsets(reduce(welcome(said(1)), said(2), said(2), said(1))) == [1, 2]


def test_jumped_offset_is_a_gap_and_nothing_is_taken_beyond_it(reduce: Reduce) -> None:
    state = reduce(welcome(said(1)), said(3), said(4))
    assert state["gap"]
    assert state["offset"] == 1
    assert offsets(state) == [1]


def test_own_words_are_placed_when_accepted_comes_first(reduce: Reduce) -> None:
    before = reduce(welcome(), asked("a", "moi"), {"type": "accepted", "ref": "a", "id": "m1", "offset": 1})
    assert before["sending"][0]["id"] == "m1"
    after = reduce(
        welcome(), asked("a", "moi"), {"type": "accepted", "ref": "a", "id": "m1", "offset": 1}, said(1, "moi", HERON)
    )
    assert (offsets(after), refs(after)) == ([1], [])


def test_own_words_are_placed_when_said_comes_first(reduce: Reduce) -> None:
    state = reduce(
        welcome(), asked("a", "moi"), said(1, "moi", HERON), {"type": "accepted", "ref": "a", "id": "m1", "offset": 1}
    )
    assert (offsets(state), refs(state)) == ([1], [])


def test_own_words_changed_by_the_server_are_placed_by_their_id(reduce: Reduce) -> None:
    state = reduce(
        welcome(), asked("a", "moi"), said(1, "MOI", HERON), {"type": "accepted", "ref": "a", "id": "m1", "offset": 1}
    )
    assert (offsets(state), refs(state)) == ([1], [])


def test_same_words_twice_are_two_messages(reduce: Reduce) -> None:
    state = reduce(welcome(), asked("a", "oui"), asked("b", "oui"), said(1, "oui", HERON))
    assert (offsets(state), refs(state)) == ([1], ["b"])


def test_unanswered_words_that_came_back_in_welcome_are_not_sent_again(reduce: Reduce) -> None:
    lost = {"type": "waiting", "until": 5000, "code": 1006}
    back = welcome(said(1, "moi", HERON), recovered=True)
    state = reduce(welcome(), asked("a", "moi"), asked("b", "encore"), lost, {"type": "opening"}, back)
    assert (offsets(state), refs(state)) == ([1], ["b"])


def test_resumed_history_goes_on_from_what_was_there(reduce: Reduce) -> None:
    lost = {"type": "waiting", "until": 5000, "code": 1006}
    state = reduce(welcome(said(1), said(2)), lost, {"type": "opening"}, welcome(said(3), said(4), recovered=True))
    assert offsets(state) == [1, 2, 3, 4]
    assert state["returned"] == {"recovered": True, "missed": 2}


def test_history_that_could_not_be_resumed_is_taken_anew(reduce: Reduce) -> None:
    lost = {"type": "waiting", "until": 5000, "code": 1006}
    state = reduce(welcome(said(1), said(2)), lost, {"type": "opening"}, welcome(said(8), said(9), epoch="other"))
    assert offsets(state) == [8, 9]
    assert state["returned"] == {"recovered": False, "missed": 2}


def test_first_welcome_is_no_return(reduce: Reduce) -> None:
    assert reduce({"type": "opening"}, welcome(said(1)))["returned"] is None


def test_withdrawn_message_loses_its_words(reduce: Reduce) -> None:
    state = reduce(
        welcome(said(1, "trop")), {"type": "withdrawn", "offset": 2, "at": 1, "message": "m1", "by": "author"}
    )
    (message,) = state["messages"]
    assert message["withdrawn"] == "author"
    assert "text" not in message


def test_void_takes_old_messages_away_without_a_gap(reduce: Reduce) -> None:
    state = reduce(welcome(*(said(n) for n in range(1, 6))), {"type": "void", "offset": 1, "until": 3}, said(6))
    assert offsets(state) == [4, 5, 6]
    assert not state["gap"]
    assert state["offset"] == 6


def test_void_in_welcome_covers_erased_offsets(reduce: Reduce) -> None:
    state = reduce(welcome({"type": "void", "offset": 1, "until": 3}, said(4)), said(5))
    assert offsets(state) == [4, 5]
    assert not state["gap"]


def test_older_history_goes_before(reduce: Reduce) -> None:
    looking = {"type": "lookingBack", "ref": "h"}
    answer = {"type": "accepted", "ref": "h", "events": [said(5), said(6)], "more": True}
    state = reduce(welcome(said(7), said(8)), looking, answer)
    assert offsets(state) == [5, 6, 7, 8]
    assert (state["first"], state["older"]) == (5, {"more": True, "ref": None})


def test_a_mute_is_known_from_its_notice_or_from_a_refusal_and_ends(reduce: Reduce) -> None:
    notice = {"type": "notice", "code": "muted", "ends_at": 50, "reason": "menace"}
    assert reduce(welcome(), notice)["muted"] == {"until": 50, "reason": "menace"}
    assert reduce(welcome(), notice, {"type": "notice", "code": "unmuted"})["muted"] is None
    refused = {"type": "refused", "ref": "a", "code": "muted", "message": "Non.", "retry_after": 8}
    state = reduce(welcome(), asked("a", "un mot"), refused)
    assert state["muted"] == {"until": 9, "reason": ""}
    assert (state["refusal"]["text"], state["refusal"]["until"]) == ("un mot", 0)
    assert reduce(welcome(), notice, asked("a", "un mot"), refused)["muted"]["reason"] == "menace"
    assert reduce(welcome(), notice, welcome())["muted"] is None


def test_refused_words_come_back(reduce: Reduce) -> None:
    refused = {"type": "refused", "ref": "a", "code": "slow_mode", "message": "Attendez.", "retry_after": 8}
    state = reduce(welcome(), asked("a", "moi"), refused)
    assert refs(state) == []
    assert state["refusal"] == {"message": "Attendez.", "until": 9000, "text": "moi"}


def test_words_wait_while_the_store_is_away(reduce: Reduce) -> None:
    away = {"type": "refused", "ref": "a", "code": "store_away", "message": "…", "retry_after": 1}
    state = reduce(welcome(), asked("a", "moi"), away, {"type": "error", "code": "store_away", "message": "…"})
    assert refs(state) == ["a"]
    assert not state["store"]
    assert reduce(
        welcome(), {"type": "error", "code": "store_away", "message": "…"}, {"type": "notice", "code": "store_back"}
    )["store"]


def test_presence_adds_and_takes_away(reduce: Reduce) -> None:
    joined = {"type": "presence", "present": 3, "joined": [OTTER, HERON]}
    state = reduce(welcome(), joined, {"type": "presence", "present": 2, "left": ["otter"]})
    assert state["present"] == 2
    assert [member["id"] for member in state["members"]] == ["heron"]


def test_messages_are_counted_while_one_reads_back(reduce: Reduce) -> None:
    state = reduce(welcome(), {"type": "reading", "away": True}, said(1), said(2), said(3, "moi", HERON))
    assert state["newer"] == 2


def test_ignored_person_is_not_counted(reduce: Reduce) -> None:
    ignoring = {"type": "ignoring", "author": "otter", "on": True}
    assert reduce(welcome(), ignoring, {"type": "reading", "away": True}, said(1))["newer"] == 0


def test_page_keeps_a_bounded_number_of_messages(reduce: Reduce) -> None:
    state = reduce(welcome(), *(said(n) for n in range(1, 602)))
    assert len(state["messages"]) == 400
    assert (state["first"], state["older"]["more"]) == (202, True)


def test_ended_session_leads_back_to_the_entrance(reduce: Reduce) -> None:
    state = reduce(welcome(said(1)), {"type": "stopped", "code": 4502})
    assert not state["inside"]
    assert state["epoch"] is None


def test_writing_waits_while_the_disk_is_full(page_silence: Callable[..., str | None]) -> None:
    assert page_silence(welcome()) is None
    assert page_silence(welcome(), {"type": "notice", "code": "read_only"}) == "read_only"
    assert (
        page_silence(welcome(), {"type": "notice", "code": "read_only"}, {"type": "notice", "code": "writable"}) is None
    )


def test_writing_waits_where_the_phase_allows_none(page_silence: Callable[..., str | None]) -> None:
    phase = {"type": "phase", "offset": 1, "at": 1, "state": "paused", "may": {"facilitator": ["message"]}}
    assert page_silence(welcome(), phase) == "paused"


@pytest.fixture
def page_silence(bench: Visitor) -> Callable[..., str | None]:
    """Why one cannot write after these events."""

    def run(*events: Event) -> str | None:
        code = "({ apply, initial, silence }, events) => silence(events.reduce(apply, initial))"
        why: str | None = bench.run("room/state", code, list(events))
        return why

    return run


def held(ref: str = "a", message: str = "h1") -> Event:
    return {"type": "held", "ref": ref, "id": message, "case": "r~1", "why": ["phone"]}


def decided(verdict: str, **facts: Any) -> Event:
    notice = {"type": "notice", "code": "decided", "message": "h1", "case": "r~1", "verdict": verdict, "receipt": "rec"}
    return {**notice, "reason": "details", "appealed": False, **facts}


def test_held_words_are_on_their_way_no_more_and_stay_in_sight(reduce: Reduce) -> None:
    state = reduce(welcome(), asked("a", "06"), held(), held())
    assert refs(state) == []
    (kept,) = state["held"]
    assert (kept["id"], kept["text"], kept["why"]) == ("h1", "06", ["phone"])


def test_held_words_are_known_again_by_the_next_welcome_alone(reduce: Reduce) -> None:
    pending = {"id": "h2", "case": "r~2", "text": "07", "at": 5, "why": ["phone"]}
    again = welcome()
    again["you"]["pending"] = [pending]
    assert reduce(welcome(), asked("a", "06"), held(), again)["held"] == [pending]


def test_held_words_that_are_published_take_nothing_else_away(reduce: Reduce) -> None:
    state = reduce(welcome(), asked("a", "06"), held(), asked("b", "06"), said(1, "06", HERON, id="h1"))
    assert (state["held"], refs(state), offsets(state)) == ([], ["b"], [1])


def test_held_words_are_taken_back_once_that_is_answered(reduce: Reduce) -> None:
    asking = {"type": "asking", "ref": "w", "frame": {"type": "withdraw", "message": "h1"}}
    events = (welcome(), asked("a", "06"), held(), asking)
    assert len(reduce(*events)["held"]) == 1
    assert reduce(*events, {"type": "accepted", "ref": "w", "id": "h1"})["held"] == []


def test_a_decision_takes_the_place_of_what_was_held_and_keeps_its_words(reduce: Reduce) -> None:
    state = reduce(welcome(), asked("a", "06"), held(), decided("remove"), decided("remove"))
    assert state["held"] == []
    (decision,) = state["decisions"]
    assert (decision["text"], decision["reason"], decision["dated"]) == ("06", "details", True)


def test_of_two_decisions_on_one_message_the_newer_counts(reduce: Reduce) -> None:
    upheld = decided("uphold", case="r~2", receipt="", reason="upheld")
    (decision,) = reduce(welcome(), asked("a", "06"), held(), decided("remove"), upheld)["decisions"]
    assert (decision["verdict"], decision["text"]) == ("uphold", "06")


def test_a_contested_decision_cannot_be_contested_again(reduce: Reduce) -> None:
    appeal = {"type": "asking", "ref": "c", "frame": {"type": "appeal", "case": "r~1", "text": "non"}}
    answer = {"type": "accepted", "ref": "c"}
    (decision,) = reduce(welcome(), asked("a", "06"), held(), decided("remove"), appeal, answer)["decisions"]
    assert (decision["appealed"], decision["receipt"]) == (True, "")


def test_what_was_removed_is_said_again_when_that_is_undone(reduce: Reduce) -> None:
    gone = {"type": "withdrawn", "offset": 2, "at": 1, "message": "m1", "by": "moderation"}
    state = reduce(welcome(said(1, "oui")), gone, said(3, "oui", id="m1"))
    assert [(message["offset"], message.get("withdrawn")) for message in state["messages"]] == [(3, None)]
    old = reduce(
        welcome(said(1, "oui")),
        gone,
        {"type": "lookingBack", "ref": "h"},
        {"type": "accepted", "ref": "h", "events": [said(1, "oui")]},
    )
    assert old["messages"][0]["withdrawn"] == "moderation"


def test_a_question_keeps_the_ref_until_it_is_sent_all_the_same(reduce: Reduce) -> None:
    question = {"type": "asked", "ref": "a", "found": [{"kind": "name", "span": [0, 5]}]}
    before = reduce(welcome(), asked("a", "Julie"), question)
    assert (refs(before), before["question"]["ref"]) == ([], "a")
    sure = reduce(welcome(), asked("a", "Julie"), question, {"type": "sure"})
    assert sure["question"] is None
    assert sure["sending"][0]["ref"] == "a"
    assert sure["sending"][0]["frame"] == {"type": "say", "text": "Julie", "sure": True}
    assert reduce(welcome(), asked("a", "Julie"), question, {"type": "unasked"})["question"] is None


@pytest.mark.parametrize("first", ["resources", "accepted"])
def test_help_finds_the_message_that_it_answers(reduce: Reduce, first: str) -> None:
    resources = {"type": "notice", "code": "resources", "crisis": "self", "on_duty": True, "ref": "a"}
    accepted = {"type": "accepted", "ref": "a", "id": "m1", "offset": 1}
    answers = [resources, accepted] if first == "resources" else [accepted, resources]
    assert reduce(welcome(), asked("a", "aïe"), *answers)["help"] == {
        "ref": "a",
        "id": "m1",
        "crisis": "self",
        "duty": True,
    }
    assert reduce(welcome(), asked("a", "aïe"), *answers, {"type": "helped"})["help"] is None


def test_a_word_that_a_welcome_repeats_is_one_word(reduce: Reduce) -> None:
    word = {"type": "word", "from": "Aurore", "text": "Je vous lis.", "at": 9}
    assert len(reduce(welcome(), word, welcome(), word)["words"]) == 1


def test_a_word_is_counted_as_new_while_one_reads_further_up(reduce: Reduce) -> None:
    word = {"type": "word", "from": "Aurore", "text": "Je vous lis.", "at": 9}
    assert reduce(welcome(), word)["newer"] == 0
    assert reduce(welcome(), {"type": "reading", "away": True}, word, word)["newer"] == 1


def test_a_report_is_known_once_answered_and_its_outcome_after(reduce: Reduce) -> None:
    report = {"type": "asking", "ref": "s", "frame": {"type": "report", "message": "m1", "reason": "attack"}}
    outcome = {"type": "notice", "code": "report_outcome", "message": "m1", "verdict": "dismiss"}
    assert reduce(welcome(said(1)), report)["reported"] == {}
    assert reduce(welcome(said(1)), report, {"type": "accepted", "ref": "s", "id": "m1"})["reported"] == {"m1": "sent"}
    assert reduce(welcome(said(1)), report, {"type": "accepted", "ref": "s"}, outcome)["reported"] == {"m1": "dismiss"}
