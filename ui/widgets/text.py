"""Labels by role, cards, and columns that stand beside or above each other. GUI thread."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui.design import SPACE

LETTERS_BESIDE = 50
"""So many letters of a line must have room beside what can be pressed."""


def label(text: str, role: str = "body", *, name: str = "", wrap: bool = True) -> QLabel:
    """A label in one of the style sheet's roles."""
    made = QLabel(text)
    made.setProperty("role", role)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    made.setObjectName(name)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return made


class Card(QFrame):
    """A box that belongs together; surface is 'card', 'tint', 'warn' or 'ok'."""

    def __init__(self, surface: str = "card", *, name: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("surface", surface)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
        self.column.setSpacing(SPACE)


def row(*widgets: QWidget, spacing: int = SPACE, stretch: bool = True) -> QHBoxLayout:
    """Widgets beside each other from the left."""
    line = QHBoxLayout()
    line.setSpacing(spacing)
    line.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        line.addWidget(widget)
    if stretch:
        line.addStretch(1)
    return line


class TwoSides(QWidget):
    """Two columns side by side where there is room for them, else one above the other."""

    def __init__(self, left: QWidget, right: QWidget, *, shares: tuple[int, int] = (3, 2)) -> None:
        super().__init__()
        self._right = right
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(SPACE * 3)
        self._line.addWidget(left, shares[0])
        self._line.addWidget(right, shares[1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn where the width asks for it; the measure grows with the size of the text."""
        wide = self.width() >= 46 * self.fontMetrics().averageCharWidth() * 2
        turned = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if turned != self._line.direction():
            self._line.setDirection(turned)
        super().resizeEvent(event)


class WordsBeside(QBoxLayout):
    """Words, and what can be pressed: beside them where there is room for it, else below. The owner calls turn()."""

    def __init__(self, words: QVBoxLayout, pressed: QWidget) -> None:
        super().__init__(QBoxLayout.Direction.TopToBottom)
        self._pressed = pressed
        self.setSpacing(SPACE)
        self.addLayout(words, 1)
        self.addWidget(pressed, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def turn(self, width: int) -> None:
        """The owner is so wide."""
        letters = LETTERS_BESIDE * self._pressed.fontMetrics().averageCharWidth()
        wide = width >= letters + self._pressed.sizeHint().width()
        turned = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if turned != self.direction():
            self.setDirection(turned)


class AnsweredCard(Card):
    """Words with their answers beside or below them, as the width allows; hidden until something is asked."""

    def lay_out(self, texts: QVBoxLayout, *answers: QWidget) -> None:
        """Once, by who derives from it."""
        pressed = QWidget()
        pressed.setLayout(row(*answers, stretch=False))
        self._beside = WordsBeside(texts, pressed)
        self.column.addLayout(self._beside)
        self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn where the width asks for it."""
        self._beside.turn(self.width())
        super().resizeEvent(event)


def clear(layout: QBoxLayout) -> None:
    """Take everything out of a layout and let it go."""
    while item := layout.takeAt(0):
        if widget := item.widget():
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif inner := item.layout():
            if isinstance(inner, QBoxLayout):
                clear(inner)
            inner.deleteLater()


def redress(widget: QWidget, **properties: object) -> None:
    """Set properties that the style sheet looks at, and have it look again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
