"""The staff's logins: who gets in, how often one may try, and when it ends. The clock is turned, the store is real."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat.errors import ChatError
from chat.people import logins, second_factor
from chat.people.logins import BURST, FREE, IDLE_SECONDS, LASTS_SECONDS, LONGEST_DELAY, MOST, RESERVE, Logins
from chat.people.masters import Masters
from chat.people.passwords import Passwords
from chat.people.roles import Role
from chat.people.staff import Accounts, Enrolment
from chat.people.vigil import Vigil
from chat.store import keys
from chat.store.commands import Store
from chat.store.hold import Role as StoreRole
from chat.store.valkey import embedded

PASSWORD = "cheval exact pile agrafe"
NOW = 1_795_604_400.0
MASTER = secrets.token_bytes(32)

_names = itertools.count(1)


class Team:
    """Accounts and logins on a store, and what hashes for them."""

    def __init__(self, store: Store, masters: Masters | None = None, waiting: int = 16) -> None:
        self.store = store
        held = masters or Masters(MASTER)
        self.hashing = Passwords(waiting)
        self.accounts = Accounts(store, held, "Essai", self.hashing)
        self.logins = Logins(store, held, self.accounts, self.hashing)

    async def account(self, role: Role = Role.MODERATOR, *, totp: bool = False) -> tuple[str, Enrolment | None]:
        name = f"Équipe {next(_names)}"
        return name, await self.accounts.add(name, role, PASSWORD, second_factor=totp)

    async def enter(self, name: str, now: float = NOW, *, password: str = PASSWORD, **more: str) -> logins.Entry:
        return await self.logins.enter(name, password, more.get("code"), now, more.get("device", ""))

    async def refused(self, name: str, now: float = NOW, **shown: str) -> ChatError:
        with pytest.raises(ChatError) as refusal:
            await self.enter(name, now, **shown)
        return refusal.value


@pytest.fixture
async def store(folder: Path) -> AsyncIterator[Store]:
    async with embedded(folder / "data", role=StoreRole.SERVE) as url:
        opened = Store(url, 5.0)
        yield opened
        await opened.close()


@pytest.fixture
async def team(store: Store) -> AsyncIterator[Team]:
    one = Team(store)
    yield one
    one.hashing.close()


def code_of(enrolment: Enrolment | None, now: float) -> str:
    assert enrolment is not None
    return second_factor.code_at(second_factor.secret_of(enrolment.uri), now)


# -- who gets in


async def test_name_and_password_let_in_in_whatever_case_the_name_is(team: Team) -> None:
    name, _ = await team.account(Role.ORGANISER)
    entry = await team.enter(name.upper())
    staff = await team.logins.recognise(entry.token, NOW)
    assert staff is not None
    assert (staff.name, staff.role, staff.ends_at) == (name, Role.ORGANISER, int(NOW) + LASTS_SECONDS)
    assert await team.logins.recognise(entry.token[:-1] + ("A" if entry.token[-1] != "A" else "B"), NOW) is None


async def test_a_wrong_password_and_a_name_of_nobody_are_told_alike_after_the_same_work(team: Team) -> None:
    name, _ = await team.account()
    work = []
    for tried in (name, "Personne d’ici"):
        before = team.hashing.runs
        assert (await team.refused(tried, password="un autre mot de passe")).code == "login_wrong"
        work.append(team.hashing.runs - before)
    assert work == [1, 1]


async def test_the_second_factor_is_asked_for_after_the_right_password_alone(team: Team) -> None:
    name, enrolment = await team.account(totp=True)
    assert (await team.refused(name, password="un autre mot de passe")).code == "login_wrong"
    assert (await team.refused(name)).code == "second_factor_needed"
    assert (await team.refused(name, code="abc")).code == "second_factor_wrong"
    assert (await team.enter(name, code=code_of(enrolment, NOW))).token


async def test_a_code_is_good_a_step_around_and_no_further(team: Team) -> None:
    name, enrolment = await team.account(totp=True)
    for away in (-2, 2):
        assert (await team.refused(name, code=code_of(enrolment, NOW + 30 * away))).code == "second_factor_wrong"
    await team.enter(name, code=code_of(enrolment, NOW - 30))
    await team.enter(name, code=code_of(enrolment, NOW + 30))


async def test_a_code_is_taken_once_and_none_before_it(team: Team) -> None:
    name, enrolment = await team.account(totp=True)
    await team.enter(name, code=code_of(enrolment, NOW))
    for again in (NOW, NOW - 30):
        assert (await team.refused(name, code=code_of(enrolment, again))).code == "second_factor_wrong"


async def test_of_two_who_show_one_code_at_once_one_is_let_in(team: Team) -> None:
    name, enrolment = await team.account(totp=True)
    for step in range(10):
        now = NOW + 30 * step
        code = code_of(enrolment, now)
        outcomes = await asyncio.gather(*(team.enter(name, now, code=code) for _ in range(2)), return_exceptions=True)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ChatError", "Entry"]


async def test_each_recovery_code_lets_in_once(team: Team) -> None:
    name, enrolment = await team.account(totp=True)
    assert enrolment is not None
    assert len(set(enrolment.codes)) == second_factor.CODES == 10
    for code in enrolment.codes[:2]:
        both = await asyncio.gather(*(team.enter(name, code=code.lower()) for _ in range(2)), return_exceptions=True)
        assert sorted(type(outcome).__name__ for outcome in both) == ["ChatError", "Entry"]
    assert (await team.accounts.known(name)).codes == 8


async def test_a_new_second_factor_makes_the_codes_before_worthless(team: Team) -> None:
    name, before = await team.account(totp=True)
    assert before is not None
    after = await team.accounts.reset_second_factor(await team.accounts.known(name))
    assert (await team.refused(name, code=before.codes[0])).code == "second_factor_wrong"
    assert (await team.refused(name, code=code_of(before, NOW))).code == "second_factor_wrong"
    assert (await team.enter(name, code=after.codes[0])).token


async def test_the_store_alone_makes_no_codes_and_no_logins(team: Team) -> None:
    name, enrolment = await team.account(totp=True)
    assert enrolment is not None
    account = await team.accounts.known(name)
    secret = second_factor.secret_of(enrolment.uri)
    token = (await team.enter(name, code=enrolment.codes[0])).token
    kept = [await team.store.ask("HGETALL", keys.staff_account(account.id))]
    kept += [await team.store.ask("SMEMBERS", keys.staff_codes(account.id))]
    kept += [await team.store.ask("HGETALL", keys.staff_sessions(account.id))]
    for hidden in (secret.hex(), PASSWORD, token.partition(".")[2], *enrolment.codes):
        assert hidden not in str(kept)
    assert second_factor.unseal([secrets.token_bytes(32)], account.id, account.totp) is None
    assert second_factor.unseal([MASTER], "ab12", account.totp) is None
    assert second_factor.unseal([MASTER], account.id, account.totp) == secret


async def test_a_second_factor_outlives_the_key_that_sealed_it(store: Store) -> None:
    name, enrolment = await Team(store).account(totp=True)
    current = secrets.token_bytes(32)
    assert (
        await Team(store, Masters(current)).refused(name, code=code_of(enrolment, NOW))
    ).code == "second_factor_wrong"
    rotated = Team(store, Masters(current, MASTER))
    await rotated.enter(name, code=code_of(enrolment, NOW))
    assert [await rotated.accounts.reseal() for _ in range(2)] == [1, 0]
    await Team(store, Masters(current)).enter(name, NOW + 60, code=code_of(enrolment, NOW + 60))


# -- how often one may try


async def test_tries_are_delayed_ever_longer_and_nobody_is_locked_out(team: Team) -> None:
    name, _ = await team.account()
    for _ in range(FREE):
        assert (await team.refused(name, password="faux mot de passe")).code == "login_wrong"
    now, delays = NOW, []
    for _ in range(12):
        assert (await team.refused(name, now, password="faux mot de passe")).code == "login_wrong"
        refusal = await team.refused(name, now)
        assert refusal.code == "login_throttled"
        assert refusal.retry_after is not None
        delays.append(refusal.retry_after)
        now += refusal.retry_after
    assert delays == [float(min(2**n, LONGEST_DELAY)) for n in range(1, 13)]
    await team.enter(name, now)
    for _ in range(FREE):
        assert (await team.refused(name, now, password="faux mot de passe")).code == "login_wrong"


async def test_tries_at_once_count_as_many(team: Team) -> None:
    name, _ = await team.account()
    tried = [team.refused(name, password="faux mot de passe") for _ in range(FREE + 5)]
    codes = [refusal.code for refusal in await asyncio.gather(*tried)]
    assert codes.count("login_wrong") == FREE + 1
    assert codes.count("login_throttled") == 4


async def test_the_password_alone_does_not_hasten_the_guessing_of_codes(team: Team) -> None:
    name, _ = await team.account(totp=True)
    for _ in range(FREE + 1):
        assert (await team.refused(name, code="000000")).code == "second_factor_wrong"
    assert (await team.refused(name)).code == "login_throttled"
    now = NOW + 2
    assert (await team.refused(name, now)).code == "second_factor_needed"
    assert (await team.refused(name, now, code="000000")).code == "second_factor_wrong"
    refusal = await team.refused(name, now)
    assert (refusal.code, refusal.retry_after) == ("login_throttled", 4.0)


async def test_a_known_device_is_not_kept_out_by_what_others_try(team: Team) -> None:
    name, _ = await team.account()
    device = (await team.enter(name)).device
    for _ in range(FREE + 1):
        await team.refused(name, password="faux mot de passe")
    assert (await team.refused(name)).code == "login_throttled"
    assert (await team.refused(name, device=f"{'a' * 22}.{'0' * 64}")).code == "login_throttled"
    assert (await team.enter(name, device=device)).device == device
    other, _ = await team.account()
    for _ in range(FREE + 1):
        await team.refused(other, password="faux mot de passe", device=device)
    assert (await team.refused(other, device=device)).code == "login_throttled", "it is another's device"


async def test_all_tries_together_are_bounded_with_a_reserve_for_known_devices(team: Team) -> None:
    name, _ = await team.account()
    device = (await team.enter(name)).device
    for n in range(BURST - RESERVE - 1):
        assert (await team.refused(f"Personne {n}")).code == "login_wrong"
    refusal = await team.refused("Personne encore")
    assert (refusal.code, refusal.retry_after) == ("login_throttled", 2.0)
    for _ in range(RESERVE):
        await team.enter(name, device=device)
    assert (await team.refused(name, device=device)).code == "login_throttled"


async def test_who_comes_while_too_many_passwords_are_hashed_is_told_to_come_back(store: Store) -> None:
    team = Team(store, waiting=2)
    name, _ = await team.account()
    outcomes = await asyncio.gather(*(team.enter(name) for _ in range(5)), return_exceptions=True)
    codes = [outcome.code for outcome in outcomes if isinstance(outcome, ChatError)]
    assert codes == ["staff_busy"] * 3
    await team.enter(name)


# -- when it ends


async def test_a_login_ends_when_idle_and_lasts_while_something_is_done(team: Team) -> None:
    name, _ = await team.account()
    token = (await team.enter(name)).token
    now = NOW + IDLE_SECONDS - 1
    assert await team.logins.recognise(token, now) is not None
    now += IDLE_SECONDS - 1
    assert await team.logins.recognise(token, now, acts=False) is not None
    assert await team.logins.recognise(token, now + 1) is None
    assert await team.logins.recognise(token, now) is None, "what is over stays over"


async def test_a_login_ends_after_its_time_however_busy_one_is(team: Team) -> None:
    name, _ = await team.account()
    token = (await team.enter(name)).token
    for passed in range(1000, LASTS_SECONDS, 1000):
        assert await team.logins.recognise(token, NOW + passed) is not None
    assert await team.logins.recognise(token, NOW + LASTS_SECONDS - 1) is not None
    assert await team.logins.recognise(token, NOW + LASTS_SECONDS) is None


@pytest.mark.parametrize("change", ["role", "password", "second factor", "removal", "logout"])
async def test_a_login_ends_with_what_it_rests_on(team: Team, change: str) -> None:
    name, _ = await team.account()
    account = await team.accounts.known(name)
    token = (await team.enter(name)).token
    match change:
        case "role":
            await team.accounts.set_role(account, Role.ADMIN)
        case "password":
            await team.accounts.set_password(account, "un tout autre mot")
        case "second factor":
            await team.accounts.reset_second_factor(account)
        case "removal":
            await team.accounts.remove(account)
        case _:
            assert await team.logins.end(account.id) == 1
    assert await team.logins.recognise(token, NOW) is None


async def test_an_account_has_so_many_logins_and_the_least_used_gives_way(team: Team) -> None:
    name, _ = await team.account()
    tokens = [(await team.enter(name, NOW + n)).token for n in range(MOST)]
    assert await team.logins.recognise(tokens[0], NOW + 100) is not None
    newest = (await team.enter(name, NOW + 101)).token
    alive = [token for token in (*tokens, newest) if await team.logins.recognise(token, NOW + 102, acts=False)]
    assert alive == [tokens[0], *tokens[2:], newest]
    assert len(await team.logins.all((await team.accounts.known(name)).id, NOW + 102)) == MOST


async def test_whoever_serves_a_login_hears_that_it_is_idle_and_keeps_it_by_what_is_done(team: Team) -> None:
    name, _ = await team.account()
    staff = await team.logins.recognise((await team.enter(name)).token, NOW)
    assert staff is not None
    vigil, ended = Vigil(team.logins), [0]

    def end() -> None:
        ended[0] += 1

    watch = vigil.watch(staff, end)
    watch.acts()
    await vigil.look(NOW + IDLE_SECONDS - 1)
    await vigil.look(NOW + 2 * IDLE_SECONDS - 2)
    assert ended == [0]
    await vigil.look(NOW + 2 * IDLE_SECONDS - 1)
    vigil.hear(f"{staff.account} *".encode())
    assert ended == [1]
    assert not vigil.watches


@pytest.mark.parametrize("name", ["", " ", "a" * 41, "x\u202ey", "a/b", "<b>", "-a"])
async def test_a_name_that_cannot_be_borne_is_refused(team: Team, name: str) -> None:
    with pytest.raises(ChatError, match="account_name"):
        await team.accounts.add(name, Role.ADMIN, PASSWORD)


async def test_two_accounts_of_one_name_are_one_too_many(team: Team) -> None:
    added = [team.accounts.add(name, Role.ADMIN, PASSWORD) for name in ("Zoé", "ZOÉ")]
    outcomes = await asyncio.gather(*added, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ChatError", "Enrolment"]


@pytest.mark.parametrize(("password", "code"), [("sept...", "password_short"), ("a" * 257, "password_long")])
async def test_a_password_has_its_bounds(team: Team, password: str, code: str) -> None:
    with pytest.raises(ChatError, match=code):
        await team.accounts.add("Alix", Role.ADMIN, password)
