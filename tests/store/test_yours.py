"""A store that is not ours: Debian's Redis, over TCP with a password, over TLS, on a Unix socket."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clients import join
from tests.conftest import Server
from tests.http.test_privacy import get
from tests.store.test_valkey import connected

pytestmark = pytest.mark.usefixtures("no_socket_left")

PASSWORD = "mot-de-passe"


@pytest.fixture
def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file."""
    path, key = folder / "cert.pem", folder / "key.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-keyout",
        str(key),
        "-out",
        str(path),
    ]
    subprocess.run([*made, *subject], check=True, capture_output=True)
    return path


@pytest.fixture
def redis(folder: Path) -> Iterator[Callable[..., None]]:
    """Start Debian's Redis with these options, and wait until it listens."""
    binary = shutil.which("redis-server")
    assert binary, "apt install redis-server"
    started: list[subprocess.Popen[bytes]] = []

    def begin(*options: str, ready: Callable[[], bool]) -> None:
        started.append(
            subprocess.Popen([binary, "--save", "", "--dir", str(folder), *options], stdout=subprocess.DEVNULL)
        )
        while not ready():
            assert started[-1].poll() is None

    yield begin
    for process in started:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def listens(port: int) -> Callable[[], bool]:
    def look() -> bool:
        with socket.socket() as sock:
            return sock.connect_ex(("127.0.0.1", port)) == 0

    return look


async def check_that_people_can_talk(server: Server) -> None:
    member, other = await join(server.address, "salon"), await join(server.address, "salon")
    said = await member.say("bonjour")
    await other.hears("bonjour")
    await member.ask({"type": "withdraw", "message": said["id"]})
    await other.until(lambda frame: frame["type"] == "withdrawn")
    start = {"epoch": member.welcome["epoch"], "offset": 0}
    back = await join(server.address, "salon", session=member.token, since=start)
    assert back.welcome["recovered"] is True
    assert [event["type"] for event in back.welcome["events"]] == ["void", "withdrawn"]


async def test_people_talk_over_a_store_with_a_password(
    start: Callable[..., Server], redis: Callable[..., None]
) -> None:
    port = free_port()
    redis("--port", str(port), "--requirepass", PASSWORD, ready=listens(port))
    await check_that_people_can_talk(start("--redis", f"redis://:{PASSWORD}@127.0.0.1:{port}"))


async def test_people_talk_over_a_store_behind_tls(
    start: Callable[..., Server], redis: Callable[..., None], certificate: Path
) -> None:
    port, key = free_port(), certificate.with_name("key.pem")
    tls = ["--tls-cert-file", str(certificate), "--tls-key-file", str(key), "--tls-auth-clients", "no"]
    redis("--port", "0", "--tls-port", str(port), "--requirepass", PASSWORD, *tls, ready=listens(port))
    address = f"rediss://:{PASSWORD}@127.0.0.1:{port}?ssl_ca_certs={certificate}"
    await check_that_people_can_talk(await asyncio.to_thread(start, "--redis", address))


async def test_people_talk_over_a_store_on_a_socket(
    start: Callable[..., Server], redis: Callable[..., None], folder: Path
) -> None:
    path = folder / "redis.sock"
    redis("--port", "0", "--unixsocket", str(path), ready=path.exists)
    await check_that_people_can_talk(start("--redis", f"unix://{path}"))


async def test_the_files_of_a_store_of_yours_are_left_alone(
    start: Callable[..., Server], redis: Callable[..., None], folder: Path
) -> None:
    path = folder / "redis.sock"
    redis("--port", "0", "--unixsocket", str(path), ready=path.exists)
    server = start("--redis", f"unix://{path}", rewrite_seconds=1)
    await check_that_people_can_talk(server)
    facts = json.loads(get(server, "/api/privacy"))
    assert facts["files_rewritten"] is False
    assert "erased_at" not in facts
    assert server.stop() == 0
    async with connected(f"unix://{path}") as client:
        asked = await client.info("commandstats")
    assert "cmdstat_hdel" in asked
    assert "cmdstat_bgrewriteaof" not in asked


def test_a_store_that_does_not_answer_is_said(folder: Path) -> None:
    port = free_port()
    with pytest.raises(AssertionError) as caught:
        Server(folder / "data", "--redis", f"redis://127.0.0.1:{port}")
    assert "does not answer" in str(caught.value)
    assert "Traceback" not in str(caught.value)
