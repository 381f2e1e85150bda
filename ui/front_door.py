"""Where the first process of a data folder hears later starts of the app: a socket that only this user can open.

GUI thread; who is first, and what a later start says, is in first.py.
"""

import json
import logging
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from ui.first import LONGEST, Knock

log = logging.getLogger(__name__)


class FrontDoor(QObject):
    """Open from listen() to close()."""

    def __init__(self) -> None:
        super().__init__()
        self.on_knock: Callable[[Knock], str] = lambda _knock: ""
        """What is done about a later start; returns what its terminal is told."""
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_visitor)

    def listen(self, name: str) -> None:
        """Hear knocks from now on; what a killed process left in this place is replaced."""
        if not self._server.listen(name):
            log.warning("later starts will not find this window: %s", self._server.errorString())

    def _on_visitor(self) -> None:
        while (visitor := self._server.nextPendingConnection()) is not None:
            visitor.readyRead.connect(self._on_words)
            visitor.disconnected.connect(visitor.deleteLater)
            self._hear(visitor)

    def _on_words(self) -> None:
        visitor = self.sender()
        if isinstance(visitor, QLocalSocket):
            self._hear(visitor)

    def _hear(self, visitor: QLocalSocket) -> None:
        if not visitor.canReadLine():
            if visitor.bytesAvailable() > LONGEST:
                visitor.abort()
            return
        try:
            knock = Knock.read(bytes(visitor.readLine(LONGEST).data()))
        except ValueError:
            log.warning("somebody knocked with words that are no knock")
            visitor.abort()
            return
        visitor.write(json.dumps(self.on_knock(knock)).encode() + b"\n")
        visitor.flush()
        visitor.disconnectFromServer()

    def close(self) -> None:
        """Hear nothing more."""
        self._server.close()
