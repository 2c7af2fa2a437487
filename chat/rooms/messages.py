"""
What a peer sends, from bytes to whole messages (RFC 6455, sections 5 and 8.1). Pure.

:class:`Parser` makes frames of bytes and answers those of control, :class:`Messages` makes texts of frames. A frame that breaks the
protocol ends the parser by itself; a message that keeps it, but is not for us, raises :exc:`Unfit`.
"""

from __future__ import annotations

import codecs
import logging
from typing import Final

from websockets.exceptions import PayloadTooBig
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import SERVER, Protocol

FRAGMENTS: Final = 256  # of one message
CONTROL_BYTES: Final = 125  # the most that a ping or a close carries (RFC 6455, section 5.5)

_silent = logging.getLogger("websockets.server")


class Unfit(Exception):
    """What came is no message that we take; the code and the reason of the goodbye (section 7.4)."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Parser(Protocol):
    """websockets' parser, which lets control frames stand within a message as they may (RFC 6455, section 5.4)."""

    def __init__(self, frame_bytes: int) -> None:
        # Theirs counts a ping as part of the message around it: give it room there, and measure messages below.
        super().__init__(SERVER, max_size=frame_bytes + CONTROL_BYTES, logger=_silent)
        self._frame_bytes = frame_bytes

    def recv_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            self.current_size = None  # leaving in the middle of a message is no error
        elif frame.opcode in (Opcode.TEXT, Opcode.CONT):
            left = self._frame_bytes - (self.current_size or 0)
            if len(frame.data) > left:
                raise PayloadTooBig(len(frame.data), left)
        super().recv_frame(frame)


class Messages:
    """Joins frames to texts, one peer's in their order."""

    __slots__ = ("_decoder", "_fragments")

    def __init__(self) -> None:
        self._fragments: list[str] | None = None  # of a message that is not whole yet
        self._decoder: codecs.IncrementalDecoder | None = None

    def add(self, frame: Frame) -> str | None:
        """
        Take one frame; the text that is whole with it, None where there is none.

        Raises:
            Unfit: It is binary or not UTF-8, or its message has too many fragments: nothing more is to be taken.
        """
        if frame.opcode is Opcode.BINARY:
            raise Unfit(CloseCode.UNSUPPORTED_DATA, "text frames only")
        if frame.opcode is not Opcode.TEXT and frame.opcode is not Opcode.CONT:
            return None
        try:
            if frame.fin and self._fragments is None:
                return str(frame.data, "utf-8")
            return self._join(bytes(frame.data), frame.fin)
        except UnicodeDecodeError as exc:
            raise Unfit(CloseCode.INVALID_DATA, "not UTF-8") from exc

    def _join(self, data: bytes, final: bool) -> str | None:
        if self._fragments is None:
            self._fragments, self._decoder = [], codecs.getincrementaldecoder("utf-8")()
        assert self._decoder is not None
        self._fragments.append(self._decoder.decode(data, final))
        if len(self._fragments) > FRAGMENTS:
            raise Unfit(CloseCode.POLICY_VIOLATION, "too many fragments")
        if not final:
            return None
        text = "".join(self._fragments)
        self.forget()
        return text

    def forget(self) -> None:
        """Let go of what has come of a message."""
        self._fragments = self._decoder = None
