"""
``sansmasque staff``: the accounts of those who moderate, facilitate, organise and administer.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import segno
import typer
from rich.console import Console
from rich.table import Table

from chat import server
from chat.commands.common import Config, Data, Redis, read_settings, with_store
from chat.people import masters
from chat.people.invitations import spaced
from chat.people.logins import Logins
from chat.people.masters import KeyUnusable
from chat.people.passwords import Passwords
from chat.people.staff import Accounts, Enrolment, check_role
from chat.settings import Settings
from chat.store.commands import Store

app = typer.Typer(help="The accounts of the staff. Members have none.", no_args_is_help=True)

RoleName = Annotated[str, typer.Option("--role", help="moderator, facilitator, organiser or admin.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")]
NoTotp = Annotated[bool, typer.Option("--no-totp", help="Without a second factor: for tests.")]


class Team:
    """What commands act on."""

    def __init__(self, store: Store, settings: Settings) -> None:
        folder = Path(settings.data)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = masters.read(folder)
        hashing = Passwords()
        self.accounts = Accounts(store, held, settings.community, hashing)
        self.logins = Logins(store, held, self.accounts, hashing)


@app.command("add")
def add(
    name: str,
    role: RoleName,
    password_stdin: FromStdin = False,
    no_totp: NoTotp = False,
    data: Data = None,
    config: Config = None,
    redis: Redis = None,
) -> None:
    """Open an account; its second factor and its recovery codes are shown this once."""
    password = _password(from_stdin=password_stdin)

    async def run(team: Team) -> None:
        enrolment = await team.accounts.add(name, check_role(role), password, second_factor=not no_totp)
        print(f"{name} is {role}.")
        _show(enrolment)

    _with_team(read_settings(config, data=data, redis_url=redis), run)


@app.command("list")
def list_(data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """List the accounts."""

    async def run(team: Team) -> None:
        table = Table("name", "role", "second factor", "recovery codes left")
        for account in await team.accounts.all():
            factor = "yes" if account.second_factor else "none"
            table.add_row(account.name, account.role.value, factor, str(account.codes) if account.second_factor else "")
        Console(soft_wrap=not sys.stdout.isatty()).print(table)

    _with_team(read_settings(config, data=data, redis_url=redis), run)


@app.command("remove")
def remove(name: str, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Remove an account; its logins and its seats in rooms end at once."""

    async def run(team: Team) -> None:
        await team.accounts.remove(await team.accounts.known(name))
        print(f"{name} has no account any more.")

    _with_team(read_settings(config, data=data, redis_url=redis), run)


@app.command("role")
def role(name: str, role: str, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Give an account another role; its logins end."""

    async def run(team: Team) -> None:
        await team.accounts.set_role(await team.accounts.known(name), check_role(role))
        print(f"{name} is {role}.")

    _with_team(read_settings(config, data=data, redis_url=redis), run)


@app.command("password")
def password(
    name: str,
    password_stdin: FromStdin = False,
    data: Data = None,
    config: Config = None,
    redis: Redis = None,
) -> None:
    """Give an account another password; its logins end."""
    chosen = _password(from_stdin=password_stdin)

    async def run(team: Team) -> None:
        await team.accounts.set_password(await team.accounts.known(name), chosen)
        print(f"{name} has another password.")

    _with_team(read_settings(config, data=data, redis_url=redis), run)


@app.command("reset-totp")
def reset_totp(name: str, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Give an account a new second factor and new recovery codes; its logins end."""

    async def run(team: Team) -> None:
        _show(await team.accounts.reset_second_factor(await team.accounts.known(name)))

    _with_team(read_settings(config, data=data, redis_url=redis), run)


@app.command("end-sessions")
def end_sessions(name: str, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Log an account out everywhere."""

    async def run(team: Team) -> None:
        ended = await team.logins.end((await team.accounts.known(name)).id)
        print(f"{name} was logged in {ended} times, and is no longer.")

    _with_team(read_settings(config, data=data, redis_url=redis), run)


def _with_team(settings: Settings, run: Callable[[Team], Awaitable[None]]) -> None:
    async def go(store: Store) -> None:
        try:
            team = Team(store, settings)
        except KeyUnusable as exc:
            server.fail(str(exc))
        await run(team)

    with_store(settings, go)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        server.fail("There is no terminal to ask for a password: say --password-stdin.")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        server.fail("These are two different passwords.")
    return first


def _show(enrolment: Enrolment | None) -> None:
    if enrolment is None:
        print("It has no second factor: who knows the password is in. Do this in tests only.", file=sys.stderr)
        return
    print("\nThe second factor, for an authenticator app. It is not shown again:\n")
    segno.make(enrolment.uri, micro=False).terminal(compact=True)
    print(f"\n{enrolment.uri}\n")
    print("Recovery codes, each of which replaces the app once:\n")
    for code in enrolment.codes:
        print(f"  {spaced(code)}")
