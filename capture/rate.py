"""Sound of a microphone that does not know our rate, as if it did. Used by PortAudio's thread alone."""

from collections.abc import Iterator

import numpy as np

from capture.drift import Span
from capture.model import BLOCK, SOUND_RATE, AudioBlock, Samples
from capture.resample import SoundGrid


class RateConverter:
    """Makes blocks of BLOCK samples at SOUND_RATE from blocks of any length at another rate, a few ms late.

    The interpolation is that of capture.resample, on the microphone's own time: its drift is not this class's affair.
    A rate far above ours (96,000) would fold what lies above 24 kHz into the sound; speech has nothing there.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._grid = SoundGrid(0.0)
        self._fed = 0
        """Samples of the microphone so far."""
        self._given = 0
        """Samples of ours so far."""
        self._left: Samples = np.zeros(0, np.int16)
        self._overflowed = False

    def feed(self, block: AudioBlock) -> Iterator[AudioBlock]:
        """Add a block of the microphone; its stamp carries over to those that come out."""
        begin_s, self._fed = self._fed / self._rate, self._fed + len(block.samples)
        made = self._grid.feed(block.samples, Span(begin_s, self._fed / self._rate, stepped=False))
        self._left = np.concatenate((self._left, made))
        self._overflowed |= block.overflowed
        while len(self._left) >= BLOCK:
            samples, self._left = self._left[:BLOCK], self._left[BLOCK:]
            at_s = block.at_s + self._given / SOUND_RATE - begin_s
            yield AudioBlock(samples, at_s, self._overflowed)
            self._given, self._overflowed = self._given + BLOCK, False
