"""Someone at the real window, in this process: presses, types, tabs, reads, and waits for what must come true."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QScrollArea, QWidget

from diary_app.diary import Diary
from ui.bridge import Bridge
from ui.design import Shade
from ui.desk import Desk, Outside, Wanted
from ui.get_ready import GetReady
from ui.place import Name, Place
from ui.recording import RecordingScreen
from ui.remembered import Remembered
from ui.window import Window

PATIENCE_S = 60.0
EVENING = datetime(2026, 11, 2, 19, 30, tzinfo=UTC)
DEMO = Wanted("demo", "demo")
TABS = 60


def silent() -> None:
    """No loudspeaker: the player keeps time by the computer's clock."""


OUTSIDE = Outside(now=lambda: EVENING, sound_output=silent, count_ms=30)
"""The same evening always, no sound, a quick countdown."""


class Someone:
    """Uses one window."""

    def __init__(self, window: Window) -> None:
        self.window = window

    @property
    def at(self) -> Name:
        """The screen that is shown."""
        return self.window.place.name

    def go(self, place: Place) -> None:
        """Be somewhere, without the way there."""
        self.window.go(place)
        QApplication.processEvents()

    def settle(self) -> None:
        """Let layouts come to rest: each round of events may ask for another."""
        for _ in range(5):
            QTest.qWait(1)

    def all(self, name: str) -> list[QWidget]:
        """The visible widgets of this name, dialogs included."""
        return [
            found
            for top in QApplication.topLevelWidgets()
            for found in (*top.findChildren(QWidget, name), *((top,) if top.objectName() == name else ()))
            if found.isVisible()
        ]

    def see(self, name: str) -> QWidget:
        """The visible widget of this name, as soon as there is one."""
        self.until(lambda: bool(self.all(name)), what=f"{name} on {self.at}")
        return self.all(name)[-1]

    def sees(self, name: str) -> bool:
        """True when it is visible now."""
        return bool(self.all(name))

    def reads(self, name: str) -> str:
        """The words on a label, a button or a field."""
        found = self.see(name)
        assert isinstance(found, QLabel | QAbstractButton | QLineEdit), found
        return found.text()

    def press(self, name: str) -> None:
        """Click in the middle of it."""
        found = self.see(name)
        self.until(lambda: self._in_view(found), what=f"{name} in sight")
        QTest.mouseClick(found, Qt.MouseButton.LeftButton, pos=self._visible_middle(found))
        QApplication.processEvents()

    def _in_view(self, found: QWidget) -> bool:
        """Scroll there; a layout that is still coming to rest may take it away again."""
        around = found.parentWidget()
        while around is not None:
            if isinstance(around, QScrollArea):
                around.ensureWidgetVisible(found)
                QApplication.processEvents()
            around = around.parentWidget()
        return not found.visibleRegion().boundingRect().isEmpty()

    def _visible_middle(self, found: QWidget) -> QPoint:
        seen = found.visibleRegion().boundingRect()
        assert not seen.isEmpty(), f"{found.objectName()} cannot be reached"
        return QRect(seen).center()

    def write(self, name: str, text: str) -> None:
        """Click into a field and type."""
        self.press(name)
        QTest.keyClicks(self.see(name), text)

    def key(self, key: Qt.Key, *, shift: bool = False) -> None:
        """Press a key, wherever the focus is."""
        modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        QApplication.processEvents()

    @property
    def focused(self) -> str:
        """The name of what has the focus."""
        widget = QApplication.focusWidget()
        return widget.objectName() if widget else ""

    def tab_to(self, name: str) -> None:
        """Tab until it has the focus, as somebody without a mouse must."""
        self.see(name)
        for _ in range(TABS):
            if self.focused == name:
                return
            self.key(Qt.Key.Key_Tab)
        raise AssertionError(f"the focus never reaches {name} on {self.at}")

    def until(self, true: Callable[[], bool], *, what: str) -> None:
        """Let the window live until this is true."""
        ends = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < ends, f"waited in vain for {what}; the screen is {self.window.place}"
            QTest.qWait(10)

    def arrives(self, name: Name) -> None:
        """Wait for a screen."""
        self.until(lambda: self.at is name, what=str(name))

    def picture(self, path: Path) -> None:
        """Keep what the window shows."""
        QApplication.processEvents()
        assert self.window.grab().save(str(path)), path


@contextmanager
def open_window(
    diary: Diary,
    folder: Path,
    *,
    shade: Shade | None = Shade.LIGHT,
    wanted: Wanted = DEMO,
    outside: Outside = OUTSIDE,
    size: tuple[int, int] = (1280, 800),
) -> Iterator[Someone]:
    """Open the window; closes it afterwards, answering that a recording may end."""
    remembered = Remembered(folder, diary.settings.read)
    desk = Desk(diary, Bridge(diary), remembered, wanted, outside, diary.settings.settings)
    window = Window(desk, shade=shade)
    window.resize(*size)
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    try:
        yield Someone(window)
    finally:
        window.end()
        window.deleteLater()
        QTest.qWait(1)


def get_ready(someone: Someone) -> GetReady:
    """The screen Get ready, which is shown."""
    screen = someone.window.screen_shown
    assert isinstance(screen, GetReady)
    return screen


def recording(someone: Someone, diary: Diary) -> RecordingScreen:
    """Begin a take on the demo devices."""
    someone.go(Place(Name.GET_READY))
    someone.until(lambda: get_ready(someone).preview.picture is not None, what="a picture")
    someone.press("start")
    someone.arrives(Name.RECORDING)
    someone.until(lambda: diary.recorded_s() > 0.3, what="the take has begun")
    screen = someone.window.screen_shown
    assert isinstance(screen, RecordingScreen)
    return screen
