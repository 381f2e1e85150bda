"""What the rescue desk answers with. Pure data."""

from dataclasses import dataclass
from pathlib import Path

from diary_app.clip import Clip, ClipId


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to take."""

    clips: tuple[Clip, ...]
    bytes: int
    """Room that they need on a stick."""
    left_out: tuple[str, ...] = ()
    """Titles of clips that cannot be taken: their recording is not finished, or is not on this computer any more."""
    portal: str = ""
    """The name of the portal that will open the folder without the words; empty: none."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What is on the stick now."""

    folder: Path
    clips: int
    bytes: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """What a folder brought."""

    clips: tuple[ClipId, ...]
    """New here."""
    already: int
    """How many were here before."""
    damaged: tuple[str, ...]
    """Titles of clips that could not be read."""
