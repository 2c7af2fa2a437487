"""A member's socket keeps to RFC 6455 whatever comes, and whatever comes disturbs nobody else: on the real server."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.frames import Close

from tests.clients import Bare, Member, build_frame, join, some_name
from tests.conftest import Server
from tests.rooms.rfc6455_cases import CASES, CLOSE, CONT, NONE, PONG, TEXT, Case, ask, close, ping, text

ROOM = "rfc6455"
SWIFT_SECONDS = 1.5  # from a close frame to the end of the stream; less than a closing socket may linger


@pytest.fixture(scope="module")
def address(shared_server: Server) -> Iterator[str]:
    """The server's address; whatever happens here, nothing may fail inside it."""
    shared_server.run("rooms", "add", ROOM, "--title", "RFC 6455")
    start = len(shared_server.log.read_text())
    yield shared_server.address
    assert '"error"' not in shared_server.log.read_text()[start:]


@pytest_asyncio.fixture
async def witness(address: str) -> AsyncIterator[Member]:
    """A member of the same room, who goes on talking whatever the others do."""
    member = await join(address, ROOM)
    yield member
    await talks(member)


async def talks(member: Member) -> None:
    words = some_name()
    assert (await member.say(words))["type"] == "accepted"
    await member.hears(words)


@dataclass
class Back:
    """What came back, by kind; what the room says to everybody is left out."""

    pongs: list[bytes] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    errors: int = 0
    close: int | None = None
    reason: str = ""

    def take(self, opcode: int, payload: bytes) -> None:
        assert self.close is None or opcode == PONG, "no data follows a close frame (section 5.5.1)"
        if opcode == PONG:
            self.pongs.append(payload)
        elif opcode == CLOSE:
            assert len(payload) <= 125
            goodbye = Close.parse(payload)
            self.close, self.reason = goodbye.code, goodbye.reason
        else:
            assert opcode == TEXT
            self._take(json.loads(payload))

    def _take(self, frame: dict[str, object]) -> None:
        if frame["type"] in ("accepted", "refused"):
            self.heard.append(str(frame["ref"]))
        elif frame["type"] == "error":
            self.errors += 1


@contextlib.asynccontextmanager
async def entered(address: str) -> AsyncIterator[Bare]:
    """Be a member of the room for a while, by a bare socket."""
    bare = await Bare.open(address, ROOM)
    with contextlib.closing(bare.writer):
        await greet(bare)
        yield bare


async def greet(bare: Bare) -> None:
    bare.text({"type": "hello", "pseudonym": some_name()})
    assert json.loads((await bare.receive())[1])["type"] == "welcome"


async def write(bare: Bare, sent: Iterable[bytes]) -> None:
    for chop in sent:
        bare.write(chop)
        await asyncio.sleep(0)  # one write, one segment


async def hear(bare: Bare, back: Back, enough: Callable[[], bool]) -> None:
    while not enough():
        back.take(*await bare.receive())


async def hear_out(bare: Bare, back: Back) -> None:
    """Receive until the server ends its side; after a close frame it must not take as long as it may linger."""
    try:
        await hear(bare, back, lambda: back.close is not None)
        async with asyncio.timeout(SWIFT_SECONDS):
            await hear(bare, back, lambda: False)
    except EOFError:
        back.close = NONE if back.close is None else back.close


async def check_goes_on(bare: Bare, back: Back, case: Case) -> None:
    """Receive all that is expected; then a ping and a goodbye, to see that nothing else was under way."""
    wanted = len(case.pongs) + len(case.heard) + case.errors
    await hear(bare, back, lambda: len(back.pongs) + len(back.heard) + back.errors >= wanted)
    bare.write(ping(b"still here?") + close(1000))
    await hear_out(bare, back)
    assert back.pongs == [*case.pongs, b"still here?"]
    assert sorted(back.heard) == sorted(case.heard)
    assert (back.errors, back.close) == (case.errors, 1000)


async def check_ends(bare: Bare, back: Back, case: Case) -> None:
    await hear_out(bare, back)
    assert back.close == case.close
    assert back.pongs == list(case.pongs)
    assert set(back.heard) <= set(case.heard)
    assert back.errors == case.errors


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.section} {case.name}") for case in CASES])
async def test_rfc6455(address: str, witness: Member, case: Case) -> None:
    check = check_goes_on if case.close is None else check_ends
    async with entered(address) as bare:
        await write(bare, case.sent)
        if case.ends:
            bare.writer.write_eof()
        await check(bare, Back(), case)


# -- who begins, and who ends


async def test_words_before_the_answer_to_the_handshake_leave_the_stream_whole(address: str, witness: Member) -> None:
    """
    A client must wait for that answer (section 4.1).

    What shares a segment with the request stays in uvicorn's HTTP parser; what comes later is kept. Lost or kept, the stream goes on
    at the bounds of a frame, and whoever says hello again is answered.
    """
    hellos = [text(json.dumps({"type": "hello", "pseudonym": some_name()}).encode()) for _ in range(2)]
    bare = await Bare.open(address, ROOM, early=hellos[0])
    with contextlib.closing(bare.writer):
        bare.write(ping(b"whole") + hellos[1])
        seen = set[str]()
        while not seen >= {"pong", "welcome"}:
            opcode, words = await bare.receive()
            seen.add("pong" if opcode == PONG else json.loads(words)["type"])


@pytest.mark.parametrize(
    ("answer", "pongs"),
    [
        pytest.param(close(4503), 0, id="the same code"),
        pytest.param(close(1000), 0, id="another code"),
        pytest.param(close(), 0, id="no code"),
        pytest.param(text("x") + ping() + close(4503), 1, id="words and a ping before it"),
        pytest.param(text(b"x", fin=False) + close(4503), 0, id="half a message before it"),
        pytest.param(build_frame(3) + ping(), 0, id="a broken frame instead"),
        pytest.param(None, 0, id="an end without a word"),
        pytest.param(b"", 0, id="silence"),
    ],
)
async def test_the_server_says_goodbye(address: str, witness: Member, answer: bytes | None, pongs: int) -> None:
    """Section 7.1: the stream ends once the goodbye is answered, or the answer was waited for long enough."""
    bare, back = await Bare.open(address, "nulle-part"), Back()
    with contextlib.closing(bare.writer):
        bare.text({"type": "hello", "pseudonym": some_name()})
        await hear(bare, back, lambda: back.close is not None)
        assert (back.errors, back.close, back.reason) == (1, 4503, "room_unknown")
        if answer is None:
            bare.writer.write_eof()
        else:
            bare.write(answer)
        with pytest.raises(EOFError):
            await hear(bare, back, lambda: False)
    assert len(back.pongs) == pongs


async def test_a_reset_in_the_middle_of_a_message_disturbs_nobody(address: str, witness: Member) -> None:
    async with entered(address) as bare:
        bare.write(text(ask("x", 9_000))[:5_000])
        bare.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        bare.writer.transport.abort()


async def test_who_pings_without_end_and_never_reads_is_dropped(address: str, witness: Member) -> None:
    """The answers wait up to a bound; nobody else waits for them."""

    async def flood(bare: Bare) -> None:
        # About what the kernel takes; then the shortest ones, which are the most to keep count of.
        bare.write(ping(bytes(125)) * 1_500)
        for _ in range(1_000):
            bare.write(ping() * 10_000)
            await bare.writer.drain()
            async with asyncio.timeout(5):
                await talks(witness)

    async with entered(address) as bare:
        bare.writer.transport.pause_reading()  # type: ignore[attr-defined]
        with pytest.raises(ConnectionError):
            await flood(bare)


# -- whatever comes

# One witness hears out all the examples: that nothing wears it out belongs to what is tested.
patiently = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

_requests = st.sampled_from(["x", "é", "\U0001f9e1"]).map(ask)
_frames = st.builds(
    build_frame,
    st.sampled_from([0, 0, 1, 1, 1, 2, 8, 9, 9, 10, 3, 15]),
    _requests | st.binary(max_size=200),
    fin=st.booleans(),
    rsv=st.sampled_from([0] * 9 + [1, 4]),
    masked=st.sampled_from([True] * 9 + [False]),
)


@given(sent=st.lists(st.binary(max_size=40), max_size=5) | st.lists(_frames, max_size=9), greeted=st.booleans())
@patiently
async def test_no_bytes_break_the_server(address: str, witness: Member, sent: list[bytes], greeted: bool) -> None:
    """Whatever follows the handshake is answered with frames that are right, a code that is valid, and an end."""
    bare = await Bare.open(address, ROOM)
    with contextlib.closing(bare.writer):
        if greeted:
            await greet(bare)
        await write(bare, sent)
        bare.writer.write_eof()
        await hear_out(bare, Back())
    await talks(witness)


@st.composite
def broken_up(draw: st.DrawFn) -> Case:
    """Break up a request into fragments, with pings between, written in pieces that heed no bounds."""
    ref = draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64))
    parts = _cut(draw, ask(ref), 20)
    frames, pongs = list[bytes](), list[bytes]()
    for i, part in enumerate(parts):
        between = draw(st.lists(st.binary(max_size=125), max_size=2))
        pongs += between
        frames += [*map(ping, between), build_frame(CONT if i else TEXT, part, fin=i == len(parts) - 1)]
    return Case("", "5.4", tuple(_cut(draw, b"".join(frames), 30)), pongs=tuple(pongs), heard=(ref,))


def _cut(draw: st.DrawFn, whole: bytes, times: int) -> list[bytes]:
    places = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=times)))
    return [whole[start:stop] for start, stop in itertools.pairwise([0, *places, len(whole)])]


@given(case=broken_up())
@patiently
async def test_a_message_arrives_whole_however_it_was_cut(address: str, witness: Member, case: Case) -> None:
    async with entered(address) as bare:
        await write(bare, case.sent)
        await check_goes_on(bare, Back(), case)
    await talks(witness)
