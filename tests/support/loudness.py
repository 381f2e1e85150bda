"""Loudness by ITU-R BS.1770-4 and true peak, written from the standard with numpy alone: to check what the app made."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Heard = NDArray[np.float64]
"""channels x samples at 48 kHz, -1 to 1."""

RATE = 48_000
BLOCK, STEP = RATE * 4 // 10, RATE // 10
SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
"""Tables 1 and 2 of the standard: b and a of the two stages of the K weighting at 48 kHz."""


def decode(path: Path) -> Heard:
    """All sound of a file as a player would give it out, with every channel."""
    with av.open(str(path)) as media:
        blocks = []
        for frame in media.decode(audio=0):
            assert (frame.sample_rate, frame.format.name) == (RATE, "fltp")
            blocks.append(frame.to_ndarray().astype(np.float64))
        return np.concatenate(blocks, axis=1)


def loudness(sound: Heard) -> float:
    """Integrated, gated loudness in LUFS; minus infinity for what is silent."""
    power = np.concatenate([[0.0], np.cumsum((_weighted(sound) ** 2).sum(axis=0))])
    starts = np.arange(0, sound.shape[1] - BLOCK + 1, STEP)
    blocks = (power[starts + BLOCK] - power[starts]) / BLOCK
    loud = blocks[_lufs(blocks) > -70.0]
    if not len(loud):
        return -np.inf
    return float(_lufs(loud[_lufs(loud) > _lufs(loud.mean()) - 10.0].mean()))


def true_peak(sound: Heard) -> float:
    """The highest value between the samples too, at four times the rate, in dB of full scale."""
    count = sound.shape[1] + RATE // 10
    spectrum = np.fft.rfft(sound, count)
    finer = np.fft.irfft(spectrum, 4 * count) * 4
    with np.errstate(divide="ignore"):
        return float(20 * np.log10(np.abs(finer).max()))


def _lufs(power: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return np.asarray(-0.691 + 10 * np.log10(power))


def _weighted(sound: Heard) -> Heard:
    """Both filters at once, as a product in the spectrum; a second of silence takes up what rings on."""
    count = sound.shape[1] + RATE
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(count))
    answer = np.ones_like(z)
    for b, a in (SHELF, HIGH_PASS):
        answer *= (b[0] + b[1] * z + b[2] * z**2) / (a[0] + a[1] * z + a[2] * z**2)
    return np.fft.irfft(np.fft.rfft(sound, count) * answer, count)[:, : sound.shape[1]]
