"""
What the fields of frames are made of, each with its bounds and its meaning.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

Ref = Annotated[
    str, Meta(min_length=1, max_length=64, description="names a request; answered once, however often it is sent")
]
Id = Annotated[str, Meta(min_length=1, max_length=32, description="names a message, or an author in one room")]
CaseId = Annotated[
    str, Meta(min_length=1, max_length=80, description="names a case: something for moderators to look at")
]
Offset = Annotated[int, Meta(ge=0, description="place of an event in the room's one order")]
Seconds = Annotated[int, Meta(description="seconds since 1970, UTC")]
Hue = Annotated[int, Meta(ge=0, le=7, description="which of the eight colours of names")]
Face = Literal["mask", "name"]
Role = Literal["facilitator", "moderator", "organiser", "admin"]
Kind = Literal["message"]
State = Literal["announced", "welcoming", "open", "last_call", "paused", "closed"]
