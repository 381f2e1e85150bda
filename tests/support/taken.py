"""Takes made by the real encoder child as fast as it goes: numbered pictures, and a beep at every flash.

The parts of capture.take that decide what is in the file, without its threads: a stream, its pieces, their file.
"""

from pathlib import Path

import numpy as np

from capture.clock import MonotonicClock
from capture.disk import Disk, RealDisk
from capture.drift import Span
from capture.encoder import Encoder, EncoderChild, Piece
from capture.errors import EncoderFailed
from capture.gate import FrameGate
from capture.model import SOUND_RATE, Frame, PictureFormat, Samples
from capture.pieces import PieceWriter
from capture.stream import Sound, TakeStream
from capture.take_file import Cut, TakeFile
from capture.threads import SystemThreads
from tests.support.stamp import FLASH_EVERY, picture

FPS = 30
LOOK = PictureFormat(320, 180, float(FPS))
BEGAN_S = 100.0
STEP = SOUND_RATE // FPS
"""Samples that go with one frame."""


def sound_of(first: int, count: int) -> Samples:
    """The sound of samples first ... first + count: 50 ms of 1 kHz from the very moment of each flash."""
    at = np.arange(first, first + count)
    since = at % (FLASH_EVERY * STEP)
    beep = np.where(since < SOUND_RATE // 20, 12_000 * np.sin(2 * np.pi * 1000 * since / SOUND_RATE), 0)
    return np.rint(beep).astype(np.int16)


class HandMadeTake:
    """Frame n is taken at n / FPS; the take begins with frame 0 and grows by feed()."""

    def __init__(
        self, path: Path, *, look: PictureFormat | None = LOOK, sound: bool = True, disk: Disk | None = None
    ) -> None:
        self.path = path
        self.children: list[EncoderChild] = []
        self.failures = 0
        self._disk = disk or RealDisk()
        self._disk.create(path)
        self.file = TakeFile(path, self._disk, SystemThreads())
        self._look, self._sound = look, sound
        self._gate = FrameGate(look.fps, room=10) if look else None
        self.stream = TakeStream(picture=look, gate=self._gate, sound=sound, write=self._write, shown=self.file.shown)
        self._pieces = PieceWriter(self.file, picture=look, sound=sound, start=self._start, clock=MonotonicClock())
        self.next_frame = 0
        if self._gate is not None:
            self._gate.open(BEGAN_S)
        self.stream.begin(BEGAN_S)

    def _start(self, piece: Piece) -> Encoder:
        self.children.append(EncoderChild(piece))
        return self.children[-1]

    def _write(self, head: bytes, data: bytes | memoryview) -> None:
        self._pieces.write(head, data)

    @property
    def now_s(self) -> float:
        return BEGAN_S + self.next_frame / FPS

    def feed(self, seconds: float, *, camera: bool = True, microphone: bool = True) -> None:
        """So much more of both; a device that is False delivers nothing."""
        for _ in range(round(seconds * FPS)):
            number, self.next_frame = self.next_frame, self.next_frame + 1
            at_s = BEGAN_S + number / FPS
            if self._look is not None and self._gate is not None and camera:
                assert self._gate.admit(at_s)
                image = picture(number, width=self._look.width, height=self._look.height)
                self._take_in(Frame(image, at_s))
            if self._sound and microphone:
                self._take_in(Sound(sound_of(number * STEP, STEP), Span(at_s, at_s + 1 / FPS)))

    def _take_in(self, item: Frame | Sound) -> None:
        try:
            self.stream.take_in(item)
        except EncoderFailed:
            self.failures += 1
            self.stream.go_on_after_failure(self._pieces.replace())

    def scrap(self, seconds: float) -> Cut:
        """Cut the last seconds off."""
        cut = self._pieces.cut_back(max(0.0, self.stream.written_s - seconds))
        self.stream.go_on_after_cut(cut, self.now_s)
        return cut

    def close(self) -> Path:
        """The finished file."""
        self.stream.finish(self.now_s)
        self._pieces.close()
        self.file.look()
        return self.path


def make(path: Path, seconds: float, *, look: PictureFormat | None = LOOK, sound: bool = True) -> Path:
    """A take of so many seconds."""
    take = HandMadeTake(path, look=look, sound=sound)
    take.feed(seconds)
    return take.close()
