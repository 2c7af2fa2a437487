"""
Keep what the process holds from whoever else is on the machine, and refuse to start where a wall would stand open.

A hardened process cannot be read through ``/proc`` nor traced but by root, leaves no core, and writes nothing that others may read. What
would let addresses or words out again is on the list :data:`OPENINGS`, each with what to do about it; to add one, add it there.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import resource
import sys
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

PR_SET_DUMPABLE: Final = 4
CORE_BYTES: Final = (
    1  # not 0, which does not keep Linux from handing a core to the program of a piped core_pattern; 1 does
)

# They wrap servers from outside and keep requests, with the address and the headers of who made them, or the variables of a fault.
OBSERVERS: Final = ("opentelemetry.instrumentation", "sentry_sdk", "ddtrace", "newrelic", "elasticapm", "scout_apm")


class Unsafe(Exception):
    """The server would not keep its promise here; the message says why and what to do."""


def harden(*, readable: bool = False) -> None:
    """Harden this process; ``readable`` leaves its memory to be read by its own user, for the proof that it holds no address."""
    os.umask(0o077)
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    most = CORE_BYTES if hard == resource.RLIM_INFINITY else min(CORE_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    if sys.platform == "linux" and not readable:
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


class Opening(NamedTuple):
    """A way in which a wall may stand open: whether it does, and what to say then."""

    stands_open: Callable[[Mapping[str, str]], bool]
    remedy: str


OPENINGS: Final = (
    # An address may come in with the connection…
    Opening(
        lambda environ: type(asyncio.get_running_loop()).__module__.partition(".")[0] != "asyncio",
        "The event loop is not asyncio's own, such as uvloop, which asks for the address of whoever connects and keeps it. "
        "Start without what installs it.",
    ),
    # … or in a header that says whom a proxy speaks for.
    Opening(
        lambda environ: "FORWARDED_ALLOW_IPS" in environ,
        "FORWARDED_ALLOW_IPS is set, which tells servers to take addresses from a proxy. Unset it: this server reads none and needs none.",
    ),
    # Debugging logs connections, requests and words.
    Opening(
        lambda environ: asyncio.get_running_loop().get_debug(),
        "asyncio is in debug mode, which logs connections and what is under way in them. "
        "Unset PYTHONASYNCIODEBUG and PYTHONDEVMODE, and start without -X dev.",
    ),
    Opening(
        lambda environ: any(0 < level < logging.INFO for level in _log_levels()),
        "A library logs in more detail than INFO, and may write requests and addresses. Remove what sets its level.",
    ),
    # Others may look in.
    Opening(
        lambda environ: any(name in sys.modules for name in OBSERVERS),
        f"An observer is loaded into this process ({', '.join(OBSERVERS)}): such programs keep requests and send them elsewhere. "
        "Start without it.",
    ),
    Opening(
        lambda environ: "SSLKEYLOGFILE" in environ,
        "SSLKEYLOGFILE is set: whoever has that file can read what we say to the store. Unset it.",
    ),
)


def refuse_openings(environ: Mapping[str, str]) -> None:
    """
    Look whether the walls stand; call it in the loop that will serve.

    Raises:
        Unsafe: Not all of them do; says everything that is to be mended, a line each.
    """
    found = [opening.remedy for opening in OPENINGS if opening.stands_open(environ)]
    if found:
        raise Unsafe("\n".join(found))


def _log_levels() -> list[int]:
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    return [logger.level for logger in loggers if isinstance(logger, logging.Logger)]
