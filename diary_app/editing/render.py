"""From a take and what is kept of it to a finished file: whole under its final name, or not there at all.

Runs in the caller's thread (the app's renderer thread), with ffmpeg as a child process where something is encoded.
"""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from diary_app.clip import KeptRange, Kind, Preset, Rendition, ShowAs
from diary_app.editing import compress
from diary_app.editing.cutting.cut import cut_of
from diary_app.editing.errors import EditFailed, EditRefused, WorldError
from diary_app.editing.ffmpeg_command import encode_command
from diary_app.editing.files import sha256, whole_file
from diary_app.editing.finish import NOTHING_MORE, Asked, as_asked, asked_share
from diary_app.editing.hidden_faces import make_without_faces
from diary_app.editing.loudness import SILENCE, Loudness, level_for
from diary_app.editing.making import LISTENING, loudness_of, make_rendition, run, settle, sound_share
from diary_app.editing.mp4.samples import CannotCut
from diary_app.editing.probe import MediaFacts, probe
from diary_app.editing.progress import Meter, OnProgress, ignore_progress
from diary_app.editing.small_copy import encode_small
from diary_app.editing.source import Source, read_source
from diary_app.editing.to_size import to_size

log = logging.getLogger(__name__)

FAR_OFF_S = 0.25
PLANNING, LEVELLING = 0.3, 0.9
"""Of the work on a copy, from when on its sound is made level, and from when on the file is written."""


def trim(
    take: Path,
    out: Path,
    *,
    keep: Sequence[KeptRange],
    on_progress: OnProgress = ignore_progress,
    stop: threading.Event | None = None,
) -> MediaFacts:
    """Write the kept ranges of a take to `out` (MP4 or M4A), exact to the frame, in the take's own quality.

    Returns the facts of the new file. Raises EditRefused, WorldError, EditStopped or EditFailed; then there is nothing
    new under `out`.
    """
    meter = Meter(on_progress, stop or threading.Event())
    with whole_file(out, take=take) as temporary:
        source = read_source(take, keep, meter)
        _cut(source, temporary, meter)
        facts = _checked(temporary, source)
    on_progress(1.0, 0.0)
    return facts


def render(
    take: Path,
    out: Path,
    *,
    keep: Sequence[KeptRange] = (),
    preset: Preset = Preset.NORMAL,
    target_mb: float | None = None,
    asked: Asked = NOTHING_MORE,
    small: bool = False,
    on_progress: OnProgress = ignore_progress,
    stop: threading.Event | None = None,
) -> Rendition:
    """Write the rendition of a take: what is kept, as small as the preset says, or at most target_mb (10^6 bytes).

    small: of a film, the small copy that goes ahead of it instead (small_copy.py).

    Video becomes MP4, sound alone M4A, or MP3 where `out` is named so; all start to play at once in a browser. The
    sound is as loud as podcasts are (loudness.py says how loud). Raises as trim() does.
    """
    meter = Meter(on_progress, stop or threading.Event())
    with whole_file(out, take=take) as temporary:
        whole = read_source(take, keep, meter)
        share = asked_share(asked, _sound_share(whole, preset))
        with as_asked(whole, out, temporary, asked, meter.part(0.0, share)) as source:

            def make(shown: Source, part: Meter) -> None:
                if small:
                    _render_small(shown, temporary, part)
                else:
                    _render(shown, temporary, preset, target_mb, part)

            if asked.show_as is ShowAs.BLURRED_FACE and source.facts.kind is Kind.VIDEO:
                make_without_faces(source, temporary, make, meter.part(share, 1.0))
            else:
                make(source, meter.part(share, 1.0))
            facts = _checked(temporary, source)
        digest = sha256(temporary)
    on_progress(1.0, 0.0)
    return Rendition(out, digest, facts.bytes, facts.seconds)


def _sound_share(source: Source, preset: Preset) -> float:
    copies = compress.meets(source.facts, preset)
    return sound_share(source, None if copies else compress.encode_for(source.facts, compress.RECIPES[preset]))


def _render(source: Source, out: Path, preset: Preset, target_mb: float | None, meter: Meter) -> None:
    listening = LISTENING * _sound_share(source, preset)
    heard = loudness_of(source, meter.part(0.0, listening))
    rest = meter.part(listening, 1.0)
    if target_mb is not None:
        _at_most(source, out, preset, goal=target_mb * compress.MEGABYTE, heard=heard, meter=rest)
    elif source.may_be_copied and compress.meets(source.facts, preset):
        _copy(source, out, preset, heard=heard, meter=rest)
    else:
        make_rendition(source, out, compress.encode_for(source.facts, compress.RECIPES[preset]), heard, rest)


def _render_small(source: Source, out: Path, meter: Meter) -> None:
    """In one pass: its sound is made level once, and not listened to afterwards."""
    heard = loudness_of(source, meter.part(0.0, LISTENING))
    level = level_for(heard) if heard is not None else None
    run(encode_command(source, out, encode_small(source.facts), level=level), source, meter.part(LISTENING, 1.0))


def _cut(source: Source, out: Path, meter: Meter) -> None:
    """The take's own quality: samples as they are wherever that can be, or else encoded so that no eye can tell."""
    try:
        with cut_of(source, out, meter.part(0.0, PLANNING), with_sound=True) as cut:
            cut.write(out, meter.part(PLANNING, 1.0))
    except CannotCut as why:
        log.info("%s is encoded whole: %s", source.take.name, why)
        run(encode_command(source, out, compress.encode_for(source.facts, compress.FULL_QUALITY)), source, meter)


def _copy(source: Source, out: Path, preset: Preset, *, heard: Loudness | None, meter: Meter) -> None:
    """What is small enough already: its pictures are never encoded again, and its sound only where it is not level."""
    trial = out.with_name(f"{out.name}.m4a")
    # Other sound than the take's own is never replaced by a copy of that, not even where it is silence.
    uneven = source.cleaned is not None or (heard is not None and (source.pieces or not heard.is_level))
    try:
        with cut_of(source, out, meter.part(0.0, PLANNING), with_sound=not uneven) as cut:
            if uneven:
                log.info("%s is small enough already: its pictures are copied, its sound is levelled", source.take.name)
                rest = meter.part(PLANNING, 1.0)
                settle(
                    heard or SILENCE,
                    trial,
                    lambda level, part: cut.sound_alone(level, trial, part),
                    rest.part(0.0, LEVELLING),
                )
                cut.write_with_it(out, rest.part(LEVELLING, 1.0))
            else:
                log.info("%s is small enough already: copied", source.take.name)
                cut.write(out, meter.part(PLANNING, 1.0))
    except CannotCut as why:
        log.info("%s is encoded whole: %s", source.take.name, why)
        make_rendition(source, out, compress.encode_for(source.facts, compress.RECIPES[preset]), heard, meter)
    finally:
        trial.unlink(missing_ok=True)


def _at_most(source: Source, out: Path, preset: Preset, *, goal: float, heard: Loudness | None, meter: Meter) -> None:
    """At most `goal` bytes: what is no larger than that is copied, whatever the preset."""
    if source.may_be_copied and compress.is_within(source.facts, seconds=source.seconds, goal_bytes=goal):
        _copy(source, out, preset, heard=heard, meter=meter.part(0.0, 0.5))
        if out.stat().st_size <= goal:
            return
        meter = meter.part(0.5, 1.0)
    to_size(source, out, preset=preset, goal=goal, loud=heard, meter=meter)


def _checked(made: Path, source: Source) -> MediaFacts:
    """The facts of a finished file, which must open and be as long as was asked."""
    try:
        facts = probe(made)
    except (EditRefused, WorldError) as error:
        raise EditFailed(
            "The finished file cannot be played. Your recording is safe. Please try again.", detail=str(error)
        ) from error
    if facts.kind is not source.facts.kind:
        detail = f"{facts.kind} instead of {source.facts.kind}"
        raise EditFailed(
            "The finished file is not what it should be. Your recording is safe. Please try again.", detail=detail
        )
    if abs(facts.seconds - source.seconds) > FAR_OFF_S + 0.01 * source.seconds:
        detail = f"{facts.seconds:.3f} s instead of {source.seconds:.3f} s"
        raise EditFailed(
            "The finished file is not as long as it should be. Your recording is safe. Please try again.", detail=detail
        )
    return facts
