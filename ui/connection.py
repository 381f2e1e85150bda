"""What the window's toolkit hears of the connection: whether it is paid for by the amount. GUI thread.

Where the system does not say so, nobody knows, and the connection counts as one that is not. The import waits until it
is asked for: it speaks to the system's own services.
"""

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject

log = logging.getLogger(__name__)


class Ear(QObject):
    """Hands on what it hears, as long as its parent lives."""

    def __init__(self, tell: Callable[[bool], None], parent: QObject) -> None:
        super().__init__(parent)
        self._tell = tell

    def on_metered(self, metered: bool) -> None:
        """The connection is paid for by the amount, or is not."""
        log.info("the connection is %s by the amount", "paid for" if metered else "not paid for")
        self._tell(metered)


def hear_of_connection(tell: Callable[[bool], None], parent: QObject) -> Ear:
    """Call tell(metered) at once, where the system can say, and after every change."""
    from PySide6.QtNetwork import QNetworkInformation

    ear = Ear(tell, parent)
    if not QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Metered):
        log.info("this system does not say whether a connection is paid for by the amount")
        return ear
    information = QNetworkInformation.instance()
    information.isMeteredChanged.connect(ear.on_metered)
    ear.on_metered(information.isMetered())
    return ear
