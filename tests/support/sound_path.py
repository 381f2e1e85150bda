"""Sound as a microphone with a clock of its own delivers it, block by block, and what the recorder makes of it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.drift import SoundClock, Span
from capture.model import BLOCK, SOUND_RATE, Samples

Reals = NDArray[np.float64]
HERTZ = 200.0
LOUD = 10_000.0


def tone_at(moments: Reals) -> Reals:
    """The steady note that sounds in the room, at these moments."""
    note: Reals = LOUD * np.sin(2 * np.pi * HERTZ * moments)
    return note


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone: how fast its crystal is, how its stamps jitter."""

    ppm: float = 0.0
    jitter_s: float = 0.0
    seed: int = 1

    def blocks(self, start_s: float, seconds: float) -> Iterator[tuple[Samples, Span]]:
        """What it hears of the note, each block placed by a sound clock of its own."""
        noise, clock = random.Random(self.seed), SoundClock()
        step_s = 1 / (SOUND_RATE * (1 + self.ppm * 1e-6))
        for number in range(round(seconds / step_s / BLOCK)):
            true_s = start_s + number * BLOCK * step_s
            moments = true_s + np.arange(BLOCK) * np.float64(step_s)
            samples = np.rint(tone_at(moments.astype(np.float64))).astype(np.int16)
            yield samples, clock.place(true_s + noise.uniform(-self.jitter_s, self.jitter_s), BLOCK)


def lateness_s(sound: Samples, zero_s: float) -> Reals:
    """How late the note is in the sound, for each tenth of a second; sample 0 lies at zero_s."""
    step = SOUND_RATE // 10
    whole = sound[: len(sound) // step * step].astype(np.float64).reshape(-1, step)
    moments = zero_s + np.arange(whole.size).reshape(whole.shape) / SOUND_RATE
    turned = (whole * np.exp(-2j * np.pi * HERTZ * moments)).mean(axis=1)
    late: Reals = -np.angle(turned * 1j) / (2 * np.pi * HERTZ)
    return late


def largest_jump(sound: Samples) -> float:
    """The largest change of slope from one sample to the next: a click is many times a note's own."""
    return float(np.abs(np.diff(sound.astype(np.float64), n=2)).max()) if len(sound) > 2 else 0.0


NOTE_JUMP = LOUD * (2 * np.pi * HERTZ / SOUND_RATE) ** 2 + 3
"""What the note itself, in whole numbers, may show of it."""
