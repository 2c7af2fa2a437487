"""Frames written by hand, read by a WebSocket library."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from chat.rooms.outbox import text_frame


def parse(stream: bytes) -> list[Frame]:
    """Read server's frames until the stream is empty."""
    reader, frames = StreamReader(), list[Frame]()
    reader.feed_data(stream)
    while reader.buffer:
        parsing = Frame.parse(reader.read_exact, mask=False)
        try:
            next(parsing)
        except StopIteration as whole:
            frames.append(whole.value)
    return frames


BOUNDS = st.sampled_from([0, 1, 125, 126, 127, 65_535, 65_536, 65_537]).map(bytes)


@given(st.lists(st.binary(max_size=300) | BOUNDS, max_size=5))
@example([bytes(2**20)])
def test_text_frame_is_read_as_it_was_meant(payloads: list[bytes]) -> None:
    frames = parse(b"".join(map(text_frame, payloads)))
    assert frames == [Frame(Opcode.TEXT, payload) for payload in payloads]


@given(st.binary(max_size=300) | BOUNDS)
def test_text_frame_writes_what_the_library_would(payload: bytes) -> None:
    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)
