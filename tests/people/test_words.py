"""Six words: told apart by ear, typed as one likes, and worth something to the person alone."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import AsyncIterator, Callable

import pytest
import redis

from chat.errors import ChatError
from chat.people import words
from chat.people.masters import Masters
from chat.people.sessions import Sessions
from chat.people.words import Words, draw, read, words_of
from chat.settings import Settings
from chat.store.commands import Store
from ops.words import BEGINNING, LEFT_OUT, LONGEST, SHORTEST, sound
from tests.clients import ask, join, some_name
from tests.conftest import Server
from tests.dump import dump, everything

pytestmark = pytest.mark.usefixtures("no_socket_left")

Start = Callable[..., Server]
MASTER = secrets.token_bytes(32)
DAY = 86_400


@pytest.fixture
async def store(shared_server: Server) -> AsyncIterator[Store]:
    store = Store(shared_server.store_url, 5.0)
    yield store
    await store.close()


@pytest.fixture
def sessions(store: Store) -> Sessions:
    return Sessions(store, Masters(MASTER), 600)


@pytest.fixture
def way(sessions: Sessions, store: Store) -> Words:
    return Words(sessions, store, Settings())


# -- the lists


@pytest.mark.parametrize(("language", "bits"), [("fr", 64.9), ("en", 67.5)])
def test_six_words_are_as_many_as_is_said(language: str, bits: float) -> None:
    listed = words_of(language)
    assert len(set(listed)) == len(listed)
    assert math.log2(len(listed)) * words.COUNT >= bits


@pytest.mark.parametrize("language", ["fr", "en"])
def test_words_of_a_list_are_told_apart_by_ear_and_by_their_first_letters(language: str) -> None:
    listed = words_of(language)
    assert len({sound(word, language) for word in listed}) == len(listed)
    assert len({word[:BEGINNING] for word in listed}) == len(listed)
    assert all(re.fullmatch("[a-z]+", word) and SHORTEST <= len(word) <= LONGEST for word in listed)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_word_is_sad_or_hurts(language: str) -> None:
    assert not [word for word in words_of(language) if word.startswith(tuple(LEFT_OUT[language].split()))]


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("fr", "ancre", "encre"),
        ("fr", "pain", "pin"),
        ("fr", "seau", "sot"),
        ("fr", "poisson", "boisson"),
        ("fr", "vert", "verre"),
        ("fr", "camp", "quand"),
        ("fr", "phare", "fard"),
        ("fr", "champ", "gens"),
        ("en", "knight", "night"),
        ("en", "sail", "sale"),
        ("en", "phase", "faze"),
        ("en", "base", "pace"),
        ("en", "write", "ride"),
    ],
)
def test_words_that_could_be_taken_for_each_other_sound_alike(language: str, one: str, other: str) -> None:
    assert sound(one, language) == sound(other, language)


# -- typing them


@pytest.mark.parametrize(
    "typed",
    [
        "abeille balcon cigogne dossier fable galaxie",
        "  Abeille, BALCON; cigogne\ndossier\tfable – galaxie. ",
        "1. abeille 2. balcon 3. cigogne 4. dossier 5. fable 6. galaxie",
        "abéille-balcôn-cigogne-dossier-fable-galaxie",
        "ａｂｅｉｌｌｅ balcon cigogne dossier fable galaxie",
    ],
)
def test_words_are_read_as_people_type_them(typed: str) -> None:
    assert read(typed) == ("abeille", "balcon", "cigogne", "dossier", "fable", "galaxie")


@pytest.mark.parametrize(
    "typed", ["", "abeille", "abeille balcon cigogne dossier fable", "a b c d e f", "x" * 10_000, "\ud800 é"]
)
def test_what_is_not_six_of_our_words_is_none(typed: str) -> None:
    assert read(typed) is None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_words_that_are_drawn_can_be_read(language: str) -> None:
    drawn = draw(language)
    assert read(" ".join(drawn)) == drawn
    assert draw(language) != drawn


# -- what they are worth


async def test_words_bring_back_the_same_person_and_end_the_session_before(way: Words, sessions: Sessions) -> None:
    begun = await sessions.start("ab12")
    given = await way.give(begun, "fr")
    back = await way.come_back(" ".join(given).upper())
    assert (back.person, back.batch) == (begun.person, "ab12")
    assert await sessions.recognise(begun.token) is None
    assert await sessions.recognise(back.token) is not None


async def test_no_token_of_the_session_before_survives(way: Words, sessions: Sessions) -> None:
    begun = await sessions.start()
    following = await sessions.resume(begun.token)
    await way.come_back(" ".join(await way.give(following, "fr")))
    assert await sessions.recognise(following.token) is None
    assert await sessions.recognise(begun.token) is None


async def test_new_words_take_the_place_of_the_old(way: Words, sessions: Sessions) -> None:
    begun = await sessions.start()
    old, new = await way.give(begun, "fr"), await way.give(begun, "en")
    with pytest.raises(ChatError, match="words_unknown"):
        await way.come_back(" ".join(old))
    assert (await way.come_back(" ".join(new))).person == begun.person


async def test_words_count_in_their_order(way: Words, sessions: Sessions) -> None:
    given = await way.give(await sessions.start(), "fr")
    with pytest.raises(ChatError, match="words_unknown"):
        await way.come_back(" ".join(reversed(given)))


async def test_fresh_words_take_nobody_off_the_leash(way: Words, sessions: Sessions, shared_server: Server) -> None:
    given = " ".join(await way.give(await sessions.start(), "fr"))
    assert not (await way.come_back(given)).lasting
    with redis.from_url(shared_server.store_url) as client:
        for key in client.scan_iter("{words:*"):
            client.expire(key, 180 * DAY - 601)  # as if ten minutes had passed
    assert (await way.come_back(given)).lasting
    assert (await way.come_back(given)).lasting, "used again at once"


async def test_words_expire_when_they_are_not_used(way: Words, sessions: Sessions, shared_server: Server) -> None:
    await way.give(await sessions.start(), "fr")
    with redis.from_url(shared_server.store_url) as client:
        left = [client.ttl(key) for kind in ("words", "bearer") for key in client.scan_iter("{" + kind + ":*")]
    assert left
    assert all(0 < seconds <= 180 * DAY for seconds in left)


async def test_the_store_alone_names_nobody_and_holds_no_word(
    way: Words, sessions: Sessions, shared_server: Server
) -> None:
    begun = await sessions.start()
    given = await way.give(begun, "fr")
    kept = everything(
        {key: parts for key, parts in dump(shared_server.store_url).items() if not key.startswith(b"{room-")}
    )
    assert begun.person not in kept
    assert begun.person.hex().encode() not in kept
    assert not [word for word in given if word.encode() in kept]


async def test_tries_are_counted_for_the_whole_community(
    way: Words, shared_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "TRIES", 3)
    with redis.from_url(shared_server.store_url) as client:
        client.delete("words-tried")
        for _ in range(3):
            with pytest.raises(ChatError, match="words_unknown"):
                await way.come_back("abeille balcon cigogne dossier fable galaxie")
        with pytest.raises(ChatError, match="words_many") as caught:
            await way.come_back("abeille balcon cigogne dossier fable galaxie")
        client.delete("words-tried")
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 60


# -- over HTTP


async def test_somebody_comes_back_by_words_to_their_name_and_their_messages(start: Start) -> None:
    server = start(rooms=["salon", "jardin"])
    here = await join(server.address, "salon", pseudonym="Héron patient")
    await here.say("une chose")
    there = await join(server.address, "jardin", session=here.token, pseudonym=some_name())
    status, given = await ask(server.address, "POST", "/api/about-me/words", there.token)
    assert (status, len(given["words"])) == (200, 6)
    status, came = await ask(server.address, "POST", "/api/admission", body={"words": " ".join(given["words"])})
    assert status == 200
    for member in (here, there):
        assert await member.closed() == (4502, "session_elsewhere")
    back = await join(server.address, "salon", session=came["session"])
    assert back.welcome["you"]["id"] == here.welcome["you"]["id"]
    assert back.welcome["you"]["pseudonym"] == "Héron patient"
    told = (await ask(server.address, "GET", "/api/about-me", back.token))[1]
    assert told["words"]["until"] > told["at"] + 179 * DAY
    assert told["rooms"][-1]["messages"][0]["text"] == "une chose"


async def test_erasing_oneself_erases_the_words(server: Server) -> None:
    member = await join(server.address, "salon")
    given = (await ask(server.address, "POST", "/api/about-me/words?lang=en", member.token))[1]["words"]
    assert set(given) <= set(words_of("en"))
    assert (await ask(server.address, "DELETE", "/api/about-me", member.token))[0] == 200
    status, told = await ask(server.address, "POST", "/api/admission", body={"words": " ".join(given)})
    assert (status, told["code"]) == (403, "words_unknown")
    assert not [key for key in dump(server.store_url) if key.startswith((b"{words:", b"{bearer:"))]


async def test_a_mute_holds_through_a_return_by_words(server: Server) -> None:
    member = await join(server.address, "salon")
    server.run("sanctions", "mute", "salon", member.welcome["you"]["id"], "--minutes", "10", "--reason", "Assez.")
    given = (await ask(server.address, "POST", "/api/about-me/words", member.token))[1]["words"]
    came = (await ask(server.address, "POST", "/api/admission", body={"words": " ".join(given)}))[1]
    back = await join(server.address, "salon", session=came["session"])
    assert (await back.say("encore"))["code"] == "muted"
