"""An event that is also set as soon as a clip may go no longer: it ends a transfer as the app's own end does."""

import time
from collections.abc import Callable
from threading import Event

LOOK_S = 0.1
"""How often wait() looks, in seconds."""


class Brake(Event):
    """Set when `stop` is, or when over() says so, and stays set. over() is asked on any thread that looks."""

    def __init__(self, stop: Event, over: Callable[[], bool]) -> None:
        super().__init__()
        self._stop = stop
        self._over = over

    def is_set(self) -> bool:
        """True from the first time that there was a reason."""
        if not super().is_set() and (self._stop.is_set() or self._over()):
            self.set()
        return super().is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, or for so many seconds; returns whether it is."""
        ends = None if timeout is None else time.monotonic() + timeout
        while not self.is_set():
            left_s = LOOK_S if ends is None else min(LOOK_S, ends - time.monotonic())
            if left_s <= 0:
                return False
            super().wait(left_s)
        return True
