"""The booth's two pages for staff: the PIN, and the end-of-day sheet with the way out. GUI thread."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from diary_app.booth import nouns as n
from diary_app.booth.sheet import Sheet, Tally
from diary_app.clip import Clip
from ui import booth_words as words
from ui.announce import announce
from ui.booth_join import BoothJoin
from ui.booth_page import BoothButton, BoothPage
from ui.booth_sheet import sum_words, tally_lines, warnings
from ui.design import SPACE
from ui.desk import Desk
from ui.widgets.buttons import Button, Weight
from ui.widgets.flow import flow
from ui.widgets.text import Card, TwoSides, clear, label

LONGEST_PIN = 32


class PinPage(BoothPage):
    """A field and a pad. tried carries what was entered."""

    tried = Signal(str)

    def __init__(self) -> None:
        super().__init__("pin", words.PIN)
        self._said = label(words.PIN_WHY, "lead", name="pin-said")
        self.words.column.addWidget(self._said)
        self.field = QLineEdit()
        self.field.setObjectName("pin")
        self.field.setAccessibleName(words.PIN_FIELD)
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setMaxLength(LONGEST_PIN)
        self.field.returnPressed.connect(self._on_ok)
        self.words.column.addWidget(self.field)
        self.words.column.addLayout(self._pad())
        self.words.column.addStretch(1)
        ok = BoothButton(words.PIN_OK, name="pin-ok", weight=Weight.PRIMARY)
        ok.clicked.connect(self._on_ok)
        back = BoothButton(words.BACK, name="pin-back", icon="back")
        self.buttons(ok, self.wants(back, n.BackAsked()))

    def _pad(self) -> QGridLayout:
        pad = QGridLayout()
        pad.setSpacing(SPACE)
        for place, digit in enumerate("1234567890"):
            key = Button(digit, name=f"pin-{digit}")
            key.clicked.connect(partial(self._on_digit, digit))
            pad.addWidget(key, place // 5, place % 5)
        wipe = Button(words.PIN_CLEAR, name="pin-clear")
        wipe.clicked.connect(self.field.clear)
        pad.addWidget(wipe, 2, 0, 1, 5)
        return pad

    def _on_digit(self, digit: str) -> None:
        self.field.insert(digit)

    def _on_ok(self) -> None:
        self.tried.emit(self.field.text())
        self.field.clear()

    def tell(self, sentence: str) -> None:
        """It was wrong, or it is not time yet."""
        self._said.setText(sentence)
        announce(self.field, sentence)
        self.field.setFocus()

    def leave(self) -> None:
        """Nobody finds half a PIN."""
        self.field.clear()
        self._said.setText(words.PIN_WHY)

    def first(self) -> QWidget:
        """The field."""
        return self.field


class StaffPage(BoothPage):
    """decided: send or bin what a visitor left undecided; saved: the sheet is wanted as a file."""

    decided = Signal(object, str, str)
    saved = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__("staff", words.SHEET, wide=True)
        self.join = BoothJoin(desk)
        self.join.told.connect(self.tell)
        self._told = label("", "lead-strong", name="staff-told")
        self._sum = label("", "lead", name="staff-sum")
        self.words.column.addWidget(self._told)
        if not desk.settings.pin:
            self.say(words.NO_PIN, "lead-strong", name="no-pin")
        self.today, self.whole_event = Card(name="today"), Card(name="whole-event")
        self.words.column.addWidget(TwoSides(self.today, self.whole_event, shares=(1, 1)))
        self.words.column.addWidget(self._sum)
        self._warnings = label("", "lead-strong", name="staff-warnings")
        self.words.column.addWidget(self._warnings)
        self.words.column.addWidget(self.join)
        self._undecided = QVBoxLayout()
        self._undecided.setSpacing(SPACE)
        self.words.column.addLayout(self._undecided)
        save = Button(words.SAVE_SHEET, name="save-sheet")
        save.clicked.connect(self.saved)
        leave = Button(words.LEAVE, name="leave-booth", icon="close")
        self.words.column.addWidget(flow(save, self.wants(leave, n.LeaveAsked())))
        self.words.column.addWidget(label(words.LEAVE_WHY, "soft"))
        self.words.column.addStretch(1)
        back = BoothButton(words.BACK, name="staff-back", weight=Weight.PRIMARY, icon="back")
        self.back = back
        self.buttons(self.wants(back, n.BackAsked()))

    def show_sheet(self, sheet: Sheet, *, joined: bool) -> None:
        """The numbers of this moment."""
        self._fill(self.today, words.TODAY, sheet.today)
        self._fill(self.whole_event, words.WHOLE_EVENT, sheet.whole_event)
        self._sum.setText(sum_words(sheet.today))
        told = warnings(sheet, joined=joined)
        self._warnings.setText("\n".join(told))
        self._warnings.setVisible(bool(told))
        self._show_undecided(sheet)

    def _fill(self, card: Card, heading: str, tally: Tally) -> None:
        clear(card.column)
        card.column.addWidget(label(heading, "heading"))
        lines = QGridLayout()
        lines.setSpacing(SPACE)
        lines.setColumnStretch(0, 1)
        for place, (text, number) in enumerate(tally_lines(tally)):
            role = "lead" if tally.here and text.endswith(tuple(words.HERE.values())) else "lead-strong"
            lines.addWidget(label(text, role), place, 0)
            lines.addWidget(label(number, role, wrap=False), place, 1)
        holder = QWidget()
        holder.setObjectName(f"{card.objectName()}-numbers")
        holder.setLayout(lines)
        card.column.addWidget(holder)
        card.setAccessibleName(f"{heading}. {', '.join(f'{text}: {number}' for text, number in tally_lines(tally))}")

    def _show_undecided(self, sheet: Sheet) -> None:
        clear(self._undecided)
        if not sheet.undecided:
            return
        self._undecided.addWidget(label(words.UNDECIDED, "heading"))
        self._undecided.addWidget(label(words.UNDECIDED_WHY, "lead"))
        for visit, clip in sheet.undecided:
            self._undecided.addWidget(self._row(visit, clip))

    def _row(self, visit: n.VisitId, clip: Clip) -> QWidget:
        send = Button(words.SEND_IT, name=f"send-{visit}", icon="send")
        send.setAccessibleName(words.SEND_NAMED.format(title=clip.title))
        send.clicked.connect(partial(self.decided.emit, n.Outcome.KEEP, visit, clip.clip_id))
        away = Button(words.BIN_IT, name=f"bin-{visit}", icon="bin")
        away.setAccessibleName(words.BIN_NAMED.format(title=clip.title))
        away.clicked.connect(partial(self._on_bin, away, visit, clip))
        made = Card()
        made.column.addWidget(label(clip.title, "strong"))
        made.column.addWidget(flow(send, away))
        return made

    def _on_bin(self, away: Button, visit: n.VisitId, clip: Clip) -> None:
        """Nothing brings it back: it is pressed twice."""
        if away.text() == words.BIN_NOW:
            self.decided.emit(n.Outcome.BIN, visit, clip.clip_id)
            return
        away.say(words.BIN_NOW)
        away.setAccessibleName(words.BIN_NOW_NAMED.format(title=clip.title))
        announce(away, away.accessibleName())

    def tell(self, sentence: str) -> None:
        """What became of what was pressed last."""
        self._told.setText(sentence)
        self._told.setVisible(bool(sentence))
        if sentence:
            announce(self.back, sentence)

    def leave(self) -> None:
        """Old numbers are no numbers."""
        self.join.rest()
        self.tell("")

    def show_state(self, state: n.State) -> None:
        """Nothing was said yet."""
        super().show_state(state)
        self.join.offer()
        self._told.setVisible(bool(self._told.text()))

    def first(self) -> QWidget:
        """Back to the booth: nothing is left by accident."""
        return self.back
