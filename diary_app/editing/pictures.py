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
    with open_media(source.take) as media:
        video = video_of(media)
        if video is None or video.time_base is None:
            return
        read_only(media, video)
        video.thread_type = "AUTO"
        before = Fraction(0)
        for piece in source.kept:
            for at, frame in _of_piece(media, video, piece, source.index):
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


def _of_piece(
    media: InputContainer, video: VideoStream, piece: Piece, index: FrameIndex
) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Pictures and their take times. Edges lie half-way between pictures, so that no rounding moves one across."""
    if piece.first >= piece.stop or video.time_base is None:
        return
    ticks, step = index.ticks, index.time_base
    low = (ticks[piece.first - 1] + ticks[piece.first]) * step / 2 if piece.first else None
    high = (ticks[piece.stop - 1] + ticks[piece.stop]) * step / 2 if piece.stop < len(ticks) else None
    _seek(media, video, ticks[index.keys[bisect.bisect_right(index.keys, piece.first) - 1]] * step if index.keys else 0)
    for frame in _decoded(media, video):
        if frame.pts is None:
            continue
        at = frame.pts * video.time_base
        if high is not None and at >= high:
            return
        if low is None or at >= low:
            yield at - index.origin, frame


def _seek(media: InputContainer, video: VideoStream, to_s: Fraction | int) -> None:
    """What cannot be sought in is read from where it stands."""
    assert video.time_base is not None
    with contextlib.suppress(av.FFmpegError):
        media.seek(int(to_s / video.time_base), stream=video)


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
