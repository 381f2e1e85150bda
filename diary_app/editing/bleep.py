"""A tone in place of every name that was said: in what is played, and in what is sent.

Nothing of the voice is under the tone. The samples are replaced before anything is encoded, together with a margin on
both sides, in which the encoder that made the take may have left an echo of them; and where something was replaced, no
packet of the take's own sound is copied. Any thread.
"""

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diary_app.clip import KeptRange
from diary_app.editing.cleaning import write_flac
from diary_app.editing.frames import Piece
from diary_app.editing.hum import RATE
from diary_app.editing.loudness import measure
from diary_app.editing.progress import Meter
from diary_app.editing.ranges import TINY_S
from diary_app.editing.sound import Sound, sound_of
from diary_app.editing.source import Source

HERTZ = 1000.0
MARGIN_S = 0.05
"""AAC hears two packets of 1024 samples at once: so far before and after itself a word may be heard in a take."""
EDGE_S = 0.01
"""The voice fades away outside the margin, the tone comes and goes inside it: no click, and never both at once."""
SOFTER_LU = 4.0
"""A tone is tiring: it is softer than the voice beside it."""
PREVIEW = 0.04
"""How loud the tone is where a take is only played, as a share of full scale: its loudness is not known there."""
MEASURING = 0.3
"""Of the work: finding out how loud the voice is."""

Spot = tuple[int, int]
"""The first sample that is replaced, and the first that is not."""


def spots_of(pieces: Sequence[Piece], names: Sequence[KeptRange], *, rate: int) -> list[Spot]:
    """Which samples of the pieces, one after the other, are a name with its margin; in order, without overlap."""
    found: list[Spot] = []
    before = Fraction(0)
    for piece in pieces:
        start_s, end_s, offset_s = float(piece.start), float(piece.end), float(before - piece.start)
        before += piece.length
        for name in names:
            if min(name.end_s, end_s) - max(name.start_s, start_s) <= TINY_S:
                continue  # it was cut away
            first = max(start_s, name.start_s - MARGIN_S) + offset_s
            last = min(end_s, name.end_s + MARGIN_S) + offset_s
            found.append((math.floor(first * rate), math.ceil(last * rate)))
    return _joined(sorted(found), gap=round(2 * EDGE_S * rate))


def _joined(spots: Sequence[Spot], *, gap: int) -> list[Spot]:
    """Spots with no room for a voice between them are one."""
    joined: list[Spot] = []
    for first, stop in spots:
        if joined and first - joined[-1][1] <= gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], stop))
        else:
            joined.append((first, stop))
    return joined


def with_tone(block: Sound, at: int, spots: Sequence[Spot], *, rate: int, loud: float) -> Sound:
    """A block whose first sample is number `at`, with a tone (its peak is `loud`, 0 to 1) in place of these samples."""
    stop, edge = at + block.shape[1], round(EDGE_S * rate)
    near = [spot for spot in spots if spot[0] - edge < stop and spot[1] + edge > at]
    if not near:
        return block
    place = np.arange(at, stop)
    away = np.min([np.maximum(first - place, place - last + 1) for first, last in near], axis=0)
    voice = _rise(away, edge)
    voice[away <= 0] = 0.0
    tone = _rise(1 - away, edge) * loud * np.sin(2 * np.pi * HERTZ / rate * place)
    made: Sound = (block * voice + tone).astype(np.float32)
    return made


def _rise(samples: NDArray[np.int64], width: int) -> NDArray[np.float64]:
    """0 where there are none, 1 from `width` samples on, and a smooth way between."""
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip(samples / width, 0.0, 1.0)), np.float64)


def toned(blocks: Iterator[Sound], spots: Sequence[Spot], *, rate: int, loud: float) -> Iterator[Sound]:
    """The same sound block by block, each sample at its place, with the tone in place of the spots."""
    at = 0
    for block in blocks:
        yield with_tone(block, at, spots, rate=rate, loud=loud)
        at += block.shape[1]


@contextlib.contextmanager
def bleeped(source: Source, out: Path, names: Sequence[KeptRange], meter: Meter) -> Iterator[Source]:
    """The same source with a tone in place of the names (take time), its sound in a file beside `out` meanwhile.

    Where there is nothing to replace it is the source itself. Raises EditStopped, OSError, and as sound_of() does.
    """
    spots = spots_of(source.kept, names, rate=RATE) if source.facts.has_sound else []
    if not spots:
        yield source
        return
    made = out.with_name(f"{out.name}.names.flac")
    try:
        _write(source, made, spots, meter)
        yield replace(source, cleaned=made)
    finally:
        made.unlink(missing_ok=True)


def _write(source: Source, made: Path, spots: Sequence[Spot], meter: Meter) -> None:
    channels = 2 if source.facts.channels > 1 else 1
    file, pieces = source.sound
    heard = measure(file, pieces, channels=channels, meter=meter.part(0.0, MEASURING))
    fades = source.fades if source.cleaned is None else [(False, False)]
    blocks = sound_of(file, pieces, rate=RATE, channels=channels, fade=fades)
    loud = 0.0 if heard.lufs is None else _amplitude(heard.lufs - SOFTER_LU, channels)
    samples = round(source.seconds * RATE)
    write_flac(toned(blocks, spots, rate=RATE, loud=loud), made, channels, samples, meter.part(MEASURING, 1.0))


def _amplitude(lufs: float, channels: int) -> float:
    """The peak of a tone of 1 kHz that is so loud in each of one or two channels: BS.1770 adds their powers up."""
    return min(1.0, math.sqrt(2 / channels) * 10 ** (lufs / 20))
