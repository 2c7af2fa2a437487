"""The proof itself: nothing of visitors is in this program, what is put into it is found, and a plain server holds them all."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from chat import app
from chat.privacy import logs
from chat.privacy.leaks import copies, drivers, proof
from chat.privacy.leaks.ledger import Ledger
from chat.privacy.leaks.needles import CLIENTS, NAMES, OF_ADDRESS, OF_HEADERS, SHORT
from chat.privacy.leaks.report import Report
from chat.privacy.leaks.rounds import AT_THE_END, CONNECTED, Round, choose
from chat.privacy.leaks.verdict import judge
from chat.settings import Settings, load
from tests.conftest import write_config

linux = pytest.mark.skipif(sys.platform != "linux", reason="addresses of one's own and /proc are Linux's")


@linux
def test_nothing_of_visitors_is_kept_anywhere(folder: Path) -> None:
    config, data = write_config(folder, admission='"proof"'), folder / "data"
    command = [sys.executable, "-m", "chat", "leaks", "--json", "--config", str(config), "--data", str(data)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    report = json.loads(done.stdout)
    assert (report["failures"], report["not_searched"], report["traces"]) == ([], [], [])
    assert (done.returncode, report["passed"]) == (0, True)
    assert (report["clients"], report["control"], report["found"]) == (CLIENTS, CLIENTS, 0)
    assert (report["levels"], report["forms"]) == (list(logs.LEVELS), list(NAMES))
    assert report["routes"] == len(set(drivers.table(app.ROUTES)))
    searched = {place["name"]: place["bytes"] for place in report["places"]}
    assert min(searched["memory of the server"], searched["memory of the store"]) > 10 * 2**20
    for place in (
        "the log",
        "the data folder",
        "answers",
        "metrics",
        "what the store says of connections and commands",
    ):
        assert searched[place] > 0
    assert json.loads((data / "leaks.json").read_bytes()) == report
    assert [path.name for path in data.iterdir()] == ["leaks.json"]  # nothing was done to the installation


@linux
async def test_the_same_search_finds_everybody_in_a_plain_server(folder: Path) -> None:
    control = await proof.search_control(folder / "control", random.Random(), lambda words: None)
    assert (control.faults, control.not_searched) == ([], [])
    assert len(control.forms(OF_ADDRESS - SHORT)) == CLIENTS
    for form in OF_HEADERS:
        assert len(control.forms({form})) == CLIENTS


@linux
async def test_what_leaks_is_found_wherever_it_is(folder: Path) -> None:
    ledger = await leaking(load(write_config(folder), {}, {}), folder)
    found = {(place, moment): who for (place, moment, _), who in ledger.found.items()}
    assert found["other files", CONNECTED] == {1}
    assert found["memory of the store", CONNECTED] == {2}
    assert found["the data folder", AT_THE_END] == {2}
    assert found["the log", AT_THE_END] == {3}
    assert found["answers", AT_THE_END] == {4}
    assert ledger.visitors(short=False) == {1, 2, 3, 4}
    report = judge(Report(at=0), ledger, [ledger])
    assert (report.passed, report.found) == (False, 4)


async def leaking(settings: Settings, folder: Path) -> Ledger:
    """Run a round on a copy into which something of four visitors is put, in places of all kinds."""
    place = folder / "copy"
    place.mkdir()
    async with copies.throwaway(settings, "info", place) as copy:
        visitors = await choose(copy.processes(), random.Random())
        named = [msgspec.structs.replace(visitor, number=number) for number, visitor in enumerate(visitors)]
        round_ = Round(copy, "info", named, app.ROUTES, lambda words: None)
        (place / "tmp" / "debris").write_text(f"from {named[1].address}")
        async with copy.store() as store:
            await store.ask("SET", "somebody", b"\x02\x00\xd4\x31" + socket.inet_aton(named[2].address))
        with (place / "stderr").open("a") as log:
            log.write(f"{named[3].agent}\n")
        round_.clients[4].heard += named[4].forged.encode()
        await round_.run(())
    return round_.ledger


@linux
async def test_a_copy_that_does_not_start_proves_nothing(folder: Path) -> None:
    place = folder / "copy"
    place.mkdir()
    settings = Settings(disk_reserve_mib=64, zone="Nowhere/At_all")
    ledger = await proof.search_copy(settings, place, "info", (), app.ROUTES, random.Random(), lambda words: None)
    (fault,) = ledger.faults
    assert "does not start" in fault
    assert "Nowhere" in fault or "zone" in fault
