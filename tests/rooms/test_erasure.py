"""What is erased leaves the memory of the process too: nothing that the hub can reach holds the words any more."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat.moderation.pipeline import screen
from chat.people.masters import Masters
from chat.protocol import Author, Said
from chat.rooms.hub import Hub
from chat.rooms.room import Room
from chat.settings import Settings
from chat.store.commands import Store
from chat.store.room_log import Placed, RoomLog
from chat.store.valkey import embedded
from tests.store.test_valkey import eventually

WORD = b"Perigourdine-42"
AUTHOR = Author("ab", "Héron", 0, "mask")


def holders(root: object) -> list[str]:
    """Everything reachable from ``root`` that holds the word, by its type."""
    seen, waiting, found = {id(root)}, [root], []
    while waiting:
        here = waiting.pop()
        if isinstance(here, bytes | bytearray | str):
            found += [type(here).__name__] if WORD in (here.encode() if isinstance(here, str) else here) else []
            continue
        for one in gc.get_referents(here):
            # A module or a class leads to the whole program, this test with its word included.
            if id(one) not in seen and not isinstance(one, type | type(gc)) and "__builtins__" not in _names(one):
                seen.add(id(one))
                waiting.append(one)
    return found


def _names(one: object) -> list[object]:
    return list(one) if isinstance(one, dict) else []


@pytest.fixture
async def hub(folder: Path) -> AsyncIterator[Hub]:
    settings = Settings(presence_seconds=60)
    async with embedded(folder / "data") as url:
        store = Store(url, 5)
        hub = Hub(settings, store, Masters(b"k" * 32), lambda: False, screen, lambda _: None)
        await hub.registry.add("salon", title="Salon", format="salon")
        await hub.open()
        yield hub
        await hub.drain()
        await store.close()


async def said(hub: Hub) -> tuple[Room, str]:
    room = await hub.room("salon")
    await room.log.enter("ab", "heron", b'{"id":"ab","name":"H","hue":0,"face":"mask"}')
    said = Said(0, 0, "m1", AUTHOR, "message", f"Une {WORD.decode()} !")
    placed = await room.log.say(AUTHOR.id, "r1", said, [])
    assert isinstance(placed, Placed)
    await eventually(lambda: room.offset == placed.offset)
    return room, placed.id


async def test_words_are_held_while_they_are_to_be_read(hub: Hub) -> None:
    await said(hub)
    assert holders(hub) == ["bytes"]


async def test_nothing_holds_withdrawn_words(hub: Hub) -> None:
    room, message = await said(hub)
    placed = await room.withdraw(AUTHOR, "r2", message)
    await eventually(lambda: room.offset == placed.offset)
    assert holders(hub) == []


async def test_nothing_holds_expired_words(hub: Hub) -> None:
    room, _ = await said(hub)
    await RoomLog(hub.store, "salon", Settings(history_seconds=0)).pulse([], [])
    await eventually(lambda: room.newest() == [])
    assert holders(hub) == []


async def test_nothing_holds_the_words_of_a_closed_room(hub: Hub) -> None:
    room, _ = await said(hub)
    await hub.registry.close("salon")
    await eventually(lambda: room.over)
    await hub.beat.once(0)
    assert holders(hub) == []
