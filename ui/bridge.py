"""From the threads to the window: one signal carries news, and errands run what is slow. GUI thread, or as said."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from capture.errors import CaptureError
from diary_app.catalogue import CatalogueError
from diary_app.diary import Diary
from diary_app.editing.errors import EditError
from diary_app.errors import Refused

PLAIN = (Refused, CatalogueError, CaptureError, EditError, OSError)
"""The errors whose text is a sentence for the user; anything else is a bug and is not swallowed."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What an errand brought back: the call to make on the GUI thread."""

    deliver: Callable[[], None]


class Bridge(QObject):
    """Carries news to the GUI thread and runs errands on plain threads."""

    news = Signal(object)
    """Every piece of the diary's news, on the GUI thread."""
    _came_back = Signal(object)

    def __init__(self, diary: Diary) -> None:
        super().__init__()
        self._threads: list[threading.Thread] = []
        self._closed = threading.Event()
        self._came_back.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = diary.subscribe(self._hear)

    def _hear(self, news: object) -> None:
        """Any thread: hand it over; a queued signal in Qt is safe from every thread."""
        if not self._closed.is_set():
            self.news.emit(news)

    def errand(self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[str], None]) -> None:
        """Run work on a thread of its own; then(result) or failed(sentence) follows on the GUI thread."""

        def run() -> None:
            try:
                result = work()
            except PLAIN as error:
                sentence = str(error)
                self._bring(lambda: failed(sentence))
            else:
                self._bring(lambda: then(result))

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=run, name="errand")
        self._threads.append(thread)
        thread.start()

    def later(self, deliver: Callable[[], None]) -> None:
        """Any thread: make this call on the GUI thread, soon; not at all once the window is closed."""
        self._bring(deliver)

    def _bring(self, deliver: Callable[[], None]) -> None:
        if not self._closed.is_set():
            self._came_back.emit(_Outcome(deliver))

    def _deliver(self, outcome: _Outcome) -> None:
        if not self._closed.is_set():
            outcome.deliver()

    def close(self) -> None:
        """Hear nothing more, and wait for errands that are on their way."""
        self._closed.set()
        self._unsubscribe()
        for thread in self._threads:
            thread.join()
