"""Settings for staff at the real window: what counts at once, what the organisation decides, the PIN, the portal."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QWidget

from diary_app.clip import Preset
from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.settings import Mode, Scheme, pin_fits, pin_hash, read_settings
from diary_app.shared.tries import FREE
from tests.support.app_window import Someone, open_window
from ui import settings_words as words
from ui.design import Shade
from ui.place import HOME, Name, Place
from ui.settings_staff import TRIES

SETTINGS = Place(Name.SETTINGS)


@pytest.fixture
def place(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data", tmp_path / "machine.toml").make()


@contextmanager
def at_home(place: Folders) -> Iterator[Someone]:
    """Home of an app that is joined to a portal which nobody asks for anything."""
    pairing = {"url": "https://portal.example", "name": "Hill House", "practice": False, "account": "a"}
    place.settings.write_text(json.dumps({"portal": pairing}))
    diary = Diary(place)
    try:
        with open_window(diary, place.data, shade=None) as someone:
            yield someone
    finally:
        diary.close()


def pick(someone: Someone, name: str, at: int) -> None:
    """As somebody does with the list."""
    box = someone.see(name)
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(at)
    box.activated.emit(at)
    QApplication.processEvents()


def shows(someone: Someone, name: str) -> str:
    box = someone.see(name)
    assert isinstance(box, QComboBox)
    return box.currentText()


def banner(someone: Someone) -> str:
    return someone.window.screen_shown.banner.text


def words_on(widget: QWidget) -> list[str]:
    return [each.text() for each in widget.findChildren(QLabel) if each.isVisible()]


def test_what_is_chosen_counts_at_once_and_is_kept(place: Folders) -> None:
    with at_home(place) as someone:
        someone.press("open-settings")
        someone.arrives(Name.SETTINGS)
        pick(someone, "set-look", 2)
        assert someone.window.look.shade is Shade.DARK
        pick(someone, "set-size", 1)
        assert someone.window.look.scale == 1.25
        pick(someone, "set-preset", 2)
        pick(someone, "set-mode", 1)
        pick(someone, "set-booth_seconds", 0)
        someone.press("set-captions")
        someone.write("set-question", "What made you laugh?")
        someone.window.back()
        someone.arrives(Name.HOME)
        assert someone.reads("todays-question") == "“What made you laugh?”"
    kept = read_settings(place).settings
    assert (kept.look, kept.preset, kept.mode, kept.booth_seconds) == (Scheme.DARK, Preset.BEST, Mode.SHARED, 30)
    assert (kept.captions, kept.question) == (False, "What made you laugh?")
    with at_home(place) as someone:
        assert someone.window.look.shade is Shade.DARK
        someone.window.set_scale(1.0)


def test_a_new_clip_has_the_quality_that_was_chosen(place: Folders, six_seconds: Path) -> None:
    with at_home(place) as someone:
        diary = someone.window.desk.diary
        someone.go(SETTINGS)
        pick(someone, "set-preset", 0)
        assert diary.clip(diary.add_file(six_seconds)).about.preset is Preset.SMALLER


def test_what_the_organisation_decides_says_so_and_stays(place: Folders) -> None:
    assert place.machine is not None
    place.machine.write_text('look = "light"\ncap_kbit = 800\nat_login = true\nmode = "shared"\nevent = "Open day"\n')
    with at_home(place) as someone:
        someone.go(SETTINGS)
        for setting in ("look", "cap", "at_login", "mode", "event"):
            assert someone.reads(f"{setting}-decided") == words.DECIDED
        assert not someone.sees("language-decided")
        assert shows(someone, "send-speed") == "100 KB a second"
        for name, at in (("set-look", 2), ("send-speed", 0), ("set-mode", 0)):
            before = shows(someone, name)
            pick(someone, name, at)
            assert "organisation" in banner(someone)
            assert shows(someone, name) == before
            someone.window.screen_shown.banner.hush()
        someone.press("at-login")
        assert "organisation" in banner(someone)
        assert someone.window.desk.remembered.at_login
        assert someone.window.look.shade is Shade.LIGHT
    assert not place.own_settings.exists()


def guess(someone: Someone, pin: str) -> str:
    """What is said to this PIN; '' where it opened the settings."""
    someone.window.screen_shown.banner.hush()
    someone.write("guard-pin", pin)
    someone.press("guard-open")
    someone.until(lambda: bool(banner(someone)), what="an answer to the PIN")
    return "" if banner(someone) == words.GUARD_OPENED else banner(someone)


def test_the_pin_keeps_what_is_guarded_and_guesses_cost_time(place: Folders) -> None:
    with at_home(place) as someone:
        someone.go(SETTINGS)
        someone.write("pin-new", "2580")
        someone.write("pin-again", "2581")
        someone.press("pin-keep")
        assert banner(someone) == words.PIN_DIFFERS
        for line in ("pin-new", "pin-again"):
            someone.write(line, "2580")
        someone.press("pin-keep")
        someone.until(lambda: banner(someone) == words.PIN_KEPT, what="the PIN is set")
        someone.go(HOME)
        someone.go(SETTINGS)
        assert not someone.sees("set-mode")
        for _ in range(FREE - 1):
            assert guess(someone, "1111") == words.GUARD_WRONG
        assert "seconds" in guess(someone, "1111")
        assert "seconds" in guess(someone, "2580"), "the right one needed no waiting"
    assert pin_fits("2580", read_settings(place).settings.pin)
    with at_home(place) as someone:
        someone.go(SETTINGS)
        assert "seconds" in guess(someone, "2580"), "starting again is a way round"
        someone.window.desk.remembered.write(TRIES, json.dumps([FREE, time.time() - 3600]))
        assert guess(someone, "2580") == ""
        assert someone.focused == "set-mode"
        someone.press("pin-remove")
        someone.until(lambda: banner(someone) == words.PIN_REMOVED, what="the PIN is removed")
    assert read_settings(place).settings.pin == ""


def test_leaving_the_portal_and_joining_another(place: Folders) -> None:
    place.own_settings.write_text('portal = "https://other.example"')
    with at_home(place) as someone:
        someone.go(SETTINGS)
        assert "Hill House" in someone.reads("portal-state")
        someone.press("portal-join")
        someone.arrives(Name.WELCOME)
        assert "Hill House" in banner(someone)
        assert someone.reads("portal-address") == "https://other.example"
        someone.window.back()
        someone.arrives(Name.SETTINGS)
        someone.press("portal-leave")
        someone.press("leave-no")
        assert someone.window.desk.diary.portal() is not None
        someone.press("portal-leave")
        someone.press("leave-yes")
        someone.arrives(Name.WELCOME)
        assert someone.window.desk.diary.portal() is None


def test_mistakes_are_said_once_on_home_and_lead_to_the_settings(place: Folders) -> None:
    place.own_settings.write_text(f'look = "pink"\npin = "{pin_hash("2580")[:-1]}"\nlanguage = "cy"')
    with at_home(place) as someone:
        card = someone.see("settings-wrong")
        said = words_on(card)
        assert words.WRONG_OURS in said
        assert words.WRONG_SAFE in said
        assert words.WRONG_THEIRS not in said
        assert sum("“look”" in each or "“pin”" in each for each in said) == 2
        someone.press("wrong-open")
        someone.arrives(Name.SETTINGS)
        pick(someone, "set-look", 1)
        someone.window.back()
        assert "“look”" not in " ".join(words_on(someone.see("settings-wrong")))
        someone.press("wrong-seen")
        assert not someone.sees("settings-wrong")
        someone.go(SETTINGS)
        someone.window.back()
        assert not someone.sees("settings-wrong")
