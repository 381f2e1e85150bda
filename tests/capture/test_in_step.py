"""An hour in a few seconds: flash and beep stay together, whatever the camera's rhythm and the microphone's crystal.

Frames and sound go through the real sound clock, the real take stream and its sound grid, in the order and with the
stamps of real devices; what would go down the encoder's pipe is measured.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from capture.drift import SoundClock, Span
from capture.gate import FrameGate
from capture.matroska import PICTURE_TRACK, TICKS_A_SECOND, block_head
from capture.model import BLOCK, SOUND_RATE, Frame, Image, Lost, PictureFormat, Samples
from capture.stream import Sound, TakeStream
from tests.support.flash_beep import find_beeps
from tests.support.sound_path import LOUD, NOTE_JUMP, largest_jump, lateness_s, tone_at

ZERO = 5000.0
"""The moment of the take's first frame; what the devices said before it belongs to no take."""
BATCH = 4
"""Blocks that come at once: four times what the recorder's sound thread hands over, or an hour takes too long."""
BEEP_S = 0.05
JITTER_S = 0.002
"""How far a stamp of the sound is off, both ways."""
BRIGHT, DARK = (np.full((16, 16, 3), shade, np.uint8) for shade in (255, 16))


@dataclass(frozen=True, slots=True)
class Room:
    """What happens in front of the devices, for so many seconds; frames are stamped truly."""

    seconds: float
    fps: float
    jitter: float = 0.0
    """How far a frame may be from its place, in intervals."""
    slow_from: float = 1.0
    """From this share of the time on there is little light, and the camera takes twice as long for a frame."""
    ppm: float = 0.0

    def frames(self) -> list[float]:
        """The moments of all frames."""
        noise, period, at_s, moments = random.Random(7), 1 / self.fps, 0.0, list[float]()
        while at_s < self.seconds:
            slow = self.slow_from <= at_s / self.seconds < self.slow_from + 0.3
            moments.append(ZERO + max(0.0, at_s + noise.uniform(-self.jitter, self.jitter) / 2 * period))
            at_s += 2 * period if slow else period
        return moments

    def flashes(self, frames: list[float]) -> list[float]:
        """Of the frames, those that show a flash: near the beginning, in the middle and at the end."""
        wanted = (5.0, self.seconds / 2, self.seconds - 2.0)
        return [next(at_s for at_s in frames if at_s >= ZERO + second) for second in wanted]

    def sound(self, flashes: list[float]) -> Iterator[tuple[Samples, Span]]:
        """A steady note, with a beep at each flash; batches of blocks that a sound clock has placed."""
        noise, clock = random.Random(8), SoundClock()
        step_s, count = 1 / (SOUND_RATE * (1 + self.ppm * 1e-6)), BATCH * BLOCK
        for number in range(round((self.seconds + 0.5) / step_s / count)):
            first_s = ZERO - 0.25 + number * count * step_s
            samples = _heard(first_s + np.arange(count) * np.float64(step_s), flashes)
            stamps = [first_s + block * BLOCK * step_s + noise.uniform(-JITTER_S, JITTER_S) for block in range(BATCH)]
            spans = [clock.place(stamp, BLOCK) for stamp in stamps]
            assert not any(span.stepped for span in spans)
            yield samples, Span(spans[0].start_s, spans[-1].end_s)


def _heard(moments: np.ndarray[tuple[int], np.dtype[np.float64]], flashes: list[float]) -> Samples:
    sound = tone_at(moments)
    for flash in flashes:
        if moments[0] - BEEP_S < flash <= moments[-1]:
            since = moments - flash
            sound = np.where((since >= 0) & (since < BEEP_S), 3 * LOUD * np.sin(2 * np.pi * 1000 * since), sound)
    return np.rint(sound).astype(np.int16)


@dataclass(slots=True)
class Pipe:
    """Where the encoder child would be: measures the sound second by second, for an hour of it fills the memory."""

    flashes: list[float]
    picture_ticks: list[int] = field(default_factory=list)
    bright_s: list[float] = field(default_factory=list)
    beeps_s: list[float] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    jump: float = 0.0
    samples: int = 0
    _second: list[Samples] = field(default_factory=list)
    _before: Samples = field(default_factory=lambda: np.zeros(0, np.int16))

    def write(self, head: bytes, data: bytes | memoryview) -> None:
        ticks, track = _read(head)
        if track == PICTURE_TRACK:
            self.picture_ticks.append(ticks)
            if data[0] > 128:
                self.bright_s.append(ticks / TICKS_A_SECOND)
            return
        assert ticks == round(self.samples * TICKS_A_SECOND / SOUND_RATE), "sound follows sound"
        self._second.append(np.frombuffer(data, np.int16))
        self.samples += len(self._second[-1])
        if self.samples % SOUND_RATE == 0:
            self._measure(self.samples // SOUND_RATE - 1)

    def _measure(self, second: int) -> None:
        sound = np.concatenate(self._second)
        assert len(sound) == SOUND_RATE
        if any(-0.1 < flash - ZERO - second < 1.1 for flash in self.flashes):
            beeps = find_beeps(sound.astype(np.float64))
            self.beeps_s.extend(second + beep for beep in beeps)
            self._before = sound[:0]
        else:
            self.jump = max(self.jump, largest_jump(np.concatenate((self._before, sound))))
            self._before = sound[-2:]
            if second % 10 == 0:
                self.late_s.extend(lateness_s(sound, ZERO + second))
        self._second.clear()


def _read(head: bytes) -> tuple[int, int]:
    """The ticks and the track of a block's head, read back as Matroska says."""
    size = int.from_bytes(head[13:21], "big") & (1 << 56) - 1
    assert head[12] == 0xE7
    return int.from_bytes(head[21 : 21 + size], "big"), head[21 + size + 9] & 0x7F


def test_the_head_is_read_as_it_was_written() -> None:
    assert _read(block_head(PICTURE_TRACK, 123_456_789, 10)) == (123_456_789, PICTURE_TRACK)


def _record(room: Room) -> tuple[Pipe, FrameGate]:
    """Let the take stream have everything in the order of its moments, as its queue does."""
    picture = PictureFormat(16, 16, room.fps)
    frames = room.frames()
    flashes = room.flashes(frames)
    pipe, gate = Pipe(flashes), FrameGate(picture.fps, room=100)
    stream = TakeStream(picture=picture, gate=gate, sound=True, write=pipe.write)
    stream.begin(ZERO)
    gate.open(ZERO)
    waiting = iter([*frames, float("inf")])
    frame_s = next(waiting)
    for samples, span in room.sound(flashes):
        while frame_s < span.end_s:
            image: Image = BRIGHT if frame_s in flashes else DARK
            assert gate.admit(frame_s)
            stream.take_in(Frame(image, frame_s))
            frame_s = next(waiting)
        stream.take_in(Sound(samples, span))
        if span.end_s >= ZERO + room.seconds:
            break
    stream.finish(ZERO + room.seconds)
    assert np.abs(np.array(pipe.picture_ticks) / TICKS_A_SECOND - (np.array(frames) - ZERO)).max() < 1e-5, "true times"
    return pipe, gate


HOUR, QUARTER, MINUTES = 3600.0, 900.0, 120.0


@pytest.mark.parametrize(
    "room",
    [
        Room(HOUR, 30, jitter=0.4, ppm=200),
        Room(QUARTER, 15, ppm=-200),
        Room(MINUTES, 30000 / 1001, ppm=-200),
        Room(MINUTES, 25, jitter=0.4, ppm=200),
        Room(MINUTES, 30, jitter=0.4, slow_from=0.4, ppm=-200),
        Room(MINUTES, 30, slow_from=0.8, ppm=200),
    ],
    ids=[
        "hour-30-jitter-fast",
        "quarter-15-slow",
        "29.97-slow",
        "25-jitter-fast",
        "30-jitter-dark-slow",
        "dark-fast",
    ],
)
def test_flash_and_beep_stay_within_half_a_frame(room: Room) -> None:
    pipe, gate = _record(room)
    assert pipe.samples == pytest.approx(room.seconds * SOUND_RATE, abs=1), "as much sound as time has passed"
    assert len(pipe.bright_s) == len(pipe.beeps_s) == 3
    offsets = np.array(pipe.beeps_s) - np.array(pipe.bright_s)
    assert np.abs(offsets).max() < min(0.5 / room.fps, 0.003), offsets
    assert np.abs(pipe.late_s[10:]).max() < 0.001, "nowhere in between either"
    assert pipe.jump < 2 * NOTE_JUMP, "no click in all that time"
    assert gate.frames_written == gate.frames_captured
    assert gate.frames_lost == Lost()


def test_the_measurement_notices_a_jump_and_a_drift() -> None:
    room = Room(20, 30)
    pipe = Pipe([])
    for second in range(20):
        moments = ZERO + (second * SOUND_RATE + np.arange(SOUND_RATE)) / SOUND_RATE * (1 + 200e-6)
        moments += 0.001 * (second >= 10)
        for first in range(0, SOUND_RATE, 1920):
            samples = np.rint(tone_at(moments[first : first + 1920])).astype(np.int16)
            head = block_head(2, round(pipe.samples * TICKS_A_SECOND / SOUND_RATE), 2 * len(samples))
            pipe.write(head, samples.tobytes())
    assert pipe.jump > 2 * NOTE_JUMP
    assert np.abs(pipe.late_s).max() > 0.001
    assert room.frames()
