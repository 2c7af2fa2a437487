"""
What is counted, for operators: totals, never anything about a person. Labels are codes of ours, a closed list.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge

MESSAGES: Final = Counter("sansmasque_messages_accepted", "Messages accepted, those sent again included.")
REFUSED: Final = Counter("sansmasque_requests_refused", "Requests refused, by code.", ["code"])
CLOSED: Final = Counter("sansmasque_connections_closed", "Connections closed by the server, by reason.", ["reason"])
CONNECTIONS: Final = Gauge("sansmasque_connections", "Open connections.")
ROOMS: Final = Gauge("sansmasque_rooms_live", "Rooms that somebody is in, or was until lately.")
FAILED: Final = Counter(
    "sansmasque_rooms_failed", "Times that a room was given up, and opened anew, for a fault of ours."
)
GAPS: Final = Counter("sansmasque_gaps_filled", "Times that events were missed on the bus and read from history.")
ERASURE_WAITS: Final = Gauge(
    "sansmasque_erasure_waits_seconds",
    "How long something erased has been waiting to be left out of the store's files.",
)
