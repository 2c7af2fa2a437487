"""
The door as those outside find it: what it asks for, knocking with what was brought, and what is handed out by the command line.
"""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import altcha
import redis

from chat.people import admission
from chat.people.admission import STEP_SECONDS, Keys
from chat.store import keys
from tests.clients import PATIENCE_SECONDS, Frame
from tests.conftest import Server


def look(address: str, body: object = None, query: str = "?lang=en") -> tuple[int, Frame]:
    """Look at the door, or knock with ``body``."""
    sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    asked = urllib.request.Request(
        f"{address}/api/admission{query}",
        data=sent,
        method="GET" if body is None else "POST",
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def until(server: Server, wanted: Callable[[Frame], bool]) -> Frame:
    """Look until the door offers what is ``wanted``: a server looks at the counts once a second."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not wanted(offer := look(server.address)[1]):
        assert time.monotonic() < deadline, f"the door never changed: {offer}"
        time.sleep(0.05)
    return offer


async def knock(address: str, body: object) -> tuple[int, Frame]:
    return await asyncio.to_thread(look, address, body)


def solve(challenge: Any) -> str:
    form = altcha.Challenge.from_dict(challenge)
    found = altcha.solve_challenge(form)
    assert found is not None
    return altcha.Payload(form, found).to_base64()


def proof(server: Server) -> str:
    """A solution to a computation that the server gave out."""
    return solve(look(server.address)[1]["challenge"])


def keys_of(server: Server) -> Keys:
    return Keys.of((server.data / "master.key").read_bytes())


def ripe_slip(server: Server, *, since: float = 1) -> str:
    """A slip of the server's whose wait has been over ``since`` some seconds."""
    return admission.slip(keys_of(server), 0, time.time() - 1 - since).text


def store(server: Server) -> redis.Redis:
    return redis.Redis.from_url(server.store_url)


def crowd(server: Server, count: int, seconds_ago: int = 0) -> None:
    """Have ``count`` people let in some time ago, as the store counts them."""
    with store(server) as client:
        client.hset(keys.ADMISSIONS, str(int(time.time() - seconds_ago) // STEP_SECONDS), count)


def browse(url: str, form: dict[str, str] | bytes | None = None) -> tuple[int, str]:
    """Follow one step of a browser without scripts: the status, and the page or where it leads."""
    sent = form if isinstance(form, bytes | None) else urlencode(form).encode()
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"} if sent else {}
    connection.request("POST" if sent else "GET", url.removeprefix(f"http://{parts.netloc}"), sent, headers)
    answer = connection.getresponse()
    content = answer.read().decode()
    connection.close()
    return answer.status, answer.headers.get("location") or content


def issue(server: Server, *args: str, count: int = 10) -> tuple[str, list[str]]:
    """Issue invitations from the shell; the batch, and the secrets on the page."""
    page = server.data.parent / f"page-{hashlib.sha256(repr(args).encode()).hexdigest()[:8]}.html"
    page.unlink(missing_ok=True)
    said = server.run("invitations", "issue", "--count", str(count), "--page", str(page), *args)
    (batch,) = re.findall(r"Batch (\w+):", said)
    assert page.stat().st_mode & 0o777 == 0o600
    return batch, [code.replace(" ", "") for code in re.findall("<p class=code>(.*?)</p>", page.read_text())]


async def redeem(server: Server, secret: str) -> tuple[int, Frame]:
    return await knock(server.address, {"invitation": secret})


def end_sessions(server: Server) -> None:
    with redis.Redis.from_url(server.store_url) as client:
        client.delete(*(key for key in client.keys("{session:*") if key.endswith(b"}")))
