"""A question that is asked in its place: it hides nothing, and what goes on behind it goes on. GUI thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout

from ui import words
from ui.announce import announce
from ui.design import SPACE
from ui.widgets.buttons import Button, Weight
from ui.widgets.text import AnsweredCard, label


class AskHere(AnsweredCard):
    """Hidden until ask(); the harmless answer has the focus first, and Escape is the same."""

    agreed = Signal()
    refused = Signal()

    def __init__(self, *, name: str, yes: str, no: str) -> None:
        super().__init__("warn", name=name)
        self._what = label("", "strong", name=f"{name}-what")
        self._why = label("", "body", name=f"{name}-why")
        self._no = Button(no, name=f"{name}-no")
        self._yes = Button(yes, name=f"{name}-yes", weight=Weight.DANGER, icon="bin")
        self._no.clicked.connect(self.refused)
        self._yes.clicked.connect(self.agreed)
        texts = QVBoxLayout()
        texts.setSpacing(SPACE // 2)
        texts.addStretch(1)
        texts.addWidget(self._what)
        texts.addWidget(self._why)
        texts.addStretch(1)
        self.lay_out(texts, self._no, self._yes)

    def ask(self, what: str, why: str) -> None:
        """Show the question, and put the focus on the harmless answer."""
        self._what.setText(what)
        self._why.setText(why)
        self.setAccessibleName(f"{what} {why}")
        self._no.setAccessibleName(f"{self._no.text()}. {what}")
        self._yes.setAccessibleName(f"{self._yes.text()}. {why}")
        self.show()
        self._no.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, f"{what} {why} {self._no.text()}, {words.OR} {self._yes.text()}?")
