"""The file of a take while it grows: which fragments are whole, and how the end of it is cut off.

The encoder child appends to it; the syncer thread looks at what is new; the encoder thread cuts back between two
children. A take that went on after a cut holds the second child's `ftyp` and `moov` boxes in its midst: they are
renamed to `free`, and what is left is one plain fragmented MP4. Memory does not grow with the take.

ffmpeg ends a fragment before the next picture is there, and then guesses when that one begins. The encoder thread
knows, so what it guessed wrong is put right before the fragment is synced.
"""

import itertools
import logging
import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from capture.disk import Disk
from capture.errors import TakeExists
from capture.fragments import HEAD_BYTES, PICTURE_HZ, SOUND_HZ, Box, Fragment, Run, box_at, retimed, runs_of, tracks_of
from capture.matroska import TICKS_A_SECOND
from capture.threads import Threads

log = logging.getLogger(__name__)

REMEMBERED = 1500
"""Fragments that cut_back() finds without reading the file again: two and a half minutes."""
DOUBTFUL = 100
"""So many of the last fragments may not have been synced when the power failed: ten seconds."""
HOLE = bytes(64)
"""Nothing of ours holds so many zeros in a row (the head 30, a fragment 14): these bytes never reached the disk."""
LAGGING_S = 2.0
"""A track that ends so long before the other one has nothing more to keep: its device is gone."""
STANDS_S = 0.1
"""A picture that stands for longer does so because none came after it: what follows a cut need not wait for its end."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a take goes on after it was cut back."""

    at_s: float
    """Seconds of the take; 0 when nothing is left of it."""
    empty: bool
    pictures: int
    """Pictures that were cut off."""
    last_picture_s: float = -1.0
    """When the last picture that is left begins; less than 0 where none is."""


class TakeFile:
    """Any thread. All methods raise OSError."""

    def __init__(self, path: Path, disk: Disk, threads: Threads) -> None:
        self.path = path
        self._disk = disk
        self._guard = threads.lock()
        self._recent: deque[Fragment] = deque(maxlen=REMEMBERED)
        self._forgot = False
        self._tracks: dict[int, bytes] = {}
        self._until = 0
        self._shown: deque[int] = deque()
        self.pictures = 0
        """Pictures in whole fragments."""
        self._ends_s: dict[bytes, float] = {}
        self._there_s: dict[bytes, float] = {}

    @property
    def end_s(self) -> float:
        """Seconds of the take that are in whole fragments, of picture and of sound.

        The last picture counts as a moment: how long it stands is a guess until the next one is there.
        """
        ends = [end for end in self._there_s.values() if end >= max(self._there_s.values()) - LAGGING_S]
        return max(0.0, min(ends, default=0.0))

    @property
    def length_s(self) -> float:
        """Where the later of picture and sound ends, in seconds."""
        return max(self._ends_s.values(), default=0.0)

    @property
    def whole_bytes(self) -> int:
        """Where the last whole box ends; 0 before the first fragment."""
        return self._until if self._recent or self._forgot else 0

    def shown(self, ticks: int) -> None:
        """The child is about to be given a picture that begins at this tick of its stream (TICKS_A_SECOND)."""
        self._shown.append((ticks * PICTURE_HZ + TICKS_A_SECOND // 2) // TICKS_A_SECOND)  # as ffmpeg rounds

    def look(self) -> bool:
        """Take in what was appended since the last look; True when there is a new whole fragment."""
        with self._guard:
            found = False
            for fragment in self._new_fragments():
                self._forgot = self._forgot or len(self._recent) == REMEMBERED
                self._remember(fragment)
                found = True
            return found

    def _remember(self, fragment: Fragment) -> None:
        self._recent.append(fragment)
        self.pictures += fragment.picture.samples if fragment.picture else 0
        self._note_ends(fragment)

    def _new_fragments(self) -> Iterator[Fragment]:
        """Whole fragments from where the last look ended; that place moves on with them."""
        moof: Box | None = None
        for box in self._whole_boxes(self._until):
            if box.kind == b"moof":
                moof = box
                continue
            if box.kind == b"mdat" and moof is not None:
                self._until = box.end
                yield self._fragment(moof, box)
            elif box.kind in (b"ftyp", b"moov"):
                self._head(box)
            self._until, moof = box.end, None

    def _whole_boxes(self, at: int) -> Iterator[Box]:
        size = self._disk.size(self.path)
        while at < size:
            box = box_at(self._disk.read(self.path, at, HEAD_BYTES), at)
            if box is None or box.end > size or not box.kind.isalnum():
                return
            yield box
            at = box.end

    def _head(self, box: Box) -> None:
        """The file's own head, or that of a later piece: its time and its tracks are those of the first."""
        if box.at and self._tracks:
            self._disk.write(self.path, box.at + 4, b"free")
        elif box.kind == b"moov":
            self._tracks = tracks_of(self._disk.read(self.path, box.at, box.end - box.at))

    def _fragment(self, moof: Box, mdat: Box) -> Fragment:
        data = self._disk.read(self.path, moof.at, moof.end - moof.at)
        runs = runs_of(data)
        picture = next((number for number in runs if self._tracks.get(number) == b"vide"), None)
        if picture is not None and (times := self._wrong_times(runs[picture])):
            runs = runs_of(self._put_right(moof, data, picture, times))
        of = {kind: runs.get(number) for number, kind in self._tracks.items()}
        return Fragment(moof.at, mdat.end, of.get(b"vide"), of.get(b"soun"))

    def _wrong_times(self, run: Run) -> list[int]:
        """When the pictures of a new fragment were shown; empty when it says so itself (only the first is guessed)."""
        times = [self._shown.popleft() for _ in range(min(run.samples, len(self._shown)))]
        if times and len(times) == run.samples and (times[0], times[-1]) == (run.start, run.last):
            return []
        return times

    def _put_right(self, moof: Box, data: bytes, track: int, times: list[int]) -> bytes:
        """Give the pictures of a fragment these times; return its `moof`."""
        true = retimed(data, track, times)
        if true is None:
            log.error("the encoder has written other pictures than those it was given")
            return data
        self._disk.write(self.path, moof.at, true)
        return true

    def doubt_end(self) -> None:
        """After a crash: forget the first fragment with a hole in it and what follows; cut_back() comes next.

        What is whole is written once more: after a sync that failed the system believes that it is on the disk.
        """
        with self._guard:
            last = list(self._recent)[-DOUBTFUL:]
            start = last[0].at if self._forgot or len(self._recent) > DOUBTFUL else 0
            data = self._disk.read(self.path, start, last[-1].end - start) if last else b""
            ends = [0, *(each.end - start for each in last)]
            holes = (HOLE in data[begin : end + len(HOLE) - 1] for begin, end in itertools.pairwise(ends))
            good = next((number for number, hole in enumerate(holes) if hole), len(last))
            self._disk.write(self.path, start, data[: ends[good]])
            self._forget(len(last) - good)

    def _forget(self, count: int) -> None:
        """The last so many fragments."""
        for _ in range(count):
            fragment = self._recent.pop()
            self.pictures -= fragment.picture.samples if fragment.picture else 0

    def cut_back(self, to_s: float = math.inf) -> Cut:
        """Cut off what is no whole fragment, and all from the first one on that reaches beyond this second of the take.

        No child may be writing. What is cut off is overwritten with zeros before the file is cut (capture.disk).
        """
        self.look()
        with self._guard:
            self._shown.clear()  # no child has them any more
            before = self.pictures
            beyond = list(itertools.dropwhile(lambda each: each.captured_s <= to_s, self._recent))
            if len(beyond) == len(self._recent) and self._forgot:
                self._read_again(to_s)
            else:
                self._forget(len(beyond))
            return self._cut_after_recent(before)

    def _read_again(self, to_s: float) -> None:
        """Remember the last fragments before this second instead."""
        self._recent.clear()
        self._until, self._tracks, self.pictures = 0, {}, 0
        for fragment in itertools.takewhile(lambda each: each.captured_s <= to_s, self._new_fragments()):
            self._remember(fragment)

    def _cut_after_recent(self, pictures_before: int) -> Cut:
        last = self._recent[-1] if self._recent else None
        self._until = last.end if last else 0
        self._disk.cut(self.path, self._until)
        self._ends_s, self._there_s = {}, {}
        removed = pictures_before - self.pictures
        if last is None:
            self._tracks, self._forgot = {}, False
            return Cut(0.0, empty=True, pictures=removed)
        for fragment in self._recent:
            self._note_ends(fragment)
        picture = next((each.picture for each in reversed(self._recent) if each.picture), None)
        sound = next((each.sound for each in reversed(self._recent) if each.sound), None)
        last_picture_s = picture.last / PICTURE_HZ if picture else -1.0
        return Cut(goes_on_at_s(picture, sound), empty=False, pictures=removed, last_picture_s=last_picture_s)

    def _note_ends(self, fragment: Fragment) -> None:
        for kind, end_s in ((b"vide", fragment.picture_end_s), (b"soun", fragment.sound_end_s)):
            if end_s is not None:
                self._ends_s[kind] = self._there_s[kind] = end_s
        if fragment.picture is not None:
            self._there_s[b"vide"] = fragment.picture.last / PICTURE_HZ


def goes_on_at_s(picture: Run | None, sound: Run | None) -> float:
    """The earliest second at which a next piece joins on to the last picture and the last sound, laid over neither.

    A piece's sound begins with the encoder's own priming, which takes the place of as much sound (21 ms).
    """
    sound_s = sound.end / SOUND_HZ if sound else 0.0
    picture_s = min(picture.end / PICTURE_HZ, picture.last / PICTURE_HZ + STANDS_S) if picture else 0.0
    return max(sound_s, picture_s)


def claim(part: Path, take: Path, disk: Disk) -> None:
    """Make the empty file that is written to; never one that an earlier take left. Raises TakeExists, OSError."""
    if disk.exists(take):
        raise TakeExists(f"There is a recording called {take.name} already. Choose another name.")
    try:
        disk.create(part)
    except FileExistsError as error:
        sentence = f"A recording called {take.name} was cut short before, and is kept. Choose another name."
        raise TakeExists(sentence) from error
