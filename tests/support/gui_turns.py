"""How long the window's thread works without looking up: the longest turn of Qt's loop, in seconds of the processor.

Of the processor, not of the clock: what other programs take from it is none of the window's doing.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QAbstractEventDispatcher, QObject


class Turns(QObject):
    """Listens to the loop of the thread that makes it, which says when it begins to wait, and when it wakes."""

    def __init__(self, *, now_s: Callable[[], float] = time.thread_time) -> None:
        super().__init__()
        self._now_s = now_s
        self._since_s = now_s()
        self.longest_s = 0.0
        self.count = 0

    def look_up(self) -> None:
        """The loop begins a turn, or has ended one; waiting costs nothing of the processor."""
        self.longest_s = max(self.longest_s, self._now_s() - self._since_s)
        self.count += 1
        self._since_s = self._now_s()


@contextmanager
def watched_turns() -> Iterator[Turns]:
    """Watch this thread's loop; the thread must have one. What the thread does itself between two turns counts, too."""
    dispatcher = QAbstractEventDispatcher.instance()
    assert dispatcher is not None
    turns = Turns()
    for says in (dispatcher.awake, dispatcher.aboutToBlock):
        says.connect(turns.look_up)
    try:
        yield turns
    finally:
        turns.look_up()
        for says in (dispatcher.awake, dispatcher.aboutToBlock):
            says.disconnect(turns.look_up)
