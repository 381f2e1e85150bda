"""The app's one log, and what happens to an error that nobody foresaw. Used by the window and the command line."""

import logging
import sys
import threading
from logging.handlers import RotatingFileHandler
from types import TracebackType

from diary_app.folders import Folders

log = logging.getLogger(__name__)

LARGEST_BYTES = 1_000_000
BUG = "Something went wrong inside the app. Nothing that was recorded is lost. The file diary.log says more."


def keep_log(place: Folders) -> None:
    """Write the log into the data folder, two megabytes at most, readable by this user alone. Raises OSError."""
    place.make()
    place.log.touch(mode=0o600)
    handler = RotatingFileHandler(place.log, maxBytes=LARGEST_BYTES, backupCount=1, delay=True, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)


def catch_bugs() -> None:
    """From now on the log gets every unforeseen error of any thread, and the user one sentence on stderr."""
    sys.excepthook = _report
    threading.excepthook = _report_in_thread


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("a bug", exc_info=(kind, error, trace))
    sys.stderr.write(BUG + "\n")


def _report_in_thread(what: threading.ExceptHookArgs) -> None:
    if what.exc_value is not None:
        log.critical("in thread %s", what.thread.name if what.thread else "?")
        _report(what.exc_type, what.exc_value, what.exc_traceback)
