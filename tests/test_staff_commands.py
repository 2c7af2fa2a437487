"""``sansmasque staff``, beside a running server; and the accounts of the sample community."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from chat.people.roles import Role
from tests.conftest import Server
from tests.http.asking import ask
from tests.http.staffing import PASSWORD, account, carried, log_in, try_in


def run(server: Server, *args: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chat", "staff", *args, "--data", str(server.data)]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60, check=False)


def test_an_operator_keeps_the_accounts(shared_server: Server) -> None:
    address, who = shared_server.address, account(shared_server, Role.MODERATOR, totp=True)
    token = log_in(address, who)
    assert re.search(rf"{who.name}.*moderator.*yes.*10", run(shared_server, "list").stdout)
    assert PASSWORD not in run(shared_server, "list").stdout
    assert "1 times" in run(shared_server, "end-sessions", who.name).stdout
    assert ask(address, "GET", "/api/staff/me", carried(address, token)).status == 401
    assert run(shared_server, "password", who.name, "--password-stdin", typed="un autre mot\n").returncode == 0
    assert try_in(address, who.name, code=who.codes[0]).code == "login_wrong"
    said = run(shared_server, "reset-totp", who.name).stdout
    code = re.findall(r"^  (\w{4} \w{4} \w{4} \w{4})$", said, re.MULTILINE)[0]
    assert try_in(address, who.name, password="un autre mot", code=code).status == 204
    assert run(shared_server, "remove", who.name).returncode == 0
    assert try_in(address, who.name, password="un autre mot", code=code).code == "login_wrong"


@pytest.mark.parametrize(
    ("args", "typed", "said"),
    [
        (("add", "Alix", "--role", "member", "--password-stdin"), f"{PASSWORD}\n", "There is no such role."),
        (("add", "Alix", "--role", "admin", "--password-stdin"), "court\n", "This password is too short"),
        (("add", "Alix", "--role", "admin", "--password-stdin"), "", "This password is too short"),
        (("add", "Alix", "--role", "admin"), "", "say --password-stdin"),
        (("remove", "Personne"), "", "There is no account of this name."),
    ],
)
def test_what_cannot_be_done_is_said(shared_server: Server, args: tuple[str, ...], typed: str, said: str) -> None:
    ended = run(shared_server, *args, typed=typed)
    assert ended.returncode == 1
    assert said in ended.stderr


def test_the_sample_community_has_accounts_whose_passwords_are_said_once(folder: Path) -> None:
    server = Server(folder / "data", command="demo")
    try:
        assert server.process.stdout is not None
        lines = "".join(server.process.stdout.readline() for _ in range(3))
        found = dict(re.findall(r"^  (\w+), \w+: (\S+)$", lines, re.MULTILINE))
        assert set(found) == {"Camille", "Dominique"}
        assert {try_in(server.address, name, password=password).status for name, password in found.items()} == {204}
    finally:
        server.stop()
    assert not any(password in server.log.read_text() for password in found.values())
    again = Server(folder / "data", command="demo")
    try:
        assert again.process.stdout is not None
        assert "from before" in again.process.stdout.readline()
    finally:
        again.stop()
