"""2,000 members who listen to a silent room: the memory each of them takes."""

from __future__ import annotations

import time

from loadtests.cases.case import Case, Figures, Goal, Length
from loadtests.load import attending
from loadtests.servers import Server

ROOMS, MEMBERS = 100, 20


def run(server: Server, length: Length) -> Figures:
    before, kept = server.rss_kib(), server.store_kib()
    with attending(server, ROOMS, MEMBERS):
        time.sleep(length.warm + 1)  # what an opening leaves behind is collected, a coalesced presence said
        count = ROOMS * MEMBERS
        return {"server": (server.rss_kib() - before) / count, "store": (server.store_kib() - kept) / count}


CASE = Case(
    name="idle",
    title="Memory per idle member",
    units={"server": "KiB", "store": "KiB"},
    run=run,
    against=("socket.io", "starlette", "ws", "websockets", "direct"),
    goals=(Goal("server", most=0.45, than="socket.io"), Goal("server", most=0.30, than="starlette")),
    note=(
        "Resident memory with 2,000 members in 100 rooms less that of the same server before, by the number of members. "
        "Ours also remembers a session for each, in its store. What the kernel keeps for a socket is in no figure."
    ),
)
