"""What Watch it back reads from a take, off the GUI thread: a player, the film strip, the sound wave."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from diary_app.clip import Clip
from diary_app.editing.filmstrip import Peaks, Thumbnail, film_strip, sound_wave
from diary_app.editing.probe import MediaFacts, probe
from diary_app.playback import Player, SoundOutput

PICTURE_LIMIT = (960, 540)
"""Pictures are made no larger than this before they cross to the screen."""
PICTURES = 24
PICTURE_PX = 96
BUCKETS = 600
"""Pictures in the strip, their height in pixels, and bars that the sound is measured in."""
FINE_S = 0.02
"""A bar of the sound as it is seen closely, in seconds."""
SOUND_STEP_S = 0.02
"""One step by keyboard where there are no pictures."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A take that is ready to be played."""

    player: Player
    seconds: float
    frame_s: float
    """Length of one picture in seconds."""


def finer(seconds: float) -> int:
    """How many times more bars than BUCKETS a take has for those who look closely."""
    return max(1, round(seconds / BUCKETS / FINE_S))


def fine_buckets(seconds: float) -> int:
    """How many that makes."""
    return BUCKETS * finer(seconds)


def open_take(clip: Clip, find_output: Callable[[], SoundOutput | None]) -> Opened:
    """Open a clip's take for playing. Raises EditError."""
    player = Player(clip.take, keep=clip.keep, names=clip.names_said, output=find_output(), picture_limit=PICTURE_LIMIT)
    frame_s = 1 / player.facts.fps if player.facts.fps else SOUND_STEP_S
    return Opened(player, player.duration_s, frame_s)


def draw_outline(
    take: Path,
    *,
    stop: threading.Event,
    on_picture: Callable[[Thumbnail], None],
    on_peaks: Callable[[Peaks], None],
    facts: MediaFacts | None = None,
) -> None:
    """Draw the film strip and the sound wave side by side, a piece at a time, until done or stopped.

    The callbacks are made on two threads: pictures on the caller's, peaks on another. facts is what is known of the
    take already: probing half an hour again takes half a second. Raises EditError.
    """
    known = facts or probe(take)

    def draw_wave() -> None:
        for peaks in sound_wave(take, buckets=BUCKETS, finer=finer(known.seconds), facts=known, stop=stop):
            on_peaks(peaks)

    strip = film_strip(take, count=PICTURES, height=PICTURE_PX, facts=known, stop=stop)
    for thumbnail in itertools.islice(strip, 1):
        on_picture(thumbnail)  # before the wave, which then knows how much room it has
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="sound-wave") as pool:
        wave = pool.submit(draw_wave)
        for thumbnail in strip:
            on_picture(thumbnail)
        wave.result()
