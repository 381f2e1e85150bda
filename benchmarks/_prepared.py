"""A camera and a microphone that cost nearly nothing: everything was prepared, only the pace is real.

Both take their time from one moment, so that the flash on every second second stands at the beginning of a beep.
"""

import threading
from collections.abc import Sequence

import numpy as np

from capture.clock import Clock
from capture.demo import FLASH_EVERY_S, demo_sound, draw_frame
from capture.model import BLOCK, SOUND_RATE, AudioBlock, Frame, Image, PictureFormat
from capture.sources import OnBlock

GRAIN = 3.0
"""Standard deviation of the grain: what is encoded is no drawing."""


def prepared_frames(picture: PictureFormat) -> list[Image]:
    """A talking face with a webcam's grain, from one flash to the next."""
    grain = np.random.default_rng(1).normal(0, GRAIN, (picture.height, picture.width, 1)).astype(np.float32)
    count = round(FLASH_EVERY_S * picture.fps)
    drawn = (draw_frame(number, picture) + np.roll(grain, number * 37, axis=1) for number in range(count))
    return [np.clip(image, 0, 255).astype(np.uint8) for image in drawn]


class PreparedCamera:
    """Frame n is taken at zero_s + n / fps, is stamped so, and is handed over then or, by a late reader, at once."""

    def __init__(self, frames: Sequence[Image], picture: PictureFormat, clock: Clock, zero_s: float) -> None:
        self._frames, self._clock, self._zero_s = frames, clock, zero_s
        self._picture = picture
        self._number = max(0, round((clock.now_s() - zero_s) * picture.fps))
        self._closed = threading.Event()

    @property
    def picture(self) -> PictureFormat:
        """Exactly what was prepared."""
        return self._picture

    def read(self) -> Frame | None:
        """Wait for the next frame; None after close()."""
        number, self._number = self._number, self._number + 1
        at_s = self._zero_s + number / self._picture.fps
        self._clock.sleep(at_s - self._clock.now_s())
        return None if self._closed.is_set() else Frame(self._frames[number % len(self._frames)], at_s)

    def close(self) -> None:
        """Let the reader go."""
        self._closed.set()


class PreparedMicrophone:
    """Block n begins at zero_s + n * BLOCK / 48000 and is handed over at its end."""

    def __init__(self, clock: Clock, zero_s: float) -> None:
        self._clock, self._zero_s, self._closed = clock, zero_s, threading.Event()
        self._sound = demo_sound(0, round(FLASH_EVERY_S * SOUND_RATE))
        self._thread: threading.Thread | None = None

    def start(self, on_block: OnBlock) -> None:
        """Begin to hand out blocks."""
        self._thread = threading.Thread(target=self._run, args=(on_block,), name="prepared-microphone")
        self._thread.start()

    def _run(self, on_block: OnBlock) -> None:
        number = max(0, int((self._clock.now_s() - self._zero_s) * SOUND_RATE / BLOCK))
        while not self._closed.is_set():
            self._clock.sleep(self._zero_s + (number + 1) * BLOCK / SOUND_RATE - self._clock.now_s())
            first = number * BLOCK % len(self._sound)
            on_block(AudioBlock(self._sound[first : first + BLOCK], self._zero_s + number * BLOCK / SOUND_RATE))
            number += 1

    def close(self) -> None:
        """End; waits for the last block."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
