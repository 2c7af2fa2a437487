"""4,000 members arrive, 64 of them on the way at any moment."""

from __future__ import annotations

from loadtests.cases.case import Case, Figures, Goal, Length
from loadtests.load import opened
from loadtests.servers import Server

ROOMS, MEMBERS = 100, 40


def run(server: Server, length: Length) -> Figures:
    step = opened(server, ROOMS, MEMBERS)
    return {"members in": step.members / step.seconds, "cost": step.served / step.members * 1e6}


CASE = Case(
    name="handshakes",
    title="Handshakes",
    units={"members in": "a second", "cost": "µs of a core"},
    run=run,
    against=("socket.io", "socket.io+redis", "ws", "starlette"),
    goals=(Goal("members in", least=1.1, than="socket.io"),),
    note=(
        "From the connection until the member is in the room: for ours the `welcome`, with a session made and kept on disk; "
        "for socket.io its `connected`; for the others the end of the WebSocket handshake."
    ),
)
