"""The engine of the proof: what it can find, what it says when it cannot look, and what makes it fail."""

from __future__ import annotations

import asyncio
import io
import os
import random
import stat
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import msgspec
import pytest
from rich.console import Console
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from chat import app, protocol
from chat.privacy.leaks import drivers, memory, proof
from chat.privacy.leaks.ledger import Ledger
from chat.privacy.leaks.memory import descendants, files, writable
from chat.privacy.leaks.needles import CLIENTS, FORMS, IN_A_ROW, NAMES, OF_HEADERS, SHORT, Form, Search, Visitor, crowd
from chat.privacy.leaks.report import FILE, Place, Report, keep, show
from chat.privacy.leaks.verdict import CHANCE, judge
from chat.settings import Settings


@pytest.fixture
def visitors() -> list[Visitor]:
    return crowd(random.Random(1), CLIENTS)


@pytest.fixture
def search(visitors: list[Visitor]) -> Search:
    return Search(visitors)


def packed(visitor: Visitor) -> bytes:
    return bytes(int(part) for part in visitor.address.split("."))


# ---------------------------------------------------------------- Needles


def test_no_two_visitors_share_anything(visitors: list[Visitor]) -> None:
    for form in FORMS:
        written = [needle for visitor in visitors for needle in set(form.write(visitor))]
        assert len(set(written)) == len(written), form.name
        assert not [one for one in written for other in written if one in other and one != other], form.name


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_each_form_of_each_visitor_is_found(form: Form, visitors: list[Visitor], search: Search) -> None:
    for visitor in visitors:
        for needle in form.write(visitor):
            found = list(search.find(b"\xee" * 9 + needle + b"\xee" * 9))
            assert (form.name, visitor.number, 9, 9 + len(needle)) in found
            assert {find.number for find in found} == {visitor.number}


def test_a_needle_is_found_at_both_ends_of_a_chunk(visitors: list[Visitor], search: Search) -> None:
    for form in FORMS:
        for needle in form.write(visitors[0]):
            assert {find.number for find in search.find(needle)} == {visitors[0].number}


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("sockaddr_in", struct.pack("=H", 2) + struct.pack("!H", 51_234)),
        ("address, packed, v4-mapped", bytes(10) + b"\xff\xff"),
    ],
)
def test_a_packed_address_in_its_structure_is_no_chance(
    name: str, before: bytes, visitors: list[Visitor], search: Search
) -> None:
    assert [find[:2] for find in search.find(before + packed(visitors[3]))] == [(name, visitors[3].number)]
    assert name not in SHORT


@pytest.mark.parametrize(
    "write",
    [
        lambda packed: packed.hex().encode(),
        lambda packed: packed[::-1].hex().upper().encode(),
        lambda packed: str(int.from_bytes(packed, "big")).encode(),
    ],
    ids=["hexadecimal", "swapped", "number"],
)
def test_digits_within_a_longer_row_may_be_chance_and_a_row_of_their_own_may_not(
    write: Callable[[bytes], bytes], visitors: list[Visitor], search: Search
) -> None:
    digits = write(packed(visitors[3]))
    for before, after in ((b"4", b"-"), (b"-", b"4"), (b"4", b"4")):
        assert {find[:2] for find in search.find(before + digits + after)} == {(IN_A_ROW, visitors[3].number)}
    for before, after in ((b"0x", b""), (b"", b":1F90"), (b" ", b"\n"), (b"", b"")):
        assert {find.form in SHORT for find in search.find(before + digits + after)} == {False}


def test_every_header_of_a_visitor_tells_them(visitors: list[Visitor], search: Search) -> None:
    for visitor in visitors:
        for header, value in visitor.headers():
            assert {find.number for find in search.find(value.encode())} == {visitor.number}, header
            assert visitor.address not in value


def test_nothing_is_found_in_noise(search: Search) -> None:
    noise = random.Random(2).randbytes(2**22)
    assert [find for find in search.find(noise) if find.form not in SHORT] == []


# ---------------------------------------------------------------- Where to look

HOLD = """
import sys
held = bytearray(bytes.fromhex(sys.stdin.readline()))
held *= int(sys.stdin.readline())
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def hold() -> Iterator[Callable[[bytes, int], int]]:
    """Start a process that holds bytes so many times; answers its number."""
    started: list[subprocess.Popen[str]] = []

    def begin(needle: bytes, times: int = 1) -> int:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{needle.hex()}\n{times}\n")
        process.stdin.flush()
        assert process.stdout.readline() == "held\n"
        return process.pid

    yield begin
    for process in started:
        process.communicate("")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_what_a_process_holds_is_found(
    form: Form, visitors: list[Visitor], search: Search, hold: Callable[[bytes, int], int]
) -> None:
    (needle, *_) = form.write(visitors[5])
    pid = hold(needle, 1)
    found = [find for chunk in memory.memory(pid) for find in search.find(chunk)]
    assert (form.name, visitors[5].number) in {find[:2] for find in found}
    assert {find.number for find in found} == {visitors[5].number}


def test_what_lies_across_two_chunks_is_found(
    visitors: list[Visitor], search: Search, hold: Callable[[bytes, int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "CHUNK", 4096)
    times = 20_000
    pid = hold(visitors[0].address.encode() + b" ", times)
    found = sum(1 for chunk in memory.memory(pid) for _ in search.find(chunk))
    assert found >= times


def test_only_what_can_be_written_to_is_read() -> None:
    maps = """\
55d0-55d1 r--p 00000000 fe:01 123 /usr/bin/python3.11
55d1-55d4 rw-p 00001000 fe:01 123 /usr/bin/python3.11
7f00-7f10 rw-s 00000000 00:01 77  /srv/some where (deleted)
7f20-7f21 ---p 00000000 00:00 0
ff00-ff01 rw-p 00000000 00:00 0                          [stack]
"""
    assert [(region.start, region.end, region.name) for region in writable(maps)] == [
        (0x55D1, 0x55D4, "/usr/bin/python3.11"),
        (0x7F00, 0x7F10, "/srv/some where (deleted)"),
        (0xFF00, 0xFF01, "[stack]"),
    ]


def test_every_process_that_a_copy_started_is_known() -> None:
    inner = "import subprocess, sys; subprocess.run(['sleep', '60'])"
    with subprocess.Popen([sys.executable, "-c", inner], start_new_session=True) as process:
        try:
            while "sleep" not in (found := descendants(process.pid)).values():
                pass
            assert process.pid in found
            assert len(found) == 2
        finally:
            os.killpg(process.pid, 9)


def test_every_file_is_read_with_its_name(tmp_path: Path, visitors: list[Visitor], search: Search) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "content").write_bytes(b"..." + packed(visitors[1])[::-1] + b"...")
    (tmp_path / "a" / visitors[2].address).touch()
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    found = {find.number for _, content in files(tmp_path) for find in search.find(content)}
    assert found == {visitors[1].number, visitors[2].number}


async def test_what_stands_around_is_shown(visitors: list[Visitor], search: Search) -> None:
    ledger = Ledger("info", search)
    address = visitors[1].address
    await ledger.look("the log", "now", [b"\0" * 50 + f"client=('{address}', 51234) connected".encode()])
    (around,) = ledger.around.values()
    assert around.endswith(f"client=('{address}', 51234) connected")
    assert around.startswith(r"\x00")


async def test_memory_that_cannot_be_read_is_said_not_to_be_searched(search: Search) -> None:
    ended = await asyncio.create_subprocess_exec("true")
    await ended.wait()
    ledger = Ledger("info", search)
    await ledger.look("memory", "now", memory.memory(ended.pid))
    (said,) = ledger.not_searched
    assert str(ended.pid) in said
    assert ledger.bytes == {}


READ = """
import os, sys
from chat.privacy.leaks.memory import Unreadable, memory
os.setuid(65534)
try:
    list(memory(int(sys.argv[1])))
except Unreadable as exc:
    print(exc)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become somebody else")
def test_memory_of_another_user_is_unreadable(hold: Callable[[bytes, int], int]) -> None:
    pid = hold(b"0", 1)
    command = [sys.executable, "-c", READ, str(pid)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said == f"process {pid}: Permission denied\n"


# ---------------------------------------------------------------- Nothing without a driver


def test_every_route_and_every_frame_has_a_driver() -> None:
    assert drivers.missing(app.ROUTES) == []


def more(*tables: Any) -> set[str]:
    """What is missing in ``tables`` beside what is missing already."""
    return set(drivers.missing(*tables)) - set(drivers.missing(app.ROUTES))


async def _answer(request: object) -> Response:
    return Response()


async def _opaque(scope: object, receive: object, send: object) -> None: ...


@pytest.mark.parametrize(
    ("route", "line"),
    [
        (Route("/new", _answer), "GET /new"),
        (Route("/api/rooms", _answer, methods=["PATCH"]), "PATCH /api/rooms"),
        (Mount("/inner", routes=[Route("/new", _answer)]), "GET /inner/new"),
        (Mount("/opaque", app=_opaque), "? /opaque"),
    ],
)
def test_a_route_without_a_driver_fails(route: BaseRoute, line: str) -> None:
    assert more([*app.ROUTES, route]) == {f"No driver for the route {line}: add its line to ROUTES."}


async def test_the_proof_fails_where_a_route_has_no_driver() -> None:
    report = await proof.prove(Settings(), print, [*app.ROUTES, Route("/new", _answer)])
    assert not report.passed
    assert "No driver for the route GET /new: add its line to ROUTES." in report.failures


def test_a_driver_without_its_route_fails() -> None:
    routes = [route for route in app.ROUTES if getattr(route, "path", "") != "/api/rooms"]
    assert more(routes) == {"There is no route GET /api/rooms any more: take its line out of ROUTES."}


class Shout(protocol.Inbound, frozen=True):
    """A frame that nobody drives."""


class Echo(protocol.Outbound, frozen=True):
    """A frame that nobody brings."""


@pytest.mark.parametrize(
    ("inward", "outward", "fault"),
    [
        (protocol.Inward | Shout, protocol.Outward, "No driver for the frame Shout: add its line to INWARD."),
        (protocol.Inward, protocol.Outward | Echo, "No driver for the frame Echo: add its line to OUTWARD."),
    ],
)
def test_a_frame_without_a_driver_fails(inward: UnionType, outward: UnionType, fault: str) -> None:
    assert more(app.ROUTES, inward, outward) == {fault}


def test_a_frame_that_never_came_fails() -> None:
    tags = {frame.__struct_config__.tag for frame in get_args(protocol.Outward)}
    assert drivers.unseen(tags) == []
    (fault,) = drivers.unseen(tags - {"void"})
    assert "Void" in fault


# ---------------------------------------------------------------- The verdict


def ledger(level: str, *finds: tuple[str, int], faults: Sequence[str] = (), not_searched: Sequence[str] = ()) -> Ledger:
    made = Ledger(level, Search([]))
    for form, number in finds:
        made.found.setdefault(("memory", "now", form), set()).add(number)
    made.faults += faults
    made.not_searched += not_searched
    return made


SEEING = ledger("the control", *((form, n) for form in {"address, as text", *OF_HEADERS} for n in range(CLIENTS)))
CLEAN = ledger("info")
LONG = [(name, 7) for name in NAMES if name not in SHORT]
SOME = [("address, packed", number) for number in range(CHANCE + 1)]


def verdict(*ledgers: Ledger, control: Ledger = SEEING) -> Report:
    return judge(Report(at=0), control, ledgers)


def test_nothing_found_is_passed() -> None:
    report = verdict(CLEAN, ledger("warning"))
    assert report.passed
    assert (report.found, report.control, report.chance, report.failures) == (0, CLIENTS, 0, [])


@pytest.mark.parametrize("find", LONG, ids=lambda find: find[0])
def test_one_long_form_of_one_visitor_fails(find: tuple[str, int]) -> None:
    report = verdict(CLEAN, ledger("warning", find))
    assert (report.passed, report.found) == (False, 1)
    assert [(trace.level, trace.form, trace.visitors) for trace in report.traces] == [("warning", find[0], 1)]


def test_a_few_short_forms_are_chance_when_others_leave_none() -> None:
    report = verdict(ledger("info", *SOME[:CHANCE]), CLEAN)
    assert (report.passed, report.found, report.chance) == (True, 0, CHANCE)


@pytest.mark.parametrize(
    "ledgers",
    [
        [ledger("info", SOME[0]), ledger("info", SOME[1])],
        [ledger("info", *SOME)],
    ],
    ids=["twice", "too many"],
)
def test_short_forms_that_are_no_chance_fail(ledgers: list[Ledger]) -> None:
    report = verdict(*ledgers)
    assert not report.passed
    assert "not chance" in report.failures[0]


@pytest.mark.parametrize("form", ["address, as text", *sorted(OF_HEADERS)])
def test_a_blind_search_proves_nothing(form: str) -> None:
    finds = {(f, n) for (_, _, f), who in SEEING.found.items() for n in who} - {(form, 39)}
    report = verdict(CLEAN, control=ledger("the control", *finds))
    assert (report.passed, report.found, report.control) == (False, 0, CLIENTS - 1)
    assert "blind" in report.failures[0]


@pytest.mark.parametrize("kind", ["faults", "not_searched"])
@pytest.mark.parametrize("where", ["copy", "control"])
def test_what_was_not_done_or_not_searched_proves_nothing(kind: str, where: str) -> None:
    lacking = ledger("info", faults=["x"] if kind == "faults" else [], not_searched=["x"] if kind != "faults" else [])
    if where == "control":
        lacking.found = SEEING.found
    report = verdict(lacking) if where == "copy" else verdict(CLEAN, control=lacking)
    assert not report.passed
    assert (report.failures if kind == "faults" else report.not_searched) == ["info: x"]


async def test_elsewhere_than_on_linux_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    report = await proof.prove(Settings(), print)
    assert (report.passed, report.places) == (False, [])
    assert "Linux only" in report.not_searched[0]


def test_the_report_is_kept_for_its_owner_alone_and_read_back(tmp_path: Path) -> None:
    report = verdict(ledger("info", *LONG))
    for _ in range(2):
        path = keep(report, tmp_path / "data")
    assert path.name == FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert msgspec.json.decode(path.read_bytes(), type=Report) == report
    assert [path.name for path in path.parent.iterdir()] == [FILE]


def test_a_report_says_to_people_what_it_searched_and_what_it_found() -> None:
    for report, last in (
        (verdict(CLEAN), "Proved"),
        (verdict(ledger("info", LONG[0])), "FAILED"),
        (verdict(CLEAN, control=CLEAN), "NOT PROVED"),
    ):
        console = Console(file=io.StringIO(), width=200)
        show(msgspec.structs.replace(report, places=[Place("the log", 12_345_678)], not_searched=["the moon"]), console)
        assert isinstance(console.file, io.StringIO)
        said = console.file.getvalue()
        assert said.splitlines()[-1].startswith(last)
        assert all(words in said for words in ("12 MB", "Not searched: the moon", f"of {CLIENTS}", *report.failures))
        assert all(trace.form in said for trace in report.traces)
