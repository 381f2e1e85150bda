"""The state of *Watch it back*: what is kept, how it came to that, and the bit about to be cut. Pure; no Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from diary_app.clip import KeptRange
from diary_app.editing import ranges
from diary_app.editing.ranges import History, Ranges

BIT_S = 2.0
"""How long the bit is at first, in seconds."""


@dataclass(frozen=True, slots=True)
class Trim:
    """Never changed: each step returns a new one. Steps raise EditRefused where nothing would be left."""

    seconds: float
    frame_s: float
    history: History
    moving: Ranges | None = None
    """What would be kept if the handle were let go here."""
    bit: tuple[float, float] | None = None

    @staticmethod
    def of(keep: Sequence[KeptRange], *, seconds: float, frame_s: float) -> "Trim":
        """The trim of a clip as it was kept."""
        return Trim(seconds, frame_s, History((ranges.normalise(keep, seconds),)))

    @property
    def keep(self) -> Ranges:
        """What is kept, as it is shown just now."""
        return self.moving or self.history.now

    @property
    def is_whole(self) -> bool:
        """True when nothing is cut away."""
        return ranges.is_whole(self.keep, self.seconds)

    @property
    def untouched(self) -> bool:
        """True as long as nobody has cut anything, nor begun to: what was undone has been touched too."""
        begun = self.moving is not None or self.bit is not None
        return self.is_whole and not begun and not self.history.can_undo and not self.history.can_redo

    @property
    def kept_s(self) -> float:
        """How much is kept, in seconds."""
        return ranges.kept_seconds(self.keep, self.seconds)

    def move_start(self, at_s: float) -> "Trim":
        """While the start's handle is held."""
        last = self.history.now[-1].end_s - self.frame_s
        moving = ranges.start_here(self.history.now, min(at_s, last), seconds=self.seconds)
        return replace(self, moving=moving)

    def move_end(self, at_s: float) -> "Trim":
        """While the end's handle is held."""
        first = self.history.now[0].start_s + self.frame_s
        moving = ranges.end_here(self.history.now, max(at_s, first), seconds=self.seconds)
        return replace(self, moving=moving)

    def settle(self) -> "Trim":
        """The handle was let go: what it shows counts."""
        return replace(self, history=self.history.do(self.keep), moving=None)

    def start_here(self, at_s: float) -> "Trim":
        """The button Start here."""
        return self.move_start(at_s).settle()

    def end_here(self, at_s: float) -> "Trim":
        """The button End here."""
        return self.move_end(at_s).settle()

    def keep_only(self, part: KeptRange) -> "Trim":
        """What was suggested: this part and nothing else, in one step."""
        kept = ranges.normalise((part,), self.seconds)
        return replace(self, history=self.history.do(kept), moving=None, bit=None)

    def mark_bit(self, at_s: float) -> "Trim":
        """Mark a bit that begins here, inside what is kept."""
        first, last = self.keep[0].start_s, self.keep[-1].end_s
        length = min(BIT_S, max(self.frame_s, (last - first) / 3))
        start = min(max(first, at_s), last - length)
        return replace(self, bit=(start, start + length))

    def move_bit_start(self, at_s: float) -> "Trim":
        """Its start moves, but not past its end."""
        if self.bit is None:
            return self
        return replace(self, bit=(max(0.0, min(at_s, self.bit[1] - self.frame_s)), self.bit[1]))

    def move_bit_end(self, at_s: float) -> "Trim":
        """Its end moves, but not before its start."""
        if self.bit is None:
            return self
        return replace(self, bit=(self.bit[0], min(self.seconds, max(at_s, self.bit[0] + self.frame_s))))

    def leave_bit(self) -> "Trim":
        """Leave it in."""
        return replace(self, bit=None)

    def cut_bit(self) -> "Trim":
        """Cut it out."""
        if self.bit is None:
            return self
        kept = ranges.cut_out(self.keep, *self.bit, seconds=self.seconds)
        return replace(self, history=self.history.do(kept), moving=None, bit=None)

    def undo(self) -> "Trim":
        """One step back."""
        return replace(self, history=self.history.undo(), moving=None)

    def redo(self) -> "Trim":
        """One step forward."""
        return replace(self, history=self.history.redo(), moving=None)
