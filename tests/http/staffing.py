"""
Accounts of the staff on a server of the tests, opened from the command line as an operator would, and browsers' cookies by hand.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from chat.people import second_factor
from chat.people.roles import Role
from tests.conftest import Server
from tests.http.asking import Answer, ask

PASSWORD = "cheval exact pile agrafe"

_numbers = itertools.count(1)


class Account(Struct):
    """An account as its bearer knows it; ``uri`` is empty where there is no second factor."""

    name: str
    role: Role
    uri: str = ""
    codes: list[str] = []

    def code(self, steps: int = 0) -> str:
        """The code of now, or of so many steps later."""
        return second_factor.code_at(
            second_factor.secret_of(self.uri), time.time() + steps * second_factor.STEP_SECONDS
        )


def account(server: Server, role: Role, *, totp: bool = False) -> Account:
    """Open an account that nobody else has."""
    name = f"Équipe {next(_numbers)}"
    args = ["staff", "add", name, "--role", role.value, "--password-stdin", *([] if totp else ["--no-totp"])]
    command = [sys.executable, "-m", "chat", *args, "--data", str(server.data)]
    said = subprocess.run(command, check=True, input=PASSWORD + "\n", capture_output=True, text=True, timeout=60).stdout
    uri = re.search(r"^otpauth://\S+$", said, re.MULTILINE)
    return Account(name, role, uri[0] if uri else "", re.findall(r"^  (\w{4} \w{4} \w{4} \w{4})$", said, re.MULTILINE))


def said(body: object, cookie: Mapping[str, str] | None = None) -> tuple[dict[str, str], bytes]:
    """The headers and the body of something said in JSON."""
    return {"Content-Type": "application/json", **(cookie or {})}, json.dumps(body).encode()


def try_in(address: str, name: str, cookie: Mapping[str, str] | None = None, **shown: str) -> Answer:
    """Try to log in."""
    return ask(address, "POST", "/api/staff/login", *said({"name": name, "password": PASSWORD, **shown}, cookie))


def log_in(address: str, who: Account, cookie: Mapping[str, str] | None = None) -> str:
    """Log in; the token in the cookie."""
    shown = {"code": who.code()} if who.uri else {}
    answer = try_in(address, who.name, cookie, **shown)
    assert answer.status == 204, answer.body
    return cookies(answer)["__Host-staff"]


def cookies(answer: Answer) -> dict[str, str]:
    """The cookies that an answer sets."""
    return dict(re.findall(r"(__Host-[\w-]+)=([^;|]*)", answer.headers.get("set-cookie", "")))


def carried(address: str, token: str, device: str = "") -> dict[str, str]:
    """What a page of ours carries along."""
    mark = f"; __Host-staff-device={device}" if device else ""
    return {"Cookie": f"__Host-staff={token}{mark}", "Origin": address}


def answered(answer: Answer) -> Any:
    return json.loads(answer.body)
