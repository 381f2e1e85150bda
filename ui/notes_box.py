"""The box on Get ready that opens the notes: write them, paste them, drop or open a text file. GUI thread."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from ui import notes_words as words
from ui.announce import announce
from ui.bridge import Bridge
from ui.design import SPACE
from ui.notes import read_file, takes
from ui.notes_kept import NotesKept
from ui.widgets.buttons import Button
from ui.widgets.choices import PickBox, Tick
from ui.widgets.flow import flow
from ui.widgets.text import Card, label

FIELD_LINES = 5


def ask_for_text(parent: QWidget) -> Path | None:
    """The system's own window to choose a text file; None when the user thinks better of it."""
    chosen, _ = QFileDialog.getOpenFileName(parent, words.CHOOSE, str(Path.home()), words.KINDS)
    return Path(chosen) if chosen else None


def dropped_file(mime: QMimeData) -> Path | None:
    """The file of this computer that is dropped or pasted, if it is one."""
    local = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    return local[0] if len(local) == 1 else None


class NotesField(QPlainTextEdit):
    """Plain text; a file that is dropped or pasted is its words, not its name."""

    file_dropped = Signal(object)
    """A Path."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notes-field")
        self.setAccessibleName(words.NOTES)
        self.setAccessibleDescription(words.HINT)
        self.setPlaceholderText(words.HINT)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """A few lines; it takes what room there is."""
        return QSize(320, self.fontMetrics().lineSpacing() * FIELD_LINES + 4 * SPACE)

    def minimumSizeHint(self) -> QSize:
        """As the hint, but narrow."""
        return QSize(160, self.sizeHint().height())

    def canInsertFromMimeData(self, mime: QMimeData) -> bool:
        """Words, or a file."""
        return mime.hasText() or dropped_file(mime) is not None

    def insertFromMimeData(self, mime: QMimeData) -> None:
        """Words as they are; a file is read."""
        file = dropped_file(mime)
        if file is not None:
            self.file_dropped.emit(file)
        else:
            super().insertFromMimeData(mime)


class NotesBox(QWidget):
    """The tick, and what it opens. Everything is kept at once."""

    def __init__(self, kept: NotesKept, bridge: Bridge) -> None:
        super().__init__()
        self._kept, self._bridge = kept, bridge
        self._show = Tick(words.SHOW, name="show-notes")
        self._card = Card("card", name="notes-card")
        self._field = NotesField()
        self._field.setPlainText(kept.text)
        self._said = label("", "soft", name="notes-said")
        self._card.column.addWidget(self._field, 1)
        self._card.column.addWidget(self._said)
        self._card.column.addWidget(self._choices())
        self._show.setChecked(kept.shown)
        self._card.setVisible(kept.shown)
        self._show.toggled.connect(self._on_show)
        self._field.textChanged.connect(self._on_written)
        self._field.file_dropped.connect(self._on_file)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._show)
        column.addWidget(self._card, 1)
        column.addStretch(0)
        self._say_length()

    def _choices(self) -> QWidget:
        choose = Button(words.OPEN, name="notes-open")
        choose.clicked.connect(self._on_open)
        caption = label(words.LETTERS, "label", wrap=False)
        size = PickBox(caption, name="notes-size")
        size.addItems(list(words.SIZES))
        size.setCurrentIndex(self._kept.size)
        size.activated.connect(partial(setattr, self._kept, "size"))
        letters = QWidget()
        column = QVBoxLayout(letters)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(caption)
        column.addWidget(size)
        by_line = Tick(words.LINE_BY_LINE, name="notes-by-line")
        by_line.setChecked(self._kept.by_line)
        by_line.toggled.connect(partial(setattr, self._kept, "by_line"))
        return flow(choose, letters, by_line)

    def _on_show(self, shown: bool) -> None:
        self._kept.shown = shown
        self._card.setVisible(shown)
        if shown:
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_written(self) -> None:
        self._kept.text = self._field.toPlainText()
        self._say_length()

    def _say_length(self) -> None:
        self._said.setText(f"{takes(self._kept.text, self._kept.pace) or words.EMPTY} {words.STAY_HERE}")

    def look(self) -> None:
        """The screen is entered: the pace may have changed while recording."""
        self._say_length()

    def _on_open(self) -> None:
        file = ask_for_text(self.window())
        if file is not None:
            self._on_file(file)

    def _on_file(self, file: Path) -> None:
        self._bridge.errand(partial(read_file, file), self._on_read, self._on_unread)

    def _on_read(self, text: str) -> None:
        """In place of what stands there: Undo brings that back."""
        self._field.selectAll()
        self._field.insertPlainText(text)
        self._field.moveCursor(self._field.textCursor().MoveOperation.Start)
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_unread(self, sentence: str) -> None:
        self._said.setText(sentence)
        announce(self._said, sentence)
