"""The sound of a take: laid on the take's grid, pauses left out, cut to the sample. Used by the encoder thread alone.

Sound comes later than the commands to pause, resume and stop, by as much as the microphone's latency. So each command
waits here until the sound of its own moment has come: a pause keeps every sample before it and none within it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from capture.drift import Span
from capture.model import BLOCK, SOUND_RATE, Samples
from capture.resample import SoundGrid
from capture.timeline import Timeline

CHUNK = BLOCK
"""Samples that are written at once: 40 ms, on a whole tick of the take's clock."""

STEP_S = 10.0
"""No more silence than this is made at once."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The take pauses at this moment of the monotonic clock."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Resume:
    """The take goes on at this moment."""

    at_s: float


Missed = Callable[[float, float], None]
"""Told the start and the end, in seconds of the take, of a stretch where silence stands in for sound that was lost."""


class SoundTrack:
    """Gives blocks of CHUNK samples (the last may be shorter) to `write`, with the number of their first sample.

    first: so many samples of the take came before (it goes on after a cut).
    """

    def __init__(self, zero_s: float, write: Callable[[Samples, int], None], missed: Missed, *, first: int = 0) -> None:
        self._time = Timeline(zero_s)
        self._grid = SoundGrid(zero_s, first=first)
        self._write_out = write
        self._missed = missed
        self._changes: deque[Hold | Resume] = deque()
        self._spare: Samples = np.zeros(0, np.int16)
        self._written = first
        self._last_end_s = zero_s + first / SOUND_RATE

    @property
    def samples(self) -> int:
        """Samples written so far."""
        return self._written

    @property
    def heard_s(self) -> float:
        """The moment of the monotonic clock up to which there is sound."""
        return self._time.zero_s + self._grid.samples / SOUND_RATE

    def change(self, command: Hold | Resume) -> None:
        """Obey it when the sound of its moment comes. Commands come in the order of their moments."""
        self._changes.append(command)

    def feed(self, samples: Samples, span: Span) -> None:
        """Add a block, in order: in parts, where a pause begins or ends within it."""
        pace = len(samples) / (span.end_s - span.start_s)
        cuts = [round((command.at_s - span.start_s) * pace) for command in self._changes]
        ends = [*sorted({cut for cut in cuts if 0 < cut < len(samples)}), len(samples)]
        start, stepped = 0, span.stepped
        for end in ends:
            part = Span(span.start_s + start / pace, span.start_s + end / pace, stepped)
            self._feed(samples[start:end], part)
            start, stepped = end, False

    def _feed(self, samples: Samples, span: Span) -> None:
        """A block, or a part of one, within which no command lies."""
        self._obey(span.start_s + 0.5 / SOUND_RATE)
        held_s = self._time.held_at_s
        if (held_s is not None and span.start_s >= held_s) or span.end_s <= self.heard_s:
            return
        if span.stepped:
            self._note_missing(max(self._last_end_s, self.heard_s), span.start_s)
            self._fill_by_steps(span.start_s)
        self._last_end_s = span.end_s
        self._write(self._grid.feed(samples, span))

    def fill(self, until_s: float) -> None:
        """The microphone delivers nothing: silence up to this moment."""
        self._obey(until_s)
        stop_s = self._time.stop_s(until_s)
        self._note_missing(max(self._last_end_s, self.heard_s), stop_s)
        self._fill_by_steps(stop_s)
        self._write(self._grid.fill(stop_s))

    def _fill_by_steps(self, until_s: float) -> None:
        """Silence up to less than STEP_S before this moment: an hour of it at once would take 700 MB of memory."""
        while until_s - self.heard_s > STEP_S:
            self._write(self._grid.fill(self.heard_s + STEP_S))

    def finish(self, at_s: float) -> None:
        """Cut at this moment, to the sample."""
        self._obey(at_s)
        self._write(self._grid.flush(self._time.stop_s(at_s)))
        if len(self._spare):
            self._hand_over(len(self._spare))

    def _note_missing(self, start_s: float, end_s: float) -> None:
        if end_s > start_s:
            self._missed(start_s - self._time.zero_s, end_s - self._time.zero_s)

    def _obey(self, until_s: float) -> None:
        while self._changes and self._changes[0].at_s < until_s:
            match self._changes.popleft():
                case Hold(at_s):
                    self._time = self._time.hold(at_s)
                case Resume(at_s):
                    self._go_on(at_s)

    def _go_on(self, at_s: float) -> None:
        rest = self._grid.flush(self._time.held_at_s)
        self._note_missing(max(self._last_end_s, self.heard_s), self._time.stop_s(at_s))
        before, self._time = self._time, self._time.resume(at_s)
        self._grid.shift(self._time.zero_s - before.zero_s)
        self._last_end_s = at_s
        self._write(rest)  # last of all: the child may have died in the pause

    def _write(self, samples: Samples) -> None:
        """Write whole blocks; what is left over waits for the next ones."""
        self._spare = np.concatenate((self._spare, samples))
        while len(self._spare) >= CHUNK:
            self._hand_over(CHUNK)

    def _hand_over(self, count: int) -> None:
        block, self._spare = self._spare[:count], self._spare[count:]
        first, self._written = self._written, self._written + count
        self._write_out(block, first)
