"""The pages behind “Who are you?”: tiles, a PIN, a diary of one's own. They ask, the window does. GUI thread."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diary_app import phrases
from diary_app.shared.owner import Owner, OwnerId
from ui import shared_words as words
from ui import words as app_words
from ui.announce import announce
from ui.design import SPACE
from ui.shared_parts import Field, Pad, Page, PinField, Tile
from ui.widgets.buttons import Button, Weight
from ui.widgets.flow import FlowLayout
from ui.widgets.stage_line import ProgressBar
from ui.widgets.text import Card, TwoSides, label, row

LEFT = Qt.AlignmentFlag.AlignLeft


class People(Page):
    """One large tile for each person."""

    chosen = Signal(object)
    """This Owner."""
    new_here = Signal()
    staff = Signal()

    def __init__(self) -> None:
        super().__init__("people", heading=words.WHO, wide=True)
        self._nobody = label(words.NOBODY, "lead", name="nobody-here")
        self._going = label("", "soft", name="sending-for")
        self._tiles = QWidget()
        self._flow = FlowLayout()
        self._tiles.setLayout(self._flow)
        self._lead = label(words.WHO_LEAD, "lead", name="who-lead")
        new = Button(words.NEW_HERE, name="new-here", weight=Weight.TILE, icon="plus")
        staff = Button(words.FOR_STAFF, name="for-staff", weight=Weight.QUIET)
        new.clicked.connect(self.new_here)
        staff.clicked.connect(self.staff)
        self._new = new
        for part in (self._lead, self._nobody, self._tiles):
            self.column.addWidget(part)
        self.column.addWidget(new, 0, LEFT)
        self.column.addWidget(self._going)
        self.column.addWidget(staff, 0, LEFT)
        self.column.addStretch(1)

    def show_people(self, owners: Sequence[Owner]) -> None:
        """These, by name."""
        while item := self._flow.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for owner in owners:
            tile = Tile(owner)
            tile.clicked.connect(lambda _on=False, owner=owner: self.chosen.emit(owner))
            self._flow.addWidget(tile)
        self._tiles.setVisible(bool(owners))
        self._lead.setVisible(bool(owners))
        self._nobody.setVisible(not owners)

    def show_sending(self, people: int) -> None:
        """For so many who are away clips are on their way."""
        self._going.setText(words.SENDING_FOR.of(people) if people else "")
        self._going.setVisible(bool(people))

    def first(self) -> QWidget:
        """The first tile, or the way to one's own."""
        item = self._flow.itemAt(0)
        tile = item.widget() if item is not None else None
        return tile or self._new


class HelpPage(Page):
    """Words for these pages, and their size."""

    larger = Signal()
    smaller = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__("help", heading=app_words.HELP)
        for sentence in words.HELP_WHO:
            self.column.addWidget(label(sentence))
        smaller = Button(app_words.SMALLER, name="text-smaller")
        larger = Button(app_words.LARGER, name="text-larger")
        self._close = Button(words.CLOSE_HELP, name="close-help", icon="close")
        smaller.clicked.connect(self.smaller)
        larger.clicked.connect(self.larger)
        self._close.clicked.connect(self.closed)
        self.column.addWidget(label(app_words.TEXT_SIZE, "label"))
        self.column.addLayout(row(smaller, larger))
        self.column.addWidget(self._close, 0, LEFT)
        self.column.addStretch(1)

    def first(self) -> QWidget:
        """The way back."""
        return self._close


class PinPage(Page):
    """One person's PIN: a line to type into, and large numbers to press."""

    typed = Signal(str)
    forgotten = Signal()

    def __init__(self) -> None:
        super().__init__("pin", heading="", wide=True)
        self.owner: Owner | None = None
        self._wait_s = 0
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._on_second)
        self.pin = PinField(words.PIN, name="pin")
        self.pin.entered.connect(self._on_open)
        self._open = Button(words.OPEN, name="open-diary", weight=Weight.PRIMARY, icon="tick")
        self._open.clicked.connect(self._on_open)
        forgotten = Button(words.FORGOTTEN, name="forgotten", weight=Weight.QUIET)
        forgotten.clicked.connect(self.forgotten)
        self._waiting = label("", "strong", name="pin-wait")
        pad = Pad()
        pad.pressed.connect(self.pin.type)
        pad.rubbed.connect(self.pin.rub_out)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        for part in (label(words.PIN_LEAD, "lead"), self.pin, self._waiting, self._open):
            column.addWidget(part)
        column.addWidget(forgotten, 0, LEFT)
        column.addStretch(1)
        self.column.addWidget(TwoSides(side, pad, shares=(3, 2)))
        self.column.addStretch(1)

    def begin(self, owner: Owner, *, wait_s: float) -> None:
        """For this person, who may have to wait."""
        self.owner = owner
        self.heading = words.HELLO.format(name=owner.name)
        self.pin.clear()
        self.banner.hush()
        self._open.say(words.OPEN)
        self._hold(wait_s)

    def first(self) -> QWidget:
        """The line."""
        return self.pin.line

    def checking(self) -> None:
        """It is being tried."""
        self.banner.hush()
        self._open.say(words.CHECKING)

    def wrong(self, sentence: str, *, wait_s: float = 0.0) -> None:
        """Say so, and take the digits away."""
        self._open.say(words.OPEN)
        self.pin.clear()
        self.pin.mark(wrong=True)
        self.banner.say(sentence, icon="warning", focus=True)
        self._hold(wait_s)

    def _hold(self, wait_s: float) -> None:
        self._wait_s = round(wait_s + 0.49)
        self._waiting.setVisible(self._wait_s > 0)
        self._second.stop()
        if self._wait_s > 0:
            self._waiting.setText(words.WAIT.format(time=phrases.spoken(self._wait_s)))
            self._second.start()

    def _on_second(self) -> None:
        self._wait_s -= 1
        if self._wait_s > 0:
            self._waiting.setText(words.WAIT.format(time=phrases.spoken(self._wait_s)))
            return
        self._second.stop()
        self._waiting.setText(words.MAY_TRY)
        announce(self._waiting, words.MAY_TRY)
        self.banner.hush()

    def _on_open(self) -> None:
        if not self.pin.text:
            self.banner.say(words.NO_PIN, do=(words.PIN, self.pin.line.setFocus), focus=True)
            return
        self.typed.emit(self.pin.text)


class OpeningPage(Page):
    """While files are made readable: how far, how long, and a way back."""

    stop = Signal()

    def __init__(self) -> None:
        super().__init__("opening", heading=words.OPENING)
        self._bar = ProgressBar()
        self._left = label("", "body", name="opening-left")
        stop = Button(words.STOP, name="opening-stop", icon="close")
        stop.clicked.connect(self.stop)
        self._stop = stop
        card = Card("tint", name="opening-card")
        card.column.setSpacing(SPACE * 2)
        for part in (label(words.OPENING_WHY), self._bar, self._left):
            card.column.addWidget(part)
        card.column.addWidget(stop, 0, LEFT)
        self.column.addWidget(card)
        self.column.addStretch(1)

    def reach(self, fraction: float, seconds_left: float | None) -> None:
        """So much is done."""
        self._bar.reach(fraction)
        self._left.setText("" if seconds_left is None else words.TIME_LEFT.format(time=phrases.about(seconds_left)))

    def first(self) -> QWidget:
        """The way back."""
        return self._stop


class NewPage(Page):
    """A name, and a PIN twice."""

    made = Signal(str, str)
    """This name, with this PIN."""

    def __init__(self) -> None:
        super().__init__("new", heading=words.NEW)
        self._name = Field(words.NAME, name="new-name", hint=words.NAME_HINT)
        self._pin = PinField(words.CHOOSE_PIN, name="new-pin")
        self._again = PinField(words.PIN_AGAIN, name="new-pin-again")
        self._make = Button(words.MAKE, name="make-diary", weight=Weight.PRIMARY, icon="tick")
        self._make.clicked.connect(self._on_make)
        self._again.entered.connect(self._on_make)
        self.column.addWidget(label(words.NEW_LEAD, "lead"))
        self.column.addWidget(self._name)
        self.column.addWidget(self._pin)
        self.column.addWidget(self._again)
        self.column.addWidget(label(words.REMEMBER, "soft"))
        self.column.addWidget(self._make)
        self.column.addStretch(1)

    def begin(self) -> None:
        """Nothing is written yet."""
        for field in (self._name, self._pin, self._again):
            field.clear()
        self._make.say(words.MAKE)
        self.banner.hush()

    def first(self) -> QWidget:
        """The name."""
        return self._name.line

    def wrong(self, sentence: str) -> None:
        """Say why not; every answer is kept."""
        self._make.say(words.MAKE)
        self.banner.say(sentence, focus=True)

    def _on_make(self) -> None:
        if self._pin.text != self._again.text:
            self._again.mark(wrong=True)
            self.banner.say(words.NOT_SAME, do=(words.CHOOSE_PIN, self._pin.line.setFocus), focus=True)
            return
        self._again.mark(wrong=False)
        self._make.say(words.MAKING)
        self.made.emit(self._name.text, self._pin.text)


class NewPinPage(Page):
    """Staff's six words, and another PIN twice."""

    asked = Signal(str, str)
    """The words as they were typed, and the new PIN."""

    def __init__(self) -> None:
        super().__init__("new-pin", heading=words.NEW_PIN)
        self.owner_id: OwnerId | None = None
        self._words = Field(words.SIX_WORDS, name="staff-words")
        self._pin = PinField(words.CHOOSE_PIN, name="other-pin")
        self._again = PinField(words.PIN_AGAIN, name="other-pin-again")
        self._keep = Button(words.SET_PIN, name="keep-pin", weight=Weight.PRIMARY, icon="tick")
        self._keep.clicked.connect(self._on_keep)
        self._again.entered.connect(self._on_keep)
        self.column.addWidget(label(words.NEW_PIN_LEAD, "lead"))
        for part in (self._words, self._pin, self._again, self._keep):
            self.column.addWidget(part)
        self.column.addStretch(1)

    def begin(self, owner: Owner) -> None:
        """For this person."""
        self.owner_id = owner.owner_id
        for field in (self._words, self._pin, self._again):
            field.clear()
        self._keep.say(words.SET_PIN)
        self.banner.hush()

    def first(self) -> QWidget:
        """The words."""
        return self._words.line

    def wrong(self, sentence: str) -> None:
        """Say why not; every answer is kept."""
        self._keep.say(words.SET_PIN)
        self.banner.say(sentence, focus=True)

    def _on_keep(self) -> None:
        if self._pin.text != self._again.text:
            self.banner.say(words.NOT_SAME, do=(words.CHOOSE_PIN, self._pin.line.setFocus), focus=True)
            return
        self._keep.say(words.CHECKING)
        self.asked.emit(self._words.text, self._pin.text)
