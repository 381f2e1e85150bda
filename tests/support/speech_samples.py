"""Real speech, and what stands in its way: rooms, hum, noise, pauses, cut-off peaks. All at SOUND_RATE, 16 bit, mono.

The speech is of people who read books aloud for LibriVox (public domain), from Debian's package pocketsphinx-testdata.
"""

import functools
import wave
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from capture.model import SOUND_RATE, Samples
from tests.support.virtual_camera import DeviceUnavailable
from tests.support.virtual_microphone import SPEECH_FOLDER, SPEECH_RATE

Sound = NDArray[np.float64]
"""Sound whose full scale is 1."""
SPEECH_DB = -24.0
"""The level of sentences(), pauses within them included; that of a voice near a microphone."""
ROOM_DB = -60.0
"""The level of an ordinary room behind it."""


@functools.cache
def sentences() -> tuple[Sound, ...]:
    """Five passages of 3 to 7 s from the first sound to the last, each at SPEECH_DB. Raises DeviceUnavailable."""
    files = sorted(SPEECH_FOLDER.glob("*.wav"))
    if not files:
        raise DeviceUnavailable("no speech to hear (Debian package pocketsphinx-testdata)")
    found = []
    for file in files:
        with wave.open(str(file)) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (SPEECH_RATE, 1, 2), file
            slow = np.frombuffer(sound.readframes(sound.getnframes()), np.int16).astype(np.float64) / 32768
        found.append(at_level(_trimmed(_faster(slow)), SPEECH_DB))
    return tuple(found)


def _trimmed(sound: Sound) -> Sound:
    """From the first 10 ms within 30 dB of the loudest to the last, so that a pause is as long as it says."""
    length = SOUND_RATE // 100
    levels = np.square(sound[: len(sound) // length * length]).reshape(-1, length).mean(axis=1)
    heard = np.flatnonzero(levels > levels.max() * 1e-3)
    return sound[heard[0] * length : (heard[-1] + 1) * length]


def _faster(slow: Sound) -> Sound:
    """At SOUND_RATE: the same spectrum, and nothing above it."""
    times = SOUND_RATE // SPEECH_RATE
    return np.fft.irfft(np.fft.rfft(slow), len(slow) * times) * times


def talk(seconds: float, rng: np.random.Generator, *, pauses_s: tuple[float, float] = (0.2, 1.5)) -> Sound:
    """Somebody who talks for so long, with a pause of between so many seconds after each passage."""
    parts: list[Sound] = []
    missing = round(seconds * SOUND_RATE)
    while missing > 0:
        passage = sentences()[rng.integers(len(sentences()))]
        parts += [passage, silence(rng.uniform(*pauses_s))]
        missing -= len(parts[-1]) + len(passage)
    return np.concatenate(parts)[: round(seconds * SOUND_RATE)]


def silence(seconds: float) -> Sound:
    """Digital zero."""
    return np.zeros(round(seconds * SOUND_RATE))


def hum(seconds: float, level_db: float, *, hz: float = 50.0) -> Sound:
    """The mains with its harmonics."""
    t = np.arange(round(seconds * SOUND_RATE)) / SOUND_RATE
    return at_level(sum((np.sin(2 * np.pi * hz * n * t + n) / n for n in range(1, 9)), np.zeros(len(t))), level_db)


def white(seconds: float, level_db: float, rng: np.random.Generator) -> Sound:
    """Hiss."""
    return at_level(rng.standard_normal(round(seconds * SOUND_RATE)), level_db)


def pink(seconds: float, level_db: float, rng: np.random.Generator) -> Sound:
    """Noise with the same power in every octave, as rooms, fans and crowds have it."""
    count = round(seconds * SOUND_RATE)
    length = _quick_length(count)
    spectrum = np.fft.rfft(rng.standard_normal(count), length)
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 20)), length)
    return at_level(noise[:count], level_db)


def _quick_length(count: int) -> int:
    """At least so many, and of small factors: a transform of a length that is nearly prime takes many times as long."""
    return min(odd << max(0, -(-count // odd) - 1).bit_length() for odd in (1, 3, 5, 9, 15))


def room(sound: Sound, rng: np.random.Generator, *, level_db: float = ROOM_DB) -> Sound:
    """The sound in an ordinary room."""
    return sound + pink(len(sound) / SOUND_RATE, level_db, rng)[: len(sound)]


def at_level(sound: Sound, level_db: float) -> Sound:
    """With this root mean square, in dB below full scale."""
    scaled: Sound = sound * (10 ** (level_db / 20) / np.sqrt(np.mean(sound**2)))
    return scaled


def gain(sound: Sound, db: float) -> Sound:
    """Louder or softer by so much."""
    return sound * float(10 ** (db / 20))


def recorded(sound: Sound) -> Samples:
    """As a microphone delivers it: 16 bits, and whatever is too loud is cut off."""
    samples: Samples = np.rint(sound * 32768).clip(-32768, 32767).astype(np.int16)
    return samples


def blocks(samples: Samples, size: int = 480, start_s: float = 0.0) -> Iterator[tuple[Samples, float]]:
    """Blocks of this size, and the moment of each."""
    for start in range(0, len(samples), size):
        yield samples[start : start + size], start_s + start / SOUND_RATE
