"""The whole job by assistive technology alone: every screen read, every control pressed, over AT-SPI from outside."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from diary_app.catalogue import Catalogue
from diary_app.clip import Stage
from diary_app.folders import folders
from tests.support.accessible_tree import (
    ENABLED,
    FOCUSABLE,
    PATIENCE_S,
    PAUSE_S,
    AccessibilityBus,
    Gone,
    Part,
    accessibility_bus,
)
from tests.support.command_line import REPOSITORY
from tests.support.screen_reader import ScreenReader, screen_reader
from tests.support.virtual_camera import DeviceUnavailable
from tests.support.wait import until

PRESSED = {"push button", "toggle button", "check box", "radio button", "combo box", "slider", "text"}
"""The roles of what can be used; each must be named, enabled and reachable by the keyboard."""
TITLE = "A walk in the garden"
TABS = 60
"""No screen has more places for the focus."""
NEVER = {"unknown", "invalid", "redundant object"}


@pytest.fixture
def bus(own_data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AccessibilityBus]:
    """Nobody but the app is on it."""
    try:
        with accessibility_bus(tmp_path_factory.mktemp("bus")) as bus:
            yield bus
    except DeviceUnavailable as missing:
        pytest.skip(str(missing))


@contextmanager
def app(bus: AccessibilityBus, display: str) -> Iterator[Part]:
    """The app as the desktop starts it, on the practice devices, as assistive technology has it."""
    environment = {**os.environ, **bus.environment, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    command = [sys.executable, "-m", "ui", "--camera", "demo", "--microphone", "demo"]
    with subprocess.Popen(command, cwd=REPOSITORY, env=environment) as process:
        try:
            yield bus.application("diary")
        finally:
            process.terminate()


def check(window: Part, *, least: int) -> None:
    """All that shows and can be used has a name, says what it is and what it can do."""
    used = 0
    for part in window.showing():
        with suppress(Gone):  # a screen may move on while it is read
            role, states = part.role, part.states
            assert role not in NEVER, part.name
            if role in PRESSED:
                used += 1
                assert part.name.strip(), f"a {role} without a name, after {used} others"
                assert {ENABLED, FOCUSABLE} <= states, f"{role} {part.name}"
    assert used >= least, f"{used} controls were found"


def recorded_s(window: Part) -> int:
    """What the screen says of the take's length, in whole seconds, below a minute."""
    told = window.has("label", "Recorded: ")
    with suppress(Gone):
        return int(told.name.split()[1]) if told else 0
    return 0


def test_the_whole_job_over_at_spi(bus: AccessibilityBus, screen: str) -> None:
    with app(bus, screen) as window:
        window.find("push button", "Start in practice mode")
        check(window, least=3)
        window.find("push button", "Start in practice mode").press()
        record = window.find("push button", "Record a video")
        check(window, least=4)
        record.press()
        window.find("push button", "Start recording")
        check(window, least=4)
        window.find("push button", "Start recording").press()
        stop = window.find("push button", "Stop")
        assert window.has("graphic", "Camera picture")
        assert window.has("indicator", "Sound")
        check(window, least=3)
        until(lambda: recorded_s(window) >= 2, what="two seconds", limit_s=PATIENCE_S, pause_s=PAUSE_S)
        stop.press()
        window.find("slider", "Start")
        check(window, least=10)
        window.find("push button", "Use this").press()
        title = window.find("text", "Title")
        title.write(TITLE)
        assert title.written == TITLE
        check(window, least=6)
        window.find("check box", "I agree").press()
        window.find("push button", "Send").press()
        window.find("push button", "Open its page")
        check(window, least=3)
    arrived()


def test_the_whole_job_as_a_screen_reader_tells_it(bus: AccessibilityBus, screen: str, tmp_path: Path) -> None:
    """Without a look at the screen: a key is pressed when the words for it have been heard."""
    try:
        with screen_reader(bus, screen, tmp_path) as orca, app(bus, screen) as window:
            listen(Listener(orca, window))
    except DeviceUnavailable as missing:
        pytest.skip(str(missing))
    arrived()


@dataclass(slots=True)
class Listener:
    """Somebody who hears and types. The tree only says when a key has done its work."""

    orca: ScreenReader
    window: Part
    at: Part | None = None
    """The place of the focus that was heard last."""

    def press(self, words: str) -> None:
        """Tab until these words are said, and press the space bar; a place that is not spoken of is a failure."""
        self.tab_to(words)
        self.orca.key("space")

    def tab_to(self, words: str) -> None:
        for _ in range(TABS):
            now = self.window.focused
            if now is not None and now != self.at and now.name:
                self.at = now
                if words in self.orca.hears(now.name):
                    return
            self.orca.key("Tab")
            until(partial(self._moved_from, now), what=f"a place after {now}", limit_s=PATIENCE_S, pause_s=PAUSE_S)
        raise AssertionError(f"“{words}” is never said")

    def arrives(self, screen: str, *, told: bool = True) -> None:
        """What a key began may take its time: the title of the window says when it is done.

        told: the name of the screen is said, before the first thing on it.
        """
        self.window.find("frame", screen)
        if told:
            self.orca.hears(f"{screen} panel")

    def _moved_from(self, before: Part | None) -> bool:
        return self.window.focused not in (None, before)


def listen(someone: Listener) -> None:
    """From Welcome to Received, by keyboard and ear."""
    orca = someone.orca
    orca.hears("Welcome – Diary")
    orca.hears("Welcome panel")
    someone.press("Start in practice mode push button")
    someone.arrives("Good", told=False)  # the greeting is the hour's
    someone.press("Record a video push button")
    someone.arrives("Get ready")
    someone.press("Start recording push button")
    someone.arrives("Recording", told=False)
    someone.press("Stop push button")
    assert not any("Recording panel" in line for line in orca.lines), "this is heard in the take"
    someone.arrives("Watch it back")
    someone.press("Use this push button")
    someone.arrives("About it")
    someone.tab_to("Title")
    for letter in "walk":
        orca.key(letter)
    someone.press("check box not checked")
    someone.press("Send")
    someone.arrives("walk")
    someone.tab_to("Open its page push button")


def arrived() -> None:
    """The portal has the one clip."""
    catalogue = Catalogue(folders().catalogue)
    try:
        (clip,) = catalogue.clips()
        assert clip.title in (TITLE, "walk")
        assert clip.receipt is not None
        assert clip.stage in (Stage.RECEIVED, Stage.IN_REVIEW)
    finally:
        catalogue.close()
