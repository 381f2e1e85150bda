"""What crosses the threads of the recorder: frames, blocks of sound, levels, devices. Pure data; any thread."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from capture.sound_verdict import SoundVerdict

SOUND_RATE = 48_000
"""Samples a second of every block of sound, everywhere in the app."""
BLOCK = 1920
"""Samples in one block: 40 ms, which falls on a whole tick of the take's 10 µs clock. Each block wakes threads."""

Image = NDArray[np.uint8]
"""A picture: height x width x 3, blue-green-red, one byte each."""
Samples = NDArray[np.int16]
"""Sound: one channel, one 16-bit number a sample."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera that can be opened: its human name, and the address that OpenCV wants."""

    name: str
    address: str
    """'demo', a number as text, or a device path such as /dev/video0."""


@dataclass(frozen=True, slots=True)
class Microphone:
    """A microphone that can be opened: its human name, and the address that PortAudio wants."""

    name: str
    address: str
    """'demo', or a PortAudio device name."""


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """What is asked of a camera, or what it gives."""

    width: int = 1280
    height: int = 720
    fps: float = 30.0

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture and the moment it was taken."""

    image: Image
    at_s: float
    """Seconds of the monotonic clock at the moment of capture."""


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """Consecutive samples and the moment the first was taken."""

    samples: Samples
    at_s: float
    overflowed: bool = False
    """True when the device says that samples were lost just before these."""


@dataclass(frozen=True, slots=True)
class Level:
    """How loud it is just now, in dB below full scale (0 is the loudest a file can hold, -100 silence)."""

    rms_db: float = -100.0
    peak_db: float = -100.0


@dataclass(frozen=True, slots=True)
class Lost:
    """Frames that did not reach the take, by cause."""

    device: int = 0
    queue: int = 0
    encoder: int = 0


class Missing(StrEnum):
    """Why a stretch of a take is not what it should be."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    ENCODER = "encoder"
    """The encoder child died, and another one took over."""
    ASLEEP = "asleep"
    """The computer slept; nothing was captured."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a take without picture or without sound; for ASLEEP a moment, and how long it took outside."""

    missing: Missing
    start_s: float
    end_s: float
    """Seconds of the take."""
    outside_s: float = 0.0
    """ASLEEP: how long the computer slept."""


@dataclass(frozen=True, slots=True)
class TakeReport:
    """What became of every frame of a take, and what it cost.

    frames_captured = frames_written + frames_scrapped + those that were lost.
    """

    frames_captured: int = 0
    frames_written: int = 0
    frames_scrapped: int = 0
    """Cut off again by the user ("scrap the last 30 seconds")."""
    lost: Lost = field(default_factory=Lost)
    sound_lost_s: float = 0.0
    """Sound that never came, or came and was lost; silence stands in its place."""
    gaps: tuple[Gap, ...] = ()
    sound: "SoundVerdict | None" = None
    """What the sound is like; None without a microphone."""
    seconds: float = 0.0
    cpu_s: float = 0.0
    """Processor seconds of this process and of the encoder while recording."""
    size: str = ""
    """Picture size such as 1280x720; empty for sound alone."""
    codec: str = ""
