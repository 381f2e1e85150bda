"""The card with the rules for all clips: when they are sent, and how fast. GUI thread."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from diary_app import phrases
from diary_app.delivery.sending_rules import Cap, Rules
from ui import sending_words, settings_words
from ui.widgets.choices import PickBox, Tick
from ui.widgets.text import Card, label

CAPS = {Cap.NONE: sending_words.AS_FAST, Cap.MIDDLE: sending_words.MIDDLE, Cap.LOW: sending_words.LOW}


DECIDABLE = ("also_metered", "cap")
"""In the order of the controls."""


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
        self._speed.activated.connect(lambda place: self.cap.emit([*CAPS, Cap.NONE][place]))
        why = label(sending_words.SPEED_WHY, "soft")
        self._decided = {name: label(settings_words.DECIDED, "strong", name=f"{name}-decided") for name in DECIDABLE}
        metered_says, cap_says = self._decided.values()
        for part in (
            label(sending_words.WHEN, "heading"),
            self._metered,
            metered_says,
            speed,
            self._speed,
            why,
            cap_says,
        ):
            self.column.addWidget(part)

    @property
    def controls(self) -> tuple[QWidget, QWidget]:
        """From top to bottom."""
        return self._metered, self._speed

    def show_rules(self, rules: Rules) -> None:
        """Show what is kept."""
        self._metered.setChecked(rules.also_metered)
        self._show_speed(rules)
        for (name, says), control in zip(self._decided.items(), self.controls, strict=True):
            says.setVisible(name in rules.locked)
            control.setAccessibleDescription(settings_words.DECIDED if name in rules.locked else "")

    def _show_speed(self, rules: Rules) -> None:
        """The organisation's own speed is one more in the list."""
        known = [cap.bytes_per_s for cap in CAPS]
        if rules.bytes_per_s not in known:
            text = settings_words.SPEED_OF.format(size=phrases.size(rules.bytes_per_s or 0))
            self._speed.removeItem(len(CAPS))
            self._speed.addItem(text)
        place = known.index(rules.bytes_per_s) if rules.bytes_per_s in known else len(CAPS)
        self._speed.setCurrentIndex(place)
