"""A microphone of another rate sounds the same, and its sound stands at the same moments."""

import numpy as np
import pytest

from capture.model import BLOCK, SOUND_RATE, AudioBlock
from capture.rate import RateConverter

HZ, LOUD, START_S = 440.0, 8_000.0, 1234.5


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 96_000])
def test_a_tone_comes_out_as_the_same_tone_at_the_same_moments(rate: int) -> None:
    tone = np.rint(LOUD * np.sin(2 * np.pi * HZ * np.arange(rate) / rate)).astype(np.int16)
    converter, out, step = RateConverter(rate), [], rate // 25
    for first in range(0, rate, step):
        block = AudioBlock(tone[first : first + step], START_S + first / rate)
        out += list(converter.feed(block))

    assert {len(block.samples) for block in out} == {BLOCK}
    assert len(out) >= 23, "of a second, no more than a few blocks are held back"
    assert np.allclose([block.at_s for block in out], START_S + np.arange(len(out)) * BLOCK / SOUND_RATE, atol=1e-6)
    heard = np.concatenate([block.samples for block in out]).astype(float)
    moments = np.arange(len(heard)) / SOUND_RATE
    error = heard - LOUD * np.sin(2 * np.pi * HZ * moments)
    assert np.sqrt((error[BLOCK:] ** 2).mean()) < LOUD / 500


def test_lost_samples_are_told_once() -> None:
    converter, rate = RateConverter(44_100), 44_100
    silence = np.zeros(rate // 100, np.int16)
    blocks = [AudioBlock(silence, count / 100, overflowed=count == 20) for count in range(40)]
    out = [one for block in blocks for one in converter.feed(block)]
    assert sum(block.overflowed for block in out) == 1
