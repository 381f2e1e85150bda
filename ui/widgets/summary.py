"""What is missing, at the top of a form: it takes the focus and leads to each field. GUI thread."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import words
from ui.design import CORNER
from ui.missing import Missing
from ui.widgets.buttons import Button, Weight
from ui.widgets.paint import painting, ring
from ui.widgets.text import Card, clear, label


class Summary(Card):
    """Hidden while nothing is missing."""

    def __init__(self, go_to: Callable[[str], None]) -> None:
        super().__init__("warn", name="missing")
        self._go_to = go_to
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._what = label("", "lead-strong", name="missing-what")
        self._links = QVBoxLayout()
        self._links.setSpacing(0)
        self.column.addWidget(self._what)
        self.column.addLayout(self._links)
        self.hide()

    def say(self, found: Sequence[Missing], *, focus: bool) -> None:
        """Show what is missing, or hide."""
        clear(self._links)
        self.setVisible(bool(found))
        if not found:
            return
        what = words.MISSING.of(len(found))
        self._what.setText(what)
        self.setAccessibleName(f"{what}: {'; '.join(each.text for each in found)}")
        for each in found:
            link = Button(each.text, name=f"missing-{each.field}", weight=Weight.QUIET)
            link.clicked.connect(partial(self._go_to, each.field))
            self._links.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        order: QWidget = self
        for each in found:
            link_found = self.findChild(Button, f"missing-{each.field}")
            if isinstance(link_found, Button):
                QWidget.setTabOrder(order, link_found)
                order = link_found
        if focus:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The card, and the ring when it has the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            with painting(self) as painter:
                ring(painter, self, corner=CORNER * 2)
