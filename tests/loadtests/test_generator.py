"""The load itself, beside the least of servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from loadtests.load import attending, flows, opened, rate, stormed, window
from loadtests.load import storm as storm_step
from loadtests.peers import named
from loadtests.servers import Server, serving


@pytest.fixture(params=["direct", "coalesced", "websockets"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with serving(named(request.param)) as server:
        yield server


def test_flow_loses_nothing(server: Server) -> None:
    alone, four, steady = flows(server, 3, 7, window(1, 1, 0, 0.2), window(4, 2, 0, 0.2), rate(50, 0, 0.4))
    for step in (alone, four):
        # Those in flight at either end of the measure are delivered in part: at most a window for each room.
        assert abs(step.deliveries - step.messages * 7) <= 3 * step.window * 7
    assert 15 <= steady.messages <= 25
    assert 0 < steady.p50_ms <= steady.p99_ms <= steady.most_ms * 1.02


def test_members_come_in(server: Server) -> None:
    assert opened(server, 2, 50).members == 100


def test_members_stay_while_they_attend(server: Server) -> None:
    with attending(server, 1, 10):
        assert flows(server, 2, 2, window(1, 1, 0, 0.1))


def test_storm_counts_what_a_server_without_history_loses() -> None:
    with serving(named("coalesced")) as server:
        step = stormed(server, 5, storm_step(50, 0.2))
    assert step.recovered == 0
    assert step.lost >= 4 * 5  # 0.2 s at 50 messages a second, less than one in two counted
    assert step.doubled == 0
