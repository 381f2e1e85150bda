"""What both ways of the memory stick share: a window of steps over the app, its pages, and its work. GUI thread."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QScrollArea, QVBoxLayout, QWidget

from diary_app import phrases
from diary_app.editing.progress import OnProgress
from ui import rescue_words as words
from ui.announce import announce
from ui.design import CORNER, SPACE
from ui.desk import Desk
from ui.widgets.banner import Banner
from ui.widgets.buttons import Button, Weight
from ui.widgets.flow import flow
from ui.widgets.paint import painting, ring
from ui.widgets.stage_line import ProgressBar
from ui.widgets.text import Card, clear, label

T = TypeVar("T")
WIDTH, HEIGHT = 660, 560
"""At 100 %; less where the app's window is smaller."""
TELL_S = 0.2
"""Progress is shown at most so often."""


def ask_for_folder(parent: QWidget, title: str) -> Path | None:
    """The system's own window to choose a folder, opened where memory sticks are; None when nothing was chosen."""
    chosen = QFileDialog.getExistingDirectory(parent, title, str(where_sticks_are()))
    return Path(chosen) if chosen else None


def where_sticks_are() -> Path:
    """The folder in which this system shows memory sticks; the user's own where it has no such place."""
    user = os.environ.get("USER", "")
    places = (Path("/run/media") / user, Path("/media") / user, Path("/Volumes"))
    return next((place for place in places if user and place.is_dir()), Path.home())


class ReadOut(Card):
    """Large words that take the focus, so that a screen reader reads them."""

    def __init__(self, name: str) -> None:
        super().__init__("tint", name=name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The card, and the ring when it has the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            with painting(self) as painter:
                ring(painter, self, corner=CORNER * 2)


class Steps(QDialog):
    """One page at a time. Escape and Close end it, and stop what it does; nothing half-done is left."""

    def __init__(self, parent: QWidget, desk: Desk, *, name: str) -> None:
        super().__init__(parent)
        self.desk = desk
        self.stop = Event()
        self._busy = False
        self.setObjectName(name)
        self.setModal(True)
        parent.installEventFilter(self)
        page = QWidget()
        page.setObjectName("page")
        self.column = QVBoxLayout(page)
        self.column.setContentsMargins(SPACE * 4, SPACE * 4, SPACE * 4, SPACE * 3)
        self.column.setSpacing(SPACE * 2)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)
        self._fit(parent)

    def _fit(self, parent: QWidget) -> None:
        scale = self.fontMetrics().height() / 19
        room = parent.size()
        self.resize(
            min(round(WIDTH * scale), room.width() - SPACE * 4), min(round(HEIGHT * scale), room.height() - SPACE * 4)
        )

    # -- pages ------------------------------------------------------------------------------------------------------

    def turn(self, heading: str, *parts: QWidget, focus: QWidget | None = None) -> None:
        """Show another page; focus: what is next, or the first part that can have it."""
        clear(self.column)
        self.banner = Banner(name=f"{self.objectName()}-banner")
        self.column.addWidget(label(heading, "heading", name=f"{self.objectName()}-heading"))
        self.column.addWidget(self.banner)
        for part in parts:
            align = Qt.AlignmentFlag.AlignLeft if isinstance(part, Button) else Qt.AlignmentFlag(0)
            self.column.addWidget(part, 0, align)
            part.show()  # now, not with the next event: what is not shown cannot have the focus
        self.column.addStretch(1)
        self.setWindowTitle(heading)
        self.setAccessibleName(heading)
        self._scroll.verticalScrollBar().setValue(0)
        if focus is not None:
            focus.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, heading)

    def button(self, text: str, name: str, do: Callable[[], object], *, main: bool = False, icon: str = "") -> Button:
        """A button of a page."""
        made = Button(text, name=name, weight=Weight.PRIMARY if main else Weight.SECONDARY, icon=icon)
        made.setAutoDefault(False)
        made.clicked.connect(do)
        return made

    def close_button(self, text: str = words.CLOSE, *, main: bool = False) -> Button:
        """The button that ends it."""
        return self.button(text, "rescue-close", self.reject, main=main)

    def show_end(self, heading: str, *sentences: str, again: Callable[[], None] | None = None) -> None:
        """The last page: what happened; again() where trying again may help."""
        texts = [label(text) for text in sentences if text]
        for text, number in zip(texts, range(len(texts)), strict=True):
            text.setObjectName(f"rescue-said-{number}")
        close = self.close_button(main=again is None)
        buttons = [close]
        if again is not None:
            buttons.insert(0, self.button(words.TRY_AGAIN, "rescue-again", again, main=True, icon="again"))
        self.turn(heading, *texts, flow(*buttons), focus=buttons[0])
        announce(self, " ".join((heading, *filter(None, sentences))))

    # -- work -------------------------------------------------------------------------------------------------------

    def work(
        self, job: Callable[[OnProgress], T], then: Callable[[T], None], failed: Callable[[str], None], *, heading: str
    ) -> None:
        """Run a job on a thread of its own behind a page with its progress and Stop."""
        self.stop = Event()
        self._bar, self._left = ProgressBar(), label("", name="rescue-left")
        self._stop = self.button(words.STOP, "rescue-stop", self._on_stop, icon="stop")
        why = words.WRITING_WHY if heading == words.WRITING else words.READING_WHY
        self.turn(heading, label(why), self._bar, self._left, self._stop, focus=self._stop)
        self._bar.reach(0.0)
        told = _Seldom(lambda fraction, left: self.desk.bridge.later(lambda: self._show(fraction, left)))
        self.errand(lambda: job(told), then, failed)

    def errand(self, job: Callable[[], T], then: Callable[[T], None], failed: Callable[[str], None]) -> None:
        """Run what is slow; nothing is shown any more once the window of steps is closed."""
        self._busy = True

        def ended(show: Callable[[], None]) -> None:
            self._busy = False
            if self.isVisible():
                show()
            else:
                self.deleteLater()

        self.desk.bridge.errand(
            job, lambda result: ended(lambda: then(result)), lambda sentence: ended(lambda: failed(sentence))
        )

    def _show(self, fraction: float, seconds_left: float | None) -> None:
        if self._busy and not self.stop.is_set():
            percent = round(fraction * 100)
            self._bar.reach(fraction)
            self._left.setText(
                words.PERCENT.format(percent=percent)
                if seconds_left is None
                else words.LEFT.format(percent=percent, time=phrases.about(seconds_left))
            )

    def _on_stop(self) -> None:
        self.stop.set()
        self._left.setText(words.STOPPING)

    def done(self, result: int) -> None:
        """It is closed: whatever goes on stops within a second."""
        self.stop.set()
        super().done(result)
        if not self._busy:
            self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The app closes, and waits for its threads."""
        if event.type() == QEvent.Type.Close:
            self.stop.set()
        return super().eventFilter(watched, event)


class _Seldom:
    """Passes progress on, a few times a second. Any thread."""

    def __init__(self, tell: OnProgress) -> None:
        self._tell = tell
        self._next = 0.0

    def __call__(self, fraction: float, seconds_left: float | None) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + TELL_S
            self._tell(fraction, seconds_left)
