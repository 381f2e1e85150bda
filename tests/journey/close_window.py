"""The whole app in a process of its own, and somebody who closes its window while a clip is sent.

    python -m tests.journey.close_window ANSWER        ANSWER: close-go-on or close-end

It is the app as `diary` starts it; a timer stands for the person. Prints a line when the window is open, when the
question was answered, and when no window is left.
"""

import sys

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from diary_app.clip import Stage
from ui import app as whole_app
from ui import launch
from ui.window import Window

LOOK_MS = 20


class Person:
    """Waits for each thing in turn, and does the next."""

    def __init__(self, answer: str) -> None:
        self._answer = answer
        self._steps = iter((self._close, self._press, self._gone))
        self._step = next(self._steps)
        self._timer = QTimer(interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        done = self._step()
        if done:
            print(done, flush=True)
            step = next(self._steps, None)
            if step is None:
                self._timer.stop()
            else:
                self._step = step

    def _close(self) -> str:
        window = next((top for top in QApplication.topLevelWidgets() if isinstance(top, Window)), None)
        if window is None or not any(clip.stage is Stage.SENDING for clip in window.desk.diary.clips()):
            return ""
        window.close()
        return "closed while sending"

    def _press(self) -> str:
        tops = QApplication.topLevelWidgets()
        found = next((each for top in tops if (each := top.findChild(QAbstractButton, self._answer))), None)
        if not isinstance(found, QWidget) or not found.isVisible():
            return ""
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)
        return "answered"

    def _gone(self) -> str:
        return "" if any(top.isVisible() for top in QApplication.topLevelWidgets()) else "no window"


def main(answer: str) -> int:
    """Start the app, and the person with it."""
    make, people = whole_app.make_app, []

    def make_app(argv: list[str]) -> QApplication:
        app = make(argv)
        people.append(Person(answer))
        return app

    whole_app.make_app = make_app
    return launch.main([])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
