"""A sound whose frequencies are let through more or less, from moment to moment: windows that overlap. Any thread."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diary_app.editing.sound import Sound

WINDOW = 1_536
"""32 ms at 48 kHz: the overtones of a deep voice lie apart, and a consonant is not smeared."""
HOP = WINDOW // 4
BATCH = 64
"""Windows that are transformed at once."""

Powers = NDArray[np.float32]
GainsOf: TypeAlias = Callable[[Powers], Powers]
"""From the powers of windows that follow each other (windows x frequencies, all channels together) to as many gains."""

SHAPE = np.sqrt(np.hanning(WINDOW + 1)[:-1]).astype(np.float32)
"""Applied before and after; at a quarter of its length apart, its squares add up to 2."""


def windowed(blocks: Iterable[Sound], gains_of: GainsOf, *, channels: int) -> Iterator[Sound]:
    """The sound with these gains: as many samples, each at its own place."""
    lead = WINDOW - HOP  # so that the first sample lies in as many windows as every other one
    held, tail = np.zeros((channels, lead), np.float32), np.zeros((channels, lead), np.float32)
    given = made = 0
    for block in blocks:
        given += block.shape[1]
        held = np.concatenate([held, block], axis=1)
        if held.shape[1] < WINDOW + BATCH * HOP:
            continue
        ready, held, tail = _shaped(held, tail, gains_of)
        yield ready[:, max(0, lead - made) :]
        made += ready.shape[1]
    ready, _, _ = _shaped(np.pad(held, ((0, 0), (0, WINDOW))), tail, gains_of)
    yield ready[:, max(0, lead - made) : given + lead - made]


def _shaped(held: Sound, tail: Sound, gains_of: GainsOf) -> tuple[Sound, Sound, Sound]:
    """What is finished of the sound that is held, what is still needed of it, and windows that reach beyond."""
    channels = len(held)
    windows = np.lib.stride_tricks.sliding_window_view(held, WINDOW, axis=1)[:, ::HOP]
    count = windows.shape[1]
    spectra = np.fft.rfft(windows * SHAPE)
    spectra *= gains_of((np.abs(spectra) ** 2).sum(axis=0))
    parts = (np.fft.irfft(spectra, WINDOW) * (SHAPE / 2)).reshape(channels, count, -1, HOP)
    whole = np.zeros((channels, count * HOP + tail.shape[1]), np.float32)
    whole[:, : tail.shape[1]] = tail
    for at in range(parts.shape[2]):
        whole[:, at * HOP : (at + count) * HOP] += parts[:, :, at].reshape(channels, -1)
    return whole[:, : count * HOP], held[:, count * HOP :], whole[:, count * HOP :]
