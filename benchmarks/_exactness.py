"""How many cuts are not exact: the one of ten minutes, and random ones of small films of every kind.

Ours are judged by picture, time and sound (tests/support/cut_judge.py), smartcut's by which pictures are in them alone.
"""

import bisect
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from benchmarks._rivals import smartcut
from diary_app.clip import KeptRange
from tests.support.cut_campaign import Cut, numbered_cut, original
from tests.support.cut_judge import expected_parts
from tests.support.film_reading import read_pictures
from tests.support.foreign import KINDS
from tests.support.stamp import read_stamp

SEED = 5
THEIRS = 20
"""Of so many kinds smartcut makes the same cuts."""
EVERY = 10
"""Of ten minutes one picture in so many is read, and every one near a join; all are decoded and counted."""
NEAR = 45
SLACK_S = 0.0005


@dataclass(frozen=True, slots=True)
class LongCut:
    """What was kept of a long take, whose pictures are numbered again and again from 0 to `circle` - 1."""

    take: Path
    keep: Sequence[KeptRange]
    circle: int

    def is_exact(self, made: Path) -> bool:
        """Whether a file made of it has every picture that it should have, each in its place, and no other."""
        parts = self._parts()
        wanted = [number for part in parts for number in part]
        joins, place = np.cumsum([0, *map(len, parts)]), -1
        with av.open(str(made)) as media:
            media.streams.video[0].thread_type = "AUTO"
            for place, frame in enumerate(media.decode(video=0)):
                is_read = place % EVERY == 0 or np.abs(joins - place).min() < NEAR
                if place >= len(wanted) or (is_read and _number(frame) != wanted[place] % self.circle):
                    return False
        return place + 1 == len(wanted)

    def _parts(self) -> list[range]:
        """The places of the pictures that are kept."""
        with av.open(str(self.take)) as media:
            stream = media.streams.video[0]
            base = float(stream.time_base or 0)
            times = sorted(packet.pts * base for packet in media.demux(stream) if packet.pts is not None)
        edges = [(part.start_s - SLACK_S, part.end_s - SLACK_S) for part in self.keep]
        return [range(bisect.bisect_left(times, start), bisect.bisect_left(times, end)) for start, end in edges]


def count_inexact(long: LongCut, ours: Path, theirs: Path, folder: Path) -> dict[str, object]:
    """The counts of the report; `ours` and `theirs` are files that were made of the long cut."""
    cuts = [numbered_cut(SEED, number, folder) for number in range(len(KINDS))]
    same = [cut for cut in cuts[:THEIRS] if original(cut.kind).pictures.times and cut.way != "refused"]
    return {
        "trim_inexact": sum(bool(cut.faults) for cut in cuts) + (not long.is_exact(ours)),
        "trim_cuts": len(cuts) + 1,
        "smartcut_inexact": sum(not _they_are_exact(cut, folder) for cut in same) + (not long.is_exact(theirs)),
        "smartcut_cuts": len(same) + 1,
    }


def _they_are_exact(cut: Cut, folder: Path) -> bool:
    """Whether smartcut's cut of the same ranges has the pictures that it should have."""
    film = original(cut.kind)
    parts = expected_parts(film, cut.keep or (KeptRange(0.0, film.seconds),))
    wanted = [number for part in parts for number in film.pictures.numbers[part.first : part.stop]]
    out = folder / f"theirs-{cut.number}{film.path.suffix}"
    try:
        smartcut(film.path, out, [KeptRange(part.start, part.end) for part in parts])
        return read_pictures(out).numbers == wanted
    except (subprocess.CalledProcessError, av.FFmpegError, FileNotFoundError):
        return False


def _number(frame: av.VideoFrame) -> int:
    return read_stamp(frame.to_ndarray(format="gray")[:, :, None].astype(np.uint8))[0]
