"""The last second before a take, kept ready so that the first word is not cut. Pure; the caller holds its lock.

It is filled only while the devices are open and no take is: a pause is no take's pre-roll.
"""

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

PREROLL_S = 1.0
"""How much before the command to start belongs to a take."""
PREROLL_BYTES = 190_000_000
"""How much picture is kept for that at most: a second of 1920x1080."""


class Preroll(Generic[T]):
    """Keeps the newest items of so many seconds, and no more bytes than `room`."""

    def __init__(self, seconds: float = PREROLL_S, *, room: float = float("inf")) -> None:
        self._seconds = seconds
        self._room = room
        self._items: deque[tuple[float, int, T]] = deque()
        self._bytes = 0

    def add(self, at_s: float, item: T, size: int = 0) -> None:
        """Keep an item that ends at this moment; what is too old, or too much, goes."""
        self._items.append((at_s, size, item))
        self._bytes += size
        while self._items and (at_s - self._items[0][0] > self._seconds or self._bytes > self._room):
            self._bytes -= self._items.popleft()[1]

    def take(self) -> list[T]:
        """Hand over what is kept, in order; nothing is left."""
        items = [item for _, _, item in self._items]
        self.clear()
        return items

    def clear(self) -> None:
        """Keep nothing of it."""
        self._items.clear()
        self._bytes = 0

    @property
    def first_s(self) -> float | None:
        """The moment of the oldest item."""
        return self._items[0][0] if self._items else None
