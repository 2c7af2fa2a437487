"""What pairs of runs come to."""

from __future__ import annotations

from loadtests.cases import CASES
from loadtests.cases.case import BASELINE, Goal
from loadtests.pairs import Comparison, Pair, Spread, rivals, spread, verdict
from loadtests.peers import PEERS


def comparison(rival: str, *measured: tuple[float, float]) -> Comparison:
    return Comparison(rival, [Pair({"rate": ours}, {"rate": theirs}) for ours, theirs in measured])


def test_ratio_is_taken_within_each_pair() -> None:
    # The machine slowed down to a tenth between the pairs; neither median of the two sides would say 2.
    assert comparison("ws", (200, 100), (20, 10), (22, 10)).ratio("rate") == Spread(2.0, 2.0, 2.2)


def test_ratio_to_nothing_is_unknown() -> None:
    assert comparison("ws", (200, 0)).ratio("rate") is None


def test_spread_of_nothing_is_unknown() -> None:
    assert spread([None, None]) is None


def test_goal_beside_a_peer_that_is_absent_is_not_measured() -> None:
    assert verdict(Goal("rate", least=1, than="nchan"), [comparison("ws", (2, 1))]) is None


def test_goal_without_a_peer_bounds_our_own_figure() -> None:
    goal = Goal("rate", most=0)
    assert verdict(goal, [comparison("ws", (0, 5)), comparison("direct", (1, 5))]) == Spread(0.5, 0, 1)


def test_goals_name_what_their_case_measures() -> None:
    known = {BASELINE, *(peer.name for peer in PEERS)}
    for case in CASES:
        assert set(case.against) <= known
        for goal in case.goals:
            assert goal.figure in case.units
            assert goal.than is None or goal.than in rivals(case, (), goals_only=False)
