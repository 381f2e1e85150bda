"""A question in the middle of the window, with verbs as answers. Escape is always the harmless one. GUI thread."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QDialog, QVBoxLayout, QWidget

from ui import words
from ui.design import SPACE
from ui.widgets.buttons import Button, Weight
from ui.widgets.text import label


class Question(QDialog):
    """Open it with open(); chosen(name) follows through the buttons' own signals. below: the answers are long."""

    def __init__(self, parent: QWidget, what: str, why: str, *, below: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("question")
        self.setWindowTitle(f"{what} – {words.APP}")
        self.setAccessibleName(f"{what} {why}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 4, SPACE * 4, SPACE * 4, SPACE * 3)
        column.setSpacing(SPACE * 2)
        column.addWidget(label(what, "heading"))
        self._why = label(why, "body")
        column.addWidget(self._why)
        across = QBoxLayout.Direction.LeftToRight
        self._answers = QBoxLayout(QBoxLayout.Direction.TopToBottom if below else across)
        self._answers.setSpacing(SPACE)
        column.addLayout(self._answers)
        self._room_px = parent.width() - SPACE * 4
        self.setMinimumWidth(min(480, self._room_px))

    def say_why(self, why: str) -> None:
        """Other words below the question; they are not spoken again."""
        self._why.setText(why)

    def answer(self, text: str, *, name: str, weight: Weight = Weight.SECONDARY, icon: str = "") -> Button:
        """Add an answer; pressing it closes the question. The first one added has the focus."""
        button = Button(text, name=name, weight=weight, icon=icon)
        button.setAutoDefault(False)
        button.clicked.connect(self.accept)
        self._answers.addWidget(button)
        if self._answers.count() == 1:
            button.setFocus()
        self._make_room()
        return button

    def _make_room(self) -> None:
        """No answer loses a word: they stand below each other where the window is too narrow for all of them."""
        if self._column.minimumSize().width() > self._room_px:
            self._answers.setDirection(QBoxLayout.Direction.TopToBottom)
        self.setMinimumWidth(max(self.minimumWidth(), self._column.minimumSize().width()))
