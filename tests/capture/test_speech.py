"""Speech is known from every other sound, however soft. Without the trained model on this computer these tests fail."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from capture.model import SOUND_RATE, Samples
from capture.models import SILERO, find_model
from capture.speech import SPEECH, STRETCH, LevelSpeech, SileroSpeech, SpeechDetector, downsample, low_pass, windows_of
from tests.support.speech_samples import Sound, gain, hum, pink, recorded, sentences, silence, white

RUNTIME_SAYS = [
    0.0864,
    0.0553,
    0.0331,
    0.0260,
    0.0924,
    0.2244,
    0.1942,
    0.1770,
    0.5258,
    0.7954,
    0.8375,
    0.9284,
    0.9439,
    0.9163,
    0.8843,
    0.9597,
    0.9751,
    0.9772,
    0.9719,
    0.9746,
    0.9856,
    0.9877,
    0.9882,
    0.9878,
]
"""What onnxruntime 1.32 gives for the first windows of the first passage: made once, with the same windows."""


@pytest.fixture(scope="module")
def silero() -> SileroSpeech:
    return SileroSpeech(find_model(SILERO))


@pytest.fixture(params=["silero", "level"])
def detector(request: pytest.FixtureRequest) -> SpeechDetector:
    return LevelSpeech() if request.param == "level" else SileroSpeech(find_model(SILERO))


def stretches(sound: Sound) -> list[Samples]:
    samples = recorded(sound)
    return [samples[start : start + STRETCH] for start in range(0, len(samples) - STRETCH + 1, STRETCH)]


def share(detector: SpeechDetector, sound: Sound) -> float:
    return float(np.mean([detector.hear(stretch) >= SPEECH for stretch in stretches(sound)]))


def test_opencv_gives_the_numbers_of_the_usual_runtime(silero: SileroSpeech) -> None:
    sound = np.asarray(recorded(sentences()[0])[: 2 * STRETCH] / 32768, np.float32)
    said = silero.windows(windows_of(downsample(sound, low_pass())))
    assert said == pytest.approx(RUNTIME_SAYS, abs=1e-4)


@pytest.mark.parametrize("gain_db", [0, -20, -30])
def test_real_speech_is_heard_however_soft(silero: SileroSpeech, gain_db: float) -> None:
    assert share(silero, gain(np.concatenate(sentences()), gain_db)) > 0.9


@pytest.mark.parametrize("noise_db", [20, 10])
def test_real_speech_is_heard_in_noise(silero: SileroSpeech, noise_db: float) -> None:
    speech = np.concatenate(sentences())
    noise = pink(len(speech) / SOUND_RATE, -24 - noise_db, np.random.default_rng(1))
    assert share(silero, speech + noise) > 0.9


def test_levels_alone_hear_most_of_it(detector: SpeechDetector) -> None:
    assert share(detector, np.concatenate(sentences())) > 0.85


@pytest.mark.parametrize("level_db", [-20, -40, -60])
@pytest.mark.parametrize("kind", ["hum 50", "hum 100", "hum 150", "white", "pink"])
def test_hum_and_noise_are_nobody(detector: SpeechDetector, kind: str, level_db: float) -> None:
    rng = np.random.default_rng(2)
    match kind.split():
        case ["hum", hz]:
            sound = hum(12, level_db, hz=float(hz))
        case ["white"]:
            sound = white(12, level_db, rng)
        case _:
            sound = pink(12, level_db, rng)
    assert max(detector.hear(stretch) for stretch in stretches(sound)) < SPEECH


def test_nothing_is_nobody(detector: SpeechDetector) -> None:
    assert detector.hear(recorded(silence(0.4))) == 0.0
    assert detector.hear(np.zeros(0, np.int16)) == 0.0
    assert detector.hear(np.ones(100, np.int16)) == 0.0


def test_it_remembers_nothing(detector: SpeechDetector) -> None:
    speech, other = stretches(sentences()[0])[2], stretches(sentences()[1])[3]
    first = detector.hear(speech)
    detector.hear(other)
    assert detector.hear(speech) == first


def test_threads_take_turns(silero: SileroSpeech) -> None:
    some = stretches(np.concatenate(sentences()))[:20]
    alone = [silero.hear(stretch) for stretch in some]
    with ThreadPoolExecutor(4) as threads:
        for together in threads.map(lambda _: [silero.hear(stretch) for stretch in some], range(8)):
            assert together == alone


def test_what_is_left_out_does_not_fold_into_what_is_heard() -> None:
    t = np.arange(STRETCH) / SOUND_RATE

    def through(hz: float) -> float:
        tone = np.asarray(np.sin(2 * np.pi * hz * t), np.float32)
        return float(np.std(downsample(tone, low_pass()))) * 2**0.5

    assert through(1_000) == pytest.approx(1.0, abs=0.01)
    assert through(4_000) == pytest.approx(1.0, abs=0.01)
    assert through(10_000) < 0.003  # it would be heard as 6,000
