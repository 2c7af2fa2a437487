"""
Every frame that a member's browser and the server exchange, as msgspec structs.

JSON text frames over WebSocket, subprotocol :data:`SUBPROTOCOL`, one object each, tagged by ``type``. What comes in is decoded by
one typed decoder into the union :data:`Inward`, and unknown types or fields are refused; what goes out is built from the union
:data:`Outward`. Offsets count the numbered events of one room from 1, times are whole seconds since 1970, durations are seconds.

To add a frame: write its struct in ``inward`` or ``outward``, add it to the union there and to the names here, answer it in
``chat/rooms/requests.py`` (mypy tells where), and run ``python -m chat.protocol_page > docs/protocol.md``. Its fields are made of
``words``; ``coding`` makes frames of bytes, and bytes of frames.
"""

from chat.protocol.coding import decode, encode, unnumbered
from chat.protocol.inward import Appeal, Hello, History, Inbound, Inward, Report, Say, Since, Withdraw
from chat.protocol.outward import (
    Accepted,
    Asked,
    Author,
    Error,
    Held,
    Named,
    Notice,
    Outbound,
    Outward,
    Pending,
    Phase,
    Place,
    Presence,
    Refused,
    Said,
    Void,
    Welcome,
    Withdrawn,
    Word,
    You,
)
from chat.protocol.words import Role, State

SUBPROTOCOL = "sansmasque.1"

__all__ = [
    "SUBPROTOCOL",
    "Accepted",
    "Appeal",
    "Asked",
    "Author",
    "Error",
    "Held",
    "Hello",
    "History",
    "Inbound",
    "Inward",
    "Named",
    "Notice",
    "Outbound",
    "Outward",
    "Pending",
    "Phase",
    "Place",
    "Presence",
    "Refused",
    "Report",
    "Role",
    "Said",
    "Say",
    "Since",
    "State",
    "Void",
    "Welcome",
    "Withdraw",
    "Withdrawn",
    "Word",
    "You",
    "decode",
    "encode",
    "unnumbered",
]
