"""Every key that does something, as one table: the screens make their shortcuts from it, and Help shows it. GUI thread.

No key is a single letter, which whoever dictates would press by speaking (WCAG 2.2, 2.1.4).
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from ui import shortcut_words as words
from ui.place import Name

_Standard = QKeySequence.StandardKey


@dataclass(frozen=True, slots=True)
class Key:
    """A key, or a pair of keys, and what it does."""

    keys: tuple[_Standard | str, ...]
    """As this system has them, or written as QKeySequence reads them."""
    does: str
    where: Name | None = None
    """The screen on which it works; None: on all of them."""
    of_widget: bool = False
    """Whatever has the focus answers to it; no shortcut is made."""

    @property
    def sequences(self) -> tuple[QKeySequence, ...]:
        """The keys."""
        return tuple(QKeySequence(key) for key in self.keys)

    @property
    def spelt(self) -> str:
        """The keys as they are written on this system's keyboards."""
        names = [keys.toString(QKeySequence.SequenceFormat.NativeText) for keys in self.sequences]
        return names[0] if len(names) == 1 else words.OR.format(one=names[0], other=names[1])


HELP = Key(("F1",), words.OPEN_HELP)
LARGER = Key((_Standard.ZoomIn,), words.LARGER)
SMALLER = Key((_Standard.ZoomOut,), words.SMALLER)
BACK = Key((_Standard.Back,), words.GO_BACK)
UNDO = Key((_Standard.Undo,), words.UNDO, Name.WATCH)
REDO = Key((_Standard.Redo,), words.REDO, Name.WATCH)
UNDO_CAPTION = Key((_Standard.Undo,), words.UNDO_CAPTION, Name.CAPTIONS)
NOTES_FASTER = Key(("Ctrl+Right",), words.NOTES_FASTER, Name.RECORDING)
NOTES_SLOWER = Key(("Ctrl+Left",), words.NOTES_SLOWER, Name.RECORDING)
NOTES_BACK = Key(("Ctrl+Up",), words.NOTES_BACK, Name.RECORDING)
NOTES_ON = Key(("Ctrl+Down",), words.NOTES_ON, Name.RECORDING)
NOTES_HOLD = Key(("Ctrl+H",), words.NOTES_HOLD, Name.RECORDING)

TABLE = (
    NOTES_FASTER,
    NOTES_SLOWER,
    NOTES_BACK,
    NOTES_ON,
    NOTES_HOLD,
    UNDO,
    REDO,
    UNDO_CAPTION,
    Key(("Left", "Right"), words.STEP, Name.WATCH, of_widget=True),
    Key(("Shift+Left", "Shift+Right"), words.LEAP, Name.WATCH, of_widget=True),
    Key(("PgUp", "PgDown"), words.FAR, Name.WATCH, of_widget=True),
    HELP,
    BACK,
    LARGER,
    SMALLER,
    Key(("Esc",), words.CLOSE, of_widget=True),
    Key(("Tab", "Shift+Tab"), words.NEXT, of_widget=True),
    Key(("Space", "Return"), words.PRESS, of_widget=True),
)
"""In the order in which Help shows them."""


def bind(key: Key, parent: QWidget, do: Callable[[], object]) -> None:
    """While the parent is seen, this key does that."""
    for sequence in key.sequences:
        QShortcut(sequence, parent).activated.connect(do)


def works_on(place: Name) -> tuple[Key, ...]:
    """What works on this screen and not on every one."""
    return tuple(key for key in TABLE if key.where is place)


def works_everywhere() -> tuple[Key, ...]:
    """What works on every screen."""
    return tuple(key for key in TABLE if key.where is None)
