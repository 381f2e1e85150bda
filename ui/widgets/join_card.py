"""Joining an organisation's portal: its address, then a short code to be allowed by staff. GUI thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui import welcome_words
from ui.design import SPACE
from ui.widgets.buttons import Button
from ui.widgets.text import Card, label


class JoinCard(Card):
    """Asks for the address, or shows the code."""

    asked = Signal(str)
    """The address that was typed."""
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__(name="join-card")
        self.column.setSpacing(SPACE * 2)
        self.column.addWidget(label(welcome_words.JOIN, "heading"))
        self.column.addWidget(label(welcome_words.JOIN_WHY))
        self._form, self._waiting = self._make_form(), self._make_waiting()
        self.column.addWidget(self._form)
        self.column.addWidget(self._waiting)
        self.show_form()

    def _make_form(self) -> QWidget:
        caption = label(welcome_words.JOIN_ADDRESS, "label", wrap=False)
        self.address = QLineEdit()
        self.address.setObjectName("portal-address")
        self.address.setAccessibleName(welcome_words.JOIN_ADDRESS)
        self.address.setPlaceholderText(welcome_words.JOIN_ADDRESS_HINT)
        self.address.returnPressed.connect(self._on_ask)
        caption.setBuddy(self.address)
        self._ask = Button(welcome_words.JOIN_ASK, name="join", icon="portal")
        self._ask.clicked.connect(self._on_ask)
        return self._part(caption, self.address, self._ask)

    def _make_waiting(self) -> QWidget:
        self._code = label("", "title", name="join-code")
        self._code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._how = label("", name="join-how")
        cancel = Button(welcome_words.JOIN_CANCEL, name="join-cancel", icon="close")
        cancel.clicked.connect(self.cancelled)
        self._cancel = cancel
        return self._part(label(welcome_words.JOIN_CODE, "label"), self._code, self._how, cancel)

    def _part(self, *widgets: QWidget) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        for widget in widgets:
            side = Qt.AlignmentFlag.AlignLeft if isinstance(widget, Button) else Qt.AlignmentFlag(0)
            column.addWidget(widget, 0, side)
        return part

    def propose(self, address: str, *, fixed: bool) -> None:
        """Have this address there, unless somebody has typed one. fixed: the organisation decides it."""
        if fixed or not self.address.text():
            self.address.setText(address)
        self.address.setReadOnly(fixed)

    def show_form(self) -> None:
        """Ask for the address."""
        self._ask.say(welcome_words.JOIN_ASK)
        self._waiting.hide()
        self._form.show()

    def show_asking(self) -> None:
        """The portal is being asked."""
        self._ask.say(welcome_words.JOIN_ASKING)

    def show_code(self, code: str, address: str) -> None:
        """Show the code, and where staff type it."""
        self._form.hide()
        self._code.setText(code)
        self._code.setAccessibleName(welcome_words.JOIN_SPOKEN.format(code=" ".join(code)))
        self._how.setText(welcome_words.JOIN_HOW.format(address=address))
        self._waiting.show()
        self._cancel.setFocus()

    def _on_ask(self) -> None:
        self.asked.emit(self.address.text().strip())
