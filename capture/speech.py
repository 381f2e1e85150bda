"""Whether somebody is speaking in a stretch of sound. No thread of its own; several threads may share a detector.

The trained one is Silero VAD, a network of 1.2 MB that OpenCV runs, so that nothing more is installed. OpenCV's numbers
were compared with those of the network's usual runtime on real speech: they differ by less than 0.00001. It takes
0.6 ms for each of its windows (32 ms), which is why the guard listens to stretches rather than to everything; and each
stretch is a world of its own, amplified to the same peak and heard from a fresh state. So speech is found just as well
when it is 30 dB too soft, which is when somebody needs to be told.
"""

import threading
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.model import SOUND_RATE, Samples

STRETCH = SOUND_RATE * 4 // 10
"""Samples that are best heard at once: 0.4 s, long enough to be known from a fresh state."""
SPEECH = 0.5
"""From this probability on somebody speaks."""

Floats = NDArray[np.float32]

_RATE = 16_000
_DOWN = SOUND_RATE // _RATE
_WINDOW = 512
_CONTEXT = 64
"""The network sees the last samples of the window before in front of each window."""
_STATE = 128
_PEAK = 0.3
RISE_DB = 7.0
"""A voice rises and falls by this much or more in most stretches. Pink noise stays below 4."""
STEADY_DB = 4.0
"""A stretch that rises and falls by less is a hum, a fan or a room; some hums are vowels to the network. Hardly any
voice is that even for 0.4 s, not in 5 dB of noise either; and the network need not be asked."""
_LEVELS_S = 0.05
_FAINTEST = 8
"""A stretch whose largest sample is below this (-72 dB) holds nobody; amplified it would be noise of the converter."""


class SpeechDetector(Protocol):
    """Tells speech from every other sound."""

    def hear(self, samples: Samples) -> float:
        """The probability (0 to 1) that somebody spoke in this stretch of SOUND_RATE sound; STRETCH samples are best.

        It remembers nothing from one call to the next. Any thread.
        """
        ...


class SileroSpeech:
    """Silero VAD, version 6, from its ONNX file (see capture.models). Raises OSError where it cannot be read."""

    def __init__(self, model: Path) -> None:
        # Given as bytes, because OpenCV cannot open every path on Windows.
        data = np.frombuffer(model.read_bytes(), np.uint8)
        self._net = cv2.dnn.readNetFromONNX(data, cv2.dnn.ENGINE_NEW)
        self._turn = threading.Lock()  # the network keeps its input and its layers: one question at a time
        self._low_pass = low_pass()

    def hear(self, samples: Samples) -> float:
        """See SpeechDetector. 0 for less than one window (32 ms)."""
        peak = int(np.abs(samples.astype(np.int32)).max(initial=0))
        if peak < _FAINTEST or rise_db(samples) < STEADY_DB:
            return 0.0
        windows = windows_of(downsample(samples.astype(np.float32) * np.float32(_PEAK / peak), self._low_pass))
        return float(self.windows(windows).max(initial=0.0)) if len(windows) else 0.0

    def windows(self, windows: Floats) -> Floats:
        """The probability for each window of 64 + 512 samples at 16 kHz that follow each other: shape (n,)."""
        state = np.zeros((1, 1, _STATE), np.float32)
        with self._turn:
            for value, name in ((windows, "input"), (state, "h"), (state, "c")):
                self._net.setInput(value, name)
            return np.array(self._net.forward("speech_probs"), np.float32).reshape(-1)


class LevelSpeech:
    """By level alone, where the trained detector is missing: a voice rises and falls, a hum and a room do not.

    Knocking and typing count as a voice too, and so nobody who speaks is told that they do not.
    """

    def hear(self, samples: Samples) -> float:
        """See SpeechDetector: RISE_DB gives SPEECH."""
        return min(1.0, rise_db(samples) * SPEECH / RISE_DB)


def rise_db(samples: Samples) -> float:
    """How far the level rises and falls within this stretch: dB between its loudest and its softest 50 ms."""
    length = round(_LEVELS_S * SOUND_RATE)
    steps = samples[: len(samples) // length * length].astype(np.float32).reshape(-1, length)
    if len(steps) < 2:
        return 0.0
    powers = np.maximum(steps.var(axis=1), 1.0)
    return 10 * float(np.log10(powers.max() / powers.min()))


def downsample(sound: Floats, low_pass: Floats) -> Floats:
    """Every third sample of the filtered sound; the ends, which the filter does not fill, are left out."""
    if len(sound) < len(low_pass):
        return np.zeros(0, np.float32)
    return np.asarray(np.convolve(sound, low_pass, "valid")[::_DOWN], np.float32)


def low_pass(taps: int = 63, cut_hz: float = 7_200.0) -> Floats:
    """A windowed sinc (Blackman): flat to 6 kHz, at least 50 dB down from 9 kHz on, which 16 kHz would fold to 7."""
    n = np.arange(taps) - (taps - 1) / 2
    kernel = np.sinc(2 * cut_hz / SOUND_RATE * n) * np.blackman(taps)
    whole: Floats = (kernel / kernel.sum()).astype(np.float32)
    return whole


def windows_of(sound: Floats) -> Floats:
    """Windows that follow each other up to the end, each behind its context: shape (n, 576)."""
    count = (len(sound) - _CONTEXT) // _WINDOW
    if count < 1:
        return np.zeros((0, _CONTEXT + _WINDOW), np.float32)
    used = sound[-(_CONTEXT + count * _WINDOW) :]
    rows = np.lib.stride_tricks.sliding_window_view(used, _CONTEXT + _WINDOW)[::_WINDOW]
    return np.ascontiguousarray(rows)
