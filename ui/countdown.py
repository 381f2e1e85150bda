"""Three, two, one. GUI thread."""

from PySide6.QtCore import QObject, QTimer, Signal

FROM = 3


class Countdown(QObject):
    """Emits number(3), number(2), number(1), then done."""

    number = Signal(int)
    done = Signal()

    def __init__(self, step_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._left = 0
        self._timer = QTimer(self, interval=step_ms)
        self._timer.timeout.connect(self._on_step)

    @property
    def running(self) -> bool:
        """True between start and done or stop."""
        return self._timer.isActive()

    def start(self) -> None:
        """Begin at three."""
        self._left = FROM
        self._timer.start()
        self.number.emit(self._left)

    def stop(self) -> None:
        """End without done."""
        self._timer.stop()

    def _on_step(self) -> None:
        self._left -= 1
        if self._left:
            self.number.emit(self._left)
        else:
            self._timer.stop()
            self.done.emit()
