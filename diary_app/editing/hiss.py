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

RATE = 48_000
WINDOW = 1_536
"""32 ms: the overtones of a deep voice lie apart, and a consonant is not smeared."""
HOP = WINDOW // 4
BATCH = 64
"""Windows that are transformed at once."""

LEAST_DB = -14.0
"""Noise alone is let through at this."""
MEMORY = 0.98
"""How much of what is believed of a moment comes from the moment before."""
FAINTEST = 1e-10
"""Noise is never taken for less: -100 dB in a window's frequency."""

Powers = NDArray[np.float32]

_SHAPE = np.sqrt(np.hanning(WINDOW + 1)[:-1]).astype(np.float32)
"""Applied before and after; at a quarter of its length apart, its squares add up to 2."""


def noise_print(stretches: Sound) -> Powers:
    """The power of the noise at each frequency, all channels together, from stretches without speech.

    stretches: (stretches, channels, samples). A word that was taken for silence does not count: medians do not see it.
    """
    prints = []
    for stretch in stretches:
        rows = np.lib.stride_tricks.sliding_window_view(stretch, WINDOW, axis=1)[:, :: 2 * HOP]
        powers = np.abs(np.fft.rfft(rows * _SHAPE)) ** 2
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
    gains = _Gains(noise)
    lead = WINDOW - HOP  # so that the first sample lies in as many windows as every other one
    held, tail = np.zeros((channels, lead), np.float32), np.zeros((channels, lead), np.float32)
    given = made = 0
    for block in blocks:
        given += block.shape[1]
        held = np.concatenate([held, block], axis=1)
        if held.shape[1] < WINDOW + BATCH * HOP:
            continue
        ready, held, tail = _cleaned(held, tail, gains)
        yield ready[:, max(0, lead - made) :]
        made += ready.shape[1]
    ready, _, _ = _cleaned(np.pad(held, ((0, 0), (0, WINDOW))), tail, gains)
    yield ready[:, max(0, lead - made) : given + lead - made]


def _cleaned(held: Sound, tail: Sound, gains: _Gains) -> tuple[Sound, Sound, Sound]:
    """What is finished of the sound that is held, what is still needed of it, and windows that reach beyond."""
    channels = len(held)
    windows = np.lib.stride_tricks.sliding_window_view(held, WINDOW, axis=1)[:, ::HOP]
    count = windows.shape[1]
    spectra = np.fft.rfft(windows * _SHAPE)
    spectra *= gains.of((np.abs(spectra) ** 2).sum(axis=0))
    parts = (np.fft.irfft(spectra, WINDOW) * (_SHAPE / 2)).reshape(channels, count, -1, HOP)
    whole = np.zeros((channels, count * HOP + tail.shape[1]), np.float32)
    whole[:, : tail.shape[1]] = tail
    for at in range(parts.shape[2]):
        whole[:, at * HOP : (at + count) * HOP] += parts[:, :, at].reshape(channels, -1)
    return whole[:, : count * HOP], held[:, count * HOP :], whole[:, count * HOP :]
