"""Settings: the list is documented, every source is read in its order, every mistake is said at once and in its place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import FieldInfo

from chat.rooms.limits import Limits
from chat.settings import Mistake, RoomSetting, Settings, SettingsError, as_toml, check, load, written
from chat.settings.describing import about, meta
from tests.conftest import UNLIMITED

FIELDS = [*msgspec.structs.fields(Settings), *msgspec.structs.fields(RoomSetting)]
ROOM = '[[rooms]]\nslug = "salon"\ntitle = "Salon"\nformat = "salon"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(text, "utf-8")
    return path


def mistakes(
    config: Path | None = None, environ: dict[str, str] | None = None, flags: dict[str, object] | None = None
) -> list[Mistake]:
    with pytest.raises(SettingsError) as caught:
        load(config, environ or {}, flags or {})
    return list(caught.value.mistakes)


# -- the list


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_setting_is_documented(field: FieldInfo) -> None:
    assert len(str(meta(field.type).description)) > 10
    if get_args(field.type)[0] in (int, float):
        assert about(field.type).unit
        assert meta(field.type).ge is not None


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_setting_has_its_unit_in_its_name(field: FieldInfo) -> None:
    if about(field.type).unit in ("seconds", "bytes", "MiB", "events", "characters") and field.name != "slow":
        assert field.name.endswith(about(field.type).unit.lower())


def test_defaults_are_accepted() -> None:
    assert load(None, {}, {}) == Settings()


def test_every_load_has_lists_of_its_own() -> None:
    assert load(None, {}, {}).origins is not load(None, {}, {}).origins


def test_printed_settings_are_accepted_and_are_the_defaults(tmp_path: Path) -> None:
    assert check(as_toml()) == []
    assert load(write(tmp_path, as_toml()), {}, {}) == Settings()


def test_settings_that_are_written_are_read_as_the_same(tmp_path: Path) -> None:
    settings = Settings(
        community='Entre « nous » "ici" \\ là', port=0, store_timeout_seconds=0.5, origins=["https://a.example"]
    )
    rooms = [RoomSetting("a", "A", "salon"), RoomSetting("b", "Élan", "salon", "où ?", 5, ["Tue 12:00-13:00"])]
    settings = msgspec.structs.replace(settings, rooms=rooms)
    assert load(write(tmp_path, written(settings)), {}, {}) == settings


def test_printed_settings_name_every_setting_and_show_a_room() -> None:
    text = as_toml()
    assert tomllib.loads(text).keys() == set(Settings.__struct_fields__) - {"rooms"}
    example = [line.removeprefix("# ") for line in text[text.index("# [[rooms]]") :].splitlines()]
    assert check("\n".join(example)) == []
    assert set(tomllib.loads("\n".join(example))["rooms"][0]) == set(RoomSetting.__struct_fields__)


# -- where they come from


def test_environment_goes_before_the_file_and_flags_before_both(tmp_path: Path) -> None:
    config = write(tmp_path, 'port = 1\nhost = "1.1.1.1"\ndata = "file"\ncommunity = "Rencontre"')
    loaded = load(config, {"SANSMASQUE_PORT": "2", "SANSMASQUE_HOST": "2.2.2.2", "HOME": "/"}, {"port": 3})
    assert (loaded.port, loaded.host, loaded.data, loaded.community) == (3, "2.2.2.2", "file", "Rencontre")


def test_environment_is_read_by_type() -> None:
    environ = {
        "SANSMASQUE_PORT": "0",
        "SANSMASQUE_STORE_TIMEOUT_SECONDS": "0.5",
        "SANSMASQUE_LOG_LEVEL": "error",
        "SANSMASQUE_REDIS_URL": "unix:///run/valkey.sock",
        "SANSMASQUE_ORIGINS": "https://a.example, https://b.example:8443,",
        "SANSMASQUE_RESERVED_NAMES": "",
    }
    loaded = load(None, environ, {})
    assert (loaded.port, loaded.store_timeout_seconds, loaded.log_level) == (0, 0.5, "error")
    assert loaded.redis_url == "unix:///run/valkey.sock"
    assert loaded.origins == ["https://a.example", "https://b.example:8443"]
    assert loaded.reserved_names == []


def test_flags_may_be_paths_and_rooms() -> None:
    room = RoomSetting("salon", "Salon", "salon", hours=["Tue 12:00-13:00"])
    loaded = load(None, {}, {"data": Path("/srv/data"), "rooms": [room]})
    assert loaded.data == "/srv/data"
    assert loaded.rooms == [room]


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert load(write(tmp_path, "\ufeffport = 80"), {}, {}).port == 80


# -- mistakes


def test_every_mistake_is_said_with_its_line() -> None:
    text = f"""\
prot = 80
port = "80"
'zone' = "Europe/Pari"
stall_bytes = -1

[[rooms]]
slug = "Salon !"
hours = ["Tue 12:00-13:00", "Tuseday 12"]
{ROOM}slow = 4000
{ROOM}
abuot = "?"
"""
    found = {(mistake.line, mistake.key): mistake.message for mistake in check(text)}
    assert found == {
        (1, "prot"): "is no setting; did you mean `port`?",
        (2, "port"): "write a whole number, 0 to 65535",
        (3, "zone"): 'write a zone of the IANA list, such as "Europe/Paris" or "America/Montreal"',
        (4, "stall_bytes"): "write a whole number, 65536 to 16777216",
        (6, "rooms.title"): "is missing; write a text of 1 to 80 characters",
        (6, "rooms.format"): 'is missing; write "salon"',
        (7, "rooms.slug"): "write 1 to 48 small letters, digits and hyphens, no hyphen first",
        (8, "rooms.hours"): "write a list of openings, each a day and its hours, such as "
        '"Tue 12:00-13:00", "Mon-Fri 09:00-18:00" or "ven 21:30-01:00"',
        (13, "rooms.slow"): "write a whole number, 0 to 3600",
        (15, "rooms.slug"): "is another room's already; write another",
        (19, "rooms.abuot"): "is no setting; did you mean `about`?",
    }
    assert list(found) == sorted(found, key=lambda place: place[0] or 0)


def test_a_mistake_in_an_inline_room_is_said_with_the_line_of_rooms() -> None:
    assert check('port = 1\nrooms = [{slug = "a", title = "A", format = "salon"},\n {slug = "b"}]') == [
        Mistake(2, "rooms.title", "is missing; write a text of 1 to 80 characters"),
        Mistake(2, "rooms.format", 'is missing; write "salon"'),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("port 80", 1),
        ("port = 1\nport = 2", 2),
        ("host = 'a", 1),
        ("\n\norigins = [", 3),
        ("port = 1\n[port]\n", 2),
        ("=", 1),
    ],
)
def test_a_file_that_is_no_toml_is_said_with_the_line(text: str, line: int) -> None:
    (mistake,) = check(text)
    assert (mistake.line, mistake.key) == (line, "TOML")
    assert mistake.message


@pytest.mark.parametrize(
    "text",
    [
        "port = 65536",
        "port = true",
        "port = 80.5",
        "store_timeout_seconds = nan",
        "store_timeout_seconds = inf",
        "ref_seconds = 86399",
        "session_seconds = 43201",
        'log_level = "debug"',
        'admission = "closed"',
        'zone = "../../etc/passwd"',
        'zone = "Europe"',
        'zone = ""',
        'redis_url = "http://127.0.0.1"',
        'public_url = "https://ecoute.example/"',
        'public_url = "ecoute.example"',
        'origins = ["https://Ecoute.example"]',
        'origins = "https://ecoute.example"',
        'exit_url = "javascript:alert(1)"',
        'community = ""',
        'community = "a\\nb"',
        'host = ""',
        'host = "unix:http.sock"',
        'reserved_names = ["--"]',
        'rooms = ["salon"]',
        "rooms = 3",
        "[port]\nx = 1",
        f'{ROOM}hours = ["Tue"]',
        f"{ROOM}slow = 1.5",
        '[[rooms]]\nslug = "-a"\ntitle = "A"\nformat = "salon"',
        '[[rooms]]\nslug = "a\\n"\ntitle = "A"\nformat = "salon"',
    ],
)
def test_what_is_out_of_bounds_is_one_mistake(text: str) -> None:
    assert len(check(text)) == 1


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("ping_seconds = 60", Mistake(1, "ping_seconds", "`ping_seconds` must be less than `idle_seconds`")),
        ("idle_seconds = 20", Mistake(1, "idle_seconds", "`ping_seconds` must be less than `idle_seconds`")),
        ("history_events = 100", Mistake(1, "history_events", "`welcome_events` must be `history_events` at most")),
        ("frame_bytes = 8192", Mistake(1, "frame_bytes", "`frame_bytes` must be 4 × `text_characters` + 384 at least")),
        ("admin_port = 8000", Mistake(1, "admin_port", "`admin_port` must be another than `port`")),
        (
            'host = "unix:/run/sansmasque/http.sock"',
            Mistake(
                1,
                "host",
                "`host` is a Unix socket, which no browser finds: `public_url` must say where people find the server",
            ),
        ),
    ],
)
def test_settings_that_do_not_go_together_are_a_mistake(text: str, mistake: Mistake) -> None:
    assert check(text) == [mistake]


def test_what_depends_on_a_mistake_is_not_another() -> None:
    assert len(check("idle_seconds = -1\nping_seconds = 600")) == 1


def test_mistakes_outside_the_file_are_named_as_they_were_given(tmp_path: Path) -> None:
    environ = {"SANSMASQUE_PORT": "http", "SANSMASQUE_ROOMS": "salon", "SANSMASQUE_HISTORY_EVENT": "3"}
    found = mistakes(write(tmp_path, "workers = 0"), environ, {"redis_url": "?", "admin_port": -1})
    assert [(mistake.line, mistake.key) for mistake in found] == [
        (None, "SANSMASQUE_ROOMS"),
        (None, "SANSMASQUE_PORT"),
        (None, "SANSMASQUE_HISTORY_EVENT"),
        (None, "--redis"),
        (None, "--admin-port"),
        (1, "workers"),
    ]
    assert found[2].message == "is no setting; did you mean `history_events`?"


def test_a_password_in_an_address_is_not_repeated() -> None:
    (mistake,) = mistakes(environ={"SANSMASQUE_REDIS_URL": "redis://:secret@host with space"})
    assert "secret" not in mistake.message


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_a_mistake(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "settings.toml"
    if content is not None:
        path.write_bytes(content)
    (mistake,) = mistakes(path)
    assert (mistake.line, mistake.key) == (None, "--config")


numbers = st.integers(-10, 100_000).map(str) | st.floats().map(str)
toml_values = numbers | st.sampled_from(["true", "false", '"text"', "[]", "{}", "[[]]", "1979-05-27"])


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([field.name for field in FIELDS]), toml_values))
def test_check_answers_whatever_is_written(values: dict[str, str]) -> None:
    text = "\n".join(f"{key} = {value}" for key, value in values.items())
    for mistake in check(text):
        assert mistake.line is not None
        assert mistake.message


@settings(deadline=None)
@given(st.text())
def test_check_answers_whatever_text_it_is_given(text: str) -> None:
    assert isinstance(check(text), list)


# -- the load tests' file


def test_load_tests_change_nothing_but_the_rooms_and_lift_the_limits() -> None:
    loaded = load(Path(__file__).parent.parent / "loadtests" / "open.toml", {}, {})
    assert loaded.rooms == [RoomSetting(f"load-{number}", f"Load {number}", "salon") for number in range(100)]
    assert loaded.admission == "open"
    assert msgspec.structs.replace(loaded, rooms=[]) == load(None, {}, {"admission": "open", **UNLIMITED})
    limits = Limits(loaded)
    assert limits.saying("author", limits.standing("batch", lasting=False, age_seconds=0, now=9), 0, now=9) == []
    assert limits.withdrawing("author") == []
