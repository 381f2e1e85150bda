"""Where in a take the name lies that somebody pressed a button for: just before, between two dips of the voice.

Nothing recognises words here. A press comes at or just after the name; while the take plays, a moment later still. From
there a stretch of usual length is taken, and both its ends are moved to where the voice is softest nearby: between two
words, so that a name is not cut in two. Whoever pressed sees the stretch and can move its ends. Decodes two seconds of
sound; any thread but the screen's own.
"""

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diary_app.clip import KeptRange
from diary_app.editing.errors import EditRefused
from diary_app.editing.frames import Piece, exactly
from diary_app.editing.probe import MediaFacts, probe
from diary_app.editing.sound import sound_of

REACTION_S = 0.5
"""Between hearing a name and pressing, and a little for the way through loudspeaker and mouse."""
BEFORE_S, AFTER_S = 0.3, 0.6
"""The stretch round a press, where nothing better is known."""
OUTWARDS_S, INWARDS_S = 0.3, 0.1
"""So far from there the ends may go: rather too much of a neighbouring word than too little of a name."""
STEP_S = 0.01
SMOOTH = 5
"""Steps over which loudness is averaged: a dip is longer than one period of a low voice."""
FAR_DB = 6.0
"""A dip at the far end of the search must be softer by this much than one at the usual place."""
FLOOR = 1e-4
"""Below -80 dB everything is equally soft."""
LEAST_S = 0.1
RATE = 16_000

Levels = NDArray[np.float64]


def place_name(take: Path, at_s: float, *, playing: bool, facts: MediaFacts | None = None) -> KeptRange:
    """The stretch (take time) to bleep for a press at `at_s` of the take, which was playing or stood still.

    Raises EditRefused where the take has no sound, EditError as probe() does.
    """
    facts = facts or probe(take)
    if not facts.has_sound:
        raise EditRefused("This recording has no sound, so no name can be heard in it.")
    press_s = at_s - REACTION_S if playing else at_s
    press_s = min(max(0.0, press_s), facts.seconds)
    start_s, end_s = max(0.0, press_s - BEFORE_S), min(facts.seconds, press_s + AFTER_S)
    from_s, to_s = max(0.0, start_s - OUTWARDS_S), min(facts.seconds, end_s + OUTWARDS_S)
    levels = _levels_db(take, from_s, to_s)
    start = _dip(levels, (start_s - from_s) / STEP_S, -OUTWARDS_S / STEP_S, INWARDS_S / STEP_S) * STEP_S + from_s
    end = _dip(levels, (end_s - from_s) / STEP_S, -INWARDS_S / STEP_S, OUTWARDS_S / STEP_S) * STEP_S + from_s
    end = min(facts.seconds, max(end, start + LEAST_S))
    return KeptRange(round(max(0.0, min(start, end - LEAST_S)), 3), round(end, 3))


def _levels_db(take: Path, from_s: float, to_s: float) -> Levels:
    """How loud each step is, averaged over its neighbours, in dB of full scale."""
    piece = Piece(exactly(from_s), max(exactly(to_s), exactly(from_s) + Fraction(1, 10)))
    blocks = [block[0] for block in sound_of(take, [piece], rate=RATE, channels=1)]
    sound, step = np.concatenate(blocks).astype(np.float64), round(STEP_S * RATE)
    powers = np.square(sound[: len(sound) // step * step]).reshape(-1, step).mean(axis=1)
    smooth = np.convolve(np.pad(powers, SMOOTH // 2, mode="edge"), np.ones(SMOOTH) / SMOOTH, "valid")
    return np.asarray(20 * np.log10(np.sqrt(smooth) + FLOOR), np.float64)


def _dip(levels: Levels, usual: float, earliest: float, latest: float) -> float:
    """The softest step near the usual one; of equally soft ones the nearest."""
    steps = np.arange(max(0, round(usual + earliest)), min(len(levels), round(usual + latest) + 1))
    if not len(steps):
        return usual
    away = np.abs(steps - usual) / max(abs(earliest), abs(latest))
    softest = int(np.argmin(levels[steps] + FAR_DB * away))
    return float(steps[softest]) + 0.5 if away[softest] * FAR_DB > 1e-9 else usual
