"""
Logs that cannot tell who was there nor what was said.

Everything goes through structlog to stderr as JSON lines. An exception is its type and the place where it was raised: never its
message, which may quote a text, never local variables. Libraries log through the same narrow door, warnings and worse only, and
without their words: uvicorn writes the address of every WebSocket into its log even with its access log off.
"""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Final

import structlog
from structlog.typing import EventDict, WrappedLogger

LEVELS: Final = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure(level: str) -> None:
    """Set up every log of the process; ``level`` is one of :data:`LEVELS`."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_words,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_NarrowDoor()]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "websockets.server", "asyncio"):
        library = logging.getLogger(name)
        library.handlers, library.propagate = [], True
        library.setLevel(logging.WARNING)


def _without_words(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace each exception by its type and place."""
    for key, value in event.items():
        if isinstance(value, BaseException):
            event[key] = type(value).__name__
            event["place"] = place(value.__traceback__)
    event.pop("exc_info", None)
    return event


def place(where: TracebackType | None) -> str:
    """Name the innermost frame of a traceback: module file, line, function."""
    frames = traceback.extract_tb(where)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno} {frames[-1].name}" if frames else ""


class _NarrowDoor(logging.Handler):
    """Lets through that a library has something to say, and where; not what."""

    def emit(self, record: logging.LogRecord) -> None:
        facts: dict[str, object] = {"logger": record.name, "place": f"{record.filename}:{record.lineno}"}
        if record.exc_info and record.exc_info[1] is not None:
            facts["error"] = record.exc_info[1]
        structlog.get_logger().log(record.levelno, "library", **facts)
