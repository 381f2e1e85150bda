"""What a booth can be doing, what can happen to it, and what it then wants done. Pure data; any thread."""

from dataclasses import dataclass
from enum import StrEnum

from diary_app.clip import ClipId

VisitId = str
"""A UUID as text: one yes, and the one take that may follow it. A second try is a visit of its own."""


class Why(StrEnum):
    """Why nobody can record just now."""

    STARTING = "starting"
    NO_MICROPHONE = "no_microphone"
    NO_ROOM = "no_room"
    DEVICES = "devices"
    """The camera or the microphone is there, and cannot be used."""
    STUCK = "stuck"
    """Something else could not be done; `said` has the sentence."""


class Outcome(StrEnum):
    """What the visitor wanted done with the recording."""

    KEEP = "keep"
    AGAIN = "again"
    BIN = "bin"


# -- states ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attract:
    """Nobody is there: the booth says what it is for."""


@dataclass(frozen=True, slots=True)
class Question:
    """The question is shown. asked: nobody has moved for a while, and “Are you still there?” stands below."""

    asked: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """The organisation's words, and two answers. aloud: they are being read out."""

    asked: bool = False
    aloud: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """The visitor said yes; the yes is written down, then the devices are opened."""

    visit: VisitId


@dataclass(frozen=True, slots=True)
class CountingDown:
    """Three, two, one."""

    visit: VisitId


@dataclass(frozen=True, slots=True)
class Recording:
    """A take is being written; so many seconds of the time allowed are left."""

    visit: VisitId
    left_s: float
    said: str = ""
    """What the recorder said of its devices, if anything."""


@dataclass(frozen=True, slots=True)
class Saving:
    """The take is being closed, and the camera's light goes out."""

    visit: VisitId
    said: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Keep it, try again, or bin it."""

    visit: VisitId
    clip_id: ClipId
    said: str = ""
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Settling:
    """What the visitor wanted is being done; again: the visit that comes next."""

    outcome: Outcome
    visit: VisitId
    clip_id: ClipId
    again: VisitId = ""


@dataclass(frozen=True, slots=True)
class Thanks:
    """Thank you, and what became of the recording."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody knows the gesture: the PIN."""


@dataclass(frozen=True, slots=True)
class Staff:
    """The end-of-day sheet, and the way out."""


@dataclass(frozen=True, slots=True)
class OutOfOrder:
    """Nobody can record just now, and the screen says why."""

    why: Why
    said: str = ""


State = (
    Attract
    | Question
    | Consent
    | Opening
    | CountingDown
    | Recording
    | Saving
    | Choice
    | Settling
    | Thanks
    | Leaving
    | Staff
    | OutOfOrder
)


# -- events ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touched:
    """Somebody touched the screen or pressed a key."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Nobody has done anything for as long as patience() says."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Somebody wants to take part."""


@dataclass(frozen=True, slots=True)
class NextAsked:
    """On to the next screen."""


@dataclass(frozen=True, slots=True)
class Declined:
    """“Not now” or “No thank you”."""


@dataclass(frozen=True, slots=True)
class ReadAsked:
    """Read it to me, or stop reading."""


@dataclass(frozen=True, slots=True)
class ReadingOver:
    """The voice has come to the end."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """I agree."""

    visit: VisitId


@dataclass(frozen=True, slots=True)
class DevicesReady:
    """The camera and the microphone deliver."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The countdown is over."""


@dataclass(frozen=True, slots=True)
class Began:
    """A take is open; it may last so long, in seconds."""

    may_last_s: float


@dataclass(frozen=True, slots=True)
class Recorded:
    """So many seconds are left."""

    left_s: float


@dataclass(frozen=True, slots=True)
class Told:
    """The recorder has something to say."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The visitor has said what they wanted to say."""


@dataclass(frozen=True, slots=True)
class TakeClosed:
    """The take is on disk."""

    clip_id: ClipId


@dataclass(frozen=True, slots=True)
class Decided:
    """Keep it, try again (as this new visit), or bin it."""

    outcome: Outcome
    again: VisitId = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """It is done."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Something cannot be done just now; nothing that was recorded is lost by it."""

    why: Why
    said: str = ""


@dataclass(frozen=True, slots=True)
class Mended:
    """Everything that is needed is there."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """The hidden gesture, or the system wants the window closed."""


@dataclass(frozen=True, slots=True)
class PinFits:
    """The staff's PIN, or none is set."""


@dataclass(frozen=True, slots=True)
class BackAsked:
    """Back to the booth."""


@dataclass(frozen=True, slots=True)
class LeaveAsked:
    """Leave the booth."""


Event = (
    Touched
    | Idle
    | Begun
    | NextAsked
    | Declined
    | ReadAsked
    | ReadingOver
    | Agreed
    | DevicesReady
    | Counted
    | Began
    | Recorded
    | Told
    | Finished
    | TakeClosed
    | Decided
    | Settled
    | Failed
    | Mended
    | Gesture
    | PinFits
    | BackAsked
    | LeaveAsked
)


# -- effects --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """See whether everything that is needed is there, and post Mended or Failed."""


@dataclass(frozen=True, slots=True)
class Read:
    """Read the words out; ReadingOver follows."""


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop reading at once."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Write the yes down, then open the devices: DevicesReady or Failed follows."""

    visit: VisitId


@dataclass(frozen=True, slots=True)
class CountDown:
    """Count; Counted follows."""


@dataclass(frozen=True, slots=True)
class StopCounting:
    """Not any more."""


@dataclass(frozen=True, slots=True)
class BeginTake:
    """Begin the take of this visit: Began or Failed follows."""

    visit: VisitId


@dataclass(frozen=True, slots=True)
class LetGo:
    """Close an open take, then the devices."""


@dataclass(frozen=True, slots=True)
class Settle:
    """Do what the visitor wanted: Settled or Failed follows."""

    outcome: Outcome
    visit: VisitId
    clip_id: ClipId


@dataclass(frozen=True, slots=True)
class Leave:
    """Close the booth."""


Effect = Look | Read | Hush | Prepare | CountDown | StopCounting | BeginTake | LetGo | Settle | Leave
