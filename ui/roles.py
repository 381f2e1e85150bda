"""What our own widgets are to a screen reader: without this, Qt calls every one of them a filler. GUI thread."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

ROLES = {
    "Handle": QAccessible.Role.Slider,
    "LevelMeter": QAccessible.Role.Indicator,
    "LowPreview": QAccessible.Role.Graphic,
    "Preview": QAccessible.Role.Graphic,
    "ProgressBar": QAccessible.Role.ProgressBar,
    "QStackedWidget": QAccessible.Role.Client,
    "RecordingScreen": QAccessible.Role.Client,
    "Screen": QAccessible.Role.Grouping,
    "Strip": QAccessible.Role.Graphic,
}
"""By the name of the class, which comes before that of what it is derived from.

A screen is a group with a name, so that a screen reader says the name and the words of it as the focus enters. But for
Recording: all but one word would be heard in the take (decision 32). The stack of screens is no news to anybody: Orca
would say "layered pane" at each step.
"""


def install_roles() -> None:
    """Tell Qt; once, before the first window."""
    QAccessible.installFactory(_interface)


def _interface(class_name: str, thing: QObject) -> QAccessibleInterface | None:
    """Asked by Qt once for each widget that anybody wants to know about; it keeps and ends what is made."""
    role = ROLES.get(class_name)
    return QAccessibleWidget(thing, role) if role is not None and isinstance(thing, QWidget) else None
