"""When each block of sound was really taken: the device's jittery stamps, made smooth.

The first stamps are averaged; then a delay-locked loop of the second order follows the device's clock, its phase and
its true rate (Fons Adriaensen, "Using a DLL to filter time", Linux Audio Conference 2005). Pure arithmetic; used by the
sound thread alone.
"""

import math
from dataclasses import dataclass

from capture.model import SOUND_RATE

AVERAGED_S = 0.5
"""At first each stamp counts as much as all before it: one that came late, as the first one often does on a busy
computer, is outvoted at once. The loop alone would follow it for more than a second."""
MOST_PULLED = 0.5
"""Of a block's length: no block is squeezed or stretched by more."""
FAST_HZ = 0.5
SLOW_HZ = 0.05
"""Bandwidth of the loop while it settles, and afterwards: half a second of jitter is averaged away."""
SETTLE_S = 3.0
LARGEST_RATE_ERROR = 0.002
"""No microphone's crystal is further off than this; more is a device that lies about its times."""
STEP_S = 0.03
STEP_FOR_S = 0.5
"""Stamps this far away from the loop, for so much sound running, are a real step: samples were lost."""
LEAP_S = 0.25
"""A stamp this far away is believed at once."""


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch of the monotonic clock that a block of sound covers, in seconds."""

    start_s: float
    end_s: float
    stepped: bool = False
    """True when the sound before it does not join on: samples were lost."""


class SoundClock:
    """Turns one stamp a block into a smooth time line."""

    def __init__(self, rate: int = SOUND_RATE) -> None:
        self._rate = rate
        self._next_s: float | None = None
        self._sample_s = 1 / rate
        self._age_s = 0.0
        self._mean_s = 0.0
        self._stamps = 0
        self._off_s = 0.0

    @property
    def ppm(self) -> float:
        """How much faster than its nominal rate the device samples, in parts per million."""
        return (1 / (self._sample_s * self._rate) - 1) * 1e6

    def place(self, at_s: float, samples: int, *, overflowed: bool = False) -> Span:
        """Return where a block whose first sample is stamped at_s lies. Blocks come in order."""
        length = samples / self._rate
        if self._next_s is None or overflowed or self._stepped(at_s - self._next_s, length):
            return self._anchor(at_s, samples, stepped=self._next_s is not None)
        start, self._age_s = self._next_s, self._age_s + length
        if self._age_s < AVERAGED_S:
            self._next_s = self._averaged(start, at_s, samples)
            return Span(start, self._next_s)
        error = at_s - start
        bandwidth = FAST_HZ if self._age_s < SETTLE_S else SLOW_HZ
        omega = 2 * math.pi * bandwidth * length
        self._sample_s += omega * omega * error / samples
        low, high = ((1 + way * LARGEST_RATE_ERROR) / self._rate for way in (-1, 1))
        self._sample_s = min(high, max(low, self._sample_s))
        self._next_s = start + samples * self._sample_s + math.sqrt(2) * omega * error
        return Span(start, self._next_s)

    def _averaged(self, start_s: float, at_s: float, samples: int) -> float:
        """Where the block ends: as the mean of all stamps has it, or as far towards that as it may be pulled."""
        self._stamps += 1
        self._mean_s += (at_s - self._mean_s) / self._stamps + samples * self._sample_s
        most = MOST_PULLED * samples / self._rate
        end_s = start_s + samples * self._sample_s
        return end_s + min(most, max(-most, self._mean_s - end_s))

    def _stepped(self, error: float, length: float) -> bool:
        self._off_s = self._off_s + length if abs(error) > STEP_S else 0.0
        return abs(error) > LEAP_S or self._off_s > STEP_FOR_S - length / 2

    def _anchor(self, at_s: float, samples: int, *, stepped: bool) -> Span:
        self._off_s = self._age_s = 0.0
        self._stamps = 1
        self._mean_s = self._next_s = at_s + samples * self._sample_s
        return Span(at_s, self._next_s, stepped=stepped)
