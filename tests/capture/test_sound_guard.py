"""The guard tells each trouble in time, takes it back in time, and never cries wolf. On real speech."""

import functools
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.model import SOUND_RATE, Samples
from capture.models import SILERO, find_model
from capture.sound_guard import GAP_S, SoundGuard, SoundTrouble
from capture.speech import SileroSpeech, SpeechDetector
from tests.support.speech_samples import Sound, blocks, gain, hum, pink, recorded, room, silence, talk, white

START_S = 1_000.0
TOLD_S = 5.0
GONE_S = 2.0

SILENT, CLIPPING = SoundTrouble.SILENT, SoundTrouble.CLIPPING
UNHEARD, QUIET = SoundTrouble.UNHEARD, SoundTrouble.QUIET


@pytest.fixture(scope="module")
def silero() -> SileroSpeech:
    return SileroSpeech(find_model(SILERO))


@pytest.fixture(params=["silero", "levels alone"], scope="module")
def speech(request: pytest.FixtureRequest) -> SpeechDetector | None:
    return SileroSpeech(find_model(SILERO)) if request.param == "silero" else None


@dataclass(frozen=True)
class Told:
    """From this second of the sound on, this is the trouble."""

    at_s: float
    trouble: SoundTrouble | None


def told(guard: SoundGuard, samples: Samples, size: int = 480) -> list[Told]:
    """Every change of what the guard tells, at the end of the block that brought it."""
    changes: list[Told] = []
    for block, at_s in blocks(samples, size, START_S):
        before = guard.trouble
        guard.hear(block, at_s)
        if guard.trouble != before:
            changes.append(Told(at_s + len(block) / SOUND_RATE - START_S, guard.trouble))
    return changes


def rng_of(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def chat(seconds: float, rng: np.random.Generator) -> Sound:
    """Somebody talks in an ordinary room."""
    return room(talk(seconds, rng), rng)


CAUSES: dict[str, tuple[SoundTrouble, Callable[[np.random.Generator], Sound]]] = {
    "muted for 6 s": (SILENT, lambda rng: silence(6)),
    "muted, with a converter's noise": (SILENT, lambda rng: white(6, -92, rng)),
    "hum": (UNHEARD, lambda rng: hum(8, -30)),
    "loud hum of 100 Hz": (UNHEARD, lambda rng: hum(8, -15, hz=100)),
    "a fan": (UNHEARD, lambda rng: pink(8, -35, rng)),
    "hiss": (UNHEARD, lambda rng: white(8, -45, rng)),
    "a room with nobody in it": (UNHEARD, lambda rng: pink(8, -60, rng)),
    "far too soft": (QUIET, lambda rng: room(gain(talk(9, rng), -30), rng, level_db=-72)),
    "far too loud": (CLIPPING, lambda rng: gain(talk(9, rng), 18)),
}


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("cause", CAUSES)
def test_a_trouble_is_told_within_5_s_and_gone_2_s_after_its_cause(
    cause: str, seed: int, speech: SpeechDetector | None
) -> None:
    trouble, make = CAUSES[cause]
    rng = rng_of(seed)
    before, during, after = chat(rng.uniform(8, 12), rng), make(rng), chat(8, rng)
    begins_s = len(before) / SOUND_RATE
    ends_s = begins_s + len(during) / SOUND_RATE
    changes = told(SoundGuard(speech), recorded(np.concatenate([before, during, after])))
    assert [change.trouble for change in changes] == [trouble, None]
    # Whoever paused for breath just before has been silent a little longer than the cause has been there.
    assert begins_s < changes[0].at_s <= begins_s + TOLD_S
    assert ends_s < changes[1].at_s <= ends_s + GONE_S


@pytest.mark.parametrize("room_db", [-50, -60, -68])
def test_minutes_of_real_speech_with_natural_pauses_are_no_trouble(
    room_db: float, speech: SpeechDetector | None
) -> None:
    rng = rng_of(int(-room_db))
    sound = room(talk(180, rng, pauses_s=(0.2, 2.5)), rng, level_db=room_db)
    assert told(SoundGuard(speech), recorded(sound), 1_920) == []


@pytest.mark.parametrize("noise_db", [20, 10, 5])
@pytest.mark.parametrize("kind", ["hum", "pink", "white"])
def test_speech_over_noise_is_heard(kind: str, noise_db: float, silero: SileroSpeech) -> None:
    rng = rng_of(4)
    noise = {"hum": hum(60, -24 - noise_db), "pink": pink(60, -24 - noise_db, rng)}
    sound = talk(60, rng) + noise.get(kind, white(60, -24 - noise_db, rng))
    assert told(SoundGuard(silero), recorded(sound), 1_920) == []


@pytest.mark.parametrize("pause_s", [3.0, 3.5, 4.0])
def test_a_pause_for_thought_is_no_trouble(pause_s: float, speech: SpeechDetector | None) -> None:
    rng = rng_of(5)
    sound = room(talk(120, rng, pauses_s=(pause_s, pause_s)), rng)
    assert told(SoundGuard(speech), recorded(sound), 1_920) == []


def test_a_microphone_that_falls_silent_between_words_is_no_trouble(speech: SpeechDetector | None) -> None:
    assert told(SoundGuard(speech), recorded(talk(60, rng_of(6), pauses_s=(1.0, 3.5))), 1_920) == []


@pytest.mark.parametrize("gain_db", [-26, -20, -18, -17, -14, 8, 10, 11, 14])
def test_nothing_flickers_at_the_edge(gain_db: float, speech: SpeechDetector | None) -> None:
    rng = rng_of(7)
    changes = told(SoundGuard(speech), recorded(room(gain(talk(60, rng), gain_db), rng, level_db=-72)), 1_920)
    assert len(changes) <= 8
    held = [after.at_s - before.at_s for before, after in pairwise(changes)]
    assert min(held, default=9.0) > 1.4


def test_a_bang_is_not_too_loud(speech: SpeechDetector | None) -> None:
    sound = chat(20, rng_of(8))
    for at_s in (5, 10, 15):
        sound[at_s * SOUND_RATE : at_s * SOUND_RATE + SOUND_RATE // 5] *= 60
    assert told(SoundGuard(speech), recorded(sound)) == []


def test_who_is_too_loud_and_then_pauses_is_still_too_loud(speech: SpeechDetector | None) -> None:
    rng = rng_of(9)
    loud = room(gain(talk(40, rng, pauses_s=(3.5, 3.5)), 18), rng)
    assert [change.trouble for change in told(SoundGuard(speech), recorded(loud))] == [CLIPPING]


def test_silence_goes_before_everything_else(speech: SpeechDetector | None) -> None:
    rng = rng_of(10)
    sound = np.concatenate([gain(talk(10, rng), 18), silence(12)])
    assert [change.trouble for change in told(SoundGuard(speech), recorded(sound))] == [CLIPPING, SILENT]


def test_from_nobody_to_far_too_soft_without_a_gap(speech: SpeechDetector | None) -> None:
    rng = rng_of(11)
    soft = room(gain(talk(12, rng), -28), rng, level_db=-75)
    sound = np.concatenate([pink(6, -75, rng) + hum(6, -70), soft])
    assert [change.trouble for change in told(SoundGuard(speech), recorded(sound))] == [UNHEARD, QUIET]


def test_after_a_mute_there_is_time_to_speak(speech: SpeechDetector | None) -> None:
    rng = rng_of(12)
    sound = np.concatenate([chat(8, rng), pink(3, -60, rng), silence(6), pink(4, -60, rng), chat(8, rng)])
    assert [change.trouble for change in told(SoundGuard(speech), recorded(sound))] == [SILENT, None]


def test_who_never_spoke_is_told_too(speech: SpeechDetector | None) -> None:
    changes = told(SoundGuard(speech), recorded(pink(20, -55, rng_of(13))))
    assert [change.trouble for change in changes] == [UNHEARD]
    assert changes[0].at_s <= TOLD_S


def test_a_restart_forgets_everything(speech: SpeechDetector | None) -> None:
    guard = SoundGuard(speech)
    assert [change.trouble for change in told(guard, recorded(silence(8)))] == [SILENT]
    guard.restart(START_S + 20)
    assert guard.trouble is None
    for block, at_s in blocks(recorded(silence(4)), 480, START_S + 20):
        guard.hear(block, at_s)
    assert guard.trouble is None


@pytest.mark.parametrize("gap_s", [GAP_S + 0.1, 60.0, -60.0])
def test_a_gap_starts_afresh(gap_s: float, speech: SpeechDetector | None) -> None:
    guard = SoundGuard(speech)
    zeros = recorded(silence(4))
    for start_s in (START_S, START_S + 4 + gap_s):
        for block, at_s in blocks(zeros, 480, start_s):
            guard.hear(block, at_s)
            assert guard.trouble is None


def test_a_late_block_is_no_gap() -> None:
    guard = SoundGuard()
    for number, (block, at_s) in enumerate(blocks(recorded(silence(5)), 480, START_S)):
        guard.hear(block, at_s + 0.2 * (number % 7 == 0))
    assert guard.trouble is SILENT


def test_it_knows_who_is_speaking(silero: SileroSpeech) -> None:
    rng, guard = rng_of(14), SoundGuard(silero)
    said = {guard.speaking}
    told(guard, recorded(chat(5, rng)))
    said.add(guard.speaking)
    for block, at_s in blocks(recorded(pink(5, -60, rng)), 480, START_S + 5):
        guard.hear(block, at_s)
    assert (said, guard.speaking) == ({False, True}, False)
    assert SoundGuard().speaking is None


class Counting:
    """Counts how often the real detector is asked."""

    def __init__(self, inner: SpeechDetector) -> None:
        self._inner = inner
        self.asked = 0

    def hear(self, samples: Samples) -> float:
        self.asked += 1
        return self._inner.hear(samples)


@pytest.mark.parametrize(("gain_db", "most"), [(0, 0.6), (-24, 1.0), (18, 0.6)])
def test_while_somebody_speaks_the_detector_is_asked_rarely(gain_db: float, most: float, silero: SileroSpeech) -> None:
    rng, counting = rng_of(15), Counting(silero)
    told(SoundGuard(counting), recorded(room(gain(talk(60, rng), gain_db), rng, level_db=-72)))
    assert 60 / 3.7 < counting.asked < 60 * most


def test_memory_does_not_grow() -> None:
    guard, rng = SoundGuard(), rng_of(16)
    minute = list(blocks(recorded(chat(60, rng)), 1_920))

    def hear(minute_number: int) -> int:
        for block, at_s in minute:
            guard.hear(block.copy(), at_s + 60 * minute_number)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        first = hear(0)
        assert max(hear(number) for number in range(1, 5)) < first + 200_000
    finally:
        tracemalloc.stop()


@functools.cache
def _story() -> Samples:
    """Every trouble once."""
    rng = rng_of(17)
    parts = [chat(4, rng), silence(6), chat(3, rng), hum(6, -30), gain(talk(4, rng), 18), gain(talk(6, rng), -30)]
    return recorded(np.concatenate(parts))


@settings(max_examples=25)
@given(st.lists(st.integers(480, 1_920), min_size=1, max_size=30))
def test_the_size_of_the_blocks_makes_no_difference(sizes: list[int]) -> None:
    samples = _story()
    guard, start, number = SoundGuard(), 0, 0
    heard: list[SoundTrouble | None] = [None]
    while start < len(samples):
        size = sizes[number % len(sizes)]
        guard.hear(samples[start : start + size], START_S + start / SOUND_RATE)
        if guard.trouble != heard[-1]:
            heard.append(guard.trouble)
        start, number = start + size, number + 1
    assert heard == [None, *(change.trouble for change in told(SoundGuard(), samples))]
    assert set(heard) == {None, *SoundTrouble}
