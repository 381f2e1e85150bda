"""Slowing down floods without keeping who sends them: so many at once, then so many a minute. Any thread.

In this process's memory only. A bucket knows what it is for (a clip), never whose the request is.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable


class Buckets:
    """One bucket for each key. now: a clock in seconds that never goes back."""

    def __init__(
        self, *, at_once: int, a_minute: float, most: int = 10_000, now: Callable[[], float] = time.monotonic
    ) -> None:
        """most: how many are remembered; the one that was used longest ago is forgotten, and would be full again."""
        self._at_once, self._a_minute, self._most, self._now = at_once, a_minute, most, now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> bool:
        """Take one; False where none is left."""
        with self._lock:
            left = self._refilled(key)
            self._put(key, left - 1 if left >= 1 else left)
            return left >= 1

    def is_empty(self, key: str) -> bool:
        """Whether none is left; takes none."""
        with self._lock:
            return self._refilled(key) < 1

    def _refilled(self, key: str) -> float:
        left, then = self._left.get(key, (float(self._at_once), self._now()))
        return min(self._at_once, left + (self._now() - then) * self._a_minute / 60)

    def _put(self, key: str, left: float) -> None:
        self._left[key] = (left, self._now())
        self._left.move_to_end(key)
        while len(self._left) > self._most:
            self._left.popitem(last=False)


class Once:
    """Remembers which words were used, the newest `most` of them."""

    def __init__(self, *, most: int = 100_000) -> None:
        self._most = most
        self._used: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def has(self, word: str) -> bool:
        """Whether this word was used."""
        with self._lock:
            return word in self._used

    def first(self, word: str) -> bool:
        """Whether this word is used for the first time; it is used from now on."""
        with self._lock:
            if word in self._used:
                return False
            self._used[word] = None
            if len(self._used) > self._most:
                self._used.popitem(last=False)
            return True
