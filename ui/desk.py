"""What every screen is given: the diary, the bridge, what is remembered, and a few things that tests replace."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from diary_app.diary import Diary
from diary_app.playback import SoundOutput, find_output
from diary_app.settings import Settings
from ui import words
from ui.bridge import Bridge
from ui.remembered import Remembered


def ask_for_file() -> Path | None:
    """The system's own window to choose a file; None when the user thinks better of it."""
    chosen, _ = QFileDialog.getOpenFileName(None, words.CHOOSE_FILE, str(Path.home()), words.FILE_KINDS)
    return Path(chosen) if chosen else None


def ask_where(title: str, name: str, kinds: str) -> Path | None:
    """The system's own window to save a file under this name or another; None when the user thinks better of it."""
    chosen, _ = QFileDialog.getSaveFileName(None, title, str(Path.home() / name), kinds)
    return Path(chosen) if chosen else None


def open_page(address: str) -> None:
    """Open a web page in the user's browser."""
    QDesktopServices.openUrl(QUrl(address))


@dataclass(frozen=True, slots=True)
class Outside:
    """The ways out of the window; tests give their own."""

    choose_file: Callable[[], Path | None] = ask_for_file
    ask_where: Callable[[str, str, str], Path | None] = ask_where
    open_page: Callable[[str], None] = open_page
    now: Callable[[], datetime] = field(default=lambda: datetime.now().astimezone())
    sound_output: Callable[[], SoundOutput | None] = find_output
    count_ms: int = 1000
    """Length of each step of the countdown, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Devices that were named on the command line; they come before what is remembered."""

    camera: str = ""
    microphone: str = ""


@dataclass(slots=True)
class Desk:
    """Everything that a screen works with."""

    diary: Diary
    bridge: Bridge
    remembered: Remembered
    wanted: Wanted = field(default_factory=Wanted)
    outside: Outside = field(default_factory=Outside)
    settings: Settings = field(default_factory=Settings)
    """What counts now; the screen Settings puts another one here (the desk of the settings itself: diary.settings)."""
