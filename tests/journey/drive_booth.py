"""The whole app as a booth, in a process of its own, and the people who come to it.

    python -m tests.journey.drive_booth vanish|day PIN PICTURES

vanish: somebody records, and nobody comes back; prints “recording” and goes on recording until it is killed. day: one
keeps what they said, another bins it, a third walks away; then staff look at the sheet, and leave. Prints the sheet.
It is the app as `diary` starts it; a timer stands for the people. How long nobody moves is told, not waited for.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from diary_app.booth import nouns as n
from ui import app as whole_app
from ui import launch
from ui.booth_sheet import sheet_text
from ui.booth_window import BoothWindow
from ui.desk import Outside

LOOK_MS = 20
COUNT_MS = 50
ENOUGH_S = 0.5
Steps = Iterator[Callable[[], bool]]
"""What must come true before the next step."""


class People:
    """Do each step as soon as what it waits for is true."""

    def __init__(self, what: str, pin: str, pictures: Path) -> None:
        self._pin, self._pictures = pin, pictures
        self._steps = self._day() if what == "day" else self._vanish()
        self._waits: Callable[[], bool] = lambda: True
        self._timer = QTimer(interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        if self._waits():
            found = next(self._steps, None)
            if found is None:
                self._timer.stop()
            else:
                self._waits = found

    @property
    def window(self) -> BoothWindow:
        return next(top for top in QApplication.topLevelWidgets() if isinstance(top, BoothWindow))

    def _at(self, *states: type[n.State]) -> Callable[[], bool]:
        def there() -> bool:
            tops = [top for top in QApplication.topLevelWidgets() if isinstance(top, BoothWindow)]
            return bool(tops) and isinstance(tops[0].shell.state, states)

        return there

    def _press(self, name: str) -> None:
        found = next(each for each in self.window.findChildren(QWidget, name) if each.isVisible())
        self.window.reveal(found)
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)

    def _picture(self, name: str) -> None:
        self.window.grab().save(str(self._pictures / f"booth-{name}.png"))

    def _nobody_moves(self) -> None:
        self.window.shell.patience.timeout.emit()

    def _record(self) -> Steps:
        yield self._at(n.Attract)
        self.window.shell.desk.outside = Outside(count_ms=COUNT_MS)
        self._picture("attract")
        self._press("begin")
        yield self._at(n.Question)
        self._press("next")
        yield self._at(n.Consent)
        self._picture("consent")
        self._press("agree")
        diary = self.window.shell.desk.diary
        yield lambda: self._at(n.Recording)() and diary.recorded_s() > ENOUGH_S
        self._picture("recording")

    def _vanish(self) -> Steps:
        yield from self._record()
        diary = self.window.shell.desk.diary
        yield lambda: diary.safe_s() > ENOUGH_S
        print("recording", flush=True)

    def _decide(self, name: str) -> Steps:
        yield from self._record()
        self._press("done")
        yield self._at(n.Choice)
        self._picture("choice")
        self._press(name)
        yield self._at(n.Thanks)
        self._nobody_moves()

    def _day(self) -> Steps:
        yield from self._decide("choice-keep")
        yield from self._decide("choice-bin")
        yield from self._record()
        self._nobody_moves()
        yield self._at(n.Choice)
        self._nobody_moves()
        self._nobody_moves()
        yield self._at(n.Attract)
        visits = self.window.shell.visits
        yield lambda: visits.sheet().today.received == 1
        yield from self._staff()

    def _staff(self) -> Steps:
        window = self.window
        print("full screen" if window.isFullScreen() else "a window among others")
        window.close()
        yield self._at(n.Leaving)
        QTest.keyClicks(window.pin.field, self._pin)
        self._press("pin-ok")
        yield self._at(n.Staff)
        yield lambda: bool(window.staff.findChildren(QWidget, "today-numbers"))
        yield lambda: window.staff.today.height() >= window.staff.today.sizeHint().height()  # laid out
        self._picture("sheet")
        print(sheet_text(window.shell.visits.sheet(), joined=True), flush=True)
        self._press("leave-booth")


def main(what: str, pin: str, pictures: Path) -> int:
    """Start the app, and the people with it."""
    make, there = whole_app.make_app, []

    def make_app(argv: list[str]) -> QApplication:
        app = make(argv)
        there.append(People(what, pin, pictures))
        return app

    whole_app.make_app = make_app
    return launch.main(["--camera", "demo", "--microphone", "demo"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
