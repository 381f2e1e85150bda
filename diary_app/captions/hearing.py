"""What turns speech into words, behind one method; and how a long take is given to it, a few minutes at a time.

A model needs memory for all the sound that it is given at once, and forgets everything when it is ended. So a take is
heard in stretches, each of which ends where nobody speaks, and who is interrupted goes on behind the last word.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from diary_app.captions.line import Heard
from diary_app.editing.frames import Piece
from diary_app.editing.sound import sound_of

RATE = 16_000
STRETCH_S = 120
"""So much sound is given to the model at once."""
OVERLAP_S = 15.0
"""Of a stretch that is not the last: in so much of its end the longest silence is looked for, where it ends."""
DONE_S = 0.5
"""What is left of a take that is shorter holds no word."""

Speech = NDArray[np.float32]
"""One row of samples, RATE a second, -1 to 1."""
Sound = Callable[[float, float], Speech]
"""The sound of a take from one second of it to another."""


class Transcriber(Protocol):
    """Hears words. Slow: never on the screen's thread."""

    def words(self, speech: Speech) -> Iterator[Heard]:
        """Every word in order, in seconds from the beginning of what is given, as soon as it is known."""


def raw_sound(take: Path) -> Sound:
    """The sound of a take as it was recorded: a cleaner one is understood worse."""

    def sound(start_s: float, end_s: float) -> Speech:
        piece = Piece(Fraction(round(start_s * RATE), RATE), Fraction(round(end_s * RATE), RATE))
        blocks = [block[0] for block in sound_of(take, [piece], rate=RATE, channels=1)]
        return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)

    return sound


def hear(
    sound: Sound,
    transcriber: Transcriber,
    *,
    from_s: float,
    seconds: float,
    told: Callable[[float], None] = lambda _at_s: None,
) -> Iterator[tuple[Sequence[Heard], float]]:
    """Yield the words of each stretch of a take of so many seconds, and where the next one begins.

    told: called with the second up to which it has come.
    """
    at_s = from_s
    while seconds - at_s > DONE_S:
        end_s = min(seconds, at_s + STRETCH_S)
        found = []
        for word in transcriber.words(sound(at_s, end_s)):
            found.append(Heard(word.start_s + at_s, word.end_s + at_s, word.text, word.likely))
            told(min(end_s, found[-1].end_s))
        next_s = end_s if end_s >= seconds else _quietest(found, end_s)
        yield [word for word in found if word.start_s < next_s], next_s
        at_s = next_s
        told(at_s)


def _quietest(words: Sequence[Heard], end_s: float) -> float:
    """Where the longest silence in the last OVERLAP_S begins: a word that is cut in two would be misheard twice."""
    ends = [end_s - OVERLAP_S, *(word.end_s for word in words if word.end_s > end_s - OVERLAP_S)]
    starts = [*(word.start_s for word in words if word.end_s > end_s - OVERLAP_S), end_s]
    silence_s, after_s = max(
        (start_s - gone_s, min(gone_s + 0.2, start_s)) for gone_s, start_s in zip(ends, starts, strict=True)
    )
    return min(end_s, max(after_s, end_s - OVERLAP_S)) if silence_s > 0 else end_s
