"""What the background tells the screens. Frozen data, handed over on any thread."""

from dataclasses import dataclass

from capture.model import Camera, Microphone, TakeReport
from capture.state import State
from diary_app.clip import ClipId, Stage


@dataclass(frozen=True, slots=True)
class ClipChanged:
    """Something about a clip is new; read it again from the catalogue."""

    clip_id: ClipId


@dataclass(frozen=True, slots=True)
class Progress:
    """How far preparing or sending has come."""

    clip_id: ClipId
    stage: Stage
    fraction: float
    """0 to 1."""
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class MadeAhead:
    """How far the rendition of a clip has come of which nobody has pressed Send: for who wants to watch it first."""

    clip_id: ClipId
    fraction: float
    """0 to 1; the last word is 1, and then it is there."""
    seconds_left: float | None = None
    problem: str | None = None
    """Why it cannot be made; a sentence for the screen."""


@dataclass(frozen=True, slots=True)
class RecorderChanged:
    """The recorder's state is another one."""

    state: State


@dataclass(frozen=True, slots=True)
class RecorderTrouble:
    """The recorder has something to say; a sentence for the screen."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Devices:
    """What can be chosen just now; the demo devices come last."""

    cameras: tuple[Camera, ...]
    microphones: tuple[Microphone, ...]


@dataclass(frozen=True, slots=True)
class DevicesChanged:
    """A camera or a microphone was plugged in or pulled out. Comes once at the beginning too."""

    devices: Devices


@dataclass(frozen=True, slots=True)
class TakeFinished:
    """A take is closed and on disk."""

    clip_id: ClipId
    report: TakeReport


@dataclass(frozen=True, slots=True)
class PortalChanged:
    """The portal was paired, started or lost; sentence is for the screen when it went wrong."""

    problem: str | None = None


News = (
    ClipChanged
    | Progress
    | MadeAhead
    | DevicesChanged
    | RecorderChanged
    | RecorderTrouble
    | TakeFinished
    | PortalChanged
)
