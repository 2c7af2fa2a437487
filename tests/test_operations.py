"""What an operator does: start, look, set up rooms, end; beside a running server or without one."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.clients import join
from tests.conftest import Server

Start = Callable[..., Server]


def command(*args: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    where = [] if data is None else ["--data", str(data)]
    return subprocess.run(
        [sys.executable, "-m", "chat", *args, *where], check=False, capture_output=True, text=True, timeout=60
    )


def get(address: str, path: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(address + path, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_rooms_are_set_up_listed_and_closed_without_a_server(folder: Path) -> None:
    data = folder / "data"
    added = command("rooms", "add", "mardi", "--title", "Le mardi", "--hours", "Tue 12:00-13:00", data=data)
    assert added.returncode == 0, added.stderr
    assert "Le mardi" in command("rooms", "list", data=data).stdout
    again = command("rooms", "add", "mardi", "--title", "Encore", data=data)
    assert again.returncode == 1
    assert "already" in again.stderr
    assert command("rooms", "close", "mardi", data=data).returncode == 0
    unknown = command("rooms", "close", "mardi", data=data)
    assert (unknown.returncode, unknown.stderr.strip()) == (1, "This room does not exist, or no longer does.")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["rooms", "add", "Pas Bon", "--title", "T"], "slug"),
        (["rooms", "add", "bon", "--title", "T", "--format", "cirque"], "format"),
        (["rooms", "add", "bon", "--title", "T", "--hours", "jamais"], "hours"),
        (["serve", "--port", "70000"], "port"),
        (["serve", "--redis", "http://ailleurs"], "redis"),
        (["serve", "--config", "/nulle/part.toml"], "--config: cannot be read"),
    ],
)
def test_a_mistake_on_the_command_line_is_named(folder: Path, args: list[str], said: str) -> None:
    result = command(*args, data=folder / "data")
    assert result.returncode != 0
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_config_prints_what_it_accepts(folder: Path) -> None:
    path = folder / "settings.toml"
    path.write_text(command("config").stdout)
    assert command("config", "--check", str(path)).returncode == 0
    path.write_text('port = "huit"\nprot = 1\n')
    checked = command("config", "--check", str(path))
    assert checked.returncode == 1
    assert f"{path}:1: port" in checked.stderr
    assert f"{path}:2: prot" in checked.stderr


async def test_the_lobby_lists_rooms_and_hides_small_numbers(server: Server) -> None:
    assert server.run("rooms", "add", "petit", "--title", "À quelques-uns", "--about", "Peu de monde.")

    async def listed() -> dict[str, Any]:
        _, rooms = await asyncio.to_thread(get, server.address, "/api/rooms")
        return {room["slug"]: room for room in rooms}

    async with asyncio.timeout(10):
        while "petit" not in (rooms := await listed()):
            pass
    assert rooms["petit"] == {
        "slug": "petit",
        "title": "À quelques-uns",
        "about": "Peu de monde.",
        "format": "salon",
        "state": "open",
        "members": 0,
    }
    for expected in (None, None, None, None, 5):
        await join(server.address, "petit")
        async with asyncio.timeout(10):
            while (await listed())["petit"]["members"] != expected:
                pass


def test_health_says_what_is_away(start: Start) -> None:
    server = start(store_timeout_seconds=1.0)
    assert get(server.address, "/health/live")[0] == 200
    assert get(server.address, "/health/ready") == (
        200,
        {"status": "ok", "checks": {"store": "ok", "bus": "ok", "disk": "ok", "serving": "ok"}},
    )
    store = server.store_pid()
    os.kill(store, signal.SIGSTOP)
    try:
        status, body = get(server.address, "/health/ready")
        assert (status, body["status"], body["checks"]["store"]) == (503, "unavailable", "away")
        assert get(server.address, "/health/live")[0] == 200
        status, body = get(server.address, "/api/rooms?lang=en")
        assert (status, body["code"]) == (503, "store_away")
        assert body["retry_after"] > 0
    finally:
        os.kill(store, signal.SIGCONT)


def test_admission_is_open(shared_server: Server) -> None:
    assert get(shared_server.address, "/api/admission") == (200, {"mode": "open"})
    request = urllib.request.Request(f"{shared_server.address}/api/admission", method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert re.fullmatch(r"[\w-]{43}\.[\w-]{43}", json.load(answer)["session"])


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nulle-part", 404, "not_found"),
        ("GET", "/static/0/js/room.js", 404, "not_found"),
        ("POST", "/", 405, "method_not_allowed"),
        ("GET", "/static/../pyproject.toml", 404, "not_found"),
    ],
)
def test_errors_have_a_code_a_sentence_and_the_safety_headers(
    shared_server: Server, method: str, path: str, status: int, code: str
) -> None:
    request = urllib.request.Request(f"{shared_server.address}{path}?lang=en", method=method)
    with pytest.raises(urllib.error.HTTPError) as caught, urllib.request.urlopen(request, timeout=10):
        pass
    with caught.value as error:
        body = json.load(error)
        assert (error.code, body["code"]) == (status, code)
        assert body["message"]
        assert "default-src 'none'" in error.headers["content-security-policy"]
        assert error.headers["referrer-policy"] == "no-referrer"


async def test_a_full_disk_makes_rooms_read_only_and_says_so(start: Start) -> None:
    server = start(disk_reserve_mib=1_048_576)  # a reserve that no disk here has
    member = await join(server.address, "salon")
    notice = await member.until(lambda frame: frame["type"] == "notice" or frame.get("code") == "read_only")
    assert notice["code"] == "read_only"
    refused = await member.say("trop tard")
    assert (refused["type"], refused["code"]) == ("refused", "read_only")
    assert get(server.address, "/health/ready")[1]["checks"]["disk"] == "full"


async def test_history_ends_by_age_and_by_count_and_is_said_to_be_void(start: Start) -> None:
    server = start(history_events=20, welcome_events=10)
    member = await join(server.address, "salon")
    for i in range(1, 31):
        await member.say(f"mot {i}")
    newcomer = await join(server.address, "salon")
    assert [event["offset"] for event in newcomer.welcome["events"]] == list(range(21, 31))
    older = await newcomer.ask({"type": "history", "before": 21})
    assert ([event["offset"] for event in older["events"]], older["more"]) == (list(range(11, 21)), False)

    store = redis.from_url(server.store_url)
    for offset in range(11, 26):  # as if they had been said yesterday
        event = store.hget("{salon}:events", str(offset))
        assert isinstance(event, bytes)
        store.hset("{salon}:events", str(offset), re.sub(rb'"at":\d+', b'"at":1000000000', event))
    void = await member.until(lambda frame: frame["type"] == "void")
    assert (void["offset"], void["until"]) == (11, 25)
    assert not any(store.hexists("{salon}:events", str(offset)) for offset in range(11, 26))
    store.close()
    late = await join(server.address, "salon")
    assert [event["offset"] for event in late.welcome["events"]] == list(range(26, 31))


async def test_nothing_that_people_say_nor_where_they_come_from_is_logged(start: Start) -> None:
    server = start()
    member = await join(server.address, "salon", pseudonym="Nom Secret")
    await member.say("un mot que personne d’autre ne doit lire")
    await member.socket.send('{"type":"shout","text":"un mot que"}')
    await member.until(lambda frame: frame["type"] == "error")
    get(server.address, "/nulle-part?mot=secret")
    server.stop()
    log = server.log.read_text()
    for secret in ("127.0.0.1", "un mot que", "Nom Secret", "secret", member.token):
        assert secret not in log


def test_what_is_kept_is_readable_by_its_owner_alone(server: Server) -> None:
    for path in [server.data, *server.data.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_second_server_on_the_same_folder_says_who_holds_it(server: Server) -> None:
    second = command("serve", "--port", "0", data=server.data)
    assert second.returncode == 1
    assert str(server.process.pid) in second.stderr


def test_a_damaged_store_is_refused_with_the_way_out_and_repaired(folder: Path) -> None:
    data = folder / "data"
    for slug in ("avant", "apres"):
        assert command("rooms", "add", slug, "--title", slug, data=data).returncode == 0
    (increment,) = data.rglob("*.incr.aof")
    whole = increment.read_bytes()
    increment.write_bytes(whole.replace(b"apres", b"ap\r\ns", 1).replace(b"$5\r\nap", b"#5\r\nap", 1))
    refused = command("rooms", "list", data=data)
    assert refused.returncode == 1
    assert "sansmasque repair" in refused.stderr
    repaired = command("repair", data=data)
    assert (repaired.returncode, repaired.stderr) == (0, "")
    assert "lost" in repaired.stdout
    listed = command("rooms", "list", data=data)
    assert listed.returncode == 0
    assert "avant" in listed.stdout


def test_a_taken_port_is_said(server: Server, folder: Path) -> None:
    port = server.address.rpartition(":")[2]
    second = command("serve", "--port", port, data=folder / "other")
    assert second.returncode == 1
    assert port in second.stderr
    assert "Traceback" not in second.stderr


def test_metrics_are_served_on_loopback_only_when_asked_for(start: Start) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start("--admin-port", str(port))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        page = answer.read()
    assert b"process_cpu_seconds_total" in page
    assert b"sansmasque_messages_accepted_total 0.0" in page
