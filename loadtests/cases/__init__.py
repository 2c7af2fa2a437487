"""The cases, from one room to everyone at once. To add one: a file here that makes a ``CASE``, and its place in ``CASES``."""

from __future__ import annotations

from loadtests.cases import handshakes, hundred_rooms, idle, latency, one_room, stalled, storm
from loadtests.cases.case import Case

CASES: tuple[Case, ...] = (
    # Speaking
    one_room.CASE,
    hundred_rooms.CASE,
    latency.CASE,
    # Being there
    idle.CASE,
    handshakes.CASE,
    # When the network fails
    stalled.CASE,
    storm.CASE,
)
