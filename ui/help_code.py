"""The part of Help that makes a help code: shown first, copied when somebody wants that. GUI thread, or as said."""

import getpass
import logging
import platform
from collections import Counter
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from capture.disk import RealDisk
from diary_app.clip import Clip
from diary_app.delivery.sending_rules import MayGo
from diary_app.diary import Diary
from diary_app.help_code import Facts, count_clips, help_code
from diary_app.language import chosen
from ui import help_code_words as words
from ui.announce import announce
from ui.design import SPACE
from ui.desk import Desk
from ui.widgets.buttons import Button
from ui.widgets.text import Card, label

log = logging.getLogger(__name__)


def user_name() -> str:
    """The name with which the user signed in; '' where the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # Windows without the variables: the module that is asked is not there
        return ""


def our_version() -> str:
    """The version of the app that is installed."""
    try:
        return version("diary")
    except PackageNotFoundError:
        return "unknown"


def gather(diary: Diary, desk: Desk, screen: str) -> Facts:
    """Ask everything. Takes a second, as the devices are listed; any thread. Raises CatalogueError."""
    devices, clips = diary.devices(), diary.clips()
    picture, portal = diary.best_picture(), diary.portal()
    return Facts(
        version=our_version(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        user=user_name(),
        screen=screen,
        mode=desk.settings.mode.value,
        portal="none" if portal is None else "practice" if portal.practice else "joined",
        cameras=[camera.name for camera in devices.cameras],
        microphones=[microphone.name for microphone in devices.microphones],
        camera=desk.remembered.camera,
        microphone=desk.remembered.microphone,
        picture=f"{picture.width}x{picture.height} at {picture.fps:g}",
        peak_db=diary.level().peak_db,
        free_bytes=_free_bytes(diary),
        clips=count_clips(clips),
        stays=_stays(diary, clips),
        wrong_settings=len(diary.settings.read.problems),
    )


def _free_bytes(diary: Diary) -> int | None:
    try:
        return RealDisk().free_bytes(diary.settings.folder)
    except OSError:
        return None


def _stays(diary: Diary, clips: list[Clip]) -> dict[MayGo, int]:
    return Counter(diary.sending.may_go(clip) for clip in clips if clip.wanted and clip.receipt is None)


class HelpCodePart(QWidget):
    """Why, a button, and the code with its own button once it is made."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._make = Button(words.MAKE, name="help-code-make")
        self._make.clicked.connect(self._on_make)
        self._card = Card(name="help-code-card")
        self._code = label("", name="help-code")
        self._code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._copy = Button(words.COPY, name="help-code-copy", icon="copy")
        self._copy.clicked.connect(self._on_copy)
        for part in (label(words.READ), self._code):
            self._card.column.addWidget(part)
        self._card.column.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignLeft)
        self._card.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(label(words.HEADING, "label"))
        column.addWidget(label(words.WHY))
        column.addWidget(self._make, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._card)

    def _on_make(self) -> None:
        window = self.window()
        size = round(self._desk.remembered.scale * 100)
        screen = f"{window.width()}x{window.height()}, words {size} %, colours {self._desk.settings.look}, {chosen()}"
        desk = self._desk
        desk.bridge.errand(lambda: help_code(gather(desk.diary, desk, screen)), self._on_made, self._on_failed)

    def _on_made(self, code: str) -> None:
        self._code.setText(code)
        self._code.setAccessibleName(f"{words.CODE}: {code}")
        self._card.show()
        self._code.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_failed(self, sentence: str) -> None:
        self._on_made(sentence)

    def _on_copy(self) -> None:
        QApplication.clipboard().setText(self._code.text())
        self._copy.say(words.COPIED)
        announce(self, words.COPIED)
