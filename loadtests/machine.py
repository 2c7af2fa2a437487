"""The machine the figures come from, and who may run on which of its cores."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
IDLE = slice(3, 5)  # of the fields of /proc/stat: idle, waiting for a disk
CALM = 0.15  # the share of the cores that others may use while we measure
BUILD = ROOT / "build" / "loadtests"


def _cores() -> tuple[int, int]:
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[-1]


# The server alone on one core; the load, and the store or the bus where there is one, on another.
SERVER_CORE, LOAD_CORE = _cores()


class Absent(Exception):
    """What a measure needs is not on this machine; the message says what."""


def allow_many_files() -> None:
    """Raise the soft limit of open files to the hard one, for this process and those that it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def take_load_core() -> None:
    """Keep this process, and all that it starts but the servers, on the core of the load."""
    os.sched_setaffinity(0, {LOAD_CORE})


def compiled(name: str, *sources: Path) -> Path:
    """
    Compile C ``sources`` into a program, unless it is newer than they are.

    Raises:
        Absent: There is no C compiler.
    """
    program = BUILD / name
    program.parent.mkdir(parents=True, exist_ok=True)
    headers = [header for source in sources for header in source.parent.glob("*.h")]
    newest = max(path.stat().st_mtime for path in (*sources, *headers))
    if program.exists() and program.stat().st_mtime > newest:
        return program
    command = ["cc", "-O2", "-Wall", "-Wextra", "-std=c11", "-D_GNU_SOURCE", "-o", str(program), *map(str, sources)]
    try:
        subprocess.run(command, check=True)
    except FileNotFoundError:
        raise Absent("a C compiler is needed (cc: Debian's package gcc)") from None
    return program


def others_busy(seconds: float = 0.3) -> float:
    """Watch the machine for a moment and return the share of its cores that is in use; ours aren't running yet."""
    before = _ticks()
    time.sleep(seconds)
    spent = [after - then for then, after in zip(before, _ticks(), strict=True)]
    return 1 - sum(spent[IDLE]) / max(1, sum(spent))


def _ticks() -> list[int]:
    return [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]


def wait_calm(patience_seconds: float) -> float:
    """Wait until others leave the machine to us, or until patience ends; return the share of the cores that they use."""
    deadline = time.monotonic() + patience_seconds
    while (busy := others_busy()) > CALM and time.monotonic() < deadline:
        pass
    return busy


def description() -> dict[str, str]:
    """Say what this machine is, for whoever compares figures."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "kernel": f"{platform.system()} {platform.release()}",
        "congestion control": Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip(),
        "Python": platform.python_version(),
        "cores used": f"server {SERVER_CORE}; load, and store or bus, {LOAD_CORE}",
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
