"""The pictures of an exact cut: whole groups are copied as they lie there, and what a cut opens is made anew.

A group goes from one IDR picture to the next. Where a piece begins inside one, its pictures up to the next IDR picture
are encoded again; where a piece ends among B-frames, the few that cannot be copied without a later one. What ends one
piece and begins the next becomes one new group, so there is at most one for a seam. Nothing that was cut away is among
the samples. What cannot be cut so raises CannotCut, and a full encode takes over.

Runs in the caller's thread, but for the new groups (fresh_pictures.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import av
import numpy as np

from diary_app.editing.cutting import h264
from diary_app.editing.cutting.fresh_pictures import FreshPictures, Made
from diary_app.editing.cutting.stored_pictures import StoredPictures
from diary_app.editing.frames import FrameIndex, Piece
from diary_app.editing.mp4.samples import PICTURES, CannotCut, Flags, Look, MadeTrack, Numbers, Spool, Stretch, Track
from diary_app.editing.progress import Meter

MOST_FRESH, MOST_FRESH_S = Fraction(1, 2), 10
"""With more than this share of all pictures made anew, and more than so long, a full encode is the better way."""


@dataclass(frozen=True, slots=True)
class Part:
    """The pictures first <= position < stop, all copied or all made anew."""

    first: int
    stop: int
    copied: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Samples:
    """Samples of the result that follow on one another: where they lie, and their positions in the take."""

    stretches: tuple[Stretch, ...]
    position: Numbers
    keys: Flags


def plan_pictures(
    take: Path, track: Track, index: FrameIndex, pieces: Sequence[Piece], *, spool: Spool, meter: Meter
) -> MadeTrack:
    """The pieces of a take as one track, the new pictures in the spool.

    Raises CannotCut where that cannot be exact, EditStopped, OSError.
    """
    try:
        with take.open("rb") as file:
            stored = StoredPictures(file, track, index)
            parts = list(_parts(stored, pieces))
            count = _count_fresh(stored, parts)
            fresh = FreshPictures(stored, track.look.entry, count=count, spool=spool, meter=meter)
            made = fresh.groups([_ranges(run) for copied, run in _runs(parts) if not copied])
            samples = list(_samples(parts, stored, iter(made), spool, Stretch(take, track.offsets, track.sizes)))
    except h264.NotUnderstood as error:
        raise CannotCut(str(error)) from error
    except av.FFmpegError as error:
        if isinstance(error, OSError):
            raise  # the disk, not the take
        raise CannotCut(str(error)) from error
    return _made(stored, pieces, index.origin, samples, Look(fresh.entry, track.look.matrix, track.look.shown_size))


def _parts(stored: StoredPictures, pieces: Sequence[Piece]) -> Iterator[Part]:
    """What is copied and what is made anew, in the order in which it is shown."""
    for piece in pieces:
        if not 0 <= piece.first <= piece.stop <= stored.count:
            raise CannotCut("a piece of pictures that are not there")
        resume = stored.resume(piece.first, piece.stop)
        until = stored.whole_until(piece.stop) if resume < piece.stop else piece.stop
        yield from (
            part
            for part in (
                Part(piece.first, resume, copied=False),
                Part(resume, until, copied=True),
                Part(until, piece.stop, copied=False),
            )
            if part.first < part.stop
        )


def _count_fresh(stored: StoredPictures, parts: Sequence[Part]) -> int:
    """How many pictures are made anew; raises CannotCut where they are most of all."""
    if not parts:
        raise CannotCut("no pictures")
    fresh = [part for part in parts if not part.copied]
    count, kept = sum(part.stop - part.first for part in fresh), sum(part.stop - part.first for part in parts)
    seconds = sum(int(stored.ticks[part.stop - 1] - stored.ticks[part.first]) for part in fresh) * stored.tick
    if count > MOST_FRESH * kept and seconds > MOST_FRESH_S:
        raise CannotCut(f"{count} of {kept} pictures would have to be encoded again")
    return count


def _runs(parts: Sequence[Part]) -> list[tuple[bool, list[Part]]]:
    """Parts that follow on one another and are all copied, or all made anew."""
    return [(copied, list(run)) for copied, run in groupby(parts, key=lambda part: part.copied)]


def _ranges(run: Sequence[Part]) -> list[tuple[int, int]]:
    return [(part.first, part.stop) for part in run]


def _samples(
    parts: Sequence[Part], stored: StoredPictures, made: Iterator[Made], spool: Spool, whole: Stretch
) -> Iterator[_Samples]:
    """All samples of the result, in the order of decoding; `made` are the new groups, one after the other."""
    at_seam = False
    for copied, run in _runs(parts):
        ranges = _ranges(run)
        if not copied:
            stretch, keys = next(made)
            yield _Samples((stretch,), np.concatenate([np.arange(*each) for each in ranges]), keys)
            at_seam = True
        for first, stop in ranges if copied else ():
            begin = spool.add([_delimited(stored.sample(first))]) if at_seam else None
            places = slice(first, stop)
            yield _Samples(_copied(whole, places, begin), stored.position[places], stored.keys[places])
            at_seam = True


def _copied(whole: Stretch, places: slice, begin: Stretch | None) -> tuple[Stretch, ...]:
    """Samples as they lie in the take; the first of them may have been spooled."""
    lie = Stretch(whole.file, whole.offsets[places], whole.sizes[places])
    return (begin, Stretch(lie.file, lie.offsets[1:], lie.sizes[1:])) if begin else (lie,)


def _delimited(sample: bytes) -> bytes:
    """A sample that says itself that a new picture begins.

    Two IDR pictures that meet at a seam may have the same idr_pic_id, by which decoders tell them apart (7.4.1.2.4).
    """
    has_one = h264.kind_of(sample[4:]) == h264.DELIMITING
    return sample if has_one else h264.DELIMITER + sample


# -- times ----------------------------------------------------------------------------------------------------------


def _made(
    stored: StoredPictures, pieces: Sequence[Piece], origin: Fraction, samples: Sequence[_Samples], look: Look
) -> MadeTrack:
    """The track: each picture at its time in its piece."""
    position = np.concatenate([each.position for each in samples])
    rank = np.empty(len(position), np.int64)
    rank[np.argsort(position, kind="stable")] = np.arange(len(position))
    timescale = stored.tick.denominator
    times = _times(stored, pieces, origin)
    seconds = sum((piece.length for piece in pieces), Fraction(0))
    decode, lead = _decode_times(times, rank)
    return MadeTrack(
        kind=PICTURES,
        timescale=timescale,
        look=look,
        stretches=[stretch for each in samples for stretch in each.stretches],
        decode=decode,
        shown=times[rank] + lead,
        keys=np.concatenate([each.keys for each in samples]),
        last_ticks=max(1, round(seconds * timescale) - int(decode[-1])),
        lead=lead,
        seconds=seconds,
    )


def _decode_times(times: Numbers, rank: Numbers) -> tuple[Numbers, int]:
    """When each sample is decoded, from 0, and how much later than in `times` pictures are shown for that.

    A picture is decoded when the one so many before it is shown, as encoders do it. A delay of fixed length would have
    to be as long as the longest time that a picture stands still.
    """
    early = int((np.arange(len(rank)) - rank).max())
    lead = int(times[early])
    return np.concatenate([times[:early], times[: len(times) - early] + lead]), lead


def _times(stored: StoredPictures, pieces: Sequence[Piece], origin: Fraction) -> Numbers:
    """When each kept picture is shown, in ticks from 0, rising; the first one at 0, whenever the camera began."""
    gathered, found = Fraction(0), []
    for piece in pieces:
        shift = round((gathered - piece.start - origin) / stored.tick)
        found.append(stored.ticks[piece.first : piece.stop] + shift)
        gathered += piece.length
    times = np.concatenate(found)
    times[0] = 0
    steps = np.arange(len(times))
    return np.maximum.accumulate(times - steps) + steps  # two that fall on one tick are shown one after the other
