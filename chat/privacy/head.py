"""
Read the head of a request, and keep of it only what the house needs to know.

Pure: bytes in, bytes out. What goes on is made anew from the request line and the fields of :data:`KEPT`; nothing else of a head is ever
copied out of the buffer that it came in, neither the headers that carry an address (X-Forwarded-For, Forwarded, Via, X-Real-IP and
whatever proxies will think of) nor those that tell one person from another (User-Agent, Accept-Language, Referer). To let one more
through, add it to :data:`KEPT`, and ask yourself what it tells about who sent it.

Whatever two readers could read in two ways is refused (RFC 9112, sections 2.2, 3 and 5; RFC 9110, section 5.3), so that no proxy and we can
be made to disagree on where a request ends: bare line feeds, folded lines, spaces before a colon, lengths said twice or not in
digits, codings of transfer.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

HEAD_BYTES: Final = 8_192
FIELDS: Final = 100  # in one head
BODY_BYTES: Final = 65_536

KEPT: Final = (
    b"host",
    b"origin",
    b"content-type",
    b"content-length",
    b"cookie",
    b"authorization",
    b"if-none-match",
    b"sec-fetch-site",
)
FOR_SOCKETS: Final = (b"sec-websocket-key", b"sec-websocket-version", b"sec-websocket-protocol")  # with an upgrade
BY_MEANING: Final = (b"connection", b"upgrade", b"transfer-encoding")  # said again in our words, or refused
REPEATABLE: Final = frozenset({b"cookie", b"if-none-match", b"sec-websocket-protocol", b"connection", b"upgrade"})

_KEPT = frozenset(KEPT)
_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
_REQUEST = re.compile(rb"([A-Z]{1,16}) (/[\x21-\x7e]*) HTTP/1\.([01])\r\n")
_OTHER_VERSION = re.compile(rb"[^\r\n]* HTTP/(?!1\.[01]\b)[0-9.]+\r?\n|[A-Z]+ [^ \r\n]+\r?\n")
_FIELD = _TOKEN + rb"++:[\t\x20-\x7e\x80-\xff]*+\r\n"
_FIELDS = re.compile(rb"(?:" + _FIELD + rb"){0,%d}+\r\n" % FIELDS)
_TOO_MANY = re.compile(rb"(?:" + _FIELD + rb"){%d}" % (FIELDS + 1))
_NAMED = re.compile(rb"\n(" + b"|".join((*KEPT, *FOR_SOCKETS, *BY_MEANING)) + rb"):[ \t]*+([^\r]*+)\r", re.IGNORECASE)
_KEY = re.compile(rb"[A-Za-z0-9+/]{22}==[ \t]*")
_LIST = re.compile(rb"[ \t]*%s+[ \t]*(?:,[ \t]*%s+[ \t]*)*" % (_TOKEN, _TOKEN))
_LANG = re.compile(rb"[?&]lang=([A-Za-z]{2})")


class Refused(Exception):
    """A request that is not read any further; ``code`` says why to a person, ``lang`` in which language, if it was said."""

    def __init__(self, status: int, code: str, lang: str | None = None) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.lang = lang


class Head(NamedTuple):
    """What of a head goes on, and how many bytes of body belong to it."""

    forwarded: bytes
    body: int
    upgrade: bool


def look(buffer: bytearray, end: int) -> None:
    """
    Look at the beginning of a head that has not all come, up to ``end``.

    Raises:
        Refused: It will be none that we read, so that waiting for the rest would help nobody.
    """
    if buffer.find(b"\n", 0, end) >= 0:
        _request(buffer, end)
        if end == HEAD_BYTES:
            raise Refused(431, "head_too_long", _lang(buffer, end))
    elif end and not 0x41 <= buffer[0] <= 0x5A and buffer[:end] != b"\r":  # no capital letter: a TLS hello, or noise
        raise Refused(400, "bad_request")
    elif end == HEAD_BYTES:
        raise Refused(414, "head_too_long")


def read(buffer: bytearray, end: int) -> Head:
    """
    Read the head that stands in ``buffer`` up to ``end``, the empty line included.

    Raises:
        Refused: It is not to be read in one way only, or asks for what we do not do.
    """
    line = _request(buffer, end)
    try:
        return _read_fields(buffer, line, end)
    except Refused as refusal:
        refusal.lang = _lang(buffer, end)
        raise


def _request(buffer: bytearray, end: int) -> re.Match[bytes]:
    line = _REQUEST.match(buffer, 0, end)
    if line is None:
        other = _OTHER_VERSION.match(buffer, 0, end)
        raise Refused(505, "http_version") if other else Refused(400, "bad_request")
    return line


def _read_fields(buffer: bytearray, line: re.Match[bytes], end: int) -> Head:
    if _FIELDS.fullmatch(buffer, line.end(), end) is None:
        too_many = _TOO_MANY.match(buffer, line.end(), end)
        raise Refused(431, "head_too_long") if too_many else Refused(400, "bad_request")
    lines = [line[0][:-1]]
    values: dict[bytes, bytes] = {}
    for field in _NAMED.finditer(buffer, line.end() - 1, end):
        name = field[1].lower()
        if name in values:
            if name not in REPEATABLE:
                raise Refused(400, "bad_request")
            values[name] += b"," + field[2]
        else:
            values[name] = field[2]
        if name in _KEPT:
            lines.append(b"\n%s: %s\r" % (name, field[2]))  # in small letters, as applications look for them
    if b"transfer-encoding" in values:
        raise Refused(501, "coding_unknown")
    modern = line[3] == b"1"
    if modern and b"host" not in values:
        raise Refused(400, "bad_request")
    body = _length(values.get(b"content-length"))
    options = {option.strip(b" \t") for option in values.get(b"connection", b"").lower().split(b",")}
    upgrade = modern and line[1] == b"GET" and b"upgrade" in options and _wants_socket(values)
    if upgrade:
        _check_handshake(values, body)
        lines += [b"\n%s: %s\r" % (name, values[name]) for name in FOR_SOCKETS if name in values]
        lines.append(b"\nconnection: upgrade\r\nupgrade: websocket\r")
    elif b"close" in options:
        lines.append(b"\nconnection: close\r")
    lines.append(b"\n\r\n")
    return Head(b"".join(lines), body, upgrade)


def _length(value: bytes | None) -> int:
    if value is None:
        return 0
    value = value.rstrip(b" \t")
    if not value.isdigit():
        raise Refused(400, "bad_request")
    if len(value) > 18 or int(value) > BODY_BYTES:
        raise Refused(413, "body_too_long")
    return int(value)


def _wants_socket(values: dict[bytes, bytes]) -> bool:
    return values.get(b"upgrade", b"").strip(b" \t").lower() == b"websocket"


def _check_handshake(values: dict[bytes, bytes], body: int) -> None:
    """RFC 6455, section 4.2.1: what would make a library answer in words of its own."""
    if values.get(b"sec-websocket-version", b"").strip(b" \t") != b"13":
        raise Refused(426, "socket_version")
    if body or not _KEY.fullmatch(values.get(b"sec-websocket-key", b"")):
        raise Refused(400, "bad_request")
    if not _LIST.fullmatch(values.get(b"sec-websocket-protocol", b"none")):
        raise Refused(400, "bad_request")


def _lang(buffer: bytearray, end: int) -> str | None:
    """Find the language that the target asks for."""
    line = _REQUEST.match(buffer, 0, end)
    found = line and _LANG.search(line[2])
    return found[1].decode() if found else None
