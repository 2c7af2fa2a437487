"""
Between frames and their bytes.
"""

from __future__ import annotations

import msgspec

from chat.errors import Complaint
from chat.protocol.inward import Inward
from chat.protocol.outward import Outward, Said, Withdrawn

_inward: msgspec.json.Decoder[Inward] = msgspec.json.Decoder(Inward)
_encoder = msgspec.json.Encoder()


def decode(text: bytes | str) -> Inward:
    """
    Read one frame from a member.

    Raises:
        Complaint: It is not JSON, not of a known type, or has a field that is unknown, missing or out of bounds.
    """
    try:
        return _inward.decode(text)
    except msgspec.ValidationError as exc:
        raise Complaint("frame_invalid") from exc
    except (msgspec.DecodeError, RecursionError) as exc:
        raise Complaint("frame_unreadable") from exc


def encode(frame: Outward) -> bytes:
    """Write one frame to a member, as JSON in UTF-8."""
    return _encoder.encode(frame)


def unnumbered(event: Said | Withdrawn) -> tuple[bytes, bytes]:
    """
    Split an event around its ``offset`` and ``at``, which the store fills in when it gives the event its place.

    Returns the bytes before the offset and those after the time; ``event`` carries zeros there.
    """
    head, _, tail = encode(event).partition(b'0,"at":0')
    return head, tail
