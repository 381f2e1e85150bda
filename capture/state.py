"""The recorder's one state machine: pure, total, and the only place where its state changes.

    Idle --Prepare--> Opening --DevicesOpened--> Ready --Start--> Recording <--Pause/Resume--> Paused
      ^                  |                         ^                  |                          |
      +---Release--------+----DevicesFailed--> Idle +--TakeClosed-- Finishing <------Stop--------+

transition(state, event) returns the next state and what must be done, or a Refusal with its sentence. Any thread.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from capture import words
from capture.model import Camera, Microphone, PictureFormat, TakeReport


@dataclass(frozen=True, slots=True)
class Wish:
    """The devices that the user wants; no camera makes a take of sound alone, no microphone one without sound."""

    camera: Camera | None
    microphone: Microphone | None
    picture: PictureFormat = field(default_factory=PictureFormat)


class Device(StrEnum):
    """Which of the two devices is meant."""

    CAMERA = "camera"
    MICROPHONE = "microphone"


# -- states ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Idle:
    """No device is open; nothing is captured."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The devices are being opened."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class Ready:
    """The devices are open: there is a picture and a level to see, and nothing is kept."""

    wish: Wish
    lost: frozenset[Device] = frozenset()


@dataclass(frozen=True, slots=True)
class Recording:
    """A take is being written."""

    wish: Wish
    take: Path
    lost: frozenset[Device] = frozenset()


@dataclass(frozen=True, slots=True)
class Paused:
    """A take is open, and nothing is being captured for it."""

    wish: Wish
    take: Path
    lost: frozenset[Device] = frozenset()


@dataclass(frozen=True, slots=True)
class Finishing:
    """The take is being closed."""

    wish: Wish
    take: Path
    lost: frozenset[Device] = frozenset()
    release: bool = False
    """True when the devices are to be released as soon as the take is closed."""


State = Idle | Opening | Ready | Recording | Paused | Finishing


# -- events ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prepare:
    """The user (or a script) wants these devices open."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class DevicesOpened:
    """Both devices deliver."""


@dataclass(frozen=True, slots=True)
class DevicesFailed:
    """A device could not be opened."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a take at this path (its final name; the recorder writes nothing else there)."""

    take: Path


@dataclass(frozen=True, slots=True)
class Pause:
    """Capture nothing until Resume."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with the same take."""


@dataclass(frozen=True, slots=True)
class Scrap:
    """Remove the last seconds of the open take from the disk; what comes next joins on to what is left."""

    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Stop:
    """Close the take."""


@dataclass(frozen=True, slots=True)
class Release:
    """Close the devices; a take that is open is closed first."""


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """A device stopped delivering."""

    device: Device


@dataclass(frozen=True, slots=True)
class DeviceBack:
    """A lost device delivers again."""

    device: Device


@dataclass(frozen=True, slots=True)
class Warned:
    """Something happened to the open take that the user must know; it goes on."""

    sentence: str


@dataclass(frozen=True, slots=True)
class EncoderFailed:
    """The encoder or the disk gave up; what was written is kept."""

    sentence: str


@dataclass(frozen=True, slots=True)
class TakeClosed:
    """The take is closed and on disk."""

    report: TakeReport


Event = (
    Prepare
    | DevicesOpened
    | DevicesFailed
    | Start
    | Pause
    | Resume
    | Scrap
    | Stop
    | Release
    | DeviceLost
    | DeviceBack
    | Warned
    | EncoderFailed
    | TakeClosed
)


# -- effects --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenDevices:
    """Open these devices (closing any that are open) and post DevicesOpened or DevicesFailed."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class CloseDevices:
    """Close the devices."""


@dataclass(frozen=True, slots=True)
class BeginTake:
    """Start the encoder and send it frames and sound."""

    take: Path
    wish: Wish


@dataclass(frozen=True, slots=True)
class HoldTake:
    """Stop the flow into the take; the time line stops too."""


@dataclass(frozen=True, slots=True)
class ContinueTake:
    """Let the flow go on, joined to what was before."""


@dataclass(frozen=True, slots=True)
class ScrapTail:
    """Cut the last seconds off the take's file."""

    seconds: float


@dataclass(frozen=True, slots=True)
class EndTake:
    """End the encoder's input; TakeClosed is posted when the file is whole."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Something the user must know; the sentence is for the screen."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Report:
    """The take is done: hand over its report."""

    take: Path
    report: TakeReport


Effect = OpenDevices | CloseDevices | BeginTake | HoldTake | ContinueTake | ScrapTail | EndTake | Tell | Report


@dataclass(frozen=True, slots=True)
class Refusal:
    """The event makes no sense in this state; nothing changes. The sentence is for the user."""

    sentence: str


Step = tuple[State, tuple[Effect, ...]] | Refusal

NOTHING_CHOSEN = "Choose a camera or a microphone first."


def lost_sentence(state: "Recording | Paused", device: Device) -> str:
    """What the user reads when a device is lost while a take is open: what is left of the take, and what to do."""
    devices = {Device.CAMERA: state.wish.camera, Device.MICROPHONE: state.wish.microphone}
    left = [each for each, wanted in devices.items() if wanted and each is not device and each not in state.lost]
    return (words.GOES_ON_WITHOUT if left else words.NOTHING_GOES_ON)[device]


def lost_before_sentence(device: Device) -> str:
    """What the user reads when a device is lost while no take is open."""
    return words.LOST_BEFORE[device]


def transition(state: State, event: Event) -> Step:
    """Return the next state and the effects to carry out in order, or a Refusal."""
    match state:
        case Idle():
            return _from_idle(state, event)
        case Opening():
            return _from_opening(state, event)
        case Ready():
            return _from_ready(state, event)
        case Recording() | Paused():
            return _from_open_take(state, event)
        case Finishing():
            return _from_finishing(state, event)
        case _:
            assert_never(state)


def _from_idle(state: Idle, event: Event) -> Step:
    match event:
        case Prepare(wish):
            return _opening(wish)
        case Start() | Pause() | Resume() | Scrap() | Stop():
            return Refusal(NOTHING_CHOSEN)
        case _:
            return state, ()


def _opening(wish: Wish) -> Step:
    if wish.camera is None and wish.microphone is None:
        return Refusal(NOTHING_CHOSEN)
    return Opening(wish), (OpenDevices(wish),)


def _from_opening(state: Opening, event: Event) -> Step:
    match event:
        case DevicesOpened():
            return Ready(state.wish), ()
        case DevicesFailed(sentence):
            return Idle(), (CloseDevices(), Tell(sentence))
        case Prepare(wish):
            return _opening(wish)
        case Release():
            return Idle(), (CloseDevices(),)
        case Start() | Pause() | Resume() | Scrap() | Stop():
            return Refusal("The camera and the microphone are still starting. Please wait a moment.")
        case _:
            return state, ()


def _from_ready(state: Ready, event: Event) -> Step:
    match event:
        case Prepare(wish):
            return _opening(wish)
        case Release():
            return Idle(), (CloseDevices(),)
        case Start(take):
            return Recording(state.wish, take, state.lost), (BeginTake(take, state.wish),)
        case DeviceLost(device):
            return Ready(state.wish, state.lost | {device}), (Tell(lost_before_sentence(device)),)
        case DeviceBack(device):
            return Ready(state.wish, state.lost - {device}), ()
        case Pause() | Resume() | Scrap() | Stop():
            return Refusal("Nothing is being recorded.")
        case _:
            return state, ()


def _from_open_take(state: Recording | Paused, event: Event) -> Step:
    match event:
        case Pause() if isinstance(state, Recording):
            return Paused(state.wish, state.take, state.lost), (HoldTake(),)
        case Resume() if isinstance(state, Paused):
            return Recording(state.wish, state.take, state.lost), (ContinueTake(),)
        case Scrap(seconds):
            return state, (ScrapTail(seconds),)
        case Warned(sentence):
            return state, (Tell(sentence),)
        case Stop():
            return Finishing(state.wish, state.take, state.lost), (EndTake(),)
        case Release():
            return Finishing(state.wish, state.take, state.lost, release=True), (EndTake(),)
        case EncoderFailed(sentence):
            return Finishing(state.wish, state.take, state.lost), (EndTake(), Tell(sentence))
        case DeviceLost(device):
            return type(state)(state.wish, state.take, state.lost | {device}), (Tell(lost_sentence(state, device)),)
        case DeviceBack(device):
            return type(state)(state.wish, state.take, state.lost - {device}), ()
        case Start() | Prepare():
            return Refusal("A recording is running. Stop it first.")
        case _:
            return state, ()


def _from_finishing(state: Finishing, event: Event) -> Step:
    match event:
        case TakeClosed(report):
            done = Report(state.take, report)
            if state.release:
                return Idle(), (done, CloseDevices())
            return Ready(state.wish, state.lost), (done,)
        case Release():
            return Finishing(state.wish, state.take, state.lost, release=True), ()
        case EncoderFailed(sentence) | Warned(sentence):
            return state, (Tell(sentence),)
        case DeviceLost(device):
            told = Tell(lost_before_sentence(device))
            return Finishing(state.wish, state.take, state.lost | {device}, state.release), (told,)
        case DeviceBack(device):
            return Finishing(state.wish, state.take, state.lost - {device}, state.release), ()
        case Start() | Prepare() | Scrap():
            return Refusal("The last recording is still being saved. Please wait a moment.")
        case _:
            return state, ()
