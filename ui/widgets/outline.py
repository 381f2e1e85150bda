"""What the film strip knows of a take: pictures at their moments, peaks of its sound, rough and fine. GUI thread."""

import bisect
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from capture.model import Image
from ui.strip_view import StripView
from ui.widgets.preview import as_qimage

Wave = NDArray[np.float32]
MOST_CLOSE = 240
"""Pictures of parts that were looked at closely; the oldest make room."""


class Outline:
    """Empty at first; sharper with all that comes."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(seconds, 1e-3)
        self._pictures: dict[float, tuple[QImage, Image]] = {}
        self._moments: list[float] = []
        self._close: list[float] = []
        self._waves: dict[int, Wave] = {}
        self.rough = 0
        """Pictures of the whole take."""

    @property
    def close(self) -> int:
        """How many pictures of parts that were looked at closely."""
        return len(self._close)

    @property
    def has_sound(self) -> bool:
        """True when it knows of any."""
        return any((wave > 0).any() for wave in self._waves.values())

    def add_picture(self, at_s: float, picture: Image, *, close: bool) -> None:
        """A picture (height x width x 3, BGR); close: of a part that is looked at closely."""
        if at_s not in self._pictures:
            bisect.insort(self._moments, at_s)
            self.rough += not close
            if close:
                self._close.append(at_s)
        self._pictures[at_s] = (as_qimage(picture), picture)
        if len(self._close) > MOST_CLOSE:
            oldest = self._close.pop(0)
            self._moments.remove(oldest)
            del self._pictures[oldest]

    def nearest(self, at_s: float) -> QImage | None:
        """The picture nearest to a moment; None before the first."""
        right = bisect.bisect_left(self._moments, at_s)
        around = self._moments[max(0, right - 1) : right + 1]
        if not around:
            return None
        return self._pictures[min(around, key=lambda known: abs(known - at_s))][0]

    def add_peaks(self, position: int, values: Sequence[float], *, of: int) -> None:
        """Peaks from this position on, of as many over the whole take; NaN is what nobody knows yet."""
        if of not in self._waves:
            self._waves[of] = np.full(of, np.nan, dtype=np.float32)
        self._waves[of][position : position + len(values)] = values

    def knows(self, view: StripView, *, of: int) -> bool:
        """Whether it has heard all that is in sight so finely."""
        wave = self._waves.get(of)
        if wave is None:
            return False
        first, last = (round(at_s / self.seconds * of) for at_s in (view.left_s, view.right_s))
        return not np.isnan(wave[first:last]).any()

    def bars(self, view: StripView, count: int) -> Wave | None:
        """The loudest of each of `count` equal stretches in sight, 0 to 1: the finest that is known; None: nothing is.

        What is not known yet is guessed from the roughest.
        """
        found: Wave | None = None
        for of in sorted(self._waves):
            known = _bars(self._waves[of], view, count, self.seconds)
            if found is None:
                if np.isnan(self._waves[of]).all():
                    continue
                known = np.where(np.isnan(known), _bars(_guessed(self._waves[of]), view, count, self.seconds), known)
            found = known if found is None else np.where(np.isnan(known), found, known)
        return found


def _bars(wave: Wave, view: StripView, count: int, seconds: float) -> Wave:
    shares = (view.left_s + view.span_s * np.arange(count + 1) / count) / seconds
    edges = np.minimum((shares * len(wave) + 1e-6).astype(np.int64), len(wave))
    starts = np.minimum(edges[:-1], len(wave) - 1)
    part = wave[: max(edges[-1], starts[-1] + 1)]
    return np.asarray(np.fmax.reduceat(part, starts), np.float32)


def _guessed(wave: Wave) -> Wave:
    known = np.flatnonzero(~np.isnan(wave))
    return np.interp(np.arange(len(wave)), known, wave[known]).astype(np.float32)
