"""The hum of the mains: found where nobody speaks, followed through the words, and taken away.

Mains hum at 50 or 60 Hz and at multiples of that, where a deep voice lies too: a filter there would take the voice with
it. So nothing is filtered. How strong each multiple is, and where in its swing, is measured over three seconds around
each moment, mostly between the words, and just that is subtracted: speech loses nothing. Where nothing stands out at
exact multiples, nothing is done. Pure; any thread.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from diary_app.editing.sound import Sound

RATE = 48_000
STRETCH = 16_384
"""Samples (0.34 s) in which a hum is looked for: the multiples lie far apart, and it fits into a breath."""
BIN_HZ = RATE / STRETCH

MAINS_HZ = (50.0, 60.0)
WANDERS = 0.01
"""The mains may be off by so much of its frequency: in large grids it is 0.002 at most, with a generator more."""
STRONGEST = 8
"""The strongest line is one of the first so many; from it the others are looked for, one after the other."""
MULTIPLES = 60
"""So many are looked at: lamps buzz up to 3 kHz."""
STANDS_OUT_DB = 10.0
"""Above what lies around it."""
AGREE_HZ = 1.5
"""A line belongs to the hum when it lies this close to where the lines before it foretell it."""
_NEXT, _AROUND = 4, 13
"""What lies around a line begins so many bins from it, where its own foot ends, and ends before the next multiple."""

FRAME = 4_096
"""85 ms: the shortest that tells one multiple from the next."""
HOP = FRAME // 2
REACH = 36
"""So many frames before and after (1.5 s) say how it hums in one: nobody speaks for longer without a gap."""
APART = 4
"""Frames whose phases are compared, to see how far the mains is off just now: by 0.1 Hz at most."""
DRIFTS = 20
BATCH = 96
"""Frames that are worked out at once."""
ROUNDS = 2
QUIETEST = (2 * REACH + 1) // 5
"""Of the frames around, so many are taken for those in which nothing but the hum and the room is heard."""
SILENT = 1e-10
"""Mean square of what is no sound at all: a microphone that was lost. There nothing hums either."""

Powers = NDArray[np.float64]
Waves = NDArray[np.complex128]
Value = TypeVar("Value", bound=np.generic)

TINY = 1e-30

_NEEDED = FRAME + (BATCH + 2 * REACH - 1) * HOP
_SHAPE = np.hanning(FRAME + 1)[:-1].astype(np.float32)
_NEARER = np.hanning(2 * REACH + 3)[1:-1]
_AWAY_S = np.arange(-REACH, REACH + 1) * HOP / RATE


@dataclass(frozen=True, slots=True)
class Hum:
    """What was found."""

    mains_hz: float
    multiples: tuple[int, ...]
    """Those that stand out, such as (1, 2, 3)."""

    def in_stretch(self, sound: Sound) -> Sound:
        """The hum in sound without speech, channels x samples."""
        turns = 2 * np.pi * self.mains_hz / RATE * np.outer(self.multiples, np.arange(sound.shape[1]))
        window = np.hanning(sound.shape[1])
        waves = (sound * window) @ np.exp(-1j * turns).T * (2 / window.sum())
        return np.asarray((waves @ np.exp(1j * turns)).real, np.float32)


def find_hum(stretches: Sound) -> Hum | None:
    """The hum in stretches without speech, shape (stretches, channels, STRETCH); None where nothing hums."""
    window = np.hanning(STRETCH).astype(np.float32)
    powers = [(np.abs(np.fft.rfft(stretch * window)) ** 2).sum(axis=0) for stretch in stretches]
    log_power = np.log(np.maximum(np.median(powers, axis=0), 1e-12))
    found = [_hum_near(mains_hz, log_power) for mains_hz in MAINS_HZ]
    return max((hum for hum in found if hum), key=lambda hum: len(hum.multiples), default=None)


@dataclass(frozen=True, slots=True)
class _Line:
    hertz: float
    stands_out: float
    """Power over that around it."""


def _hum_near(mains_hz: float, log_power: Powers) -> Hum | None:
    """Measured at all multiples: an error of 0.1 Hz at the tenth is one of 0.01 Hz at the mains."""
    first = range(1, STRONGEST + 1)
    likely = {n: _line(n * mains_hz, log_power, reach_hz=AGREE_HZ + WANDERS * n * mains_hz) for n in first}
    strong = {number: line for number, line in likely.items() if line}
    if not strong:
        return None
    best = max(strong, key=lambda number: strong[number].stands_out)
    measured, lines = strong[best].hertz / best, {best: strong[best]}
    for number in range(1, MULTIPLES + 1):
        if line := _line(number * measured, log_power, reach_hz=AGREE_HZ):
            lines[number] = line
            measured = _mains(lines)
    return Hum(measured, tuple(sorted(lines)))


def _mains(lines: dict[int, _Line]) -> float:
    """The frequency whose multiples these are; the clearer a line, the surer it is."""
    clear = sum(line.stands_out * number**2 for number, line in lines.items())
    return sum(line.stands_out * number * line.hertz for number, line in lines.items()) / clear


def _line(hertz: float, log_power: Powers, *, reach_hz: float) -> _Line | None:
    """The line near this frequency; None where nothing stands out."""
    low, high = round((hertz - reach_hz) / BIN_HZ), round((hertz + reach_hz) / BIN_HZ)
    peak = low + int(np.argmax(log_power[low : high + 1]))
    before, top, after = log_power[peak - 1 : peak + 2]
    below, beyond = log_power[peak - _AROUND + 1 : peak - _NEXT + 1], log_power[peak + _NEXT : peak + _AROUND]
    above = float(top - np.median([below, beyond]))
    if before >= top or after > top or above < STANDS_OUT_DB / 10 * np.log(10):
        return None
    # A parabola through three points of the logarithm is all but exact for this window.
    exact = peak + 0.5 * float(before - after) / float(before - 2 * top + after)
    return _Line(exact * BIN_HZ, float(np.exp(above)))


def without_hum(blocks: Iterable[Sound], hum: Hum, *, channels: int) -> Iterator[Sound]:
    """The same sound without it: as many samples, each at its own place."""
    held = np.zeros((channels, HOP + REACH * HOP), np.float32)  # so the first sample lies in two frames as well
    tail = np.zeros((channels, HOP), np.float32)
    given, at = 0, -HOP
    after = np.zeros((channels, _NEEDED), np.float32)
    for block in itertools.chain(blocks, [after]):
        given += 0 if block is after else block.shape[1]
        held = np.concatenate([held, block], axis=1)
        while held.shape[1] >= _NEEDED:
            humming = _hum_in(held[:, :_NEEDED], hum, at=at)
            humming[:, :HOP] += tail
            tail = humming[:, -HOP:]
            ready = held[:, REACH * HOP :][:, : BATCH * HOP] - humming[:, :-HOP]
            yield ready[:, max(0, -at) : max(0, given - at)]
            held, at = held[:, BATCH * HOP :], at + BATCH * HOP


def _hum_in(sound: Sound, hum: Hum, *, at: int) -> Sound:
    """The hum in the frames in the middle of this sound (channels x samples), which begins at sample `at`."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME, axis=1)[:, ::HOP]
    swings = 2 * np.pi * hum.mains_hz / RATE * np.array(hum.multiples)
    turns = np.outer(np.arange(FRAME), swings)
    cosine, sine = np.cos(turns).astype(np.float32), np.sin(turns).astype(np.float32)
    starts = np.exp(1j * np.outer(at + np.arange(frames.shape[1]) * HOP, swings))
    shaped = frames * _SHAPE
    waves = ((shaped @ cosine - 1j * (shaped @ sine)) * (2 / _SHAPE.sum()) / starts).transpose(0, 2, 1)
    power = (frames.reshape(*frames.shape[:2], 4, -1) ** 2).mean(axis=3).sum(axis=0)
    steady = _steady(waves, power, np.array(hum.multiples)) * starts[REACH : REACH + BATCH].T
    swing = steady.transpose(0, 2, 1).astype(np.complex64)
    heard = swing.real @ cosine.T - swing.imag @ sine.T
    louder = (heard**2).mean(axis=2).sum(axis=0) > 2 * power[REACH : REACH + BATCH].max(axis=1)
    heard[:, louder] = 0  # the microphone was lost, and with it the hum
    heard *= _SHAPE
    whole = np.zeros((len(sound), (BATCH + 1) * HOP), np.float32)
    whole[:, :-HOP] += heard[:, :, :HOP].reshape(len(sound), -1)
    whole[:, HOP:] += heard[:, :, HOP:].reshape(len(sound), -1)
    return whole


def _steady(waves: Waves, power: Powers, multiples: NDArray[np.int64]) -> Waves:
    """How each multiple swings in each frame in the middle, as the frames around agree on it.

    waves: channels x multiples x frames, as they are heard. A frame counts for as much as it seems to be hum alone: at
    first because it is soft, and then because it agrees with the others.
    """

    near = _around(waves)
    there = _around((power.min(axis=1) > SILENT).astype(np.float64)) * _NEARER
    weights = np.broadcast_to(there / _around(power.max(axis=1) + SILENT) ** 2, near.shape)
    near = near * np.exp(
        -2j * np.pi * multiples[:, None, None] * _drift_hz(near, weights, multiples)[:, None] * _AWAY_S
    )
    steady = _mean(near, weights)
    for _ in range(ROUNDS):
        off = np.abs(near - steady[..., None]) ** 2
        weights = there / (off + np.partition(off, QUIETEST, axis=-1)[..., QUIETEST, None] + SILENT)
        steady = _mean(near, weights)
    return steady


def _around(values: NDArray[Value]) -> NDArray[Value]:
    """For each frame in the middle (last axis but one) the frames around it (last axis)."""
    return np.lib.stride_tricks.sliding_window_view(values, 2 * REACH + 1, axis=-1)


def _mean(near: Waves, weights: Powers) -> Waves:
    return np.asarray((near * weights).sum(axis=-1) / np.maximum(weights.sum(axis=-1), TINY))


def _drift_hz(near: Waves, weights: Powers, multiples: NDArray[np.int64]) -> Powers:
    """By how much the mains is off around each frame: all multiples turn by so much for each of their number."""
    both = np.minimum(weights[..., APART:], weights[..., :-APART])
    turned = (near[..., APART:] * near[..., :-APART].conj() * both).sum(axis=-1)
    numbers = np.where(multiples <= DRIFTS, multiples, 0)[:, None]
    clear = np.abs(turned)
    angle = (clear * numbers * np.angle(turned)).sum(axis=(0, 1))
    return np.asarray(
        angle / np.maximum((clear * numbers**2).sum(axis=(0, 1)), TINY) / (2 * np.pi * APART * HOP / RATE)
    )
