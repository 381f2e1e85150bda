"""The booth's one window: full screen, a page for each state, and no way out but the staff's. GUI thread."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import assert_never

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from diary_app import phrases
from diary_app.booth import nouns as n
from diary_app.booth.pin import PinDoor
from diary_app.booth.sheet import Sheet
from diary_app.clip import ClipId
from diary_app.language import shown
from diary_app.news import News, PortalChanged
from diary_app.settings import pin_fits
from ui import booth_words as words
from ui.announce import announce
from ui.booth_gesture import Gesture
from ui.booth_page import BoothPage
from ui.booth_pages import AttractPage, ChoicePage, ConsentPage, OutPage, QuestionPage, ThanksPage
from ui.booth_sheet import file_name, sheet_text
from ui.booth_shell import BoothShell
from ui.booth_staff import PinPage, StaffPage
from ui.booth_take import ReadyPage, TakePage
from ui.design import Look, Shade
from ui.style import apply_look, chosen_shade
from ui.top import PracticeLine
from upload.files import write_whole

FULL_SIZE = 600
"""Height in pixels at which words have their usual size; on a larger screen they grow with it, to be read standing."""
LARGEST = 2.5
CURSOR_MS = 5000
"""Nobody is there: the cursor goes out of sight."""


def ask_where(name: str) -> Path | None:
    """The system's own window to save a file; None when the staff think better of it."""
    chosen, _ = QFileDialog.getSaveFileName(None, words.SAVE_SHEET, str(Path.home() / name), words.SHEET_KINDS)
    return Path(chosen) if chosen else None


@dataclass(frozen=True, slots=True)
class BoothOutside:
    """The ways out of the booth's window; tests give their own. clock: monotonic seconds."""

    ask_where: Callable[[str], Path | None] = ask_where
    clock: Callable[[], float] = time.monotonic


class BoothWindow(QMainWindow):
    """Shows what the shell's state is. on_left is called when the staff leave the booth."""

    def __init__(self, shell: BoothShell, outside: BoothOutside | None = None, *, shade: Shade | None = None) -> None:
        super().__init__()
        self.setObjectName("booth")
        self.setWindowTitle(words.BOOTH)
        self.setWindowFlags(self.windowFlags() | Qt.WindowType.FramelessWindowHint)
        self.shell = shell
        self._outside = outside or BoothOutside()
        self._desk = shell.desk
        self._fixed_shade = shade
        self._may_close = False
        self._page: BoothPage | None = None
        self.door = PinDoor()
        self.scale = 1.0
        self.on_left: Callable[[], None] = lambda: None
        self._follow_height()  # first: a label keeps the family of the moment it was made in
        self._make_pages()
        self._lay_out()
        self._connect()
        self._show_portal()
        self._show(shell.state)

    def _make_pages(self) -> None:
        settings, shell = self._desk.settings, self.shell
        self.attract = AttractPage(settings.event)
        self.question = QuestionPage(settings.question, shell.times.recording_s)
        self.consent = ConsentPage(shell.visits.words, voice=shell.voice.speaks)
        self.ready = ReadyPage(self._desk.diary)
        self.take = TakePage(self._desk.diary, settings.question)
        self.choice = ChoicePage()
        self.thanks = ThanksPage()
        self.pin = PinPage()
        self.staff = StaffPage(self._desk)
        self.out = OutPage()

    @property
    def pages(self) -> tuple[BoothPage, ...]:
        """All of them, in the order of a visit."""
        visit = (self.attract, self.question, self.consent, self.ready, self.take, self.choice, self.thanks)
        return (*visit, self.pin, self.staff, self.out)

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        for page in self.pages:
            self._stack.addWidget(page)
        self._practice = PracticeLine()
        middle = QWidget()
        middle.setObjectName("page")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._practice)
        column.addWidget(self._stack, 1)
        self.setCentralWidget(middle)

    def _connect(self) -> None:
        shell = self.shell
        for page in self.pages:
            page.wanted.connect(shell.post)
        self.consent.agree.clicked.connect(lambda: shell.agree(self.consent.name.text()))
        for outcome, button in self.choice.choices.items():
            button.clicked.connect(partial(shell.decide, outcome))
        self.pin.tried.connect(self._on_pin)
        self.staff.decided.connect(self._on_staff_decided)
        self.staff.saved.connect(self._on_save)
        shell.changed.connect(self._show)
        shell.number.connect(self._on_number)
        shell.left.connect(self._on_leave)
        self._desk.bridge.news.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._cursor = QTimer(self, interval=CURSOR_MS, singleShot=True)
        self._cursor.timeout.connect(lambda: self.setCursor(Qt.CursorShape.BlankCursor))
        self.gesture = Gesture(self, done=lambda: shell.post(n.Gesture()), stirred=lambda: shell.post(n.Touched()))
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.installEventFilter(self.gesture)

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _page_of(self, state: n.State) -> BoothPage:
        match state:
            case n.Attract():
                return self.attract
            case n.Question():
                return self.question
            case n.Consent():
                return self.consent
            case n.Opening() | n.CountingDown():
                return self.ready
            case n.Recording() | n.Saving():
                return self.take
            case n.Choice():
                return self.choice
            case n.Settling() | n.Thanks():
                return self.thanks
            case n.Leaving():
                return self.pin
            case n.Staff():
                return self.staff
            case n.OutOfOrder():
                return self.out
            case _:
                assert_never(state)

    def _show(self, state: n.State) -> None:
        page, before = self._page_of(state), self._page
        if isinstance(page, ReadyPage | TakePage):
            page.kind = self.shell.kind
        page.show_state(state)
        if page is not before:
            self._turn_to(page, before)
        self._rest_cursor(isinstance(state, n.Attract))
        if isinstance(state, n.Leaving) and not self._desk.settings.pin:
            self.shell.post(n.PinFits())
        elif isinstance(state, n.Staff):
            self._count()

    def _turn_to(self, page: BoothPage, before: BoothPage | None) -> None:
        self._page = page
        self._stack.setCurrentWidget(page)
        if before is not None:
            before.leave()
        first = page.first()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setWindowTitle(f"{page.heading.text()} – {words.APP}")
        if page.spoken:
            announce(page, page.spoken)

    def reveal(self, widget: QWidget) -> None:
        """Scroll the page that is shown so far that this is seen."""
        if self._page is not None and self._page.words.isAncestorOf(widget):
            self._page.words.ensureWidgetVisible(widget)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Whatever has the focus is seen."""
        moved = super().focusNextPrevChild(forward)
        if (now := self.focusWidget()) is not None:
            self.reveal(now)
        return moved

    def _rest_cursor(self, nobody: bool) -> None:
        if nobody and not self._cursor.isActive() and self.cursor().shape() is not Qt.CursorShape.BlankCursor:
            self._cursor.start()
        elif not nobody:
            self._cursor.stop()
            self.unsetCursor()

    def _on_number(self, number: int) -> None:
        self.ready.count(number)
        if number == 3:  # once, and then silence: what is said later would be heard in the take
            announce(self.ready, words.STARTS_IN.format(number=number))

    def _hear(self, news: News) -> None:
        if isinstance(news, PortalChanged):
            self._show_portal()
            if self._page is self.staff:
                self.staff.join.offer()
                self._count()

    def _show_portal(self) -> None:
        portal = self._desk.diary.portal()
        self._practice.setVisible(portal is not None and portal.practice)

    # -- looks ------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words grow with the screen."""
        super().resizeEvent(event)
        self._follow_height()

    def set_scale(self, scale: float) -> None:
        """Another size of words; remembered."""
        self._desk.remembered.scale = scale
        self._follow_height()

    def _follow_height(self) -> None:
        """From two metres away, words of 16 pixels on a large screen are too small."""
        fitted = max(1.0, min(LARGEST, self.height() / FULL_SIZE))
        scale = round(fitted * self._desk.remembered.scale, 2)
        app = QApplication.instance()
        shade = self._fixed_shade or chosen_shade(self._desk.settings.look)
        if isinstance(app, QApplication) and (scale, shade) != (self.scale, getattr(self, "_shade", None)):
            self.scale, self._shade = scale, shade
            apply_look(app, Look(shade, scale))

    def changeEvent(self, event: QEvent) -> None:
        """The system's theme may change while we run."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ThemeChange:
            self._follow_height()

    # -- staff ------------------------------------------------------------------------------------------------------

    def _on_pin(self, pin: str) -> None:
        wait_s = self.door.waits_s(self._outside.clock())
        if wait_s:
            self._tell_wait(wait_s)
            return
        hashed = self._desk.settings.pin
        self._desk.bridge.errand(lambda: pin_fits(pin, hashed), self._on_tried, self.pin.tell)

    def _on_tried(self, fits: bool) -> None:
        if fits:
            self.door.was_right()
            self.shell.post(n.PinFits())
        elif wait_s := self.door.was_wrong(self._outside.clock()):
            self._tell_wait(wait_s)
        else:
            self.pin.tell(words.PIN_WRONG)

    def _tell_wait(self, wait_s: float) -> None:
        self.pin.tell(words.PIN_WAIT.format(time=phrases.spoken(max(1.0, wait_s))))

    def _count(self) -> None:
        self._desk.bridge.errand(self.shell.visits.sheet, self._on_sheet, self._on_staff_failed)

    def _on_sheet(self, sheet: Sheet) -> None:
        self.staff.show_sheet(sheet, joined=self._desk.diary.portal() is not None)

    def _on_staff_decided(self, outcome: n.Outcome, visit: n.VisitId, clip_id: ClipId) -> None:
        self._desk.bridge.errand(
            partial(self.shell.visits.settle, outcome, visit, clip_id),
            lambda _done: self._on_staff_done(),
            self._on_staff_failed,
        )

    def _on_staff_done(self) -> None:
        self.staff.back.setFocus()  # what had the focus is gone
        self._count()

    def _on_staff_failed(self, sentence: str) -> None:
        self.staff.tell(shown(sentence))

    def _on_save(self) -> None:
        """The numbers of this moment, also where the first ones are not shown yet."""
        self._desk.bridge.errand(self.shell.visits.sheet, self._save, self._on_staff_failed)

    def _save(self, sheet: Sheet) -> None:
        self._on_sheet(sheet)
        path = self._outside.ask_where(file_name(sheet))
        if path is None:
            return
        text = sheet_text(sheet, joined=self._desk.diary.portal() is not None)
        self._desk.bridge.errand(
            partial(write_whole, path, text.encode()),
            lambda _done: self.staff.tell(words.SHEET_SAVED),
            lambda _sentence: self.staff.tell(words.SHEET_NOT_SAVED),
        )

    # -- closing ----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that nobody took do nothing here."""
        event.accept()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Alt+F4 is one more way to ask for the PIN."""
        if not self._may_close:
            event.ignore()
            self.shell.post(n.Gesture())
            return
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.removeEventFilter(self.gesture)
        self.staff.leave()
        self.shell.close()
        self._desk.bridge.close()
        super().closeEvent(event)

    def _on_leave(self) -> None:
        self.on_left()

    def end(self) -> None:
        """Close without asking; a take that is open ends here, and is kept as not decided."""
        self._may_close = True
        self.close()
