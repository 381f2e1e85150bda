"""Measure a finished file: which frames it holds, beep against flash, and whether the speech is there."""

from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from capture.model import SOUND_RATE, Samples
from tests.support.decoding import hear, see

BEEP_HZ = 1000.0
BEEP_WINDOW_S = 0.005
"""A whole number of the beep's waves; the edge lies where the smoothed loudness crosses half."""
SHORTEST_BEEP_S = 0.035
ENVELOPE_HZ = 100
SILENT, LEAST_HEARD = 1e-3, 0.7
"""Of the loudest moment: what is quieter was lost on a busy computer. Of the sound: what must be left to compare."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a file shows. All times in seconds, as the file states them."""

    size: str
    indices: tuple[int, ...]
    """The number on each frame, in the order of the file."""
    times: tuple[float, ...]
    flashes: tuple[float, ...]
    beeps: tuple[float, ...]
    sound_s: float
    """Length of the sound."""

    @property
    def steps_other_than_one(self) -> int:
        """How often a frame is missing or repeated; a step back to the start of the camera's loop counts as one too."""
        return int((np.diff(self.indices) != 1).sum())

    @property
    def offsets_ms(self) -> tuple[float, ...]:
        """Beep minus flash for every flash that has sound around it; positive: the sound is late."""
        heard = [flash for flash in self.flashes if flash + 0.2 < self.sound_s]
        return tuple(min(((beep - flash) * 1e3 for beep in self.beeps), key=abs) for flash in heard if self.beeps)

    @property
    def worst_ms(self) -> float:
        """The largest offset, without its sign. Raises ValueError where nothing could be compared."""
        return max(abs(offset) for offset in self.offsets_ms)

    @property
    def typical_ms(self) -> float:
        """The median offset without its sign: a busy computer now and then loses a block, or stamps it late."""
        return median(abs(offset) for offset in self.offsets_ms)


@dataclass(frozen=True, slots=True)
class Heard:
    """How well the sound of a file fits the speech that was played."""

    correlation: float
    """1.0 is the same rise and fall of loudness; strangers stay under 0.6."""
    lag_s: float
    """The place in the speech at which the file begins."""


def measure(path: Path) -> Measured:
    """Decode all of a film. Raises av.FFmpegError where it cannot be decoded."""
    seen, sound = see(path), hear(path)
    return Measured(
        size=f"{seen.size[0]}x{seen.size[1]}",
        indices=tuple(seen.indices),
        times=tuple(seen.times),
        flashes=tuple(seen.flashes),
        beeps=tuple(find_beeps(sound)),
        sound_s=len(sound) / SOUND_RATE,
    )


def find_beeps(sound: NDArray[np.float64]) -> list[float]:
    """Seconds at which a 1 kHz beep begins, also in the middle of speech."""
    loudness = _loudness_at(sound, BEEP_HZ, BEEP_WINDOW_S)
    if not len(loudness) or not loudness.max():
        return []
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (loudness > loudness.max() / 2).astype(np.int8), [0]])))
    return [
        float(rise / SOUND_RATE)
        for rise, fall in edges.reshape(-1, 2)
        if (fall - rise) / SOUND_RATE >= SHORTEST_BEEP_S and _is_pure(sound[rise:fall], loudness[rise:fall])
    ]


def _is_pure(sound: NDArray[np.float64], loudness: NDArray[np.float64]) -> bool:
    """Is nearly all of this sound the one pitch? A vowel never is. A pitch of loudness x has a power of 2 x²."""
    return bool(2 * (loudness**2).mean() > 0.6 * (sound**2).mean())


def _loudness_at(sound: NDArray[np.float64], hertz: float, window_s: float) -> NDArray[np.float64]:
    """The strength of one pitch over time: the sound against a turning pointer, smoothed by a window."""
    width = round(window_s * SOUND_RATE)
    if len(sound) < width:
        return np.zeros(0)
    pointer = np.exp(-2j * np.pi * hertz * np.arange(len(sound)) / SOUND_RATE)
    return np.abs(np.convolve(sound * pointer, np.ones(width) / width, mode="same"))


def speech_present(path: Path, speech: Samples) -> Heard:
    """Compare the file's rise and fall of loudness with that of the speech, which plays round and round."""
    return match_speech(hear(path), speech)


BEEP_EVERY_S = 2.0
"""One for every flash: 60 frames at 30 a second."""


def match_speech(sound: NDArray[np.float64], speech: Samples) -> Heard:
    """The best fit of the sound in the speech wherever that could begin; beeps and lost blocks are left out."""
    heard, played = _envelope(sound), _envelope(speech.astype(np.float64))
    kept = np.ones(len(heard), bool)
    kept[:10] = kept[-10:] = False  # a beep that is cut at an edge is too short to be found
    # A beep amid loud speech is not found, but it is there, as long after another one as they all are.
    for beep in find_beeps(sound):
        for at_s in np.arange(beep % BEEP_EVERY_S, len(sound) / SOUND_RATE, BEEP_EVERY_S):
            kept[max(0, int((at_s - 0.03) * ENVELOPE_HZ)) : int((at_s + 0.1) * ENVELOPE_HZ)] = False
    lost = heard < SILENT * heard.max(initial=0.0)
    kept &= np.convolve(lost, np.ones(3), mode="same") == 0
    if kept.sum() < LEAST_HEARD * len(heard) or not heard[kept].std():
        return Heard(0.0, 0.0)
    endless = np.concatenate([played] * (len(heard) // len(played) + 2))
    fits = [_fit(heard[kept], endless[lag : lag + len(heard)][kept]) for lag in range(len(played))]
    best = int(np.argmax(fits))
    return Heard(float(fits[best]), best / ENVELOPE_HZ)


def _fit(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    spread = one.std() * other.std()
    return float(((one - one.mean()) * (other - other.mean())).mean() / spread) if spread else 0.0


def _envelope(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Loudness (root mean square), ENVELOPE_HZ times a second."""
    step = SOUND_RATE // ENVELOPE_HZ
    whole = sound[: len(sound) // step * step].reshape(-1, step)
    envelope: NDArray[np.float64] = np.sqrt((whole**2).mean(axis=1))
    return envelope
