"""When to ask the portal for news of the clips that it has. Pure but for the clock that is passed in; one thread."""

from collections.abc import Callable

from diary_app.clip import Stage

CHANGING = (Stage.RECEIVED, Stage.IN_REVIEW)
"""Stages that a moderator is about to change."""
SETTLED = (Stage.PUBLISHED, Stage.SENT_BACK)
"""Stages that change seldom: asked for once, when the app starts."""
GROWTH = 1.5


class Rounds:
    """Asks often while something changes, and more and more seldom while nothing does."""

    def __init__(self, clock: Callable[[], float], *, shortest_s: float, longest_s: float) -> None:
        self._clock = clock
        self._shortest_s = shortest_s
        self._longest_s = longest_s
        self._pause_s = shortest_s
        self._next_s = clock()
        self._first = True

    def due(self) -> bool:
        """True when it is time to ask."""
        return self._clock() >= self._next_s

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The clips at these stages are to be asked for in this round."""
        return CHANGING + SETTLED if self._first else CHANGING

    def quiet(self) -> None:
        """The portal answered, and nothing had changed (or it did not answer)."""
        self._pause_s = min(self._longest_s, self._pause_s * GROWTH)
        self._over()

    def news(self) -> None:
        """Something changed: the next round comes soon."""
        self._pause_s = self._shortest_s
        self._over()

    def _over(self) -> None:
        self._first = False
        self._next_s = self._clock() + self._pause_s

    @property
    def wait_s(self) -> float:
        """How long until the next round, in seconds."""
        return max(0.0, self._next_s - self._clock())
