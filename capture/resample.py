"""Sound on the take's own grid: exactly 48,000 samples to each second of the monotonic clock.

Input blocks lie where the microphone's clock put them (capture.drift); output sample k lies at k / 48000 s of the
take. In between stands a windowed-sinc interpolation (J. O. Smith, "Digital Audio Resampling"), so drift is corrected
by resampling and never by a jump. What was lost becomes silence of the same length. Used by the encoder thread alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.drift import Span
from capture.model import SOUND_RATE, Samples

TAPS = 16
PHASES = 1024
JOIN_SAMPLES = 240
"""5 ms: how long a difference at a join takes to fade, so that nobody hears a click."""

Reals = NDArray[np.float32]


def _table() -> Reals:
    """Weights of TAPS neighbours for each of PHASES + 1 positions between two samples; each row adds up to 1."""
    offsets = np.arange(TAPS) - (TAPS // 2 - 1)
    distance = offsets[None, :] - np.linspace(0, 1, PHASES + 1)[:, None]
    window = np.cos(np.pi * distance / TAPS) ** 2
    weights = np.sinc(distance) * window
    rows: Reals = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return rows


@dataclass(frozen=True, slots=True)
class _Held:
    """A block that waits for its right-hand neighbours."""

    samples: Reals
    span: Span


class SoundGrid:
    """Lays blocks of sound on the grid. `zero_s` is the monotonic moment of grid sample 0."""

    def __init__(self, zero_s: float) -> None:
        self._zero_s = zero_s
        self._done = 0
        self._weights = _table()
        self._before: Reals = np.zeros(TAPS, np.float32)
        self._held: _Held | None = None
        self._last = 0.0
        self._join = False

    @property
    def samples(self) -> int:
        """Grid samples handed out so far."""
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
        wide = np.concatenate((self._before[-(TAPS // 2 - 1) :], block, after, np.zeros(TAPS, np.float32)))
        self._before = np.concatenate((self._before, block))[-TAPS:]
        first = max(self._done, self._index(span.start_s))
        if end <= first:
            return np.zeros(0, np.int16)
        moments = np.arange(first, end) / SOUND_RATE + self._zero_s
        where = (moments - span.start_s) / (span.end_s - span.start_s) * len(block)
        whole = np.floor(where).astype(np.int64).clip(0, len(block) - 1)
        phase = np.rint((where - whole) * PHASES).astype(np.int64).clip(0, PHASES)
        windows = np.lib.stride_tricks.sliding_window_view(wide, TAPS)[whole]
        self._done = end
        return self._smooth(np.einsum("nt,nt->n", windows, self._weights[phase]))

    def _smooth(self, sound: Reals) -> Samples:
        """Let a difference to the sample before fade out where two stretches join that were not neighbours."""
        if self._join and len(sound):
            fade = np.linspace(1, 0, JOIN_SAMPLES, dtype=np.float32)[: len(sound)]
            sound[: len(fade)] += (self._last - sound[0]) * fade
            self._join = False
        self._last = float(sound[-1]) if len(sound) else self._last
        return np.rint(sound).clip(-32768, 32767).astype(np.int16)
