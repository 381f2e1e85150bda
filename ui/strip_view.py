"""Which part of a take the film strip shows. Pure; no Qt."""

from dataclasses import dataclass, replace

STEP = 2.0
"""One press of Closer shows half as much."""
LEAST_S = 2.0
"""Never less than so much of a take."""
LEAD = 0.1
"""Of the width: how far from the left a moment stands that was brought into view."""


@dataclass(frozen=True, slots=True)
class StripView:
    """From left_s on, span_s seconds of a take that lasts `seconds`. Never changed: each step returns a new one."""

    seconds: float
    left_s: float
    span_s: float

    @staticmethod
    def whole(seconds: float) -> "StripView":
        """All of a take."""
        return StripView(seconds, 0.0, seconds)

    @property
    def right_s(self) -> float:
        """Where it ends, in seconds of the take."""
        return self.left_s + self.span_s

    @property
    def is_whole(self) -> bool:
        """True when nothing is out of sight."""
        return self.span_s >= self.seconds

    @property
    def is_closest(self) -> bool:
        """True when no less can be shown."""
        return self.span_s <= min(LEAST_S, self.seconds) + 1e-9

    def shows(self, at_s: float) -> bool:
        """Whether a moment is in sight."""
        return self.left_s <= at_s <= self.right_s

    def zoomed(self, times: float, at_s: float) -> "StripView":
        """So many times closer (below 1: further away); a moment in sight stays where it is, another comes there."""
        share = (at_s - self.left_s) / self.span_s if self.shows(at_s) else 0.5
        span_s = min(self.seconds, max(min(LEAST_S, self.seconds), self.span_s / times))
        return self._from(at_s - share * span_s, span_s)

    def moved(self, by_s: float) -> "StripView":
        """Further along, by so many seconds, as far as the take goes."""
        return self._from(self.left_s + by_s, self.span_s)

    def centred(self, at_s: float) -> "StripView":
        """As much of it, with this moment in the middle as far as the take goes."""
        return self._from(at_s - self.span_s / 2, self.span_s)

    def holding(self, at_s: float) -> "StripView":
        """The same, or moved so that this moment is in sight."""
        return self if self.shows(at_s) else self._from(at_s - LEAD * self.span_s, self.span_s)

    def round(self, start_s: float, end_s: float, *, share: float) -> "StripView":
        """Close enough for a stretch to take this share of the width or more, and with it in sight."""
        middle_s, wanted_s = (start_s + end_s) / 2, (end_s - start_s) / share
        view = self.zoomed(self.span_s / wanted_s, middle_s) if wanted_s < self.span_s else self
        inside = view.shows(start_s) and view.shows(end_s)
        return view if inside else view._from(middle_s - view.span_s / 2, view.span_s)

    def _from(self, left_s: float, span_s: float) -> "StripView":
        return replace(self, left_s=min(max(0.0, left_s), self.seconds - span_s), span_s=span_s)
