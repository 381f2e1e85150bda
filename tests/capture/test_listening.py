"""Levels, as the meter shows them."""

import numpy as np
import pytest

from capture.listening import level_of
from capture.model import Level


def test_silence_and_nothing_are_the_floor() -> None:
    assert level_of(np.zeros(480, np.int16)) == Level(-100.0, -100.0)
    assert level_of(np.zeros(0, np.int16)) == Level(-100.0, -100.0)


@pytest.mark.parametrize(("amplitude", "db"), [(32767, 0.0), (16384, -6.02), (328, -40.0), (33, -59.9)])
def test_a_sine_shows_its_peak_and_three_decibels_less(amplitude: int, db: float) -> None:
    sine = np.rint(amplitude * np.sin(2 * np.pi * np.arange(4800) / 48)).astype(np.int16)
    level = level_of(sine)
    assert abs(level.peak_db - db) < 0.3
    assert abs(level.rms_db - (db - 3.01)) < 0.3


def test_full_scale_square_is_zero() -> None:
    square = np.tile(np.array([32767, -32768], np.int16), 240)
    assert level_of(square).rms_db == pytest.approx(0.0, abs=0.01)
