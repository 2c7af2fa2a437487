"""One room of 1,000 members, with one message in flight and with sixteen."""

from __future__ import annotations

from loadtests.cases.case import Case, Figures, Goal, Length
from loadtests.load import flows, window
from loadtests.servers import Server

MEMBERS = 1_000


def run(server: Server, length: Length) -> Figures:
    warm, measured = length.warm, length.measured
    steps = (window(1, 1, warm, measured), window(16, 1, warm, measured), window(16, 16, warm, measured / 2))
    alone, sixteen, chorus = flows(server, 1, MEMBERS, *steps)
    return {
        "W=1": alone.speed,
        "W=16": sixteen.speed,
        "W=16, 16 speak": chorus.speed,
        "cost, W=1": alone.cost,
        "cost, W=16": sixteen.cost,
        "busy": max(alone.busy, sixteen.busy) * 100,
    }


CASE = Case(
    name="one-room",
    title="One room of 1,000 members",
    units={
        "W=1": "thousand deliveries/s",
        "W=16": "thousand deliveries/s",
        "W=16, 16 speak": "thousand deliveries/s",
        "cost, W=1": "µs of a core",
        "cost, W=16": "µs of a core",
        "busy": "% of a core",
    },
    run=run,
    against=(
        "direct",
        "coalesced",
        "nchan",
        "ws",
        "websockets",
        "socket.io",
        "starlette",
        "nchan+redis",
        "socket.io+redis",
    ),
    goals=(
        Goal("W=1", least=0.90, than="direct"),
        Goal("W=1", least=1.6, than="socket.io"),
        Goal("W=1", least=1.3, than="ws"),
        Goal("W=1", least=1.1, than="nchan"),
        Goal("W=16", least=0.65, than="coalesced"),
        Goal("W=16", least=8, than="direct"),
        Goal("W=16", least=10, than="socket.io+redis"),
        Goal("W=16", least=8, than="nchan+redis"),
    ),
    note=(
        "W messages are in flight at any moment, said by one member or by sixteen; one is in flight until the last of the "
        "1,000 has it. W=1 is the cost of a write for each member; W=16 shows who writes once for several messages. Ours "
        "goes through its store and its checks in all."
    ),
)
