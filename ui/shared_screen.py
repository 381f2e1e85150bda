"""“Who are you?”: the window before anybody's own, on a shared computer. GUI thread.

It shows one page at a time and does what the pages ask for on errands; nobody's clips are seen here.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Event

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from diary_app import phrases
from diary_app.editing.errors import EditStopped
from diary_app.editing.progress import Meter
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.news import News
from diary_app.rescue import passphrase
from diary_app.rescue.errors import WrongWords
from diary_app.settings import Settings, pin_fits
from diary_app.shared.errors import MustWait, WrongPin
from diary_app.shared.house import House
from diary_app.shared.owner import Owner
from ui import shared_words as words
from ui import shortcuts
from ui import words as app_words
from ui.bridge import Bridge
from ui.design import SPACE, Look, Shade, larger, smaller
from ui.remembered import Remembered
from ui.shared_pages import HelpPage, NewPage, NewPinPage, OpeningPage, People, PinPage
from ui.shared_parts import Page
from ui.shared_staff import SetUpPage, StaffPage
from ui.style import apply_look, chosen_shade
from ui.top import TopBar

FEW = 3
"""So many tries or fewer are left: from there on it is said how many."""
SLOW_S, TELL_S = 0.6, 0.1
"""Opening that takes no longer is not shown; progress is shown so often at most."""


class NoNews:
    """Nobody's diary is open: there is no news."""

    def subscribe(self, _listener: Callable[[News], None]) -> Callable[[], None]:
        """There is nothing to end."""
        return lambda: None


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody's diary is open: theirs alone."""

    owner: Owner
    folders: Folders
    renewed_at: str
    """When staff gave them a new PIN, if they have not been told yet."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """The PIN did not open it."""

    sentence: str
    wait_s: float = 0.0


@dataclass(slots=True)
class _Coming:
    """Somebody's PIN is tried, and then their files are opened."""

    owner: Owner
    stop: Event = field(default_factory=Event)
    began: float = field(default_factory=time.monotonic)
    told: float = 0.0


def try_pin(house: House, owner: Owner, pin: str, meter: Meter) -> Came | NotYet | None:
    """Open somebody's diary; None where that was stopped. Waits. Raises Refused and OSError."""
    try:
        folders = house.come(owner.owner_id, pin, meter=meter)
        return Came(owner, folders, house.told(owner.owner_id))
    except EditStopped:
        return None
    except MustWait as error:
        return NotYet(words.WAIT.format(time=phrases.spoken(error.wait_s)), error.wait_s)
    except WrongPin as error:
        if error.wait_s:
            return NotYet(words.WAIT.format(time=phrases.spoken(error.wait_s)), error.wait_s)
        return NotYet(words.WRONG_LEFT.of(error.left) if error.left <= FEW else words.WRONG)


def give_pin(house: House, page: NewPinPage, typed: str, pin: str) -> None:
    """Another PIN for the person of this page. Waits. Raises Refused and OSError."""
    if page.owner_id is None:
        return
    try:
        house.new_pin(page.owner_id, passphrase.read(typed), pin)
    except WrongWords as error:
        raise Refused(words.WRONG_WORDS) from error


class WhoAreYou(QMainWindow):
    """came(Came) when somebody's diary is open; asked_to_close() instead of closing."""

    came = Signal(object)
    asked_to_close = Signal()

    def __init__(self, house: House, remembered: Remembered, settings: Settings, *, shade: Shade | None = None) -> None:
        super().__init__()
        self.setObjectName("who-are-you")
        self._house = house
        self._remembered = remembered
        self._settings = settings
        self._coming: _Coming | None = None
        self._over = False
        self.bridge = Bridge(NoNews())
        self.look = Look(shade or chosen_shade(settings.look), remembered.scale)
        self.dress()
        self._top = TopBar()
        self._stack = QStackedWidget()
        self.people, self.pin, self.opening = People(), PinPage(), OpeningPage()
        self.new, self.new_pin, self.help = NewPage(), NewPinPage(), HelpPage()
        self._explained: Page = self.people
        self.staff, self.set_up = StaffPage(has_pin=bool(settings.pin)), SetUpPage()
        self._pages = (self.people, self.pin, self.opening, self.new, self.new_pin, self.staff, self.set_up, self.help)
        self._lay_out()
        self._connect()
        self.setMinimumSize(480, 320)
        self.resize(1180, 800)
        self.begin()

    def _lay_out(self) -> None:
        page = QWidget()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._top)
        column.addWidget(self._stack, 1)
        for each in self._pages:
            self._stack.addWidget(each)
        self.setCentralWidget(page)

    def _connect(self) -> None:
        self._top.back.connect(self.back)
        self._top.help.connect(self.explain)
        self.people.chosen.connect(self._on_chosen)
        self.people.new_here.connect(self._on_new_here)
        self.people.staff.connect(self._on_staff)
        self.pin.typed.connect(self._on_pin)
        self.pin.forgotten.connect(self._on_forgotten)
        self.opening.stop.connect(self._on_stop)
        self.new.made.connect(self._on_made)
        self.new_pin.asked.connect(self._on_new_pin)
        self.set_up.written.connect(self._on_written)
        self.staff.tried.connect(self._on_staff_tried)
        self.staff.take_away.connect(self._on_take_away)
        self.staff.bring_back.connect(self._on_bring_back)
        shortcuts.bind(shortcuts.HELP, self, self.explain)
        shortcuts.bind(shortcuts.BACK, self, self.back)
        shortcuts.bind(shortcuts.LARGER, self, self._on_larger)
        shortcuts.bind(shortcuts.SMALLER, self, self._on_smaller)
        self.help.larger.connect(self._on_larger)
        self.help.smaller.connect(self._on_smaller)
        self.help.closed.connect(self._close_help)

    # -- where the user is ------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return next(each for each in self._pages if each is self._stack.currentWidget())

    def begin(self) -> None:
        """The tiles; before that, once, the six words of staff."""
        self._coming = None
        if not self._house.is_set_up:
            self.go(self.set_up)
            return
        self.people.show_people(self._house.owners())
        self.people.banner.hush()
        self.go(self.people)

    def go(self, page: Page) -> None:
        """Show a page."""
        self._stack.setCurrentWidget(page)
        page.verticalScrollBar().setValue(0)
        self._top.show_place(page.heading, back=page not in (self.people, self.opening, self.set_up))
        self.setWindowTitle(f"{page.heading} – {app_words.APP}")
        first = page.first()
        if first is not None:
            first.setFocus()

    def back(self) -> None:
        """Back to the tiles; from a new PIN to the old one."""
        if self.page is self.help:
            self._close_help()
        elif self.page is self.new_pin and self.pin.owner is not None:
            self._on_chosen(self.pin.owner)
        elif self.page is not self.opening:
            self.begin()

    def explain(self) -> None:
        """Help, in place of the page; closing it leads back there with every answer kept."""
        if self.page is self.help:
            self._close_help()
        elif self.page is not self.opening:
            self._explained = self.page
            self.go(self.help)

    def _close_help(self) -> None:
        self.go(self._explained)

    # -- a PIN ------------------------------------------------------------------------------------------------------

    def _on_chosen(self, owner: Owner) -> None:
        self.pin.begin(owner, wait_s=self._house.wait_s(owner.owner_id))
        self.go(self.pin)

    def _on_pin(self, pin: str) -> None:
        if self._coming is not None or self.pin.owner is None:
            return
        self._coming = coming = _Coming(self.pin.owner)
        self.pin.checking()
        meter = Meter(partial(self._on_progress, coming), coming.stop)
        work = partial(try_pin, self._house, coming.owner, pin, meter)
        self.bridge.errand(work, self._on_tried, self._on_not_opened, unused=self._leave_again)

    def _on_progress(self, coming: _Coming, fraction: float, seconds_left: float | None) -> None:
        """On the errand's thread."""
        now = time.monotonic()
        if now - coming.began > SLOW_S and now - coming.told > TELL_S:
            coming.told = now
            self.bridge.later(partial(self._show_progress, coming, fraction, seconds_left))

    def _show_progress(self, coming: _Coming, fraction: float, seconds_left: float | None) -> None:
        if self._coming is coming:
            self.opening.reach(fraction, seconds_left)
            if self.page is not self.opening:
                self.go(self.opening)

    def _on_stop(self) -> None:
        if self._coming is not None:
            self._coming.stop.set()

    def _on_tried(self, outcome: Came | NotYet | None) -> None:
        self._coming = None
        if isinstance(outcome, Came):
            self.came.emit(outcome)
        elif isinstance(outcome, NotYet):
            self.go(self.pin)
            self.pin.wrong(outcome.sentence, wait_s=outcome.wait_s)
        else:
            self.begin()

    def _on_not_opened(self, sentence: str) -> None:
        self._coming = None
        self.go(self.pin)
        self.pin.wrong(sentence)

    def _leave_again(self, outcome: Came | NotYet | None) -> None:
        """The window was closed meanwhile."""
        if isinstance(outcome, Came):
            self._house.leave(outcome.owner.owner_id)

    def _on_forgotten(self) -> None:
        if self.pin.owner is not None:
            self.new_pin.begin(self.pin.owner)
            self.go(self.new_pin)

    def _on_new_pin(self, typed: str, pin: str) -> None:
        work = partial(give_pin, self._house, self.new_pin, typed, pin)
        self.bridge.errand(work, self._on_pin_kept, self.new_pin.wrong)

    def _on_pin_kept(self, _nothing: None) -> None:
        if self.pin.owner is not None:
            self._on_chosen(self.pin.owner)
            self.pin.banner.say(words.PIN_KEPT, kindly=True)

    # -- somebody new -----------------------------------------------------------------------------------------------

    def _on_new_here(self) -> None:
        self.new.begin()
        self.go(self.new)

    def _on_made(self, name: str, pin: str) -> None:
        self.bridge.errand(partial(self._house.add, name, pin), self._on_added, self.new.wrong)

    def _on_added(self, owner: Owner) -> None:
        self.begin()
        self._on_chosen(owner)

    # -- staff ------------------------------------------------------------------------------------------------------

    def _on_written(self, chosen: tuple[str, ...]) -> None:
        self.bridge.errand(partial(self._house.set_up, chosen), lambda _done: self.begin(), self._on_not_set_up)

    def _on_not_set_up(self, _sentence: str) -> None:
        self.set_up.banner.say(words.NOT_KEPT, focus=True)

    def _on_staff(self) -> None:
        self.staff.begin()
        self.go(self.staff)

    def _on_staff_tried(self, typed: str) -> None:
        hashed = self._settings.pin

        def fits() -> bool:
            return pin_fits(typed, hashed) if hashed else self._house.words_fit(passphrase.read(typed))

        self.bridge.errand(fits, self._on_staff_known, self.staff.wrong)

    def _on_staff_known(self, known: bool) -> None:
        if known:
            self.staff.show_people(self._house.owners(), self._house.removed())
        else:
            self.staff.wrong(words.STAFF_WRONG)

    def _on_take_away(self, owner: Owner) -> None:
        self._change(partial(self._house.remove, owner.owner_id), words.TAKEN_AWAY.format(name=owner.name))

    def _on_bring_back(self, owner: Owner) -> None:
        self._change(partial(self._house.restore, owner.owner_id), words.BROUGHT_BACK.format(name=owner.name))

    def _change(self, work: Callable[[], None], said: str) -> None:
        def then(_nothing: None) -> None:
            self._on_staff_known(known=True)
            self.staff.banner.say(said, kindly=True, focus=True)

        self.bridge.errand(work, then, self.staff.wrong)

    # -- looks and the end ------------------------------------------------------------------------------------------

    def dress(self) -> None:
        """Put the look of the moment on."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_look(app, self.look)

    def set_scale(self, scale: float) -> None:
        """Another size of text; remembered."""
        self.look = Look(self.look.shade, scale)
        self._remembered.scale = scale
        self.dress()

    def _on_larger(self) -> None:
        self.set_scale(larger(self.look.scale))

    def _on_smaller(self) -> None:
        self.set_scale(smaller(self.look.scale))

    def follow_system(self) -> None:
        """The system is light or dark now."""
        self.look = Look(chosen_shade(self._settings.look), self.look.scale)
        self.dress()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.back()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab may lead to what is out of sight."""
        moved = super().focusNextPrevChild(forward)
        now = self.focusWidget()
        if moved and now is not None and self.page.isAncestorOf(now):
            self.page.ensureWidgetVisible(now)
        return moved

    def closeEvent(self, event: QCloseEvent) -> None:
        """Its owner decides what closing means."""
        if not self._over:
            event.ignore()
            self.asked_to_close.emit()

    def end(self) -> None:
        """Close for good; waits for errands."""
        self._over = True
        self._on_stop()
        self.bridge.close()
        self.close()
