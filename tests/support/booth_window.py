"""Strangers and staff at the booth's real window, in this process. Waits are driven, never waited for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from diary_app.booth import nouns as n
from diary_app.booth.sheet import Sheet
from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.settings import Settings
from tests.support.app_window import DEMO, OUTSIDE, PATIENCE_S, TABS
from ui.booth import make_booth
from ui.booth_window import BoothOutside, BoothWindow
from ui.design import Shade
from ui.desk import Outside, Wanted

SETTINGS = Settings(event="Care Day 2026", question="What made you smile at work this week?", booth_seconds=60)


@dataclass
class QuietVoice:
    """Says nothing, and remembers what it was asked to."""

    speaks: bool = True
    said: list[str] = field(default_factory=list)
    over: list[Callable[[], None]] = field(default_factory=list)

    def when_over(self, over: Callable[[], None]) -> None:
        self.over.append(over)

    def read(self, text: str) -> None:
        self.said.append(text)

    def hush(self) -> None:
        self.said.append("")


@dataclass
class StoppedClock:
    """Monotonic seconds that stand still."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


class AtBooth:
    """Whoever stands there."""

    def __init__(self, window: BoothWindow, voice: QuietVoice, clock: StoppedClock) -> None:
        self.window, self.voice, self.clock = window, voice, clock
        self.shell = window.shell
        self.sheet: Sheet | None = None
        """What the staff's page is to show, where a test wants to say so."""

    @property
    def state(self) -> n.State:
        """What the booth does just now."""
        return self.shell.state

    def is_at(self, state: n.State) -> bool:
        """True in exactly this state."""
        return self.state == state

    def settle(self) -> None:
        """Let layouts come to rest."""
        for _ in range(5):
            QTest.qWait(1)

    def until(self, true: Callable[[], bool], *, what: str) -> None:
        """Let the window live until this is true."""
        ends = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < ends, f"waited in vain for {what}; the booth is {self.state}"
            QTest.qWait(10)

    def arrives(self, kind: type[n.State]) -> None:
        """Wait for a state."""
        self.until(lambda: isinstance(self.state, kind), what=kind.__name__)

    def idle(self) -> None:
        """Nobody moves until the booth loses its patience; nobody waits for it here."""
        assert self.shell.patience.isActive()
        self.shell.patience.timeout.emit()
        QApplication.processEvents()

    def all(self, name: str) -> list[QWidget]:
        """The visible widgets of this name."""
        return [found for found in self.window.findChildren(QWidget, name) if found.isVisible()]

    def see(self, name: str) -> QWidget:
        """The visible widget of this name, as soon as there is one."""
        self.until(lambda: bool(self.all(name)), what=name)
        return self.all(name)[-1]

    def sees(self, name: str) -> bool:
        """True when it is visible now."""
        return bool(self.all(name))

    def reads(self, name: str) -> str:
        """The words on it."""
        found = self.see(name)
        assert isinstance(found, QLabel | QAbstractButton | QLineEdit), found
        return found.text()

    def press(self, name: str) -> None:
        """Click in the middle of what is seen of it."""
        found = self.see(name)
        self.settle()
        self.window.reveal(found)
        QApplication.processEvents()
        seen = QRect(found.visibleRegion().boundingRect())
        assert not seen.isEmpty(), f"{name} cannot be reached"
        QTest.mouseClick(found, Qt.MouseButton.LeftButton, pos=seen.center())
        QApplication.processEvents()

    def key(self, key: Qt.Key) -> None:
        """Press a key, wherever the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key)
        QApplication.processEvents()

    def tab_to(self, name: str) -> None:
        """Tab until it has the focus."""
        self.see(name)
        for _ in range(TABS):
            focused = QApplication.focusWidget()
            if focused is not None and focused.objectName() == name:
                return
            self.key(Qt.Key.Key_Tab)
        raise AssertionError(f"the focus never reaches {name}; the booth is {self.state}")

    def agree(self) -> None:
        """From the start to the countdown."""
        self.arrives(n.Attract)
        self.press("begin")
        self.press("next")
        self.press("agree")

    def record(self, diary: Diary, seconds: float = 0.5) -> None:
        """Say something."""
        self.arrives(n.Recording)
        self.until(lambda: diary.recorded_s() > seconds, what="the take has begun")

    def finish(self) -> n.Choice:
        """I have finished."""
        self.press("done")
        self.arrives(n.Choice)
        assert isinstance(self.state, n.Choice)
        return self.state

    def picture(self, path: Path) -> None:
        """Keep what the window shows."""
        QApplication.processEvents()
        assert self.window.grab().save(str(path)), path


@contextmanager
def open_booth(
    diary: Diary,
    data: Path,
    *,
    settings: Settings = SETTINGS,
    wanted: Wanted = DEMO,
    outside: Outside = OUTSIDE,
    speaks: bool = True,
    save_to: Path | None = None,
    size: tuple[int, int] = (1280, 800),
    shade: Shade = Shade.LIGHT,
) -> Iterator[AtBooth]:
    """Open the booth; closes it afterwards."""
    diary.settings.read = replace(diary.settings.read, settings=settings)
    voice, clock = QuietVoice(speaks), StoppedClock()
    shell = make_booth(diary, Folders(data), wanted, outside=outside, voice=voice)
    window = BoothWindow(shell, BoothOutside(lambda _name: save_to, clock), shade=shade)
    window.resize(*size)
    window.show()
    window.activateWindow()
    shell.start()
    QApplication.processEvents()
    try:
        yield AtBooth(window, voice, clock)
    finally:
        window.end()
        window.deleteLater()
        QTest.qWait(1)
