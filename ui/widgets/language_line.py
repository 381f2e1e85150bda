"""The other languages, each by its own name, as links: whoever cannot read this one finds theirs. GUI thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from diary_app.language import LANGUAGES, chosen
from ui.widgets.buttons import Button, Weight


class LanguageLine(QWidget):
    """One link for each language but the one that is spoken."""

    chosen = Signal(str)
    """The code of the language that somebody pressed."""

    def __init__(self) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addStretch(1)
        for code, name in LANGUAGES.items():
            if code != chosen():
                link = Button(name, name=f"language-{code}", weight=Weight.QUIET)
                link.clicked.connect(lambda _checked=False, code=code: self.chosen.emit(code))
                line.addWidget(link, 0, Qt.AlignmentFlag.AlignRight)
