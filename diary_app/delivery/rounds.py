"""When to ask the portal for news, and of which clips. Pure but for the clock that is passed in; one thread."""

from collections.abc import Callable
from typing import Protocol

from diary_app.clip import Clip, Stage

CHANGING = (Stage.RECEIVED, Stage.IN_REVIEW)
"""Stages that a moderator is about to change."""
SETTLED = (Stage.PUBLISHED, Stage.SENT_BACK)
"""Stages that change seldom, while their clips are watched and answered: a few of them are asked for in each round."""
NEWEST = 10
IN_TURN = 10
"""Settled clips of each round: the newest, which most people watch, and some of the others, until all have had their
turn."""
GROWTH = 1.5


class PageOfStage(Protocol):
    """How the catalogue is asked for some of its clips."""

    def __call__(self, *stages: Stage, skip: int, most: int) -> list[Clip]:
        """So many of the clips at these stages, the newest first, after the newest `skip`."""


class Rounds:
    """Asks often while something changes, and more and more seldom while nothing does."""

    def __init__(self, clock: Callable[[], float], *, shortest_s: float, longest_s: float) -> None:
        self._clock = clock
        self._shortest_s = shortest_s
        self._longest_s = longest_s
        self._pause_s = shortest_s
        self._next_s = clock()
        self._turned = 0

    def due(self) -> bool:
        """True when it is time to ask."""
        return self._clock() >= self._next_s

    def settled(self, page: PageOfStage) -> list[Clip]:
        """The settled clips to be asked for in this round."""
        newest = page(*SETTLED, skip=0, most=NEWEST)
        others = page(*SETTLED, skip=NEWEST + self._turned, most=IN_TURN) if len(newest) == NEWEST else []
        self._turned = self._turned + IN_TURN if len(others) == IN_TURN else 0
        return newest + others

    def quiet(self) -> None:
        """The portal answered, and nothing had changed (or it did not answer)."""
        self._pause_s = min(self._longest_s, self._pause_s * GROWTH)
        self._over()

    def news(self) -> None:
        """Something changed: the next round comes soon."""
        self._pause_s = self._shortest_s
        self._over()

    def _over(self) -> None:
        self._next_s = self._clock() + self._pause_s

    @property
    def wait_s(self) -> float:
        """How long until the next round, in seconds."""
        return max(0.0, self._next_s - self._clock())
