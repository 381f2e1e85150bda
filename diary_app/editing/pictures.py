"""Every picture that is kept of a film, upright and in order, for what has to look at each of them. Caller's thread."""

import bisect
import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from diary_app.editing.filmstrip import TURNS
from diary_app.editing.frames import FrameIndex, Piece, until_damage
from diary_app.editing.media import open_media, read_only
from diary_app.editing.probe import video_of
from diary_app.editing.source import Source

Image = NDArray[np.uint8]
Shown = tuple[Fraction, VideoFrame]
"""When it is shown, in seconds of what is kept, and the picture as it is stored."""


def kept_pictures(source: Source) -> Iterator[Shown]:
    """The pictures of a film that are kept. Raises as open_media() and av do; a damaged packet is a missing picture."""
    before = Fraction(0)
    for piece in source.kept:
        for at, frame in _of_piece(source.take, piece, source.index):
            yield max(Fraction(0), at - piece.start) + before, frame
        before += piece.length


def all_pictures(film: Path) -> Iterator[Shown]:
    """Every picture of a file that we made, from its beginning."""
    with open_media(film) as media:
        video = video_of(media)
        if video is None or video.time_base is None:
            return
        read_only(media, video)
        video.thread_type = "AUTO"
        for frame in _decoded(media, video):
            if frame.pts is not None:
                yield frame.pts * video.time_base, frame


def _of_piece(take: Path, piece: Piece, index: FrameIndex) -> Iterator[Shown]:
    """Pictures and their take times. Some files are sought in too far: those are read from their beginning."""
    if piece.first >= piece.stop:
        return
    late = index.at(piece.first) if piece.first + 1 == piece.stop else index.at(piece.first + 1)
    for key in (_key_before(piece.first, index), None):
        with open_media(take) as media:
            pictures = _between(media, piece, index, from_key=key)
            first = next(pictures, None)
            if key is not None and (first is None or (first[0] >= late and piece.first + 1 < piece.stop)):
                continue
            if first is not None:
                yield first
                yield from pictures
            return


def _key_before(position: int, index: FrameIndex) -> Fraction | None:
    """Where to start decoding, on the file's own clock; None: at the beginning."""
    place = bisect.bisect_right(index.keys, position) - 1
    return index.ticks[index.keys[place]] * index.time_base if place > 0 else None


def _between(media: InputContainer, piece: Piece, index: FrameIndex, *, from_key: Fraction | None) -> Iterator[Shown]:
    """Edges lie half-way between pictures, so that no rounding moves one across."""
    video = video_of(media)
    if video is None or video.time_base is None:
        return
    read_only(media, video)
    video.thread_type = "AUTO"
    if from_key is not None:
        with contextlib.suppress(av.FFmpegError):  # what cannot be sought in is read from where it stands
            media.seek(int(from_key / video.time_base), stream=video)
    ticks, step = index.ticks, index.time_base
    low = (ticks[piece.first - 1] + ticks[piece.first]) * step / 2 if piece.first else None
    high = (ticks[piece.stop - 1] + ticks[piece.stop]) * step / 2 if piece.stop < len(ticks) else None
    for frame in _decoded(media, video):
        if frame.pts is None:
            continue
        at = frame.pts * video.time_base
        if high is not None and at >= high:
            return
        if low is None or at >= low:
            yield at - index.origin, frame


def _decoded(media: InputContainer, video: VideoStream) -> Iterator[VideoFrame]:
    for packet in until_damage(media.demux(video)):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue


def small_upright(frame: VideoFrame, size: tuple[int, int], long_side: int) -> Image:
    """A picture as it is shown (at `size`), made as small as a detector wants it: blue, green, red."""
    scale = min(1.0, long_side / max(size))
    width, height = (max(2, round(side * scale)) for side in size)
    turned = frame.rotation % 180 != 0
    stored = (height, width) if turned else (width, height)
    image = np.asarray(frame.to_ndarray(format="bgr24", width=stored[0], height=stored[1]), np.uint8)
    return _turned(image, frame.rotation)


def planes_upright(frame: VideoFrame, size: tuple[int, int]) -> list[Image]:
    """Light and the two colours of a picture as it is shown, at an even `size` (yuv420p)."""
    width, height = size
    stored = (height, width) if frame.rotation % 180 != 0 else (width, height)
    whole = np.asarray(frame.to_ndarray(format="yuv420p", width=stored[0], height=stored[1]), np.uint8)
    area = width * height
    flat = whole.reshape(-1)
    parts = [flat[:area], flat[area : area + area // 4], flat[area + area // 4 :]]
    shapes = [(stored[1], stored[0]), (stored[1] // 2, stored[0] // 2), (stored[1] // 2, stored[0] // 2)]
    return [_turned(part.reshape(shape), frame.rotation) for part, shape in zip(parts, shapes, strict=True)]


def _turned(image: Image, rotation: int) -> Image:
    turn = TURNS.get(rotation % 360)
    return image if turn is None else np.asarray(cv2.rotate(image, turn), np.uint8)
