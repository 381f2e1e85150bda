"""From the threads to the window: one signal carries news, and errands run what is slow. GUI thread, or as said."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from capture.errors import CaptureError
from diary_app.catalogue import CatalogueError
from diary_app.editing.errors import EditError
from diary_app.errors import Refused
from diary_app.language import shown
from diary_app.news import News
from upload.errors import DeliveryError

PLAIN = (Refused, CatalogueError, CaptureError, EditError, DeliveryError, OSError)
"""The errors whose text is a sentence for the user; anything else is a bug and is not swallowed."""

T = TypeVar("T")


class Newsroom(Protocol):
    """Where news comes from: the diary."""

    def subscribe(self, listener: Callable[[News], None]) -> Callable[[], None]:
        """Call listener with every piece of news, on any thread; returns the function that ends it."""


def nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a thread brought back: the call to make on the GUI thread, or what to do instead once the window is gone."""

    deliver: Callable[[], None]
    drop: Callable[[], None]


class Bridge(QObject):
    """Carries news to the GUI thread and runs errands on plain threads."""

    news = Signal(object)
    """Every piece of the diary's news."""
    _came_back = Signal()

    def __init__(self, diary: Newsroom) -> None:
        super().__init__()
        self._threads: list[threading.Thread] = []
        self._outcomes: queue.SimpleQueue[_Outcome] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._came_back.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = diary.subscribe(self._hear)

    def _hear(self, news: object) -> None:
        """Any thread: hand it over; a queued signal in Qt is safe from every thread."""
        if not self._closed.is_set():
            self.news.emit(news)

    def errand(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        failed: Callable[[str], None],
        *,
        unused: Callable[[T], None] = lambda _result: None,
    ) -> None:
        """Run work on a thread of its own; then(result) or failed(sentence) follows on the GUI thread.

        unused(result) is called instead when the window was closed meanwhile.
        """

        def run() -> None:
            try:
                result = work()
            except PLAIN as error:
                sentence = shown(str(error))
                self._bring(_Outcome(lambda: failed(sentence), nothing))
            else:
                self._bring(_Outcome(lambda: then(result), lambda: unused(result)))

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=run, name="errand")
        self._threads.append(thread)
        thread.start()

    def later(self, deliver: Callable[[], None]) -> None:
        """Any thread: make this call on the GUI thread, soon; not at all once the window is closed."""
        self._bring(_Outcome(deliver, nothing))

    def _bring(self, outcome: _Outcome) -> None:
        """Any thread."""
        self._outcomes.put(outcome)
        if not self._closed.is_set():
            self._came_back.emit()

    def _deliver(self) -> None:
        if not self._closed.is_set() and not self._outcomes.empty():
            self._outcomes.get().deliver()

    def close(self) -> None:
        """Hear nothing more, wait for errands that are on their way, and give back what nobody will use."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._unsubscribe()
        for thread in self._threads:
            thread.join()
        while not self._outcomes.empty():
            self._outcomes.get().drop()
