"""A person at the real window, from Home to "Received and checked": a child process, under a camera and a screen.

    python -m tests.journey.drive_window SECONDS PICTURES

Keys alone, through Qt's own event queue, to whatever has the focus; tests/ui/test_everybody.py has a mouse, too. Prints
one line of JSON: the receipt, the take's length and what was kept. A step that never comes true ends it with a sentence
and status 1.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from diary_app.diary import Diary
from diary_app.folders import folders
from ui.app import make_app, make_window
from ui.desk import Outside, Wanted
from ui.place import Name
from ui.window import Window

PATIENCE_S = 120.0
TABS = 80
"""No screen has more places for the focus."""
Found = TypeVar("Found", bound=QWidget)


class Person:
    """Uses the window with a keyboard alone."""

    def __init__(self, window: Window, *, pictures: Path) -> None:
        self._window = window
        self._pictures = pictures

    def see(self, name: str, kind: type[Found]) -> Found:
        """The visible widget of this name, as soon as there is one."""

        def visible() -> Found | None:
            return next((found for found in self._window.findChildren(kind, name) if found.isVisible()), None)

        self.wait(lambda: visible() is not None, f"{name} is on the screen")
        found = visible()
        assert found is not None
        return found

    def wait(self, true: Callable[[], bool], what: str) -> None:
        """Let the window live until this is true."""
        ends = time.monotonic() + PATIENCE_S
        while not true():
            if time.monotonic() > ends:
                self.picture("stuck")
                sys.exit(f"It never came true that {what}; the screen was {self._window.place}.")
            QTest.qWait(20)

    def press(self, name: str) -> None:
        """Press a button or tick a box."""
        button = self.see(name, QAbstractButton)
        self._tab_to(button)
        QTest.keyClick(button, Qt.Key.Key_Space)

    def write(self, name: str, text: str) -> None:
        """Type into a field."""
        field = self.see(name, QLineEdit)
        self._tab_to(field)
        QTest.keyClicks(field, text)

    def _tab_to(self, widget: QWidget) -> None:
        """Tab until this has the focus, as somebody without a mouse must."""
        for _ in range(TABS):
            if widget.hasFocus():
                return
            QTest.keyClick(QApplication.focusWidget() or self._window, Qt.Key.Key_Tab)
        self.picture("stuck")
        sys.exit(f"The focus never reaches {widget.objectName()}.")

    def picture(self, name: str) -> None:
        """What the screen shows now."""
        self._window.grab().save(str(self._pictures / f"{name}.png"))

    def on(self, name: Name) -> None:
        """Wait until this screen is shown."""
        self.wait(lambda: self._window.place.name is name, f"{name} is shown")


def journey(person: Person, diary: Diary, seconds: float) -> dict[str, object]:
    """Home to Received and checked."""
    person.press("practise")
    person.on(Name.HOME)
    person.press("record-video")
    person.on(Name.GET_READY)
    person.wait(lambda: diary.latest_frame() is not None, "the preview shows a picture")
    person.wait(lambda: diary.level().peak_db > -60, "the microphone is heard")
    QTest.qWait(500)
    person.picture("get-ready")
    person.press("start")
    person.wait(lambda: diary.recorded_s() >= seconds, "it records")
    person.picture("recording")
    person.press("stop")
    person.on(Name.WATCH)
    _trim(person)
    person.picture("watch-back")
    person.press("use-this")
    person.on(Name.ABOUT)
    person.write("title", "A walk in the garden")
    person.press("agree-0")
    person.press("send")
    person.on(Name.SENDING)
    clip_id = diary.clips()[0].clip_id
    person.wait(lambda: diary.clip(clip_id).receipt is not None, "the receipt comes")
    person.see("open-page", QAbstractButton)
    person.picture("sending")
    clip = diary.clip(clip_id)
    assert clip.receipt is not None
    return {
        "receipt": clip.receipt.said,
        "take": str(clip.take),
        "seconds": clip.seconds,
        "kept_s": clip.kept_seconds,
    }


def _trim(person: Person) -> None:
    """Move the start a second later by its handle."""
    shown = person.see("play-time", QLabel)
    person.wait(lambda: not shown.text().endswith("0:00"), "the take is open")
    handle = person.see("handle-start", QWidget)
    handle.setFocus()
    QTest.keyClick(handle, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.qWait(500)  # the film strip fills in, for the picture


def main(seconds: float, pictures: Path) -> int:
    """Open the window on the virtual devices and go the whole way."""
    place = folders()
    app = make_app(sys.argv[:1])
    diary = Diary(place)
    try:
        diary.start_background()
        window = make_window(diary, place, wanted=Wanted("Virtual Camera", "VirtualMic"), outside=Outside(count_ms=200))
        window.show()
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        person = Person(window, pictures=pictures)
        print(json.dumps(journey(person, diary, seconds)), flush=True)
        window.close()
        app.processEvents()
    finally:
        diary.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), Path(sys.argv[2])))
