"""Another voice: higher or lower, from another throat, each word at its moment; nothing of the speaker's is left."""

from collections.abc import Iterator

import numpy as np
import pytest

from capture.model import SOUND_RATE
from diary_app.editing.pitch import usual_pitch
from diary_app.editing.sound import Sound
from diary_app.editing.voice import MIDDLE_HZ, SEMITONES, WANDER, Mask, masked
from tests.support.speech_samples import sentences
from tests.support.voices import Heard, late_s, likeness, spoken_share, throat

STILL_THE_SAME = 0.75
"""From this likeness on a stretch may be the speaker's own."""


def said(number: int) -> Heard:
    return np.asarray(sentences()[number], np.float64)


def in_blocks(sound: Heard, size: int, channels: int = 1) -> Iterator[Sound]:
    for at in range(0, len(sound), size):
        yield np.repeat(sound[None, at : at + size], channels, axis=0).astype(np.float32)


def other(sound: Heard, mask: Mask, *, size: int = SOUND_RATE, channels: int = 1) -> Sound:
    rng = np.random.default_rng(5)
    made = masked(in_blocks(sound, size, channels), mask, rng, rate=SOUND_RATE, channels=channels)
    return np.concatenate(list(made), axis=1)


def pitch_of(sound: Heard) -> float:
    found = usual_pitch(in_blocks(sound, SOUND_RATE), SOUND_RATE)
    assert found is not None
    return found


@pytest.mark.parametrize(("number", "hz"), [(1, 100.0), (4, 200.0)])
def test_it_is_another_voice_that_says_the_same_words_at_the_same_time(number: int, hz: float) -> None:
    truth = said(number)
    mask = Mask.drawn(hz, np.random.default_rng(number))
    heard = np.asarray(other(truth, mask)[0], np.float64)
    assert len(heard) == len(truth)
    assert pitch_of(heard) / pitch_of(truth) == pytest.approx(mask.pitch, rel=2 * WANDER)
    assert throat(heard, truth) == pytest.approx(mask.throat, abs=0.05)
    assert (mask.pitch > 1) == (mask.throat > 1) == (hz < MIDDLE_HZ)
    late, alike = late_s(heard, truth)
    assert abs(late) <= 0.01
    assert alike > 0.85
    assert spoken_share(heard) > 0.8 * spoken_share(truth)
    still = likeness(heard, truth)
    assert max(still) < STILL_THE_SAME, "also where it begins and ends"
    assert max(likeness(truth, truth)) > 0.99, "or else this shows nothing"


def test_how_far_is_never_the_same_nor_a_little() -> None:
    masks = [Mask.drawn(hz, np.random.default_rng(seed)) for seed in range(20) for hz in (90.0, 220.0)]
    assert len(set(masks)) == len(masks)
    for mask in masks:
        assert SEMITONES[0] <= abs(12 * np.log2(mask.pitch)) <= SEMITONES[1]
        assert 0.1 < abs(mask.throat - 1) < 0.16


@pytest.mark.parametrize("size", [1_024, 7 * SOUND_RATE])
def test_it_does_not_matter_in_which_blocks_it_comes(size: int) -> None:
    truth = said(1)
    mask = Mask(1.3, 1.13)
    whole, parts = other(truth, mask), other(truth, mask, size=size, channels=2)
    assert parts.shape == (2, len(truth))
    assert np.array_equal(parts[0], parts[1])
    assert np.abs(parts[0] - whole[0]).max() < 1e-3


@pytest.mark.parametrize("seconds", [0.0, 0.0001, 0.03])
def test_a_moment_and_silence_stay_as_long_as_they_are(seconds: float) -> None:
    assert other(np.zeros(round(seconds * SOUND_RATE)), Mask(0.8, 0.9)).shape[1] == round(seconds * SOUND_RATE)


def test_where_nobody_speaks_there_is_no_pitch() -> None:
    noise = np.random.default_rng(1).standard_normal(SOUND_RATE) * 0.1
    assert usual_pitch(in_blocks(noise, SOUND_RATE), SOUND_RATE) is None
    assert usual_pitch(iter(()), SOUND_RATE) is None
    assert usual_pitch(in_blocks(np.zeros(SOUND_RATE), SOUND_RATE), SOUND_RATE) is None
