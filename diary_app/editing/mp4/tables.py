"""The samples of a track as the tables of a plain MP4 or MOV file tell them (ISO/IEC 14496-12, 8.6 and 8.7). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diary_app.editing.mp4.boxes import Box, NotUnderstood, maybe, one
from diary_app.editing.mp4.samples import Flags, Numbers

MOST_SAMPLES = 2_100_000
"""Samples of a track: twelve hours of sound by the packet, or of 48 pictures a second."""
FARTHEST = 1 << 28
"""Ticks between decoding and showing: libav takes a table that claims more for broken."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Arrays as in samples.Track, with how long each sample lasts."""

    offsets: Numbers
    sizes: Numbers
    decode: Numbers
    lasts: Numbers
    shown: Numbers
    keys: Flags


def joined(parts: Sequence[Samples]) -> Samples:
    """One after the other; at least one."""
    return Samples(
        offsets=np.concatenate([part.offsets for part in parts]),
        sizes=np.concatenate([part.sizes for part in parts]),
        decode=np.concatenate([part.decode for part in parts]),
        lasts=np.concatenate([part.lasts for part in parts]),
        shown=np.concatenate([part.shown for part in parts]),
        keys=np.concatenate([part.keys for part in parts]),
    )


def running(lengths: Numbers) -> Numbers:
    """Where each begins when one follows the other, from 0."""
    return np.cumsum(lengths) - lengths


def read_tables(stbl: dict[bytes, list[Box]], *, of_sound: bool, room: int) -> Samples:
    """The samples that a sample table box lists, in a file of so many bytes. Raises NotUnderstood."""
    if any(kind in stbl for kind in (b"stz2", b"stps")):
        raise NotUnderstood("tables that only old cameras write")
    sizes = _sizes(one(stbl, b"stsz"), room)
    lasts = _runs(one(stbl, b"stts"), len(sizes))
    if np.any(lasts >= 1 << 31):
        raise NotUnderstood("samples that last less than nothing")
    decode = running(lasts)
    return Samples(
        offsets=_offsets(stbl, sizes),
        sizes=sizes,
        decode=decode,
        lasts=lasts,
        shown=decode + _delays(maybe(stbl, b"ctts"), len(sizes)),
        keys=np.ones(len(sizes), np.bool_) if of_sound else _keys(maybe(stbl, b"stss"), len(sizes)),
    )


def _sizes(stsz: Box, room: int) -> Numbers:
    same, count = stsz.numbers("II", 4)
    if count > MOST_SAMPLES or same * count > room:
        raise NotUnderstood(f"{count} samples")
    return np.full(count, same, np.int64) if same else stsz.table(12, count=count)[:, 0]


def _runs(table: Box, count: int) -> Numbers:
    """The numbers of a table of (how often, number), each as often as it says: `count` in all."""
    rows = table.table(8, count=table.numbers("I", 4)[0], columns=2)
    if int(rows[:, 0].sum()) != count:
        raise NotUnderstood("tables that tell of different numbers of samples")
    return np.repeat(rows[:, 1], rows[:, 0])


def _delays(ctts: Box | None, count: int) -> Numbers:
    """How long after decoding each is shown: less than 0 in version 1, and in files that should have said so."""
    if ctts is None:
        return np.zeros(count, np.int64)
    delays = _runs(ctts, count)
    delays = np.where(delays >= 1 << 31, delays - (1 << 32), delays)
    if np.any(np.abs(delays) > FARTHEST):
        raise NotUnderstood("samples that are shown at quite another time")
    return delays


def _keys(stss: Box | None, count: int) -> Flags:
    if stss is None:
        return np.ones(count, np.bool_)
    numbers = stss.table(8, count=stss.numbers("I", 4)[0])[:, 0]
    if np.any(numbers < 1) or np.any(numbers > count):
        raise NotUnderstood("keyframes that are not there")
    keys = np.zeros(count, np.bool_)
    keys[numbers - 1] = True
    return keys


def _offsets(stbl: dict[bytes, list[Box]], sizes: Numbers) -> Numbers:
    """Samples lie in chunks, one after the other in each."""
    chunks = _chunks(stbl)
    held = _held(one(stbl, b"stsc"), len(chunks))
    if int(held.sum()) != len(sizes):
        raise NotUnderstood("chunks that hold another number of samples than there are")
    starts = running(sizes)
    firsts = running(held)
    filled = held > 0
    begins = np.zeros(len(chunks), np.int64)
    begins[filled] = starts[firsts[filled]]
    return np.repeat(chunks - begins, held) + starts


def _chunks(stbl: dict[bytes, list[Box]]) -> Numbers:
    wide = maybe(stbl, b"co64")
    if wide is not None and b"stco" in stbl:
        raise NotUnderstood("two tables of chunks")
    table = wide or one(stbl, b"stco")
    return table.table(8, count=table.numbers("I", 4)[0], wide=wide is not None)[:, 0]


def _held(stsc: Box, chunks: int) -> Numbers:
    """How many samples each chunk holds."""
    rows = stsc.table(8, count=stsc.numbers("I", 4)[0], columns=3)
    firsts, held, descriptions = rows.T
    if not len(rows):
        return np.zeros(chunks, np.int64)
    lasts = np.append(firsts[1:], chunks + 1)
    if firsts[0] != 1 or np.any(lasts <= firsts) or np.any(held > MOST_SAMPLES) or np.any(descriptions != 1):
        raise NotUnderstood("chunks in no order, or of several kinds")
    return np.repeat(held, lasts - firsts)
