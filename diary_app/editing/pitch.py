"""How high a voice is: its fundamental frequency, by autocorrelation. Computes; any thread.

Boersma, "Accurate short-term analysis of the fundamental frequency" (1993): the autocorrelation of a windowed stretch
is divided by that of the window, so that long periods are not at a disadvantage.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from diary_app.editing.sound import Sound

Floats = NDArray[np.float64]

DOWN = 6
"""Of 48 kHz every sixth sample, after an average: a voice's fundamental lies far below what is lost."""
STRETCH_S, STEP_S = 0.04, 0.02
LOWEST_HZ, HIGHEST_HZ = 60.0, 400.0
VOICED = 0.6
"""From this likeness of a stretch to itself one period later, it is voiced."""
SOFTEST_DB = 25.0
"""Below the loudest moment by more, it is no voice to go by."""
OCTAVE_COST = 0.03
"""For each octave lower: two periods are as much alike as one."""


def usual_pitch(blocks: Iterable[Sound], rate: int) -> float | None:
    """The pitch in the middle of all that is voiced, in Hz; None where there is no voice. Blocks of a second or so."""
    found = [_steps(block, rate) for block in blocks]
    hertz = np.concatenate([each for each, _ in found]) if found else np.zeros(0)
    power = np.concatenate([each for _, each in found]) if found else np.zeros(0)
    voiced = hertz[~np.isnan(hertz) & (power > power.max(initial=0.0) * 10 ** (-SOFTEST_DB / 10))]
    return float(np.median(voiced)) if len(voiced) else None


def _steps(sound: Sound, rate: int) -> tuple[Floats, Floats]:
    """The pitch of each STEP_S of a sound (channels x samples), NaN where it has none; and how loud it is, squared."""
    low = _slower(np.asarray(sound.mean(axis=0), np.float64))
    slow, length, step = rate / DOWN, round(STRETCH_S * rate / DOWN), round(STEP_S * rate / DOWN)
    if len(low) < length:
        return np.zeros(0), np.zeros(0)
    rows = np.lib.stride_tricks.sliding_window_view(low, length)[::step]
    window = np.hanning(length)
    alike = _autocorrelation((rows - rows.mean(axis=1, keepdims=True)) * window) / _autocorrelation(window[None])
    shortest, longest = round(slow / HIGHEST_HZ), min(round(slow / LOWEST_HZ), length * 2 // 3)
    lags = np.arange(shortest, longest)
    score = alike[:, shortest:longest] - OCTAVE_COST * np.log2(lags / shortest)
    best = score.argmax(axis=1)
    voiced = alike[np.arange(len(rows)), best + shortest] >= VOICED
    return np.where(voiced, slow / lags[best], np.nan), np.asarray(np.square(rows).mean(axis=1), np.float64)


def _slower(mono: Floats) -> Floats:
    return np.asarray(mono[: len(mono) // DOWN * DOWN].reshape(-1, DOWN).mean(axis=1), np.float64)


def _autocorrelation(rows: Floats) -> Floats:
    """Of each row, 1 at lag 0; where a row is silent, 0."""
    length = rows.shape[1]
    whole = np.fft.irfft(np.abs(np.fft.rfft(rows, 2 * length)) ** 2)[:, :length]
    return np.asarray(whole / np.maximum(whole[:, :1], 1e-12), np.float64)
