"""The sound thread: places blocks on the clock, measures the level, and hands them to the open take."""

import logging
import threading
from collections.abc import Callable

import numpy as np

from capture.drift import SoundClock, Span
from capture.errors import CaptureError
from capture.model import SOUND_RATE, AudioBlock, Level, Samples
from capture.preroll import Preroll
from capture.sound_guard import SoundGuard, SoundTrouble
from capture.sources import SoundSource
from capture.take import TakeWriter
from capture.threads import Flag, Mailbox, Threads

log = logging.getLogger(__name__)

LOST_AFTER_S = 0.9
"""A microphone that delivers nothing for so long counts as lost, and that is told within a second."""
ANEW_EVERY = 4
"""It is opened anew when so many times as long have passed: some need seconds to wake up."""
LEVEL_SAMPLES = SOUND_RATE * 8 // 100
"""The level is that of the last 80 ms."""
FULL_SCALE = 32768.0
WAKE = AudioBlock(np.zeros(0, np.int16), 0.0)
"""Wakes the thread when it is to end."""


def level_of(samples: Samples) -> Level:
    """Root mean square and peak in dB below full scale."""
    sound = samples.astype(np.float64) / FULL_SCALE
    rms = float(np.sqrt(np.mean(sound**2))) if len(sound) else 0.0
    peak = float(np.abs(sound).max()) if len(sound) else 0.0
    return Level(_db(rms), _db(peak))


def _db(amplitude: float) -> float:
    return max(-100.0, 20 * float(np.log10(max(amplitude, 1e-5))))


class _Gathering:
    """Sound that somebody waits for."""

    def __init__(self, wanted: int, full: Flag) -> None:
        self.wanted, self.full = wanted, full
        self.blocks: list[Samples] = []
        self._count = 0

    def add(self, samples: Samples) -> None:
        self.blocks.append(samples)
        self._count += len(samples)
        if self._count >= self.wanted:
            self.full.raise_it()


class SoundListener:
    """Opens a microphone and listens until close(). on_lost(True) after a second of nothing, on_lost(False) after.

    Raises CaptureError where it cannot be started at the beginning.
    """

    def __init__(
        self,
        open_source: Callable[[], SoundSource],
        on_lost: Callable[[bool], None],
        *,
        threads: Threads,
        sound_guard: SoundGuard | None = None,
    ) -> None:
        self._open = open_source
        self._on_lost = on_lost
        self._blocks: Mailbox[AudioBlock] = threads.mailbox()
        self._clock = SoundClock()
        self._recent: list[Samples] = []
        self.level = Level()
        """Written by the sound thread, pulled by the screen."""
        self._take: TakeWriter | None = None
        self._preroll: Preroll[tuple[Samples, Span]] = Preroll()
        self._guard = threading.Lock()
        self._sound_guard = sound_guard
        self._afresh = False
        self._gathering: _Gathering | None = None
        self._new_flag = threads.flag
        self._closing = threads.flag()
        self._source = open_source()
        self._source.start(self._blocks.put)
        self._thread = threads.start("sound", self._run)

    @property
    def preroll_s(self) -> float | None:
        """The moment from which on there is sound for a take that begins now. Any thread."""
        with self._guard:
            return self._preroll.first_s

    @property
    def trouble(self) -> SoundTrouble | None:
        """Why nobody can hear the speaker just now; a microphone that is lost is told otherwise. Any thread."""
        return self._sound_guard.trouble if self._sound_guard and not self._afresh else None

    def speaking(self) -> bool | None:
        """Whether somebody speaks; None where nobody can tell. Any thread."""
        return self._sound_guard.speaking if self._sound_guard else None

    def judge_afresh(self) -> None:
        """What was heard until now says nothing about what comes: a take begins or goes on. Any thread."""
        self._afresh = True

    def gather(self, seconds: float) -> Samples:
        """Wait for the next seconds of sound and return them; fewer when the microphone stops. Any thread but ours."""
        gathering = _Gathering(round(seconds * SOUND_RATE), self._new_flag())
        self._gathering = gathering
        gathering.full.wait(seconds + LOST_AFTER_S)
        self._gathering = None
        return np.concatenate([np.zeros(0, np.int16), *gathering.blocks])[: gathering.wanted]

    def give_to(self, take: TakeWriter | None) -> None:
        """From now on sound goes into this take, that of the second before included; None: into none. Any thread."""
        with self._guard:
            self._take = take
            for samples, span in self._preroll.take():
                if take is not None:
                    take.offer_sound(samples, span)

    def _run(self) -> None:
        lost, waits = False, 0
        try:
            while not self._closing.is_up():
                block = self._next_block()
                if self._closing.is_up():
                    return
                if lost != (block is None):
                    lost = block is None
                    log.warning("the microphone %s", "has stopped" if lost else "is back")
                    self.level = Level()
                    self._recent.clear()
                    self._afresh = True
                    self._on_lost(lost)
                waits = waits + 1 if block is None else 0
                if block is not None:
                    self._hear(block)
                elif waits % ANEW_EVERY == 0:
                    self._open_anew()
        finally:
            if not self._closing.is_up():  # a bug: the user must not go on speaking to nobody
                self.level = Level()
                self._on_lost(True)

    def _next_block(self) -> AudioBlock | None:
        """The next block, or None after a second of nothing."""
        return self._blocks.get(LOST_AFTER_S)

    def _open_anew(self) -> None:
        """A microphone that was pulled out and put back delivers again only to a new stream."""
        self._source.close()
        source = self._open()
        try:
            source.start(self._blocks.put)
        except CaptureError as error:
            log.info("not yet: %s", error)
        self._source = source

    def _hear(self, block: AudioBlock) -> None:
        span = self._clock.place(block.at_s, len(block.samples), overflowed=block.overflowed)
        self._offer(block.samples, span)
        self._recent.append(block.samples)
        if sum(map(len, self._recent)) >= LEVEL_SAMPLES:
            self.level = level_of(np.concatenate(self._recent))
            self._recent.clear()

    def _offer(self, samples: Samples, span: Span) -> None:
        self._judge(samples, span)
        with self._guard:
            if self._take is not None:
                self._take.offer_sound(samples, span)
            else:
                self._preroll.add(span.start_s, (samples, span))

    def _judge(self, samples: Samples, span: Span) -> None:
        gathering = self._gathering
        if gathering is not None:
            gathering.add(samples)
        if self._sound_guard is None:
            return
        if self._afresh:
            self._afresh = False
            self._sound_guard.restart(span.start_s)
        self._sound_guard.hear(samples, span.start_s)

    def close(self) -> None:
        """Close the microphone and end the thread."""
        self._closing.raise_it()
        self._blocks.put(WAKE)
        self._thread.join()
        self._source.close()
