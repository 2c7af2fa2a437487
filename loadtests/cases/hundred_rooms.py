"""A hundred rooms of 50 members, one message in flight in each."""

from __future__ import annotations

from loadtests.cases.case import Case, Figures, Goal, Length
from loadtests.load import flows, window
from loadtests.servers import Server

ROOMS, MEMBERS = 100, 50


def run(server: Server, length: Length) -> Figures:
    (flow,) = flows(server, ROOMS, MEMBERS, window(1, 1, length.warm, length.measured))
    return {"W=1 in each": flow.speed, "cost": flow.cost, "busy": flow.busy * 100}


CASE = Case(
    name="hundred-rooms",
    title="100 rooms of 50 members",
    units={"W=1 in each": "thousand deliveries/s", "cost": "µs of a core", "busy": "% of a core"},
    run=run,
    against=("direct", "coalesced", "nchan+redis", "socket.io+redis"),
    goals=(
        Goal("W=1 in each", least=3.5, than="socket.io+redis"),
        Goal("W=1 in each", least=1.8, than="nchan+redis"),
    ),
    note="Small rooms: what a message costs before it is written to anyone. The references have no bus, the others do.",
)
