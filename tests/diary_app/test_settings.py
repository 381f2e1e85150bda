"""Settings: the organisation's file over the user's own, every mistake as one sentence, writing, and the staff PIN."""

import os
import re
import stat
import sys
import tomllib
from pathlib import Path

import pytest

from diary_app.clip import Preset
from diary_app.delivery.kept_rules import KeptRules
from diary_app.delivery.sending_rules import Cap, Rules
from diary_app.errors import Refused
from diary_app.folders import Folders, folders, machine_file
from diary_app.settings import (
    NAMES,
    Mode,
    Scheme,
    Settings,
    SettingsRead,
    pin_fits,
    pin_hash,
    read_settings,
    write_setting,
)
from tests.support.command_line import REPOSITORY

PIN = pin_hash("2580")


@pytest.fixture
def place(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data", tmp_path / "machine.toml").make()


def say(path: Path | None, *lines: str) -> None:
    assert path is not None
    path.write_text("\n".join(lines), encoding="utf-8")


def test_without_files_everything_is_as_usual(place: Folders) -> None:
    assert read_settings(place) == SettingsRead()
    assert read_settings(Folders(place.data)).settings == Settings()


def test_the_organisations_file_comes_first_and_locks(place: Folders) -> None:
    say(place.machine, 'mode = "booth"', 'portal = "https://diary.example"', 'look = "dark"', "cap_kbit = 2000")
    say(place.own_settings, 'mode = "shared"', 'language = "cy"', "booth_seconds = 60", f'pin = "{PIN}"')
    read = read_settings(place)
    assert not read.problems
    assert read.locked == {"mode", "portal", "look", "cap_kbit"}
    assert read.settings == Settings(
        language="cy",
        mode=Mode.BOOTH,
        portal="https://diary.example",
        booth_seconds=60,
        pin=PIN,
        look=Scheme.DARK,
        cap_kbit=2000,
    )


MISTAKES = {
    'language = "fr"': "language",
    "mode = 3": "mode",
    'mode = "Booth"': "mode",
    'portal = "diary.example"': "portal",
    'portal = "https://a b"': "portal",
    "event = 7": "event",
    f'event = "{"x" * 101}"': "event",
    r'question = "a\u0000b"': "question",
    "booth_seconds = 9": "booth_seconds",
    "booth_seconds = true": "booth_seconds",
    "booth_seconds = 90.0": "booth_seconds",
    "booth_seconds = 999999999999999999999999999": "booth_seconds",
    'pin = "2580"': "pin",
    'pin = "scrypt$aaaa$bbbb"': "pin",
    'preset = "tiny"': "preset",
    'captions = "yes"': "captions",
    "captions = [true]": "captions",
    "[look]\nlook = 1": "look",
    "colour = 1": "colour",
    "at_login = 2026-01-01": "at_login",
}


@pytest.mark.parametrize(("line", "name"), MISTAKES.items(), ids=list(MISTAKES.values()))
def test_a_mistake_is_one_sentence_with_the_settings_name_and_the_rest_counts(
    place: Folders, line: str, name: str
) -> None:
    say(place.machine, "cap_kbit = 150", line)
    say(place.own_settings, 'event = "Open day"' if name != "event" else "")
    read = read_settings(place)
    assert len(read.problems) == 1
    assert f"“{name}”" in read.problems[0]
    assert "organisation" in read.problems[0]
    assert read.locked == {"cap_kbit"}
    assert read.settings == Settings(cap_kbit=150, event="" if name == "event" else "Open day")


def test_a_bad_value_of_the_organisation_leaves_the_users_own(place: Folders) -> None:
    say(place.machine, 'preset = "huge"')
    say(place.own_settings, 'preset = "best"', "cap_kbit = 5")
    read = read_settings(place)
    assert read.settings == Settings(preset=Preset.BEST)
    assert len(read.problems) == 2
    assert not read.locked


def test_many_unknown_names_do_not_fill_the_screen(place: Folders) -> None:
    say(place.own_settings, *(f"n{number} = 1" for number in range(50)), 'language = "cy"')
    read = read_settings(place)
    assert len(read.problems) == 4
    assert "47" in read.problems[3]
    assert read.settings.language == "cy"


NO_SETTINGS_FILES = {
    "not TOML": b"language = cy\n",
    "cut short": b'language = "c',
    "deep": b"a = " + b"[" * 60_000,
    "digits": b"booth_seconds = " + b"9" * 60_000,
    "twice": b"captions = true\ncaptions = false\n",
    "no text": b"\xff\xfe\x00\x80",
    "zeros": bytes(4096),
    "10 MB": b"# " + b"x" * 10_000_000,
}


@pytest.mark.parametrize("content", NO_SETTINGS_FILES.values(), ids=list(NO_SETTINGS_FILES))
def test_what_is_no_settings_file_counts_as_none_and_is_said_once(place: Folders, content: bytes) -> None:
    say(place.own_settings, 'language = "cy"')
    assert place.machine is not None
    place.machine.write_bytes(content)
    read = read_settings(place)
    assert read.settings == Settings(language="cy")
    assert len(read.problems) == 1
    assert not read.locked


def test_a_folder_a_pipe_or_a_closed_file_in_its_place_is_said(place: Folders) -> None:
    place.own_settings.mkdir()
    odd = place.data / "odd"
    if sys.platform != "win32":
        os.mkfifo(odd)
    else:
        odd.mkdir()
    read = read_settings(place, machine=odd)
    assert len(read.problems) == 2
    assert read.settings == Settings()
    with pytest.raises(Refused):
        write_setting(place, "language", "cy")
    assert place.own_settings.is_dir()


def test_writing_keeps_the_others_and_can_be_read(place: Folders) -> None:
    say(place.own_settings, '"näme" = "a\\"b"', "# a word", "captions = false", "[table]", "x = 1")
    assert write_setting(place, "question", 'What “did”\tyou "say"\\?').question == 'What “did” you "say"\\?'
    written = write_setting(place, "booth_seconds", 45)
    assert (written.booth_seconds, written.captions) == (45, False)
    assert "näme" in "".join(read_settings(place).problems)
    if sys.platform != "win32":
        assert stat.S_IMODE(place.own_settings.stat().st_mode) == 0o600
    assert [each.name for each in place.data.iterdir() if each.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("mode", "boat"), ("booth_seconds", 5), ("captions", 1), ("pin", "1234"), ("portal", "\ud800")],
)
def test_no_value_is_refused_and_nothing_is_written(place: Folders, name: str, value: str | int) -> None:
    with pytest.raises(Refused):
        write_setting(place, name, value)
    assert not place.own_settings.exists()


def test_what_the_organisation_decides_cannot_be_changed(place: Folders) -> None:
    say(place.machine, 'language = "cy"')
    with pytest.raises(Refused, match="organisation"):
        write_setting(place, "language", "en")
    assert write_setting(place, "captions", False) == Settings(language="cy", captions=False)


def test_a_damaged_file_of_ones_own_is_replaced(place: Folders) -> None:
    place.own_settings.write_bytes(b"\x00\x00")
    assert write_setting(place, "language", "en").language == "en"
    assert not read_settings(place).problems


def test_a_pin_fits_itself_alone() -> None:
    assert pin_fits("2580", PIN)
    assert not pin_fits("2581", PIN)
    assert pin_hash("2580") != PIN, "no salt"
    for broken in ("", "2580", PIN[:-4], "scrypt$$", PIN.replace("scrypt", "md5"), "scrypt$é$é"):
        assert not pin_fits("2580", broken)
    assert not pin_fits("\ud800", PIN)


def test_where_the_organisations_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = str(tmp_path / "it.toml")
    assert machine_file({}, "win32") == Path(r"C:\ProgramData", "Diary", "settings.toml")
    assert machine_file({"PROGRAMDATA": "D:/P"}, "win32") == Path("D:/P/Diary/settings.toml")
    assert machine_file({}, "darwin") == Path("/Library/Application Support/Diary/settings.toml")
    assert machine_file({}, "linux") == Path("/etc/diary/settings.toml")
    assert machine_file({"DIARY_SETTINGS": named}, "linux") == machine_file({}, "linux", named) == Path(named)
    usual = tmp_path / "Diary" / "settings.toml"
    usual.parent.mkdir()
    usual.touch()
    assert machine_file({"PROGRAMDATA": str(tmp_path), "DIARY_SETTINGS": named}, "win32") == usual, "it was got round"
    monkeypatch.setenv("DIARY_SETTINGS", named)
    assert folders(str(tmp_path)).machine == Path(named)


# -- rules that are kept elsewhere ----------------------------------------------------------------------------------


def test_the_organisation_decides_the_speed_and_paid_connections(place: Folders) -> None:
    kept = place.data / "sending.json"
    KeptRules(kept).change(also_metered=True, cap=Cap.LOW)
    say(place.machine, "cap_kbit = 800", "also_metered = false")
    rules = KeptRules(kept, read_settings(place))
    assert rules.read().bytes_per_s == 100_000
    assert not rules.read().also_metered
    with pytest.raises(Refused, match="organisation"):
        rules.change(also_metered=True)
    with pytest.raises(Refused, match="organisation"):
        rules.change(cap=Cap.NONE)
    say(place.machine, "cap_kbit = 0")
    only_speed = KeptRules(kept, read_settings(place))
    assert only_speed.change(also_metered=False).bytes_per_s is None
    assert KeptRules(kept).read() == Rules(also_metered=False, cap=Cap.LOW), "the user's own choice is gone"


def test_every_setting_is_described() -> None:
    page = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert described == NAMES
    example = page.split("```toml\n")[1].split("```")[0]
    assert tomllib.loads(example).keys() <= NAMES
