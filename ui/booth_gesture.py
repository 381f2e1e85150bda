"""The hidden way for staff: hold the top left corner for three seconds, or press Escape five times. GUI thread."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

CORNER_PX = 96
HOLD_MS = 3000
ESCAPES = 5
ESCAPE_MS = 4000
"""All five within this time."""


class Gesture(QObject):
    """Sees every event of the window. done: the gesture was made; stirred: somebody moved, at all."""

    def __init__(self, window: QWidget, *, done: Callable[[], None], stirred: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._done = done
        self._stirred = stirred
        self._escapes = 0
        self.hold = QTimer(self, interval=HOLD_MS, singleShot=True)
        self.hold.timeout.connect(done)
        self.forget = QTimer(self, interval=ESCAPE_MS, singleShot=True)
        self.forget.timeout.connect(self._on_forget)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Everything goes on its way."""
        if isinstance(watched, QWidget) and watched.window() is self._window:
            match event.type():
                case QEvent.Type.MouseButtonPress | QEvent.Type.MouseMove if isinstance(event, QMouseEvent):
                    self._on_mouse(event)
                case QEvent.Type.MouseButtonRelease:
                    self.hold.stop()
                case QEvent.Type.KeyPress if isinstance(event, QKeyEvent) and not event.isAutoRepeat():
                    # A key that nobody takes goes on from widget to window: it counts where it was pressed.
                    if watched is (self._window.focusWidget() or self._window):
                        self._on_key(event)
                case _:
                    pass
        return False

    def _on_mouse(self, event: QMouseEvent) -> None:
        self._stirred()
        place = self._window.mapFromGlobal(event.globalPosition().toPoint())
        inside = self._in_corner(place)
        if not inside:
            self.hold.stop()
        elif event.type() is QEvent.Type.MouseButtonPress and not self.hold.isActive():
            self.hold.start()

    def _in_corner(self, place: QPoint) -> bool:
        return 0 <= place.x() < CORNER_PX and 0 <= place.y() < CORNER_PX

    def _on_key(self, event: QKeyEvent) -> None:
        self._stirred()
        if event.key() != Qt.Key.Key_Escape:
            self._escapes = 0
            return
        if self._escapes == 0:
            self.forget.start()
        self._escapes += 1
        if self._escapes >= ESCAPES:
            self._on_forget()
            self._done()

    def _on_forget(self) -> None:
        self._escapes = 0
        self.forget.stop()
