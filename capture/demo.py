"""The demo camera and microphone: a drawn, talking face with a running clock, a flash and a beep every two seconds.

For practice, and for computers without devices. Both take their time from the one monotonic clock: frame n is taken at
n / fps, and flash and beep both stand on every even second, so that sound can be measured against picture.
"""

import functools
import math
import threading

import cv2
import numpy as np

from capture.clock import Clock
from capture.model import BLOCK, SOUND_RATE, AudioBlock, Frame, Image, PictureFormat, Samples
from capture.sources import OnBlock

FLASH_EVERY_S = 2.0
BEEP_S = 0.05
BEEP_HZ = 1000.0
SYLLABLES_HZ = 4.0
"""How fast people talk: about four syllables a second."""


def mouth_opening(at_s: float) -> float:
    """How far the mouth is open at this moment, 0 to 1; the demo microphone is as loud as the mouth is open."""
    syllable = math.sin(math.pi * SYLLABLES_HZ * at_s) ** 2
    phrase = 0.5 + 0.5 * math.sin(2 * math.pi * at_s / 5.3)
    return syllable * min(1.0, phrase * 1.6)


@functools.lru_cache(maxsize=4)
def _room(width: int, height: int) -> Image:
    """The soft wall behind the speaker."""
    down = np.linspace(215, 150, height)[:, None, None]
    tint = np.array([0.93, 0.98, 1.0])[None, None, :]
    return np.broadcast_to(down * tint, (height, width, 3)).astype(np.uint8)


def draw_face(at_s: float, width: int, height: int) -> Image:
    """A blue-green-red picture of a face that sways, blinks and talks at this moment."""
    image = _room(width, height).copy()
    x, y, r = int(width * (0.5 + 0.03 * math.sin(at_s))), int(height * 0.5), height // 4
    _ellipse(image, (x, height), (int(r * 1.7), int(r * 0.95)), (110, 92, 15))
    cv2.rectangle(image, (x - r // 4, y + r // 2), (x + r // 4, y + int(r * 1.3)), (135, 165, 212), -1)
    _ellipse(image, (x, y - r // 5), (int(r * 0.86), r), (30, 42, 66))
    _ellipse(image, (x, y), (int(r * 0.74), int(r * 0.96)), (150, 182, 228))
    _ellipse(image, (x, y - int(r * 0.78)), (int(r * 0.66), int(r * 0.3)), (30, 42, 66))
    eye = 1 if at_s % 3.1 < 0.13 else r // 13
    for side in (-1, 1):
        _ellipse(image, (x + side * r // 3, y - r // 10), (r // 9, eye), (46, 40, 38))
        brow = y - int(r * 0.3)
        cv2.line(
            image, (x + side * r // 5, brow), (x + side * r // 2, brow), (40, 52, 76), max(2, r // 22), cv2.LINE_AA
        )
    cv2.line(image, (x, y), (x - r // 12, y + r // 4), (118, 150, 200), max(2, r // 36), cv2.LINE_AA)
    _ellipse(image, (x, y + int(r * 0.52)), (r // 4, max(2, int(r * 0.19 * mouth_opening(at_s)))), (62, 58, 140))
    return image


def _ellipse(image: Image, centre: tuple[int, int], axes: tuple[int, int], colour: tuple[int, int, int]) -> None:
    cv2.ellipse(image, centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)


def draw_frame(number: int, picture: PictureFormat) -> Image:
    """Frame `number` of the demo camera, with its flash (a white square, top left) and its clock."""
    at_s = number / picture.fps
    width, height = picture.width, picture.height
    image = draw_face(at_s, width, height)
    flash = round(number % (FLASH_EVERY_S * picture.fps)) == 0
    image[: height // 8, : height // 8] = 255 if flash else 16
    text = f"{int(at_s) // 60 % 60:02d}:{int(at_s) % 60:02d}.{int(at_s % 1 * 10)}"
    scale = height / 480
    where = (width - int(190 * scale), int(44 * scale))
    cv2.putText(
        image, text, where, cv2.FONT_HERSHEY_SIMPLEX, scale, (46, 42, 31), max(1, round(2 * scale)), cv2.LINE_AA
    )
    return image


def demo_sound(first: int, count: int) -> Samples:
    """Samples first ... first + count of the demo microphone: a voice-like hum in syllables, and the beeps."""
    at = (first + np.arange(count)) / SOUND_RATE
    syllable = np.sin(np.pi * SYLLABLES_HZ * at) ** 2
    phrase = np.minimum(1.0, (0.5 + 0.5 * np.sin(2 * np.pi * at / 5.3)) * 1.6)
    pitch = 2 * np.pi * 120 * at + 2.0 * np.sin(2 * np.pi * 2.7 * at)
    voice = sum(np.sin(pitch * n) / n for n in (1, 2, 3, 4, 5, 6)) * 1600
    since = at % FLASH_EVERY_S
    beep = np.where(since < BEEP_S, np.sin(2 * np.pi * BEEP_HZ * since) * 20_000, 0)
    quiet = np.where((since < BEEP_S + 0.05) | (since > FLASH_EVERY_S - 0.05), 0.0, syllable * phrase)
    return np.rint(voice * quiet + beep).astype(np.int16)


class DemoCamera:
    """A camera that needs no hardware: frame n is due at n / fps of the clock. A late reader loses frames."""

    def __init__(self, clock: Clock, picture: PictureFormat) -> None:
        self._clock = clock
        self._picture = picture
        self._next = math.ceil(clock.now_s() * picture.fps) + 1
        self._closed = threading.Event()

    @property
    def picture(self) -> PictureFormat:
        """Exactly what was asked for."""
        return self._picture

    def read(self) -> Frame | None:
        """Wait for the next frame; None after close()."""
        fps = self._picture.fps
        self._next = max(self._next, math.floor(self._clock.now_s() * fps) - 1)  # a driver keeps a frame or two
        number, self._next = self._next, self._next + 1
        self._clock.sleep(number / fps - self._clock.now_s())
        if self._closed.is_set():
            return None
        return Frame(draw_frame(number, self._picture), number / fps)

    def close(self) -> None:
        """Let the reader go."""
        self._closed.set()


class DemoMicrophone:
    """A microphone that needs no hardware: its samples lie exactly on the clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, on_block: OnBlock) -> None:
        """Begin to hand out blocks."""
        self._thread = threading.Thread(target=self._run, args=(on_block,), name="demo-microphone", daemon=True)
        self._thread.start()

    def _run(self, on_block: OnBlock) -> None:
        number = math.ceil(self._clock.now_s() * SOUND_RATE / BLOCK)
        while not self._closed.is_set():
            self._clock.sleep((number + 1) * BLOCK / SOUND_RATE - self._clock.now_s())
            on_block(AudioBlock(demo_sound(number * BLOCK, BLOCK), number * BLOCK / SOUND_RATE))
            number += 1

    def close(self) -> None:
        """End; waits for the last block."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
