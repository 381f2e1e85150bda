"""How far an edit is, and whether it should stop: one small object handed down to whatever does the work."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from diary_app.editing.errors import EditStopped

OnProgress = Callable[[float, float | None], None]
"""Called with the fraction done (0 to 1, never falling) and the seconds left, or None while that is not known."""

ENOUGH_S = 1.0
ENOUGH_DONE = 0.02


def ignore_progress(_fraction: float, _seconds_left: float | None) -> None:
    """For callers that do not watch."""


@dataclass(slots=True)
class Meter:
    """Passes progress on, with the time left; raises EditStopped once `stop` is set."""

    on_progress: OnProgress = ignore_progress
    stop: threading.Event = field(default_factory=threading.Event)
    clock: Callable[[], float] = time.monotonic
    _started: float | None = None
    _shown: float = 0.0

    def check(self) -> None:
        """Raise EditStopped if the user wants to stop."""
        if self.stop.is_set():
            raise EditStopped

    def report(self, fraction: float) -> None:
        """Say how much is done, 0 to 1, and check for a stop."""
        self.check()
        now = self.clock()
        if self._started is None:
            self._started = now
        self._shown = max(self._shown, min(1.0, fraction))
        gone = now - self._started
        known = gone >= ENOUGH_S and self._shown >= ENOUGH_DONE
        self.on_progress(self._shown, gone * (1 - self._shown) / self._shown if known else None)

    def part(self, start: float, end: float) -> "Meter":
        """A meter for one step of the work: its 0 to 1 is start to end here."""
        return Meter(lambda fraction, _left: self.report(start + (end - start) * fraction), self.stop, self.clock)
