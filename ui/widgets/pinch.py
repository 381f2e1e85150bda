"""Two fingers on a widget: how far apart they went, and where they went together. GUI thread."""

import math
from dataclasses import dataclass

from PySide6.QtGui import QTouchEvent

NEAREST_PX = 10.0
"""Fingers are never nearer to each other than this."""


@dataclass(frozen=True, slots=True)
class Pinched:
    """times: so many times further apart than a moment ago; the middle between them went from one x to another."""

    times: float
    from_x: float
    to_x: float


class Pinch:
    """Follows the touches of one widget."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None

    @property
    def is_on(self) -> bool:
        """True from the second finger on until all are gone."""
        return self._last is not None

    def end(self) -> None:
        """All fingers are gone."""
        self._last = None

    def follow(self, event: QTouchEvent) -> Pinched | None:
        """What two fingers did since the last event; None for the first one, and for other numbers of fingers."""
        points = event.points()
        if len(points) != 2:
            return None
        one, other = (point.position() for point in points)
        apart = max(NEAREST_PX, math.hypot(one.x() - other.x(), one.y() - other.y()))
        middle = (one.x() + other.x()) / 2
        last, self._last = self._last, (apart, middle)
        return None if last is None else Pinched(apart / last[0], last[1], middle)
