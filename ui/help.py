"""Help: always in the same corner: words and keys for this screen, their size, a help code, the stick. GUI thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from ui import shortcut_words, words
from ui.design import SPACE
from ui.desk import Desk
from ui.help_code import HelpCodePart
from ui.place import Name
from ui.rescue import RescuePart
from ui.shortcuts import Key, works_everywhere, works_on
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
        self._column.addWidget(HelpCodePart(self._desk))
        self._column.addWidget(RescuePart(self._desk))
        self._keys = QVBoxLayout()
        self._keys.setSpacing(SPACE)
        self._column.addLayout(self._keys)
        self._column.addStretch(1)

    def explain(self, sentences: tuple[str, ...], place: Name) -> None:
        """Show the words and the keys for a screen."""
        clear(self._words)
        for sentence in sentences:
            self._words.addWidget(label(sentence))
        clear(self._keys)
        self._list_keys(shortcut_words.HERE, works_on(place))
        self._list_keys(shortcut_words.EVERYWHERE, works_everywhere())

    def _list_keys(self, heading: str, keys: tuple[Key, ...]) -> None:
        if not keys:
            return
        self._keys.addWidget(label(heading, "label"))
        for key in keys:
            self._keys.addWidget(_key_line(key))

    def begin(self) -> None:
        """Show it, and put the focus where the eye is."""
        self.show()
        self._close.setFocus()


def _key_line(key: Key) -> QWidget:
    """The key, and what it does below it."""
    line = QWidget()
    column = QVBoxLayout(line)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(label(key.spelt, "strong"))
    column.addWidget(label(key.does))
    return line
