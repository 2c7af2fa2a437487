"""30 of 1,000 members stop reading: what do the others notice, what does it cost, what do the 30 miss?"""

from __future__ import annotations

import asyncio

from loadtests.cases.case import BASELINE, Case, Figures, Goal, Length
from loadtests.cases.sleepers import Sleeper, missed, sleepers
from loadtests.load import flows, rate
from loadtests.servers import Server

MEMBERS, STALLED, MESSAGES = 1_000, 30, 105
SECONDS = 3  # beyond a run's length: until the kernel's buffers of those who don't read are full


def run(server: Server, length: Length) -> Figures:
    """Let 970 members talk while 30 sleep, then wake these and see that nothing is missing."""
    with asyncio.Runner() as runner:
        asleep: list[Sleeper] = runner.run(sleepers(server.port, STALLED))
        before = server.rss_kib()
        # The loop of the 30 stands still meanwhile: nothing reads for them.
        figures = _talk(server, MEMBERS - STALLED, length)
        grown = (server.rss_kib() - before) / 1024
        gaps, back = runner.run(missed(asleep))
    return {**figures, "memory grown": grown, "not back": STALLED - back, "missed": gaps}


def run_without(server: Server, length: Length) -> Figures:
    before = server.rss_kib()
    figures = _talk(server, MEMBERS, length)
    return {**figures, "memory grown": (server.rss_kib() - before) / 1024}


def _talk(server: Server, members: int, length: Length) -> Figures:
    (flow,) = flows(server, 1, members, rate(MESSAGES, length.warm + SECONDS, length.measured))
    return {"p50": flow.p50_ms, "p99": flow.p99_ms}


CASE = Case(
    name="stalled",
    title="30 of 1,000 members stop reading",
    units={"p50": "ms", "p99": "ms", "memory grown": "MiB", "not back": "members", "missed": "messages"},
    run=run,
    against=(),
    goals=(
        Goal("p99", most=1.5, than=BASELINE),
        Goal("memory grown", most=64),
        Goal("not back", most=0),
        Goal("missed", most=0),
    ),
    note=(
        "The baseline is ours with 1,000 members who all read. The 30 are few, so a client in Python plays them. They come "
        "back with `since`; a message is missed when its offset is in none of what they read before, in `welcome` or after."
    ),
    baseline=run_without,
)
