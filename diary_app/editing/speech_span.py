"""Where the speaking in a take begins and ends, as a trim to suggest. Decodes; any thread but the screen's own.

A take is listened to from its start until somebody certainly speaks, and from its end backwards until somebody does;
what lies between is never read. So the suggestion for an hour costs what the one for a minute costs.

A cough, a door or a knock may pass for a voice once, so speech counts when it is heard in several stretches close
together. Once it is certain, its edge is looked for in smaller steps, where less is enough: soft words stay whole.
"""

import logging
import math
import threading
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from capture.model import SOUND_RATE, Samples
from capture.speech import SPEECH, STRETCH, SpeechDetector
from diary_app.clip import KeptRange
from diary_app.editing.errors import EditFailed, EditStopped
from diary_app.editing.frames import Piece
from diary_app.editing.probe import probe
from diary_app.editing.sound import sound_of

log = logging.getLogger(__name__)

BEFORE_S = 0.3
"""Kept before the first word: the breath that belongs to it, and a soft consonant that no detector hears."""
AFTER_S = 0.6
"""Kept after the last word: a voice dies away more slowly than it comes, and an end needs a moment of rest."""
LEAST_S = 1.0
"""A suggestion that takes less than this off in all is not worth a question."""
LITTLE_S = 0.5
"""Where only so little would go at one end, that end stays as it is."""
LONGEST_LOOK_S = 300.0
"""Nobody waits longer than this for a first word; and a search must come to an end."""

STRETCH_S = STRETCH / SOUND_RATE
NEAR = 5
CERTAIN = 3
"""Of so many stretches that follow each other (2 s), so many must hold speech: real talk pauses for breath."""
PAUSE_S = 2.4
"""A lone word whose stretch begins no further than this from the certain speech belongs to it: beside “Hello.” and
“Bye.” there is a pause of up to two seconds, and to lose them is worse than to keep a cough."""
SOFT = SPEECH - 0.15
"""Beside certain speech less is enough; Silero's own tools end a stretch of speech at this much below its threshold."""
HOP_S = 0.1
HOPS = 10
"""The edge is looked for in such steps, so many at most."""
KNOWN_S = 0.2
"""About so much of a voice must be in a stretch before it is known for one. Measured with Silero on real speech, soft
at both ends or in noise 10 dB below it (80 takes): the beginning that is found lies between 0.3 s before the true one
and 0.1 s after it, and the end within 0.4 s of the true one. BEFORE_S and AFTER_S cover that."""

_BLOCK = SOUND_RATE * 10
"""So much sound is decoded at once: most takes need two blocks."""
_KEPT = 3
"""Blocks that are kept; an edge may lie on both sides of a join."""


def suggest(take: Path, detector: SpeechDetector, *, stop: threading.Event | None = None) -> KeptRange | None:
    """What to keep (take time): from just before the first words to a moment after the last.

    None where nobody speaks (within LONGEST_LOOK_S), where there is no sound, and where it would hardly cut anything.
    An end after which nobody was heard for LONGEST_LOOK_S stays. Raises EditError as probe() does, EditStopped when
    `stop` is set.
    """
    facts = probe(take)
    if not facts.has_sound:
        return None
    ear = _Ear(take, detector, facts.seconds, stop=stop or threading.Event())
    longest = round(LONGEST_LOOK_S / STRETCH_S)
    first = _certain(ear, range(ear.count)[:longest])
    if first is None:
        log.info("nobody is heard at the start of this take, so that no cut is suggested")
        return None
    last = _certain(ear, range(ear.count)[::-1][:longest])
    start_s = _begins_s(ear, _outermost(ear, first, step_s=-STRETCH_S / 2)) - BEFORE_S
    end_s = facts.seconds if last is None else _ends_s(ear, _outermost(ear, last, step_s=STRETCH_S / 2)) + AFTER_S
    kept = _worth_asking(start_s, end_s, facts.seconds)
    log.info("of %.1f s, this is suggested to be kept: %s", facts.seconds, kept or "all of it")
    return kept


class _Ear:
    """Listens to one take, each stretch once, and never to more than was asked for."""

    def __init__(self, take: Path, detector: SpeechDetector, seconds: float, *, stop: threading.Event) -> None:
        self._take = take
        self._detector = detector
        self._stop = stop
        self._samples = round(seconds * SOUND_RATE)
        self._blocks: dict[int, Samples] = {}
        self._heard: dict[int, float] = {}
        self.count = max(1, math.ceil(self._samples / STRETCH))
        """How many stretches cover the take; the last one overlaps the one before."""

    @property
    def latest_s(self) -> float:
        """Where the last whole stretch begins, in seconds."""
        return max(0, self._samples - STRETCH) / SOUND_RATE

    def begins_s(self, position: int) -> float:
        """Where a stretch begins, in seconds of the take."""
        return min(position * STRETCH_S, self.latest_s)

    def hears(self, position: int) -> bool:
        """True when somebody speaks in this stretch. Raises EditStopped."""
        return self.chance(self.begins_s(position)) >= SPEECH

    def chance(self, at_s: float) -> float:
        """The probability of speech in the stretch that begins at this moment of the take. Raises EditStopped."""
        if self._stop.is_set():
            raise EditStopped
        begin = round(at_s * SOUND_RATE)
        if begin not in self._heard:
            self._heard[begin] = self._detector.hear(self._sound(begin, min(begin + STRETCH, self._samples)))
        return self._heard[begin]

    def _sound(self, begin: int, end: int) -> Samples:
        numbers = range(begin // _BLOCK, (end - 1) // _BLOCK + 1)
        near = np.concatenate([self._block(number) for number in numbers])
        origin = numbers.start * _BLOCK
        return near[begin - origin : end - origin]

    def _block(self, number: int) -> Samples:
        if number not in self._blocks:
            if len(self._blocks) == _KEPT:
                del self._blocks[next(iter(self._blocks))]  # the one that was read first
            piece = Piece(Fraction(number * _BLOCK, SOUND_RATE), Fraction((number + 1) * _BLOCK, SOUND_RATE))
            self._blocks[number] = self._decoded(piece)
        return self._blocks[number]

    def _decoded(self, piece: Piece) -> Samples:
        try:
            parts = [part[0] for part in sound_of(self._take, [piece], rate=SOUND_RATE, channels=1)]
        except av.FFmpegError as error:
            if isinstance(error, OSError):
                raise  # the disk, not the take
            raise EditFailed(f"The sound of {self._take.name} is damaged.", detail=str(error)) from error
        samples: Samples = np.rint(np.concatenate(parts) * 32767).clip(-32768, 32767).astype(np.int16)
        return samples


def _certain(ear: _Ear, positions: Sequence[int]) -> float | None:
    """Where the first stretch, in this order, of the first speech beyond doubt begins, in seconds of the take."""
    for at, position in enumerate(positions):
        if ear.hears(position):
            near = [each for each in positions[max(0, at + 1 - NEAR) : at + 1] if ear.hears(each)]
            if len(near) >= CERTAIN:
                return ear.begins_s(near[0])
    return None


def _outermost(ear: _Ear, at_s: float, *, step_s: float) -> float:
    """The stretch with the last word on this side that is no more than a pause away from the word before it."""
    edge_s = at_s
    at_s += step_s
    while 0 <= at_s <= ear.latest_s and abs(at_s - edge_s) <= PAUSE_S:
        if ear.chance(at_s) >= SPEECH:
            edge_s = at_s
        at_s += step_s
    return edge_s


def _begins_s(ear: _Ear, at_s: float) -> float:
    """Where the speech begins whose first stretch is at this moment."""
    for _ in range(HOPS):
        if at_s < HOP_S or ear.chance(at_s - HOP_S) < SOFT:
            break
        at_s -= HOP_S
    return at_s + STRETCH_S - HOP_S - KNOWN_S  # it was heard up to the end of that stretch, and not a hop earlier


def _ends_s(ear: _Ear, at_s: float) -> float:
    """Where the speech ends whose last stretch is at this moment."""
    for _ in range(HOPS):
        if at_s + HOP_S > ear.latest_s or ear.chance(at_s + HOP_S) < SOFT:
            break
        at_s += HOP_S
    return at_s + HOP_S + KNOWN_S


def _worth_asking(start_s: float, end_s: float, seconds: float) -> KeptRange | None:
    start_s = start_s if start_s >= LITTLE_S else 0.0
    end_s = end_s if end_s <= seconds - LITTLE_S else seconds
    return KeptRange(start_s, end_s) if start_s + seconds - end_s >= LEAST_S else None
