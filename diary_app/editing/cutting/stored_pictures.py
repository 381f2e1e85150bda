"""The pictures of a take as they are stored: which may be copied without what went before, and their bytes.

Two orders meet here. A *position* counts pictures as they are shown, a *place* as they are stored, which is the order
of decoding. At an IDR picture both are the same number: nothing stored before it is shown after it. Any thread.
"""

import threading
from fractions import Fraction
from typing import BinaryIO

import numpy as np

from diary_app.editing.cutting import h264
from diary_app.editing.frames import FrameIndex
from diary_app.editing.mp4.samples import CannotCut, Flags, Numbers, Track

HEAD_BYTES = 5
"""The length of a unit and the byte that says of which kind it is."""
MOST_UNITS = 4096
"""Units of one picture that are looked at to find of which kind it is; encoders write up to some seventy slices."""
SOME_RATE, MOST_RATE = Fraction(30), Fraction(240)


class StoredPictures:
    """The samples of a track, by place and by position. Raises CannotCut where track and index are not the same."""

    def __init__(self, file: BinaryIO, track: Track, index: FrameIndex) -> None:
        self._file, self._track = file, track
        self._reading = threading.Lock()
        _check(file, track, index)
        self.count = len(track.sizes)
        self.ticks: Numbers = np.array(index.ticks, np.int64)
        """When each position is shown, on the file's own clock."""
        self.tick = index.time_base
        self._agree(index)
        self._by_position = np.argsort(track.shown, kind="stable")
        self.position: Numbers = np.empty(self.count, np.int64)
        """Of the picture at each place."""
        self.position[self._by_position] = np.arange(self.count)
        latest = np.maximum.accumulate(self.position)
        self._complete: Flags = np.concatenate(([True], latest == np.arange(self.count)))
        self.delay = int((np.arange(self.count) - self.position).max())
        """So many pictures are stored before one that is shown before them: what a decoder must hold back."""
        self.keys = track.keys
        """Of each place: what the file's tables call a keyframe."""
        self._keys = np.flatnonzero(track.keys)
        self._known: dict[int, bool] = {}
        self.record = h264.open_avcc(_record(track.look.entry))

    @property
    def rate(self) -> Fraction:
        """Pictures a second on average, for what an encoder may want to know."""
        seconds = int(self.ticks[-1] - self.ticks[0]) * self.tick
        rate = Fraction(self.count - 1) / seconds if seconds else SOME_RATE
        return max(Fraction(1), min(MOST_RATE, rate.limit_denominator(1001)))

    def _agree(self, index: FrameIndex) -> None:
        """Picture by picture the same times: otherwise an edit list hides some, or shows them twice."""
        shown = np.sort(self._track.shown)
        if (np.diff(shown) <= 0).any():
            raise CannotCut("two pictures are shown at one time")
        away = self.ticks - shown
        if (away != away[0]).any() or abs(int(away[0]) - self._track.begins * self._track.timescale) > 1:
            raise CannotCut("pictures are not shown when the file's tables say")

    def resume(self, first: int, stop: int) -> int:
        """The first position from `first` on at which the pictures may be copied as they are; `stop` if there is none.

        Only an IDR picture will do: decoders forget there what came before. At any other keyframe pictures may follow
        that look past it, and hardware decoders wait for the next IDR picture after a change of parameter sets.
        """
        for place in self._keys[np.searchsorted(self._keys, first) : np.searchsorted(self._keys, stop)].tolist():
            if self._complete[place] and self.is_idr(place):
                return int(place)
        return stop

    def whole_until(self, stop: int) -> int:
        """The last position up to `stop` before which just the pictures are stored that are shown before it."""
        return int(np.flatnonzero(self._complete[: stop + 1])[-1])

    def decodable_from(self, position: int) -> int:
        """The place of the last IDR picture up to a position; raises CannotCut."""
        for place in self._keys[: np.searchsorted(self._keys, position, side="right")][::-1].tolist():
            if self._complete[place] and self.is_idr(place):
                return int(place)
        raise CannotCut("no picture before the cut at which decoding may start")

    def needed_for(self, first: int, stop: int) -> int:
        """The place up to which samples must be decoded to see the pictures first <= position < stop."""
        return int(self._by_position[first:stop].max()) + 1

    def is_idr(self, place: int) -> bool:
        """Whether a sample holds an IDR picture: what a file's tables call a keyframe may be less."""
        if place not in self._known:
            self._known[place] = self._looks_idr(place)
        return self._known[place]

    def _looks_idr(self, place: int) -> bool:
        at = int(self._track.offsets[place])
        end = at + int(self._track.sizes[place])
        for _ in range(MOST_UNITS):
            head = self._read(at, min(HEAD_BYTES, end - at))
            if len(head) < HEAD_BYTES:
                return False
            kind = h264.kind_of(head[4:])
            if kind in (h264.SLICE, h264.IDR):
                return kind == h264.IDR
            at += 4 + int.from_bytes(head[:4], "big")
        return False

    def sample(self, place: int) -> bytes:
        """The bytes of a picture; raises CannotCut where they are cut off or change the parameter sets on the way."""
        sample = self._read(int(self._track.offsets[place]), int(self._track.sizes[place]))
        for unit in h264.split_lengths(sample):
            if h264.kind_of(unit) in (h264.SPS, h264.PPS):
                self._check_set(unit.rstrip(b"\x00"))
        return sample

    def _read(self, at: int, length: int) -> bytes:
        with self._reading:
            self._file.seek(at)
            return self._file.read(length)

    def _check_set(self, unit: bytes) -> None:
        """Sets among the pictures are harmless where they only repeat; another one could change what a copy means."""
        if unit not in {told.rstrip(b"\x00") for told in (*self.record.sps, *self.record.pps)}:
            raise CannotCut("parameter sets change on the way")


def _check(file: BinaryIO, track: Track, index: FrameIndex) -> None:
    if not len(track.sizes) or len(track.sizes) != len(index.ticks):
        raise CannotCut(f"{len(track.sizes)} pictures are stored and {len(index.ticks)} shown")
    if index.time_base != Fraction(1, track.timescale):
        raise CannotCut("the clocks of the track and of its pictures differ")
    size = file.seek(0, 2)
    if track.offsets.min() < 0 or track.sizes.min() <= 0 or (track.offsets + track.sizes).max() > size:
        raise CannotCut("pictures that lie outside of the file")


def _record(entry: bytes) -> bytes:
    begin, end = h264.avcc_in(entry)
    return entry[begin + 8 : end]
