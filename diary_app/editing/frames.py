"""Where every frame of a take lies, and kept ranges snapped to frames. Reads packets, decodes nothing. Any thread."""

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
from av.packet import Packet
from av.stream import Stream

from diary_app.clip import KeptRange
from diary_app.editing.errors import EditRefused, WorldError
from diary_app.editing.media import open_media, read_only
from diary_app.editing.mp4.samples import Track
from diary_app.editing.probe import MediaFacts, video_of
from diary_app.editing.progress import Meter

SLACK_S = 0.0005
"""A cut this close to a frame means that frame: times are rounded on their way through clocks and screens."""
NEAR_S = 0.2
"""A cut further than this from the next frame lies where the camera was lost; it stays where it was put."""
MOST_FRAMES = 12 * 3600 * 60
"""The longest film that is taken, at 60 a second; the list of its times takes 300 megabytes."""
OVER_AND_OVER = 10
"""How often the bytes of a file may be used: an index can name the same bytes without end, and honest ones do so for a
picture that stands still."""


Torn = TypeVar("Torn", bound=Stream)


@dataclass(frozen=True, slots=True)
class FrameIndex:
    """Every frame of a take in the order in which it is shown."""

    ticks: tuple[int, ...]
    """Presentation times in time_base, on the file's own clock."""
    keys: tuple[int, ...]
    """Positions in `ticks` of the frames at which decoding may start."""
    time_base: Fraction
    origin: Fraction
    """The file's first moment on its own clock, in seconds: take time 0."""

    def at(self, position: int) -> Fraction:
        """Take time of a frame, in seconds."""
        return self.ticks[position] * self.time_base - self.origin

    @property
    def times(self) -> list[float]:
        """Take times of all frames, in seconds."""
        base, origin = float(self.time_base), float(self.origin)
        return [tick * base - origin for tick in self.ticks]


NO_FRAMES = FrameIndex((), (), Fraction(1, 90_000), Fraction(0))


@dataclass(frozen=True, slots=True)
class Piece:
    """A kept range snapped to frames: take time start <= t < end in seconds, frames first <= position < stop."""

    start: Fraction
    end: Fraction
    first: int = 0
    stop: int = 0

    @property
    def length(self) -> Fraction:
        """Seconds."""
        return self.end - self.start


def index_frames(path: Path, meter: Meter | None = None) -> FrameIndex:
    """Read the times of all frames; NO_FRAMES for sound alone. Raises as probe() does."""
    with open_media(path) as media:
        video = video_of(media)
        if video is None or video.time_base is None:
            return NO_FRAMES
        read_only(media, video)
        try:
            found = _frames(until_damage(media.demux(video)), path=path, meter=meter or Meter())
        except av.FFmpegError as error:
            raise WorldError(f"{path.name} could not be read to its end. Try again.") from error
        found.sort()
        return FrameIndex(
            ticks=tuple(tick for tick, _ in found),
            keys=tuple(position for position, (_, key) in enumerate(found) if key),
            time_base=video.time_base,
            origin=Fraction(max(0, media.start_time or 0), 1_000_000),
        )


def index_of(track: Track, origin: Fraction) -> FrameIndex | None:
    """The same from the tables of a file; None where some of its samples are no frames that are shown."""
    shift = track.begins * track.timescale
    ticks = track.shown + round(shift)
    order = np.argsort(ticks, kind="stable")
    if not len(ticks) or ticks[order[0]] < 0 or not track.sizes.all():
        return None  # a lead-in that an edit list hides, or samples that hold nothing
    return FrameIndex(
        ticks=tuple(ticks[order].tolist()),
        keys=tuple(np.flatnonzero(track.keys[order]).tolist()),
        time_base=Fraction(1, track.timescale),
        origin=origin,
    )


def _frames(packets: Iterator["Packet[Torn]"], *, path: Path, meter: Meter) -> list[tuple[int, bool]]:
    """Time and whether decoding may start there, for each frame as stored."""
    found: list[tuple[int, bool]] = []
    claimed, most = 0, OVER_AND_OVER * path.stat().st_size
    for number, packet in enumerate(packets):
        claimed += max(1, packet.size)
        if claimed > most or number > MOST_FRAMES:
            raise EditRefused(
                f"{path.name} claims more pictures than it can hold: it is damaged. Try another copy of it."
            )
        if number % 1000 == 0:
            meter.check()
        if packet.pts is None or packet.is_discard or not packet.size:
            continue
        found.append((packet.pts, packet.is_keyframe))
    return found


def until_damage(packets: Iterator["Packet[Torn]"]) -> Iterator["Packet[Torn]"]:
    """The packets of a file that is torn somewhere: as far as it can be read."""
    try:
        yield from packets
    except av.FFmpegError as error:
        if isinstance(error, OSError):
            raise  # the disk, not the file


def snap(keep: Sequence[KeptRange], index: FrameIndex, facts: MediaFacts) -> tuple[Piece, ...]:
    """Kept ranges (already normalised) as pieces that begin and end with a frame; raises EditRefused if none is left.

    A frame is kept when its time is in start_s <= t < end_s. The sound is cut at the frames' own times, so that what
    is seen and heard stay together and frames stay evenly spaced across a join.
    """
    if not index.ticks:
        return as_pieces(keep)
    times = index.times
    pieces: list[Piece] = []
    for part in keep:
        piece = _piece(part, index, times)
        if pieces and piece.start <= pieces[-1].end:
            pieces[-1] = replace(pieces[-1], end=max(piece.end, pieces[-1].end), stop=max(piece.stop, pieces[-1].stop))
        elif piece.first < piece.stop or piece.length > NEAR_S:
            pieces.append(piece)
    if not any(piece.first < piece.stop for piece in pieces):
        raise EditRefused("That is too short: there is not one whole picture in it. Keep a longer part.")
    return tuple(pieces)


def as_pieces(keep: Sequence[KeptRange]) -> tuple[Piece, ...]:
    """The same ranges to the microsecond, where frames play no part."""
    return tuple(Piece(exactly(part.start_s), exactly(part.end_s)) for part in keep)


def exactly(seconds: float) -> Fraction:
    """Seconds as a whole number of microseconds."""
    return Fraction(round(seconds * 1_000_000), 1_000_000)


def _piece(part: KeptRange, index: FrameIndex, times: Sequence[float]) -> Piece:
    first = bisect.bisect_left(times, part.start_s - SLACK_S)
    stop = bisect.bisect_left(times, part.end_s - SLACK_S)
    return Piece(_edge(part.start_s, first, index), _edge(part.end_s, stop, index), first, stop)


def _edge(asked_s: float, position: int, index: FrameIndex) -> Fraction:
    """The time of the frame at a cut; the cut itself before the first frame, after the last, and far from any."""
    asked = exactly(asked_s)
    if not 0 < position < len(index.ticks):
        return asked
    frame = index.at(position)
    return frame if frame - asked <= exactly(NEAR_S) else asked


def is_all(pieces: Sequence[Piece], index: FrameIndex, facts: MediaFacts) -> bool:
    """True when the pieces are the whole take."""
    return (
        len(pieces) == 1
        and pieces[0].first == 0
        and pieces[0].stop == len(index.ticks)
        and float(pieces[0].start) <= SLACK_S
        and float(pieces[0].end) >= facts.seconds - SLACK_S
    )
