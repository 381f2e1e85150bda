"""What lies under the trim handles: small pictures along the take, and the shape of its sound.

Both are generators, so that a screen can fill in as they come and stop when it closes: drop the generator, or set the
event. Any thread but the screen's own: both decode.
"""

import bisect
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from diary_app.editing.frames import Piece, exactly
from diary_app.editing.media import open_media
from diary_app.editing.probe import probe, video_of
from diary_app.editing.sound import sound_of

Image = NDArray[np.uint8]
"""height x width x 3, blue-green-red."""

TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """One picture of the strip: its place in the strip, the moment of the take that it stands for, and itself."""

    position: int
    at_s: float
    image: Image


@dataclass(frozen=True, slots=True)
class Peaks:
    """The loudest sample of some neighbouring buckets, 0 to 1; the first of them is bucket `position`."""

    position: int
    values: tuple[float, ...]


def film_strip(take: Path, *, count: int, height: int = 64, stop: threading.Event | None = None) -> Iterator[Thumbnail]:
    """Yield `count` pictures, spread evenly, each the nearest keyframe at or before its moment; none for sound alone.

    Decodes one picture for each, whatever the length of the take. Raises EditError as probe() does.
    """
    facts = probe(take)
    with open_media(take) as media:
        video = video_of(media)
        if video is None or video.time_base is None:
            return
        video.thread_type = "AUTO"
        video.codec_context.skip_frame = "NONKEY"
        for position in range(count):
            if stop is not None and stop.is_set():
                return
            at_s = facts.seconds * (position + 0.5) / count
            media.seek(round((at_s + facts.origin_s) / video.time_base), stream=video)
            frame = next(_whole(media.decode(video)), None)
            if frame is not None:
                yield Thumbnail(position, at_s, _small(frame, height))


def _whole(frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Frames up to the first damage."""
    try:
        yield from frames
    except av.FFmpegError:
        return


def _small(frame: av.VideoFrame, height: int) -> Image:
    scale = height / (frame.width if frame.rotation % 180 else frame.height)
    size = (max(2, round(frame.width * scale)), max(2, round(frame.height * scale)))
    image = np.asarray(frame.to_ndarray(format="bgr24", width=size[0], height=size[1]), np.uint8)
    turn = TURNS.get(frame.rotation % 360)
    return image if turn is None else np.asarray(cv2.rotate(image, turn), np.uint8)


def sound_wave(take: Path, *, buckets: int, stop: threading.Event | None = None) -> Iterator[Peaks]:
    """Yield the peaks of `buckets` equal stretches of the take, some at a time; none where there is no sound.

    Raises EditError as probe() does.
    """
    facts = probe(take)
    if not facts.has_sound:
        return
    total = max(1, round(facts.seconds * facts.sample_rate))
    edges = [total * at // buckets for at in range(buckets + 1)]
    piece = Piece(exactly(0.0), exactly(facts.seconds))
    peaks, done, given = np.zeros(buckets), 0, 0
    for block in sound_of(take, (piece,), rate=facts.sample_rate, channels=min(2, facts.channels)):
        if stop is not None and stop.is_set():
            return
        done = _gather(peaks, np.abs(block).max(axis=0), edges, done)
        ready = bisect.bisect_right(edges, done) - 1
        if ready - given >= max(1, buckets // 50):
            yield Peaks(given, _clipped(peaks[given:ready]))
            given = ready
    if given < buckets:
        yield Peaks(given, _clipped(peaks[given:]))


def _gather(peaks: NDArray[np.float64], loud: NDArray[np.float32], edges: Sequence[int], done: int) -> int:
    """Put samples from `done` on into their buckets; return where the next ones begin."""
    end = done + len(loud)
    bucket = bisect.bisect_right(edges, done) - 1
    while done < end and bucket < len(peaks):
        upto = min(end, edges[bucket + 1])
        if upto > done:
            peaks[bucket] = max(peaks[bucket], float(loud[: upto - done].max()))
            loud, done = loud[upto - done :], upto
        bucket += 1
    return end


def _clipped(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(min(1.0, float(value)) for value in values)
