"""The sound of a rendition in a voice that is not the speaker's own: a file from which everything else is made.

Nothing of the take's own sound is copied then, as with a name that was said (decision 31): every sample that is encoded
comes out of this file. Runs in the caller's thread.
"""

import contextlib
import itertools
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from diary_app.editing.cleaning import write_flac
from diary_app.editing.hum import RATE
from diary_app.editing.pitch import usual_pitch
from diary_app.editing.progress import Meter
from diary_app.editing.sound import Sound, in_seconds, sound_of
from diary_app.editing.source import Source
from diary_app.editing.voice import Mask, masked

log = logging.getLogger(__name__)

LISTENED_S = 300
"""So many seconds tell how high the voice is."""
LISTENING = 0.15
"""Of the work: finding that out."""


@contextlib.contextmanager
def other_voice(source: Source, out: Path, rng: np.random.Generator, meter: Meter) -> Iterator[Source]:
    """The same source in another voice, its sound in a file beside `out` meanwhile; itself where it has no sound.

    Raises EditStopped, OSError, and as sound_of() does.
    """
    if not source.facts.has_sound:
        yield source
        return
    made = out.with_name(f"{out.name}.voice.flac")
    try:
        _write(source, made, rng, meter)
        yield replace(source, cleaned=made)
    finally:
        made.unlink(missing_ok=True)


def _write(source: Source, made: Path, rng: np.random.Generator, meter: Meter) -> None:
    channels = 2 if source.facts.channels > 1 else 1
    pitch_hz = usual_pitch(itertools.islice(_heard(source, channels, meter.part(0.0, LISTENING)), LISTENED_S), RATE)
    mask = Mask.drawn(pitch_hz, rng)
    log.info("a voice of %s Hz is changed by %s", pitch_hz, mask)
    blocks = masked(_heard(source, channels, Meter(stop=meter.stop)), mask, rng, rate=RATE, channels=channels)
    write_flac(blocks, made, channels, round(source.seconds * RATE), meter.part(LISTENING, 1.0))


def _heard(source: Source, channels: int, meter: Meter) -> Iterator[Sound]:
    """What is kept, a second at a time."""
    file, pieces = source.sound
    fades = source.fades if source.cleaned is None else [(False, False)]
    for number, block in enumerate(in_seconds(sound_of(file, pieces, rate=RATE, channels=channels, fade=fades), RATE)):
        meter.report(min(1.0, number / max(1.0, min(LISTENED_S, source.seconds))))
        yield block
