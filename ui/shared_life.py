"""The life of the app on a shared computer: tiles, one person's window, nobody's, the end. Pure and total; no Qt.

    TILES --Opened--> HERE --Left--> TILES --Closed(busy)--> AWAY --Quiet--> ENDED

transition(state, event) returns the next state and what must be done. An event that means nothing in a state changes
nothing.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never


class Life(Enum):
    """The states."""

    TILES = auto()
    """“Who are you?” is shown, or one of the pages behind it."""
    HERE = auto()
    """Somebody's own window is open."""
    AWAY = auto()
    """No window; clips go out, or are sealed."""
    ENDED = auto()


class Do(Enum):
    """What must be done, in order."""

    SHOW_TILES = auto()
    HIDE_TILES = auto()
    FRONT = auto()
    """Bring the person's window to the front."""
    SHUT = auto()
    """Close the person's window; a take that is open is closed and kept."""
    SHOW_ICON = auto()
    HIDE_ICON = auto()
    END = auto()
    """End the process."""


class Happens(Enum):
    """What can happen, besides Closed."""

    OPENED = auto()
    """Somebody's diary is open."""
    LEFT = auto()
    """Their window is closed."""
    WANTED = auto()
    """Somebody starts the app again, or presses the icon."""
    QUIET = auto()
    """Nothing is on its way for anybody."""
    END = auto()
    """The system ends us, or the icon's “Stop sending and close”."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The tiles are closed. busy: something goes on for those who are away."""

    busy: bool


Event = Happens | Closed
Next = tuple[Life, tuple[Do, ...]]


def begin(*, background: bool) -> Next:
    """The first state."""
    return (Life.AWAY, (Do.SHOW_ICON,)) if background else (Life.TILES, (Do.SHOW_TILES,))


def transition(state: Life, event: Event) -> Next:
    """The next state, and what must be done."""
    match state:
        case Life.TILES:
            return _tiles(event)
        case Life.HERE:
            return _here(event)
        case Life.AWAY:
            return _away(event)
        case Life.ENDED:
            return state, ()
        case _:
            assert_never(state)


def _tiles(event: Event) -> Next:
    match event:
        case Happens.OPENED:
            return Life.HERE, (Do.HIDE_TILES,)
        case Happens.WANTED:
            return Life.TILES, (Do.SHOW_TILES,)
        case Closed(busy=True):
            return Life.AWAY, (Do.HIDE_TILES, Do.SHOW_ICON)
        case Closed() | Happens.END:
            return Life.ENDED, (Do.HIDE_TILES, Do.END)
        case _:
            return Life.TILES, ()


def _here(event: Event) -> Next:
    match event:
        case Happens.LEFT:
            return Life.TILES, (Do.SHOW_TILES,)
        case Happens.WANTED:
            return Life.HERE, (Do.FRONT,)
        case Happens.END:
            return Life.ENDED, (Do.SHUT, Do.END)
        case _:
            return Life.HERE, ()


def _away(event: Event) -> Next:
    match event:
        case Happens.WANTED:
            return Life.TILES, (Do.HIDE_ICON, Do.SHOW_TILES)
        case Happens.QUIET | Happens.END:
            return Life.ENDED, (Do.HIDE_ICON, Do.END)
        case _:
            return Life.AWAY, ()
