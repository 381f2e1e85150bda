"""A take of many hours in a few minutes: a real take writer, a real encoder child, a real file; the clock is simulated.

The pictures are tiny and the room is silent but for the beeps: as many frames, blocks, fragments and syncs as a real
take has, and nothing else. The devices wait when the encoder is behind, so that nothing is lost; the last seconds are
recorded at the devices' own pace, as somebody who stops a take does.
"""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from benchmarks._in_step import Pair, pairs
from capture.disk import RealDisk
from capture.drift import SoundClock, Span
from capture.encoder import EncoderChild
from capture.model import BLOCK, SOUND_RATE, Frame, PictureFormat, Samples, TakeReport
from capture.take import TakeNews, TakeWriter
from capture.threads import SystemThreads

PICTURE = PictureFormat(64, 48, 15.0)
PPM = 200.0
"""How much faster than its nominal rate the microphone samples."""
JITTER_S = 0.002
BATCH = 4
"""Blocks that are handed over at once."""
FLASH_EVERY_S = 60.0
BEEP_S = 0.05
AHEAD_S = 1.0
"""So much may wait for the encoder: half of what the queue holds."""
OWN_PACE_S = 5.0
ZERO = 1000.0
_BRIGHT, _DARK = (np.full((PICTURE.height, PICTURE.width, 3), shade, np.uint8) for shade in (255, 90))


class _SimulatedClock:
    """Tells the time of what was last captured."""

    def __init__(self) -> None:
        self.moment_s = ZERO

    def now_s(self) -> float:
        """Moves only when something is captured."""
        return self.moment_s

    def sleep(self, seconds: float) -> None:
        """Nobody sleeps here."""
        raise AssertionError("nothing in a take sleeps")

    def asleep_s(self) -> float:
        """Never."""
        return 0.0


@dataclass(frozen=True, slots=True)
class LongTake:
    """What became of it."""

    hours: float
    stop_ms: float
    memory_growth_mb: float
    drift_ms_per_min: float
    worst_ms: float
    report: TakeReport
    took_s: float


def _batches(seconds: float) -> Iterator[tuple[Samples, Span]]:
    """The sound of the room, block by block placed by a sound clock, as the sound thread does it."""
    noise, clock = random.Random(1), SoundClock()
    count, step_s = BATCH * BLOCK, 1 / (SOUND_RATE * (1 + PPM * 1e-6))
    silence = np.zeros(count, np.int16)
    for number in range(round(seconds / step_s / count) + 2):
        first_s = number * count * step_s
        samples = silence
        if (first_s + count * step_s) % FLASH_EVERY_S < BEEP_S + 2 * count * step_s:
            since = (first_s + np.arange(count) * step_s) % FLASH_EVERY_S
            samples = np.where(since < BEEP_S, 12_000 * np.sin(2 * np.pi * 1000 * since), 0).astype(np.int16)
        stamps = (ZERO + first_s + block * BLOCK * step_s for block in range(BATCH))
        spans = [clock.place(stamp + noise.uniform(-JITTER_S, JITTER_S), BLOCK) for stamp in stamps]
        yield samples, Span(spans[0].start_s, spans[-1].end_s)


class _Feed:
    """Offers everything in the order of its moments, and waits for the encoder."""

    def __init__(self, writer: TakeWriter, clock: _SimulatedClock, seconds: float) -> None:
        self._writer, self._clock, self._seconds = writer, clock, seconds
        self._batches = _batches(seconds + 1)
        self._number = 0
        self._real_zero_s: float | None = None

    def until(self, to_s: float, *, own_pace: bool = False) -> None:
        """Go on to this second of the take."""
        self._real_zero_s = time.monotonic() - (self._clock.moment_s - ZERO) if own_pace else None
        while self._clock.moment_s - ZERO < to_s:
            samples, span = next(self._batches)
            while (at_s := ZERO + self._number / PICTURE.fps) < span.end_s:
                self._wait(at_s)
                flash = self._number % round(FLASH_EVERY_S * PICTURE.fps) == 0
                self._writer.offer_frame(Frame(_BRIGHT if flash else _DARK, at_s))
                self._number += 1
            self._wait(span.end_s)
            self._writer.offer_sound(samples, span)

    def last_sound(self) -> None:
        """A microphone goes on while a take is being closed: its sound of the last moment comes a moment later."""
        samples, span = next(self._batches)
        self._wait(span.end_s)
        self._writer.offer_sound(samples, span)

    def _wait(self, at_s: float) -> None:
        self._clock.moment_s = max(self._clock.moment_s, at_s)
        if self._real_zero_s is not None:
            time.sleep(max(0.0, self._real_zero_s + at_s - ZERO - time.monotonic()))
        while at_s - ZERO - self._writer.written_s > AHEAD_S:
            time.sleep(0.002)


def record_long(folder: Path, hours: float) -> LongTake:
    """Record so long; the memory counts from the end of the first minute."""
    began, take, clock, closed = time.monotonic(), folder / "long.mp4", _SimulatedClock(), threading.Event()
    reports: list[TakeReport] = []

    def on_closed(report: TakeReport) -> None:
        reports.append(report)
        closed.set()

    def on_failed(sentence: str) -> None:
        raise RuntimeError(sentence)

    news = TakeNews(closed=on_closed, failed=on_failed, told=on_failed)
    writer = TakeWriter(
        take,
        picture=PICTURE,
        sound=True,
        clock=clock,
        disk=RealDisk(),
        threads=SystemThreads(),
        encoder=EncoderChild,
        news=news,
    )
    writer.begin(ZERO)
    feed = _Feed(writer, clock, hours * 3600)
    feed.until(60.0)
    before = _memory_mb()
    feed.until(hours * 3600 - OWN_PACE_S)
    feed.until(hours * 3600, own_pace=True)
    growth = _memory_mb() - before
    stopping = time.monotonic()
    writer.end()
    feed.last_sound()
    closed.wait()
    stop_ms = (time.monotonic() - stopping) * 1e3
    writer.join()
    first, last = _ends(take, hours * 3600)
    drift = (last.late_ms - first.late_ms) / ((last.flash_s - first.flash_s) / 60)
    worst = max(abs(first.late_ms), abs(last.late_ms))
    return LongTake(hours, stop_ms, growth, drift, worst, reports[0], time.monotonic() - began)


def _ends(take: Path, seconds: float) -> tuple[Pair, Pair]:
    """The second flash (the sound clock has settled by then) and the last one, with their beeps."""
    last_s = (seconds - 2) // FLASH_EVERY_S * FLASH_EVERY_S
    found = [pairs(take, at_s - 2, at_s + 2) for at_s in (FLASH_EVERY_S, last_s)]
    return found[0][0], found[1][-1]


def _memory_mb() -> float:
    """Of this process and of its children."""
    process = psutil.Process()
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 1e6
