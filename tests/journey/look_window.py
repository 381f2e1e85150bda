"""The whole app in a process of its own, and somebody who only looks at what it shows first.

    python -m tests.journey.look_window NAME [OPTIONS OF THE APP]

It is the app as `diary` starts it; a timer stands for the person, who waits for the widget NAME, or for a message in
the window's place, prints its words as one line of JSON, and ends the app.
"""

import json
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QWidget

from ui import app as whole_app
from ui import launch
from ui.window import Window

LOOK_MS = 20


class Person:
    """Looks until there is something to read."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._timer = QTimer(interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        for top in QApplication.topLevelWidgets():
            if isinstance(top, QMessageBox) and top.isVisible():
                self._timer.stop()
                print(json.dumps({"message": [top.text()]}), flush=True)
                top.accept()
            elif isinstance(top, Window) and top.isVisible():
                self._read(top)

    def _read(self, window: Window) -> None:
        found = window.findChild(QWidget, self._name)
        if found is not None and found.isVisible():
            self._timer.stop()
            words = [each.text() for each in (found, *found.findChildren(QLabel)) if isinstance(each, QLabel)]
            print(json.dumps({"window": words}), flush=True)
            window.end()
            QApplication.exit(0)


def main(name: str, options: list[str]) -> int:
    """Start the app, and the person with it."""
    make, people = whole_app.make_app, []

    def make_app(argv: list[str]) -> QApplication:
        app = make(argv)
        people.append(Person(name))
        return app

    whole_app.make_app = make_app
    return launch.main(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
