"""What the exact cut works on: one track of a file as its samples lie there, and one that is to be written from them.

A sample is what a container stores at a time: one picture, or one packet of sound. Arrays are int64, with one entry for
each sample in the order of decoding. Nothing here reads or writes but the spool.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

PICTURES, SOUND = b"vide", b"soun"


class CannotCut(Exception):
    """This take cannot be cut sample by sample; the text says why, for the log. A full encode does it instead."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What a track says of itself that is carried over as it is; the fields are named in ISO/IEC 14496-12."""

    entry: bytes
    """The whole sample entry box (`avc1`, `mp4a`): how to decode it, its shape of dots, its colours."""
    matrix: bytes = b""
    """36 bytes of the track header: how the picture is turned. Empty: as it is stored."""
    shown_size: bytes = bytes(8)
    """Width and height of the track header, 16.16 fixed point each."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One track of an MP4 or MOV file, whole or fragmented."""

    kind: bytes
    """PICTURES or SOUND."""
    timescale: int
    """Ticks a second."""
    look: Look
    offsets: Numbers
    """Bytes from the beginning of the file."""
    sizes: Numbers
    """Bytes."""
    decode: Numbers
    """When each is decoded, in ticks: never falling."""
    shown: Numbers
    """When each is shown or heard, in ticks of the same clock, before any edit list."""
    keys: Flags
    """True where decoding may start (of pictures; every packet of sound is one)."""
    last_ticks: int
    """How long the last sample in decoding order lasts."""
    begins: Fraction
    """Seconds on the file's own clock at which tick 0 is shown, as the edit list says: less than 0 for a lead-in."""

    @property
    def ends(self) -> Fraction:
        """Seconds on the file's own clock at which the last sample has been shown."""
        last = int(np.argmax(self.shown))
        lasts = self.last_ticks if last == len(self.decode) - 1 else int(self.decode[last + 1] - self.decode[last])
        return Fraction(int(self.shown[last]) + lasts, self.timescale) + self.begins

    @property
    def rate(self) -> float:
        """Samples a second on average."""
        ticks = int(self.decode[-1] - self.decode[0]) + self.last_ticks
        return len(self.decode) * self.timescale / ticks if ticks else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Samples that are to be copied from a file, in the order of decoding."""

    file: Path
    offsets: Numbers
    sizes: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class MadeTrack:
    """One track to be written."""

    kind: bytes
    timescale: int
    look: Look
    stretches: Sequence[Stretch]
    """All samples, one stretch after the other."""
    decode: Numbers
    """Ticks from 0, rising."""
    shown: Numbers
    """Ticks, each at or after its `decode`."""
    keys: Flags
    last_ticks: int
    lead: int
    """Ticks of `shown` that the edit list takes off the front, so that the track begins at 0: the delay of stored order
    in pictures, the encoder's own silence in sound. Nothing else may hide there."""
    seconds: Fraction
    """How long it plays, the lead taken off."""


class Spool:
    """A file of samples that were made anew, beside the finished one. Raises OSError. Any thread may add."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._adding = threading.Lock()
        self._file: BinaryIO = path.open("wb")
        self._at = 0

    def add(self, samples: Sequence[bytes]) -> Stretch:
        """Keep these, and say where they lie."""
        sizes = np.array([len(sample) for sample in samples], np.int64)
        before = np.cumsum(sizes) - sizes
        with self._adding:
            self._file.writelines(samples)
            at, self._at = self._at, self._at + int(sizes.sum())
        return Stretch(self.path, at + before, sizes)

    def flush(self) -> None:
        """Before somebody reads it."""
        self._file.flush()

    def close(self) -> None:
        """Remove it; nothing was written that is still needed."""
        self._file.close()
        self.path.unlink(missing_ok=True)
