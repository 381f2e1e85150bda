"""The app ends and opens again: words are constants, so another language begins with another process. GUI thread."""

import subprocess
import sys

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

_WANTED = "diary-open-again"


def open_again(window: QWidget) -> None:
    """Close the window; whoever ends the process then starts the next one. Only where nothing is going on."""
    app = QCoreApplication.instance()
    assert app is not None
    app.setProperty(_WANTED, True)
    window.close()


def is_wanted() -> bool:
    """True once this process was asked to make room for the next one."""
    app = QCoreApplication.instance()
    return app is not None and bool(app.property(_WANTED))


def start() -> None:
    """Start the app as this process was started; the caller is done with the data folder. Raises OSError."""
    subprocess.Popen([sys.executable, *sys.orig_argv[1:]])
