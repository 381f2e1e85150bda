"""What lies under the trim handles: small pictures along the take, and the shape of its sound.

Both are generators, so that a screen can fill in as they come and stop when it closes: drop the generator, or set the
event. Both cover the whole take roughly within a second, however long it is, and sharpen after. Any thread but the
screen's own: both decode.
"""

import bisect
import itertools
import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from diary_app.clip import Kind
from diary_app.editing.excerpts import PICTURE, Excerpts, open_excerpt
from diary_app.editing.frames import Piece, exactly, until_damage
from diary_app.editing.media import open_media, read_only
from diary_app.editing.probe import MediaFacts, probe, video_of
from diary_app.editing.sound import Sound, sound_of
from diary_app.editing.soundings import LEAST_S, Soundings, evenly, is_worth_it, rough_wave

Image = NDArray[np.uint8]
"""height x width x 3, blue-green-red."""

BACK_S = (1.3, 6.0)
"""So much of a take before a moment is searched for its keyframe: our own have one every 30 pictures."""
SEARCHED = 600
"""Packets after a seek among which a keyframe must be."""
TOGETHER_S = 0.25
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
    """NaN for a bucket of which nothing is known yet."""
    exact: bool = True
    """False where only a little of each bucket was heard: the true values are as high or higher."""
    of: int = 0
    """How many buckets the take has in all."""


def film_strip(
    take: Path,
    *,
    count: int,
    height: int = 64,
    part: tuple[float, float] | None = None,
    facts: MediaFacts | None = None,
    stop: threading.Event | None = None,
) -> Iterator[Thumbnail]:
    """Yield `count` pictures, each the nearest keyframe at or before its moment; none for sound alone.

    part: from this second of the take to that one, instead of all of it.

    Both ends come first, then the middle, then always the middle of what lies between two. Decodes one picture for
    each, whatever the length of the take. facts spares probing it again. Raises EditError as probe() does.
    """
    facts = facts or probe(take)
    if facts.kind is not Kind.VIDEO:
        return
    start_s, end_s = part or (0.0, facts.seconds)
    with _Pictures(take, facts, height) as pictures:
        for position in evenly(count):
            if stop is not None and stop.is_set():
                return
            at_s = start_s + (end_s - start_s) * (position + 0.5) / count
            image = pictures.at(at_s + facts.origin_s)
            if image is not None:
                yield Thumbnail(position, at_s, image)


class _Pictures:
    """Finds keyframes: in excerpts of a long take where it has fragments, otherwise in the whole file."""

    def __init__(self, take: Path, facts: MediaFacts, height: int) -> None:
        self._take, self._height = take, height
        self._stack = ExitStack()
        self._whole: InputContainer | None = None
        excerpts = Excerpts.of(take, PICTURE) if facts.seconds >= LEAST_S else None
        self._excerpts = self._stack.enter_context(excerpts) if excerpts else None
        self._made: dict[int, Image] = {}

    def __enter__(self) -> "_Pictures":
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def at(self, moment_s: float) -> Image | None:
        """The last keyframe at or before a moment on the file's own clock; None where there is none to be read."""
        for back_s in BACK_S if self._excerpts else ():
            image = self._in_excerpt(moment_s, back_s)
            if image is not None:
                return image
        if self._whole is None:
            self._whole = self._stack.enter_context(open_media(self._take))
        return self._in(self._whole, moment_s, latest_s=math.inf)

    def _in_excerpt(self, moment_s: float, back_s: float) -> Image | None:
        assert self._excerpts is not None
        try:
            with open_excerpt(self._excerpts.run(moment_s - back_s, moment_s)) as media:
                return self._in(media, moment_s, latest_s=moment_s)
        except av.FFmpegError:
            return None

    def _in(self, media: InputContainer, moment_s: float, *, latest_s: float) -> Image | None:
        video = video_of(media)
        if video is None or video.time_base is None:
            return None
        read_only(media, video)
        video.codec_context.skip_frame = "NONKEY"
        try:
            media.seek(round(moment_s / video.time_base), stream=video)
        except av.FFmpegError:
            return None
        for packet in itertools.islice(until_damage(media.demux(video)), SEARCHED):
            if packet.pts is None or not packet.is_keyframe:
                continue
            if packet.pts * video.time_base > latest_s:
                return None
            image = self._made.get(packet.pts)
            if image is None:
                image = _decoded(packet, video, self._height)
            if image is not None:
                self._made[packet.pts] = image
                return image
        return None


def _decoded(packet: "Packet[VideoStream]", video: VideoStream, height: int) -> Image | None:
    """The picture of one packet; None where it is damaged."""
    try:
        # Emptying the decoder gives the picture at once: with B-frames it would wait for the next ones.
        frames = packet.decode() or video.codec_context.decode(None)
    except av.FFmpegError:
        return None
    return _small(frames[0], height) if frames else None


def _small(frame: av.VideoFrame, height: int) -> Image:
    scale = height / (frame.width if frame.rotation % 180 else frame.height)
    size = (max(2, round(frame.width * scale)), max(2, round(frame.height * scale)))
    image = np.asarray(frame.to_ndarray(format="bgr24", width=size[0], height=size[1]), np.uint8)
    turn = TURNS.get(frame.rotation % 360)
    return image if turn is None else np.asarray(cv2.rotate(image, turn), np.uint8)


def sound_wave(
    take: Path,
    *,
    buckets: int,
    finer: int = 1,
    facts: MediaFacts | None = None,
    stop: threading.Event | None = None,
) -> Iterator[Peaks]:
    """Yield the peaks of `buckets` equal stretches of the take, some at a time; none where there is no sound.

    Of a long take all of them come roughly first; then, from the first to the last, exactly, as in the end all are:
    `finer` times as many. facts spares probing it again. Raises EditError as probe() does.
    """
    facts = facts or probe(take)
    if not facts.has_sound:
        return
    if is_worth_it(facts, buckets):
        for values in rough_wave(take, Soundings(facts, buckets), facts=facts, stop=stop):
            yield Peaks(0, tuple(values.tolist()), exact=False, of=buckets)
    yield from exact_wave(take, facts, buckets * finer, stop=stop)


def exact_wave(
    take: Path,
    facts: MediaFacts,
    buckets: int,
    *,
    part: tuple[int, int] | None = None,
    stop: threading.Event | None = None,
) -> Iterator[Peaks]:
    """Yield the peaks of `buckets` equal stretches of a take with sound, or of `part` of them: from one up to another.

    Raises EditError as open_media() does.
    """
    total = max(1, round(facts.seconds * facts.sample_rate))
    first, last = part or (0, buckets)
    edges = [total * at // buckets for at in range(first, last + 1)]
    start, end = (Fraction(edge, facts.sample_rate) for edge in (edges[0], edges[-1]))
    piece = Piece(start, end if part else exactly(facts.seconds))
    peaks, done, given = np.zeros(last - first), edges[0], 0
    if stop is not None and stop.is_set():
        return
    blocks = sound_of(take, (piece,), rate=facts.sample_rate, channels=min(2, facts.channels))
    for together in _together(blocks, facts.sample_rate, stop):
        done = _gather(peaks, np.abs(together).max(axis=0), edges, done)
        ready = bisect.bisect_right(edges, done) - 1
        if ready - given >= max(1, len(peaks) // 50):
            yield Peaks(first + given, _clipped(peaks[given:ready]), of=buckets)
            given = ready
    if given < len(peaks) and not (stop is not None and stop.is_set()):
        yield Peaks(first + given, _clipped(peaks[given:]), of=buckets)


def _together(blocks: Iterator[Sound], rate: int, stop: threading.Event | None) -> Iterator[Sound]:
    """The same samples in few large blocks: what is done with a block costs as much whatever its size."""
    waiting: list[Sound] = []
    for block in blocks:
        if stop is not None and stop.is_set():
            return
        waiting.append(block)
        if sum(one.shape[1] for one in waiting) >= rate * TOGETHER_S:
            yield np.concatenate(waiting, axis=1)
            waiting = []
    if waiting:
        yield np.concatenate(waiting, axis=1)


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
