"""The card with the rules for all clips: when they are sent, and how fast. GUI thread."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from diary_app.delivery.sending_rules import Cap, Rules
from ui import sending_words
from ui.widgets.choices import PickBox, Tick
from ui.widgets.text import Card, label

CAPS = {Cap.NONE: sending_words.AS_FAST, Cap.MIDDLE: sending_words.MIDDLE, Cap.LOW: sending_words.LOW}


class WhenCard(Card):
    """Two controls; the owner keeps what somebody chose."""

    also_metered = Signal(bool)
    """Somebody ticked the box, or took the tick away."""
    cap = Signal(object)
    """Somebody chose this Cap."""

    def __init__(self) -> None:
        super().__init__(name="when-card")
        self._metered = Tick(sending_words.ALSO_METERED, name="also-metered")
        speed = label(sending_words.SPEED, "label")
        self._speed = PickBox(speed, name="send-speed")
        for cap, text in CAPS.items():
            self._speed.addItem(text, cap)
        self._metered.clicked.connect(self.also_metered)
        self._speed.activated.connect(lambda place: self.cap.emit(list(CAPS)[place]))
        why = label(sending_words.SPEED_WHY, "soft")
        for part in (label(sending_words.WHEN, "heading"), self._metered, speed, self._speed, why):
            self.column.addWidget(part)

    @property
    def controls(self) -> tuple[QWidget, QWidget]:
        """From top to bottom."""
        return self._metered, self._speed

    def show_rules(self, rules: Rules) -> None:
        """Show what is kept."""
        self._metered.setChecked(rules.also_metered)
        self._speed.setCurrentIndex(list(CAPS).index(rules.cap))
