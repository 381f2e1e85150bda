"""Help: always in the same corner, words for this screen, the size of the words, the memory stick. GUI thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from ui import words
from ui.design import SPACE
from ui.desk import Desk
from ui.rescue import RescuePart
from ui.widgets.buttons import Button
from ui.widgets.text import clear, label, row


class HelpPanel(QFrame):
    """Stands beside the screen, or in its place where there is no room."""

    closed = Signal()
    larger = Signal()
    smaller = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setObjectName("help-panel")
        self.setProperty("surface", "help")
        self.setAccessibleName(words.HELP)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        page.setObjectName("help-page")
        scroll.setWidget(page)
        outer.addWidget(scroll)
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 3)
        self._column.setSpacing(SPACE * 2)
        self._fill()
        self.hide()

    def _fill(self) -> None:
        self._close = Button(words.CLOSE_HELP, name="close-help", icon="close")
        self._close.clicked.connect(self.closed)
        self._words = QVBoxLayout()
        self._words.setSpacing(SPACE * 2)
        smaller = Button(words.SMALLER, name="text-smaller")
        larger = Button(words.LARGER, name="text-larger")
        smaller.clicked.connect(self.smaller)
        larger.clicked.connect(self.larger)
        self._column.addWidget(label(words.HELP, "heading"))
        self._column.addLayout(self._words)
        self._column.addWidget(label(words.TEXT_SIZE, "label"))
        self._column.addLayout(row(smaller, larger))
        self._column.addWidget(self._close, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addWidget(RescuePart(self._desk))
        self._column.addStretch(1)

    def explain(self, sentences: tuple[str, ...]) -> None:
        """Show the words for a screen."""
        clear(self._words)
        for sentence in sentences:
            self._words.addWidget(label(sentence))

    def begin(self) -> None:
        """Show it, and put the focus where the eye is."""
        self.show()
        self._close.setFocus()
