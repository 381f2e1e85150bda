"""How fast it goes and how long it still takes. Pure: moments are passed in. Not shared between threads."""

from collections import deque

WINDOW_S = 20.0
"""Only what was sent in the last 20 seconds counts: long enough to be calm, short enough to notice a train tunnel."""
ENOUGH_S = 1.0
"""Nothing is said before one second was measured: the first blocks only fill this computer's own buffers."""
LONGEST_S = 86_400.0
"""No estimate is longer than a day: 'more than a day' is all that a person needs."""
MAX_MARKS = 256


class SpeedEstimate:
    """Bytes a second over the last stretch of a transfer, in bounded memory."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def note(self, at_s: float, sent: int) -> None:
        """sent bytes in all have gone out at the moment at_s (seconds of a monotonic clock).

        Fewer bytes than before mean a new start, and everything that was measured is forgotten.
        """
        if self._marks and (sent < self._marks[-1][1] or at_s < self._marks[-1][0]):
            self._marks.clear()
        if len(self._marks) >= 2 and at_s - self._marks[-2][0] < WINDOW_S / MAX_MARKS:
            self._marks.pop()
        self._marks.append((at_s, sent))
        while len(self._marks) > 2 and self._marks[1][0] <= at_s - WINDOW_S:
            self._marks.popleft()

    @property
    def bytes_per_s(self) -> float | None:
        """The speed; None while too little is known."""
        if not self._marks:
            return None
        (first_s, first), (last_s, last) = self._marks[0], self._marks[-1]
        if last_s - first_s < ENOUGH_S:
            return None
        return (last - first) / (last_s - first_s)

    def seconds_left(self, bytes_left: int) -> float | None:
        """How long the rest takes, 0 to a day, in seconds; None while too little is known or nothing moves."""
        speed = self.bytes_per_s
        if bytes_left <= 0:
            return 0.0
        if not speed:
            return None
        return min(LONGEST_S, bytes_left / speed)
