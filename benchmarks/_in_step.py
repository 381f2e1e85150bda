"""Beep against flash in a finished file, or in a stretch of it."""

import math
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from tests.support.flash_beep import find_beeps

BRIGHT = 128
"""The demo's square in the top left corner is 255 when it flashes and 16 otherwise."""
SOUND_RATE = 48_000


@dataclass(frozen=True, slots=True)
class Pair:
    """A flash and the beep that belongs to it, in seconds of the file."""

    flash_s: float
    beep_s: float

    @property
    def late_ms(self) -> float:
        """How much later the beep is."""
        return (self.beep_s - self.flash_s) * 1e3


def pairs(path: Path, from_s: float = 0.0, to_s: float = math.inf) -> list[Pair]:
    """Every flash of this stretch of a take that has a beep within a quarter of a second. Keeps its sound in memory."""
    flashes: list[float] = []
    sound = np.zeros(0)
    first_s: float | None = None
    with av.open(str(path)) as media:
        if from_s > 0:
            media.seek(round(from_s * av.time_base))
        for frame in media.decode(video=0, audio=0):
            assert isinstance(frame, av.VideoFrame | av.AudioFrame)
            at_s = float(frame.time or 0.0)
            if at_s > to_s:
                break
            if isinstance(frame, av.VideoFrame):
                flashes += [at_s] if _is_bright(frame) else []
            else:
                first_s = at_s if first_s is None else first_s
                sound = _placed(sound, frame, round((at_s - first_s) * SOUND_RATE))
    beeps = [(first_s or 0.0) + beep for beep in find_beeps(sound)]
    every = [Pair(flash, beep) for flash in flashes for beep in beeps]
    return [pair for pair in every if abs(pair.late_ms) < 250]


def _is_bright(frame: av.VideoFrame) -> bool:
    plane = frame.planes[0]
    rows = np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)
    side = max(1, frame.height // 16)
    return bool(rows[:side, :side].mean() > BRIGHT)


def _placed(sound: NDArray[np.float64], frame: av.AudioFrame, at: int) -> NDArray[np.float64]:
    """Where its own time says, so that a gap in the file shows."""
    block = frame.to_ndarray().astype(np.float64).mean(axis=0)
    if at + len(block) > len(sound):
        sound = np.concatenate((sound, np.zeros(max(SOUND_RATE, at + len(block) - len(sound)))))
    sound[at : at + len(block)] = block
    return sound
