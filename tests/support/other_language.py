"""The window in another language, in a process of its own: the language is chosen before the words are imported.

    python -m tests.support.other_language cy REPORT [PICTURES]

Goes to every screen, small and with words of twice the size, with and without help. REPORT becomes a JSON list of what
is wrong: English that is left, words that are cut off, a screen wider than its window.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from diary_app.language import ENGLISH, choose
from tests.support.wording import catalogue, forms

SMALL, ORDINARY = (1024, 600), (1280, 800)
SAME = {"camera", "clip", "portal", "diary", "stop", "video", "pin"}
"""English words that may stand in a name that the user gave, or that are the same in both languages."""


def english_left(language: str) -> frozenset[str]:
    """Texts that must not be read any more: they have another translation."""
    return frozenset(
        entry.id
        for entry in catalogue(language)
        if isinstance(entry.id, str) and entry.id and entry.id not in forms(entry) and entry.id.lower() not in SAME
    )


class Visitor:
    """Goes round, and writes down what is wrong."""

    def __init__(self, someone: "Someone", left: frozenset[str], pictures: Path | None) -> None:
        self._someone, self._left, self._pictures = someone, left, pictures
        self.wrong: list[str] = []

    def look(self, called: str) -> None:
        """Look at what is shown now."""
        someone = self._someone
        someone.settle()
        if self._pictures:
            someone.picture(self._pictures / f"{called}.png")
        page, viewport = someone.window.screen_shown.widget(), someone.window.screen_shown.viewport()
        if page is not None and page.width() > viewport.width():
            self.wrong.append(f"{called}: wider than the window by {page.width() - viewport.width()}")
        for widget in someone.window.findChildren(QWidget):
            if widget.isVisible():
                self.wrong += [f"{called}: {said}" for said in self._said_of(widget)]

    def _said_of(self, widget: "QWidget") -> Iterator[str]:
        for text in _texts(widget):
            if text in self._left:
                yield f"English: {text}"
        if isinstance(widget, QLabel) and not widget.wordWrap() and widget.width() < widget.sizeHint().width() - 1:
            yield f"cut off: {widget.text()}"
        if isinstance(widget, QAbstractButton) and widget.width() < widget.minimumSizeHint().width() - 1:
            yield f"cut off: {widget.text()}"


def _texts(widget: "QWidget") -> Iterator[str]:
    """Everything that is read on it, or said of it."""
    yield from (widget.accessibleName(), widget.accessibleDescription(), widget.toolTip())
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(row) for row in range(widget.count()))


def visit(language: str, report: Path, pictures: Path | None) -> None:
    """Go to every screen."""
    with tempfile.TemporaryDirectory() as data:
        diary = Diary(Folders(Path(data)))
        try:
            clip_id = diary.add_file(make_take(Path(data) / "Six seconds.mp4", ticking(180)))
            with open_window(diary, Path(data)) as someone:
                visitor = Visitor(someone, english_left(language), pictures)
                for scale, size in ((1.0, ORDINARY), (2.0, SMALL)):
                    someone.window.set_scale(scale)
                    someone.window.resize(*size)
                    _go_round(someone, visitor, clip_id, scale)
                someone.window.set_scale(1.0)
        finally:
            diary.close()
    report.write_text(json.dumps(visitor.wrong), encoding="utf-8")


def _go_round(someone: "Someone", visitor: Visitor, clip_id: "ClipId", scale: float) -> None:
    """Every screen but Recording, which would need a camera; help says the same whatever the size."""
    for name in Name:
        if name is not Name.RECORDING:
            someone.go(Place(name, clip_id))
            if name is Name.WATCH:
                someone.see("handle-start")
            visitor.look(f"{name}-{scale:g}")
            if scale == 1:
                someone.press("help")
                visitor.look(f"{name}-help")
                someone.press("help")


if __name__ == "__main__":
    assert choose(sys.argv[1]) != ENGLISH
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QWidget

    from diary_app.clip import ClipId
    from diary_app.diary import Diary
    from diary_app.folders import Folders
    from tests.support.app_window import Someone, open_window
    from tests.support.takes import make_take, ticking
    from ui.app import make_app
    from ui.place import Name, Place

    make_app(sys.argv[:1])
    visit(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
