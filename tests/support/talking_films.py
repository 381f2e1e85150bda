"""Short films of somebody who talks, as a camera with a microphone makes them: a face, and a real voice."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from capture.model import SOUND_RATE, Image
from tests.support.speech_samples import Sound

FPS = 30


def make_talking_film(
    path: Path, picture: Callable[[int], Image], count: int, *, sound: Sound | None = None, size: tuple[int, int]
) -> Path:
    """So many pictures at FPS; sound: full scale is 1. MP4."""
    with av.open(str(path), "w") as film:
        pictures = film.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "20", "g": "30"})
        pictures.width, pictures.height = size
        pictures.pix_fmt = "yuv420p"
        heard = None if sound is None else film.add_stream("aac", rate=SOUND_RATE, layout="mono")
        for number in range(count):
            shown = cv2.resize(picture(number), size, interpolation=cv2.INTER_AREA)
            frame = av.VideoFrame.from_ndarray(np.asarray(shown, np.uint8), format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            film.mux(pictures.encode(frame))
        film.mux(pictures.encode(None))
        if heard is not None and sound is not None:
            samples = sound[: round(count / FPS * SOUND_RATE)].astype(np.float32)[None]
            for at in range(0, samples.shape[1], 1024):
                block = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(samples[:, at : at + 1024]), format="fltp", layout="mono"
                )
                block.sample_rate, block.pts, block.time_base = SOUND_RATE, at, Fraction(1, SOUND_RATE)
                film.mux(heard.encode(block))
            film.mux(heard.encode(None))
    return path
