"""A clip's withdrawal slip: what it is for, its code in large letters, and where it is typed. GUI thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication

from ui import slip_words
from ui.announce import announce
from ui.widgets.buttons import Button
from ui.widgets.flow import flow
from ui.widgets.text import Card, label


class SlipCard(Card):
    """Hidden where there is no slip. The code is a secret: it is shown, and goes nowhere but where it is copied."""

    opened = Signal(str)
    """Somebody wants to be at this address, where the code is typed."""

    def __init__(self) -> None:
        super().__init__(name="slip")
        self._address = ""
        self._code = label("", "title", name="slip-code")
        self._code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._where = label("", name="slip-where")
        self._copy = Button(slip_words.COPY, name="slip-copy", icon="copy")
        self._copy.clicked.connect(self._on_copy)
        opens = Button(slip_words.OPEN, name="slip-open", icon="portal")
        opens.clicked.connect(lambda: self.opened.emit(self._address))
        self.column.addWidget(label(slip_words.HEADING, "heading"))
        self.column.addWidget(label(slip_words.WHY))
        self.column.addWidget(self._code)
        self.column.addWidget(self._where)
        self.column.addWidget(label(slip_words.CARE))
        self.column.addWidget(flow(self._copy, opens))
        self.hide()

    def show_slip(self, code: str, address: str) -> None:
        """Show this code, or nothing where it is empty. address: the page on which it is typed."""
        if code != self._code.text():
            self._copy.say(slip_words.COPY)
        self._address = address
        self._code.setText(code)
        self._code.setAccessibleName(slip_words.SPOKEN.format(code=" ".join(code)))
        self._where.setText(slip_words.WHERE.format(address=address))
        self.setVisible(bool(code))

    def _on_copy(self) -> None:
        QApplication.clipboard().setText(self._code.text())
        self._copy.say(slip_words.COPIED)
        announce(self, slip_words.COPIED)
