"""Sound without hum and hiss: what a carer in a room with a fridge asks for. Reads, computes, writes one file.

It goes twice through what is kept of a take: once to learn how it sounds where nobody speaks, once to take the hum out
(hum.py) and to make the hiss quieter (hiss.py). The result is a lossless file of exactly the kept sound, from which a
rendition is made as from any sound. Each sample keeps its place. Where nothing can be learned, because nobody pauses,
the sound stays as it is.
"""

import contextlib
import heapq
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from diary_app.editing.frames import Piece, exactly
from diary_app.editing.hiss import noise_print, without_hiss
from diary_app.editing.hum import RATE, STRETCH, Hum, find_hum, without_hum
from diary_app.editing.media import address
from diary_app.editing.progress import Meter
from diary_app.editing.sound import FADE_S, Sound, as_frame, in_seconds, layout_of, sound_of
from diary_app.editing.source import Source
from diary_app.editing.windowed import Powers

log = logging.getLogger(__name__)

AROUND_S = 5.0
"""Before the first word and after the last a room is heard best, and that is what is trimmed away."""
LOOKS = 1_000
"""At so many stretches at most, evenly spread."""
KEPT = 64
QUIET = 0.05
"""Of the stretches, so many at least are pauses."""
ALIKE_DB = 3.0
"""Stretches that are louder by less are pauses as well."""
FEWEST = 3
PAUSE_DB, SILENCE_DB = 8.0, 55.0
"""Pauses are softer than the rest by the first; with the second there is nothing in them to take away."""
VOICE_HZ = (150.0, 5_000.0)
"""Where a voice tells best from a room, whatever rumbles and hums."""
PARTS = 4
"""A stretch is as loud as the loudest of its quarters: half a word is no pause."""
SILENT_DB = -100.0
"""A microphone that was lost or muted tells nothing."""
LEAD = RATE
"""So many samples before a piece are heard with it: the room does not begin with a cut."""
LEARNING = 0.3
"""Of the work."""


@dataclass(frozen=True, slots=True)
class Room:
    """What is heard where nobody speaks."""

    hum: Hum | None
    noise: Powers


class _Pauses:
    """Keeps the quietest stretches of a sound that comes block by block."""

    def __init__(self, samples: int) -> None:
        self._hop = max(STRETCH // 2, samples // LOOKS)
        self._held: Sound | None = None
        self._skip = 0
        self._kept: list[tuple[float, int, Sound]] = []
        self._looked = 0
        self._power = 0.0

    def hear(self, block: Sound) -> None:
        """The next samples."""
        self._held = block if self._held is None else np.concatenate([self._held, block], axis=1)
        while self._held.shape[1] >= self._skip + STRETCH:
            self._look(self._held[:, self._skip : self._skip + STRETCH])
            self._skip += self._hop
        gone = min(self._skip, self._held.shape[1])
        self._held, self._skip = self._held[:, gone:], self._skip - gone

    def _look(self, stretch: Sound) -> None:
        power = _power(stretch)
        if 10 * np.log10(power.max() + 1e-30) < SILENT_DB:
            return
        self._looked += 1
        self._power += float(power.mean())
        quietest = (-float(power.max()), self._looked, stretch.copy())
        if len(self._kept) < KEPT:
            heapq.heappush(self._kept, quietest)
        else:
            heapq.heappushpop(self._kept, quietest)

    def found(self) -> Sound | None:
        """Stretches where nobody speaks, shape (stretches, channels, STRETCH); None where there are not enough."""
        quietest = sorted(self._kept, key=lambda one: -one[0])
        if len(quietest) < FEWEST:
            return None
        softest = -quietest[min(len(quietest) - 1, max(FEWEST, round(QUIET * self._looked)) - 1)][0]
        softer_db = 10 * np.log10(self._power / self._looked / softest)
        if not PAUSE_DB <= softer_db <= SILENCE_DB:
            return None
        return np.stack([stretch for power, _, stretch in quietest if -power <= softest * 10 ** (ALIKE_DB / 10)])


def _power(stretch: Sound) -> Sound:
    """How loud each part of a stretch is where voices are: mean squares, all channels together."""
    spectrum = np.fft.rfft(stretch)
    low, high = (round(hertz * STRETCH / RATE) for hertz in VOICE_HZ)
    spectrum[:, :low] = 0
    spectrum[:, high:] = 0
    squares = np.fft.irfft(spectrum, STRETCH) ** 2
    return np.asarray(squares.sum(axis=0).reshape(PARTS, -1).mean(axis=1), np.float32)


def room_of(take: Path, pieces: Sequence[Piece], *, seconds: Fraction, channels: int, meter: Meter) -> Room | None:
    """How it sounds where nobody speaks in these pieces of a take (of so many seconds) and just around them.

    None where there are no pauses to learn from, or nothing is heard in them. Raises EditStopped, and as sound_of().
    """
    near = _around(pieces, seconds)
    total = sum(piece.length for piece in near) * RATE
    pauses, read = _Pauses(int(total)), 0
    for block in in_seconds(
        sound_of(take, near, rate=RATE, channels=channels, fade=[(False, False)] * len(near)), RATE
    ):
        pauses.hear(block)
        read += block.shape[1]
        meter.report(read / float(total))
    found = pauses.found()
    if found is None:
        log.info("%s has no pauses with hum or hiss in them", take.name)
        return None
    hum = find_hum(found)
    if hum:
        found = np.stack([stretch - hum.in_stretch(stretch) for stretch in found])
    log.info("%s hums with %s, learned from %d stretches", take.name, hum, len(found))
    return Room(hum, noise_print(found))


def _around(pieces: Sequence[Piece], seconds: Fraction) -> list[Piece]:
    """The pieces and a little on both sides of each; what meets is one."""
    near: list[Piece] = []
    for piece in pieces:
        start, end = max(Fraction(0), piece.start - Fraction(AROUND_S)), min(seconds, piece.end + Fraction(AROUND_S))
        if near and start <= near[-1].end:
            start = near.pop().start
        near.append(Piece(start, end))
    return near


def cleaned_sound_of(
    take: Path, pieces: Sequence[Piece], room: Room, *, channels: int, fade: Sequence[tuple[bool, bool]]
) -> Iterator[Sound]:
    """As sound_of() at RATE, each sample at its place, with the hum gone and the hiss softer."""
    gathered, made = Fraction(0), 0
    for piece, ends in zip(pieces, fade, strict=True):
        gathered += piece.length
        count = round(gathered * RATE) - made
        made += count
        yield from _faded(_piece(take, piece, count, room, channels=channels), count, ends)


def _piece(take: Path, piece: Piece, count: int, room: Room, *, channels: int) -> Iterator[Sound]:
    """`count` samples from the beginning of a piece on."""
    lead = min(LEAD, int(piece.start * RATE))
    wanted = Piece(piece.start - Fraction(lead, RATE), piece.start + Fraction(count, RATE))
    blocks = in_seconds(sound_of(take, [wanted], rate=RATE, channels=channels, fade=[(False, False)]), RATE)
    if room.hum:
        blocks = without_hum(blocks, room.hum, channels=channels)
    at = 0
    for block in without_hiss(blocks, room.noise, channels=channels):
        yield block[:, max(0, lead - at) :]
        at += block.shape[1]


def _faded(blocks: Iterator[Sound], count: int, ends: tuple[bool, bool]) -> Iterator[Sound]:
    """The first and the last FADE_S of `count` samples faded where `ends` says so."""
    width, at = min(round(FADE_S * RATE), count // 2), 0
    for block in blocks:
        place = np.arange(at, at + block.shape[1], dtype=np.float32) + 0.5
        rise = place / max(1, width) if ends[0] else np.ones_like(place)
        fall = (count - place) / max(1, width) if ends[1] else np.ones_like(place)
        yield block * np.minimum(rise, fall).clip(0.0, 1.0)
        at += block.shape[1]


@contextlib.contextmanager
def cleaned(source: Source, out: Path, meter: Meter) -> Iterator[Source]:
    """The same source with its sound without hum and hiss, in a file that lies beside `out` until the block ends.

    Where there is nothing to do it is the source itself. Raises as clean_sound() does.
    """
    made = out.with_name(f"{out.name}.flac")
    channels = 2 if source.facts.channels > 1 else 1
    take, pieces, seconds = source.take, source.kept, exactly(source.facts.seconds)
    try:
        done = source.facts.has_sound and clean_sound(
            take, pieces, made, seconds=seconds, channels=channels, fade=source.fades, meter=meter
        )
        yield replace(source, cleaned=made) if done else source
    finally:
        made.unlink(missing_ok=True)


def clean_sound(
    take: Path,
    pieces: Sequence[Piece],
    out: Path,
    *,
    seconds: Fraction,
    channels: int,
    fade: Sequence[tuple[bool, bool]],
    meter: Meter,
) -> bool:
    """Write the sound of these pieces of a take (of so many seconds) without hum and hiss to `out`, as FLAC of 24 bit.

    fade: as in sound_of(). False where room_of() finds nothing to do; then nothing is written. Raises EditStopped
    when the meter says so, OSError for the disk, and as sound_of() does.
    """
    room = room_of(take, pieces, seconds=seconds, channels=channels, meter=meter.part(0.0, LEARNING))
    if room is None:
        return False
    blocks = cleaned_sound_of(take, pieces, room, channels=channels, fade=fade)
    samples = round(float(sum(piece.length for piece in pieces)) * RATE)
    write_flac(blocks, out, channels, samples, meter.part(LEARNING, 1.0))
    return True


def write_flac(blocks: Iterator[Sound], out: Path, channels: int, samples: int, meter: Meter) -> None:
    """Write sound of RATE, about so many samples of it, as FLAC of 24 bit. Raises EditStopped and OSError."""
    at = 0
    with av.open(address(out), "w", format="flac") as made:
        stream = made.add_stream("flac", rate=RATE, layout=layout_of(channels), options={"compression_level": "0"})
        stream.codec_context.format = "s32"
        for block in blocks:
            if block.shape[1]:
                made.mux(stream.encode(as_frame(np.ascontiguousarray(block), at=at, rate=RATE)))
                at += block.shape[1]
                meter.report(min(1.0, at / max(1, samples)))
        made.mux(stream.encode(None))
