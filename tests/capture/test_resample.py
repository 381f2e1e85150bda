"""The sound grid: exact counts, no drift, no clicks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.drift import Span
from capture.model import BLOCK, SOUND_RATE, Samples
from capture.resample import SoundGrid
from tests.support.sound_path import LOUD, NOTE_JUMP, Device, largest_jump, lateness_s, tone_at

ZERO = 1000.0


def _through(grid: SoundGrid, device: Device, seconds: float, *, start_s: float = ZERO) -> Samples:
    return np.concatenate([grid.feed(samples, span) for samples, span in device.blocks(start_s, seconds)])


@pytest.mark.parametrize("ppm", [-200.0, 200.0])
def test_two_minutes_of_a_wrong_crystal_stay_in_step(ppm: float) -> None:
    grid = SoundGrid(ZERO)
    sound = np.concatenate([_through(grid, Device(ppm=ppm, jitter_s=0.002), 120), grid.flush(ZERO + 119.98)])
    assert len(sound) == round(119.98 * SOUND_RATE), "as many samples as time has passed"
    late = lateness_s(sound, ZERO)
    assert np.abs(late).max() < 0.0025, "the very first block lies where its stamp says"
    assert np.abs(late[30:]).max() < 0.001
    assert largest_jump(sound) < 2 * NOTE_JUMP, "drift is corrected without a click"


def test_an_exact_device_comes_through_as_it_is() -> None:
    grid = SoundGrid(ZERO)
    sound = np.concatenate([_through(grid, Device(), 2), grid.flush()])
    expected = tone_at(ZERO + np.arange(len(sound)) / SOUND_RATE)
    assert len(sound) == 2 * SOUND_RATE
    assert np.abs(sound[20:-20] - expected[20:-20]).max() < 20


@pytest.mark.parametrize(("hertz", "least_db"), [(1_000, 70), (8_000, 55), (14_000, 45)])
def test_what_resampling_adds_is_far_below_the_sound(hertz: float, least_db: float) -> None:
    fast = 1 + 150e-6
    clean = 0.5 * 2**15 * np.sin(2 * np.pi * hertz * np.arange(SOUND_RATE) / SOUND_RATE / fast)
    grid = SoundGrid(ZERO)
    block = 4 * BLOCK
    for first in range(0, SOUND_RATE - block, block):
        at_s = ZERO + first / SOUND_RATE / fast
        part = clean[first : first + block].round().astype(np.int16)
        out = grid.feed(part, Span(at_s, at_s + block / SOUND_RATE / fast))
        moments = (np.arange(grid.samples - len(out), grid.samples) / SOUND_RATE).astype(np.float64)
        expected = 0.5 * 2**15 * np.sin(2 * np.pi * hertz * moments)
        if first > block:
            added_db = 20 * np.log10(np.sqrt(2 * ((out - expected) ** 2).mean()) / (0.5 * 2**15))
            assert added_db < -least_db


@settings(max_examples=25)
@given(st.lists(st.integers(1, 5000), min_size=2, max_size=12), st.floats(-2000, 2000))
def test_blocks_of_any_length_give_what_the_formula_says(lengths: list[int], ppm: float) -> None:
    fast = 1 + ppm * 1e-6
    taken = np.random.default_rng(1).integers(-20_000, 20_000, sum(lengths)).astype(np.int16)
    grid, parts, first = SoundGrid(ZERO), list[Samples](), 0
    for length in lengths:
        start_s, end_s = (ZERO + sample / SOUND_RATE / fast for sample in (first, first + length))
        parts.append(grid.feed(taken[first : first + length], Span(start_s, end_s)))
        first += length
    sound = np.concatenate([*parts, grid.flush()])
    places = np.arange(len(sound)) * fast
    assert abs(len(sound) - len(taken) / fast) <= 1
    inner = np.flatnonzero((places > 10) & (places < len(taken) - 10))
    for sample in inner[:: max(1, len(inner) // 40)]:
        distance = np.arange(-7, 9) - places[sample] % 1
        weights = np.sinc(distance) * np.cos(np.pi * distance / 16) ** 2
        whole = int(places[sample])
        expected = (taken[whole - 7 : whole + 9] * weights).sum() / weights.sum()
        if min(lengths) >= 8:  # shorter blocks do not know enough neighbours
            assert abs(sound[sample] - expected) < 80, "a quarter of a hundredth of full scale, for noise"


def test_a_grid_goes_on_after_another_one() -> None:
    one, two = SoundGrid(ZERO), SoundGrid(ZERO, first=SOUND_RATE)
    whole = np.concatenate([_through(one, Device(), 3), one.flush()])
    rest = np.concatenate([_through(two, Device(), 3), two.flush()])
    assert two.samples == one.samples == 3 * SOUND_RATE
    assert (rest[300:] == whole[SOUND_RATE + 300 :]).all()
    assert rest[0] == 0, "it fades in from nothing"


def test_flush_cuts_to_the_sample() -> None:
    grid = SoundGrid(ZERO)
    sound = np.concatenate([_through(grid, Device(), 1), grid.flush(ZERO + 0.99301)])
    assert len(sound) == int(np.ceil(0.99301 * SOUND_RATE))


@pytest.mark.parametrize("gap_s", [0.1, 0.5, 3.0])
def test_what_was_lost_becomes_silence_of_the_same_length(gap_s: float) -> None:
    grid = SoundGrid(ZERO)
    before = _through(grid, Device(), 1)
    spans = [Span(span.start_s, span.end_s, stepped=n == 0) for n, (_, span) in enumerate(_after(gap_s))]
    after = [grid.feed(samples, span) for (samples, _), span in zip(_after(gap_s), spans, strict=True)]
    sound = np.concatenate([before, *after, grid.flush()])
    assert len(sound) == round((2 + gap_s) * SOUND_RATE)
    silent = sound[SOUND_RATE + 300 : SOUND_RATE + round(gap_s * SOUND_RATE)]
    assert not silent.any()
    assert np.abs(lateness_s(sound[round((1 + gap_s + 0.1) * SOUND_RATE) :], ZERO + 1 + gap_s + 0.1)).max() < 1e-4
    assert largest_jump(sound) < LOUD / 10, "it fades out and in"


def _after(gap_s: float) -> list[tuple[Samples, Span]]:
    # A quarter of a wave later, so that the sound would begin at full height and click.
    return list(Device().blocks(ZERO + 1 + gap_s, 1))


def test_a_gone_microphone_is_filled_up_and_joins_again_without_a_click() -> None:
    grid = SoundGrid(ZERO)
    parts = [_through(grid, Device(), 1), grid.fill(ZERO + 2), grid.fill(ZERO + 2.5)]
    assert sum(map(len, parts)) == round(2.5 * SOUND_RATE)
    back = ZERO + 2.90125
    parts += [_through(grid, Device(), 1, start_s=back), grid.flush()]
    sound = np.concatenate(parts)
    assert abs(len(sound) - round(3.90125 * SOUND_RATE)) <= 1
    assert not sound[SOUND_RATE + 300 : round(2.9 * SOUND_RATE)].any()
    assert largest_jump(sound) < LOUD / 10


def test_a_pause_is_joined_without_a_gap_or_a_click() -> None:
    grid = SoundGrid(ZERO)
    held, back = ZERO + 1.00125, ZERO + 3.0  # from a crest of the wave to its middle
    parts = [grid.feed(samples, span) for samples, span in Device().blocks(ZERO, 1.01)]
    parts.append(grid.flush(held))
    grid.shift(back - held)
    parts += [_through(grid, Device(), 1, start_s=back), grid.flush()]
    sound = np.concatenate(parts)
    assert abs(len(sound) - round(2.00125 * SOUND_RATE)) <= 1
    assert largest_jump(sound) < LOUD / 10
    assert (np.abs(sound.reshape(-1)[: len(sound) // BLOCK * BLOCK].reshape(-1, BLOCK)).max(axis=1) > LOUD / 2).all()


def test_samples_before_the_takes_zero_are_left_out() -> None:
    grid = SoundGrid(ZERO + 0.5)
    sound = np.concatenate([_through(grid, Device(), 1), grid.flush()])
    assert len(sound) == SOUND_RATE // 2
    assert np.abs(lateness_s(sound, ZERO + 0.5)).max() < 1e-4
