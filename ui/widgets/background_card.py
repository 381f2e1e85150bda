"""The card with the two rules for sending without a window. It keeps them itself. GUI thread."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from diary_app.errors import Refused
from ui import background_words as words
from ui import settings_words
from ui.life import AfterClosing
from ui.remembered import Remembered
from ui.widgets.choices import PickBox, Tick
from ui.widgets.text import Card, label

RULES = {
    AfterClosing.ASK: words.RULE_ASK,
    AfterClosing.GO_ON: words.RULE_GO_ON,
    AfterClosing.STOP: words.RULE_STOP,
}


DECIDABLE = ("after_closing", "at_login")
"""In the order of the controls."""


class BackgroundCard(Card):
    """Two controls over what is remembered."""

    failed = Signal(str)
    """A rule could not be kept: a sentence."""

    def __init__(self, remembered: Remembered) -> None:
        super().__init__(name="background-card")
        self._remembered = remembered
        which = label(words.WHEN_CLOSED_LABEL, "label")
        self._rule = PickBox(which, name="after-closing")
        for rule, text in RULES.items():
            self._rule.addItem(text, rule)
        self._login = Tick(words.AT_LOGIN, name="at-login")
        self._rule.activated.connect(self._on_rule)
        self._login.clicked.connect(self._on_login)
        why = label(words.AT_LOGIN_WHY, "soft")
        self._decided = {name: label(settings_words.DECIDED, "strong", name=f"{name}-decided") for name in DECIDABLE}
        rule_says, login_says = self._decided.values()
        for part in (label(words.WHEN_CLOSED, "heading"), which, self._rule, rule_says, self._login, why, login_says):
            self.column.addWidget(part)

    @property
    def controls(self) -> tuple[QWidget, QWidget]:
        """From top to bottom."""
        return self._rule, self._login

    def show_rules(self) -> None:
        """Show what is kept."""
        self._rule.setCurrentIndex(list(RULES).index(self._remembered.after_closing))
        self._login.setChecked(self._remembered.at_login)
        for (name, says), control in zip(self._decided.items(), self.controls, strict=True):
            decided = self._remembered.decided(name)
            says.setVisible(decided)
            control.setAccessibleDescription(settings_words.DECIDED if decided else "")

    def _on_rule(self, place: int) -> None:
        try:
            self._remembered.after_closing = list(RULES)[place]
        except Refused as refused:
            self._not_kept(refused)

    def _on_login(self, wanted: bool) -> None:
        try:
            self._remembered.at_login = wanted
        except Refused as refused:
            self._not_kept(refused)

    def _not_kept(self, refused: Refused) -> None:
        self.show_rules()
        self.failed.emit(str(refused))
