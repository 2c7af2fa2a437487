"""105 messages a second to 1,000 members: how long until a member has one."""

from __future__ import annotations

from loadtests.cases.case import Case, Figures, Goal, Length
from loadtests.load import flows, rate
from loadtests.servers import Server

MEMBERS, MESSAGES = 1_000, 105


def run(server: Server, length: Length) -> Figures:
    (flow,) = flows(server, 1, MEMBERS, rate(MESSAGES, length.warm, length.measured))
    return {"p50": flow.p50_ms, "p99": flow.p99_ms}


CASE = Case(
    name="latency",
    title="105 messages a second to 1,000 members",
    units={"p50": "ms", "p99": "ms"},
    run=run,
    against=("coalesced", "direct", "socket.io+redis"),
    goals=(Goal("p99", most=1.5, than="coalesced"),),
    note=(
        "From the moment a message was due to be said until each member has it, so that a server that falls behind is not "
        "spared by a load that waits for it."
    ),
)
