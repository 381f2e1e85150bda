"""Sound in steps of a tenth of a second, and what each measures. Pure; any thread.

The guard, the judge and the test of the microphone all look at the same steps, whatever blocks a device delivers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from capture.model import SOUND_RATE, Samples

STEP = SOUND_RATE // 10
"""Samples in one step."""
STEP_S = STEP / SOUND_RATE
SILENT_DB = -75.0
"""Below this is no microphone at work: a mute switch, an empty socket (at most one or two units of 32,768). The room
of a working one, however quiet and however far turned down, is about -70 dB or louder."""
FULL = 32_440
"""A sample within 0.1 dB of the largest number counts as cut off there."""
CLIPPED_SAMPLES = 5
"""So many of them in one step can be heard; a single one, at the tip of a loud syllable, cannot."""
FLOOR_DB = -100.0


@dataclass(frozen=True, slots=True)
class Step:
    """A tenth of a second of sound."""

    samples: Samples
    """STEP of them."""
    level_db: float
    """Root mean square in dB below full scale, without any constant offset; FLOOR_DB at least."""
    peak: float
    """The largest sample, 0 to 1."""
    clipped: bool
    """The peaks are cut off."""

    @property
    def silent(self) -> bool:
        """Nothing at all, as opposed to a quiet room."""
        return self.level_db < SILENT_DB


def measure(samples: Samples) -> Step:
    """What STEP samples amount to."""
    sound = samples.astype(np.float32)
    power = float(sound.var())  # np.dot of so many samples would wake the threads of the library of matrices
    level_db = 10 * float(np.log10(max(power, 1e-3))) - 20 * float(np.log10(32768))
    height = np.abs(sound)
    clipped = int(np.count_nonzero(height >= FULL)) >= CLIPPED_SAMPLES
    return Step(samples, max(FLOOR_DB, level_db), float(height.max()) / 32768, clipped)


class StepCutter:
    """Cuts blocks of any length into steps. What is left over, less than a step, waits for the next block."""

    def __init__(self) -> None:
        self._parts: list[Samples] = []
        self._count = 0

    def cut(self, samples: Samples) -> Iterator[Step]:
        """Every step that is whole with these samples."""
        self._parts.append(samples)
        self._count += len(samples)
        if self._count < STEP:
            return
        sound = np.concatenate(self._parts)
        whole = self._count // STEP * STEP
        self._parts, self._count = [sound[whole:].copy()], self._count - whole
        for start in range(0, whole, STEP):
            yield measure(sound[start : start + STEP])

    def clear(self) -> None:
        """Forget what is left over."""
        self._parts, self._count = [], 0
