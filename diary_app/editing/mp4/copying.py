"""Copies thousands of stretches of bytes out of files into one, nearly as fast as one file is copied whole.

What lies close together is read at once, with what stands between, and written at once without it: on Linux that costs
half of what sendfile() or copy_file_range() do for every stretch, and nearly all of it is the same on every system.
"""

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import numpy as np

from diary_app.editing.mp4.samples import Flags, Numbers
from diary_app.editing.progress import Meter

BLOCK = 1 << 20
"""Bytes read at a time, and all that is held in memory."""
GAP = 1 << 14
"""Bytes that are sooner read than skipped."""
BACK = 1 << 18
"""Bytes that the next stretch may lie before the last one: where two turns of a film share a fragment of the take."""
MOST_PIECES = 1000
"""Stretches that are written at once: systems take 1024."""
REPORT_EVERY = 4 << 20
FLUSH_EVERY = 16 << 20
"""Bytes after which the system is asked to write what it has: the disk works while the next ones are copied."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where bytes lie, one entry for each stretch of them."""

    files: Numbers
    """Numbers in a list of files."""
    offsets: Numbers
    sizes: Numbers


@dataclass(frozen=True, slots=True)
class _Window:
    """What is read at once, and the parts of it that are written: all in bytes of the file."""

    file: int
    begin: int
    end: int
    pieces: Sequence[tuple[int, int]]


def merged(places: Places) -> Places:
    """Stretches that lie one behind the other in the same file become one, of at most BLOCK bytes."""
    follows = _follows(places) & (places.offsets[1:] == places.offsets[:-1] + places.sizes[:-1])
    firsts = np.flatnonzero(np.concatenate(([True], ~follows)))
    sizes = np.add.reduceat(places.sizes, firsts)
    pieces = -(-sizes // BLOCK)
    number = np.arange(int(pieces.sum())) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    whole, before = np.repeat(firsts, pieces), number * BLOCK
    return Places(
        places.files[whole], places.offsets[whole] + before, np.minimum(np.repeat(sizes, pieces) - before, BLOCK)
    )


def _follows(places: Places) -> Flags:
    """Whether each but the first lies in the same file as the one before."""
    same: Flags = places.files[1:] == places.files[:-1]
    return same


def copy(sources: Sequence[Path], places: Places, out: FileIO, meter: Meter) -> None:
    """Write those bytes, at least one, one after the other. Raises OSError, also for a source that has shrunk."""
    places = merged(places)
    total, done, told = int(places.sizes.sum()), 0, 0
    buffer = memoryview(bytearray(BLOCK))
    with contextlib.ExitStack() as opened, _Flusher(out) as flusher:
        files = [opened.enter_context(path.open("rb", buffering=0)) for path in sources]
        for window in _windows(places):
            view = buffer[: window.end - window.begin]
            files[window.file].seek(window.begin)
            _fill(view, files[window.file])
            parts = [view[start - window.begin : end - window.begin] for start, end in window.pieces]
            write_all(out, parts)
            done += sum(map(len, parts))
            flusher.written(done)
            if done - told >= REPORT_EVERY:
                meter.report(done / total)
                told = done


class _Flusher:
    """Has the disk write what is there already, on a thread of its own. Raises OSError where it cannot.

    An error of the disk is told once: who does not look at it here never hears of it, for the last sync then succeeds.
    """

    def __init__(self, out: FileIO) -> None:
        self._out = out
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="flush")
        self._last: Future[None] | None = None
        self._asked = 0

    def __enter__(self) -> "_Flusher":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._pool.shutdown()
        if kind is None and self._last is not None:
            self._last.result()

    def written(self, count: int) -> None:
        """So many bytes are written by now."""
        if count - self._asked < FLUSH_EVERY or (self._last is not None and not self._last.done()):
            return
        if self._last is not None:
            self._last.result()
        self._last, self._asked = self._pool.submit(os.fsync, self._out.fileno()), count


def _windows(places: Places) -> Iterator[_Window]:
    ends = places.offsets + places.sizes
    gaps = places.offsets[1:] - ends[:-1]
    apart = ~_follows(places) | (gaps < -BACK) | (gaps > GAP)
    begin = 0
    for limit in np.append(np.flatnonzero(apart) + 1, len(ends)).tolist():
        while begin < limit:
            here = slice(begin, min(limit, begin + MOST_PIECES))
            low, high = np.minimum.accumulate(places.offsets[here]), np.maximum.accumulate(ends[here])
            count = int(np.searchsorted(high - low, BLOCK, side="right"))
            here = slice(begin, begin + count)
            pieces = list(zip(places.offsets[here].tolist(), ends[here].tolist(), strict=True))
            yield _Window(int(places.files[begin]), int(low[count - 1]), int(high[count - 1]), pieces)
            begin += count


def write_all(out: FileIO, parts: Sequence[memoryview]) -> None:
    """All of them, in one call where the system has one."""
    done = os.writev(out.fileno(), parts) if hasattr(os, "writev") else 0
    if done < sum(map(len, parts)):
        rest = memoryview(b"".join(parts))[done:]
        while rest:
            rest = rest[out.write(rest) :]  # the next call says why, if a disk is full


def _fill(window: memoryview, file: FileIO) -> None:
    got = 0
    while got < len(window):
        count = file.readinto(window[got:])
        if not count:
            raise OSError(errno.EIO, "shorter than it was", file.name)
        got += count
