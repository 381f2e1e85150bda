"""Sound on the take's own grid: exactly 48,000 samples to each second of the monotonic clock.

Input blocks lie where the microphone's clock put them (capture.drift); output sample k lies at k / 48000 s of the
take. In between stands a windowed-sinc interpolation (J. O. Smith, "Digital Audio Resampling"), so drift is corrected
by resampling and never by a jump. What was lost becomes silence of the same length. Used by the encoder thread alone.

Its weights are polynomials of the position between two samples (C. W. Farrow, "A continuously variable digital delay
element", 1988), so a block costs one product of two matrices, whatever the drift: 40 ms of sound in 0.06 ms.
"""

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.drift import Span
from capture.model import SOUND_RATE, Samples

TAPS = 16
LEFT = TAPS // 2 - 1
"""So many of the neighbours lie before the sample, the others at it and after it."""
DEGREE = 4
"""Of the polynomials: as true as the sinc itself to 0.1 dB up to 14 kHz; 3 is not."""
STRIDE = 8
"""Samples that one row of the product stands for: the fewer rows the better, until the zeros in between cost more."""
ROWS = 240
"""Rows in one product (40 ms): few enough that the library of matrices wakes no threads of its own."""
JOIN_SAMPLES = 240
"""5 ms: how long a difference at a join takes to fade, so that nobody hears a click."""

Reals = NDArray[np.float32]


@functools.cache
def _polynomials() -> NDArray[np.float64]:
    """For each of TAPS neighbours the DEGREE + 1 coefficients of its weight, by powers of the position less a half."""
    position = (1 - np.cos(np.linspace(0, np.pi, 1025))) / 2
    distance = np.arange(TAPS)[None, :] - LEFT - position[:, None]
    weights = np.sinc(distance) * np.cos(np.pi * distance / TAPS) ** 2
    weights /= weights.sum(axis=1, keepdims=True)
    powers = np.vander(position - 0.5, DEGREE + 1, increasing=True)
    found: NDArray[np.float64] = np.linalg.lstsq(powers, weights, rcond=None)[0].T
    return found


def _band() -> Reals:
    """What turns STRIDE + TAPS - 1 samples into the DEGREE + 1 terms of each of STRIDE places."""
    band = np.zeros((STRIDE + TAPS - 1, STRIDE, DEGREE + 1), np.float32)
    for place in range(STRIDE):
        band[place : place + TAPS, place] = _polynomials()
    return band.reshape(STRIDE + TAPS - 1, -1)


@dataclass(frozen=True, slots=True)
class _Held:
    """A block that waits for its right-hand neighbours."""

    samples: Reals
    span: Span


class SoundGrid:
    """Lays blocks of sound on the grid. `zero_s` is the monotonic moment of grid sample 0.

    `first` grid samples were done before, by another grid: this one begins after them.
    """

    def __init__(self, zero_s: float, *, first: int = 0) -> None:
        self._zero_s = zero_s
        self._done = first
        self._band = _band()
        self._before: Reals = np.zeros(TAPS, np.float32)
        self._held: _Held | None = None
        self._last = 0.0
        self._join = first > 0

    @property
    def samples(self) -> int:
        """Grid samples that are done: those of the grid before and those handed out so far."""
        return self._done

    def shift(self, seconds: float) -> None:
        """A pause of this length was left out: the same grid sample now lies that much later."""
        self._zero_s += seconds
        self._join = True

    def feed(self, samples: Samples, span: Span) -> Samples:
        """Add a block; return the grid samples that are now certain (one block late)."""
        block = samples.astype(np.float32)
        out = self._emit(block[: TAPS // 2])
        gap = self._silence_to(span.start_s) if self._held is None or span.stepped else out[:0]
        if span.stepped:
            self._before = np.zeros(TAPS, np.float32)
            self._join = True
        self._held = _Held(block, span)
        return np.concatenate((out, gap))

    def flush(self, until_s: float | None = None) -> Samples:
        """Return what is still held, up to the monotonic moment until_s."""
        out = self._emit(np.zeros(TAPS // 2, np.float32), until_s)
        self._held = None
        return out

    def fill(self, until_s: float) -> Samples:
        """Return what is held and then silence up to the monotonic moment until_s: the microphone is gone."""
        out = self._emit(np.zeros(TAPS // 2, np.float32))
        self._held = None
        return np.concatenate((out, self._silence_to(until_s)))

    def _index(self, at_s: float) -> int:
        """The first grid sample at or after this moment."""
        return int(np.ceil((at_s - self._zero_s) * SOUND_RATE - 1e-6))

    def _silence_to(self, at_s: float) -> Samples:
        missing = max(0, self._index(at_s) - self._done)
        if not missing:
            return np.zeros(0, np.int16)
        self._done += missing
        self._join = self._done > missing  # nothing clicks at the very beginning
        silence = self._smooth(np.zeros(missing, np.float32))
        self._join = True
        return silence

    def _emit(self, after: Reals, until_s: float | None = None) -> Samples:
        if self._held is None:
            return np.zeros(0, np.int16)
        block, span = self._held.samples, self._held.span
        end = self._index(span.end_s if until_s is None else min(until_s, span.end_s))
        wide = np.concatenate((self._before[-LEFT:], block, after))
        self._before = np.concatenate((self._before, block[-TAPS:]))[-TAPS:]
        first = max(self._done, self._index(span.start_s))
        if end <= first:
            return np.zeros(0, np.int16)
        pace = len(block) / (span.end_s - span.start_s)
        where = np.arange(end - first, dtype=np.float64)
        where *= pace / SOUND_RATE
        where += (first / SOUND_RATE + self._zero_s - span.start_s) * pace
        self._done = end
        return self._smooth(self._between(wide, where, len(block)))

    def _between(self, wide: Reals, where: NDArray[np.float64], count: int) -> Reals:
        """The sound at these places (in samples) of a block of `count`, which begins at wide[LEFT]."""
        terms = self._terms(wide, count)
        whole = where.astype(np.intp)
        np.minimum(whole, count - 1, out=whole)
        where -= whole
        where -= 0.5
        position = where.astype(np.float32)
        chosen = terms.take(whole, axis=0)
        sound: Reals = chosen[:, DEGREE] * position
        for power in range(DEGREE - 1, 0, -1):
            sound += chosen[:, power]
            sound *= position
        sound += chosen[:, 0]
        return sound

    def _terms(self, wide: Reals, count: int) -> Reals:
        """The terms of the polynomial for each sample of the block (at least count x DEGREE + 1)."""
        rows = -(-count // STRIDE)
        padded = np.zeros(rows * STRIDE + TAPS - 1, np.float32)
        padded[: len(wide)] = wide
        step = padded.itemsize
        windows: Reals = np.ndarray((rows, len(self._band)), np.float32, padded, 0, (STRIDE * step, step))
        terms = np.empty((rows, STRIDE * (DEGREE + 1)), np.float32)
        for row in range(0, rows, ROWS):
            np.dot(windows[row : row + ROWS], self._band, out=terms[row : row + ROWS])
        return terms.reshape(-1, DEGREE + 1)

    def _smooth(self, sound: Reals) -> Samples:
        """Let a difference to the sample before fade out where two stretches join that were not neighbours."""
        if self._join and len(sound):
            fade = np.linspace(1, 0, JOIN_SAMPLES, dtype=np.float32)[: len(sound)]
            sound[: len(fade)] += (self._last - sound[0]) * fade
            self._join = False
        self._last = float(sound[-1]) if len(sound) else self._last
        np.rint(sound, out=sound)
        np.minimum(sound, 32767, out=sound)
        np.maximum(sound, -32768, out=sound)
        return sound.astype(np.int16)
