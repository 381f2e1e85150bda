"""The boxes that MP4 and MOV files are made of (ISO/IEC 14496-12, 4.2): walked, read and made. Pure.

What is not beyond doubt is NotUnderstood: sizes that do not fit, boxes without end, two where one belongs.
"""

import struct
from dataclasses import dataclass

import numpy as np

from diary_app.editing.mp4.samples import Numbers

MOST_CHILDREN = 4096
"""Boxes in one box: what honest programs write is a tenth of it."""
MOST_ROWS = 2_500_000
"""Of a table: twelve hours of sound by the packet, and some."""
MOST_AT_ONCE = 300_000
"""Boxes that are looked at side by side."""
PAST_END = 64
"""So many bytes may be read beyond the end of a box before anybody looks whether it was long enough."""


class NotUnderstood(Exception):
    """This file is not read with certainty; the text says why, for the log."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box in some bytes: its body lies from `at` to `end`."""

    data: bytes
    at: int
    end: int

    @property
    def body(self) -> bytes:
        """What is in it."""
        return self.data[self.at : self.end]

    def numbers(self, form: str, at: int = 0) -> tuple[int, ...]:
        """Numbers of the body from this byte on, as `struct` writes them; big-endian."""
        form = ">" + form
        if self.at + at + struct.calcsize(form) > self.end:
            raise NotUnderstood("a box is too short for what it should say")
        return struct.unpack_from(form, self.data, self.at + at)

    def table(self, at: int, *, count: int, columns: int = 1, wide: bool = False) -> Numbers:
        """Rows of unsigned numbers of 32 bits, or 64: count by columns. They must fit into the box."""
        width = 8 if wide else 4
        if count > MOST_ROWS or count * columns * width > self.end - self.at - at:
            raise NotUnderstood("a table claims more than its box holds")
        form = ">u8" if wide else ">u4"
        flat = np.frombuffer(self.data, form, count * columns, self.at + at)
        if wide and count and int(flat.max()) >= 1 << 62:
            raise NotUnderstood("a number beyond all reason")
        return flat.astype(np.int64).reshape(count, columns)

    def children(self, at: int = 0) -> dict[bytes, list["Box"]]:
        """The boxes in it from this byte of the body on, by their kinds."""
        found: dict[bytes, list[Box]] = {}
        here = self.at + at
        for _ in range(MOST_CHILDREN):
            if self.end - here < 8:
                return found  # QuickTime ends some lists with four zeros
            size, kind = struct.unpack_from(">I4s", self.data, here)
            if not 8 <= size <= self.end - here:
                raise NotUnderstood("a box reaches beyond the one that it lies in")
            found.setdefault(kind, []).append(Box(self.data, here + 8, here + size))
            here += size
        raise NotUnderstood("too many boxes in one")


def one(boxes: dict[bytes, list[Box]], kind: bytes) -> Box:
    """The only box of a kind."""
    found = maybe(boxes, kind)
    if found is None:
        raise NotUnderstood(f"no {kind.decode()} box")
    return found


def maybe(boxes: dict[bytes, list[Box]], kind: bytes) -> Box | None:
    """The only box of a kind, or None where there is none."""
    found = boxes.get(kind, [])
    if len(found) > 1:
        raise NotUnderstood(f"{len(found)} {kind.decode()} boxes instead of one")
    return found[0] if found else None


# -- many boxes at once ------------------------------------------------------------------------------------------------


class Words:
    """Big-endian numbers of 32 bits anywhere in some bytes, many at a time."""

    def __init__(self, data: bytes) -> None:
        padded = data + bytes(PAST_END)
        self.zeros = len(data)
        """A place where nothing but zeros stand."""
        self._words = np.ndarray((len(padded) - 3,), ">u4", padded, strides=(1,))

    def unsigned(self, at: Numbers) -> Numbers:
        """The numbers that stand at these bytes."""
        return self._words[at].astype(np.int64)

    def signed(self, at: Numbers) -> Numbers:
        """The same in two's complement."""
        return self._words[at].astype(np.uint32).view(np.int32).astype(np.int64)

    def wide(self, at: Numbers) -> Numbers:
        """Unsigned numbers of 64 bits that stand at these bytes; none may be as large as it could."""
        high = self.unsigned(at)
        if np.any(high >= 1 << 24):
            raise NotUnderstood("a number beyond all reason")
        return high << 32 | self.unsigned(at + 4)


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Many boxes in the order in which they lie."""

    kinds: Numbers
    at: Numbers
    """Where the bodies begin."""
    ends: Numbers
    parents: Numbers
    """The number of the box that each lies in."""

    def of(self, kind: bytes) -> "Boxes":
        """Those of one kind."""
        here = self.kinds == int.from_bytes(kind, "big")
        return Boxes(self.kinds[here], self.at[here], self.ends[here], self.parents[here])


def inside(words: Words, at: Numbers, ends: Numbers) -> Boxes:
    """The boxes in all of these bodies: as many steps as the fullest of them has boxes."""
    parents = np.arange(len(at))
    steps: list[tuple[Numbers, ...]] = []
    count = 0
    for _ in range(MOST_CHILDREN):
        if not len(at):
            return _joined(steps)
        count += len(at)
        sizes = words.unsigned(at)
        if count > MOST_AT_ONCE or np.any((sizes < 8) | (sizes > ends - at)):
            raise NotUnderstood("a box reaches beyond the one that it lies in, or there are too many")
        steps.append((words.unsigned(at + 4), at + 8, at + sizes, parents))
        more = at + sizes < ends
        at, ends, parents = (at + sizes)[more], ends[more], parents[more]
    raise NotUnderstood("too many boxes in one")


def _joined(steps: list[tuple[Numbers, ...]]) -> Boxes:
    if not steps:
        nothing = np.empty(0, np.int64)
        return Boxes(nothing, nothing, nothing, nothing)
    kinds, at, ends, parents = (np.concatenate(column) for column in zip(*steps, strict=True))
    order = np.argsort(at, kind="stable")
    return Boxes(kinds[order], at[order], ends[order], parents[order])


# -- making ------------------------------------------------------------------------------------------------------------


def box(kind: bytes, *bodies: bytes) -> bytes:
    """One box."""
    return struct.pack(">I4s", 8 + sum(map(len, bodies)), kind) + b"".join(bodies)


def full(kind: bytes, *bodies: bytes, version: int = 0, flags: int = 0) -> bytes:
    """One box with a version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *bodies)
