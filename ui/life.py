"""The app's life: a window, a question when it is closed, sending without a window, the end. Pure and total; no Qt.

    OPEN --CloseAsked--> ASKING --Answered--> AWAY --NoneGoes--> FAREWELL --FarewellOver--> ENDED
     ^                     |                  | ^                    |
     +-------Stayed--------+   <--OpenAsked---+ +------SomeGo--------+

transition(state, event) returns the next state and what must be done. An event that means nothing in a state changes
nothing. There is no state in which something is recorded without a window: CLOSE closes the take first.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import assert_never


class AfterClosing(StrEnum):
    """What the user wants when the window is closed while clips wait or are sent."""

    ASK = "ask"
    GO_ON = "go-on"
    STOP = "stop"


class Life(Enum):
    """The states."""

    OPEN = auto()
    """There is a window."""
    ASKING = auto()
    """There is a window, and the question what to do after it on top."""
    AWAY = auto()
    """No window; clips go out."""
    FAREWELL = auto()
    """No window, nothing to do; what was said of it stays on the screen for a moment."""
    ENDED = auto()


class Do(Enum):
    """What must be done, in order."""

    ASK = auto()
    """Put the question on the window."""
    CLOSE = auto()
    """Close the window, an open take first."""
    OPEN = auto()
    """Make a window, or bring the one that is there to the front."""
    SHOW_ICON = auto()
    HIDE_ICON = auto()
    SAY_FAREWELL = auto()
    """Say what became of the clips; FarewellOver follows."""
    END = auto()
    """End the process."""


@dataclass(frozen=True, slots=True)
class CloseAsked:
    """The user closes the window."""

    some_go: bool
    """True while a clip is on its way by itself."""
    rule: AfterClosing


@dataclass(frozen=True, slots=True)
class Answered:
    """The question was answered."""

    go_on: bool


@dataclass(frozen=True, slots=True)
class Stayed:
    """The question was put away: the window stays."""


@dataclass(frozen=True, slots=True)
class OpenAsked:
    """Somebody wants the window: another start of the app, or the icon."""


@dataclass(frozen=True, slots=True)
class NoneGoes:
    """No clip goes out by itself any more."""


@dataclass(frozen=True, slots=True)
class SomeGo:
    """A clip goes out by itself."""


@dataclass(frozen=True, slots=True)
class FarewellOver:
    """What was said has been on the screen long enough."""


@dataclass(frozen=True, slots=True)
class EndAsked:
    """The icon's “Stop sending and close”, or the system ends us."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """For hours nothing has moved, and there is no icon by which anybody could see that the app is there."""


Event = CloseAsked | Answered | Stayed | OpenAsked | NoneGoes | SomeGo | FarewellOver | EndAsked | Unseen
Next = tuple[Life, tuple[Do, ...]]
LEAVE: Next = (Life.AWAY, (Do.CLOSE, Do.SHOW_ICON))
END_OPEN: Next = (Life.ENDED, (Do.CLOSE, Do.END))
END_AWAY: Next = (Life.ENDED, (Do.HIDE_ICON, Do.END))


def begin(*, background: bool) -> Next:
    """The first state: with a window, or, after the user signed in to the computer, without."""
    return (Life.AWAY, (Do.SHOW_ICON,)) if background else (Life.OPEN, (Do.OPEN,))


def transition(state: Life, event: Event) -> Next:
    """The next state, and what must be done."""
    match state:
        case Life.OPEN:
            return _open(event)
        case Life.ASKING:
            return _asking(event)
        case Life.AWAY | Life.FAREWELL:
            return _without_window(state, event)
        case Life.ENDED:
            return state, ()
        case _:
            assert_never(state)


def _open(event: Event) -> Next:
    match event:
        case CloseAsked(some_go=True, rule=AfterClosing.ASK):
            return Life.ASKING, (Do.ASK,)
        case CloseAsked(some_go=True, rule=AfterClosing.GO_ON):
            return LEAVE
        case CloseAsked() | EndAsked():
            return END_OPEN
        case OpenAsked():
            return Life.OPEN, (Do.OPEN,)
        case _:
            return Life.OPEN, ()


def _asking(event: Event) -> Next:
    match event:
        case Answered(go_on=True):
            return LEAVE
        case Answered() | EndAsked():
            return END_OPEN
        case Stayed():
            return Life.OPEN, ()
        case OpenAsked():
            return Life.ASKING, (Do.OPEN,)
        case _:
            return Life.ASKING, ()


def _without_window(state: Life, event: Event) -> Next:
    match event:
        case OpenAsked():
            return Life.OPEN, (Do.HIDE_ICON, Do.OPEN)
        case EndAsked():
            return END_AWAY
        case Unseen() if state is Life.AWAY:
            return END_AWAY
        case NoneGoes() if state is Life.AWAY:
            return Life.FAREWELL, (Do.SAY_FAREWELL,)
        case SomeGo():
            return Life.AWAY, ()
        case FarewellOver() if state is Life.FAREWELL:
            return END_AWAY
        case _:
            return state, ()
