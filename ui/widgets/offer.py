"""An offer that nobody needs to answer: a quiet line with two buttons, which takes no focus. GUI thread."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from ui import words
from ui.announce import announce
from ui.design import SPACE
from ui.widgets.buttons import Button, Weight
from ui.widgets.text import AnsweredCard, label


class Offer(AnsweredCard):
    """Hidden until make()."""

    taken = Signal()
    declined = Signal()

    def __init__(self, *, name: str, no: str, icon: str) -> None:
        super().__init__("tint", name=name)
        self.column.setContentsMargins(SPACE * 2, SPACE, SPACE, SPACE)
        self._what = label("", "body", name=f"{name}-what")
        self._yes = Button("", name=f"{name}-yes", icon=icon)
        self._no = Button(no, name=f"{name}-no", weight=Weight.QUIET)
        self._yes.clicked.connect(self.taken)
        self._no.clicked.connect(self.declined)
        texts = QVBoxLayout()
        texts.addWidget(self._what)
        self.lay_out(texts, self._yes, self._no)

    def make(self, what: str, yes: str) -> None:
        """Show the offer, and have it read out; the focus stays where it is."""
        self._what.setText(what)
        self._yes.say(yes)
        self.setAccessibleName(what)
        self._yes.setAccessibleName(f"{yes}. {what}")
        self._no.setAccessibleName(f"{self._no.text()}. {what}")
        self.show()
        announce(self, f"{what} {yes}, {words.OR} {self._no.text()}?")

    def has_focus(self) -> bool:
        """True when one of its buttons has the keyboard's focus."""
        return self._yes.hasFocus() or self._no.hasFocus()
