"""While the master secret is rotated nobody is anybody else: what was good before is good until its key is forgotten, and no longer."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import subprocess
import time
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import pytest
import redis

from chat.errors import ChatError
from chat.people import admission, masters
from chat.people import words as words_module
from chat.people.admission import Keys
from chat.people.invitations import Invitations
from chat.people.masters import KEY, PREVIOUS, Masters
from chat.people.sessions import Session, Sessions
from chat.people.words import Words
from chat.settings import Settings
from chat.store.commands import Reply, Script, Store
from tests.clients import Member, ask, join, some_name, turned_away
from tests.conftest import Server
from tests.http.door import end_sessions, issue, knock, proof, redeem

pytestmark = pytest.mark.usefixtures("no_socket_left")

Start = Callable[..., Server]


def rotated(server: Server, start: Start, **settings: Any) -> Server:
    """Rotate the master secret, and start the server again."""
    server.run("key", "rotate")
    server.stop()
    return start(**settings)


def forgotten(server: Server, start: Start, **settings: Any) -> Server:
    """Forget the key before, and start the server again."""
    server.run("key", "forget-previous", "--yes")
    server.stop()
    return start(**settings)


def author(member: Member) -> str:
    return str(member.welcome["you"]["id"])


async def give_words(server: Server, token: str) -> str:
    status, given = await ask(server.address, "POST", "/api/about-me/words", token)
    assert status == 200
    return " ".join(given["words"])


async def come_back(server: Server, words: str) -> str:
    status, came = await knock(server.address, {"words": words})
    assert status == 200, came
    return str(came["session"])


def name(master: bytes, token: str) -> bytes:
    """How the store names whoever holds ``token``, by the key ``master``."""
    person = urlsafe_b64decode(token.partition(".")[0] + "=")
    return b"{session:%s}" % hmac.digest(master, person, "sha256").hex().encode()


def known(server: Server, token: str) -> list[bool]:
    """Whether the person is known by the current key, and whether by the previous one."""
    with redis.from_url(server.store_url) as client:
        return [client.exists(name(key, token)) == 1 for key in masters.read(server.data).all]


# -- sessions


async def test_session_goes_on_after_a_rotation_until_its_key_is_forgotten(server: Server, start: Start) -> None:
    before = await join(server.address, "salon", pseudonym="Héron patient")
    server = rotated(server, start)
    again = await join(server.address, "salon", session=before.token)
    assert (author(again), again.welcome["you"]["pseudonym"]) == (author(before), "Héron patient")
    new = await join(server.address, "salon")
    assert known(server, again.token) == [False, True]
    assert known(server, new.token) == [True, False]
    told = (await ask(server.address, "GET", "/api/about-me", again.token))[1]
    assert told["rooms"][0]["name"] == "Héron patient"
    server = forgotten(server, start)
    error, code = await turned_away(server.address, "salon", session=again.token)
    assert (error["code"], code) == ("session_ended", 4502)
    assert author(await join(server.address, "salon", session=new.token)) == author(new)
    assert "master_key_differs" not in server.log.read_text()


async def test_erasing_oneself_after_a_rotation_erases_all(server: Server, start: Start) -> None:
    member = await join(server.address, "salon")
    words = await give_words(server, member.token)
    server = rotated(server, start)
    assert (await ask(server.address, "DELETE", "/api/about-me", member.token))[0] == 200
    assert (await knock(server.address, {"words": words}))[1]["code"] == "words_unknown"
    with redis.from_url(server.store_url) as client:
        assert [key for kind in ("session", "words", "bearer") for key in client.keys("{" + kind + ":*")] == []


async def test_key_that_is_forgotten_at_once_opens_nothing(server: Server, start: Start) -> None:
    member = await join(server.address, "salon")
    server.run("key", "rotate")
    server = forgotten(server, start)
    assert (await turned_away(server.address, "salon", session=member.token))[0]["code"] == "session_ended"
    assert "master_key_differs" not in server.log.read_text()


# -- six words


async def test_words_from_before_bring_back_the_same_person_and_their_mute(server: Server, start: Start) -> None:
    before = await join(server.address, "salon", pseudonym="Héron patient")
    words = await give_words(server, before.token)
    unused = await give_words(server, (await join(server.address, "salon")).token)
    server.run("sanctions", "mute", "salon", author(before), "--minutes", "10")
    server = rotated(server, start)
    back = await join(server.address, "salon", session=await come_back(server, words))
    assert (author(back), back.welcome["you"]["pseudonym"]) == (author(before), "Héron patient")
    assert (await back.say("encore moi"))["code"] == "muted"
    assert (await turned_away(server.address, "salon", session=before.token))[0]["code"] == "session_ended"
    server = forgotten(server, start)
    status, told = await knock(server.address, {"words": unused})
    assert (status, told["code"]) == (403, "words_unknown")
    again = await join(server.address, "salon", session=await come_back(server, words))
    assert author(again) == author(before), "used since the rotation: they are by the new key"
    assert (await again.say("et encore"))["code"] == "muted"


async def test_words_given_after_a_rotation_replace_those_before_and_outlive_the_key(
    server: Server, start: Start
) -> None:
    before = await join(server.address, "salon")
    old = await give_words(server, before.token)
    server = rotated(server, start)
    again = await join(server.address, "salon", session=before.token)
    until = (await ask(server.address, "GET", "/api/about-me", again.token))[1]["words"]["until"]
    assert until > time.time() + 179 * 86_400
    new = await give_words(server, again.token)
    assert (await knock(server.address, {"words": old}))[1]["code"] == "words_unknown"
    server = forgotten(server, start)
    back = await join(server.address, "salon", session=await come_back(server, new))
    assert author(back) == author(before)


async def test_sanction_in_all_rooms_holds_whichever_key_gave_the_words(start: Start) -> None:
    rooms = ["salon", "jardin", "cour", "quai"]
    server = start(rooms=rooms)
    before = await join(server.address, "salon")
    words = await give_words(server, before.token)
    server.run("sanctions", "mute", "salon", author(before), "--minutes", "10", "--everywhere")
    await before.until(lambda frame: frame.get("code") == "muted")
    # Until it is kept for all rooms: the process that has them there does so.
    elsewhere = await join(server.address, "jardin", session=before.token, pseudonym=some_name())
    assert (await elsewhere.say("ailleurs"))["code"] == "muted"
    server = rotated(server, start, rooms=rooms)
    token = await come_back(server, words)
    assert known(server, token) == [False, True]
    back = await join(server.address, "cour", session=token, pseudonym=some_name())
    assert (await back.say("dans une autre"))["code"] == "muted"
    token = await come_back(server, await give_words(server, back.token))
    back = await join(server.address, "quai", session=token, pseudonym=some_name())
    assert (await back.say("par d’autres mots"))["code"] == "muted"


async def test_person_of_whom_nothing_is_kept_under_the_key_before_is_known_by_the_new_one(
    server: Server, start: Start
) -> None:
    before = await join(server.address, "salon")
    words = await give_words(server, before.token)
    server = rotated(server, start)
    end_sessions(server)
    token = await come_back(server, words)
    assert known(server, token) == [True, False]
    new = await give_words(server, token)
    server = forgotten(server, start)
    back = await join(server.address, "salon", session=token)
    assert author(back) == author(before)
    assert author(await join(server.address, "salon", session=await come_back(server, new))) == author(before)


@pytest.fixture
async def store(shared_server: Server) -> AsyncIterator[Store]:
    store = Store(shared_server.store_url, 5.0)
    yield store
    await store.close()


class Paced(Store):
    """The store, for one of two who are to meet at a certain point: each request waits to be let through."""

    def __init__(self, url: str) -> None:
        super().__init__(url, 20.0)
        self._gate = asyncio.Semaphore(0)
        self._answered = 0

    def run(self, script: Script, keys: Sequence[str], *args: bytes | str | int) -> asyncio.Future[Reply]:
        return asyncio.get_running_loop().create_task(
            self._through(lambda: super(Paced, self).run(script, keys, *args))
        )

    def ask(self, *command: bytes | str | int) -> asyncio.Future[Reply]:
        return asyncio.get_running_loop().create_task(self._through(lambda: super(Paced, self).ask(*command)))

    async def _through(self, send: Callable[[], asyncio.Future[Reply]]) -> Reply:
        await self._gate.acquire()
        try:
            return await send()
        finally:
            self._answered += 1

    async def step(self, task: asyncio.Task[Any], requests: int = 100) -> None:
        """Let ``task`` make so many requests and have their answers, or end."""
        until = self._answered + requests
        for _ in range(requests):
            self._gate.release()
        while self._answered < until and not task.done():
            await asyncio.sleep(0)
        if task.done():
            self._gate = asyncio.Semaphore(0)  # what it did not need is not for the next one


class Meeting(NamedTuple):
    """A community whose key is being rotated, two who act in it at once on stores of their own, and words of before."""

    one: Words
    other: Words
    calm: Words
    session: Session
    old: str
    meet: Callable[[Awaitable[Any], Awaitable[Any]], Awaitable[list[BaseException]]]

    async def good(self, words: str) -> bool:
        try:
            await self.calm.come_back(words)
        except ChatError as exc:
            assert exc.code == "words_unknown"
            return False
        return True


Meetings = Callable[[], AsyncIterator[Meeting]]
BEFORE, AFTER = 4, 11  # requests of whoever comes back: they have found their words, they have them by the new key


@pytest.fixture
async def meetings(shared_server: Server, store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Meetings]:
    """Every way in which one who comes back and another, cut in two anywhere, can meet."""
    monkeypatch.setattr(words_module, "TRIES", 10**6)
    paces = [Paced(shared_server.store_url) for _ in range(2)]

    async def each() -> AsyncIterator[Meeting]:
        for first in range(BEFORE, AFTER):
            for then in range(AFTER - first):
                for cut in range(7):
                    yield await meeting(first, cut, then)

    async def meeting(first: int, cut: int, then: int) -> Meeting:
        key, following = secrets.token_bytes(32), secrets.token_bytes(32)
        began = Sessions(store, Masters(key), 600)
        session = await began.start()
        old = " ".join(await Words(began, store, Settings()).give(session, "fr"))
        one, other = (Words(Sessions(pace, Masters(following, key), 600), pace, Settings()) for pace in paces)

        async def meet(one: Awaitable[Any], other: Awaitable[Any]) -> list[BaseException]:
            """Let them meet; how they were refused."""
            tasks = [asyncio.ensure_future(one), asyncio.ensure_future(other)]
            for i, requests in ((0, first), (1, cut), (0, then), (1, 100), (0, 100)):
                await paces[i].step(tasks[i], requests)
            refused = [exc for task in tasks if (exc := task.exception()) is not None]
            assert all(isinstance(exc, ChatError) for exc in refused), refused
            return refused

        calm = Words(Sessions(store, Masters(following, key), 600), store, Settings())
        return Meeting(one, other, calm, session, old, meet)

    yield each
    for pace in paces:
        await pace.close()
    await store.ask("DEL", "words-tried")


async def test_words_used_twice_at_once_stay_good(meetings: Meetings) -> None:
    async for m in meetings():
        assert await m.meet(m.one.come_back(m.old), m.other.come_back(m.old)) == []
        assert await m.good(m.old)


async def test_words_erased_while_they_are_used_are_gone(store: Store, meetings: Meetings) -> None:
    left = await ways(store)
    async for m in meetings():
        await m.meet(m.one.come_back(m.old), m.other.erase(m.session))
        assert not await m.good(m.old)
    assert await ways(store) == left


async def test_words_replaced_while_they_are_used_are_worth_nothing(store: Store, meetings: Meetings) -> None:
    left, count = await ways(store), 0
    async for m in meetings():
        giving = asyncio.ensure_future(m.other.give(m.session, "fr"))
        await m.meet(m.one.come_back(m.old), giving)
        assert not await m.good(m.old)
        assert await m.good(" ".join(giving.result()))
        count += 2
    assert len(await ways(store) - left) == count, "nor is anything of them left"


async def ways(store: Store) -> set[bytes]:
    """All that leads somebody back."""
    found = [await store.ask("KEYS", f"{{{kind}:*") for kind in ("words", "bearer")]
    return {key for some in found for key in some}


# -- cards


async def test_card_from_before_makes_the_same_person_until_its_key_is_forgotten(server: Server, start: Start) -> None:
    _, (card, unused, *_) = issue(server)
    _, first = await redeem(server, card)
    before = await join(server.address, "salon", session=first["session"], pseudonym="Héron patient")
    server.run("sanctions", "mute", "salon", author(before), "--minutes", "60")
    server = rotated(server, start)
    assert (await redeem(server, card))[1]["code"] == "invitation_used"
    end_sessions(server)
    back = await join(server.address, "salon", session=(await redeem(server, card))[1]["session"])
    assert author(back) == author(before)
    assert (await back.say("encore moi"))["code"] == "muted"
    # Somebody who comes by it for the first time is known by the new key, and the same person nevertheless.
    token = (await redeem(server, unused))[1]["session"]
    assert known(server, token) == [True, False]
    assert (await redeem(server, unused))[1]["code"] == "invitation_used"
    end_sessions(server)
    assert (await redeem(server, unused))[1]["session"].partition(".")[0] == token.partition(".")[0]
    _, (late, *_) = issue(server, "--room", "salon")
    known_late = await join(
        server.address, "salon", session=(await redeem(server, late))[1]["session"], pseudonym=some_name()
    )
    end_sessions(server)
    server = forgotten(server, start)
    back = await join(server.address, "salon", session=(await redeem(server, late))[1]["session"])
    assert author(back) == author(known_late), "issued after the rotation, it is by the new key"
    status, answer = await redeem(server, card)
    assert status == 200
    assert author(await join(server.address, "salon", session=answer["session"], pseudonym="Autre")) != author(before)


async def test_card_of_before_any_server_is_of_the_first_key(store: Store) -> None:
    first, second = secrets.token_bytes(32), secrets.token_bytes(32)
    mark = await store.ask("GETDEL", "secret")
    invitations = Invitations(store, 600)
    _, (card, *_) = await invitations.issue("cards", 10, (), 1)
    await store.ask("SET", "secret", mark)
    one = await invitations.redeem(card, Sessions(store, Masters(first), 600))
    await Sessions(store, Masters(first), 600).end(one)
    again = await invitations.redeem(card, Sessions(store, Masters(second, first), 600))
    assert again.person == one.person


# -- the door


async def test_proof_and_wait_from_before_let_in_once_after_a_rotation(start: Start) -> None:
    server = start(admission='"proof"')
    before = Keys.of((server.data / KEY).read_bytes())
    waited = [admission.slip(before, 0, time.time() - 2).text for _ in range(3)]
    shown = [{"proof": proof(server)} for _ in range(3)]
    shown += [{"wait": text} for text in waited]
    assert [(await knock(server.address, shown[i]))[0] for i in (0, 3)] == [200, 200]
    server = rotated(server, start, admission='"proof"')
    for i, code in ((0, "proof_used"), (3, "wait_used")):
        assert (await knock(server.address, shown[i]))[1]["code"] == code
    for i, code in ((1, "proof_used"), (4, "wait_used")):
        assert (await knock(server.address, shown[i]))[0] == 200
        assert (await knock(server.address, shown[i]))[1]["code"] == code
    late = {"proof": proof(server)}
    after, previous = (Keys.of((server.data / name).read_bytes()) for name in (KEY, PREVIOUS))
    assert admission.check_proof(after, late["proof"], time.time()), "new ones are by the new key"
    with pytest.raises(ChatError, match="proof_invalid"):
        admission.check_proof(previous, late["proof"], time.time())
    server = forgotten(server, start, admission='"proof"')
    for i, code in ((2, "proof_invalid"), (5, "wait_invalid")):
        status, answer = await knock(server.address, shown[i])
        assert (status, answer["code"]) == (403, code)
        assert answer["message"]
    assert (await knock(server.address, late))[0] == 200


# -- the commands


def failure(server: Server, *args: str) -> str:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        server.run(*args)
    assert caught.value.returncode == 1
    assert "Traceback" not in caught.value.stderr
    return str(caught.value.stderr)


def test_rotation_says_what_to_do_and_a_second_one_what_ends(server: Server) -> None:
    said = server.run("key", "rotate")
    assert "restart every server" in said
    held = masters.read(server.data)
    assert "Say --yes" in failure(server, "key", "rotate")
    assert "Say --yes" in failure(server, "key", "forget-previous")
    assert masters.read(server.data) == held
    assert "With it end the sessions" in server.run("key", "rotate", "--yes")
    assert masters.read(server.data).previous == held.current
    assert "With it end the sessions" in server.run("key", "forget-previous", "--yes")
    assert masters.read(server.data).previous is None
    assert "no previous key" in failure(server, "key", "forget-previous", "--yes")


def test_two_rotations_without_a_start_in_between_are_no_strange_key(server: Server, start: Start) -> None:
    server.run("key", "rotate")
    server.run("key", "rotate", "--yes")
    server.stop()
    assert "master_key_differs" not in start().log.read_text()


def test_keys_are_changed_without_a_server_and_never_made_by_a_command(server: Server) -> None:
    server.stop()
    for args in (["rotate"], ["rotate", "--yes"], ["forget-previous", "--yes"]):
        server.run("key", *args)
    (server.data / KEY).unlink()
    assert "There is no key in" in failure(server, "key", "rotate")
    assert not (server.data / KEY).exists()


def test_server_does_not_start_with_a_key_that_others_may_use(server: Server, start: Start) -> None:
    server.stop()
    (server.data / KEY).chmod(0o644)
    with pytest.raises(AssertionError, match="chmod 600"):
        start()
    assert "chmod 600" in failure(server, "key", "rotate")
