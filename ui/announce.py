"""Words for screen readers, spoken at once without moving the focus. GUI thread."""

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, text: str) -> None:
    """Have a screen reader say this; nothing happens where none runs."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
