"""Small files in memory out of a long take: some of its fragments, found by their times with a few looks into the file.

A fragmented MP4 (ISO/IEC 14496-12) has no index: whoever opens it walks through all of its fragments, 18,000 in half an
hour, which takes longer than everything that is then shown. Excerpts look at a place that the time suggests, search
the next `moof` from there, and read in it what time it is. What they cannot find they say is not there, and the
caller opens the whole file. Any thread; one thread an object.
"""

import bisect
import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import av
from av.container import InputContainer

from capture.fragments import HEAD_BYTES, Box, box_at, children, tracks_of
from diary_app.editing.media import LARGEST_AREA

SOUND, PICTURE = b"soun", b"vide"
LOOK_BYTES = 1 << 16
"""Read at once in search of a fragment: most are shorter."""
FAR_BYTES = 1 << 22
"""A fragment is found within so many bytes, or not at all."""
HEAD_LIMIT, MOOF_LIMIT, EXCERPT_LIMIT = 1 << 20, 1 << 16, 1 << 25
LOOKS = 30_000
"""No honest file takes a third of them. In one that was made to be searched for ever, nothing more is found."""
SMALL = 1 << 20
"""Bytes of a fragment. Where they are larger there are few, and a file of them opens soon."""
STEPS = 12
"""Looks for one moment: one or two where a second of the take is as long as the next, in bytes."""
OURS = 0x020000
"""default-base-is-moof: what a fragment says of itself is true wherever it lies."""
_BASE_OFFSET = 0x01


@dataclass(frozen=True, slots=True)
class Fragment:
    """A `moof` with its `mdat`: bytes from the beginning of the file, and when its samples of the track begin."""

    at: int
    end: int
    start_s: float
    """On the file's own clock; what an edit list moves is not moved yet."""


class Excerpts:
    """The fragments of a take that hold one of its tracks. `with` closes the file."""

    def __init__(self, file: BinaryIO, head: bytes, track: int, hertz: int) -> None:
        self._file, self._head, self._track, self._hertz = file, head, track, hertz
        self._size = file.seek(0, io.SEEK_END)
        self._known: list[Fragment] = []
        self.looks = 0
        """How often the file was read so far: what it cost."""

    @classmethod
    def of(cls, take: Path, kind: bytes) -> Self | None:
        """The SOUND or the PICTURE of a take; None where it is not made of fragments, or cannot be read."""
        try:
            file = take.open("rb", buffering=0)
        except OSError:
            return None
        found = cls._opened(file, kind)
        if found is None:
            file.close()
        return found

    @classmethod
    def _opened(cls, file: BinaryIO, kind: bytes) -> Self | None:
        try:
            head, moov, first_at = _head(file)
            clocks = _clocks(moov)
            track = next((number for number, handler in tracks_of(moov).items() if handler == kind), 0)
        except (OSError, struct.error, IndexError):
            return None
        if not clocks.get(track):
            return None
        excerpts = cls(file, head, track, clocks[track])
        first, last = excerpts._next(first_at), excerpts._last()
        if first is None or last is None or not excerpts._stands_alone(first_at):
            return None
        excerpts._known = [first, last] if last.at > first.at else [first]
        return excerpts

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    # -- what is asked for ------------------------------------------------------------------------------------------

    def find(self, moment_s: float, *, near_s: float) -> Fragment:
        """A fragment that begins within near_s before the moment, or the last that begins before it (or the first)."""
        ceiling: int | None = None
        low, high = self._around(moment_s)
        for _ in range(STEPS):
            if high is None or moment_s - low.start_s <= near_s or low.end >= (ceiling or high.at):
                break
            found = self._search(self._guess(moment_s, low, high, ceiling), ceiling or high.at)
            if found is None:  # nothing begins between there and `high`
                ceiling = self._guess(moment_s, low, high, ceiling)
                continue
            ceiling = None
            bisect.insort(self._known, found, key=_start)
            low, high = self._around(moment_s)
        return low

    def _around(self, moment_s: float) -> tuple[Fragment, Fragment | None]:
        """The last known that begins at or before a moment (or the first of all), and the one after it."""
        here = max(1, bisect.bisect_right(self._known, moment_s, key=_start))
        return self._known[here - 1], self._known[here] if here < len(self._known) else None

    def _guess(self, moment_s: float, low: Fragment, high: Fragment, ceiling: int | None) -> int:
        """Where to look between two fragments: where the time suggests, one fragment early; or in the middle."""
        if ceiling is not None:
            return (low.end + ceiling) // 2
        share = (moment_s - low.start_s) / max(1e-6, high.start_s - low.start_s)
        return max(low.end, low.end + int(share * (high.at - low.end)) - (low.end - low.at))

    def single(self, fragments: Sequence[Fragment]) -> bytes:
        """A file of these fragments."""
        chosen = sorted({fragment.at: fragment for fragment in fragments}.values(), key=lambda one: one.start_s)
        return self._head + b"".join(self._read(one.at, one.end - one.at) for one in chosen)

    def run(self, start_s: float, end_s: float) -> bytes:
        """A file of all that lies between two moments, and somewhat more."""
        first = self.find(start_s, near_s=(end_s - start_s) / 4)
        fragment: Fragment | None = first
        end = first.end
        while fragment is not None and fragment.start_s <= end_s and fragment.end - first.at <= EXCERPT_LIMIT:
            end = fragment.end
            fragment = self._next(end)
        return self._head + self._read(first.at, end - first.at)

    # -- looking ----------------------------------------------------------------------------------------------------

    def _read(self, at: int, count: int) -> bytes:
        """Bytes of the file; none where it cannot be read, which the caller takes for its end."""
        if self.looks >= LOOKS:
            return b""
        self.looks += 1
        try:
            self._file.seek(at)
            return self._file.read(count) or b""
        except OSError:
            return b""

    def _boxes(self, at: int) -> tuple[bytes, int] | None:
        """The `moof` that begins here, and where its `mdat` ends; None where it is not whole."""
        box = box_at(self._read(at, HEAD_BYTES), at)
        if box is None or box.kind != b"moof" or box.end - at > MOOF_LIMIT:
            return None
        moof = self._read(at, box.end - at + HEAD_BYTES)
        data = box_at(moof[box.end - at :], box.end)
        return (moof[: box.end - at], data.end) if data and data.kind == b"mdat" and data.end <= self._size else None

    def _next(self, at: int) -> Fragment | None:
        """The first fragment from here on that holds the track; a fragment must begin here."""
        for _ in range(50):
            found = self._boxes(at)
            if found is None:
                return None
            moof, end = found
            try:
                ticks = _starts(moof).get(self._track)
            except (struct.error, IndexError):
                return None
            if ticks is not None:
                return Fragment(at, end, ticks / self._hertz) if end - at <= SMALL else None
            at = end
        return None

    def _search(self, at: int, limit: int) -> Fragment | None:
        """The first fragment that begins at `at` or later, before `limit`."""
        for place in self._candidates(at, min(limit, at + FAR_BYTES)):
            found = self._next(place)
            if found is not None:
                return found if found.at < limit else None
        return None

    def _candidates(self, at: int, limit: int) -> Iterator[int]:
        """Where the word `moof` stands before `limit`, as it stands at the beginning of a box."""
        while at < limit:
            seen = self._read(at, min(LOOK_BYTES, limit - at + 8))
            if not seen:
                return
            place = seen.find(b"moof", 4)
            while place >= 0:
                yield at + place - 4
                place = seen.find(b"moof", place + 4)
            at += LOOK_BYTES - 8  # a word on the border is seen whole the second time

    def _last(self) -> Fragment | None:
        """The last whole fragment that holds the track."""
        for begin in range(self._size - LOOK_BYTES, self._size - FAR_BYTES, 8 - LOOK_BYTES):
            for place in reversed(list(self._candidates(max(0, begin), begin + LOOK_BYTES))):
                found = self._next(place)
                if found is not None:
                    return found
            if begin <= 0:
                break
        return None

    def _stands_alone(self, at: int) -> bool:
        """True when the fragments count their bytes from their own beginning."""
        found = self._boxes(at)
        return found is not None and all(flags & OURS and not flags & _BASE_OFFSET for flags in _flags(found[0]))


def _start(fragment: Fragment) -> float:
    return fragment.start_s


def open_excerpt(data: bytes) -> InputContainer:
    """Open a file in memory; the caller closes it. Raises av.FFmpegError."""
    # Without the pictures that libavformat would decode to learn how many there are a second.
    options = {"protocol_whitelist": "file", "fpsprobesize": "0"}
    decoding = {"max_pixels": str(LARGEST_AREA)}
    return av.open(
        io.BytesIO(data), "r", format="mov", options=decoding, container_options=options, metadata_errors="replace"
    )


def _head(file: BinaryIO) -> tuple[bytes, bytes, int]:
    """`ftyp` and `moov` together, `moov`, and where the first `moof` begins; IndexError where it is of another form."""
    kept: dict[bytes, bytes] = {}
    box: Box | None = None
    at = 0
    while True:
        file.seek(at)
        box = box_at(file.read(HEAD_BYTES), at)
        if box is None or box.kind == b"mdat" or box.end > HEAD_LIMIT + at:
            raise IndexError("not made of fragments")
        if box.kind == b"moof":
            break
        if box.kind in (b"ftyp", b"moov"):
            file.seek(at)
            kept[box.kind] = file.read(box.end - at)
        at = box.end
    if set(kept) != {b"ftyp", b"moov"}:
        raise IndexError("no beginning")
    return kept[b"ftyp"] + kept[b"moov"], kept[b"moov"], at


def _clocks(moov: bytes) -> dict[int, int]:
    """Ticks a second of each track."""
    found = {}
    for kind, start, end in children(moov):
        if kind != b"trak":
            continue
        number = ticks = 0
        trak = moov[start - 8 : end]
        for name, at, stop in children(trak):
            if name == b"tkhd":
                number = struct.unpack_from(">I", trak, at + (20 if trak[at] else 12))[0]
            if name == b"mdia":
                ticks = _ticks(trak[at - 8 : stop])
        found[number] = ticks
    return found


def _ticks(mdia: bytes) -> int:
    for name, at, _end in children(mdia):
        if name == b"mdhd":
            return int(struct.unpack_from(">I", mdia, at + (20 if mdia[at] else 12))[0])
    return 0


def _starts(moof: bytes) -> dict[int, int]:
    """For each track of a fragment the ticks at which its samples begin. Reads no tables, whose lengths may be lies."""
    found = {}
    for traf in _trafs(moof):
        number = start = None
        for name, at, _end in children(traf):
            if name == b"tfhd":
                number = struct.unpack_from(">I", traf, at + 4)[0]
            if name == b"tfdt":
                start = struct.unpack_from(">Q" if traf[at] else ">I", traf, at + 4)[0]
        if number is not None and start is not None:
            found[number] = start
    return found


def _flags(moof: bytes) -> Iterator[int]:
    """The flags of each track of a fragment."""
    for traf in _trafs(moof):
        heads = (at for name, at, _ in children(traf) if name == b"tfhd")
        yield from (int.from_bytes(traf[at + 1 : at + 4], "big") for at in heads)


def _trafs(moof: bytes) -> Iterator[bytes]:
    return (moof[start - 8 : end] for kind, start, end in children(moof) if kind == b"traf")
