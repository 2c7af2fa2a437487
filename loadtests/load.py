"""Put members on a server with the generator (``generator/*.c``) and read what it measured. Starts a process."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from loadtests.machine import ROOT, compiled
from loadtests.servers import Fault, Server

SECONDS = 120
HANDSHAKES_AT_ONCE = 64


class Step(Struct, frozen=True, tag_field="step"):
    """What every step reports: messages turned away, connections lost, and the first word said about either."""

    away: int
    closed: int
    word: str


class Opened(Step, frozen=True, tag="opened"):
    """Members came in; ``served`` is what that took of a core of the server, in seconds."""

    members: int
    seconds: float
    served: float


class Flow(Step, frozen=True, tag="flow"):
    """
    Messages in flight.

    ``busy`` is the share of a core that the generator used and ``served`` the server's, its store left out; latencies are of
    deliveries.
    """

    window: int
    rate: int
    seconds: float
    busy: float
    served: float
    messages: int
    deliveries: int
    lost: int
    p50_ms: float
    p99_ms: float
    most_ms: float

    @property
    def speed(self) -> float:
        """Thousands of deliveries a second."""
        return self.deliveries / self.seconds / 1_000

    @property
    def cost(self) -> float:
        """Microseconds of a core that the server used for a delivery."""
        return self.served * self.seconds / self.deliveries * 1e6


class Storm(Step, frozen=True, tag="storm"):
    seconds: float
    back: int
    recovered: int
    said: int
    lost: int
    doubled: int


StepT = TypeVar("StepT", bound=Step)
_decoder: msgspec.json.Decoder[Opened | Flow | Storm] = msgspec.json.Decoder(Opened | Flow | Storm)


def window(in_flight: int, speakers: int, warm: float, seconds: float) -> str:
    """Keep messages in flight in each room, said by so many of its members turn about."""
    return f"window={in_flight}:{speakers}:{warm}:{seconds}"


def rate(a_second: int, warm: float, seconds: float) -> str:
    """Say messages at a fixed rate, by as many members as there are messages in a second."""
    return f"rate={a_second}:{a_second}:{warm}:{seconds}"


def storm(a_second: int, absent: float) -> str:
    """Cut everyone but the one who speaks, and bring them back after ``absent`` seconds."""
    return f"storm={a_second}:{absent}"


def opened(server: Server, rooms: int, size: int) -> Opened:
    """Bring members in and let them go; report how long it took until the last was in its room."""
    return _only(_run(server, rooms, size), Opened)


def flows(server: Server, rooms: int, size: int, *steps: str) -> list[Flow]:
    """
    Bring members in and let them speak as ``steps`` say.

    Raises:
        Fault: A message was refused or lost, or a connection: the figures would be of another measure.
    """
    measured = [step for step in _run(server, rooms, size, *steps) if isinstance(step, Flow)]
    for step in measured:
        _require_whole(server, step)
    return measured


def _require_whole(server: Server, step: Flow) -> None:
    name = server.peer.name
    if step.away or step.closed:
        raise Fault(f"{name}: {step.away} messages refused, {step.closed} connections lost: {step.word}")
    if step.lost:
        raise Fault(f"{name}: {step.lost} deliveries never came")
    if step.messages == 0:
        raise Fault(f"{name}: others left it no time: nothing was said to all within {step.seconds:.1f} s")


def stormed(server: Server, size: int, step: str) -> Storm:
    """Bring members into one room, then cut them and bring them back."""
    return _only(_run(server, 1, size, step), Storm)


@contextlib.contextmanager
def attending(server: Server, rooms: int, size: int) -> Iterator[None]:
    """Keep silent members in their rooms while the context lasts."""
    with subprocess.Popen(_command(server, rooms, size, "hold"), stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            _checked(server, process.stdout.readline())
            yield
        finally:
            process.terminate()


def generator() -> Path:
    """
    Return the program, compiled.

    Raises:
        Absent: There is nothing to compile it with.
    """
    return compiled("generator", *sorted((ROOT / "loadtests" / "generator").glob("*.c")))


def _command(server: Server, rooms: int, size: int, *steps: str) -> list[str]:
    pids = ",".join(map(str, server.pids()))
    words = (server.port, server.peer.dialect, pids, rooms, size, HANDSHAKES_AT_ONCE, *steps)
    return [str(generator()), *map(str, words)]


def _run(server: Server, rooms: int, size: int, *steps: str) -> list[Step]:
    command = _command(server, rooms, size, *steps)
    try:
        said = subprocess.run(command, stdout=subprocess.PIPE, timeout=SECONDS, check=False).stdout
    except subprocess.TimeoutExpired:
        raise Fault(f"{server.peer.name}: the load didn't end within {SECONDS} s") from None
    return [_checked(server, line) for line in said.splitlines()]


def _checked(server: Server, line: bytes) -> Step:
    step = _decoder.decode(line)
    if isinstance(step, Opened) and step.closed:
        raise Fault(f"{server.peer.name}: only {step.members} members are in: {step.word}")
    return step


def _only(steps: list[Step], kind: type[StepT]) -> StepT:
    return next(step for step in steps if isinstance(step, kind))
