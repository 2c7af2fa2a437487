"""
What the console knows: its reducer and what may be decided, run where they run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.visitor import Visitor

State = dict[str, Any]
Event = dict[str, Any]
Reduce = Callable[..., State]

ME = {"type": "me", "me": {"name": "Aurore M.", "role": "moderator", "may": ["judge"]}}


@pytest.fixture
def reduce(bench: Visitor) -> Reduce:
    """Apply events in their order to the initial state, as Aurore M."""

    def run(*events: Event) -> State:
        code = "({ apply, initial }, events) => events.reduce((state, event) => apply(state, { now: 1000, ...event }), initial)"
        state: State = bench.run("console/state", code, [ME, *events])
        return state

    return run


@pytest.fixture
def judging(bench: Visitor) -> Callable[..., Any]:
    """Call a function of the module that says what may be decided."""

    def run(name: str, *args: Any) -> Any:
        return bench.run("console/judging", f"({{ {name} }}, args) => {name}(...args)", list(args))

    return run


def case(id: str, kind: str = "held", opened_at: int = 0, version: int = 1, **facts: Any) -> Event:
    author = {"id": "a", "name": "Loutre tenace", "hue": 2, "face": "mask"}
    return {
        "id": id,
        "kind": kind,
        "opened_at": opened_at,
        "version": version,
        "author": author,
        "findings": [],
        **facts,
    }


def asking(queue: str = "all") -> Event:
    return {"type": "asking", "queue": queue, "q": ""}


def page(*cases: Event, queue: str = "all", **facts: Any) -> Event:
    return {"type": "page", "queue": queue, "q": "", "cases": list(cases), **facts}


def frame(change: str, found: Event) -> Event:
    return {"type": "case", "change": change, "case": found}


def opened(id: str) -> Event:
    return {"type": "open", "id": id}


def ids(state: State) -> list[str]:
    return [row["id"] for row in state["list"]["rows"]]


THREE = (asking(), page(case("a", opened_at=1), case("b", opened_at=2), case("c", opened_at=3)))


def test_a_case_takes_its_place_by_urgency_then_weight_then_age(reduce: Reduce) -> None:
    come = [
        case("held-late", opened_at=9),
        case("appeal", "appeal"),
        case("light", "reported", 1, weight=1),
        case("heavy", "reported", 5, weight=3),
        case("look", "second_look"),
        case("cry", "distress", 99),
        case("held-early", opened_at=8),
    ]
    state = reduce(asking(), page(), *(frame("opened", found) for found in come))
    assert ids(state) == ["cry", "heavy", "light", "held-early", "held-late", "look", "appeal"]


def test_a_queue_shows_its_own_cases_alone(reduce: Reduce) -> None:
    state = reduce(
        asking("appeals"),
        page(queue="appeals"),
        frame("opened", case("a", "appeal")),
        frame("opened", case("b")),
        frame("opened", case("c", "appeal", decided={"by": "Idriss B.", "at": 1})),
    )
    assert ids(state) == ["a"]


def test_what_stands_beyond_the_last_page_comes_with_its_own(reduce: Reduce) -> None:
    first = (asking(), page(case("a", opened_at=1), case("b", opened_at=5), cursor="2"))
    beyond = reduce(*first, frame("opened", case("z", opened_at=9)), frame("opened", case("m", opened_at=3)))
    assert ids(beyond) == ["a", "m", "b"]
    rest = page(case("n", opened_at=7), case("z", opened_at=9), after="2")
    assert ids(reduce(*first, frame("opened", case("z", opened_at=9)), rest)) == ["a", "b", "n", "z"]


def test_what_is_told_while_a_page_is_on_its_way_is_not_lost_by_it(reduce: Reduce) -> None:
    done = case("b", opened_at=2, version=2, decided={"by": "Idriss B.", "at": 1})
    state = reduce(
        asking(),
        frame("opened", case("m", opened_at=3)),
        frame("decided", done),
        page(case("a", opened_at=1), case("b", opened_at=2), case("c", opened_at=4)),
    )
    assert ids(state) == ["a", "m", "c"]


def test_a_page_that_comes_after_one_turned_away_is_not_shown(reduce: Reduce) -> None:
    assert ids(reduce(asking(), asking("held"), page(case("a")))) == []


def test_a_frame_older_than_an_answer_changes_nothing(reduce: Reduce) -> None:
    claimed = {"type": "claimed", "id": "a", "version": 3, "lease_until": 1120}
    state = reduce(*THREE, claimed, frame("released", case("a", opened_at=1, version=2)))
    assert state["list"]["rows"][0]["claimed_by"] == "Aurore M."


def test_a_case_decided_by_another_stays_before_ones_eyes_with_what_was_typed(reduce: Reduce) -> None:
    done = {"by": "Idriss B.", "at": 900, "verdict": "remove", "reason": "threat"}
    state = reduce(
        *THREE,
        opened("b"),
        {"type": "draft", "id": "b", "words": "Je voulais dire"},
        frame("decided", case("b", opened_at=2, version=2, decided=done)),
    )
    assert ids(state) == ["a", "c"]
    assert state["card"]["id"] == "b"
    assert state["card"]["conflict"] == {"code": "already_decided", **done}
    assert state["drafts"]["b"]["words"] == "Je voulais dire"


def test_a_case_that_is_gone_is_said_to_be_and_what_is_left_out_is_nothing(reduce: Reduce) -> None:
    bare = {"id": "d", "kind": "held", "opened_at": 4, "version": 1}
    state = reduce(*THREE, frame("opened", bare), opened("b"), {"type": "case", "change": "gone", "id": "b"})
    assert ids(state) == ["a", "c", "d"]
    assert state["list"]["rows"][2]["findings"] == []
    assert state["card"]["conflict"] == {"code": "gone"}


def test_a_case_taken_over_by_another_says_by_whom_until_it_is_free(reduce: Reduce) -> None:
    mine = {"type": "claimed", "id": "b", "version": 2, "lease_until": 1120}
    taken = frame("claimed", case("b", opened_at=2, version=3, claimed_by="Idriss B.", lease_until=1200))
    state = reduce(*THREE, opened("b"), mine, taken)
    assert state["card"]["conflict"] == {"code": "already_claimed", "by": "Idriss B."}
    free = reduce(*THREE, opened("b"), mine, taken, frame("released", case("b", opened_at=2, version=4)))
    assert free["card"]["conflict"] is None


def test_once_a_case_is_settled_the_next_is_before_ones_eyes(reduce: Reduce) -> None:
    def settled(*ids: str) -> Event:
        results = [{"id": id, "version": 2, "undo_until": 1030} for id in ids]
        return {"type": "settled", "results": results, "verdict": "remove", "name": "Loutre tenace"}

    assert reduce(*THREE, opened("b"), settled("b"))["card"]["id"] == "c"
    assert reduce(*THREE, opened("c"), settled("c"))["card"]["id"] == "b"
    assert reduce(*THREE, opened("b"), settled("a", "b", "c"))["card"] is None
    state = reduce(*THREE, opened("b"), settled("b"))
    assert state["undo"] == {"ids": ["b"], "until": 1030, "verdict": "remove", "name": "Loutre tenace"}


def test_of_several_those_that_were_refused_stay_picked(reduce: Reduce) -> None:
    results = [{"id": "a", "version": 2, "undo_until": 1030}, {"id": "b", "code": "already_claimed", "by": "Idriss B."}]
    picks = [{"type": "pick", "id": "a", "on": True}, {"type": "pick", "id": "b", "on": True}]
    state = reduce(*THREE, *picks, {"type": "settled", "results": results, "verdict": "remove", "name": None})
    assert (ids(state), state["picked"], state["undo"]["ids"]) == (["b", "c"], ["b"], ["a"])


def test_picking_to_a_row_takes_all_between(reduce: Reduce) -> None:
    state = reduce(*THREE, {"type": "pick", "id": "c", "on": True}, {"type": "pickTo", "id": "a"})
    assert sorted(state["picked"]) == ["a", "b", "c"]


def test_notes_come_again_after_a_loss_and_are_said_once(reduce: Reduce) -> None:
    counts, note = {"type": "counts", "counts": {}}, {"type": "note", "by": "Idriss B.", "text": "Bonsoir", "at": 1}
    again = reduce(
        {"type": "opening"}, counts, note, {"type": "waiting", "until": 1}, {"type": "opening"}, counts, note
    )
    assert len(again["notes"]) == 1
    assert not again["link"]["lost"]
    assert len(reduce({"type": "opening"}, counts, note, counts)["notes"]) == 1
    assert len(reduce({"type": "opening"}, counts, *[note] * 60)["notes"]) == 50


def test_spans_count_code_points_and_an_attack_is_drawn_over_what_identifies(judging: Callable[..., Any]) -> None:
    findings = [
        {"category": "private", "kind": "name", "spans": [[2, 7]]},
        {"category": "threat", "kind": "", "spans": [[5, 9]]},
    ]
    assert judging("segments", "😀 Morel meurt", findings) == [
        {"text": "😀 ", "found": None},
        {"text": "Mor", "found": "private"},
        {"text": "el m", "found": "attack"},
        {"text": "eurt", "found": None},
    ]
    assert judging("quoted", "😀 Morel meurt", findings[0]) == ["Morel"]


def test_a_cry_for_help_and_an_appeal_touch_nobody(judging: Callable[..., Any]) -> None:
    assert judging("proposal", case("a", "distress"), {"verdict": "dismiss", "person": "mute"})["person"] == "none"
    assert judging("proposal", case("a", "appeal"), {"verdict": "uphold", "person": "mute"})["person"] == "none"
    assert judging("verdicts", case("a", "distress")) == ["remove", "dismiss", "escalate"]


def test_the_reason_is_suggested_by_members_first_then_by_what_was_found(judging: Callable[..., Any]) -> None:
    found = case("a", "reported")
    found["findings"] = [{"category": "private", "kind": "phone"}, {"category": "threat"}]
    draft = {"verdict": "remove"}
    assert judging("proposal", found, draft)["reason"] == "threat"
    reports = [{"reason": "hate"}, {"reason": "identity"}, {"reason": "identity"}]
    assert judging("proposal", found, draft, {"reports": reports})["reason"] == "identity"
    assert judging("proposal", case("a"), draft)["reason"] is None


def test_what_is_missing_is_named_in_its_order(judging: Callable[..., Any]) -> None:
    assert judging("missing", {"verdict": None, "reason": None, "words": ""}) == "verdict"
    assert judging("missing", {"verdict": "remove", "reason": None, "words": ""}) == "reason"
    assert judging("missing", {"verdict": "remove", "reason": "other", "words": " "}) == "words"
    assert judging("missing", {"verdict": "remove", "reason": "hate", "words": ""}) is None


def test_an_exclusion_for_good_is_asked_for_without_minutes(judging: Callable[..., Any]) -> None:
    draft = {"verdict": "remove", "reason": "hate", "person": "exclude", "minutes": 0, "words": " "}
    assert judging("request", draft, 4) == {
        "version": 4,
        "verdict": "remove",
        "reason": "hate",
        "sanction": {"kind": "exclude"},
    }
    assert judging("request", {**draft, "minutes": 60}, 4)["sanction"] == {"kind": "exclude", "minutes": 60}
