"""
What a client may send over a WebSocket, and what must come back: RFC 6455, case by case.

The numbers are those of the Autobahn test suite's fuzzing client, whose cases these are; those without a number are ours. There is no
echo here: that a message arrived whole is shown by its answer, which carries its ``ref``. A case's ``sent`` lists TCP writes. To add a
case, add a row to the list of its family.
"""

from __future__ import annotations

import json
from typing import Final, NamedTuple

from tests.clients import build_frame

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
LIMIT: Final = 16_384  # bytes of a message
FRAGMENTS: Final = 256  # of a message
EMPTY, NONE = 1005, 1006  # how the RFC calls a close frame without a code, and an end without a close frame

Sent = tuple[bytes, ...]


class Case(NamedTuple):
    """A member's bytes and their consequence; without ``close`` the connection goes on."""

    name: str
    section: str  # of RFC 6455
    sent: Sent
    close: int | None = None
    pongs: Sent = ()  # in this order
    heard: tuple[str, ...] = ()  # refs answered, in any order; before a close some may be missing
    errors: int = 0  # messages that arrived whole and made no sense
    ends: bool = False  # the client half-closes its side after what it sent


def ask(ref: str, size: int = 0) -> bytes:
    """Write a request whose answer carries ``ref``, filled up to ``size`` bytes."""
    return json.dumps({"type": "history", "ref": ref, "before": 1}, ensure_ascii=False).encode().ljust(size)


def text(payload: bytes | str, *, fin: bool = True, rsv: int = 0) -> bytes:
    """Frame a text message; a ``str`` stands for the request with this ref."""
    return build_frame(TEXT, ask(payload) if isinstance(payload, str) else payload, fin=fin, rsv=rsv)


def cont(payload: bytes, *, fin: bool = True) -> bytes:
    return build_frame(CONT, payload, fin=fin)


def ping(payload: bytes = b"") -> bytes:
    return build_frame(PING, payload)


def close(code: int | None = None, reason: bytes = b"") -> bytes:
    return build_frame(CLOSE, (b"" if code is None else code.to_bytes(2, "big")) + reason)


def fragments(payload: bytes, size: int) -> Sent:
    """Cut a text message into frames of ``size`` bytes."""
    starts = range(0, max(len(payload), 1), size)
    return tuple(
        build_frame(CONT if start else TEXT, payload[start : start + size], fin=start == starts[-1]) for start in starts
    )


def chops(size: int, *frames: bytes) -> Sent:
    """Write ``frames`` in pieces of ``size`` bytes, whatever their bounds."""
    stream = b"".join(frames)
    return tuple(stream[start : start + size] for start in range(0, len(stream), size))


def ways(*frames: bytes) -> list[tuple[str, Sent]]:
    """Chop the same bytes as the suite does; nothing may depend on it."""
    return [("one chop", (b"".join(frames),)), ("frame-wise", frames), ("octet-wise", chops(1, *frames))]


def raw(head: str, payload: bytes = b"") -> bytes:
    """Build a frame from its head in hexadecimal, with a mask of zeros, which changes nothing."""
    return bytes.fromhex(head) + bytes(4) + payload


ZERO_MASKED: Final = ask("masked by zeros")
A, B = ask("whole")[:9], ask("whole")[9:]
FIVE: Final = [ask("whole")[i : i + 9] for i in range(0, 36, 9)] + [ask("whole")[36:]]

FRAMING: Final = [
    Case("1.1.1 empty text", "5.6", (text(b""),), errors=1),
    *(Case(f"1.1 text of {n}", "5.2", (text(ask("x", n)),), heard=("x",)) for n in (125, 126, 127, 128, LIMIT)),
    Case("1.1.8 text in chops of 997", "5.2", chops(997, text(ask("x", LIMIT))), heard=("x",)),
    *(Case(f"1.2 binary of {n}", "5.6", (build_frame(BINARY, b"\xfe" * n),), 1003) for n in (0, 125, 126, 128, LIMIT)),
    Case("1.2.8 binary in chops of 997", "5.6", chops(997, build_frame(BINARY, bytes(LIMIT))), 1003),
    Case("binary in fragments", "5.6", (build_frame(BINARY, b"a", fin=False), cont(b"b")), 1003),
    Case("unmasked text", "5.1", (build_frame(TEXT, ask("x"), masked=False),), 1002),
    Case("unmasked ping", "5.1", (build_frame(PING, masked=False),), 1002),
    Case("unmasked close", "5.1", (build_frame(CLOSE, b"\x03\xe8", masked=False),), 1002),
    Case("mask of zeros", "5.3", (raw(f"81{0x80 + len(ZERO_MASKED):x}", ZERO_MASKED),), heard=("masked by zeros",)),
    # The minimal number of bytes binds who writes a length (5.2). Read leniently: it can be mistaken for nothing else.
    Case("16 bits for a short text", "5.2", (raw(f"81fe{len(ask('x')):04x}", ask("x")),), heard=("x",)),
    Case("64 bits for a short text", "5.2", (raw(f"81ff{len(ask('x')):016x}", ask("x")),), heard=("x",)),
    Case("64 bits for 1,000", "5.2", (raw(f"81ff{1000:016x}", ask("x", 1000)),), heard=("x",)),
    Case("16 bits for a ping", "5.5", (raw("89fe0004", b"ping"),), pongs=(b"ping",)),
    # Told from the head alone; 1002 would be as right, the RFC names no code.
    Case("64 bits, the highest set", "5.2", (raw("81ff8000000000000000"),), 1009),
    Case("64 bits, all set", "5.2", (raw("81ffffffffffffffffff"),), 1009),
]

PINGS: Final = [
    Case("2.1 empty ping", "5.5.2", (ping(),), pongs=(b"",)),
    Case("2.2 ping with text", "5.5.2", (ping(b"Hello, world!"),), pongs=(b"Hello, world!",)),
    Case("2.3 ping with bytes", "5.5.2", (ping(b"\x00\xff\xfe\xfd\x00"),), pongs=(b"\x00\xff\xfe\xfd\x00",)),
    Case("2.4 ping of 125", "5.5", (ping(b"\xfe" * 125),), pongs=(b"\xfe" * 125,)),
    Case("2.5 ping of 126", "5.5", (ping(b"\xfe" * 126),), 1002),
    Case("2.6 ping of 125, octet-wise", "5.5", chops(1, ping(b"\xfe" * 125)), pongs=(b"\xfe" * 125,)),
    Case("2.7 pong that nobody asked for", "5.5.3", (build_frame(PONG),)),
    Case("2.8 pong with a payload", "5.5.3", (build_frame(PONG, b"unsolicited"),)),
    Case("pong of 126", "5.5", (build_frame(PONG, bytes(126)),), 1002),
    Case("2.9 pong, then ping", "5.5.3", (build_frame(PONG, b"unsolicited"), ping(b"mine")), pongs=(b"mine",)),
    *(
        Case(f"2.10 ten pings, {way}", "5.5.2", sent, pongs=tuple(b"%d" % i for i in range(10)))
        for way, sent in ways(*(ping(b"%d" % i) for i in range(10)))
    ),
    Case(
        "a flood of 1,000 pings",
        "5.5.2",
        (b"".join(ping(b"%d" % i) for i in range(1_000)),),
        pongs=tuple(b"%d" % i for i in range(1_000)),
    ),
]

RESERVED_BITS: Final = [
    Case("3.1 text with RSV 1", "5.2", (text(b"Hello", rsv=1),), 1002),
    *(
        Case(f"3.{rsv} text with RSV {rsv}, {way}", "5.2", sent, 1002, heard=("before",))
        for rsv in (2, 3, 4)
        for way, sent in ways(text("before"), text("after", rsv=rsv), ping())
    ),
    Case("3.5 binary with RSV 5", "5.2", (build_frame(BINARY, b"\x00\xff", rsv=5),), 1002),
    Case("3.6 ping with RSV 6", "5.2", (build_frame(PING, b"ping", rsv=6),), 1002),
    Case("3.7 close with RSV 7", "5.2", (build_frame(CLOSE, rsv=7),), 1002),
    Case("continuation with RSV 4", "5.2", (text(A, fin=False), build_frame(CONT, B, rsv=4)), 1002),
]

OPCODES: Final = [
    *(Case(f"4 opcode {o}", "5.2", (build_frame(o), ping()), 1002) for o in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
    *(Case(f"4 opcode {o} with a payload", "5.2", (build_frame(o, b"reserved"),), 1002) for o in (4, 7, 12, 15)),
    *(
        Case(f"4 text, then opcode {o}, {way}", "5.2", sent, 1002, heard=("before",))
        for o in (5, 14)
        for way, sent in ways(text("before"), build_frame(o, b"reserved"), ping())
    ),
]

FRAGMENTATION: Final = [
    Case("5.1 ping in fragments", "5.5", (build_frame(PING, b"1", fin=False), cont(b"2")), 1002),
    Case("5.2 pong in fragments", "5.5", (build_frame(PONG, b"1", fin=False), cont(b"2")), 1002),
    Case("close in fragments", "5.5", (build_frame(CLOSE, b"\x03", fin=False), cont(b"\xe8")), 1002),
    *(
        Case(f"5.3 two fragments, {way}", "5.4", sent, heard=("whole",))
        for way, sent in ways(text(A, fin=False), cont(B))
    ),
    *(
        Case(f"5.6 a ping between, {way}", "5.4", sent, pongs=(b"between",), heard=("whole",))
        for way, sent in ways(text(A, fin=False), ping(b"between"), cont(B))
    ),
    *(
        Case(f"5.9 nothing to continue, FIN {int(fin)}, {way}", "5.4", sent, 1002)
        for fin in (True, False)
        for way, sent in ways(cont(b"nothing", fin=fin), text("after"))
    ),
    *(
        Case(f"5.15 nothing more to continue, {way}", "5.4", sent, 1002, heard=("whole",))
        for way, sent in ways(text(A, fin=False), cont(B), cont(b"more", fin=False), text("after"))
    ),
    *(
        Case(
            f"5.16 twice nothing to continue, FIN {int(fin)}",
            "5.4",
            2 * (cont(b"1", fin=fin), *fragments(A + B, 30)),
            1002,
        )
        for fin in (False, True)
    ),
    Case("5.18 two starts", "5.4", (text(A, fin=False), text(B)), 1002),
    Case("text begun, then binary", "5.4", (text(A, fin=False), build_frame(BINARY, B)), 1002),
    *(
        Case(f"5.19 five fragments, two pings, {way}", "5.4", sent, pongs=(b"1", b"2"), heard=("whole",))
        for way, sent in ways(
            text(FIVE[0], fin=False),
            *(cont(part, fin=False) for part in FIVE[1:3]),
            ping(b"1"),
            cont(FIVE[3], fin=False),
            ping(b"2"),
            cont(FIVE[4]),
        )
    ),
    Case("a pong between", "5.4", (text(A, fin=False), build_frame(PONG, b"between"), cont(B)), heard=("whole",)),
    Case("frames of one byte", "5.4", fragments(ask("whole"), 1), heard=("whole",)),
    Case(
        "a long ping before the last byte of the longest message",
        "5.4",
        (text(ask("x", LIMIT)[:-1], fin=False), ping(bytes(125)), cont(b" ")),
        pongs=(bytes(125),),
        heard=("x",),
    ),
]

# From https://www.cl.cam.ac.uk/~mgk25/ucs/examples/UTF-8-test.txt, as the suite has them.
_KOSME: Final = "κ\u1f79σμε".encode()
_NONCHARACTERS = [chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)]
VALID: Final = {
    "6.5 some text": ["hello$world", "hello¢world", "hello€world", "hello\U00024b62world", "κόσμε"],
    "6.6 prefixes": ["κ", "κό", "κόσ", "κόσμ"],
    "6.7 first of a length": ["\x80", "\u0800", "\U00010000"],
    "6.9 last of a length": ["\x7f", "\u07ff", "\uffff", "\U0010ffff"],
    "6.11 boundaries": ["\ud7ff", "\ue000", "\ufffd", "\U0010ffff"],
    "6.22 noncharacters": ["".join(_NONCHARACTERS)],
    "6.23 specials": ["\ufff9\ufffa\ufffb\ufffc\ufffd\ufffe\uffff"],
}
INVALID: Final = {
    "6.6 cut prefix": [_KOSME[:cut].hex() for cut in (1, 3, 4, 6, 8, 10)],
    "6.8 first of 5 and 6": ["f888808080", "fc8480808080"],
    "6.10 last of 4, 5 and 6": ["f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"],
    "6.11 beyond U+10FFFF": ["f4908080"],
    "6.12 lone continuation": ["80", "bf", "80bf", "80bf80", "80bf80bf80bf", bytes(range(0x80, 0xC0)).hex()],
    "6.13 lone start": [
        b" ".join(bytes([byte]) for byte in starts).hex()
        for starts in (range(0xC0, 0xE0), range(0xE0, 0xF0), range(0xF0, 0xF8), range(0xF8, 0xFC), range(0xFC, 0xFE))
    ],
    "6.14 last byte missing": ["c0", "e080", "f08080", "f8808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"],
    "6.15 incomplete in a row": ["c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"],
    "6.16 impossible": ["fe", "ff", "fefeffff"],
    "6.17 overlong slash": ["c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"],
    "6.18 overlong": ["c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"],
    "6.19 overlong nul": ["c080", "e08080", "f0808080", "f880808080", "fc8080808080"],
    "6.20 surrogate": ["eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"],
    "6.21 surrogates": ["eda080edb080", "eda080edbfbf", "edadbfedb080", "edafbfedbfbf"],
}
_MICRO: Final = "Hello-µ@ßöäüàá-UTF-8!!"
_SURROGATE: Final = _KOSME + b"\xed\xa0\x80" + b"edited"
_BEYOND: Final = _KOSME + b"\xf4\x90\x80\x80" + b"edited"

UTF_8: Final = [
    Case("6.1.2 three empty fragments", "5.4", (text(b"", fin=False), cont(b"", fin=False), cont(b"")), errors=1),
    Case(
        "6.1.3 empty but the middle", "5.4", (text(b"", fin=False), cont(A + B, fin=False), cont(b"")), heard=("whole",)
    ),
    Case("6.2.1 one fragment", "8.1", (text(_MICRO),), heard=(_MICRO,)),
    Case("6.2.2 cut between characters", "8.1", fragments(ask(_MICRO), 36), heard=(_MICRO,)),
    Case("6.2.3 cut in every character", "8.1", fragments(ask(_MICRO), 1), heard=(_MICRO,)),
    Case("6.2.4 cut in every character", "8.1", fragments(ask("κόσμε"), 1), heard=("κόσμε",)),
    Case("6.3.1 a surrogate", "8.1", (text(_SURROGATE),), 1007),
    Case("6.3.2 a surrogate, cut", "8.1", fragments(_SURROGATE, 1), 1007),
    # Failed by the frame that makes it invalid, though the message goes on.
    Case("6.4.1 told at once", "8.1", (text(_KOSME, fin=False), cont(b"\xf4\x90\x80\x80", fin=False)), 1007),
    Case("6.4.2 told at the byte", "8.1", (text(_BEYOND[:12], fin=False), cont(_BEYOND[12:13], fin=False)), 1007),
    # Within a frame it is told at its end, which the suite calls « non-strict ».
    Case("6.4.3 chopped", "8.1", chops(len(_KOSME), text(_BEYOND)), 1007),
    Case("cut short by the end", "8.1", (text(_KOSME[:3], fin=False), cont(b"")), 1007),
    *(Case(f"{family} {t!a}"[:40], "8.1", (text(t),), heard=(t,)) for family, texts in VALID.items() for t in texts),
    *(
        Case(f"{family} {octets}"[:40], "8.1", (text(bytes.fromhex(octets)),), 1007)
        for family, sequences in INVALID.items()
        for octets in sequences
    ),
]

# Those of section 7.4, those registered since, and both ends of the ranges left to libraries and applications.
CODES: Final = (*range(1000, 1004), *range(1007, 1015), 3000, 3999, 4000, 4503, 4999)
NO_CODES: Final = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)

CLOSING: Final = [
    Case("7.1.1 message, then close", "5.5.1", (text("x"), close(1000)), 1000, heard=("x",)),
    Case("7.1.2 two closes", "5.5.1", (close(1000) + close(),), 1000),
    Case("7.1.3 ping after close", "5.5.1", (close(1000) + ping(),), 1000),
    Case("7.1.4 text after close", "5.5.1", (close(1000) + text(b"{"),), 1000),
    Case("nonsense after close", "5.5.1", (close(1000), b"\xff" * 1000), 1000),
    Case("7.1.5 close within a message", "5.4", (text(A, fin=False), close(1000), cont(B)), 1000),
    Case(
        "7.1.6 long message, close, ping", "5.5.1", (text(ask("x", LIMIT)) + close(1000) + ping(),), 1000, heard=("x",)
    ),
    Case("7.3.1 close without payload", "5.5.1", (close(),), EMPTY),
    Case("7.3.2 close of one byte", "5.5.1", (close(reason=b"a"),), 1002),
    Case("7.3.3 close with a code", "5.5.1", (close(1000),), 1000),
    Case("7.3.4 close with a reason", "5.5.1", (close(1000, "au revoir à tous".encode()),), 1000),
    Case("7.3.5 reason of 123", "5.5", (close(1000, b"*" * 123),), 1000),
    Case("7.3.6 reason of 124", "5.5", (close(1000, b"*" * 124),), 1002),
    Case("7.5.1 reason not in UTF-8", "7.1.6", (close(1000, _SURROGATE),), 1007),
    Case("close, octet-wise", "5.5.1", chops(1, close(1000, b"bye")), 1000),
    *(Case(f"7.7 code {code}", "7.4", (close(code),), code) for code in CODES),
    *(Case(f"7.9 code {code}", "7.4", (close(code),), 1002) for code in NO_CODES),
    *(Case(f"7.9 code {code} with a reason", "7.4", (close(code, b"why"),), 1002) for code in (1005, 1006, 1015)),
    Case("close, then half-closed", "7.1.1", (close(1001),), 1001, ends=True),
    Case("half-closed without a word", "7.1.5", (), NONE, ends=True),
    Case("half-closed after a message", "7.1.5", (text("x"),), NONE, heard=("x",), ends=True),
    Case("half-closed within a frame", "7.1.5", (text("x")[:-3],), NONE, ends=True),
    Case("half-closed within a head", "7.1.5", (text(ask("x", 200))[:3],), NONE, ends=True),
    Case("half-closed within a message", "7.1.5", (text(A, fin=False),), NONE, ends=True),
    Case("failed, then half-closed", "7.1.7", (build_frame(3),), 1002, ends=True),
]

LIMITS: Final = [
    Case("9.1 one byte too many", "10.4", (text(ask("x", LIMIT + 1)),), 1009),
    *(Case(f"9.1 {n} announced", "10.4", (raw(f"81ff{n:016x}"),), 1009) for n in (65_536, 2**20, 2**24, 2**62)),
    Case("9.2 binary of 65,536", "10.4", (raw(f"82ff{65_536:016x}"),), 1009),
    *(Case(f"9.3 fragments of {n}", "5.4", fragments(ask("x", LIMIT), n), heard=("x",)) for n in (64, 256, 1024, 4096)),
    Case("9.3 one byte too many in fragments", "10.4", fragments(ask("x", LIMIT + 1), 4096), 1009),
    Case("9.3 one byte too many, never finished", "10.4", (text(bytes(LIMIT), fin=False), cont(b"x", fin=False)), 1009),
    Case("9.3 too many, told by the head", "10.4", (text(bytes(LIMIT), fin=False), raw("80fe4000")), 1009),
    Case(f"{FRAGMENTS} fragments", "10.4", fragments(ask("x", FRAGMENTS), 1), heard=("x",)),
    Case(f"{FRAGMENTS + 1} fragments", "10.4", fragments(ask("x", FRAGMENTS + 1), 1), 1008),
    Case("empty fragments without end", "10.4", (text(b"", fin=False), cont(b"", fin=False) * FRAGMENTS), 1008),
    *(Case(f"9.5 chops of {n}", "5.2", chops(n, text(ask("x", LIMIT))), heard=("x",)) for n in (64, 128, 512, 2048)),
    Case("9.7 1,000 empty messages", "5.6", (text(b"") * 1_000,), errors=1_000),
    *(
        Case(
            f"9.7 200 messages of {n}",
            "5.6",
            tuple(text(ask(f"{i}", n)) for i in range(200)),
            heard=tuple(map(str, range(200))),
        )
        for n in (64, 1024)
    ),
    Case("10.1.1 frames of 1,300", "5.4", fragments(ask("x", LIMIT), 1_300), heard=("x",)),
]

CASES: Final = [*FRAMING, *PINGS, *RESERVED_BITS, *OPCODES, *FRAGMENTATION, *UTF_8, *CLOSING, *LIMITS]
