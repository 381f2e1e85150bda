"""The verdict on a whole take, and on the few seconds of "say your name". One judge serves one thread.

It keeps how many tenths of a second were how loud, and a few sums: its memory does not grow with the take.

What is asked of a voice follows broadcasting and podcasts, which have it near -20 dB below full scale (RMS), and 20 dB
or more above whatever else is heard. The limits stand where a listener begins to miss words.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from capture.model import SOUND_RATE, Samples
from capture.sound_guard import PAUSE
from capture.sound_steps import FLOOR_DB, SILENT_DB, STEP_S, Step, StepCutter
from capture.speech import SPEECH, STRETCH, SpeechDetector

QUIET_DB = -42.0
"""A softer voice cannot be raised to -20 without raising the room, the fan and the converter's noise with it."""
NOISY_DB = 12.0
"""A voice that is less than this above the noise tires everybody, and is lost on those who hear badly."""
CLIPPED_SHARE = 0.05
"""So much of the sounding time may be cut off before it is more than a laugh or a cough ..."""
CLIPPED_LEAST_S = 0.3
"""... or so long, in a take of a few words."""
SILENT_SHARE = 0.5
"""A take that is muted for longer than this share of it is as good as silent."""
SPEECH_SHARE = 0.02
"""Somebody is heard when they speak for this share of the take at least ..."""
SPEECH_LEAST_S = 0.3
"""... and so long: one short word."""
SHORTEST_S = 1.0
"""Nothing can be said about less than this."""

_BINS_IN_DB = 2
_GATE_DB = 10.0
_NOISE_SHARE = 0.1
_LEVELS_DB = np.linspace(FLOOR_DB, 0.0, round(-FLOOR_DB) * _BINS_IN_DB + 1)


class SoundFault(StrEnum):
    """What is wrong with the sound of a take, the worst first; only the first that holds is told."""

    SILENT = "silent"
    """Nobody can be heard: no sound at all, most of it muted, or sound without a voice."""
    CLIPPED = "clipped"
    """Too loud: distorted for a noticeable part."""
    QUIET = "quiet"
    """The voice is far too soft."""
    NOISY = "noisy"
    """The voice hardly rises above the noise."""


@dataclass(frozen=True, slots=True)
class SoundVerdict:
    """What the sound of a take is like."""

    fault: SoundFault | None
    level_db: float
    """The voice: RMS in dB below full scale of the sounding parts (no more than 10 dB below their mean, the gate of
    ITU-R BS.1770); FLOOR_DB when there is none."""
    noise_db: float
    """What is there between the words: the level that a tenth of the take stays below; FLOOR_DB in digital silence."""
    clipped_s: float
    """Time with peaks cut off."""
    silent_s: float
    """Time in which nothing came from the microphone, counting only stretches longer than any pause for thought."""
    speech_s: float | None
    """Time in which somebody was heard speaking, short pauses included; None when no detector listened."""


class SoundJudge:
    """Feed it the sound of the take with hear(); ask verdict() at any time. Memory is constant."""

    def __init__(self) -> None:
        self._cutter = StepCutter()
        self._counts = np.zeros(len(_LEVELS_DB), np.int64)
        self._clipped = 0
        self._muted = self._silence = 0  # steps: of long silences so far; in a row just now
        self._samples = 0
        self._spoken: int | None = None  # samples

    def hear(self, samples: Samples, speaking: bool | None = None) -> None:
        """Consecutive samples of the take, and whether somebody is speaking in them (SoundGuard.speaking)."""
        self._samples += len(samples)
        if speaking is not None:
            self._spoken = (self._spoken or 0) + speaking * len(samples)
        for step in self._cutter.cut(samples):
            self._take(step)

    def _take(self, step: Step) -> None:
        self._clipped += step.clipped
        self._counts[_bin(step.level_db)] += 1
        self._silence = self._silence + 1 if step.silent else 0
        if self._silence == PAUSE:
            self._muted += PAUSE
        elif self._silence > PAUSE:
            self._muted += 1

    def verdict(self) -> SoundVerdict:
        """About everything heard so far."""
        level_db, sounding_s = self._voice()
        verdict = SoundVerdict(
            fault=None,
            level_db=level_db,
            noise_db=self._noise_db(),
            clipped_s=round(self._clipped * STEP_S, 1),
            silent_s=round(self._muted * STEP_S, 1),
            speech_s=None if self._spoken is None else self._spoken / SOUND_RATE,
        )
        return replace(verdict, fault=_fault(verdict, self._samples / SOUND_RATE, sounding_s))

    def _voice(self) -> tuple[float, float]:
        """The level of the sounding parts, and how many seconds they are."""
        counts = np.where(_LEVELS_DB >= SILENT_DB, self._counts, 0)
        for _ in range(2):  # all that sounds; then without what is far below the mean of that
            if not counts.any():
                return FLOOR_DB, 0.0
            level_db = _mean_db(counts)
            counts = np.where(level_db - _GATE_DB <= _LEVELS_DB, counts, 0)
        return _mean_db(counts), float(counts.sum()) * STEP_S

    def _noise_db(self) -> float:
        """The level that a tenth of the steps stay below, those of a mute switch left out."""
        counts = np.where(_LEVELS_DB >= SILENT_DB, self._counts, 0)
        silent = int(self._counts.sum() - counts.sum()) - self._muted
        wanted = (silent + int(counts.sum())) * _NOISE_SHARE
        if wanted <= silent:
            return FLOOR_DB
        return float(_LEVELS_DB[np.searchsorted(np.cumsum(counts), wanted - silent)])


def judge_try(samples: Samples, speech: SpeechDetector | None) -> SoundVerdict:
    """The verdict on a few seconds in which somebody was asked to say their name. Any thread; 10 ms for each second."""
    judge = SoundJudge()
    for start in range(0, len(samples), STRETCH):
        stretch = samples[start : start + STRETCH]
        judge.hear(stretch, None if speech is None else speech.hear(stretch) >= SPEECH)
    return judge.verdict()


def _fault(verdict: SoundVerdict, length_s: float, sounding_s: float) -> SoundFault | None:
    if length_s < SHORTEST_S:
        return None
    if sounding_s == 0 or verdict.silent_s > SILENT_SHARE * length_s or not _somebody(verdict.speech_s, length_s):
        return SoundFault.SILENT
    if verdict.clipped_s >= max(CLIPPED_LEAST_S, CLIPPED_SHARE * sounding_s):
        return SoundFault.CLIPPED
    if verdict.level_db < QUIET_DB:
        return SoundFault.QUIET
    return SoundFault.NOISY if verdict.level_db - verdict.noise_db < NOISY_DB else None


def _somebody(speech_s: float | None, length_s: float) -> bool:
    """Whether anybody speaks; where no detector listened, it is taken for granted."""
    return speech_s is None or speech_s >= max(SPEECH_LEAST_S, SPEECH_SHARE * length_s)


def _bin(level_db: float) -> int:
    return min(len(_LEVELS_DB) - 1, max(0, round((level_db - FLOOR_DB) * _BINS_IN_DB)))


def _mean_db(counts: NDArray[np.int64]) -> float:
    """The mean of the powers of so many steps of each level."""
    return 10 * float(np.log10(np.average(10 ** (_LEVELS_DB / 10), weights=counts)))
