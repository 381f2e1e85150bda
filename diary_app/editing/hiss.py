"""Steady noise (a microphone's hiss, a fan, a room), made quieter between and beneath the words. Pure; any thread.

The noise is known from stretches where nobody speaks. Each frequency of each moment is then let through as far as
it rises above that noise: the estimate of Ephraim and Malah (1985), whose decision-directed memory keeps what remains
even, so that nothing tinkles. What is taken away is never more than LEAST_DB: a room that is quite gone sounds wrong.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from diary_app.editing.sound import Sound
from diary_app.editing.windowed import HOP, SHAPE, WINDOW, Powers, windowed

RATE = 48_000
LEAST_DB = -14.0
"""Noise alone is let through at this."""
MEMORY = 0.98
"""How much of what is believed of a moment comes from the moment before."""
FAINTEST = 1e-10
"""Noise is never taken for less: -100 dB in a window's frequency."""


def noise_print(stretches: Sound) -> Powers:
    """The power of the noise at each frequency, all channels together, from stretches without speech.

    stretches: (stretches, channels, samples). A word that was taken for silence does not count: medians do not see it.
    """
    prints = []
    for stretch in stretches:
        rows = np.lib.stride_tricks.sliding_window_view(stretch, WINDOW, axis=1)[:, :: 2 * HOP]
        powers = np.abs(np.fft.rfft(rows * SHAPE)) ** 2
        # The median of noise's power is ln 2 of its mean.
        prints.append(np.median(powers, axis=1).sum(axis=0) / np.log(2))
    middle = np.median(prints, axis=0)
    smooth = np.convolve(np.pad(middle, 2, mode="edge"), np.full(5, 0.2), "valid")
    return np.maximum(smooth, FAINTEST).astype(np.float32)


@dataclass(slots=True)
class _Gains:
    """How far each frequency is let through, one window after the other."""

    noise: Powers
    before: Powers = field(init=False)
    """What was believed to be sound, as a part of the noise, in the window before."""

    def __post_init__(self) -> None:
        self.before = np.zeros_like(self.noise)

    def of(self, powers: Powers) -> Powers:
        """Gains for windows (windows x frequencies) that follow each other."""
        above = powers / self.noise
        gains = np.empty_like(above)
        for row, now in enumerate(above):
            sure = MEMORY * self.before + (1 - MEMORY) * np.maximum(now - 1, 0)
            wiener = sure / (1 + sure)
            gain = wiener * _lift(wiener * now)
            self.before = np.minimum(gain, 1.0) ** 2 * now
            gains[row] = gain
        return np.clip(gains, np.float32(10 ** (LEAST_DB / 20)), 1.0)


def _table() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """exp(E1(v) / 2) over log10(v), where E1 is the exponential integral, summed up from far out."""
    log_v = np.linspace(-5, 2, 701)
    fine = np.linspace(-5, 2, 70_001)
    inside = np.exp(-(10**fine)) * np.log(10)  # of dv / v
    steps = (inside[1:] + inside[:-1]) / 2 * (fine[1] - fine[0])
    integral = np.concatenate([np.cumsum(steps[::-1])[::-1], [0.0]])[::100]
    return log_v, np.exp(integral / 2)


_LOG_V, _LIFT = _table()


def _lift(v: Powers) -> Powers:
    return np.interp(np.log10(np.maximum(v, 1e-5)), _LOG_V, _LIFT).astype(np.float32)


def without_hiss(blocks: Iterable[Sound], noise: Powers, *, channels: int) -> Iterator[Sound]:
    """The same sound with the noise made quieter: as many samples, each at its own place."""
    yield from windowed(blocks, _Gains(noise).of, channels=channels)
