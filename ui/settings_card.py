"""The quiet card on Home that says once which settings do not count. GUI thread."""

from PySide6.QtCore import Signal

from diary_app.language import shown
from diary_app.settings import SettingsDesk
from diary_app.settings_words import OURS
from ui import settings_words as words
from ui.widgets.buttons import Button
from ui.widgets.text import Card, label, row


class WrongCard(Card):
    """What is wrong, that nothing is lost, one thing to do."""

    wanted = Signal()
    """Somebody wants to see the settings."""
    seen = Signal()
    """Somebody has read it."""

    def __init__(self, settings: SettingsDesk) -> None:
        super().__init__("tint", name="settings-wrong")
        problems = settings.read.problems
        ours = any(OURS in problem for problem in problems)
        theirs = any(OURS not in problem for problem in problems)
        self.column.addWidget(label(words.WRONG, "strong"))
        for problem in problems:
            self.column.addWidget(label(shown(problem)))
        self.column.addWidget(label(words.WRONG_SAFE))
        if theirs:
            self.column.addWidget(label(words.WRONG_THEIRS))
        if ours:
            self.column.addWidget(label(words.WRONG_OURS))
        open_them = Button(words.WRONG_OPEN, name="wrong-open")
        seen = Button(words.WRONG_SEEN, name="wrong-seen", icon="tick")
        open_them.clicked.connect(self.wanted)
        seen.clicked.connect(self.seen)
        open_them.setVisible(ours)
        self.column.addLayout(row(open_them, seen))
