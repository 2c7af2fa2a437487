"""A server that runs can be looked into by nobody but root, and one whose walls would not stand does not start."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.privacy import hardening
from tests.conftest import Server, write_config

Start = Callable[..., Server]


def core_limits(pid: int) -> list[str]:
    (line,) = re.findall(r"^Max core file size +(\S+) +(\S+)", Path(f"/proc/{pid}/limits").read_text(), re.MULTILINE)
    return list(line)


def test_neither_the_server_nor_its_store_leaves_a_core(server: Server) -> None:
    for pid in (server.process.pid, server.store_pid()):
        assert set(core_limits(pid)) <= {"0", "1"}  # bytes


def test_what_the_server_writes_is_its_own(server: Server) -> None:
    (umask,) = re.findall(r"^Umask:\s+(\d+)", Path(f"/proc/{server.process.pid}/status").read_text(), re.MULTILINE)
    assert umask == "0077"


PEEK = """
import ctypes, os, sys
from chat.privacy.hardening import PR_SET_DUMPABLE, harden
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(12345); os.setuid(12345)
ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # as exec leaves it; changing user took it away
go, done = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    os.read(go[0], 1)
    harden(readable=sys.argv[1] == "readable")
    os.write(done[1], b"x")
    os.read(go[0], 1)
    os._exit(0)
def peek():
    try:
        with open(f"/proc/{child}/mem", "rb"):
            return "read"
    except PermissionError:
        return "refused"
before = peek()
os.write(go[1], b"x"); os.read(done[0], 1)
print(before, peek())
os.write(go[1], b"x"); os.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc and prctl are Linux's")
@pytest.mark.parametrize(("how", "seen"), [("hardened", "read refused"), ("readable", "read read")])
def test_memory_is_read_by_nobody_of_the_same_user_unless_for_the_proof(how: str, seen: str) -> None:
    result = subprocess.run([sys.executable, "-c", PEEK, how], check=True, capture_output=True, text=True, timeout=60)
    assert result.stdout.strip() == seen


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_limit_that_is_lower_already_stays() -> None:
    limited = (
        "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); from chat.privacy.hardening import harden; "
    )
    shown = "harden(); print(resource.getrlimit(resource.RLIMIT_CORE))"
    result = subprocess.run(
        [sys.executable, "-c", limited + shown], check=True, capture_output=True, text=True, timeout=60
    )
    assert result.stdout.strip() == "(0, 0)"


# -- what would open a wall

UVLOOP = """
import asyncio
class Loop(asyncio.SelectorEventLoop):
    pass
class Policy(asyncio.DefaultEventLoopPolicy):
    _loop_factory = Loop
Loop.__module__ = "uvloop"
"""


def refused(folder: Path, *options: str, site: str = "", **environ: str) -> str:
    """Start a server under these circumstances; what it says when it does not start."""
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(site)
    path = os.pathsep.join([str(folder / "site"), *filter(None, [os.environ.get("PYTHONPATH")])])
    config = write_config(folder)
    command = [
        sys.executable,
        *options,
        "-m",
        "chat",
        "serve",
        "--port",
        "0",
        "--data",
        str(folder / "data"),
        "--config",
        str(config),
    ]
    result = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": path, **environ},
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.mark.parametrize(
    ("circumstances", "said"),
    [
        pytest.param({"FORWARDED_ALLOW_IPS": "*"}, "FORWARDED_ALLOW_IPS is set", id="trust in proxies"),
        pytest.param({"PYTHONASYNCIODEBUG": "1"}, "asyncio is in debug mode", id="asyncio's debug mode"),
        pytest.param({"PYTHONDEVMODE": "1"}, "asyncio is in debug mode", id="Python's development mode"),
        pytest.param({"SSLKEYLOGFILE": "/dev/null"}, "SSLKEYLOGFILE is set", id="keys of TLS in a file"),
        pytest.param({"SANSMASQUE_LOG_LEVEL": "debug"}, "SANSMASQUE_LOG_LEVEL: write", id="a level below INFO"),
        pytest.param(
            {"site": "import logging; logging.getLogger('redis').setLevel(logging.DEBUG)"},
            "in more detail than INFO",
            id="a library's level below INFO",
        ),
        pytest.param(
            {"site": "import sys, types; sys.modules['sentry_sdk'] = types.ModuleType('sentry_sdk')"},
            "An observer is loaded",
            id="an observer",
        ),
        pytest.param(
            {"site": UVLOOP + "asyncio.set_event_loop_policy(Policy())"},
            "The event loop is not asyncio's own",
            id="uvloop",
        ),
    ],
)
def test_a_server_whose_walls_would_not_stand_does_not_start(
    folder: Path, circumstances: dict[str, str], said: str
) -> None:
    assert said in refused(folder, **circumstances)


def test_development_mode_by_option_is_refused_too(folder: Path) -> None:
    assert "start without -X dev" in refused(folder, "-X", "dev")


def test_everything_that_is_to_be_mended_is_said_at_once(folder: Path) -> None:
    said = refused(folder, FORWARDED_ALLOW_IPS="*", SSLKEYLOGFILE="/dev/null").splitlines()
    assert [line.split()[0] for line in said] == ["FORWARDED_ALLOW_IPS", "SSLKEYLOGFILE"]


async def test_nothing_is_to_be_mended_here() -> None:
    hardening.refuse_openings({})


def test_a_copy_for_the_proof_serves(folder: Path) -> None:
    config = write_config(folder, port=0, data=f'"{folder / "data"}"')
    with subprocess.Popen(
        [sys.executable, "-m", "chat.privacy.leaks.readable", str(config)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "ready at http://127.0.0.1" in process.stdout.readline()
        process.terminate()
    assert process.returncode == 0
