"""Kept ranges as pure arithmetic: check, cut out, start and end here, undo, and the map between take and result time.

A list of kept ranges is ordered and without overlap; empty means the whole take, as everywhere in the diary.
"""

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from diary_app.clip import KeptRange
from diary_app.editing.errors import EditRefused

Ranges = tuple[KeptRange, ...]
State = TypeVar("State")

OVERSHOOT_S = 0.1
"""A trim may ask for this much past the end: a length that was rounded up on a screen is no mistake."""
TINY_S = 1e-6


def clock(seconds: float) -> str:
    """Seconds as a person reads them: 0:07, 12:34, 1:02:03; tenths where they matter (below ten seconds)."""
    if seconds < 10 and round(seconds, 1) != round(seconds):
        return f"0:0{seconds:.1f}"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def kept_range(start_s: float, end_s: float) -> KeptRange:
    """A range from what a person typed; raises EditRefused."""
    if not (math.isfinite(start_s) and math.isfinite(end_s)):
        raise EditRefused("A trim needs two times in seconds, such as 2.5-10.")
    if start_s < 0:
        raise EditRefused("A trim cannot start before the recording does.")
    if end_s <= start_s:
        raise EditRefused(f"A trim must end after it starts: {clock(start_s)} to {clock(end_s)} keeps nothing.")
    return KeptRange(start_s, end_s)


def normalise(keep: Sequence[KeptRange], seconds: float) -> Ranges:
    """The ranges in order, touching ones joined, inside a take of this many seconds; raises EditRefused outside it.

    Empty, or all of it, becomes the one range 0 to seconds.
    """
    if not keep:
        return (KeptRange(0.0, seconds),)
    parts: list[KeptRange] = []
    for part in sorted(keep, key=lambda each: (each.start_s, each.end_s)):
        inside = _inside(part, seconds)
        if parts and inside.start_s <= parts[-1].end_s + TINY_S:
            parts[-1] = KeptRange(parts[-1].start_s, max(parts[-1].end_s, inside.end_s))
        else:
            parts.append(inside)
    return tuple(parts)


def _inside(part: KeptRange, seconds: float) -> KeptRange:
    if not (math.isfinite(part.start_s) and math.isfinite(part.end_s)):
        raise EditRefused("A trim needs two times in seconds, such as 2.5-10.")
    if part.start_s >= seconds:
        raise EditRefused(
            f"The part to keep starts at {clock(part.start_s)}, but the recording is only {clock(seconds)} long."
        )
    if part.end_s > seconds + OVERSHOOT_S:
        raise EditRefused(
            f"The part to keep ends at {clock(part.end_s)}, but the recording is only {clock(seconds)} long."
        )
    return KeptRange(part.start_s, min(part.end_s, seconds))


def is_whole(keep: Sequence[KeptRange], seconds: float) -> bool:
    """True when nothing is cut away."""
    parts = normalise(keep, seconds)
    return len(parts) == 1 and parts[0].start_s <= TINY_S and parts[0].end_s >= seconds - TINY_S


def kept_seconds(keep: Sequence[KeptRange], seconds: float) -> float:
    """How long the result is, in seconds."""
    return sum(part.seconds for part in normalise(keep, seconds))


# -- the buttons of *Watch it back* --------------------------------------------------------------------------------


def cut_out(keep: Sequence[KeptRange], start_s: float, end_s: float, *, seconds: float) -> Ranges:
    """Take the stretch start_s to end_s (take time) out; raises EditRefused where nothing would be left."""
    gone = kept_range(start_s, end_s)
    parts: list[KeptRange] = []
    for part in normalise(keep, seconds):
        for left, right in ((part.start_s, min(part.end_s, gone.start_s)), (max(part.start_s, gone.end_s), part.end_s)):
            if right - left > TINY_S:
                parts.append(KeptRange(left, right))
    return _something(parts)


def start_here(keep: Sequence[KeptRange], at_s: float, *, seconds: float) -> Ranges:
    """Drop everything before at_s, and bring back what was cut just there; raises EditRefused at the very end."""
    parts = normalise(keep, seconds)
    if at_s < parts[0].start_s:
        return (KeptRange(max(0.0, at_s), parts[0].end_s), *parts[1:])
    return _something([KeptRange(max(p.start_s, at_s), p.end_s) for p in parts if p.end_s > at_s + TINY_S])


def end_here(keep: Sequence[KeptRange], at_s: float, *, seconds: float) -> Ranges:
    """Drop everything from at_s on, and bring back what was cut just there; raises EditRefused at the very start."""
    parts = normalise(keep, seconds)
    if at_s > parts[-1].end_s:
        return (*parts[:-1], KeptRange(parts[-1].start_s, min(seconds, at_s)))
    return _something([KeptRange(p.start_s, min(p.end_s, at_s)) for p in parts if p.start_s < at_s - TINY_S])


def _something(parts: Sequence[KeptRange]) -> Ranges:
    if not parts:
        raise EditRefused("That would leave nothing of the recording. Keep at least a moment of it.")
    return tuple(parts)


def nearest(moment_s: float, frame_times: Sequence[float]) -> float:
    """The frame time (seconds, ascending) nearest to a moment; the moment itself where there are no frames."""
    if not frame_times:
        return moment_s
    right = bisect.bisect_left(frame_times, moment_s)
    around = frame_times[max(0, right - 1) : right + 1]
    return min(around, key=lambda each: abs(each - moment_s))


# -- take time and result time --------------------------------------------------------------------------------------


def result_time(keep: Sequence[KeptRange], take_s: float) -> float:
    """Where a moment of the take lies in the result, in seconds; a moment that was cut lies at its join."""
    gathered = 0.0
    for part in keep:
        if take_s < part.start_s:
            break
        gathered += min(take_s, part.end_s) - part.start_s
    return gathered


def take_time(keep: Sequence[KeptRange], result_s: float) -> float:
    """Which moment of the take is shown at a moment of the result, in seconds; past the end it is the last end."""
    left = max(0.0, result_s)
    for part in keep:
        if left < part.seconds - TINY_S:
            return part.start_s + left
        left -= part.seconds
    return keep[-1].end_s if keep else result_s


# -- stretches that stay, but not as they were ---------------------------------------------------------------------


def joined(stretches: Sequence[KeptRange], seconds: float) -> Ranges:
    """Stretches of a take in order, touching ones as one, inside its length (seconds); of none there are none."""
    inside = [
        KeptRange(each.start_s, min(each.end_s, seconds)) for each in stretches if each.start_s < seconds - TINY_S
    ]
    return normalise(inside, seconds) if inside else ()


def in_result(keep: Sequence[KeptRange], stretches: Sequence[KeptRange]) -> Ranges:
    """Where stretches of the take lie in the result, in its own seconds; what was cut away is not there.

    keep: empty for all of the take.
    """
    if not keep:
        return tuple(stretches)
    found: list[KeptRange] = []
    for stretch in stretches:
        start_s, end_s = result_time(keep, stretch.start_s), result_time(keep, stretch.end_s)
        if found and start_s <= found[-1].end_s + TINY_S:
            start_s = found.pop().start_s if end_s > start_s + TINY_S else start_s
        if end_s - start_s > TINY_S:
            found.append(KeptRange(start_s, end_s))
    return tuple(found)


# -- undo -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class History(Generic[State]):
    """Every version of what is edited, and which of them is shown. Never changed: each step returns a new one."""

    versions: tuple[State, ...]
    at: int = 0

    @property
    def now(self) -> State:
        """The version that is shown."""
        return self.versions[self.at]

    @property
    def can_undo(self) -> bool:
        """True when there is an earlier version."""
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        """True when something was undone and nothing was done since."""
        return self.at + 1 < len(self.versions)

    def do(self, state: State) -> "History[State]":
        """A new version; what was undone before is forgotten. The same again is no new version."""
        if state == self.now:
            return self
        return History((*self.versions[: self.at + 1], state), self.at + 1)

    def undo(self) -> "History[State]":
        """One version back, or the same where there is none."""
        return History(self.versions, max(0, self.at - 1))

    def redo(self) -> "History[State]":
        """One version forward, or the same where there is none."""
        return History(self.versions, min(len(self.versions) - 1, self.at + 1))
