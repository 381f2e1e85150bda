"""What the screen Settings is built of: a control with its words, and why it may not be changed. GUI thread."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QLineEdit, QWidget

from ui import settings_words as words
from ui.design import SPACE
from ui.widgets.choices import PickBox, Tick
from ui.widgets.text import Card, label


class Decided(Card):
    """A card whose controls may be the organisation's: each says so below itself."""

    def __init__(self, heading: str, *, name: str) -> None:
        super().__init__(name=name)
        self._decided: dict[str, tuple[QWidget, QWidget]] = {}
        self.column.addWidget(label(heading, "heading"))

    def add(self, setting: str, *parts: QWidget) -> None:
        """The parts of one setting from top to bottom; its control is the last that takes the focus."""
        self.column.addSpacing(SPACE)
        for part in parts:
            self.column.addWidget(part)
        says = label(words.DECIDED, "strong", name=f"{setting}-decided")
        says.hide()
        self.column.addWidget(says)
        control = next(part for part in reversed(parts) if isinstance(part, PickBox | Tick | QLineEdit))
        self._decided[setting] = (control, says)

    def show_decided(self, locked: frozenset[str]) -> None:
        """Say it of these settings."""
        for setting, (control, says) in self._decided.items():
            says.setVisible(setting in locked)
            control.setAccessibleDescription(words.DECIDED if setting in locked else "")


class Pick(PickBox):
    """One of several values; on_pick has the one that somebody chose."""

    def __init__(self, caption: str, names: Mapping[str, str], *, name: str, on_pick: Callable[[str], None]) -> None:
        self.caption = label(caption, "label")
        super().__init__(self.caption, name=name)
        self._names = dict(names)
        for text in names.values():
            self.addItem(text)
        self.activated.connect(lambda place: on_pick(list(self._names)[place]))

    def show_value(self, value: str, text: str = "") -> None:
        """Show it; one that is not in the list yet is added with these words."""
        if value not in self._names:
            self._names[value] = text or value
            self.addItem(self._names[value])
        self.setCurrentIndex(list(self._names).index(value))


class Line(QLineEdit):
    """A line of words; on_words has them when somebody is done with it."""

    def __init__(self, caption: str, *, name: str, on_words: Callable[[str], None]) -> None:
        super().__init__()
        self.caption = label(caption, "label")
        self.caption.setBuddy(self)
        self.setObjectName(name)
        self.setAccessibleName(caption)
        self.editingFinished.connect(lambda: on_words(self.text().strip()))


def pin_line(caption: str, *, name: str) -> QLineEdit:
    """A line that shows no digit."""
    line = QLineEdit()
    line.setObjectName(name)
    line.setAccessibleName(caption)
    line.setEchoMode(QLineEdit.EchoMode.Password)
    line.setMaxLength(12)
    return line
