"""The pictures of kept pieces in the order in which they are shown, each with its time in the result."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from diary_app.editing.frames import SLACK_S, Piece, until_damage
from diary_app.editing.media import open_media, read_only
from diary_app.editing.probe import video_of

Image = NDArray[np.uint8]
"""height x width x 3, blue-green-red."""

BT709 = 1
TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


def pictures_of(take: Path, pieces: Sequence[Piece], *, start_s: float) -> Iterator[tuple[float, VideoFrame]]:
    """Yield (seconds of the result, frame) from the one that is shown at start_s (seconds of the result) on."""
    with open_media(take) as media:
        video = video_of(media)
        if video is None:
            return
        read_only(media, video)
        video.thread_type = "AUTO"
        gathered = 0.0
        for piece in pieces:
            begin, length = float(piece.start), float(piece.length)
            if gathered + length > start_s + SLACK_S:
                wanted = begin + max(0.0, start_s - gathered)
                for at_s, frame in _shown_from(media, video, wanted, begin):
                    if at_s >= float(piece.end) - SLACK_S:
                        break
                    yield gathered + at_s - begin, frame
            gathered += length


def _shown_from(
    media: InputContainer, video: VideoStream, wanted_s: float, begin_s: float
) -> Iterator[tuple[float, VideoFrame]]:
    """Frames of the take in take time: the last one at or before wanted_s (but not before begin_s), and all later."""
    before: tuple[float, VideoFrame] | None = None
    for at_s, frame in _decoded(media, video, wanted_s):
        if at_s < begin_s - SLACK_S:
            continue
        if at_s <= wanted_s + SLACK_S:
            before = (at_s, frame)
            continue
        if before is not None:
            yield before
            before = None
        yield at_s, frame
    if before is not None:
        yield before


def _decoded(media: InputContainer, video: VideoStream, wanted_s: float) -> Iterator[tuple[float, VideoFrame]]:
    base, origin_s = video.time_base, max(0, media.start_time or 0) / 1_000_000
    if base is None:
        return
    media.seek(max(0, round((wanted_s + SLACK_S + origin_s) / base)), stream=video)
    for packet in until_damage(media.demux(video)):
        try:
            decoded = packet.decode()
        except av.FFmpegError:
            continue  # a damaged picture is left out; the one before stays
        for frame in decoded:
            if isinstance(frame, VideoFrame) and frame.time is not None:
                yield frame.time - origin_s, frame


def to_image(frame: VideoFrame, *, limit: tuple[int, int] | None = None) -> Image:
    """A frame as a blue-green-red picture, upright, no larger than `limit` (width, height).

    OpenCV converts 4:2:0 with the BT.601 matrix in a fifth of swscale's time; what is tagged BT.709 goes the long way.
    """
    width, height = _within(frame.width, frame.height, limit)
    if (width, height) != (frame.width, frame.height) or frame.format.name != "yuv420p" or frame.colorspace == BT709:
        image = np.asarray(frame.to_ndarray(format="bgr24", width=width, height=height), np.uint8)
    else:
        image = np.asarray(cv2.cvtColor(frame.to_ndarray(), cv2.COLOR_YUV2BGR_I420), np.uint8)
    turn = TURNS.get(frame.rotation % 360)
    return image if turn is None else np.asarray(cv2.rotate(image, turn), np.uint8)


def _within(width: int, height: int, limit: tuple[int, int] | None) -> tuple[int, int]:
    scale = min(1.0, limit[0] / width, limit[1] / height) if limit else 1.0
    return (width, height) if scale == 1.0 else (max(2, round(width * scale)), max(2, round(height * scale)))
