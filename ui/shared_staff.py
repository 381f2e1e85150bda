"""The pages for staff of a shared computer: six words on paper, once; tiles taken away and brought back. GUI thread."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from diary_app.rescue import passphrase
from diary_app.shared.owner import Owner
from ui import shared_words as words
from ui.design import SPACE
from ui.shared_parts import Field, Page
from ui.widgets.buttons import Button, Weight
from ui.widgets.text import Card, clear, label

LEFT = Qt.AlignmentFlag.AlignLeft


class SetUpPage(Page):
    """Shows six words, takes them out of sight, and has them typed back."""

    written = Signal(object)
    """These words are on paper."""

    def __init__(self) -> None:
        super().__init__("set-up", heading=words.SET_UP)
        self._words = passphrase.make_up()
        self._field = Field(words.SIX_WORDS, name="words-back")
        self._field.entered.connect(self._on_finish)
        self._shown, self._typed = self._make_shown(), self._make_typed()
        self.column.addWidget(label(words.SET_UP_LEAD, "lead"))
        self.column.addWidget(self._shown)
        self.column.addWidget(self._typed)
        self.column.addStretch(1)
        self._show()

    def _make_shown(self) -> QWidget:
        card = Card("tint", name="words-card")
        card.column.setSpacing(SPACE * 2)
        card.column.addWidget(label(words.SET_UP_WORDS, "heading"))
        card.column.addWidget(label(words.SET_UP_WHY))
        lines = [words.WORD.format(number=number, word=word) for number, word in enumerate(self._words, 1)]
        listed = label("\n".join(lines), "lead-strong", name="six-words")
        listed.setAccessibleName(words.WORDS_SPOKEN.format(words=", ".join(self._words)))
        self._written = Button(words.WRITTEN, name="words-written", weight=Weight.PRIMARY, icon="tick")
        self._written.clicked.connect(self._ask)
        card.column.addWidget(listed)
        card.column.addWidget(self._written)
        return card

    def _make_typed(self) -> QWidget:
        card = Card(name="words-back-card")
        card.column.setSpacing(SPACE * 2)
        card.column.addWidget(label(words.CHECK, "heading"))
        card.column.addWidget(label(words.CHECK_WHY))
        card.column.addWidget(self._field)
        finish = Button(words.FINISH, name="set-up-finish", weight=Weight.PRIMARY, icon="tick")
        again = Button(words.SEE_AGAIN, name="words-again", icon="back")
        finish.clicked.connect(self._on_finish)
        again.clicked.connect(self._show)
        card.column.addWidget(finish)
        card.column.addWidget(again, 0, LEFT)
        return card

    @property
    def words(self) -> tuple[str, ...]:
        """The six words that are shown."""
        return self._words

    def first(self) -> QWidget:
        """What is next."""
        return self._written

    def _show(self) -> None:
        self.banner.hush()
        self._typed.hide()
        self._shown.show()
        self._written.setFocus()

    def _ask(self) -> None:
        self._shown.hide()
        self._field.clear()
        self._typed.show()
        self._field.line.setFocus()

    def _on_finish(self) -> None:
        if passphrase.read(self._field.text) != self._words:
            self._field.mark(wrong=True)
            self.banner.say(words.NOT_THESE, do=(words.SEE_AGAIN, self._show), focus=True)
            return
        self.written.emit(self._words)


class StaffPage(Page):
    """First the six words, or the staff PIN where there is one; then every tile."""

    tried = Signal(str)
    """What was typed to get in."""
    take_away = Signal(object)
    bring_back = Signal(object)

    def __init__(self, *, has_pin: bool) -> None:
        super().__init__("staff", heading=words.STAFF)
        self._field = Field(words.STAFF_PIN if has_pin else words.SIX_WORDS, name="staff-key", secret=has_pin)
        self._field.entered.connect(self._on_go)
        self._go = Button(words.STAFF_OPEN, name="staff-go", weight=Weight.PRIMARY, icon="tick")
        self._go.clicked.connect(self._on_go)
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE)
        self.column.addWidget(label(words.STAFF_LEAD, "lead"))
        self.column.addWidget(self._field)
        self.column.addWidget(self._go)
        self.column.addLayout(self._list)
        self.column.addStretch(1)

    def begin(self) -> None:
        """Nobody has shown yet that they are staff."""
        clear(self._list)
        self._field.clear()
        self._field.show()
        self._go.say(words.STAFF_OPEN)
        self._go.show()
        self.banner.hush()

    def first(self) -> QWidget:
        """The way in."""
        return self._field.line

    def wrong(self, sentence: str) -> None:
        """Say why not."""
        self._go.say(words.STAFF_OPEN)
        self.banner.say(sentence, focus=True)

    def show_people(self, owners: Sequence[Owner], removed: Sequence[Owner]) -> None:
        """Those with a tile, and those without."""
        self._field.hide()
        self._go.hide()
        clear(self._list)
        for owner in owners:
            away = Button(words.TAKE_AWAY.format(name=owner.name), name="take-away", icon="close")
            away.clicked.connect(partial(self.take_away.emit, owner))
            self._list.addWidget(away, 0, LEFT)
        first = self._list.itemAt(0)
        if first is not None and (button := first.widget()):
            button.setFocus()
        for owner in removed:
            back = Button(words.BRING_BACK.format(name=owner.name), name="bring-back", icon="again")
            back.clicked.connect(partial(self.bring_back.emit, owner))
            self._list.addWidget(back, 0, LEFT)

    def _on_go(self) -> None:
        self._go.say(words.CHECKING)
        self.tried.emit(self._field.text)
