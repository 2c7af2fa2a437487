"""The path of a message, from one member's socket to the others' and into history: on the real server and store."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.clients import Frame, Member, join, open_socket
from tests.conftest import Server


def check_order(events: list[Frame], start: int) -> list[int]:
    """Check that events follow each other from ``start`` without gap or double; answer the offsets covered."""
    offsets: list[int] = []
    for event in events:
        last: int = event.get("until") or event["offset"]
        offsets += range(event["offset"], last + 1)
    assert offsets == list(range(start, start + len(offsets)))
    return offsets


async def test_what_is_said_reaches_everyone_in_the_same_bytes(shared_server: Server, room: str) -> None:
    authors = [await join(shared_server.address, room) for _ in range(3)]
    for i in range(30):
        await authors[i % 3].say(f"mot {i}")
    for author in authors:
        await author.hears("mot 29")
    first, *others = ([f for f in author.frames if f["type"] == "said"] for author in authors)
    assert [said["text"] for said in first] == [f"mot {i}" for i in range(30)]
    assert all(other == first for other in others)


async def test_lines_and_odd_characters_arrive_as_they_were_said(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    for text in ("une\nligne\n\n  et une autre", "</script>\"'\\ \u2028 \U0001f9e1 é", "x" * 4000):
        await member.say(text)
        assert (await member.hears(text))["text"] == text


async def test_the_same_ref_is_said_once_and_answered_alike(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    first = await member.say("une fois", ref="r")
    assert await member.say("une fois", ref="r") == first
    again = await join(shared_server.address, room, session=member.token)
    assert await again.say("autre chose sous la même référence", ref="r") == first
    other = await join(shared_server.address, room)
    assert (await other.say("la référence d’un autre", ref="r"))["offset"] == 2
    await other.hears("la référence d’un autre")  # the answer may come before; history reaches as far as one has heard
    answer = await other.ask({"type": "history", "before": 100})
    assert [event["text"] for event in answer["events"]] == ["une fois", "la référence d’un autre"]


async def test_the_same_ref_from_two_connections_at_once_is_said_once(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    frames = [{"type": "say", "ref": f"r{i}", "text": f"mot {i}"} for i in range(20)]
    for frame in frames:
        await member.send(frame)
    again = await join(shared_server.address, room, session=member.token)
    answers = [await again.ask(dict(frame)) for frame in frames]
    assert sorted(answer["offset"] for answer in answers) == list(range(1, 21))


async def test_the_newest_connection_wins_and_the_older_is_told(shared_server: Server, room: str) -> None:
    older = await join(shared_server.address, room)
    newer = await join(shared_server.address, room, session=older.token)
    assert await older.closed() == (4505, "opened_elsewhere")
    assert (await newer.say("je suis là"))["type"] == "accepted"


async def test_a_member_who_comes_back_misses_nothing(shared_server: Server, room: str) -> None:
    away, here = await join(shared_server.address, room), await join(shared_server.address, room)
    await here.say("avant")
    await away.hears("avant")
    await away.leave()
    for i in range(5):
        await here.say(f"pendant {i}")
    back = await join(shared_server.address, room, session=away.token, since=away.position)
    assert back.welcome["recovered"] is True
    assert back.welcome["you"]["id"] == away.welcome["you"]["id"]
    assert [event["text"] for event in back.welcome["events"]] == [f"pendant {i}" for i in range(5)]


async def test_nothing_missed_is_said_to_be_recovered(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    await member.say("déjà lu")
    await member.hears("déjà lu")
    back = await join(shared_server.address, room, session=member.token, since=member.position)
    assert (back.welcome["recovered"], back.welcome["events"]) == (True, [])


@pytest.mark.parametrize("since", [{"epoch": "une autre", "offset": 1}, {"epoch": None, "offset": 10_000}])
async def test_a_place_that_means_nothing_here_is_answered_with_the_visible_history(
    shared_server: Server, room: str, since: Frame
) -> None:
    member = await join(shared_server.address, room)
    await member.say("visible")
    epoch = since["epoch"] or member.welcome["epoch"]
    back = await join(shared_server.address, room, session=member.token, since={**since, "epoch": epoch})
    assert back.welcome["recovered"] is False
    assert [event["text"] for event in back.welcome["events"]] == ["visible"]


async def test_joining_while_messages_flow_leaves_no_gap_and_no_double(shared_server: Server, room: str) -> None:
    """200 joins, each at a random moment of a stream of messages, half of them from a random place, most by a session they had."""
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    speaker = await join(shared_server.address, room)
    epoch, said, finished = speaker.welcome["epoch"], 0, asyncio.Event()
    tokens: list[str] = []

    async def speak() -> None:
        nonlocal said
        while not finished.is_set():
            said = (await speaker.say(f"mot {said}"))["offset"]

    async def come() -> None:
        for _ in range(chance.randrange(40)):
            await asyncio.sleep(0)
        place = {"epoch": epoch, "offset": chance.randint(0, said)} if chance.random() < 0.5 else None
        hello: Frame = {"since": place} if place else {}
        if tokens:
            hello["session"] = tokens.pop()
        member = await join(shared_server.address, room, **hello)
        start = place["offset"] + 1 if place and member.welcome["recovered"] else None
        await member.until(lambda frame: frame["type"] == "said")
        events = member.events
        check_order(events, start or events[0]["offset"])
        assert not place or member.welcome["recovered"], "the place was in the history"
        await member.leave()
        tokens.append(member.token)

    speaking = asyncio.create_task(speak())
    for _ in range(20):
        await asyncio.gather(*(come() for _ in range(10)))
    finished.set()
    await speaking


async def test_withdrawing_removes_the_words_for_those_who_come_later(shared_server: Server, room: str) -> None:
    member, other = await join(shared_server.address, room), await join(shared_server.address, room)
    said = await member.say("je regrette ces mots")
    await member.say("ceux-ci restent")
    await other.hears("ceux-ci restent")
    withdrawn = await member.ask({"type": "withdraw", "message": said["id"]})
    heard = await other.until(lambda frame: frame["type"] == "withdrawn")
    assert (heard["offset"], heard["message"], heard["by"]) == (withdrawn["offset"], said["id"], "author")
    for place in (None, {"epoch": member.welcome["epoch"], "offset": 0}):
        late = await join(shared_server.address, room, **({"since": place} if place else {}))
        assert "je regrette" not in str(late.welcome)
        history = await late.ask({"type": "history", "before": 100})
        assert "je regrette" not in str(history)
        check_order(history["events"], 1)
    assert (await member.ask({"type": "withdraw", "message": said["id"]}))["code"] == "unknown_message"


async def test_only_the_author_can_withdraw(shared_server: Server, room: str) -> None:
    member, other = await join(shared_server.address, room), await join(shared_server.address, room)
    said = await member.say("à moi")
    assert (await other.ask({"type": "withdraw", "message": said["id"]}))["code"] == "not_yours"


async def test_an_answer_points_at_what_it_answers(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    said = await member.say("une question")
    await member.say("une réponse", to=said["id"])
    assert (await member.hears("une réponse"))["to"] == said["id"]
    assert (await member.say("à rien", to="inconnu"))["code"] == "unknown_message"


async def test_refused_words_may_be_tried_again_under_the_same_ref(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    for text, code in [
        ("", "text_empty"),
        ("y" * 4001, "text_long"),
        ("\x07", "text_empty"),
        ("a\x07", "text_control"),
    ]:
        refused = await member.say(text, ref="r")
        assert (refused["type"], refused["code"]) == ("refused", code)
        assert refused["message"]
    assert (await member.say("cette fois", ref="r"))["offset"] == 1


async def test_other_kinds_have_no_course_in_a_salon(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    assert (await member.say("une piste", kind="forward"))["code"] == "kind_not_allowed"


async def test_slow_mode_says_how_long_to_wait(shared_server: Server) -> None:
    member = await join(shared_server.address, "lent")
    assert member.welcome["phase"]["slow"] == 10
    assert (await member.say("un", ref="un"))["type"] == "accepted"
    refused = await member.say("deux")
    assert refused["code"] == "slow_mode"
    assert 0 < refused["retry_after"] <= 10
    assert (await member.say("un", ref="un"))["type"] == "accepted", "known already: that is no second message"
    other = await join(shared_server.address, "lent")
    assert (await other.say("chacun son rythme"))["type"] == "accepted"


async def test_history_goes_back_a_hundred_at_a_time(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    for i in range(1, 251):
        await member.say(f"mot {i}")
    newcomer = await join(shared_server.address, room)
    assert check_order(newcomer.welcome["events"], 51)[-1] == 250
    older = await newcomer.ask({"type": "history", "before": 51})
    assert (len(check_order(older["events"], 1)), older["more"]) == (50, False)
    older = await newcomer.ask({"type": "history", "before": 151})
    assert (len(check_order(older["events"], 51)), older["more"]) == (100, True)


async def test_frames_of_every_wrongness_disturb_nobody(shared_server: Server, room: str) -> None:
    witness, clumsy = await join(shared_server.address, room), await join(shared_server.address, room)
    for wrong in (
        "",
        "null",
        "[]",
        "{",
        '{"type":"shout"}',
        '{"type":"say"}',
        '{"a":' * 3000,
        '{"type":"hello"}',
        '{"type":"steer","ref":"a"}',
    ):
        await clumsy.socket.send(wrong)
        assert (await clumsy.until(lambda frame: frame["type"] == "error"))["message"]
    assert (await clumsy.say("je suis encore là"))["type"] == "accepted"
    await witness.hears("je suis encore là")


async def test_nothing_but_hello_opens_the_conversation(shared_server: Server, room: str) -> None:
    socket = await open_socket(shared_server.address, room)
    member = Member(socket, {"events": []})
    await member.send({"type": "say", "ref": "a", "text": "sans me présenter"})
    assert (await member.closed())[0] == 4500
    assert member.frames[-1]["code"] == "hello_expected"


async def test_a_refused_name_leaves_time_for_another(shared_server: Server, room: str) -> None:
    await join(shared_server.address, room, pseudonym="Héron patient")
    socket = await open_socket(shared_server.address, room)
    member = Member(socket, {"events": []})
    for name, code in [
        ("Héron patient", "name_taken"),
        ("heron patient", "name_taken"),
        ("x", "name_short"),
        (None, "name_needed"),
    ]:
        await member.send({"type": "hello", "pseudonym": name, "lang": "en"})
        assert (await member.receive())["code"] == code
    await member.send({"type": "hello", "pseudonym": "Loutre tenace"})
    assert (await member.receive())["type"] == "welcome"


async def test_a_room_that_does_not_exist_says_so(shared_server: Server) -> None:
    socket = await open_socket(shared_server.address, "nulle-part")
    member = Member(socket, {"events": []})
    await member.send({"type": "hello", "pseudonym": "Loutre tenace"})
    assert (await member.closed())[0] == 4503
    assert member.frames[-1]["code"] == "room_unknown"


async def test_a_session_that_is_over_says_so(shared_server: Server, room: str) -> None:
    for session in ("", "a.b", "x" * 128, f"{'A' * 43}.{'A' * 43}"):
        member = Member(await open_socket(shared_server.address, room), {"events": []})
        await member.send({"type": "hello", "session": session})
        assert (await member.closed())[0] == 4502


async def test_a_token_turns_and_the_old_one_dies_when_the_new_one_is_shown(shared_server: Server, room: str) -> None:
    first = await join(shared_server.address, room)
    second = await join(shared_server.address, room, session=first.token)
    lost_answer = await join(shared_server.address, room, session=first.token)
    third = await join(shared_server.address, room, session=lost_answer.token)
    assert len({first.token, second.token, lost_answer.token, third.token}) == 4
    assert len({member.welcome["you"]["id"] for member in (first, second, lost_answer, third)}) == 1
    for dead in (first.token, second.token):
        member = Member(await open_socket(shared_server.address, room), {"events": []})
        await member.send({"type": "hello", "session": dead})
        assert (await member.closed())[0] == 4502


async def test_presence_is_summed_up_and_forgives_a_reconnection(shared_server: Server, room: str) -> None:
    witness = await join(shared_server.address, room)
    member = await join(shared_server.address, room, pseudonym="Loutre tenace")
    assert (witness.welcome["present"], member.welcome["present"]) == (1, 2)
    await member.say("me voici")
    joined = await witness.until(lambda frame: frame["type"] == "presence" and "joined" in frame)
    assert [(author["name"], joined["present"]) for author in joined["joined"]] == [("Loutre tenace", 2)]
    await member.leave()
    back = await join(shared_server.address, room, session=member.token)
    assert back.welcome["present"] == 2
    assert [author["name"] for author in back.welcome["members"]] == ["Loutre tenace"]
    await back.leave()
    gone = await witness.until(lambda frame: frame["type"] == "presence" and frame["present"] == 1)
    assert gone["left"] == [member.welcome["you"]["id"]]


async def test_somebody_who_comes_to_read_is_counted_for_those_who_are_there(shared_server: Server, room: str) -> None:
    witness = await join(shared_server.address, room)
    await join(shared_server.address, room)
    told = await witness.until(lambda frame: frame["type"] == "presence")
    assert (told["present"], told.get("joined"), told.get("left")) == (2, None, None)


async def test_closing_a_room_tells_whoever_is_in_it(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    await member.say("quelques mots")
    shared_server.run("rooms", "close", room)
    assert (await member.closed())[0] == 4503
    assert f" {room} " not in shared_server.run("rooms", "list")
