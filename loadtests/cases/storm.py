"""1,000 members are cut off and come back at once, while one of them goes on speaking."""

from __future__ import annotations

from loadtests.cases.case import Case, Figures, Goal, Length
from loadtests.load import storm, stormed
from loadtests.servers import Server

MEMBERS, MESSAGES, ABSENT_SECONDS = 1_001, 20, 0.5


def run(server: Server, length: Length) -> Figures:
    step = stormed(server, MEMBERS, storm(MESSAGES, ABSENT_SECONDS))
    return {
        "time": step.seconds,
        "not back": MEMBERS - 1 - step.back,
        "not recovered": MEMBERS - 1 - step.recovered,
        "lost": step.lost,
        "doubled": step.doubled,
    }


CASE = Case(
    name="storm",
    title="1,000 members reconnect at once",
    units={
        "time": "s",
        "not back": "members",
        "not recovered": "members",
        "lost": "deliveries",
        "doubled": "deliveries",
    },
    run=run,
    against=("socket.io", "socket.io+redis"),
    goals=(
        Goal("not back", most=0),
        Goal("not recovered", most=0),
        Goal("lost", most=0),
        Goal("doubled", most=0),
        Goal("time", most=1, than="socket.io"),
    ),
    note=(
        "Cut without a closing handshake; 20 messages a second go on being said; back after half a second, all at once. A "
        "delivery is lost when a member never gets a message said while it was there or away. socket.io recovers nothing "
        "here: its recovery of connections does not work with the adapter that several processes need."
    ),
)
