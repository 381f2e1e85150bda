"""The icon beside the clock while there is no window: words for what goes on, Open, Stop; and notifications.

Many desktops have no such place, and locked-down accounts have none that works: then nothing is shown and nothing is
said, and the clips go out all the same. GUI thread.
"""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from ui import background_words as words
from ui.app_icon import app_icon
from ui.on_its_way import Notice

LINGER_MS = 10_000
"""A notification goes with its icon on some systems: so long the icon stays after the last one."""


class Tray(Protocol):
    """What the caretaker needs of it; the real one is Icon, which does nothing where there is no place for it."""

    @property
    def linger_ms(self) -> int:
        """How long a notification needs the icon, in milliseconds; 0 where none is shown."""

    def show(self) -> None:
        """Show the icon, if there is a place for it by now: after signing in, that may come later than we do."""

    def hide(self) -> None:
        """Take it away."""

    def say(self, line: str) -> None:
        """What is going on, in one line."""

    def tell(self, notice: Notice) -> None:
        """Show a notification."""


TrayMaker = Callable[[Callable[[], None], Callable[[], None]], Tray]
"""Makes one, given what is to be done on Open and on Stop."""


class Icon(QObject):
    """The system's own."""

    def __init__(self, on_open: Callable[[], None], on_end: Callable[[], None]) -> None:
        super().__init__()
        self._icon = QSystemTrayIcon(app_icon())
        self._menu = QMenu()
        self.line = QAction(words.NOTHING, self._menu)
        self.line.setEnabled(False)
        self.open = QAction(words.OPEN, self._menu)
        self.end = QAction(words.END, self._menu)
        self._menu.addActions([self.line, self.open, self.end])
        self._icon.setContextMenu(self._menu)
        self.open.triggered.connect(on_open)
        self.end.triggered.connect(on_end)
        self._icon.messageClicked.connect(on_open)
        self._on_open = on_open
        self._icon.activated.connect(self._on_activated)

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self._on_open()

    @property
    def linger_ms(self) -> int:
        """How long a notification needs the icon, in milliseconds; 0 where none is shown."""
        return LINGER_MS if QSystemTrayIcon.isSystemTrayAvailable() else 0

    def show(self) -> None:
        """Show the icon, if there is a place for it by now."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._icon.show()

    def hide(self) -> None:
        """Take it away."""
        self._icon.hide()

    def say(self, line: str) -> None:
        """What is going on, in one line."""
        self.line.setText(line)
        self._icon.setToolTip(f"{words.APP}: {line}")

    def tell(self, notice: Notice) -> None:
        """Show a notification, where the icon is shown."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._icon.showMessage(notice.title, notice.text, self._icon.icon())
