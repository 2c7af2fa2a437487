"""When rooms are open: examples at both changes of the clock, and a model that walks through time minute by minute."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from chat.rooms.schedule import Hours, Opening, ScheduleError, parse, state_at
from chat.settings import DAYS, HOURS

PARIS = ZoneInfo("Europe/Paris")
SPRING = datetime(2026, 3, 29)  # in Paris: no clock shows 02:00 to 02:59
AUTUMN = datetime(2026, 10, 25)  # in Paris: 02:00 to 02:59 come twice


def at(clock: str, zone: ZoneInfo = PARIS, fold: int = 0) -> int:
    """Seconds since 1970 of a time as a clock shows it, or as UTC with a Z."""
    instant = datetime.fromisoformat(clock)
    return int((instant if instant.tzinfo else instant.replace(tzinfo=zone, fold=fold)).timestamp())


def state(entry: str, clock: str, fold: int = 0) -> Opening:
    return state_at(parse([entry]), at(clock, fold=fold), PARIS)


# -- reading


@pytest.mark.parametrize(
    ("entry", "spans"),
    [
        ("Tue 12:00-13:00", [(1, 720, 780)]),
        ("tue 12:00 - 13:00", [(1, 720, 780)]),
        ("  Mardi 12h-13h30 ", [(1, 720, 810)]),
        ("mar. 12h00–13h00", [(1, 720, 780)]),
        ("Sun 9:05-9:06", [(6, 545, 546)]),
        ("Fri 21:30-01:00", [(4, 1290, 1500)]),
        ("Fri 12:00-12:00", [(4, 720, 2160)]),
        ("ven 0h-24h", [(4, 0, 1440)]),
        ("Sun 23:00-24:00", [(6, 1380, 1440)]),
        ("Mon-Wed 09:00-10:00", [(0, 540, 600), (1, 540, 600), (2, 540, 600)]),
        ("Sat-Mon 09:00-10:00", [(0, 540, 600), (5, 540, 600), (6, 540, 600)]),
        ("Mon-Mon 09:00-10:00", [(0, 540, 600)]),
    ],
)
def test_parse_reads_days_and_hours_in_both_languages(entry: str, spans: list[tuple[int, int, int]]) -> None:
    expected = tuple((day * 1440 + start, day * 1440 + end) for day, start, end in spans)
    assert parse([entry]) == Hours(expected)


@pytest.mark.parametrize(("number", "name"), [(number, name) for number, names in enumerate(DAYS) for name in names])
def test_parse_knows_every_name_of_a_day(number: int, name: str) -> None:
    assert parse([f"{name.upper()} 00:00-00:01"]).spans[0][0] == number * 1440


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "Tue",
        "12:00-13:00",
        "Tue 12-13",
        "Tue 12:00",
        "Tuseday 12:00-13:00",
        "Tue 25:00-26:00",
        "Tue 12:60-13:00",
        "Tue 24:00-01:00",
        "Tue 12:00-24:30",
        "Tue 12:00-13:00, Wed 12:00-13:00",
        "Tue 12:00-13:00\nWed",
        "Tue 12:00-13:00\n" * 1000,
        "Tue ١٢:00-13:00",
        "Tuefri 12:00-13:00",
        "Tue\N{NO-BREAK SPACE}",
    ],
)
def test_parse_says_what_to_write_instead(entry: str) -> None:
    with pytest.raises(ScheduleError, match=r"Write a day and its hours, such as") as caught:
        parse(["Mon 09:00-10:00", entry])
    assert caught.value.entry == entry


@given(st.text(max_size=30) | st.from_regex(HOURS))
def test_parse_reads_all_that_the_settings_accept_and_nothing_else(entry: str) -> None:
    if re.search(HOURS, entry):
        parse([entry])
    else:
        with pytest.raises(ScheduleError):
            parse([entry])


def test_no_hours_are_always_open() -> None:
    assert state_at(parse([]), at("2026-01-01T00:00"), PARIS) == Opening(True, None, None)


@pytest.mark.parametrize(
    "entries",
    [
        ["Mon-Sun 00:00-24:00"],
        ["Mon-Sun 07:00-07:00"],
        ["Mon-Wed 00:00-00:00", "Wed-Sun 12:00-12:00", "Mon-Sat 12:00-01:00"],
    ],
)
def test_hours_that_fill_the_week_are_always_open(entries: list[str]) -> None:
    assert state_at(parse(entries), at("2026-03-29T02:30"), PARIS) == Opening(True, None, None)


def test_openings_that_overlap_or_touch_are_one() -> None:
    hours = parse(["Tue 12:00-13:00", "Tue 12:30-14:00", "mar 14h-15h"])
    assert state_at(hours, at("2026-01-06T12:15"), PARIS) == Opening(True, closes_at=at("2026-01-06T15:00"))


# -- ordinary weeks


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("2026-01-06T11:59:59", Opening(False, opens_at=at("2026-01-06T12:00"))),
        ("2026-01-06T12:00:00", Opening(True, closes_at=at("2026-01-06T13:00"))),
        ("2026-01-06T12:59:59", Opening(True, closes_at=at("2026-01-06T13:00"))),
        ("2026-01-06T13:00:00", Opening(False, opens_at=at("2026-01-13T12:00"))),
        ("2026-01-11T23:59:59", Opening(False, opens_at=at("2026-01-13T12:00"))),
    ],
)
def test_an_opening_includes_its_start_and_not_its_end(clock: str, expected: Opening) -> None:
    assert state("Tue 12:00-13:00", clock) == expected


def test_fractions_of_a_second_before_the_start_are_closed() -> None:
    hours = parse(["Tue 12:00-13:00"])
    noon = at("2026-01-06T12:00")
    assert not state_at(hours, noon - 0.001, PARIS).open
    assert state_at(hours, noon + 0.001, PARIS).open


@pytest.mark.parametrize("clock", ["2026-01-04T22:00", "2026-01-05T00:00", "2026-01-05T00:59:59"])
def test_an_opening_goes_on_over_midnight_into_the_next_week(clock: str) -> None:
    assert state("Sun 21:30-01:00", clock) == Opening(True, closes_at=at("2026-01-05T01:00"))


# -- changes of the clock


@pytest.mark.parametrize(
    ("entry", "opens", "closes"),
    [
        ("Sun 02:30-04:00", "2026-03-29T01:00Z", "2026-03-29T04:00"),  # an hour that is skipped: the change itself
        ("Sun 01:00-02:30", "2026-03-29T01:00", "2026-03-29T01:00Z"),
        ("Sun 01:00-04:00", "2026-03-29T01:00", "2026-03-29T04:00"),
        ("Sun 02:10-02:50", "2026-04-05T02:10", "2026-04-05T02:50"),  # wholly skipped: a week later
        ("Sun 02:30-03:30", "2026-03-29T01:00Z", "2026-03-29T03:30"),
    ],
)
def test_spring_skips_an_hour(entry: str, opens: str, closes: str) -> None:
    assert state(entry, "2026-03-29T00:30") == Opening(False, opens_at=at(opens))
    assert state_at(parse([entry]), at(opens), PARIS) == Opening(True, closes_at=at(closes))


@pytest.mark.parametrize(
    ("entry", "opens", "closes"),
    [
        ("Sun 02:30-04:00", "2026-10-25T00:30Z", "2026-10-25T04:00"),  # an hour that comes twice: the first time
        ("Sun 01:00-02:30", "2026-10-25T01:00", "2026-10-25T00:30Z"),
        ("Sun 02:10-02:50", "2026-10-25T00:10Z", "2026-10-25T00:50Z"),
        ("Sun 01:00-03:00", "2026-10-25T01:00", "2026-10-25T02:00Z"),
    ],
)
def test_autumn_repeats_an_hour_and_opens_once(entry: str, opens: str, closes: str) -> None:
    assert state(entry, "2026-10-25T00:30") == Opening(False, opens_at=at(opens))
    assert state_at(parse([entry]), at(opens), PARIS) == Opening(True, closes_at=at(closes))
    assert state_at(parse([entry]), at(closes), PARIS).opens_at == at("2026-11-01T" + entry[4:9])


def test_a_pause_that_spring_skips_does_not_close() -> None:
    hours = parse(["Sun 01:00-02:10", "Sun 02:40-04:00"])
    assert state_at(hours, at("2026-03-29T01:30"), PARIS) == Opening(True, closes_at=at("2026-03-29T04:00"))


def test_a_day_that_a_zone_skips_has_no_opening() -> None:
    apia = ZoneInfo("Pacific/Apia")  # went from Thursday 29 to Saturday 31 December 2011
    assert state_at(parse(["Fri 09:00-17:00"]), at("2011-12-29T12:00", apia), apia).opens_at == at(
        "2012-01-06T09:00", apia
    )


# -- for all hours


class Entry(Struct, frozen=True):
    """One opening, as numbers: what the parser must make of its text."""

    first: int
    length: int
    start: int
    end: int

    def __str__(self) -> str:
        last = f"-{DAYS[(self.first + self.length - 1) % 7][2]}" if self.length > 1 else ""
        return f"{DAYS[self.first][0]}{last} {self.start // 60:02}:{self.start % 60:02}-{self.end // 60:02}:{self.end % 60:02}"

    def open_at(self, wall: datetime) -> bool:
        """Whether a clock that shows ``wall`` is within, be it since the day before."""
        minute = wall.hour * 60 + wall.minute
        today, yesterday = ((wall.weekday() - days - self.first) % 7 < self.length for days in (0, 1))
        if self.start < self.end:
            return today and self.start <= minute < self.end
        return (today and minute >= self.start) or (yesterday and minute < self.end)


minutes = st.integers(0, 1439) | st.sampled_from([0, 60, 90, 119, 120, 130, 150, 170, 179, 180, 181, 240])
entries = st.lists(
    st.builds(Entry, st.integers(0, 6) | st.just(6), st.integers(1, 7) | st.just(1), minutes, minutes),
    min_size=1,
    max_size=4,
)
changes = st.sampled_from(
    [
        (PARIS, SPRING),
        (PARIS, AUTUMN),
        (PARIS, datetime(2026, 1, 1)),
        (ZoneInfo("America/New_York"), datetime(2026, 3, 8)),
        (ZoneInfo("America/New_York"), datetime(2026, 11, 1)),
        (ZoneInfo("Australia/Lord_Howe"), datetime(2026, 4, 5)),  # half an hour
        (ZoneInfo("Australia/Lord_Howe"), datetime(2026, 10, 4)),
        (ZoneInfo("Africa/Casablanca"), datetime(2026, 2, 15)),
        (ZoneInfo("America/Havana"), datetime(2026, 3, 8)),  # at midnight
        (ZoneInfo("Pacific/Apia"), datetime(2011, 12, 30)),  # a whole day
        (ZoneInfo("Asia/Kathmandu"), datetime(2026, 1, 1)),
    ]
)


@settings(max_examples=30, deadline=None)
@given(entries, changes, st.integers(-2 * 1440, 0))
@example([Entry(6, 1, 130, 170)], (PARIS, SPRING), -60)
@example([Entry(6, 1, 60, 135), Entry(6, 1, 165, 240)], (PARIS, AUTUMN), -60)
def test_state_is_that_of_a_clock_which_never_goes_back(
    wanted: list[Entry], change: tuple[ZoneInfo, datetime], shift: int
) -> None:
    zone, day = change
    hours = parse(str(entry) for entry in wanted)
    begin = int(day.replace(tzinfo=UTC).timestamp()) + shift * 60
    latest = datetime.min
    for now in range(begin - 7200, begin + 3 * 86_400, 60):
        latest = max(latest, datetime.fromtimestamp(now, zone).replace(tzinfo=None, fold=0))
        if now >= begin:
            assert state_at(hours, now, zone).open == any(entry.open_at(latest) for entry in wanted)


@settings(max_examples=300, deadline=None)
@given(entries, changes, st.integers(-(10 * 86_400), 10 * 86_400))
def test_what_is_announced_comes_true(wanted: list[Entry], change: tuple[ZoneInfo, datetime], shift: int) -> None:
    zone, day = change
    hours = parse(str(entry) for entry in wanted)
    now = int(day.replace(tzinfo=UTC).timestamp()) + shift
    opening = state_at(hours, now, zone)
    if opening.open and opening.closes_at is not None:
        assert now < opening.closes_at
        assert state_at(hours, opening.closes_at - 1, zone) == opening
        assert not state_at(hours, opening.closes_at, zone).open
    elif not opening.open:
        assert opening.closes_at is None
        assert opening.opens_at is not None
        assert now < opening.opens_at <= now + timedelta(days=15).total_seconds()
        assert state_at(hours, opening.opens_at - 1, zone) == opening
        assert state_at(hours, opening.opens_at, zone).open


@given(entries, changes, st.integers(0, 5_000_000_000))
def test_state_has_an_answer_at_any_time(wanted: list[Entry], change: tuple[ZoneInfo, datetime], now: int) -> None:
    opening = state_at(parse(str(entry) for entry in wanted), now, change[0])
    assert (opening.opens_at is None) or not opening.open
