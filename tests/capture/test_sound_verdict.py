"""The verdict on whole takes and on the few seconds of "say your name". On real speech."""

import functools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.model import SOUND_RATE, Samples
from capture.models import SILERO, find_model
from capture.sound_guard import SoundGuard
from capture.sound_verdict import SoundFault, SoundJudge, SoundVerdict, judge_try
from capture.speech import SileroSpeech, SpeechDetector
from tests.support.speech_samples import (
    SPEECH_DB,
    Sound,
    blocks,
    gain,
    hum,
    pink,
    recorded,
    room,
    sentences,
    silence,
    talk,
    white,
)

SILENT, CLIPPED = SoundFault.SILENT, SoundFault.CLIPPED
QUIET, NOISY = SoundFault.QUIET, SoundFault.NOISY


@pytest.fixture(params=["silero", "levels alone"], scope="module")
def speech(request: pytest.FixtureRequest) -> SpeechDetector | None:
    return SileroSpeech(find_model(SILERO)) if request.param == "silero" else None


def verdict_on(sound: Sound, speech: SpeechDetector | None) -> SoundVerdict:
    """As in a recording: the guard and the judge hear the same blocks."""
    guard, judge = SoundGuard(speech), SoundJudge()
    for block, at_s in blocks(recorded(sound), 1_920):
        guard.hear(block, at_s)
        judge.hear(block, guard.speaking)
    return judge.verdict()


def rng_of(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("room_db", [-50, -60, -70])
@pytest.mark.parametrize("gain_db", [-14, -8, 0, 6])
def test_an_ordinary_take_is_fine(room_db: float, gain_db: float, speech: SpeechDetector | None) -> None:
    rng = rng_of(1)
    verdict = verdict_on(room(gain(talk(40, rng), gain_db), rng, level_db=room_db + min(0, gain_db)), speech)
    assert verdict.fault is None
    assert verdict.level_db == pytest.approx(SPEECH_DB + gain_db, abs=2)
    assert verdict.noise_db == pytest.approx(room_db + min(0, gain_db), abs=2) or verdict.noise_db < -75
    assert verdict.silent_s == 0


@pytest.mark.parametrize(("gain_db", "fault"), [(-16, None), (-21, QUIET), (-26, QUIET), (-36, QUIET)])
def test_too_soft_is_below_42(gain_db: float, fault: SoundFault | None, speech: SpeechDetector | None) -> None:
    rng = rng_of(2)
    assert verdict_on(room(gain(talk(40, rng), gain_db), rng, level_db=-75), speech).fault is fault


@pytest.mark.parametrize(("gain_db", "fault"), [(6, None), (12, CLIPPED), (18, CLIPPED), (30, CLIPPED)])
def test_cut_off_peaks(gain_db: float, fault: SoundFault | None, speech: SpeechDetector | None) -> None:
    rng = rng_of(3)
    verdict = verdict_on(room(gain(talk(40, rng), gain_db), rng), speech)
    assert verdict.fault is fault
    assert (verdict.clipped_s > 1.5) is (fault is CLIPPED)


@pytest.mark.parametrize(("above_db", "fault"), [(20, None), (16, None), (8, NOISY), (5, NOISY), (3, NOISY)])
@pytest.mark.parametrize("kind", ["hum", "pink", "white"])
def test_noise_that_the_voice_hardly_rises_above(
    kind: str, above_db: float, fault: SoundFault | None, speech: SpeechDetector | None
) -> None:
    rng = rng_of(4)
    level_db = SPEECH_DB - above_db
    noise = {"hum": hum(40, level_db), "pink": pink(40, level_db, rng), "white": white(40, level_db, rng)}[kind]
    verdict = verdict_on(talk(40, rng) + noise, speech)
    assert verdict.fault is fault
    assert verdict.noise_db == pytest.approx(level_db, abs=2.5)


def test_a_muted_take_is_silent(speech: SpeechDetector | None) -> None:
    verdict = verdict_on(silence(20), speech)
    assert (verdict.fault, verdict.silent_s) == (SILENT, 20)


def test_a_take_of_which_most_is_muted_is_silent(speech: SpeechDetector | None) -> None:
    rng = rng_of(5)
    verdict = verdict_on(np.concatenate([room(talk(15, rng), rng), silence(20)]), speech)
    assert (verdict.fault, verdict.silent_s) == (SILENT, 20)
    assert verdict.level_db == pytest.approx(SPEECH_DB, abs=2)


def test_a_moment_of_mute_is_counted_and_forgiven(speech: SpeechDetector | None) -> None:
    rng = rng_of(6)
    verdict = verdict_on(np.concatenate([room(talk(20, rng), rng), silence(6), room(talk(20, rng), rng)]), speech)
    assert (verdict.fault, verdict.silent_s) == (None, 6)
    assert verdict.noise_db == pytest.approx(-60, abs=2)  # that of the room, not of the mute switch


def test_gaps_that_a_microphone_silences_are_no_mute(speech: SpeechDetector | None) -> None:
    verdict = verdict_on(talk(60, rng_of(7), pauses_s=(2.0, 3.5)), speech)
    assert (verdict.fault, verdict.silent_s, verdict.noise_db) == (None, 0, -100)


def test_sound_in_which_nobody_speaks_is_silent_where_a_detector_listened() -> None:
    silero = SileroSpeech(find_model(SILERO))
    for sound in (hum(20, -30), pink(20, -35, rng_of(8)), pink(20, -60, rng_of(8))):
        verdict = verdict_on(sound, silero)
        assert (verdict.fault, verdict.speech_s) == (SILENT, 0)


def test_the_time_that_somebody_spoke() -> None:
    rng = rng_of(9)
    sound = np.concatenate([room(talk(20, rng), rng), pink(20, -60, rng), room(talk(10, rng), rng)])
    verdict = verdict_on(sound, SileroSpeech(find_model(SILERO)))
    assert verdict.speech_s == pytest.approx(30, abs=5)
    assert verdict.fault is None
    assert verdict.level_db == pytest.approx(SPEECH_DB + 1, abs=1)  # of the voice, not of the long pause
    assert verdict_on(sound, None).speech_s is None


def test_less_than_a_second_is_not_judged(speech: SpeechDetector | None) -> None:
    assert verdict_on(silence(0.9), speech).fault is None
    assert SoundJudge().verdict().fault is None


def name(number: int) -> Sound:
    """Four seconds: somebody is asked for their name, and says about a second of something."""
    return np.concatenate([silence(1.2), sentences()[number][: round(1.1 * SOUND_RATE)], silence(1.7)])


TRIES = {
    "in a quiet room": None,
    "far away": QUIET,
    "shouted": CLIPPED,
    "over a fan": NOISY,
    "over a hum": NOISY,
    "muted": SILENT,
}


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("case", TRIES)
def test_say_your_name(case: str, number: int, speech: SpeechDetector | None) -> None:
    rng = rng_of(number)
    sounds = {
        "in a quiet room": room(name(number), rng),
        "far away": room(gain(name(number), -28), rng, level_db=-72),
        "shouted": gain(name(number), 16),
        "over a fan": name(number) + pink(4, -31, rng),
        "over a hum": name(number) + hum(4, -31),
        "muted": silence(4),
    }
    assert judge_try(recorded(sounds[case]), speech).fault is TRIES[case]


def test_who_says_nothing_is_not_heard() -> None:
    silero = SileroSpeech(find_model(SILERO))
    verdict = judge_try(recorded(pink(4, -60, rng_of(10))), silero)
    assert (verdict.fault, verdict.speech_s) == (SILENT, 0)


@functools.cache
def _story() -> Samples:
    rng = rng_of(11)
    parts = [room(talk(5, rng), rng), silence(6), gain(talk(3, rng), 18), hum(3, -30), silence(0.37)]
    return recorded(np.concatenate(parts))


@settings(max_examples=40)
@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=30))
def test_the_size_of_the_blocks_makes_no_difference(sizes: list[int]) -> None:
    samples = _story()
    judge, whole, start, number = SoundJudge(), SoundJudge(), 0, 0
    while start < len(samples):
        size = 1_000 + sizes[number % len(sizes)]
        judge.hear(samples[start : start + size], True)
        start, number = start + size, number + 1
    whole.hear(samples, True)
    assert judge.verdict() == whole.verdict()
    assert judge.verdict().silent_s == 6
    assert judge.verdict().clipped_s > 0.5


def test_memory_does_not_grow() -> None:
    judge = SoundJudge()
    minute = recorded(room(talk(60, rng_of(12)), rng_of(12)))

    def hear() -> int:
        for block, _ in blocks(minute, 1_920):
            judge.hear(block.copy(), True)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        first = hear()
        assert max(hear() for _ in range(5)) < first + 50_000
    finally:
        tracemalloc.stop()
