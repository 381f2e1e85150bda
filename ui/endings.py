"""How the system ends the app: log-out and shutdown, and the signals of a terminal or a service manager. GUI thread."""

import signal
import socket
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtGui import QGuiApplication, QSessionManager

SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


class Endings(QObject):
    """make_safe: called before a session ends, may wait; end: called when the app is asked to end, soon after."""

    def __init__(self, app: QGuiApplication, *, make_safe: Callable[[], None], end: Callable[[], None]) -> None:
        super().__init__(app)
        self._make_safe = make_safe
        self._end = end
        app.commitDataRequest.connect(self._on_session_end)
        # Python itself would only look at a signal when the event loop next calls into it: perhaps never.
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)
        self._before = {each: signal.signal(each, _leave_it_to_us) for each in SIGNALS}
        signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)

    def _on_session_end(self, _manager: QSessionManager) -> None:
        self._make_safe()

    def _on_signal(self) -> None:
        self._read.recv(64)
        self._end()

    def close(self) -> None:
        """Let the signals do what they did before."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        for each, handler in self._before.items():
            signal.signal(each, handler)
        self._read.close()
        self._write.close()


def _leave_it_to_us(number: int, frame: FrameType | None) -> None:
    """The socket has told it already."""
