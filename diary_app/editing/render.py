"""From a take and what is kept of it to a finished file: whole under its final name, or not there at all.

Runs in the caller's thread (the app's renderer thread), with ffmpeg as a child process where something is encoded.
"""

import logging
import tempfile
import threading
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import inf
from pathlib import Path

from diary_app.clip import KeptRange, Kind, Preset, Rendition
from diary_app.editing import compress
from diary_app.editing.cut import cut_packets, sound_bps
from diary_app.editing.cut_pictures import CannotCut
from diary_app.editing.errors import EditFailed, EditRefused, WorldError, no_room, take_gone
from diary_app.editing.ffmpeg_child import FfmpegError, run_ffmpeg
from diary_app.editing.ffmpeg_command import Pass, Source, copy_command, encode_command, sound_of_it
from diary_app.editing.files import sha256, whole_file
from diary_app.editing.frames import Piece, exactly, index_frames, is_all, snap
from diary_app.editing.loudness import Level, Loudness, best, level_for, measure, mended
from diary_app.editing.probe import MediaFacts, probe
from diary_app.editing.progress import Meter, OnProgress, ignore_progress
from diary_app.editing.ranges import kept_seconds, normalise

log = logging.getLogger(__name__)

TRIES = 4
"""Encodes towards a promised size before giving up."""
SOUND_TRIES = 4
"""The same for a level: speech needs one or two, music at a low rate up to four."""
CLOSE = 0.9
"""Of the promised size: below it, one more encode makes use of the room."""
FAR_OFF_S = 0.25
NO_LARGER_BPS = 48_000
"""A copy keeps its size when its sound is made anew; only sound of fewer bits than this would not bear it twice."""
LISTENING = 0.3
"""Of the work on sound: how much is measuring it, before it is made level or afterwards."""


def trim(
    take: Path,
    out: Path,
    *,
    keep: Sequence[KeptRange],
    on_progress: OnProgress = ignore_progress,
    stop: threading.Event | None = None,
) -> Rendition:
    """Write the kept ranges of a take to `out` (MP4 or M4A), exact to the frame, in the take's own quality.

    Raises EditRefused, WorldError, EditStopped or EditFailed; then there is nothing new under `out`.
    """
    meter = Meter(on_progress, stop or threading.Event())
    with whole_file(out, take=take) as temporary:
        source = _source(take, keep, meter)
        _cut(source, temporary, meter)
        facts = _checked(temporary, source)
        digest = sha256(temporary)
    on_progress(1.0, 0.0)
    return Rendition(out, digest, facts.bytes, facts.seconds)


def render(
    take: Path,
    out: Path,
    *,
    keep: Sequence[KeptRange] = (),
    preset: Preset = Preset.NORMAL,
    target_mb: float | None = None,
    on_progress: OnProgress = ignore_progress,
    stop: threading.Event | None = None,
) -> Rendition:
    """Write the rendition of a take: what is kept, as small as the preset says, or at most target_mb (10^6 bytes).

    Video becomes MP4, sound alone M4A; both start to play at once in a browser. The sound is as loud as podcasts are
    (loudness.py says how loud). Raises as trim() does.
    """
    meter = Meter(on_progress, stop or threading.Event())
    with whole_file(out, take=take) as temporary:
        source = _source(take, keep, meter)
        copies = compress.meets(source.facts, preset)
        heard = _heard(source, meter.part(0.0, LISTENING) if copies else Meter(stop=meter.stop))
        rest = meter.part(LISTENING, 1.0) if copies else meter
        if target_mb is not None:
            _to_size(source, temporary, preset=preset, goal=target_mb * compress.MEGABYTE, heard=heard, meter=rest)
        elif copies:
            _copy(source, temporary, preset, heard=heard, meter=rest)
        else:
            encode = compress.encode_for(source.facts, compress.RECIPES[preset])
            _encode(source, temporary, encode, heard=heard, meter=rest)
        facts = _checked(temporary, source)
        digest = sha256(temporary)
    on_progress(1.0, 0.0)
    return Rendition(out, digest, facts.bytes, facts.seconds)


def estimate(facts: MediaFacts, *, keep: Sequence[KeptRange] = (), preset: Preset = Preset.NORMAL) -> int:
    """About how many bytes render() will write: the promise before it runs."""
    return compress.estimate_bytes(facts, preset, seconds=kept_seconds(keep, facts.seconds))


def _source(take: Path, keep: Sequence[KeptRange], meter: Meter) -> Source:
    meter.check()
    facts = probe(take)
    parts = normalise(keep, facts.seconds)
    index = index_frames(take, meter)
    pieces = snap(parts, index, facts)
    return Source(take, facts, index, () if is_all(pieces, index, facts) else pieces)


def _cut(source: Source, out: Path, meter: Meter) -> None:
    """The take's own quality: packets as they are wherever that can be, or else encoded so that no eye can tell."""
    try:
        _packets(source, out, meter)
    except CannotCut as why:
        log.info("%s is encoded whole: %s", source.take.name, why)
        _passes(source, out, compress.encode_for(source.facts, compress.FULL_QUALITY), meter=meter)


def _packets(source: Source, out: Path, meter: Meter, *, level: Level | None = None) -> None:
    """Copy what no cut opens; with a level the sound is made anew. Raises CannotCut."""
    if not source.pieces and source.facts.container == "mov" and source.facts.sound_codec in (None, "aac"):
        bps = sound_bps(source.take, least=NO_LARGER_BPS) if level else None
        _run(copy_command(source, out, level=level, sound_bps=bps), source, meter)
    else:
        cut_packets(source, out, meter, level=level)


def _copy(source: Source, out: Path, preset: Preset, *, heard: Loudness | None, meter: Meter) -> None:
    """What is small enough already: its pictures are never encoded again, and its sound only where it is not level."""

    def make(level: Level, part: Meter) -> None:
        _packets(source, out, part, level=level)

    try:
        if heard is None or (heard.is_level and not source.pieces):
            log.info("%s is small enough already: copied", source.take.name)
            _packets(source, out, meter)
        else:
            log.info("%s is small enough already: its pictures are copied, its sound is levelled", source.take.name)
            _settle(heard, out, make, meter)
    except CannotCut as why:
        log.info("%s is encoded whole: %s", source.take.name, why)
        _encode(source, out, compress.encode_for(source.facts, compress.RECIPES[preset]), heard=heard, meter=meter)


def _encode(source: Source, out: Path, encode: compress.Encode, *, heard: Loudness | None, meter: Meter) -> None:
    """Encode, the sound level. The level is tried on the sound alone, so that pictures are encoded once."""
    if heard is None:
        _passes(source, out, encode, meter=meter)
        return
    alone = source.facts.kind is Kind.SOUND
    trial = out if alone else out.with_name(f"{out.name}.m4a")
    trial_source = sound_of_it(source)

    def make(level: Level, part: Meter) -> None:
        _run(encode_command(trial_source, trial, encode, level=level), source, part)

    if alone:
        _settle(heard, out, make, meter)
        return
    try:
        # A few hundredths of the work: left out of the progress, so that the time left is that of the pictures.
        level = _settle(heard, trial, make, Meter(stop=meter.stop))
    finally:
        trial.unlink(missing_ok=True)
    _passes(source, out, encode, level=level, meter=meter)


def _to_size(source: Source, out: Path, *, preset: Preset, goal: float, heard: Loudness | None, meter: Meter) -> None:
    """Encode in two passes; again with less where it is too large, and once with more where it is far too small."""
    if not goal > 0:
        raise EditRefused("The size must be more than nothing.")
    if source.facts.bytes <= goal and compress.meets(source.facts, preset):
        _copy(source, out, preset, heard=heard, meter=meter)
        if out.stat().st_size <= goal:
            return
    aim = goal
    for attempt in range(TRIES):
        encode = compress.encode_to_size(source.facts, preset, seconds=_seconds(source), goal_bytes=aim)
        start = 1 - 0.5**attempt
        _encode(source, out, encode, heard=heard, meter=meter.part(start, start + 0.5 ** (attempt + 1)))
        size = out.stat().st_size
        if size <= goal and (attempt > 0 or size >= CLOSE * goal or encode.video_bps is None):
            return
        log.info("%d bytes where %d were promised: once more", size, goal)
        aim *= goal / size * (0.99 if size > goal else 0.97)
    raise EditRefused("This recording cannot be made that small. Keep a shorter part of it, or allow a larger file.")


def _passes(source: Source, out: Path, encode: compress.Encode, *, level: Level | None = None, meter: Meter) -> None:
    """One pass, or two where the video is to come to a size."""
    if encode.crf is not None or encode.video_bps is None:
        _run(encode_command(source, out, encode, level=level), source, meter)
        return
    with tempfile.TemporaryDirectory(prefix="diary-") as notes:
        for number, span in ((1, (0.0, 0.4)), (2, (0.4, 1.0))):
            turn = Pass(number, Path(notes) / "x264")
            _run(encode_command(source, out, encode, level=level, turn=turn), source, meter.part(*span))


def _heard(source: Source, meter: Meter) -> Loudness | None:
    """How loud what is kept is; None where there is nothing to hear at all."""
    if not source.facts.has_sound:
        return None
    pieces = source.pieces or (Piece(Fraction(0), exactly(source.facts.seconds)),)
    heard = measure(source.take, pieces, channels=2 if source.facts.channels > 1 else 1, meter=meter)
    return heard if heard.peak_dbtp > -inf else None


def _settle(heard: Loudness, made: Path, make: Callable[[Level, Meter], None], meter: Meter) -> Level:
    """Make a file with its sound level, and again with more or less, until what is heard in it is as promised."""
    level = level_for(heard)
    tried: list[tuple[Level, Loudness]] = []
    for attempt in range(SOUND_TRIES):
        turn = meter.part(1 - 0.2**attempt, 1 - 0.2 ** (attempt + 1))
        make(level, turn.part(0.0, 1 - LISTENING))
        got = _heard_in(made, turn.part(1 - LISTENING, 1.0))
        log.info("Sound: %s; with %s: %s", heard, level, got)
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


def _seconds(source: Source) -> float:
    return float(sum(piece.length for piece in source.pieces)) if source.pieces else source.facts.seconds


def _run(command: list[str], source: Source, meter: Meter) -> None:
    try:
        run_ffmpeg(command, seconds=_seconds(source), meter=meter)
    except FfmpegError as error:
        if error.disk_is_full:
            raise no_room(Path(command[-1].removeprefix("file:")).parent) from error
        if not source.take.is_file():
            raise take_gone(source.take) from error
        log.error("ffmpeg failed on %s:\n%s", source.take.name, error.detail)
        raise


def _checked(made: Path, source: Source) -> MediaFacts:
    """The facts of a finished file, which must open and be as long as was asked."""
    try:
        facts = probe(made)
    except (EditRefused, WorldError) as error:
        raise EditFailed("The finished file cannot be played. Your recording is safe.", detail=str(error)) from error
    if abs(facts.seconds - _seconds(source)) > FAR_OFF_S + 0.01 * _seconds(source):
        detail = f"{facts.seconds:.3f} s instead of {_seconds(source):.3f} s"
        raise EditFailed("The finished file is not as long as it should be. Your recording is safe.", detail=detail)
    return facts
