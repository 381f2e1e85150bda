"""When somebody has walked away from a shared computer: pure; no Qt."""

from dataclasses import dataclass
from enum import Enum, auto

IDLE_S = 300.0
"""So long nobody touched anything, and nothing was recorded or played."""
WARN_S = 60.0
"""So long the question stands there before the diary is closed."""


class Verdict(Enum):
    """What to do now."""

    STAY = auto()
    WARN = auto()
    OUT = auto()


@dataclass(slots=True)
class Idling:
    """Asked now and then; now: monotonic seconds. A take that is open, paused or not, is never cut by idling."""

    since: float

    def touched(self, now: float) -> None:
        """Somebody pressed a key, or moved the mouse."""
        self.since = now

    def look(self, now: float, *, busy: bool) -> Verdict:
        """What is to be done; busy: something is recorded or played, which counts as being there."""
        if busy:
            self.since = now
        gone_s = now - self.since
        if gone_s >= IDLE_S + WARN_S:
            return Verdict.OUT
        return Verdict.WARN if gone_s >= IDLE_S else Verdict.STAY

    def left_s(self, now: float) -> float:
        """How long until the diary is closed."""
        return max(0.0, self.since + IDLE_S + WARN_S - now)
