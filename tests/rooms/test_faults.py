"""What holds when something breaks: processes killed, the store frozen, readers that stall, a full disk."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable

import pytest
import redis
from websockets.exceptions import ConnectionClosed

from tests.clients import PATIENCE_SECONDS, Bare, Frame, Member, join
from tests.conftest import Server

MESSAGES = 1_000

Start = Callable[..., Server]


class Speaker:
    """Says 1,000 messages, each until it is accepted, through whatever happens; knows what was accepted."""

    def __init__(self, address: str, session: str) -> None:
        self.address = address
        self.session = session
        self.accepted: dict[str, Frame] = {}
        self.halfway = asyncio.Event()

    async def speak(self) -> None:
        async with asyncio.timeout(120):
            while len(self.accepted) < MESSAGES:
                try:
                    await self._speak_on(await join(self.address, "salon", session=self.session))
                except (OSError, AssertionError, ConnectionClosed, TimeoutError):
                    await asyncio.sleep(0.05)  # as a browser would: the server is away, try again

    async def _speak_on(self, member: Member) -> None:
        self.session = member.token
        unsaid = [ref for ref in map(str, range(MESSAGES)) if ref not in self.accepted]
        for start in range(0, len(unsaid), 10):
            burst = unsaid[start : start + 10]
            for ref in burst:
                await member.send({"type": "say", "ref": ref, "text": f"mot {ref}"})
            while not self.accepted.keys() >= set(burst):
                answer = await member.receive()
                if answer["type"] == "accepted":
                    self.accepted[answer["ref"]] = answer
                elif answer["type"] == "refused":
                    return await member.leave()
            if len(self.accepted) >= MESSAGES / 2:
                self.halfway.set()
        return None


async def everything(address: str) -> list[Frame]:
    """Read the whole history of the room, as a newcomer can."""
    member = await join(address, "salon")
    events, more = list(member.welcome["events"]), True
    while more:
        answer = await member.ask({"type": "history", "before": events[0]["offset"]})
        events, more = [*answer["events"], *events], answer["more"]
    return events


def check_kept_once(speaker: Speaker, events: list[Frame]) -> None:
    said = {event["id"]: event for event in events}
    assert len(said) == len(events) == MESSAGES
    assert sorted(int(event["text"].split()[1]) for event in events) == list(range(MESSAGES))
    for ref, answer in speaker.accepted.items():
        assert (said[answer["id"]]["offset"], said[answer["id"]]["text"]) == (answer["offset"], f"mot {ref}")
    assert [event["offset"] for event in events] == list(range(1, MESSAGES + 1))


async def test_what_was_acknowledged_survives_the_kill_of_the_store(server: Server) -> None:
    speaker = Speaker(server.address, (await join(server.address, "salon")).token)
    speaking = asyncio.create_task(speaker.speak())
    await speaker.halfway.wait()
    os.kill(server.store_pid(), signal.SIGKILL)
    await speaking
    check_kept_once(speaker, await everything(server.address))


async def test_what_was_acknowledged_survives_the_kill_of_the_server(start: Start) -> None:
    first = start()
    speaker = Speaker(first.address, (await join(first.address, "salon")).token)
    speaking = asyncio.create_task(speaker.speak())
    await speaker.halfway.wait()
    first.kill()
    second = await asyncio.to_thread(start)
    speaker.address = second.address
    await speaking
    check_kept_once(speaker, await everything(second.address))


async def test_a_frozen_store_acknowledges_nothing_and_all_resumes_by_itself(start: Start) -> None:
    server = start(store_timeout_seconds=1.0)
    member, other = await join(server.address, "salon"), await join(server.address, "salon")
    await member.say("avant")
    store = server.store_pid()
    os.kill(store, signal.SIGSTOP)
    try:
        await member.send({"type": "say", "ref": "gelé", "text": "pendant"})
        answer = await member.until(lambda frame: frame.get("ref") == "gelé")
        assert (answer["type"], answer["code"]) == ("refused", "store_away")
        assert answer["retry_after"] > 0
        assert (await other.until(lambda frame: frame["type"] == "error"))["code"] == "store_away"
    finally:
        os.kill(store, signal.SIGCONT)
    await other.until(lambda frame: frame["type"] == "notice" and frame["code"] == "store_back")
    again = await member.say("pendant", ref="gelé")
    assert again["type"] == "accepted"
    await member.say("après")
    await other.hears("après")
    said = [event["text"] for event in other.events]
    assert said == ["avant", "pendant", "après"], "once, in order, though it was sent twice"


async def test_two_servers_on_one_store_serve_the_same_room(server: Server, start: Start) -> None:
    second = start("--redis", server.store_url)
    here, there = await join(server.address, "salon"), await join(second.address, "salon")
    for i in range(20):
        await (here if i % 2 else there).say(f"mot {i}")
    for member in (here, there):
        await member.hears("mot 19")
        assert [event["text"] for event in member.events] == [f"mot {i}" for i in range(20)]
    moved = await join(second.address, "salon", session=here.token, since=here.position)
    assert await here.closed() == (4505, "opened_elsewhere")
    assert (moved.welcome["recovered"], moved.welcome["events"]) == (True, [])
    assert moved.welcome["you"]["id"] == here.welcome["you"]["id"]
    assert await moved.say("mot 19", ref="x") == await moved.say("mot 19", ref="x")


async def test_a_message_that_pub_sub_lost_is_found_by_the_position_check(server: Server) -> None:
    member = await join(server.address, "salon")
    await member.say("un")
    await member.hears("un")
    author = {"id": "y", "name": "Z", "hue": 0, "face": "mask"}
    lost = json.dumps(
        {**member.events[0], "offset": 2, "id": "x", "author": author, "text": "perdu"}, separators=(",", ":")
    )
    store = redis.from_url(server.store_url)
    with store.pipeline() as changes:  # as if it had been said and its publication lost
        changes.hset("{salon}:events", "2", lost)
        changes.hset("{salon}:log", "offset", "2")
        changes.execute()
    store.close()
    await member.hears("perdu")
    assert [event["offset"] for event in member.events] == [1, 2]


async def test_a_reader_that_stalls_is_caught_up_or_let_go_and_resumes_without_a_gap(start: Start) -> None:
    server = start(stall_seconds=2)
    speaker, witness = await join(server.address, "salon"), await join(server.address, "salon")
    stalled = await Bare.open(server.address, "salon")
    stalled.text({"type": "hello", "pseudonym": "Lecteur lent"})
    _, welcome = await stalled.receive()
    stalled.writer.transport.pause_reading()  # type: ignore[attr-defined]
    text = "mot " * 900
    for i in range(300):
        await speaker.say(f"{i} {text}")
    await witness.hears(f"299 {text.strip()}")
    stalled.writer.transport.resume_reading()  # type: ignore[attr-defined]
    offsets, code = [], None
    try:
        while True:
            opcode, payload = await stalled.receive()
            if opcode == 8:
                code = int.from_bytes(payload[:2], "big")
            elif (frame := json.loads(payload))["type"] == "said":
                offsets.append(frame["offset"])
    except EOFError:
        pass
    assert offsets == list(range(1, len(offsets) + 1)), "what arrived is in order, without a gap"
    assert 0 < len(offsets) < 300
    assert code in (4001, None)
    greeting = json.loads(welcome)
    place = {"epoch": greeting["epoch"], "offset": offsets[-1]}
    back = await join(server.address, "salon", session=greeting["you"]["session"], since=place)
    assert back.welcome["recovered"] is True
    assert [event["offset"] for event in back.welcome["events"]] == list(range(offsets[-1] + 1, 301))


async def test_a_reader_that_is_late_is_caught_up_on_the_same_connection(server: Server) -> None:
    speaker = await join(server.address, "salon")
    late = await join(server.address, "salon")
    late.socket.transport.pause_reading()
    text = "mot " * 900
    for i in range(150):
        await speaker.say(f"{i} {text}")
    late.socket.transport.resume_reading()
    await late.hears(f"149 {text.strip()}")
    assert [event["offset"] for event in late.events] == list(range(1, 151))


async def test_draining_answers_what_was_asked_and_says_when_to_come_back(server: Server) -> None:
    members = [await join(server.address, "salon") for _ in range(5)]
    for member in members:
        await member.send({"type": "say", "ref": "dernier", "text": "un dernier mot"})
    stopping = asyncio.create_task(asyncio.to_thread(server.stop))
    for member in members:
        code, reason = await member.closed()
        assert code == 4000
        assert 0 < float(reason) < 60
        answered = [frame["type"] for frame in member.frames if frame.get("ref") == "dernier"]
        assert answered in (["accepted"], []), "answered before the end, or never taken"
    assert await stopping == 0


async def test_a_silent_peer_is_pinged_and_then_let_go(start: Start) -> None:
    server = start(ping_seconds=1, idle_seconds=5)
    lively = await join(server.address, "salon")
    silent = await Bare.open(server.address, "salon")
    silent.text({"type": "hello", "pseudonym": "Silence"})
    opcodes = []
    while (received := await silent.receive())[0] != 8:
        opcodes.append(received[0])
    assert 9 in opcodes
    assert int.from_bytes(received[1][:2], "big") == 4002
    assert (await lively.say("je réponds aux pings"))["type"] == "accepted"


async def test_whoever_says_no_hello_is_let_go(start: Start) -> None:
    server = start(hello_seconds=1)
    mute = await Bare.open(server.address, "salon")
    frames = [await mute.receive(), await mute.receive()]
    assert b"hello_late" in frames[0][1]
    assert int.from_bytes(frames[1][1][:2], "big") == 4500


@pytest.mark.parametrize("origin", ["https://ailleurs.example", None])
async def test_a_page_of_somebody_else_is_refused(shared_server: Server, origin: str | None) -> None:
    host = shared_server.address.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    line = f"Origin: {origin}\r\n" if origin else ""
    writer.write(
        f"GET /r/lent/live HTTP/1.1\r\nHost: {host}\r\n{line}Upgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert b" 403 " in await reader.readline()
    writer.close()
