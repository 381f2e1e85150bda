"""The sound clock: jitter, wrong crystals, lost samples."""

import random

import pytest

from capture.drift import SoundClock
from capture.model import SOUND_RATE

BLOCK = 480
"""A clock follows blocks of any length; here they are 10 ms."""


def _stamps(seconds: float, *, ppm: float, jitter_s: float, seed: int = 1) -> list[tuple[float, float]]:
    """The true start of each block, and the jittery stamp of it (always late, as real ones are)."""
    noise, step = random.Random(seed), BLOCK / SOUND_RATE / (1 + ppm * 1e-6)
    true = [50.0 + n * step for n in range(round(seconds / step))]
    return [(at_s, at_s + noise.uniform(-jitter_s, jitter_s)) for at_s in true]


@pytest.mark.parametrize("ppm", [-200.0, 0.0, 200.0])
def test_jitter_is_smoothed_and_the_true_rate_found(ppm: float) -> None:
    clock = SoundClock()
    errors: list[float] = []
    ends: list[float] = []
    for true_s, stamp_s in _stamps(120, ppm=ppm, jitter_s=0.002):
        span = clock.place(stamp_s, BLOCK)
        assert not span.stepped
        if ends:
            assert span.start_s == ends[-1], "blocks that follow each other leave no gap"
        ends.append(span.end_s)
        errors.append(abs(span.start_s - true_s))
    assert max(errors[300:]) < 0.001, "within a millisecond, three seconds after the start"
    assert abs(clock.ppm - ppm) < 60


def test_a_lost_second_is_a_step_and_not_a_stretch() -> None:
    clock = SoundClock()
    spans = [clock.place(n * 0.01 + (1.0 if n >= 500 else 0.0), BLOCK) for n in range(1000)]
    assert [n for n, span in enumerate(spans) if span.stepped] == [500]
    assert abs(spans[500].start_s - 6.0) < 1e-9
    assert abs(spans[-1].start_s - 10.99) < 0.001


def test_a_small_loss_is_believed_when_it_stays() -> None:
    clock = SoundClock()
    spans = [clock.place(n * 0.01 + (0.1 if n >= 500 else 0.0), BLOCK) for n in range(1000)]
    stepped = [n for n, span in enumerate(spans) if span.stepped]
    assert len(stepped) == 1
    assert 500 < stepped[0] <= 560
    assert abs(spans[-1].start_s - 10.09) < 0.001


@pytest.mark.parametrize("block", [120, 480, 1920, 4800])
def test_blocks_of_any_length_are_followed_alike(block: int) -> None:
    clock, length = SoundClock(), block / SOUND_RATE
    late = [(n * length + (0.1 if n * length >= 5 else 0.0)) for n in range(round(10 / length))]
    spans = [clock.place(at_s, block) for at_s in late]
    stepped = [span.start_s for span in spans if span.stepped]
    assert len(stepped) == 1
    assert 5.5 <= stepped[0] <= 5.7 + length, "half a second later, whatever the block"
    clock, noise = SoundClock(), random.Random(3)
    step = length / (1 + 150e-6)
    for n in range(round(60 / step)):
        span = clock.place(n * step + noise.uniform(-0.002, 0.002), block)
    assert abs(span.start_s - (round(60 / step) - 1) * step) < 0.0015


def test_one_late_stamp_moves_nothing() -> None:
    clock = SoundClock()
    spans = [clock.place(n * 0.01 + (0.2 if n == 500 else 0.0), BLOCK) for n in range(1000)]
    assert not any(span.stepped for span in spans)
    assert max(abs(span.start_s - n * 0.01) for n, span in enumerate(spans) if n > 700) < 0.003


def test_an_overflow_anchors_anew_at_once() -> None:
    clock = SoundClock()
    for n in range(100):
        clock.place(n * 0.01, BLOCK)
    span = clock.place(1.02, BLOCK, overflowed=True)
    assert span.stepped
    assert span.start_s == 1.02


def test_a_device_that_lies_about_its_rate_is_followed_no_further_than_a_crystal_can_err() -> None:
    clock = SoundClock()
    for n in range(3000):
        clock.place(n * 0.0103, BLOCK)
    assert abs(clock.ppm) <= 2010


def test_a_late_first_stamp_is_outvoted_at_once() -> None:
    clock = SoundClock()
    spans = [clock.place(n * 0.01 + (0.048 if n == 0 else 0.0), BLOCK) for n in range(100)]
    assert not any(span.stepped for span in spans)
    assert all(span.end_s > span.start_s for span in spans)
    assert all(abs(span.start_s - n * 0.01) < 0.003 for n, span in enumerate(spans) if n > 30)
