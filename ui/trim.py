"""The state of *Watch it back*: what is kept and bleeped, how it came to that, and what is about to be. Pure; no Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from diary_app.clip import KeptRange
from diary_app.editing import ranges
from diary_app.editing.ranges import History, Ranges

BIT_S = 2.0
"""How long the bit is at first, in seconds."""
LEAST_NAME_S = 0.1
"""No name is shorter."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One version of what its owner made of a take."""

    keep: Ranges
    names: Ranges = ()
    """Where a name was said, in order, without overlap: a bleep takes its place."""


@dataclass(frozen=True, slots=True)
class Trim:
    """Never changed: each step returns a new one. Steps raise EditRefused where nothing would be left."""

    seconds: float
    frame_s: float
    history: History[Edit]
    moving: Edit | None = None
    """What would be so if the handle were let go here."""
    bit: tuple[float, float] | None = None
    chosen: int | None = None
    """Which of the names has handles, if any."""

    @staticmethod
    def of(keep: Sequence[KeptRange], *, seconds: float, frame_s: float, names: Sequence[KeptRange] = ()) -> "Trim":
        """The trim of a clip as it was kept."""
        edit = Edit(ranges.normalise(keep, seconds), ranges.joined(names, seconds))
        return Trim(seconds, frame_s, History((edit,)))

    @property
    def edit(self) -> Edit:
        """What is kept and bleeped, as it is shown just now."""
        return self.moving or self.history.now

    @property
    def keep(self) -> Ranges:
        """What is kept, as it is shown just now."""
        return self.edit.keep

    @property
    def names(self) -> Ranges:
        """What is bleeped, as it is shown just now."""
        return self.edit.names

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

    def _moving(self, keep: Ranges) -> "Trim":
        return replace(self, moving=replace(self.history.now, keep=keep))

    def _did(self, edit: Edit) -> "Trim":
        return replace(self, history=self.history.do(edit), moving=None, bit=None)

    # -- the ends ---------------------------------------------------------------------------------------------------

    def move_start(self, at_s: float) -> "Trim":
        """While the start's handle is held."""
        kept = self.history.now.keep
        return self._moving(ranges.start_here(kept, min(at_s, kept[-1].end_s - self.frame_s), seconds=self.seconds))

    def move_end(self, at_s: float) -> "Trim":
        """While the end's handle is held."""
        kept = self.history.now.keep
        return self._moving(ranges.end_here(kept, max(at_s, kept[0].start_s + self.frame_s), seconds=self.seconds))

    def settle(self) -> "Trim":
        """The handle was let go: what it shows counts."""
        name = None if self.chosen is None else self.names[self.chosen]
        names = ranges.joined(self.names, self.seconds)
        settled = replace(self, history=self.history.do(Edit(self.keep, names)), moving=None)
        return settled if name is None else settled._choosing(name)

    def start_here(self, at_s: float) -> "Trim":
        """The button Start here."""
        return self.move_start(at_s).settle()

    def end_here(self, at_s: float) -> "Trim":
        """The button End here."""
        return self.move_end(at_s).settle()

    def keep_only(self, part: KeptRange) -> "Trim":
        """What was suggested: this part and nothing else, in one step."""
        return self._did(replace(self.history.now, keep=ranges.normalise((part,), self.seconds)))

    # -- the middle -------------------------------------------------------------------------------------------------

    def mark_bit(self, at_s: float) -> "Trim":
        """Mark a bit that begins here, inside what is kept."""
        first, last = self.keep[0].start_s, self.keep[-1].end_s
        length = min(BIT_S, max(self.frame_s, (last - first) / 3))
        start = min(max(first, at_s), last - length)
        return replace(self, bit=(start, start + length), chosen=None)

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
        return self._did(replace(self.edit, keep=ranges.cut_out(self.keep, *self.bit, seconds=self.seconds)))

    # -- names ------------------------------------------------------------------------------------------------------

    def say_name(self, part: KeptRange) -> "Trim":
        """A name was said here; it is chosen, so that its ends can be moved."""
        now = self.history.now
        added = self._did(replace(now, names=ranges.joined((*now.names, part), self.seconds)))
        return added._choosing(part)

    def choose_name(self, number: int | None) -> "Trim":
        """Give this name handles, or none of them."""
        return replace(self, chosen=number, moving=None, bit=None)

    def _choosing(self, part: KeptRange) -> "Trim":
        """The name in which this part lies; its neighbours may have become one with it."""
        middle = (part.start_s + part.end_s) / 2
        found = (number for number, name in enumerate(self.names) if name.start_s <= middle <= name.end_s)
        return replace(self, chosen=next(found, None))

    def move_name_start(self, at_s: float) -> "Trim":
        """While the handle at the start of the chosen name is held."""
        return self._name_moved(lambda name: KeptRange(max(0.0, min(at_s, name.end_s - LEAST_NAME_S)), name.end_s))

    def move_name_end(self, at_s: float) -> "Trim":
        """While the handle at its end is held."""
        latest = self.seconds
        return self._name_moved(
            lambda name: KeptRange(name.start_s, min(latest, max(at_s, name.start_s + LEAST_NAME_S)))
        )

    def _name_moved(self, change: Callable[[KeptRange], KeptRange]) -> "Trim":
        if self.chosen is None:
            return self
        names = list(self.history.now.names)
        names[self.chosen] = change(names[self.chosen])
        return replace(self, moving=replace(self.history.now, names=tuple(names)))

    def unsay_name(self) -> "Trim":
        """Take the bleep from the chosen name."""
        if self.chosen is None:
            return self
        names = (name for number, name in enumerate(self.history.now.names) if number != self.chosen)
        return replace(self._did(replace(self.history.now, names=tuple(names))), chosen=None)

    # -- steps ------------------------------------------------------------------------------------------------------

    def undo(self) -> "Trim":
        """One step back."""
        return self._at(self.history.undo())

    def redo(self) -> "Trim":
        """One step forward."""
        return self._at(self.history.redo())

    def _at(self, history: History[Edit]) -> "Trim":
        """A name that is still there keeps its handles."""
        same = self.chosen is not None and len(history.now.names) == len(self.history.now.names)
        return replace(self, history=history, moving=None, chosen=self.chosen if same else None)
