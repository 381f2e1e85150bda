"""Compares voices: how much of one recording of speech is still in another, when its words come, and how they sound."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from capture.model import SOUND_RATE
from capture.models import SILERO, find_model
from capture.speech import STRETCH, SileroSpeech

Heard = NDArray[np.float64]

WINDOW_S, STEP_S = 0.2, 0.1
LAG_S = 0.02
QUIET_DB = -25.0
"""Windows of the first recording that are softer than its loudest by more are left out."""
SYLLABLE_S = 0.01
RUMBLE_HZ = 150.0


def likeness(heard: Heard, truth: Heard) -> list[float]:
    """For each loud window of the truth, from its first to its last: how alike the other is, wherever within LAG_S.

    1: the same waves, as loud or softer; two recordings of one voice that say other words stay below 0.6. Below
    RUMBLE_HZ nobody speaks, and a few slow waves are like any others.
    """
    heard, truth = _without_rumble(heard), _without_rumble(truth)
    reach = round(LAG_S * SOUND_RATE)
    padded = np.pad(heard, (reach, reach + len(truth)))
    found = []
    for at, window in _loud(truth):
        near = padded[at : at + len(window) + 2 * reach]
        alike = np.abs(np.correlate(near, window, "valid"))
        power = np.convolve(near**2, np.ones(len(window)), "valid")
        found.append(float((alike / np.sqrt(np.maximum(power, 1e-9) * np.sum(window**2))).max()))
    return found


def _without_rumble(sound: Heard) -> Heard:
    spectrum = np.fft.rfft(sound)
    spectrum[: round(RUMBLE_HZ * len(sound) / SOUND_RATE)] = 0
    return np.asarray(np.fft.irfft(spectrum, len(sound)))


def _loud(truth: Heard) -> Iterator[tuple[int, Heard]]:
    length, step = round(WINDOW_S * SOUND_RATE), round(STEP_S * SOUND_RATE)
    starts = [*range(0, len(truth) - length, step), len(truth) - length]
    power = [float(np.mean(truth[at : at + length] ** 2)) for at in starts]
    for at, loud in zip(starts, power, strict=True):
        if loud > max(power) * 10 ** (QUIET_DB / 10):
            yield at, truth[at : at + length]


def rise_and_fall(sound: Heard) -> Heard:
    """How loud it is, every SYLLABLE_S."""
    length = round(SYLLABLE_S * SOUND_RATE)
    return np.asarray(np.sqrt(np.mean(sound[: len(sound) // length * length].reshape(-1, length) ** 2, axis=1)))


def late_s(heard: Heard, truth: Heard) -> tuple[float, float]:
    """By how much the words come later (seconds), and how alike they rise and fall then, up to 1."""
    one, other = rise_and_fall(truth), rise_and_fall(heard)
    length = min(len(one), len(other))
    lags = range(-20, 21)
    alike = [
        float(np.corrcoef(one[20 : length - 20], np.roll(other[:length], -lag)[20 : length - 20])[0, 1]) for lag in lags
    ]
    best = int(np.argmax(alike))
    return lags[best] * SYLLABLE_S, alike[best]


def spoken_share(sound: Heard) -> float:
    """In how much of it a trained detector hears somebody speak, 0 to 1."""
    speech, samples = SileroSpeech(find_model(SILERO)), np.rint(sound * 32767).clip(-32768, 32767).astype(np.int16)
    stretches = range(0, len(samples) - STRETCH + 1, STRETCH)
    return float(np.mean([speech.hear(samples[at : at + STRETCH]) > 0.5 for at in stretches]))


def throat(heard: Heard, truth: Heard) -> float:
    """How many times higher the resonances lie: the stretch of one long-term spectrum that fits the other best."""
    one, other = _resonances(truth), _resonances(heard)
    hertz = np.geomspace(400, 4_000, 300)
    factors = np.linspace(0.75, 1.35, 121)
    fits = [np.corrcoef(_at(one, hertz), _at(other, hertz * factor))[0, 1] for factor in factors]
    return float(factors[int(np.argmax(fits))])


_LENGTH = 2048


def _resonances(sound: Heard) -> Heard:
    """The envelope of the long-term spectrum, in nepers."""
    rows = np.lib.stride_tricks.sliding_window_view(sound, _LENGTH)[:: _LENGTH // 2] * np.hanning(_LENGTH)
    power = np.mean(np.abs(np.fft.rfft(rows)) ** 2, axis=0)
    return np.convolve(np.log(power + 1e-9), np.hanning(13) / np.hanning(13).sum(), "same")


def _at(envelope: Heard, hertz: Heard) -> Heard:
    return np.asarray(np.interp(hertz * _LENGTH / SOUND_RATE, np.arange(len(envelope)), envelope))
