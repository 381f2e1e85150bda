"""The boxes of a fragmented MP4 (ISO/IEC 14496-12): where its fragments lie, and what time each of them covers. Pure.

Only what our own encoder child writes is understood: one `moov`, then pairs of `moof` and `mdat`.
"""

import itertools
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PICTURE_HZ = 90_000
"""The clock of the picture track in a take, ticks a second."""
SOUND_HZ = 48_000
PRIMING = 1024
"""Samples that the AAC encoder puts before the first real one: sound lies this much later in the file than it plays."""

HEAD_BYTES = 16
"""As much of a box as box_length() may need."""

_BASE_OFFSET, _DESCRIPTION, _DURATION = 0x01, 0x02, 0x08
_DATA_OFFSET, _FIRST_FLAGS = 0x001, 0x004
_SAMPLE_FIELDS = (0x100, 0x200, 0x400, 0x800)


@dataclass(frozen=True, slots=True)
class Box:
    """One outermost box."""

    kind: bytes
    at: int
    end: int
    """Bytes from the beginning of the file; the end may lie beyond a file that was cut short."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one fragment holds of one track."""

    start: int
    """Ticks of the track's clock, in the file's own time."""
    end: int
    samples: int
    last: int
    """Ticks at which its last sample begins: a picture may stand for long, and was captured at its beginning."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A `moof` with its `mdat`."""

    at: int
    end: int
    """Bytes from the beginning of the file."""
    picture: Run | None
    sound: Run | None

    @property
    def picture_end_s(self) -> float | None:
        """The moment of the take at which its last picture ends."""
        return None if self.picture is None else self.picture.end / PICTURE_HZ

    @property
    def sound_end_s(self) -> float | None:
        """The moment of the take at which its sound ends."""
        return None if self.sound is None else (self.sound.end - PRIMING) / SOUND_HZ

    @property
    def captured_s(self) -> float:
        """The last moment of the take of which it holds anything."""
        picture_s = self.picture.last / PICTURE_HZ if self.picture else 0.0
        return max(picture_s, self.sound_end_s or 0.0)


def box_at(head: bytes, at: int) -> Box | None:
    """The box that begins with these bytes, HEAD_BYTES or fewer at the end of a file; None where they are too few."""
    if len(head) < 8:
        return None
    length, kind = struct.unpack_from(">I4s", head)
    if length == 1:
        if len(head) < HEAD_BYTES:
            return None
        length = struct.unpack_from(">Q", head, 8)[0]
    return Box(kind, at, at + max(8, length))


def children(data: bytes, start: int = 8) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start of the body and end of each box within a box of these bytes."""
    at = start
    while (box := box_at(data[at : at + HEAD_BYTES], at)) is not None:
        end = min(box.end, len(data))
        yield box.kind, at + 8, end
        at = box.end


def tracks_of(moov: bytes) -> dict[int, bytes]:
    """The tracks of a `moov` box: number and kind (b'vide' or b'soun')."""
    found = {}
    for kind, start, end in children(moov):
        if kind == b"trak":
            number, handler = _track(moov[start - 8 : end])
            found[number] = handler
    return found


def _track(trak: bytes) -> tuple[int, bytes]:
    number, handler = 0, b""
    for kind, start, end in children(trak):
        if kind == b"tkhd":
            number = struct.unpack_from(">I", trak, start + (20 if trak[start] else 12))[0]
        if kind == b"mdia":
            mdia = trak[start - 8 : end]
            handler = next((mdia[at + 8 : at + 12] for name, at, _ in children(mdia) if name == b"hdlr"), b"")
    return number, handler


def runs_of(moof: bytes) -> dict[int, Run]:
    """What a `moof` box holds of each track, by the track's number."""
    found = {}
    for kind, start, end in children(moof):
        if kind == b"traf":
            number, run = _run(moof[start - 8 : end])
            found[number] = run
    return found


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a `traf` box says when its samples begin and how long each lasts: bytes from its beginning."""

    number: int
    start: int
    start_format: str
    durations: list[int]
    """One for each sample; the same place for all of them where one number stands for all, 0 where there is none."""


def _run(traf: bytes) -> tuple[int, Run]:
    places = _places(traf)
    start = struct.unpack_from(places.start_format, traf, places.start)[0] if places.start else 0
    lasts = [struct.unpack_from(">I", traf, place)[0] if place else 0 for place in places.durations]
    end = start + sum(lasts)
    return places.number, Run(start, end, len(lasts), end - lasts[-1] if lasts else end)


def _places(traf: bytes) -> _Places:
    number = start = duration = 0
    start_format = ">I"
    durations: list[int] = []
    for kind, at, _end in children(traf):
        flags = int.from_bytes(traf[at + 1 : at + 4], "big")
        if kind == b"tfhd":
            number = struct.unpack_from(">I", traf, at + 4)[0]
            place = at + 8 + (8 if flags & _BASE_OFFSET else 0) + (4 if flags & _DESCRIPTION else 0)
            duration = place if flags & _DURATION else 0
        elif kind == b"tfdt":
            start, start_format = at + 4, ">Q" if traf[at] else ">I"
        elif kind == b"trun":
            durations += _trun(traf, at, flags, duration)
    return _Places(number, start, start_format, durations)


def _trun(traf: bytes, at: int, flags: int, duration: int) -> list[int]:
    """Where it stands how many ticks each sample of one run lasts."""
    count = struct.unpack_from(">I", traf, at + 4)[0]
    if not flags & 0x100:
        return [duration] * count
    first = at + 8 + (4 if flags & _DATA_OFFSET else 0) + (4 if flags & _FIRST_FLAGS else 0)
    step = 4 * sum(1 for field in _SAMPLE_FIELDS if flags & field)
    return [first + number * step for number in range(count)]


def retimed(moof: bytes, track: int, times: Sequence[int]) -> bytes | None:
    """The same `moof` with its samples of this track beginning at these ticks; how long the last one stands stays.

    None where it holds other samples than those: the times of all but the first must fit what it says already.
    """
    out = bytearray(moof)
    for kind, at, end in children(moof):
        if kind != b"traf":
            continue
        begin, traf = at - 8, moof[at - 8 : end]
        places = _places(traf)
        if places.number != track:
            continue
        lasts = [later - earlier for earlier, later in itertools.pairwise(times)]
        said = [struct.unpack_from(">I", traf, place)[0] for place in places.durations]
        if len(said) != len(times) or said[1:-1] != lasts[1:] or min(lasts, default=1) <= 0:
            return None
        struct.pack_into(places.start_format, out, begin + places.start, times[0])
        if lasts and said[0] != lasts[0]:
            if places.durations[0] in places.durations[1:-1]:
                return None  # one number stands for all of them
            struct.pack_into(">I", out, begin + places.durations[0], lasts[0])
    return bytes(out)
