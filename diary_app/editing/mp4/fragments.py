"""The samples of a fragmented MP4 (ISO/IEC 14496-12, 8.8): thousands of `moof` boxes at a time. Pure.

A take of our recorder has ten fragments a second. They are read side by side: every step below takes in one field of
all of them, so that there is no loop over fragments and none over samples.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from diary_app.editing.mp4.boxes import Box, Boxes, NotUnderstood, Words, inside
from diary_app.editing.mp4.samples import Flags, Numbers
from diary_app.editing.mp4.tables import FARTHEST, Samples, running

MOST_AT_ONCE = 500_000
"""Samples of all the fragments that are read side by side."""
NOT_A_KEY = 0x1010000
"""sample_is_non_sync_sample, and sample_depends_on 1 (8.8.3.1): decoding cannot start at such a sample."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a track's samples are where a fragment does not say (8.8.3)."""

    lasts: int
    size: int
    flags: int


@dataclass(frozen=True, slots=True, eq=False)
class Moofs:
    """Some fragments' `moof` boxes, one behind the other."""

    data: bytes
    at: Numbers
    """Where each begins in `data`."""
    ends: Numbers
    in_file: Numbers
    """Where each begins in the file."""


@dataclass(frozen=True, slots=True, eq=False)
class _Heads:
    """One entry for each track of each fragment: `traf`, with its `tfhd` and `tfdt`."""

    track: Numbers
    base: Numbers
    """Bytes of the file from which its runs count; less than 0 where that is in doubt."""
    starts: Numbers
    """Ticks; less than 0 where it does not say."""
    lasts: Numbers
    sizes: Numbers
    flags: Numbers


def read_defaults(trex: Box) -> tuple[int, Defaults]:
    """A track's number and its defaults."""
    track, description, lasts, size, flags = trex.numbers("IIIII", 4)
    if description != 1:
        raise NotUnderstood("samples of several kinds")
    return track, Defaults(lasts, size, flags)


def read_moofs(moofs: Moofs, tracks: Mapping[int, Defaults], *, sound: int | None) -> dict[int, Samples]:
    """The samples of these tracks, by the track's number; `sound` has keys alone. Raises NotUnderstood."""
    words = Words(moofs.data)
    trafs = inside(words, moofs.at + 8, moofs.ends).of(b"traf")
    parts = inside(words, trafs.at, trafs.ends)
    runs = parts.of(b"trun")
    heads = _heads(words, trafs, parts, moofs, tracks)
    track = heads.track[runs.parents]
    return {number: _samples(words, runs, heads, track == number, of_sound=number == sound) for number in tracks}


def _heads(words: Words, trafs: Boxes, parts: Boxes, moofs: Moofs, tracks: Mapping[int, Defaults]) -> _Heads:
    tfhd = parts.of(b"tfhd")
    if not np.array_equal(tfhd.parents, np.arange(len(trafs.at))):
        raise NotUnderstood("fragments without a head, or with two")
    flags, track = words.unsigned(tfhd.at) & 0xFFFFFF, words.unsigned(tfhd.at + 4)
    defaults = np.array([(each.lasts, each.size, each.flags) for each in tracks.values()], np.int64).reshape(-1, 3)
    which = np.argmax(track[:, None] == np.array(list(tracks), np.int64), axis=1) if tracks else np.zeros(0, np.int64)
    at = tfhd.at + 8
    base = _base(words, at, flags, moofs.in_file[trafs.parents], _alone(trafs))
    at = at + np.where(flags & 0x01, 8, 0)
    description, at = _optional(words, at, flags & 0x02, np.ones_like(track))
    lasts, at = _optional(words, at, flags & 0x08, defaults[which, 0])
    sizes, at = _optional(words, at, flags & 0x10, defaults[which, 1])
    flags, at = _optional(words, at, flags & 0x20, defaults[which, 2])
    if np.any(at > tfhd.ends) or np.any(description != 1):
        raise NotUnderstood("heads of fragments that are too short, or samples of several kinds")
    return _Heads(track, base, _starts(words, parts.of(b"tfdt"), len(track)), lasts, sizes, flags)


def _alone(trafs: Boxes) -> Flags:
    """Whether each is the only one in its fragment."""
    alone: Flags = np.bincount(trafs.parents)[trafs.parents] == 1
    return alone


def _base(words: Words, at: Numbers, flags: Numbers, moof: Numbers, alone: Flags) -> Numbers:
    """8.8.7: a place of its own, the fragment's beginning, or (older, and clear for one track alone) the same."""
    told = (flags & 0x01) != 0
    own = words.wide(np.where(told, at, words.zeros))
    return np.where(told, own, np.where((flags & 0x20000 != 0) | alone, moof, -1))


def _optional(words: Words, at: Numbers, told: Numbers, else_: Numbers) -> tuple[Numbers, Numbers]:
    """A field that stands there or not, and where the next one stands."""
    there = told != 0
    return np.where(there, words.unsigned(at), else_), at + np.where(there, 4, 0)


def _starts(words: Words, tfdt: Boxes, heads: int) -> Numbers:
    wide = words.unsigned(tfdt.at) >> 24 != 0
    if np.any(tfdt.ends - tfdt.at < np.where(wide, 12, 8)) or np.bincount(tfdt.parents).max(initial=0) > 1:
        raise NotUnderstood("fragments that tell their time wrongly")
    starts = np.full(heads, -1, np.int64)
    starts[tfdt.parents[wide]] = words.wide(tfdt.at[wide] + 4)
    starts[tfdt.parents[~wide]] = words.unsigned(tfdt.at[~wide] + 4)
    return starts


def _samples(words: Words, runs: Boxes, heads: _Heads, mine: Flags, *, of_sound: bool) -> Samples:
    """The samples in those runs that are `mine`."""
    head, at, ends = runs.parents[mine], runs.at[mine], runs.ends[mine]
    if np.any(heads.base[head] < 0) or np.any(heads.starts[head] < 0):
        raise NotUnderstood("fragments that do not say where or when they are")
    flags, counts = words.unsigned(at) & 0xFFFFFF, words.unsigned(at + 4)
    if np.any(flags & 0x001 == 0) or int(counts.sum()) > MOST_AT_ONCE:
        raise NotUnderstood("fragments that do not say where their samples lie, or claim too many")
    begins = heads.base[head] + words.signed(at + 8)
    first, at = _optional(words, at + 12, flags & 0x004, heads.flags[head])
    columns = np.bitwise_count(flags & 0xF00).astype(np.int64)
    if np.any(at + 4 * columns * counts > ends):
        raise NotUnderstood("fragments that claim more samples than they hold")
    run = np.repeat(np.arange(len(at)), counts)
    number = np.arange(len(run)) - np.repeat(running(counts), counts)
    of, told = head[run], flags[run]
    place = at[run] + 4 * columns[run] * number
    lasts, place = _optional(words, place, told & 0x100, heads.lasts[of])
    sizes, place = _optional(words, place, told & 0x200, heads.sizes[of])
    marks, place = _optional(words, place, told & 0x400, np.where(number == 0, first[run], heads.flags[of]))
    delays = words.signed(np.where(told & 0x800 != 0, place, words.zeros))
    if np.any(lasts >= 1 << 31) or np.any((delays < 0) | (delays > FARTHEST)):
        # libav shows all of a fragmented track later where some of it is shown before it is decoded
        raise NotUnderstood("samples that last beyond all reason, or are shown before they are decoded")
    decode = heads.starts[of] + _since_first(lasts, of)
    keys = np.ones(len(run), np.bool_) if of_sound else marks & NOT_A_KEY == 0
    return Samples(begins[run] + _since_first(sizes, run), sizes, decode, lasts, decode + delays, keys)


def _since_first(lengths: Numbers, groups: Numbers) -> Numbers:
    """Where each begins within its group, a group being neighbours of the same number."""
    if not len(lengths):
        return lengths
    starts = running(lengths)
    new = np.flatnonzero(np.diff(groups, prepend=groups[0] - 1))
    return starts - np.repeat(starts[new], np.diff(new, append=len(groups)))
