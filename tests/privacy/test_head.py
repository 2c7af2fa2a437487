"""What of a request's head goes on, and what is refused before anybody else reads it."""

from __future__ import annotations

import re

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.http11 import Request
from websockets.server import ServerProtocol

from chat.privacy.head import BODY_BYTES, FIELDS, HEAD_BYTES, Head, Refused, look, read

HANDSHAKE = (
    b"GET /r/salon/live HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: a, b\r\n\r\n"
)


def head(*fields: bytes, line: bytes = b"GET / HTTP/1.1", host: bytes = b"Host: h\r\n") -> bytes:
    return line + b"\r\n" + host + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


def in_our_words(*fields: bytes, host: bytes = b"Host: h\r\n") -> bytes:
    """The head with these fields, as it goes on."""
    return re.sub(rb"\r\n[A-Za-z-]+: ?", lambda name: name[0].lower().rstrip() + b" ", head(*fields, host=host))


def taken(raw: bytes) -> Head:
    return read(bytearray(raw), len(raw))


def refused(raw: bytes) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        taken(raw)
    return caught.value.status, caught.value.code


KEPT = [
    b"Host: h",
    b"Origin: http://h",
    b"Content-Type: application/json",
    b"Cookie: a=b",
    b"Authorization: Bearer x",
    b'If-None-Match: "x"',
    b"Sec-Fetch-Site: same-origin",
]
DROPPED = [
    b"X-Forwarded-For: 203.0.113.7",
    b"Forwarded: for=203.0.113.7",
    b"X-Real-IP: 203.0.113.7",
    b"X-Forwarded-Host: h",
    b"CF-Connecting-IP: 203.0.113.7",
    b"True-Client-IP: 203.0.113.7",
    b"Via: 1.1 203.0.113.7",
    b"User-Agent: Mozilla/5.0 203.0.113.7",
    b"Accept-Language: fr-CA",
    b"Accept: */*",
    b"Accept-Encoding: gzip",
    b"Referer: http://ailleurs/",
    b"Expect: 100-continue",
    b"X-Cookie: a",
    b"Hosts: a",
    b"Sec-CH-UA: x",
    b"Sec-WebSocket-Extensions: permessage-deflate",
    b"Keep-Alive: timeout=5",
    b"HTTP2-Settings: x",
    b"Upgrade: h2c",
    b"Connection: X-Forwarded-For, keep-alive",
    b"X-Odd: \xff\t\x80",
    b"X-Empty:",
]


def test_only_what_is_listed_goes_on() -> None:
    mixed = [field for pair in zip(DROPPED, (KEPT * 4)[: len(DROPPED)], strict=True) for field in pair]
    once = [field for i, field in enumerate(mixed) if field not in mixed[:i]]
    assert taken(head(*once, host=b"")).forwarded == in_our_words(*[field for field in once if field in KEPT], host=b"")


@pytest.mark.parametrize("field", DROPPED)
def test_dropped(field: bytes) -> None:
    assert taken(head(field)) == (in_our_words(), 0, False)
    assert taken(head(field.swapcase())).forwarded == in_our_words()


@pytest.mark.parametrize("field", KEPT[1:])
def test_kept_in_whatever_case(field: bytes) -> None:
    name, _, value = field.partition(b": ")
    for written in (name.upper(), name.lower()):
        assert taken(head(written + b":" + value)).forwarded == in_our_words(field)


def test_a_handshake_goes_on_in_our_words() -> None:
    forwarded, body, upgrade = taken(HANDSHAKE.replace(b"\r\n\r\n", b"\r\nUser-Agent: x\r\nVia: 1.1 p\r\n\r\n"))
    assert (body, upgrade) == (0, True)
    assert forwarded == (
        b"GET /r/salon/live HTTP/1.1\r\nhost: h\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n"
        b"sec-websocket-protocol: a, b\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"GET", b"POST"),
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b"Connection: keep-alive, Upgrade", b"Connection: keep-alive"),
        (b"Upgrade: websocket", b"Upgrade: websocket\r\nUpgrade: h2c"),
        (b"Upgrade: websocket", b"Upgrade: h2c"),
    ],
)
def test_what_is_no_handshake_is_an_ordinary_request(old: bytes, new: bytes) -> None:
    forwarded, _, upgrade = taken(HANDSHAKE.replace(old, new, 1))
    assert not upgrade
    assert b"pgrade" not in forwarded
    assert b"websocket" not in forwarded


def test_a_handshake_may_say_its_lists_on_several_lines() -> None:
    raw = HANDSHAKE.replace(b"Connection: keep-alive, Upgrade", b"Connection: keep-alive\r\nConnection: UPGRADE")
    raw = raw.replace(b": a, b", b": a\r\nSec-WebSocket-Protocol: b")
    assert b"sec-websocket-protocol: a,b\r\n" in taken(raw).forwarded


@pytest.mark.parametrize(
    ("fields", "closes"),
    [
        ([b"Connection: close"], True),
        ([b"Connection: keep-alive"], False),
        ([b"Connection: x", b"Connection: , Close"], True),
    ],
)
def test_the_end_of_a_connection_goes_on(fields: list[bytes], closes: bool) -> None:
    assert (b"\r\nconnection: close\r\n" in taken(head(*fields)).forwarded) is closes


BAD = (400, "bad_request")

HOSTILE = [
    # Two readers may see two requests.
    (head(b"Transfer-Encoding: chunked"), (501, "coding_unknown")),
    (head(b"Transfer-Encoding: identity"), (501, "coding_unknown")),
    (head(b"tRANSFER-eNCODING:\tchunked", b"Content-Length: 3"), (501, "coding_unknown")),
    (head(b"Transfer-Encoding : chunked"), BAD),
    (head(b" Transfer-Encoding: chunked"), BAD),
    (head(b"Transfer-Encoding\x0b: chunked"), BAD),
    (head(b"X: a", b" Transfer-Encoding: chunked"), BAD),
    (head(b"X: a\nTransfer-Encoding: chunked"), BAD),
    (head(b"X: a\rTransfer-Encoding: chunked"), BAD),
    (head(b"Content-Length: 3", b"Content-Length: 3"), BAD),
    (head(b"Content-Length: 3", b"content-length: 4"), BAD),
    (head(b"Content-Length: 3, 3"), BAD),
    (head(b"Content-Length: +3"), BAD),
    (head(b"Content-Length: -3"), BAD),
    (head(b"Content-Length: 0x3"), BAD),
    (head(b"Content-Length: 3 3"), BAD),
    (head(b"Content-Length: \xb2"), BAD),
    (head(b"Content-Length:"), BAD),
    (head(b"Content-Length: %d" % (BODY_BYTES + 1)), (413, "body_too_long")),
    (head(b"Content-Length: " + b"9" * 4_000), (413, "body_too_long")),
    (head(b"X: a", b"\tfolded"), BAD),
    (head(b" folded"), BAD),
    # One field, one meaning.
    (head(b"Host: other"), BAD),
    (head(host=b""), BAD),
    (head(b"Origin: a", b"Origin: b"), BAD),
    (head(b"Authorization: a", b"Authorization: b"), BAD),
    # No characters that end a line, a text or a terminal's patience.
    (head(b"X: a\x00b"), BAD),
    (head(b"X\x00: a"), BAD),
    (head(b"X: \x1b[31m"), BAD),
    (head(b"X: \x7f"), BAD),
    (head(b"X\xff: a"), BAD),
    (head(b"X"), BAD),
    (head(b": a"), BAD),
    (head(line=b"GET /\x00 HTTP/1.1"), BAD),
    (head(line=b"GET /\xff HTTP/1.1"), BAD),
    (head(line=b"GET /a b HTTP/1.1"), BAD),
    (head(line=b"GET  / HTTP/1.1"), BAD),
    (head(line=b"GET /  HTTP/1.1"), BAD),
    (head(line=b" GET / HTTP/1.1"), BAD),
    (head(line=b"get / HTTP/1.1"), BAD),
    (head(line=b"GET / HTTP/1.1 "), BAD),
    (head(line=b"GET / http/1.1"), BAD),
    # Other ways to name what is wanted: for proxies, or for nobody.
    (head(line=b"GET http://h/ HTTP/1.1"), BAD),
    (head(line=b"CONNECT h:443 HTTP/1.1"), BAD),
    (head(line=b"OPTIONS * HTTP/1.1"), BAD),
    # Other versions.
    (b"GET /\r\n\r\n", (505, "http_version")),
    (b"PRI * HTTP/2.0\r\n\r\n", (505, "http_version")),
    (head(line=b"GET / HTTP/3.0"), (505, "http_version")),
    (head(line=b"GET / HTTP/1.2"), (505, "http_version")),
    (head(line=b"GET / HTTP/1.10"), (505, "http_version")),
    # Too much.
    (head(*[b"X: a"] * FIELDS), (431, "head_too_long")),
    # Handshakes that a library would answer in its own words.
    (HANDSHAKE.replace(b": 13", b": 12"), (426, "socket_version")),
    (HANDSHAKE.replace(b"Sec-WebSocket-Version: 13\r\n", b""), (426, "socket_version")),
    (HANDSHAKE.replace(b"AA==", b"A==="), BAD),
    (HANDSHAKE.replace(b"Sec-WebSocket-Key", b"Sec-WebSocket-Quay"), BAD),
    (HANDSHAKE.replace(b": a, b", b": a b"), BAD),
    (HANDSHAKE.replace(b": a, b", b": "), BAD),
    (HANDSHAKE.replace(b"Host: h", b"Host: h\r\nContent-Length: 1"), BAD),
]


@pytest.mark.parametrize(("raw", "why"), HOSTILE)
def test_refused(raw: bytes, why: tuple[int, str]) -> None:
    assert refused(raw) == why


def test_a_hundred_fields_are_read() -> None:
    assert taken(head(*[b"X: a"] * (FIELDS - 1))).forwarded == in_our_words()


def test_a_refusal_says_it_in_the_language_asked_for() -> None:
    with pytest.raises(Refused) as caught:
        taken(head(b"Content-Length: x", line=b"GET /api?a=b&lang=en HTTP/1.1"))
    assert caught.value.lang == "en"


# -- what has not all come


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),  # TLS hello
        (b"\x00", 400),
        (b"\x80\x2e\x01\x00\x02", 400),  # SSL 2
        (b"GET /\r\n", 505),
        (b"PRI * HTTP/2.0\r\n", 505),
        (b"GET / HTTP/1.1\nHost: h\n\n", 400),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 400),
        (b"A" * HEAD_BYTES, 414),
        (b"GET /" + b"a" * HEAD_BYTES, 414),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * HEAD_BYTES, 431),
    ],
)
def test_what_can_become_nothing_is_refused_early(raw: bytes, status: int) -> None:
    with pytest.raises(Refused) as caught:
        look(bytearray(raw[:HEAD_BYTES]), min(len(raw), HEAD_BYTES))
    assert caught.value.status == status


@pytest.mark.parametrize("raw", [HANDSHAKE, b"\r\n", head(*KEPT[1:])])
def test_what_may_become_something_is_waited_for(raw: bytes) -> None:
    for end in range(len(raw) - 1):
        buffer = bytearray(HEAD_BYTES)
        buffer[:end] = raw[:end]
        if not raw.startswith(b"\r\n") or end < 2:
            look(buffer, end)


# -- what is accepted here is accepted behind

_some_field = st.sampled_from([*KEPT, *DROPPED, b"Content-Length: 3", b"Transfer-Encoding: x", b"Connection: Upgrade"])
_odd = st.builds(
    lambda name, value: name + b":" + value,
    st.binary(min_size=1, max_size=4)
    | st.sampled_from([b"Host", b"Cookie", b"Content-Length", b"Connection", b"Upgrade"]),
    st.binary(max_size=12),
)
_lines = st.sampled_from([b"GET / HTTP/1.1", b"POST /a?b HTTP/1.0", b"HEAD /%00 HTTP/1.1", b"GET /# HTTP/1.1"])
_heads = st.builds(
    lambda line, fields, handshake: head(*handshake, *fields, line=line, host=b""),
    _lines,
    st.lists(_some_field | _odd, max_size=8),
    st.sampled_from([[b"Host: h"], HANDSHAKE[:-4].split(b"\r\n")[1:]]),
)


@given(raw=_heads)
def test_what_goes_on_is_understood_behind(raw: bytes) -> None:
    """h11 and websockets, who read it next, never refuse what was let through: their answers would not be ours."""
    try:
        found = taken(raw)
    except Refused:
        return
    behind = h11.Connection(h11.SERVER)
    behind.receive_data(found.forwarded)
    request = behind.next_event()
    assert isinstance(request, h11.Request)
    names = {name for name, _ in request.headers}
    assert names <= {field.partition(b":")[0].lower() for field in KEPT} | {
        b"content-length",
        b"connection",
        b"upgrade",
        b"sec-websocket-key",
        b"sec-websocket-version",
        b"sec-websocket-protocol",
    }
    if found.upgrade:
        server = ServerProtocol()
        server.receive_data(found.forwarded)
        (handshake,) = server.events_received()
        assert isinstance(handshake, Request)
        assert server.accept(handshake).status_code == 101
    elif found.body:
        assert behind.next_event() is h11.NEED_DATA
