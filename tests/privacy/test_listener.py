"""The mute listener: whoever comes, the process is not told from where."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chat.privacy import listener
from chat.privacy.listener import CannotListen, MuteListener, MuteSocket, listening
from tests.clients import join
from tests.conftest import Server
from tests.privacy.serving import Echo, uvicorn_on

Start = Callable[..., Server]

PLACES = ["127.0.0.1", "::1", "::"]


@pytest.fixture(
    params=[pytest.param(False, id="accept4"), pytest.param(True, id="accept, as where there is no accept4")]
)
def steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param:
        monkeypatch.setattr(listener, "_accept4", None)


@contextlib.contextmanager
def visit(mute: MuteListener) -> Iterator[tuple[MuteSocket, socket.socket]]:
    """Connect to ``mute`` from an address of one's own; yield both ends."""
    loopback = mute.family == socket.AF_INET
    here = ("127.7.7.7", 0) if loopback else ("::1", 0)
    there = ("127.0.0.1" if loopback else "::1", mute.getsockname()[1])
    with socket.create_connection(there, 10, source_address=here) as client:
        conn, address = mute.accept()
        assert address is None
        with conn:
            yield conn, client


@pytest.mark.parametrize("host", PLACES)
def test_a_connection_does_not_say_with_whom(steps: None, host: str) -> None:
    with listening(host, 0) as mute, visit(mute) as (conn, client), conn.dup() as double:
        own = client.getsockname()
        for end in (conn, double):
            assert end.getpeername() is None
            assert "raddr" not in repr(end)
            assert str(own[1]) not in repr(end).replace(str(mute.getsockname()[1]), "")


def test_a_connection_is_set_as_asyncio_wants_it(steps: None) -> None:
    with listening("127.0.0.1", 0) as mute, visit(mute) as (conn, client):
        # Or it leaves Nagle's algorithm on.
        assert (conn.type, conn.proto) == (socket.SOCK_STREAM, socket.IPPROTO_TCP)
        assert not conn.getblocking()
        assert not conn.get_inheritable()
        conn.sendall(b"oui")
        assert client.recv(3) == b"oui"


def test_nobody_waiting_is_no_fault(steps: None) -> None:
    with listening("127.0.0.1", 0) as mute, pytest.raises(BlockingIOError):
        mute.accept()


def test_a_closed_listener_fails_as_any(steps: None) -> None:
    with listening("127.0.0.1", 0) as mute:
        pass
    with pytest.raises(OSError, match="Bad file"):
        mute.accept()


def test_an_inherited_descriptor_makes_a_listener(steps: None) -> None:
    with (
        listening("127.0.0.1", 0) as kept,
        MuteListener(fileno=os.dup(kept.fileno())) as inherited,
        visit(inherited) as (conn, _),
    ):
        assert (conn.getpeername(), conn.proto) == (None, socket.IPPROTO_TCP)


def test_ipv4_comes_in_where_ipv6_listens_on_all() -> None:
    with listening("::", 0) as mute, socket.create_connection(("127.0.0.1", mute.getsockname()[1]), 10):
        conn, _ = mute.accept()
        conn.close()


# -- what asyncio and uvicorn make of it


class Seen(asyncio.Protocol):
    """Keeps what asyncio says of the peer."""

    def __init__(self, seen: asyncio.Future[asyncio.BaseTransport]) -> None:
        self._seen = seen

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._seen.set_result(transport)


@pytest.mark.parametrize("host", PLACES)
async def test_asyncio_is_told_nothing(steps: None, host: str) -> None:
    loop = asyncio.get_running_loop()
    seen: asyncio.Future[asyncio.BaseTransport] = loop.create_future()
    with listening(host, 0) as mute:
        server = await loop.create_server(lambda: Seen(seen), sock=mute)
        port = mute.getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1" if host == "127.0.0.1" else "::1", port)
        transport = await seen
        assert transport.get_extra_info("peername") is None
        assert transport.get_extra_info("socket").getpeername() is None
        with transport.get_extra_info("socket").dup() as double:  # as the hand-off to a room takes it
            assert double.getpeername() is None
        transport.close()
        writer.close()
        server.close()
        await server.wait_closed()


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize("place", [*PLACES, "unix"])
async def test_uvicorn_has_no_client_to_speak_of(steps: None, folder: Path, place: str) -> None:
    app = Echo()
    path = folder / "door" / "http.sock"
    with listening(f"unix:{path}" if place == "unix" else place, 0) as mute:
        async with uvicorn_on(mute, app):
            if place == "unix":
                answer = await ask(*await asyncio.open_unix_connection(path))
            else:
                port = mute.getsockname()[1]
                answer = await ask(*await asyncio.open_connection("127.0.0.1" if "." in place else "::1", port))
    assert answer.startswith(b"HTTP/1.1 200")
    assert [scope["client"] for scope in app.scopes] == [None]


# -- a socket in a folder


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "door" / "http.sock"


def test_the_folder_of_a_socket_is_closed_to_others(path: Path) -> None:
    with listening(f"unix:{path}", 0):
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


def test_a_group_that_may_enter_the_folder_may_knock(path: Path) -> None:
    path.parent.mkdir(mode=0o750)
    with listening(f"unix:{path}", 0):
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert path.stat().st_gid == path.parent.stat().st_gid


@pytest.mark.parametrize("mode", [0o755, 0o701, 0o770, 0o1777])
def test_a_folder_open_to_others_is_refused(path: Path, mode: int) -> None:
    path.parent.mkdir()
    path.parent.chmod(mode)
    with pytest.raises(CannotListen, match="pass for the proxy"), listening(f"unix:{path}", 0):
        pass
    assert not path.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    os.chown(path.parent, 12_345, 12_345)
    with pytest.raises(CannotListen, match="yours"), listening(f"unix:{path}", 0):
        pass


def test_a_socket_left_behind_is_taken_over(path: Path) -> None:
    leave = f"""
import os
from chat.privacy.listener import listening
with listening("unix:{path}", 0):
    os._exit(0)
"""
    subprocess.run([sys.executable, "-c", leave], check=True, timeout=30)
    assert path.is_socket()
    with listening(f"unix:{path}", 0), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_a_live_socket_is_refused_and_left_alone(path: Path) -> None:
    with listening(f"unix:{path}", 0) as first:
        with pytest.raises(CannotListen, match="Another server"), listening(f"unix:{path}", 0):
            pass
        first.accept()[0].close()  # the second's knock
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


def test_a_socket_too_busy_to_answer_lives(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as other, contextlib.ExitStack() as knocking:
        other.bind(str(path))
        other.listen(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                client = knocking.enter_context(socket.socket(socket.AF_UNIX))
                client.setblocking(False)
                client.connect(str(path))
        with pytest.raises(CannotListen, match="Another server"), listening(f"unix:{path}", 0):
            pass
        assert path.is_socket()


def test_a_file_in_the_place_of_a_socket_is_left_alone(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_text("précieux")
    with pytest.raises(CannotListen, match="no socket"), listening(f"unix:{path}", 0):
        pass
    assert path.read_text() == "précieux"


def test_a_successor_keeps_its_socket_when_its_predecessor_ends(path: Path) -> None:
    with listening(f"unix:{path}", 0) as first:
        first.close()
        successor = contextlib.ExitStack()
        successor.enter_context(listening(f"unix:{path}", 0))
    with successor, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


@pytest.mark.parametrize("host", ["unix:/" + "x" * 103, "unix:http.sock"])
def test_a_path_that_cannot_be_a_socket_is_said(host: str) -> None:
    with pytest.raises(CannotListen, match="absolute path"), listening(host, 0):
        pass


def test_who_starts_at_the_same_time_takes_turns(path: Path) -> None:
    """Whoever finds a stale socket removes it and binds in one go: of many that start at once, one serves and can be reached."""
    take = f"""
import sys
from chat.privacy.listener import CannotListen, listening
try:
    with listening("unix:{path}", 0):
        print("serves", flush=True)
        sys.stdin.read()
except CannotListen as exc:
    print(exc, flush=True)
"""
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    pipe = subprocess.PIPE
    rivals = [subprocess.Popen([sys.executable, "-c", take], stdin=pipe, stdout=pipe, text=True) for _ in range(6)]
    said = [rival.stdout.readline() for rival in rivals if rival.stdout]
    try:
        assert sum(line == "serves\n" for line in said) == 1
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
    finally:
        for rival in rivals:
            rival.communicate(timeout=30)


# -- the whole program


async def test_people_meet_over_ipv6(start: Start) -> None:
    server = start("--host", "::1")
    member = await join(server.address, "salon")
    assert (await member.say("bonjour"))["type"] == "accepted"


async def test_a_server_on_a_unix_socket_needs_to_be_told_where_people_find_it(folder: Path, start: Start) -> None:
    path = folder / "door" / "http.sock"
    with pytest.raises(AssertionError, match="must say where people find the server"):
        start("--host", f"unix:{path}")
    start("--host", f"unix:{path}", public_url='"http://ecoute.example"')
    request = b"GET /health/live HTTP/1.1\r\nHost: ecoute.example\r\nConnection: close\r\n\r\n"
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(request)
    assert (await reader.read()).startswith(b"HTTP/1.1 200")
    writer.close()
