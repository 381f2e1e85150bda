"""What is kept of the notes and of the countdown from one take to the next, on this computer alone. GUI thread."""

from PySide6.QtWidgets import QApplication, QStyle

from ui import notes_words
from ui.notes import PACES, USUAL_PACE
from ui.remembered import Remembered

USUAL_SIZE = 1
YES, NO = "yes", "no"


def motion_is_reduced() -> bool:
    """What the system asks for, where it says so."""
    return QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0


class NotesKept:
    """Lies in the window's own small file; what is damaged there counts as never chosen."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered

    def _number(self, key: str, usual: int) -> int:
        text = self._remembered.read(key)
        return int(text) if text.isascii() and text.isdecimal() else usual

    def _choose(self, key: str, *, yes: bool) -> None:
        self._remembered.write(key, YES if yes else NO)

    @property
    def text(self) -> str:
        """The notes."""
        return self._remembered.read("notes")

    @text.setter
    def text(self, text: str) -> None:
        self._remembered.write("notes", text)

    @property
    def shown(self) -> bool:
        """They are to be seen while recording."""
        return self._remembered.read("notes_shown") == YES

    @shown.setter
    def shown(self, shown: bool) -> None:
        self._choose("notes_shown", yes=shown)

    @property
    def pace(self) -> int:
        """Words a minute."""
        wanted = self._number("notes_pace", USUAL_PACE)
        return min(PACES, key=lambda known: abs(known - wanted))

    @pace.setter
    def pace(self, pace: int) -> None:
        self._remembered.write("notes_pace", str(pace))

    @property
    def size(self) -> int:
        """Which size the letters have, from the smallest, 0."""
        return min(self._number("notes_size", USUAL_SIZE), len(notes_words.SIZES) - 1)

    @size.setter
    def size(self, size: int) -> None:
        self._remembered.write("notes_size", str(size))

    @property
    def by_line(self) -> bool:
        """They move a line at a time; by itself where the system asks for less motion."""
        chosen = self._remembered.read("notes_by_line")
        return chosen == YES if chosen in (YES, NO) else motion_is_reduced()

    @by_line.setter
    def by_line(self, by_line: bool) -> None:
        self._choose("notes_by_line", yes=by_line)

    @property
    def count_aloud(self) -> bool:
        """The countdown has a sound."""
        return self._remembered.read("count_aloud") != NO

    @count_aloud.setter
    def count_aloud(self, aloud: bool) -> None:
        self._choose("count_aloud", yes=aloud)
