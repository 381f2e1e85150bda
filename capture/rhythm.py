"""How many frames a camera left out, told from their times alone. Pure; used under the lock of capture.gate.

A camera's nominal rate cannot be trusted: in poor light a webcam that promised 30 frames a second gives 15, and has
lost none. So the last intervals are looked at together: where most of them are long the camera is slow, where few are
long frames are missing. A late frame followed by an early one is jitter, and nothing is missing.
"""

import statistics
from collections import deque
from dataclasses import dataclass

WINDOW = 15
"""Intervals that are looked at together: half a second."""
ENOUGH = 8
"""Fewer intervals than these say nothing about the camera's rate."""
SLOWER = 1.1
"""An interval this much longer than the nominal one speaks for a slower camera."""
BRIEF = 2
"""So many short intervals show that the camera is as fast as ever: overload makes many long, never all."""
FORGIVEN = 0.75
"""How much of a frame's lateness the next one owes: jitter evens out, a rate that is a little off does not add up."""
LATE_S = 0.5
"""So long may a camera's pipeline keep its frames: a gap at the end of the take that is shorter is no loss."""


@dataclass(slots=True)
class _Interval:
    length_s: float
    period_s: float
    """The camera's own interval at that time."""


@dataclass(frozen=True, slots=True)
class _Count:
    """The missing frames before one frame (-1: it takes back what the one before it was thought to miss)."""

    missing: int = 0
    owed: float = 0.0

    def next(self, interval: _Interval) -> "_Count":
        """The count of the next interval."""
        extra = self.owed + interval.length_s / interval.period_s - 1
        missing = max(round(extra), -1 if self.missing > 0 else 0)
        return _Count(missing, FORGIVEN * min(0.5, max(-0.5, extra - missing)))


class Rhythm:
    """Counts the missing frames of one take; times are seconds of the take, pauses left out."""

    def __init__(self, fps: float) -> None:
        self._nominal_s = 1 / fps
        self._window: deque[_Interval] = deque()
        self._last_s: float | None = None
        self._settled = 0
        self._count = _Count()

    @property
    def missing(self) -> int:
        """Frames that the camera left out so far."""
        total, count = self._settled, self._count
        for interval in self._window:
            count = count.next(interval)
            total += count.missing
        return total

    def began_without(self) -> None:
        """The take begins although no frame came: what is missing counts from its very beginning."""
        if self._last_s is None:
            self._last_s = 0.0

    def saw(self, at_s: float) -> None:
        """A frame of this moment came."""
        before, self._last_s = self._last_s, at_s
        if before is None:
            return
        self._window.append(_Interval(at_s - before, self._nominal_s))
        period_s = self._period_s()
        for interval in self._window:  # what was a slow camera's own interval stays so when the light comes back
            interval.period_s = max(interval.period_s, period_s)
        if len(self._window) > WINDOW:
            self._count = self._count.next(self._window.popleft())
            self._settled += self._count.missing

    def ended(self, at_s: float) -> None:
        """The take is so long; a camera that was gone by then has left out the rest."""
        silent_s = at_s - (self._last_s or 0.0)
        if silent_s > LATE_S:
            self._settled += round(silent_s / self._period_s())

    def _period_s(self) -> float:
        """The camera's own interval just now."""
        lengths = sorted(interval.length_s for interval in self._window)
        slow = len(lengths) >= ENOUGH and lengths[BRIEF - 1] > SLOWER * self._nominal_s
        return statistics.median(lengths) if slow else self._nominal_s
