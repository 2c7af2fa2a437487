"""The chains of decisions: what is changed, remade or cut off shows; on a real store, and the pure part on any chain."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.moderation.audit import ANCHORS, Broken, Decision, Whole, check, follow, hash_of, read_decision, seal
from chat.store import keys
from chat.store.cases import parted
from tests.moderation.test_path import by_words, decide, says
from tests.rooms.house import ROOM, House, house

AUDIT = keys.Room(ROOM).audit


@pytest.fixture
async def home(folder: Path) -> AsyncIterator[House]:
    async with house(folder, screen=by_words, say_seconds=0, newcomer_seconds=0) as running:
        yield running


async def judged(home: House, count: int = 3) -> list[str]:
    """Have so many cases decided and anchored; answers their ids."""
    author = await home.enters()
    cases = [(await says(author, f"téléphone {i}"))["case"] for i in range(count)]
    for case in cases:
        await decide(home, case, "publish")
        await home.office.relay.work(ROOM, 1e12)
    return cases


async def verified(home: House, kept: str = "") -> dict[str, Broken | Whole]:
    return {chain.chain: chain async for chain in home.office.chains.verify(home.office.desk, kept)}


async def remade(home: House, first: int, reason: str) -> None:
    """Give an entry another reason, and it and all that follow new hashes, as one would who wants it not to show."""
    lines = await home.ask("LRANGE", AUDIT, 0, -1)
    prev = hash_of(lines[first - 1]) if first else ""
    for place, line in enumerate(lines[first:], first):
        entry = msgspec.structs.replace(read_decision(line), prev=prev)
        other = seal(msgspec.structs.replace(entry, reason=reason) if place == first else entry)
        await home.ask("LSET", AUDIT, place, other)
        prev = hash_of(other)


async def test_a_community_without_decisions_has_nothing_broken(home: House) -> None:
    assert await verified(home) == {ANCHORS: Whole(ANCHORS, 0, "")}


async def test_what_was_decided_holds(home: House) -> None:
    await judged(home)
    chains = await verified(home)
    assert chains == {
        ANCHORS: Whole(ANCHORS, 3, hash_of(await home.ask("LINDEX", keys.ANCHORS, -1))),
        ROOM: Whole(ROOM, 3, hash_of(await home.ask("LINDEX", AUDIT, -1))),
    }


async def test_a_changed_entry_shows(home: House) -> None:
    await judged(home)
    line = await home.ask("LINDEX", AUDIT, 1)
    await home.ask("LSET", AUDIT, 1, line.replace(b'"attack"', b'"kindly"'))
    assert (await verified(home))[ROOM] == Broken(ROOM, 2, "it was changed after it was written")


async def test_a_chain_that_was_remade_shows_by_its_anchors(home: House) -> None:
    await judged(home)
    await remade(home, 1, "kindly")
    assert (await verified(home))[ROOM] == Broken(ROOM, 2, "it is not what was anchored")


async def test_a_chain_that_was_remade_and_anchored_again_shows(home: House) -> None:
    await judged(home)
    await remade(home, 2, "kindly")
    await home.office.chains.anchor(ROOM, 1)
    assert (await verified(home))[ROOM] == Broken(ROOM, 3, "it is not what was anchored")


async def test_a_tail_that_was_cut_off_shows_by_its_anchor(home: House) -> None:
    await judged(home)
    await home.ask("LTRIM", AUDIT, 0, 0)
    assert (await verified(home))[ROOM] == Broken(ROOM, 2, "entries that were anchored are missing")


async def test_a_chain_that_is_gone_shows(home: House) -> None:
    await judged(home)
    await home.ask("DEL", AUDIT)
    await home.ask("DEL", keys.AUDITED)
    assert (await verified(home))[ROOM] == Broken(ROOM, 1, "entries that were anchored are missing")


async def test_anchors_that_were_cut_off_show_by_the_one_that_was_kept_elsewhere(home: House) -> None:
    await judged(home)
    kept = hash_of(await home.ask("LINDEX", keys.ANCHORS, -1))
    assert isinstance((await verified(home, kept))[ANCHORS], Whole)
    for key in (AUDIT, keys.ANCHORS):
        await home.ask("LTRIM", key, 0, -2)
    assert isinstance((await verified(home))[ANCHORS], Whole), "the store alone does not show it"
    assert (await verified(home, kept))[ANCHORS] == Broken(ANCHORS, 2, "the anchor that was kept elsewhere is not here")


async def test_a_changed_anchor_shows_and_the_rooms_are_checked_all_the_same(home: House) -> None:
    await judged(home)
    line = await home.ask("LINDEX", keys.ANCHORS, 2)
    await home.ask("LSET", keys.ANCHORS, 2, line.replace(b'"n":3', b'"n":4'))
    await home.ask("LTRIM", AUDIT, 0, 0)
    chains = await verified(home)
    assert chains[ANCHORS] == Broken(ANCHORS, 3, "it was changed after it was written")
    assert chains[ROOM] == Broken(ROOM, 2, "entries that were anchored are missing")


async def test_a_kept_text_that_was_changed_shows_until_it_is_erased(home: House) -> None:
    cases = await judged(home)
    slug, token = parted(cases[1]) or ("", "")
    key = keys.Room(slug).case(token)
    await home.ask("HSET", key, "text", "téléphone de quelqu’un d’autre")
    assert (await verified(home))[ROOM] == Broken(ROOM, 2, "the text is not the one that was decided on")
    await home.ask("HDEL", key, "text", "salt")
    assert isinstance((await verified(home))[ROOM], Whole)


def audit(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chat", "audit", *args, "--data", str(folder / "data")]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


async def test_the_command_says_what_holds_and_ends_with_1_at_what_does_not(home: House, folder: Path) -> None:
    await judged(home)
    newest = hash_of(await home.ask("LINDEX", keys.ANCHORS, -1))
    whole = await asyncio.to_thread(audit, folder, "verify")
    assert (whole.returncode, f"--anchor {newest}" in whole.stdout) == (0, True), whole
    await home.ask("LTRIM", AUDIT, 0, 1)
    broken = await asyncio.to_thread(audit, folder, "verify", "--anchor", newest)
    assert broken.returncode == 1
    assert f"{ROOM}: entry 3 is broken: entries that were anchored are missing." in broken.stdout


async def test_an_export_has_each_entry_as_it_is_written_and_takes_no_others_place(home: House, folder: Path) -> None:
    await judged(home)
    await home.ask("RPUSH", AUDIT, b"\xff{")
    printed = await asyncio.to_thread(audit, folder, "export")
    lines = [msgspec.json.decode(line, type=dict[str, msgspec.Raw]) for line in printed.stdout.splitlines()]
    assert [bytes(line["chain"]).decode() for line in lines] == [f'"{ANCHORS}"'] * 3 + [f'"{ROOM}"'] * 4
    kept = await home.ask("LRANGE", AUDIT, 0, 2)
    assert [bytes(line["entry"]) for line in lines[3:6]] == kept
    assert "unreadable" in lines[6]
    file = folder / "export.jsonl"
    assert (await asyncio.to_thread(audit, folder, "export", str(file))).returncode == 0
    assert (file.read_text(), file.stat().st_mode & 0o777) == (printed.stdout, 0o600)
    again = await asyncio.to_thread(audit, folder, "export", str(file))
    assert (again.returncode, "exists" in again.stderr) == (1, True)


decisions = st.builds(
    Decision,
    n=st.just(0),
    at=st.integers(0, 2**40),
    case=st.text(max_size=20),
    kind=st.text(max_size=9),
    verdict=st.text(max_size=9),
    reason=st.text(),
    by=st.text(max_size=20),
    rules=st.lists(st.text(max_size=9), max_size=3),
)


def chain_of(entries: list[Decision]) -> list[bytes]:
    lines: list[bytes] = []
    for entry in entries:
        lines.append(follow(lines[-1] if lines else b"", entry).line)
    return lines


@given(st.lists(decisions, min_size=1, max_size=6))
def test_a_chain_that_nobody_touched_is_read_as_it_was_written(entries: list[Decision]) -> None:
    found = list(check("salon", chain_of(entries)))
    assert [msgspec.structs.replace(entry, n=0, prev="") for entry in found if isinstance(entry, Decision)] == entries


@given(st.lists(decisions, min_size=1, max_size=6), st.data())
def test_any_other_byte_breaks_the_chain_where_it_stands(entries: list[Decision], data: st.DataObject) -> None:
    lines = chain_of(entries)
    place = data.draw(st.integers(0, len(lines) - 1))
    at = data.draw(st.integers(0, len(lines[place]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != lines[place][at]))
    lines[place] = lines[place][:at] + bytes([byte]) + lines[place][at + 1 :]
    *_, last = check("salon", lines)
    assert isinstance(last, Broken)
    assert last.n == place + 1


@given(st.lists(decisions, min_size=2, max_size=6), st.data())
def test_an_entry_that_was_taken_out_breaks_the_chain_there(entries: list[Decision], data: st.DataObject) -> None:
    lines = chain_of(entries)
    place = data.draw(st.integers(0, len(lines) - 2))
    *_, last = check("salon", lines[:place] + lines[place + 1 :])
    assert isinstance(last, Broken)
    assert last.n == place + 1


def test_a_field_behind_the_hash_is_no_way_around_it() -> None:
    (line,) = chain_of([Decision(0, 1, "salon~1", "held", "remove", "attack", "Aurore")])
    assert list(check("salon", [line[:-1] + b',"reason":"kindly"}'])) == [
        Broken("salon", 1, "it was changed after it was written")
    ]
