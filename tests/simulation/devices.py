"""Simulated devices. Every picture carries its number and every sample tells the moment at which it was taken."""

import random
from dataclasses import dataclass, field

import numpy as np

from capture.errors import DeviceGone, DeviceMissing, DeviceRefused
from capture.model import SOUND_RATE, AudioBlock, Camera, Frame, Image, Microphone, PictureFormat, Samples
from capture.sources import FrameSource, OnBlock, SoundSource
from tests.simulation.muxing import GRID_COLUMNS, GRID_ROWS
from tests.simulation.scheduler import APP, Scheduler, Task

PERIOD_S = 0.8
LOUDEST, QUIETEST = 28_000.0, 8_000.0
STEEPNESS = (LOUDEST - QUIETEST) / (PERIOD_S / 2)
"""How fast the sound's value moves, a second: 50 for each millisecond."""
KEPT_BY_DRIVER = 4
"""Frames that wait in the driver for a reader that is late."""


def sound_at(
    moments_s: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """What the world sounds like at these moments: a wave without any silence."""
    phase = moments_s / PERIOD_S
    phase -= np.floor(phase)
    phase -= 0.5
    np.abs(phase, out=phase)
    phase *= 2 * (LOUDEST - QUIETEST)
    phase += QUIETEST
    return phase


FINE_HZ = 8 * SOUND_RATE
_WAVE = sound_at(np.arange(round(PERIOD_S * FINE_HZ)) / FINE_HZ).astype(np.int16)
"""One period, finer than any microphone: a sample is off by 1.3 µs at most."""


def draw(number: int, picture: PictureFormat) -> Image:
    """The number in black and white squares."""
    bits = np.unpackbits(np.frombuffer(number.to_bytes(GRID_ROWS * GRID_COLUMNS // 8, "big"), np.uint8))
    squares = bits.reshape(GRID_ROWS, GRID_COLUMNS) * np.uint8(255)
    down, across = picture.height // GRID_ROWS, picture.width // GRID_COLUMNS
    grey = squares.repeat(down, axis=0).repeat(across, axis=1)
    return np.repeat(grey[:, :, None], 3, axis=2)


@dataclass(slots=True)
class CameraTraits:
    """How this camera is."""

    picture: PictureFormat
    jitter: float = 0.0
    """Of one interval."""
    slower: float = 1.0
    """In poor light every interval is this much longer."""
    loses: float = 0.0
    """How probable it is that a frame is lost in the device."""
    late_s: float = 0.01
    """From the moment of capture to the reader."""
    opens_s: float = 0.2


@dataclass(slots=True)
class MicrophoneTraits:
    """How this microphone is."""

    block: int = 480
    ppm: float = 0.0
    jitter_s: float = 0.0
    late_s: float = 0.01
    overflows: float = 0.0
    """How probable it is, for each block, that samples were lost before it."""


@dataclass(slots=True)
class Devices:
    """The devices of one session and the hand on their plugs."""

    scheduler: Scheduler
    rng: random.Random
    camera: CameraTraits
    microphone: MicrophoneTraits
    camera_in: bool = True
    camera_hangs: bool = False
    microphone_in: bool = True
    thaw_s: float = 0.0
    """When the process that was stopped goes on."""
    frames: list[float] = field(default_factory=list)
    """The moments of all frames that were handed out; the first one has the number 1."""
    silent: list[tuple[float, float]] = field(default_factory=list)
    """When no sound came although a microphone was open."""
    dark: list[tuple[float, float]] = field(default_factory=list)
    """The same of pictures."""
    readers: list[Task] = field(default_factory=list)

    def open_camera(self, _camera: Camera, _picture: PictureFormat) -> FrameSource:
        self.scheduler.touch()
        self.scheduler.wait(self.camera.opens_s)
        if not self.camera_in:
            raise DeviceMissing("The camera is not plugged in.")
        return SimulatedCamera(self)

    def open_microphone(self, _microphone: Microphone) -> SoundSource:
        return SimulatedMicrophone(self)

    def wake_readers(self) -> None:
        """Something has changed for those that wait for a frame."""
        readers, self.readers[:] = list(self.readers), []
        for reader in readers:
            self.scheduler.wake(reader)


class SimulatedCamera:
    """Keeps the contract of capture.sources.FrameSource."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self._scheduler = devices.scheduler
        self._closed = False
        self._kept = 0
        self._gone = False
        self._picture = devices.camera.picture
        self._next_s = self._last_s = self._scheduler.now_s + self._period_s()

    def _period_s(self) -> float:
        return self._devices.camera.slower / self._picture.fps

    @property
    def picture(self) -> PictureFormat:
        return self._picture

    def read(self) -> Frame | None:
        self._scheduler.touch()
        devices, rng = self._devices, self._devices.rng
        while True:
            if self._closed:
                return None
            self._gone = self._gone or not devices.camera_in
            if self._gone:
                self._dark()
                raise DeviceGone("The camera has stopped.")
            if devices.camera_hangs:
                self._wait(None)
                self._next_s = max(self._next_s, self._scheduler.now_s)
                continue
            self._catch_up()
            jitter_s = rng.uniform(-0.5, 0.5) * devices.camera.jitter * self._period_s()
            at_s, self._next_s = self._next_s + jitter_s, self._next_s + self._period_s()
            if rng.random() < devices.camera.loses:
                continue
            if not self._wait(at_s + devices.camera.late_s - self._scheduler.now_s):
                return self._frame(at_s)

    def _frame(self, at_s: float) -> Frame:
        if at_s - self._last_s > 0.25:
            self._devices.dark.append((self._last_s, self._scheduler.now_s))
        self._last_s = at_s
        self._devices.frames.append(at_s)
        return Frame(draw(len(self._devices.frames), self._picture), at_s)

    def _dark(self) -> None:
        self._devices.dark.append((self._last_s, self._scheduler.now_s + 3.0))

    def _catch_up(self) -> None:
        """A reader that was away finds a few old frames in the driver; those after them are lost."""
        behind_s = self._scheduler.now_s - self._next_s
        if behind_s < KEPT_BY_DRIVER * self._period_s():
            self._kept = KEPT_BY_DRIVER
        elif self._kept:
            self._kept -= 1
        else:
            self._next_s = self._scheduler.now_s

    def _wait(self, seconds: float | None) -> bool:
        """Wait for the next frame; True when something else has happened meanwhile."""
        if seconds is not None and seconds <= 0:
            return False
        task = self._scheduler.current
        assert task is not None
        self._devices.readers.append(task)
        self._scheduler.wait(seconds)
        if task in self._devices.readers:
            self._devices.readers.remove(task)
            return False
        return True

    def close(self) -> None:
        self._closed = True
        self._devices.wake_readers()


class SimulatedMicrophone:
    """Keeps the contract of capture.sources.SoundSource; its blocks come from the scheduler, without a thread."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self._scheduler = devices.scheduler
        self._closed = False
        self._on_block: OnBlock | None = None
        self._overflowed = False
        self._gone = False
        self._sample_s = 1 / (SOUND_RATE * (1 + devices.microphone.ppm * 1e-6))
        self._at_s = 0.0
        self._offsets = np.rint(np.arange(devices.microphone.block) * (self._sample_s * FINE_HZ)).astype(np.intp)

    def start(self, on_block: OnBlock) -> None:
        self._scheduler.check_alive()
        if not self._devices.microphone_in:
            raise DeviceRefused("The microphone does not answer.")
        self._on_block = on_block
        self._at_s = self._scheduler.now_s
        self._schedule()

    def _schedule(self) -> None:
        traits = self._devices.microphone
        self._scheduler.at(
            max(self._at_s + traits.block * self._sample_s + traits.late_s, self._scheduler.now_s), self._tick
        )

    def _tick(self) -> None:
        if self._closed or self._scheduler.is_dead(APP):
            return
        devices, traits = self._devices, self._devices.microphone
        self._gone = self._gone or not devices.microphone_in
        if self._gone:  # a stream that was interrupted never delivers again
            devices.silent.append((self._at_s, self._scheduler.now_s + 6.0))
            return
        if self._scheduler.is_stopped(APP):  # nobody takes the blocks: they are lost
            self._at_s, self._overflowed = devices.thaw_s, True
            self._schedule()
            return
        if devices.rng.random() < traits.overflows:
            self._at_s += devices.rng.uniform(0.002, 0.06)
            self._overflowed = True
            self._schedule()
            return
        self._deliver()
        self._schedule()

    def _deliver(self) -> None:
        assert self._on_block is not None
        traits = self._devices.microphone
        at_s, self._at_s = self._at_s, self._at_s + traits.block * self._sample_s
        samples: Samples = _WAVE.take(self._offsets + round(at_s % PERIOD_S * FINE_HZ), mode="wrap")
        stamp_s = at_s + self._devices.rng.uniform(-1, 1) * traits.jitter_s
        overflowed, self._overflowed = self._overflowed, False
        self._on_block(AudioBlock(samples, stamp_s, overflowed))

    def close(self) -> None:
        self._closed = True
