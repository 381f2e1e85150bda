"""How many frames a camera left out, told from their times alone. Pure; used under the lock of capture.gate.

A camera's nominal rate cannot be trusted: in poor light a webcam that promised 30 frames a second gives 15, and has
lost none. So the last intervals are looked at together: where most of them are long the camera is slow, where few are
long frames are missing. A late frame followed by an early one is jitter, and nothing is missing.
"""

import statistics
from collections import deque

WINDOW = 15
"""Intervals that are looked at together: half a second."""
SLOWER = 1.1
"""An interval this much longer than the nominal one speaks for a slower camera."""
BRIEF = 3
"""So many short intervals show that the camera is as fast as ever: overload makes many long, never all."""
FORGIVEN = 0.75
"""How much of a frame's lateness the next one owes: jitter evens out, a rate that is a little off does not add up."""
LATE_S = 0.5
"""So long may a camera's pipeline keep its frames: a gap at either end of the take that is shorter is no loss."""


class Rhythm:
    """Counts the missing frames of one take; times are seconds of the take, pauses left out."""

    def __init__(self, fps: float) -> None:
        self._nominal_s = 1 / fps
        self._window: deque[float] = deque()
        self._verdicts: deque[int] = deque()
        self._last_s: float | None = None
        self._settled = 0

    @property
    def missing(self) -> int:
        """Frames that the camera left out so far."""
        return max(0, self._settled + sum(self._verdicts))

    def saw(self, at_s: float) -> None:
        """A frame of this moment came."""
        before, self._last_s = self._last_s, at_s
        if before is None:
            return
        self._window.append(at_s - before)
        seen = self._look()
        # An interval that was the slow camera's own stays so when the light comes back.
        self._verdicts = deque(map(min, self._verdicts, seen))
        self._verdicts.append(seen[-1])
        if len(self._window) > WINDOW:
            self._window.popleft()
            self._settled += self._verdicts.popleft()

    def ended(self, at_s: float) -> None:
        """The take is so long; a camera that was gone by then has left out the rest."""
        silent_s = at_s - (self._last_s or 0.0)
        if silent_s > LATE_S:
            self._settled += round(silent_s / self._period_s())

    def _period_s(self) -> float:
        """The camera's own interval just now."""
        intervals = sorted(self._window)
        slow = len(intervals) > BRIEF and intervals[BRIEF - 1] > SLOWER * self._nominal_s
        return statistics.median(intervals) if slow else self._nominal_s

    def _look(self) -> list[int]:
        """The missing frames before each frame of the window; the next one owes what this one was late."""
        period_s, owed = self._period_s(), 0.0
        counts: list[int] = []
        for interval in self._window:
            extra = owed + interval / period_s - 1
            missing = max(round(extra), -1 if counts and counts[-1] > 0 else 0)
            counts.append(missing)
            owed = FORGIVEN * min(0.5, max(-0.5, extra - missing))
        return counts
