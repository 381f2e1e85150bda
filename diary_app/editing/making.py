"""The steps of which renditions are made: run ffmpeg, make the sound level, encode in one pass or two. Caller's thread.

How much of the work each step is, is told beforehand from what it costs, so that progress is even and the time left
holds from the first seconds on.
"""

import contextlib
import logging
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from pathlib import Path

from diary_app.clip import Kind
from diary_app.editing.compress import Encode
from diary_app.editing.errors import no_room, take_gone
from diary_app.editing.ffmpeg_child import FfmpegError, run_ffmpeg
from diary_app.editing.ffmpeg_command import Pass, encode_command
from diary_app.editing.frames import Piece, exactly
from diary_app.editing.loudness import Level, Loudness, best, level_for, measure, mended
from diary_app.editing.probe import probe
from diary_app.editing.progress import Meter
from diary_app.editing.source import Source

log = logging.getLogger(__name__)

SOUND_TRIES = 4
"""Encodes towards a level: speech needs one or two, music at a low rate up to four."""
LISTENING = 0.3
"""Of the work on sound: how much is measuring it, before it is made level or afterwards."""
SOUND_WORK = 0.03
"""Seconds of work for a second of sound: measured, made level, measured again."""
DOT_WORK = 1.5e-8
"""Seconds of work for one dot of one picture, so that 720p at 30 goes at some 2.4 times its own speed."""
FIRST_PASS = 0.4
"""Of two passes, the share of the first."""


def run(command: list[str], source: Source, meter: Meter) -> None:
    """Run ffmpeg. Raises WorldError where the disk is full or the take is gone, FfmpegError and EditStopped."""
    try:
        run_ffmpeg(command, seconds=source.seconds, meter=meter)
    except FfmpegError as error:
        if error.disk_is_full:
            raise no_room(Path(command[-1].removeprefix("file:")).parent) from error
        if not source.take.is_file():
            raise take_gone(source.take) from error
        log.error("ffmpeg failed on %s:\n%s", source.take.name, error.detail)
        raise


def sound_share(source: Source, encode: Encode | None) -> float:
    """How much of the work is the sound's, 0 to 1; nothing but sound is to be made where there is no encode."""
    if not source.facts.has_sound:
        return 0.0
    if encode is None or source.facts.kind is Kind.SOUND:
        return 1.0
    dots = encode.width * encode.height * (encode.fps or source.facts.fps) * (1 if encode.crf is not None else 1.5)
    return SOUND_WORK / (SOUND_WORK + dots * DOT_WORK)


def loudness_of(source: Source, meter: Meter) -> Loudness | None:
    """How loud what is kept is; None where there is nothing to hear at all."""
    if not source.facts.has_sound:
        return None
    found = measure(*source.sound, channels=2 if source.facts.channels > 1 else 1, meter=meter)
    return found if found.peak_dbtp > -inf else None


def settle(loud: Loudness, made: Path, make: Callable[[Level, Meter], None], meter: Meter) -> Level:
    """Make a file with its sound level, and again with more or less, until what is heard in it is as promised."""
    level = level_for(loud)
    tried: list[tuple[Level, Loudness]] = []
    for attempt in range(SOUND_TRIES):
        turn = meter.part(1 - 0.2**attempt, 1 - 0.2 ** (attempt + 1))
        make(level, turn.part(0.0, 1 - LISTENING))
        got = _heard_in(made, turn.part(1 - LISTENING, 1.0))
        log.info("Sound: %s; with %s: %s", loud, level, got)
        tried.append((level, got))
        again = mended(level, got)
        if again is None:
            return level
        level = again
    nearest = best(tried)
    log.warning("Sound is not quite as level as it should be: %s", nearest)
    if nearest != tried[-1][0]:
        make(nearest, meter.part(1.0, 1.0))
    return nearest


def _heard_in(made: Path, meter: Meter) -> Loudness:
    facts = probe(made)
    whole = (Piece(Fraction(0), exactly(facts.seconds)),)
    return measure(made, whole, channels=facts.channels, meter=meter)


@dataclass(frozen=True, slots=True)
class Tried:
    """What was found out about the sound before any picture is encoded."""

    level: Level | None
    bytes: int
    """Of its packets and their index."""


def try_sound(source: Source, out: Path, encode: Encode, loud: Loudness, meter: Meter) -> Tried:
    """Find the level on the sound alone, so that pictures are encoded once; the trial lies beside `out` meanwhile."""
    trial, alone = out.with_name(f"{out.name}.m4a"), source.sound_of_it

    def make(level: Level, part: Meter) -> None:
        run(encode_command(alone, trial, encode, level=level), source, part)

    try:
        return Tried(settle(loud, trial, make, meter), trial.stat().st_size)
    finally:
        trial.unlink(missing_ok=True)


def make_sound(source: Source, out: Path, encode: Encode, loud: Loudness | None, meter: Meter) -> None:
    """Encode a take of sound alone, level."""

    def make(level: Level | None, part: Meter) -> None:
        run(encode_command(source, out, encode, level=level), source, part)

    if loud is None:
        make(None, meter)
    else:
        settle(loud, out, make, meter)


def make_rendition(source: Source, out: Path, encode: Encode, loud: Loudness | None, meter: Meter) -> None:
    """Encode in one pass at the quality that was asked for, the sound level."""
    if source.facts.kind is Kind.SOUND:
        make_sound(source, out, encode, loud, meter)
        return
    level, share = None, 0.0
    if loud is not None:
        share = sound_share(source, encode)
        level = try_sound(source, out, encode, loud, meter.part(0.0, share)).level
    run(encode_command(source, out, encode, level=level), source, meter.part(share, 1.0))


@contextlib.contextmanager
def two_passes(source: Source, encode: Encode, meter: Meter) -> Iterator[Callable[[Path, Encode, Tried, Meter], None]]:
    """Go through the pictures once; what is given then encodes them at any rate, as often as it takes."""
    with tempfile.TemporaryDirectory(prefix="diary-") as notes:
        prefix = Path(notes) / "x264"
        run(encode_command(source, prefix, encode, turn=Pass(1, prefix)), source, meter)

        def make(out: Path, at_rate: Encode, sound: Tried, part: Meter) -> None:
            run(encode_command(source, out, at_rate, level=sound.level, turn=Pass(2, prefix)), source, part)

        yield make
