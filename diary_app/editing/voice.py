"""A voice that is not the speaker's own: higher or lower, from a throat of another size, each word at its moment.

Pitch: short grains of the sound are played faster or slower and laid over each other again at the places where they lie
in the recording, each moved by a few milliseconds to where it fits the one before (Verhelst and Roelands, WSOLA, 1993).
Throat: the resonances that make a voice somebody's own are moved apart from the pitch, by the spectrum's envelope
(cepstral smoothing). How far both go is drawn by lot for each rendition and wanders, so that no single number turns it
back. It does not make anybody anonymous: who knows the speaker may still recognise them. Computes; any thread.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diary_app.editing.sound import Sound
from diary_app.editing.windowed import Powers, windowed

MIDDLE_HZ = 160.0
"""A voice below it is made higher, one above it lower: people meet in the middle."""
SEMITONES = (4.0, 5.0)
"""So far the pitch is moved, between these."""
THROAT = (0.11, 0.15)
"""So much shorter or longer the throat seems, as a part of it."""
WANDER = 0.025
"""The pitch strays by so much of itself ..."""
WANDER_S = 0.8
"""... from one moment to another that is so far away."""

GRAIN_S = 0.04
REACH_S = 0.007
"""A grain is moved by no more: half a period of the deepest voice."""
DOWN = 8
"""Where grains fit is looked for in every eighth sample first."""


@dataclass(frozen=True, slots=True)
class Mask:
    """How a voice is changed."""

    pitch: float
    """Times the speaker's own."""
    throat: float
    """Times the speaker's own resonances."""

    @staticmethod
    def drawn(pitch_hz: float | None, rng: np.random.Generator) -> "Mask":
        """One for a voice of this pitch; None: not known."""
        way = 1 if pitch_hz is not None and pitch_hz < MIDDLE_HZ else -1
        return Mask(2 ** (way * rng.uniform(*SEMITONES) / 12), (1 + rng.uniform(*THROAT)) ** way)


def masked(
    blocks: Iterator[Sound], mask: Mask, rng: np.random.Generator, *, rate: int, channels: int
) -> Iterator[Sound]:
    """The same sound in another voice: as many samples, each word where it was."""
    throat = _Throat(mask.throat / mask.pitch, rate)
    return windowed(_at_pitch(blocks, mask.pitch, rng, rate=rate), throat.gains, channels=channels)


# -- pitch -------------------------------------------------------------------------------------------------------------


def _at_pitch(blocks: Iterator[Sound], pitch: float, rng: np.random.Generator, *, rate: int) -> Iterator[Sound]:
    grains = _Grains(rate, pitch, rng)
    for block in blocks:
        made = grains.after(block)
        if made is not None:
            yield made
    yield from grains.rest()


class _Grains:
    """Reads a sound block by block, and lays its grains over each other at another pitch."""

    def __init__(self, rate: int, pitch: float, rng: np.random.Generator) -> None:
        self._hop = round(GRAIN_S * rate) // 2
        self._reach = round(REACH_S * rate)
        self._pitch, self._rng = pitch, rng
        self._strays = _strays(rng, round(WANDER_S * rate) // self._hop)
        # So much is read before and after the grain that is laid.
        self._lead = self._reach + round(2 * self._hop * pitch * (1 + 2 * WANDER)) + 2 * DOWN
        self._held: Sound | None = None
        self._given = 0
        self._taken = 0
        self._at = 0
        """The sample that comes next out."""
        self._before: float | None = None
        """Where in what is held the last grain goes on."""
        self._tail: Sound | None = None
        self._window = 0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * self._hop) + 0.5) / self._hop)

    def after(self, block: Sound) -> Sound | None:
        """What can be told once this is known, too."""
        if self._held is None:
            self._held = np.zeros((block.shape[0], self._lead), np.float32)
        self._held = np.concatenate([self._held, block], axis=1)
        self._taken += block.shape[1]
        return self._laid()

    def rest(self) -> Iterator[Sound]:
        """What is left at the end."""
        if self._held is None:
            return
        missing = self._taken - self._given
        self._held = np.concatenate(
            [self._held, np.zeros((self._held.shape[0], 2 * self._lead + 2 * self._hop), np.float32)], axis=1
        )
        made = self._laid()
        if made is not None and missing:
            yield made[:, :missing]

    def _laid(self) -> Sound | None:
        """Grains as far as what is held goes; what no grain needs any more is let go."""
        assert self._held is not None
        made, place = list[Sound](), self._lead  # where in what is held the next sample out has its place
        while place + 2 * self._lead + self._hop <= self._held.shape[1]:
            made.append(self._grain(self._held, place))
            place += self._hop
        gone = place - self._lead
        self._held = self._held[:, gone:]
        if self._before is not None:
            self._before -= gone
        if not made:
            return None
        out: Sound = np.concatenate(made, axis=1).astype(np.float32)
        self._given += out.shape[1]
        return out

    def _grain(self, held: Sound, place: int) -> Sound:
        """The next HOP samples out: the end of the last grain and the beginning of a new one around `place`."""
        pitch = self._pitch * next(self._strays)
        length = 2 * self._hop
        start = place + self._hop - pitch * self._hop  # a grain's middle stays where it is
        if self._before is not None:
            start = _fitting(held, self._before, start, round(pitch * self._hop), self._reach)
        spots = start + pitch * np.arange(length)
        whole = np.stack([np.interp(spots, np.arange(held.shape[1]), row) for row in held]) * self._window
        out = whole[:, : self._hop] + (self._tail if self._tail is not None else 0.0)
        self._tail = np.asarray(whole[:, self._hop :], np.float32)
        self._before = start + pitch * self._hop
        return np.asarray(out, np.float32)


def _strays(rng: np.random.Generator, steps: int) -> Iterator[float]:
    """Factors around 1 that wander smoothly."""
    last = 1.0
    while True:
        goal = 1 + rng.uniform(-WANDER, WANDER)
        for step in range(steps):
            yield last + (goal - last) * (0.5 - 0.5 * np.cos(np.pi * step / steps))
        last = goal


def _fitting(held: Sound, before: float, start: float, length: int, reach: int) -> float:
    """The place near `start` from which the sound is most like what follows `before`: first roughly, then finely."""
    low = round(start) - reach
    mono = held[:, low : low + length + 2 * reach].mean(axis=0)
    goes_on = held[:, round(before) : round(before) + length].mean(axis=0)
    rough = _best(goes_on[: length // DOWN * DOWN].reshape(-1, DOWN).mean(axis=1), _slow(mono)) * DOWN
    first = max(0, rough - DOWN)
    fine = first + _best(goes_on, mono[first : rough + DOWN + length])
    return float(low + fine)


def _slow(mono: Sound) -> Sound:
    return np.asarray(mono[: len(mono) // DOWN * DOWN].reshape(-1, DOWN).mean(axis=1), np.float32)


def _best(wanted: NDArray[np.float32], among: NDArray[np.float32]) -> int:
    """Where in `among` a stretch lies that is most like what is wanted."""
    alike = np.correlate(among, wanted, "valid")
    squares = np.concatenate([[0.0], np.cumsum(np.square(among, dtype=np.float64))])
    power = squares[len(wanted) :] - squares[: -len(wanted)]
    return int(np.argmax(alike / np.sqrt(np.maximum(power, 1e-9))))


# -- throat ------------------------------------------------------------------------------------------------------------

SMOOTH_S = 0.0018
"""What repeats in the spectrum within so much belongs to the throat, later to the pitch."""
MOST_DB = 20.0
"""No frequency is made louder or softer by more."""
FAINTEST = 1e-10


@dataclass(frozen=True, slots=True)
class _Throat:
    """Another size of throat: the envelope of the spectrum so many times as wide."""

    times: float
    rate: int

    def gains(self, powers: Powers) -> Powers:
        """See windowed()."""
        cepstrum = np.fft.irfft(0.5 * np.log(powers + FAINTEST))
        kept = round(SMOOTH_S * self.rate)
        cepstrum[:, kept : cepstrum.shape[1] - kept + 1] = 0
        envelope = np.fft.rfft(cepstrum).real
        spots = np.arange(powers.shape[1]) / self.times
        lower = np.minimum(spots.astype(np.int64), powers.shape[1] - 2)
        share = np.minimum(spots - lower, 1.0)
        moved = envelope[:, lower] * (1 - share) + envelope[:, lower + 1] * share
        most = MOST_DB / 20 * np.log(10)
        return np.asarray(np.exp(np.clip(moved - envelope, -most, most)), np.float32)
