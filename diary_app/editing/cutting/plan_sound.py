"""The sound of an exact cut: packets of AAC as they lie in the take, and a few made anew around every edge.

Packets lie on one grid of 1024 samples, which a cut to the frame does not fit. So a piece is put where its packets meet
the grid: at most 512 samples (11 ms, less than half a frame) early or late against its picture, and each piece by its
own exact time, so that nothing adds up. The first piece is exact: the grid is laid by it. Short pieces are made anew
altogether, and are exact.

A packet is copied only if all of the 2048 samples that it codes are kept. Around the edges packets are made anew
(aac_splice.py), so that the cut is exact to the sample and nothing of what was cut away can be heard.

Runs in the caller's thread. Memory does not grow with the take, but for its tables and what is made anew.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from diary_app.editing.cutting.aac_packets import RATES, STEP, AacEncoder, aac_entry, read_aac
from diary_app.editing.cutting.aac_splice import CONTEXT, TRIES, Bed, Packets, Part, Row, Run
from diary_app.editing.ffmpeg_command import SOUND_RATE
from diary_app.editing.frames import Piece
from diary_app.editing.loudness import Level, levelled
from diary_app.editing.mp4.samples import SOUND, CannotCut, Look, MadeTrack, Numbers, Spool, Stretch, Track
from diary_app.editing.progress import Meter
from diary_app.editing.sound import FADE_S, JUMP_S, Sound, sound_of
from diary_app.editing.source import Source

MARGIN = STEP
"""Samples at the ends of a piece that are never copied, because they may be faded: no two pieces overlap by more."""
FEWEST = 2 * (CONTEXT + TRIES)
"""Pieces from which fewer packets could be copied are made anew altogether."""
LEAST_RATE = 32_000
"""Of fewer samples a second half a packet lasts longer than half a frame: they would be out of step."""
MOST_LEAD = 2 * STEP + 64
"""Samples of silence that encoders write first: Apple's 2112, others 1024. More would be something hidden."""
MOST_ROWS = 1_000
"""A take with more holes in its sound than this is left to the full encode."""


def plan_sound(
    take: Path, track: Track, pieces: Sequence[Piece], origin: Fraction, *, spool: Spool, meter: Meter
) -> MadeTrack:
    """The sound of the pieces (take time: seconds after `origin` on the file's clock), new packets in the spool.

    Raises CannotCut where the sound is not AAC-LC or would not join well, OSError, and EditStopped.
    """
    aac = read_aac(track.look.entry) if track.kind == SOUND and len(track.shown) else None
    if aac is None or track.timescale != aac.rate or aac.rate < LEAST_RATE:
        raise CannotCut("no sound that can be cut by packets")
    rows = _rows(track, origin)
    parts = _parts(rows, pieces, aac.rate)
    total = round(sum((piece.length for piece in pieces), Fraction(0)) * aac.rate)
    if total <= 0:
        raise CannotCut("nothing is kept")
    lead, placed = _placed(parts, total, round(FADE_S * aac.rate))
    with take.open("rb") as file:
        bed = Bed(Packets(file, take, track), aac, placed, lead=lead)
        stretches = _stretches(bed, spool, meter, -(-(total + lead) // STEP))
    return _made(stretches, track.look, aac.rate, lead=lead, total=total)


def whole_sound(take: Path, track: Track, origin: Fraction) -> MadeTrack:
    """All of the sound of a take as it lies there, the encoder's own silence before it included. Raises CannotCut."""
    first = int(track.decode[0]) if len(track.decode) else 0
    lead = round((origin - track.begins) * track.timescale) - first
    if read_aac(track.look.entry) is None or not 0 <= lead <= MOST_LEAD or (track.shown != track.decode).any():
        raise CannotCut("sound that an edit list hides, or of another kind")
    ticks = track.decode - first
    seconds = Fraction(int(ticks[-1]) + track.last_ticks - lead, track.timescale)
    stretches = [Stretch(take, track.offsets, track.sizes)]
    keys = np.ones(len(ticks), np.bool_)
    return MadeTrack(SOUND, track.timescale, track.look, stretches, ticks, ticks, keys, track.last_ticks, lead, seconds)


def _made(stretches: Sequence[Stretch], look: Look, rate: int, *, lead: int, total: int) -> MadeTrack:
    count = sum(len(stretch.sizes) for stretch in stretches)
    ticks = STEP * np.arange(count, dtype=np.int64)
    last = min(STEP, total + lead - STEP * (count - 1))
    return MadeTrack(
        SOUND, rate, look, stretches, ticks, ticks, np.ones(count, np.bool_), last, lead, Fraction(total, rate)
    )


# -- where everything lies ------------------------------------------------------------------------------------------


def _rows(track: Track, origin: Fraction) -> list[Row]:
    """The unbroken rows of packets. Times that jitter by less than JUMP_S are rounding, not holes."""
    rate, shown = track.timescale, track.shown
    jump = JUMP_S * rate
    steps = np.diff(shown)
    if (steps <= STEP - jump).any():
        raise CannotCut("packets of sound lie over each other")
    firsts = np.concatenate(([0], np.flatnonzero(steps >= STEP + jump) + 1)).astype(np.int64)
    if len(firsts) > MOST_ROWS:
        raise CannotCut("sound with a great many holes")
    stops = np.append(firsts[1:], len(shown))
    offset = round((track.begins - origin) * rate)
    _check_pace(shown, firsts, stops, jump)
    starts = shown[firsts] + offset
    return [Row(*three) for three in zip(firsts.tolist(), stops.tolist(), starts.tolist(), strict=True)]


def _check_pace(shown: Numbers, firsts: Numbers, stops: Numbers, jump: float) -> None:
    """Raise CannotCut where the times of a row drift away from its samples."""
    counts = stops - firsts
    drift = shown - np.repeat(shown[firsts], counts) - STEP * (np.arange(len(shown)) - np.repeat(firsts, counts))
    if (np.abs(drift) >= jump).any():
        raise CannotCut("the times of the sound drift away from its samples")


def _parts(rows: Sequence[Row], pieces: Sequence[Piece], rate: int) -> list[Part]:
    """What is kept of every row, at its exact place; a fade of 1 says that there will be one."""
    parts, gathered = [], Fraction(0)
    for piece in pieces:
        start, end, at = round(piece.start * rate), round(piece.end * rate), round(gathered * rate)
        gathered += piece.length
        for row in rows:
            first, last = max(start, row.at), min(end, row.end)
            if first < last:
                fades = int(first > 0), int(last < rows[-1].end)
                parts.append(_with_copied(Part(row, first, last, at + first - start, fades)))
    return parts


def _with_copied(part: Part) -> Part:
    """Copy the packets whose whole windows lie inside, well away from the ends."""
    row = part.row
    first = row.first - (row.at - part.start - MARGIN) // STEP
    stop = row.first + (part.end - MARGIN - 2 * STEP - row.at) // STEP + 1
    return replace(part, first=first, stop=stop) if stop - first >= FEWEST else part


def _placed(parts: Sequence[Part], total: int, fade: int) -> tuple[int, list[Part]]:
    """The lead, and the parts moved to the grid: where they meet, one fades into the other."""
    lead = next((STEP + -part.heard(part.first) % STEP for part in parts if part.stop), STEP)
    moved = []
    for part in parts:
        late = (part.heard(part.first) + lead) % STEP if part.stop else 0
        at = part.at - late if late <= STEP // 2 else part.at - late + STEP
        moved.append(replace(part, at=at, end=min(part.end, part.start + total - at)))
    overlaps = [before.over - after.at for before, after in itertools.pairwise(moved)]
    placed = []
    for part, before, after in zip(moved, [0, *overlaps], [*overlaps, 0], strict=False):  # of no parts, none
        widths = [max(fade * bool(flag), overlap) for flag, overlap in zip(part.fades, (before, after), strict=True)]
        most = (part.end - part.start) // 2
        placed.append(replace(part, fades=(min(widths[0], most), min(widths[1], most))))
    return lead, placed


def _stretches(bed: Bed, spool: Spool, meter: Meter, count: int) -> list[Stretch]:
    """All packets of the result: by turns new ones, and those of one part copied."""
    copied = bed.copied()
    stretches: list[Stretch] = []
    first = 0
    for number, (before, after) in enumerate(itertools.pairwise([None, *copied, None])):
        run = Run(bed, before, after, count)
        if before:
            stretches.append(bed.packets.stretch(first, run.stop_before))
        stretches.append(spool.add(run.packets))
        first = run.first_after
        meter.report((number + 1) / (len(copied) + 1))
    return stretches


# -- all of it anew -------------------------------------------------------------------------------------------------


def sound_anew(source: Source, spool: Spool, meter: Meter, *, bps: int, level: Level | None = None) -> MadeTrack:
    """The sound of the pieces decoded and encoded again, exact to the sample, as loud as it was or at a level.

    For sound of any kind. Raises OSError, EditStopped, and as open_media() and av do.
    """
    rate = source.facts.sample_rate if source.facts.sample_rate in RATES else SOUND_RATE
    channels = min(2, source.facts.channels)
    encoder = AacEncoder(rate, channels, bps)
    total = round(sum((piece.length for piece in source.kept), Fraction(0)) * rate)
    blocks = _all_sound(source, rate=rate, channels=channels)
    stretches, done = [], 0
    for block in levelled(blocks, level, rate=rate, channels=channels) if level else blocks:
        stretches.append(spool.add(encoder.encode(block)))
        done += block.shape[1]
        meter.report(done / max(1, total))
    stretches.append(spool.add(encoder.finish()))
    joined = _joined(stretches, -(-(total + STEP) // STEP))
    return _made(joined, Look(aac_entry(encoder.form, bps=bps)), rate, lead=STEP, total=total)


def _all_sound(source: Source, *, rate: int, channels: int) -> Iterator[Sound]:
    file, pieces = source.sound
    fades = [(False, False)] if source.cleaned else source.fades
    return sound_of(file, pieces, rate=rate, channels=channels, fade=fades)


def _joined(stretches: Sequence[Stretch], count: int) -> list[Stretch]:
    """The first `count` samples of stretches of one file, as a single one."""
    offsets, sizes = (np.concatenate([getattr(one, name) for one in stretches]) for name in ("offsets", "sizes"))
    return [Stretch(stretches[0].file, offsets[:count], sizes[:count])]
