"""Pictures as the encoder child wants them: I420, even sides, one size for the whole take. Pure; any thread."""

import cv2
import numpy as np

from capture.model import Image, PictureFormat

QUEUE_S = 4.0
QUEUE_BYTES = 332_000_000
"""How much picture may wait for the encoder: so many seconds, and no more memory than this."""


def even(picture: PictureFormat) -> PictureFormat:
    """I420 wants even sides."""
    return PictureFormat(picture.width & ~1, picture.height & ~1, picture.fps)


def room_for(picture: PictureFormat) -> int:
    """How many frames of this size and rate may wait for the encoder."""
    return max(2, min(round(QUEUE_S * picture.fps), QUEUE_BYTES // (picture.width * picture.height * 3)))


def black(picture: PictureFormat) -> Image:
    """Nothing to be seen."""
    return np.zeros((picture.height, picture.width, 3), np.uint8)


def planes(image: Image, picture: PictureFormat) -> memoryview:
    """The bytes of one I420 picture: all of Y, then U, then V; BT.601, studio range, as OpenCV converts."""
    converted = cv2.cvtColor(fit(image, picture), cv2.COLOR_BGR2YUV_I420)
    return converted.data.cast("B")


def fit(image: Image, picture: PictureFormat) -> Image:
    """The picture at the take's own size; a camera that came back at another size is scaled, its shape kept."""
    height, width = image.shape[:2]
    if (width, height) == (picture.width, picture.height):
        return image
    scale = min(picture.width / width, picture.height / height)
    inner = cv2.resize(image, (max(2, round(width * scale)), max(2, round(height * scale))))
    out = black(picture)
    top, left = (picture.height - inner.shape[0]) // 2, (picture.width - inner.shape[1]) // 2
    out[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return out
