"""Which parts of a film are covered and when, from where faces were seen: sightings become tracks, tracks covers. Pure.

A face that is lost between two sightings stays covered in between, over all the way that it may have gone; and a little
before the first and after the last. Where no face is known of at all, everything is to be covered: a face that nobody
finds may be there.
"""

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

BEFORE_AFTER_S = 1.0
"""A face is covered for so long before it is first seen, and after it was last seen."""
LOST_S = 4.0
"""A face that is not seen for so long is another face."""
REACH = 1.5
"""A face goes no further at once than so many times its own size; with each second that it is lost, as far again."""
HELD_PICTURES = 2
"""A cover lies on so many pictures more on either side."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place in a picture, in parts of its width and height; it may reach over the edges."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def with_(self, other: "Box") -> "Box":
        """The smallest that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def near(self, other: "Box", gap_s: float) -> bool:
        """Whether the same face may be here and, so long later, there."""
        reach = REACH * (1 + gap_s)
        wide = max(self.right - self.left, other.right - other.left) * reach
        high = max(self.bottom - self.top, other.bottom - other.top) * reach
        (x, y), (to_x, to_y) = self.middle, other.middle
        return abs(x - to_x) <= wide and abs(y - to_y) <= high


@dataclass(frozen=True, slots=True)
class Sighting:
    """A face at one moment of what is kept, in seconds."""

    at_s: float
    box: Box


@dataclass(frozen=True, slots=True)
class Cover:
    """A place that is covered from one moment to another, both included, in seconds."""

    from_s: float
    to_s: float
    box: Box


class Covers:
    """What is covered, to be asked moment by moment."""

    def __init__(self, covers: Sequence[Cover]) -> None:
        self._covers = sorted(covers, key=lambda cover: cover.from_s)
        self._starts = [cover.from_s for cover in self._covers]
        self._longest_s = max((cover.to_s - cover.from_s for cover in self._covers), default=0.0)

    def at(self, moment_s: float) -> list[Box]:
        """What is covered at a moment; nothing: no face is known of then."""
        first = bisect.bisect_left(self._starts, moment_s - self._longest_s)
        last = bisect.bisect_right(self._starts, moment_s)
        return [cover.box for cover in self._covers[first:last] if cover.to_s >= moment_s]


def covers_of(sightings: Sequence[Sighting], *, picture_s: float) -> Covers:
    """What to cover; picture_s: for how long a picture is shown."""
    held_s = HELD_PICTURES * picture_s
    found: list[Cover] = []
    for track in _tracks(sorted(sightings, key=lambda each: each.at_s)):
        first, last = track[0], track[-1]
        found.append(Cover(first.at_s - BEFORE_AFTER_S, first.at_s + held_s, first.box))
        found.append(Cover(last.at_s - held_s, last.at_s + BEFORE_AFTER_S, last.box))
        for one, next_one in itertools.pairwise(track):
            found.append(Cover(one.at_s - held_s, next_one.at_s + held_s, one.box.with_(next_one.box)))
    return Covers(found)


def _tracks(sightings: Sequence[Sighting]) -> list[list[Sighting]]:
    """The sightings of each face, in order of time."""
    tracks: list[list[Sighting]] = []
    live: list[list[Sighting]] = []
    for seen in sightings:
        live = [track for track in live if seen.at_s - track[-1].at_s <= LOST_S]
        fits = [track for track in live if _goes_on(track[-1], seen)]
        if fits:
            max(fits, key=lambda track: track[-1].at_s).append(seen)
        else:
            tracks.append([seen])
            live.append(tracks[-1])
    return tracks


def _goes_on(before: Sighting, seen: Sighting) -> bool:
    gap_s = seen.at_s - before.at_s
    return gap_s > 0 and before.box.near(seen.box, gap_s)
