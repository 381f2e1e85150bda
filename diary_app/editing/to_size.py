"""A rendition of a promised size: never more, and at most a twentieth less wherever the take has that much to show.

The sound is made first, so that its bytes are known and not guessed. The pictures are gone through once; the second
pass is repeated at another rate where its size is not as promised, which is seldom. Runs in the caller's thread.
"""

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from diary_app.clip import KeptRange, Kind, Preset
from diary_app.editing import compress
from diary_app.editing.compress import Encode
from diary_app.editing.errors import EditRefused, WouldLookBad
from diary_app.editing.loudness import Loudness
from diary_app.editing.making import FIRST_PASS, Tried, make_sound, sound_share, try_sound, two_passes
from diary_app.editing.progress import Meter
from diary_app.editing.promise import promises
from diary_app.editing.source import Source

log = logging.getLogger(__name__)

TRIES = 5
"""Encodes towards a promised size; one or two are usual."""
NEAR = 0.95
"""Of the promised size: what is below it makes use of the room that is left."""
AIM = 0.98
"""Of the promised size: what is aimed at, so that the encoder's own inexactness falls on both sides of it."""
FULL = 0.25
"""Where a higher rate brings less than this share of what it should, the take has nothing more to show."""
PROMISE_OFF = 1.2
"""A promise may be off by a fifth (promise.py)."""
STEADY = 4.0
"""No rate is more than so many times the one before."""


@dataclass(frozen=True, slots=True)
class Try:
    """What came of a rate."""

    bps: int
    bytes: int


def to_size(source: Source, out: Path, *, preset: Preset, goal: float, loud: Loudness | None, meter: Meter) -> None:
    """Encode to at most `goal` bytes.

    Raises EditRefused (WouldLookBad where the size is too small for this take) and as run() does.
    """
    if not goal > 0:
        raise EditRefused("The size must be more than nothing.")
    encode = _encode(source, preset, goal=goal, meter=meter)
    spare = out.with_name(f"{out.name}.spare.mp4")
    try:
        if source.facts.kind is Kind.SOUND:
            _sound(source, out, spare, encode, goal=goal, loud=loud, meter=meter)
        else:
            _film(source, out, spare, encode, goal=goal, loud=loud, meter=meter)
    finally:
        spare.unlink(missing_ok=True)


def _encode(source: Source, preset: Preset, *, goal: float, meter: Meter) -> Encode:
    """Rates and a picture size. Where hardly anything moves, what the smallest preset takes is enough, however little.

    Raises WouldLookBad and as promises() does.
    """
    try:
        return compress.encode_to_size(source.facts, preset, seconds=source.seconds, goal_bytes=goal)
    except WouldLookBad:
        if source.facts.kind is Kind.SOUND:
            raise
    keep = [KeptRange(float(piece.start), float(piece.end)) for piece in source.pieces]
    ((_, cost),) = promises(source.take, keep=keep, presets=[Preset.SMALLER], meter=Meter(stop=meter.stop))
    enough = PROMISE_OFF * cost.bytes
    if goal < enough:
        raise compress.would_look_bad(goal, min(enough, compress.least_bytes(source.facts, source.seconds)))
    smallest = compress.encode_for(source.facts, compress.RECIPES[Preset.SMALLER])
    sound = (smallest.sound_bps or 0) * source.seconds / 8 + compress.index_bytes(source.facts, source.seconds)
    return replace(smallest, crf=None, video_bps=round((goal - sound) * 8 / source.seconds))


def _film(
    source: Source, out: Path, spare: Path, encode: Encode, *, goal: float, loud: Loudness | None, meter: Meter
) -> None:
    share = sound_share(source, encode)
    seconds = source.seconds
    sound = Tried(None, round((encode.sound_bps or 0) * seconds / 8))
    if loud is not None:
        sound = try_sound(source, out, encode, loud, meter.part(0.0, share))
    films = meter.part(share, 1.0)
    fixed = sound.bytes + compress.index_bytes(replace(source.facts, sample_rate=0), seconds)
    first = round(max(1.0, AIM * goal - fixed) * 8 / seconds)
    with two_passes(source, replace(encode, video_bps=first), films.part(0.0, FIRST_PASS)) as make:

        def at_rate(bps: int, part: Meter) -> None:
            make(out, replace(encode, video_bps=bps), sound, part)

        _approach(out, spare, at_rate, first, goal=goal, fixed=fixed, meter=films.part(FIRST_PASS, 1.0))


def _sound(
    source: Source, out: Path, spare: Path, encode: Encode, *, goal: float, loud: Loudness | None, meter: Meter
) -> None:
    def at_rate(bps: int, part: Meter) -> None:
        make_sound(source, out, replace(encode, sound_bps=bps), loud, part)

    fixed = compress.index_bytes(source.facts, source.seconds)
    _approach(out, spare, at_rate, encode.sound_bps or 0, goal=goal, fixed=fixed, meter=meter)


def _approach(
    out: Path,
    spare: Path,
    at_rate: Callable[[int, Meter], None],
    first: int,
    *,
    goal: float,
    fixed: float,
    meter: Meter,
) -> None:
    """Make it at one rate after the other until the size is as promised; the best that there was stays in `out`."""
    tried: list[Try] = []
    bps: int | None = first
    while bps is not None and len(tried) < TRIES:
        start = 1 - 0.3 ** len(tried)
        at_rate(bps, meter.part(start, 1 - 0.3 ** (len(tried) + 1)))
        made = Try(bps, out.stat().st_size)
        log.info("%d bytes at %d bits a second, where %d are allowed", made.bytes, bps, goal)
        if NEAR * goal <= made.bytes <= goal:
            return
        if made.bytes <= goal and all(not made.bytes < each.bytes <= goal for each in tried):
            shutil.copyfile(out, spare)
        tried.append(made)
        bps = next_rate(tried, goal=goal, fixed=fixed)
    if not spare.exists():
        raise compress.would_look_bad(goal, min(each.bytes for each in tried))
    shutil.copyfile(spare, out)


def next_rate(tried: Sequence[Try], *, goal: float, fixed: float) -> int | None:
    """The rate to try next; None where no other rate would come nearer to the goal from below.

    goal: the most bytes; fixed: those of them that no rate changes.
    """
    last, aim = tried[-1], AIM * goal
    below = max((each for each in tried if each.bytes <= goal), key=lambda each: each.bytes, default=None)
    above = min((each for each in tried if each.bytes > goal), key=lambda each: each.bytes, default=None)
    if below is not None and above is not None:
        share = (aim - below.bytes) / (above.bytes - below.bytes)
        between = round(below.bps + share * (above.bps - below.bps))
        return between if below.bps < between < above.bps else None
    if below is not None and len(tried) > 1 and _has_no_more(tried[-2], last, fixed=fixed):
        return None
    factor = max(1.0, aim - fixed) / max(1.0, last.bytes - fixed)
    wanted = round(last.bps * min(STEADY, max(1 / STEADY, factor)))
    return wanted if wanted > 0 and wanted != last.bps else None


def _has_no_more(before: Try, last: Try, *, fixed: float) -> bool:
    """True where a higher rate brought hardly anything: the take is shown as well as it can be."""
    asked = last.bps / before.bps - 1
    got = (last.bytes - fixed) / max(1.0, before.bytes - fixed) - 1
    return asked > 0 and got < FULL * asked
