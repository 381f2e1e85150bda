"""The desktop's promise to stay awake, over D-Bus: loaded on Linux alone, when it is needed. GUI thread."""

import logging
import os
from pathlib import Path

from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCall, QDBusPendingCallWatcher

log = logging.getLogger(__name__)

SERVICE = "org.freedesktop.ScreenSaver"
PATH = "/org/freedesktop/ScreenSaver"
APP, WHY = "Diary", "Recording"


def there_is_a_bus() -> bool:
    """True where the session has one; without asking first, looking for one would start one."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS")) or bool(runtime and (Path(runtime) / "bus").exists())


class ScreenSaver:
    """Linux: the desktop's own promise over D-Bus, which GNOME, KDE Plasma, Xfce, Cinnamon and MATE keep.

    Each hold is a connection of its own, and letting go closes it: the desktop forgets a promise with the connection
    that asked for it. So a take that ends and a process that dies go the same way.
    """

    def __init__(self) -> None:
        self._name = ""
        self._holds = 0
        self._watcher: QDBusPendingCallWatcher | None = None

    def hold(self) -> None:
        """Ask the desktop; what it answers is only for the log."""
        if self._name:
            return
        self._holds += 1
        self._name = f"diary-awake-{id(self)}-{self._holds}"
        line = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, self._name)
        if not line.isConnected():
            log.info("this desktop keeps no computer awake: %s", line.lastError().message())
            return
        asked = QDBusMessage.createMethodCall(SERVICE, PATH, SERVICE, "Inhibit")
        asked.setArguments([APP, WHY])
        self._watcher = QDBusPendingCallWatcher(line.asyncCall(asked))
        self._watcher.finished.connect(_log_answer)

    def let_go(self) -> None:
        """Close the connection, and the promise with it."""
        if self._name:
            self._watcher = None
            QDBusConnection.disconnectFromBus(self._name)
            self._name = ""


def _log_answer(asked: QDBusPendingCall) -> None:
    if asked.isError():
        log.info("this desktop keeps no computer awake: %s", asked.error().message())
