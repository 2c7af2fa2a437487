"""The ingress: uvicorn hears of a request only what it needs, whatever comes is bounded and answered, and nobody else feels it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chat.privacy.head import BODY_BYTES, HEAD_BYTES
from chat.privacy.ingress import Ingress
from tests.clients import Bare, Member, build_frame, join, some_name
from tests.conftest import Server
from tests.privacy.serving import Answer, Echo, Receive, Send, Wire, behind_the_ingress, wire
from tests.privacy.test_head import DROPPED, HANDSHAKE, HOSTILE, KEPT, head

SHORT = 0.3  # seconds, where a test waits for the end of patience
GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


def post(body: bytes, *fields: bytes) -> bytes:
    return head(b"Content-Length: %d" % len(body), *fields, line=b"POST / HTTP/1.1") + body


def ingresses() -> list[Ingress]:
    """Those of this test, by its loop: others may wait for the garbage collector."""
    loop = asyncio.get_running_loop()
    # Not `isinstance`: it asks what a weak reference is to, and that may be gone.
    return [found for found in gc.get_objects() if type(found) is Ingress and found._loop is loop]


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


# -- what goes on


async def test_the_application_is_told_nothing_of_who_asks() -> None:
    echo = Echo()
    async with behind_the_ingress(echo) as port, wire(port) as client:
        await client.write(head(*DROPPED, *KEPT[1:]))
        answer = await client.answer()
    assert [f"{name}: {value}" for name, value in answer.json["headers"]] == [
        field.decode().replace(field.decode().partition(":")[0], field.decode().partition(":")[0].lower())
        for field in KEPT
    ]
    assert echo.scopes[0]["client"] is None


async def test_a_handshake_tells_nothing_of_who_asks() -> None:
    echo = Echo()
    async with behind_the_ingress(echo) as port, wire(port) as client:
        await client.write(HANDSHAKE.replace(b"\r\n\r\n", b"\r\n" + b"\r\n".join(DROPPED[:11]) + b"\r\n\r\n"))
        assert (await client.answer()).status == 101
        await until(lambda: echo.early)
    assert [name for name, _ in echo.scopes[0]["headers"]] == [
        b"host",
        b"sec-websocket-key",
        b"sec-websocket-version",
        b"sec-websocket-protocol",
        b"connection",
        b"upgrade",
    ]


@pytest.mark.parametrize(
    "raw", [GET.replace(b"\r\n\r\n", b"\r\nVia: 203.0.113.7\r\n\r\n"), b"GET / HTTP/1.1\r\nVia: 203.0.113.7,"]
)
async def test_the_buffer_is_overwritten(raw: bytes) -> None:
    """With zeros, once a head has gone on and once it will not."""
    async with behind_the_ingress(Echo(), head_seconds=SHORT) as port, wire(port) as client:
        await until(ingresses)
        (ingress,) = ingresses()
        buffer = ingress._buffer
        await client.write(raw[:-1])
        await until(lambda: b"203.0.113.7" in buffer)
        await client.write(raw[-1:])
        assert (await client.answer()).status in (200, 408)
        assert bytes(buffer) == bytes(HEAD_BYTES)


# -- a request after the other, in whatever pieces

_bodies = st.binary(max_size=40) | st.sampled_from(
    [b"a" * HEAD_BYTES, b"b" * BODY_BYTES, b"GET / HTTP/1.1\r\n\r\n", b"\r\n\r\n"]
)
_requests = st.one_of(
    st.just(GET),
    st.just(GET.replace(b"Host", b"Via: x\r\nUser-Agent: " + b"y" * 7_000 + b"\r\nHost")),
    st.builds(post, _bodies),
    st.just(b"\r\n" + GET),
)


def expected(request: bytes) -> tuple[str, str]:
    return request.split(b" ", 1)[0].decode(), request.partition(b"\r\n\r\n")[2].decode("latin-1")


@pytest_asyncio.fixture
async def echo_port() -> AsyncIterator[int]:
    async with behind_the_ingress(Echo()) as port:
        yield port


@given(
    requests=st.lists(_requests, max_size=4),
    cuts=st.lists(st.floats(0, 1), max_size=12),
)
@example(requests=[GET], cuts=[i / 100 for i in range(100)])
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_requests_are_the_same_in_whatever_pieces(
    echo_port: int, requests: list[bytes], cuts: list[float]
) -> None:
    whole = b"".join(requests) + LAST
    places = sorted({0, len(whole), *(int(cut * len(whole)) for cut in cuts)})
    async with wire(echo_port) as client:
        await client.write(*(whole[start:stop] for start, stop in itertools.pairwise(places)))
        answers = await client.answers()
    assert [answer.status for answer in answers] == [200] * (len(requests) + 1)
    said = [(answer.json["method"], answer.json["body"]) for answer in answers]
    assert said == [*(expected(request.removeprefix(b"\r\n")) for request in requests), ("GET", "")]


EARLY = bytes(range(256)) * 20


@pytest.mark.parametrize("cut", [0, 1, len(EARLY) - 1, len(EARLY)])
async def test_what_comes_behind_a_handshake_reaches_the_room(cut: int) -> None:
    """However much of it shares a segment with the request, and whatever was asked before it on the connection."""
    echo = Echo()
    async with behind_the_ingress(echo) as port, wire(port) as client:
        await client.write(GET + HANDSHAKE + EARLY[:cut], EARLY[cut:])
        assert [(await client.answer()).status for _ in range(2)] == [200, 101]
        await until(lambda: echo.early)
    assert EARLY.startswith(echo.early[0])
    assert len(echo.early[0]) >= cut


async def test_a_hello_in_the_breath_of_the_handshake_is_heard(shared_server: Server, room: str) -> None:
    hello = build_frame(1, json.dumps({"type": "hello", "pseudonym": some_name()}).encode())
    bare = await Bare.open(shared_server.address, room, early=hello)
    assert json.loads((await bare.receive())[1])["type"] == "welcome"


async def test_who_has_said_all_gets_the_answers(echo_port: int) -> None:
    async with wire(echo_port) as client:
        client.writer.write(GET + post(b"x") + GET)
        client.writer.write_eof()
        assert [answer.status for answer in await client.answers()] == [200, 200, 200]


async def test_http_1_0_is_answered_and_ended(echo_port: int) -> None:
    async with wire(echo_port) as client:
        await client.write(b"GET / HTTP/1.0\r\n\r\n")
        (answer,) = await client.answers()
    assert answer.status == 200


class Hasty(Echo):
    """Answers at once, before the body has come."""

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})


async def test_a_body_that_nobody_reads_is_no_request(echo_port: int) -> None:
    body = LAST * 3
    async with behind_the_ingress(Hasty()) as port, wire(port) as client:
        await client.write(post(body)[: -len(body)])
        assert (await client.answer()).status == 404
        await client.write(body[:10], body[10:], LAST)
        assert [answer.status for answer in await client.answers()] == [404]


# -- bounds


class Held(Echo):
    """Answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = asyncio.Event()
        self.gone = 0

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await self.let.wait()
        await super().__call__(scope, receive, send)


async def test_who_asks_faster_than_is_answered_is_read_no_further() -> None:
    held = Held()
    async with behind_the_ingress(held) as port, wire(port) as client:
        client.writer.transport.set_write_buffer_limits(0)
        sock = client.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        count = 200_000
        client.writer.write(GET * count)
        await until(lambda: len(ingresses()) == 1 and ingresses()[0]._full)
        assert client.writer.transport.get_write_buffer_size() > 0, "the peer feels it"
        held.let.set()
        for _ in range(1_000):
            assert (await client.answer()).status == 200


@pytest.mark.parametrize(
    ("limits", "sent", "status"),
    [
        pytest.param({"head_seconds": SHORT}, b"", None, id="silence"),
        pytest.param({"head_seconds": SHORT}, GET[:-2], 408, id="half a head"),
        pytest.param({"head_seconds": SHORT}, b"G", 408, id="one byte"),
        pytest.param({"body_seconds": SHORT}, post(b"x" * 9)[:-1], 408, id="half a body"),
        pytest.param({"body_seconds": SHORT}, post(b"x" * 9)[:-9], 408, id="no body"),
    ],
)
async def test_half_a_request_is_ended(limits: dict[str, float], sent: bytes, status: int | None) -> None:
    async with behind_the_ingress(Echo(), **limits) as port, wire(port) as client:
        await client.write(sent)
        answers = await client.answers()
    assert [answer.status for answer in answers] == ([] if status is None else [status])
    assert [answer.json["code"] for answer in answers] == (["request_late"] if status else [])


@pytest.mark.parametrize("sent", [b"", GET[:-2], GET])
async def test_who_waits_is_let_go_when_the_server_ends(sent: bytes) -> None:
    async with contextlib.AsyncExitStack() as client_side, contextlib.AsyncExitStack() as server_side:
        port = await server_side.enter_async_context(behind_the_ingress(Echo(), head_seconds=60.0))
        client = await client_side.enter_async_context(wire(port))
        await client.write(sent)
        await until(lambda: ingresses() and (sent == GET or ingresses()[0]._filled == len(sent)))
        if sent == GET:
            assert (await client.answer()).status == 200
        async with asyncio.timeout(10):
            await server_side.aclose()
            assert await client.reader.read() == b""


@pytest.mark.parametrize("raw", [GET, post(b"x" * 10_000)])
async def test_a_slow_drip_gains_no_time(raw: bytes) -> None:
    async with behind_the_ingress(Echo(), head_seconds=SHORT, body_seconds=SHORT) as port, wire(port) as client:

        async def drip() -> None:
            for byte in raw:
                await client.write(bytes([byte]))
                await asyncio.sleep(SHORT / 10)

        dripping = asyncio.create_task(drip())
        assert (await client.answer()).status == 408
        dripping.cancel()


async def test_a_connection_rests_between_requests_no_longer_than_for_one() -> None:
    async with behind_the_ingress(Echo(), head_seconds=SHORT) as port, wire(port) as client:
        await client.write(GET)
        assert [answer.status for answer in await client.answers()] == [200]


async def test_an_application_that_waits_for_a_body_is_told_that_none_comes() -> None:
    ended = asyncio.Event()

    async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        assert (await receive())["type"] == "http.request"
        assert (await receive())["type"] == "http.disconnect"
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})
        ended.set()

    async with behind_the_ingress(app, body_seconds=SHORT) as port, wire(port) as client:
        await client.write(post(b"xyz")[:-1])
        assert [answer.status for answer in await client.answers()] == [408]
        await asyncio.wait_for(ended.wait(), 20)


async def test_who_does_not_read_the_answer_is_dropped() -> None:
    async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        for _ in range(500):  # more than the system takes for somebody who does not read
            await send({"type": "http.response.body", "body": bytes(65_536), "more_body": True})

    async with behind_the_ingress(app, answer_seconds=SHORT) as port, wire(port) as client:
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await client.write(GET)
        await until(ingresses)
        await until(lambda: not ingresses() or ingresses()[0]._transport.is_closing())


async def test_of_too_many_who_wait_the_first_makes_room() -> None:
    async with (
        behind_the_ingress(Echo(), waiting=2) as port,
        wire(port) as first,
        wire(port) as second,
        wire(port) as third,
    ):
        assert await first.reader.read() == b""
        for client in (second, third):
            await client.write(GET)
            assert (await client.answer()).status == 200
        async with wire(port) as fourth, wire(port):
            assert await second.reader.read() == b""
            await fourth.write(GET)
            assert (await fourth.answer()).status == 200


async def test_who_is_refused_can_read_why_even_while_talking_on() -> None:
    async with behind_the_ingress(Echo()) as port, wire(port) as client:
        client.writer.write(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000)
        await client.writer.drain()
        (answer,) = await client.answers()
    assert (answer.status, answer.json["code"]) == (431, "head_too_long")


@pytest.mark.parametrize("endless", [b"GET / HTTP/1.1\r\n", b"G", b"GET /\x00"])
async def test_who_never_ends_is_cut(endless: bytes) -> None:
    async with behind_the_ingress(Echo()) as port, wire(port) as client:

        async def go_on() -> None:
            for more in itertools.chain([endless], itertools.repeat(b"x" * 65_536, 1_000)):
                client.writer.write(more)
                await client.writer.drain()

        with pytest.raises(ConnectionError):
            await go_on()


async def test_a_refusal_waits_for_the_answers_before_it() -> None:
    held = Held()
    async with behind_the_ingress(held) as port, wire(port) as client:
        await client.write(GET + head(b"Transfer-Encoding: chunked") + GET)
        await until(lambda: held.scopes or len(ingresses()) == 1)
        held.let.set()
        assert [answer.status for answer in await client.answers()] == [200, 501]


async def test_a_refusal_is_an_answer_like_any(echo_port: int) -> None:
    async with wire(echo_port) as client:
        await client.write(head(b"Content-Length: x", line=b"POST /?lang=en HTTP/1.1"))
        (answer,) = await client.answers()
    assert answer.status == 400
    assert answer.headers["x-safe"] == "yes"
    assert (answer.headers["cache-control"], answer.headers["connection"]) == ("no-store", "close")
    assert answer.json == {
        "code": "bad_request",
        "message": "This request is not in the form expected. Reload the page and try again.",
    }


# -- hostile bytes, on the whole program


@pytest.fixture(scope="module")
def port(shared_server: Server) -> Iterator[int]:
    """The server's; whatever happens here, nothing may fail inside it nor reach a library that complains."""
    start = len(shared_server.log.read_text())
    yield int(shared_server.address.rpartition(":")[2])
    said = shared_server.log.read_text()[start:]
    assert '"error"' not in said
    assert '"library"' not in said


@pytest_asyncio.fixture
async def witness(shared_server: Server, room: str) -> AsyncIterator[Member]:
    """A member of a room, who goes on talking whatever is sent."""
    member = await join(shared_server.address, room)
    yield member
    await talks(member)


async def talks(member: Member) -> None:
    words = some_name()
    assert (await member.say(words))["type"] == "accepted"
    await member.hears(words)


def check_refused(answers: list[Answer], status: int, code: str) -> None:
    (answer,) = answers
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.json["message"]
    assert answer.headers["content-type"] == "application/json"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("host", [b"h", b"127.0.0.1"])
async def test_a_handshake_that_is_denied_or_deserted_is_no_fault_of_ours(port: int, host: bytes) -> None:
    """The log, which the fixture looks at, is not for whoever knocks to write in."""
    ours = HANDSHAKE.replace(b": a, b", b": sansmasque.1")
    for origin in (b"http://h", b"http://127.0.0.1:%d" % port):
        async with wire(port) as client:
            client.writer.write(ours.replace(b"Host: h", b"Host: " + host + b"\r\nOrigin: " + origin))
            client.writer.write_eof()
            assert {answer.status for answer in await client.answers()} <= {101, 403, 421}


@pytest.mark.parametrize(("raw", "why"), HOSTILE)
async def test_hostile_heads_have_one_clear_answer(
    port: int, witness: Member, raw: bytes, why: tuple[int, str]
) -> None:
    """And nothing of what stands behind them is taken for a request."""
    async with wire(port) as client:
        await client.write(raw + b"0\r\n\r\n" + GET)
        check_refused(await client.answers(), *why)
    await talks(witness)


def tls_hello() -> bytes:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="h").do_handshake()
    return outgoing.read()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        pytest.param(tls_hello(), (400, "bad_request"), id="TLS"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), (505, "http_version"), id="HTTP/2"),
        pytest.param(b"GET /\r\n", (505, "http_version"), id="HTTP/0.9"),
        pytest.param(bytes(100_000), (400, "bad_request"), id="NULs"),
        pytest.param(GET[:-2] + b"X: a\r\n" * 10_000 + b"\r\n", (431, "head_too_long"), id="10,000 headers"),
        pytest.param(b"GET /" + b"a" * 900_000, (414, "head_too_long"), id="a giant target"),
        pytest.param(GET[:-2] + b"X: " + b"a" * 900_000, (431, "head_too_long"), id="a giant value"),
        pytest.param(GET[:-2] + b"a" * 900_000, (431, "head_too_long"), id="a giant name"),
        pytest.param(
            GET[:-2] + b"Cookie: " + b"a" * HEAD_BYTES + b"\r\n\r\n", (431, "head_too_long"), id="a giant cookie"
        ),
        pytest.param(b"\r\n" * 50_000 + b"\n", (400, "bad_request"), id="empty lines"),
        pytest.param(
            head(b"Content-Length: 9999999999") + b"a" * 500_000,
            (413, "body_too_long"),
            id="a giant body",
        ),
    ],
)
async def test_hostile_bytes_have_one_clear_answer(
    port: int, witness: Member, raw: bytes, why: tuple[int, str]
) -> None:
    async with wire(port) as client:
        await client.write(raw)
        check_refused(await client.answers(), *why)
    await talks(witness)


async def test_half_requests_by_the_hundred_disturb_nobody_and_are_ended(port: int, witness: Member) -> None:
    halves = [await asyncio.open_connection("127.0.0.1", port) for _ in range(300)]
    for _, writer in halves:
        writer.write(GET[:-2])
    for _ in range(20):
        await talks(witness)
    clients = [Wire(reader, writer) for reader, writer in halves]
    for client in clients:
        check_refused(await client.answers(), 408, "request_late")
        client.writer.transport.abort()


_pieces = st.one_of(
    st.sampled_from([GET, LAST, HANDSHAKE, post(b"abc"), *(raw for raw, _ in HOSTILE)]),
    st.binary(max_size=60),
    st.sampled_from(
        [b"\r\n", b"\n", b"\r", b" ", b":", b"\x00", b"GET ", b" HTTP/1.1", b"Content-Length: 5\r\n", b"\xff"]
    ),
)


@st.composite
def _streams(draw: st.DrawFn) -> list[bytes]:
    """Requests, hostile ones and noise, with bytes lost or doubled, in whatever pieces."""
    whole = bytearray(b"".join(draw(st.lists(_pieces, min_size=1, max_size=6))))
    for place in draw(st.lists(st.integers(0, max(len(whole) - 1, 0)), max_size=3)):
        whole[place : place + draw(st.integers(0, 4))] = draw(st.binary(max_size=3))
    places = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    return [bytes(whole[start:stop]) for start, stop in itertools.pairwise([0, *places, len(whole)])]


@given(sent=_streams())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_bytes_break_the_server(port: int, witness: Member, sent: list[bytes]) -> None:
    """Whatever comes, what goes back is whole answers with our code and sentence, or a handshake, and then the end."""
    async with wire(port) as client:
        await client.write(*sent)
        client.writer.write_eof()
        for answer in await client.answers():
            if answer.status == 101:
                break
            if answer.status >= 400 and answer.body:
                assert answer.json["code"]
            assert "default-src 'none'" in answer.headers["content-security-policy"]
    await talks(witness)
