"""The new packets around the edges of an exact cut: made of what is to be heard there, and joined to the copied ones.

Around an edge the take is decoded, cut to the sample, faded, and encoded together with some packets of what is copied
on either side; those are thrown away, but make the new packets code the same sound as the copied ones where they lie
over each other. Each join is decoded and compared with what is wanted; where it could be heard, the next one is tried.

Runs in the caller's thread.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from diary_app.editing.cutting.aac_packets import (
    MOST_BYTES,
    SETTLE,
    STEP,
    Aac,
    bent,
    decoded,
    encoded,
    joins,
    leaves_sine,
    leaving_sine,
)
from diary_app.editing.mp4.samples import CannotCut, Stretch, Track
from diary_app.editing.sound import Sound

CONTEXT = 8
"""Packets of the copied sound that are encoded with an edge, so that the encoder comes to rest."""
TRIES = 8
"""Places at which a join is tried, one packet after the other. Where a syllable bursts the windows may not fit."""
BLOCK = 64
"""Packets whose sound is decoded at a time."""
BITS_A_SAMPLE, MOST_BPS = 5, 256_000
"""For each channel, of new packets. They are few; so many bits keep what is coded a second time 30 dB and more above
the error of coding. AAC has room for 6 bits a sample."""


@dataclass(frozen=True, slots=True)
class Row:
    """Packets first <= k < stop of a take that follow each other without a hole."""

    first: int
    stop: int
    at: int
    """Take time at which `first` is heard, in samples."""

    @property
    def end(self) -> int:
        """Take time at which the last one has been heard."""
        return self.at + STEP * (self.stop - self.first)


@dataclass(frozen=True, slots=True)
class Part:
    """Sound that is kept, without a hole in it: start <= t < end of the take, in samples."""

    row: Row
    start: int
    end: int
    at: int
    """When it is heard in the result, in samples."""
    fades: tuple[int, int]
    """Samples over which it fades in and out."""
    first: int = 0
    stop: int = 0
    """Packets of the take that are copied, if any: first <= k < stop."""

    @property
    def over(self) -> int:
        """When it has been heard in the result."""
        return self.at + self.end - self.start

    def heard(self, packet: int) -> int:
        """When a packet of the take is heard in the result."""
        return self.row.at + STEP * (packet - self.row.first) - self.start + self.at


class Packets:
    """The packets of a take; the file is open."""

    def __init__(self, file: BinaryIO, take: Path, track: Track) -> None:
        self._file, self._take, self._track = file, take, track

    def read(self, first: int, stop: int) -> list[bytes]:
        """Some of them."""
        read = []
        offsets, sizes = self._track.offsets[first:stop], self._track.sizes[first:stop]
        for at, size in zip(offsets.tolist(), sizes.tolist(), strict=True):
            self._file.seek(at)
            read.append(self._file.read(min(size, MOST_BYTES)))
        return read

    def stretch(self, first: int, stop: int) -> Stretch:
        """Some of them, to be copied."""
        return Stretch(self._take, self._track.offsets[first:stop], self._track.sizes[first:stop])


class Bed:
    """The result as it is to sound. Place n of the grid is heard from sample n x 1024 - lead on."""

    def __init__(self, packets: Packets, aac: Aac, parts: Sequence[Part], *, lead: int) -> None:
        self.packets, self.aac, self._parts, self._lead = packets, aac, parts, lead
        self.bps = aac.channels * min(MOST_BPS, BITS_A_SAMPLE * aac.rate)

    def copied(self) -> list[Part]:
        """The parts of which packets are copied."""
        return [part for part in self._parts if part.stop]

    def place(self, part: Part, packet: int) -> int:
        """Where on the grid a copied packet lies."""
        return (part.heard(packet) + self._lead) // STEP

    def sound(self, first: int, stop: int) -> Sound:
        """What is to be heard from one place of the grid to another, channels x samples."""
        begin, end = STEP * first - self._lead, STEP * stop - self._lead
        sound = np.zeros((self.aac.channels, end - begin), np.float32)
        for part in self._parts:
            since, until = max(begin, part.at), min(end, part.over)
            if since < until:
                sound[:, since - begin : until - begin] += self._heard(part, since - part.at, until - part.at)
        return sound

    def blocks(self, first: int, stop: int) -> Iterator[Sound]:
        """The same, a little at a time."""
        for at in range(first, stop, BLOCK):
            yield self.sound(at, min(at + BLOCK, stop))

    def _heard(self, part: Part, since: int, until: int) -> Sound:
        """Samples of one part, counted from its beginning, faded."""
        begin = part.start + since - part.row.at
        first = max(0, part.row.first + begin // STEP - SETTLE)  # over a hole, too: players decode one after the other
        stop = part.row.first - (part.row.at - part.start - until) // STEP
        whole = decoded(self.aac, self.packets.read(first, stop))
        begin -= STEP * (first - part.row.first)
        return whole[:, begin : begin + until - since] * _gain(part, since, until)


def _gain(part: Part, since: int, until: int) -> Sound:
    """How loud the samples of a part are to be, 0 to 1."""
    at = np.arange(since, until, dtype=np.float32) + 0.5
    rise = at / part.fades[0] if part.fades[0] else np.ones_like(at)
    fall = (part.end - part.start - at) / part.fades[1] if part.fades[1] else np.ones_like(at)
    gain: Sound = np.clip(np.minimum(rise, fall), 0.0, 1.0)
    return gain


class Run:
    """New packets from the last copied one of a part to the first copied one of another (None: an end of the film)."""

    def __init__(self, bed: Bed, before: Part | None, after: Part | None, count: int) -> None:
        """Raises CannotCut where no place is found at which they join well."""
        self._bed, self._before, self._after, self._count = bed, before, after, count
        self.stop_before = before.stop if before else 0
        self.first_after = after.first if after else 0
        """Packets of the take, copied until `stop_before` and again from `first_after` on."""
        for _ in range(TRIES):
            self._encode()
            well_before, well_after = self._joins_before(), self._joins_after()
            if well_before and well_after:
                self.packets = self._new[self._skip : self._skip + self._stop - self._first]
                """All of them, in order."""
                return
            self.stop_before -= not well_before
            self.first_after += not well_after
        raise CannotCut("new sound does not join what is copied")

    def _encode(self) -> None:
        """Make packets for the places first <= n < stop of the grid, and some more on either side."""
        bed, before, after = self._bed, self._before, self._after
        self._first = bed.place(before, self.stop_before) if before else 0
        self._stop = bed.place(after, self.first_after) if after else self._count
        self._last_old = bed.packets.read(self.stop_before - SETTLE, self.stop_before) if before else []
        self._next_old = bed.packets.read(self.first_after - 1, self.first_after + 1) if after else []
        start = self._first - CONTEXT if before else self._first
        self._skip = self._first - start + 1
        """The encoder's first packet lies before all of its sound."""
        blocks = self._bent(bed.blocks(start, self._stop + CONTEXT if after else self._stop + 1), start)
        self._new = encoded(bed.aac, blocks, bps=bed.bps)
        if self._leaves_sine():
            at = self._skip + self._stop - self._first - 1
            self._new[at] = leaving_sine(self._new[at])

    def _bent(self, blocks: Iterator[Sound], start: int) -> Iterator[Sound]:
        """The sound to be encoded: bent where new packets lie over copied ones that have another window."""
        bends = {}
        if self._last_old and leaves_sine(self._last_old[-1]):
            bends[self._first] = True
        if self._leaves_sine():
            bends[self._stop] = False
        for block in blocks:
            stop = start + block.shape[1] // STEP
            for place, rising in bends.items():
                if start <= place < stop:
                    frame = slice(STEP * (place - start), STEP * (place - start + 1))
                    block[:, frame] = bent(block[:, frame], rising=rising)
            yield block
            start = stop

    def _leaves_sine(self) -> bool:
        """True when what is copied after the new packets expects a sine window before it."""
        return bool(self._next_old) and leaves_sine(self._next_old[0])

    def _joins_before(self) -> bool:
        if self._before is None:
            return True
        own = self._new[self._skip - SETTLE : self._skip + 1]
        wanted = self._bed.sound(self._first, self._first + 1)
        return joins(self._bed.aac, self._last_old, own[-1], own, wanted)

    def _joins_after(self) -> bool:
        if self._after is None:
            return True
        at = self._skip + self._stop - self._first
        own = self._new[at - SETTLE : at + 1]
        wanted = self._bed.sound(self._stop, self._stop + 1)
        return joins(self._bed.aac, own[:-1], self._next_old[1], own, wanted)
