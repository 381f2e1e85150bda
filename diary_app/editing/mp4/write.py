"""Writes an MP4 that plays at once: `ftyp`, `moov`, and a `mdat` whose bytes are copied from where they lie.

ISO/IEC 14496-12. Nothing of whoever made it or of the devices is in it, and no date: the same tracks give the same
bytes. The tables are numpy's; memory does not grow with the length of a film but for them. Any thread.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from diary_app.editing.mp4.boxes import box, full
from diary_app.editing.mp4.copying import Places, copy, write_all
from diary_app.editing.mp4.entries import clean_entry
from diary_app.editing.mp4.samples import PICTURES, SOUND, MadeTrack, Numbers
from diary_app.editing.mp4.tables import running
from diary_app.editing.progress import Meter

CHUNKS_A_SECOND = 2
"""Pictures and sound lie in turns of half a second, so that a player has both as soon as they come in."""
AS_STORED = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
UNDETERMINED = 0x55C4
"""The language `und`, five bits a letter."""
MOST_32 = 1 << 32


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """All samples in the order in which they lie in the file."""

    places: Places
    """Where their bytes come from."""
    chunks: Sequence[tuple[Numbers, Numbers]]
    """Of each track: where its chunks begin in `mdat`, and how many samples each holds."""
    size: int
    """Bytes."""


def write_mp4(out: Path, tracks: Sequence[MadeTrack], meter: Meter, *, tags: bytes = b"") -> None:
    """Write these tracks, each of one sample or more, with sources that stay as they are meanwhile.

    tags: what the file says of itself, as a whole `udta` box.
    Raises OSError, EditStopped, and NotUnderstood for a broken sample entry; then `out` is of no use.
    """
    for track in tracks:
        _check(track)
    sources = list(dict.fromkeys(stretch.file for track in tracks for stretch in track.stretches))
    layout = _laid_out(tracks, sources)
    meter.check()
    with out.open("wb", buffering=0) as file:
        write_all(file, [memoryview(_head(tracks, layout, tags))])
        copy(sources, layout.places, file, meter)
    meter.report(1.0)


def _check(track: MadeTrack) -> None:
    counts = {len(track.decode), len(track.shown), len(track.keys), sum(len(each.sizes) for each in track.stretches)}
    if len(counts) != 1 or not len(track.decode) or track.decode[0] or np.any(track.shown < track.decode):
        raise ValueError("a track that contradicts itself")


# -- in which order ----------------------------------------------------------------------------------------------------


def _laid_out(tracks: Sequence[MadeTrack], sources: Sequence[Path]) -> _Layout:
    number = {path: at for at, path in enumerate(sources)}
    stretches = [stretch for track in tracks for stretch in track.stretches]
    places = Places(
        files=np.concatenate([np.full(len(each.sizes), number[each.file], np.int64) for each in stretches]),
        offsets=np.concatenate([each.offsets for each in stretches]),
        sizes=np.concatenate([each.sizes for each in stretches]),
    )
    owners = np.concatenate([np.full(len(track.decode), at) for at, track in enumerate(tracks)])
    times = [(track.decode - track.lead) * CHUNKS_A_SECOND // track.timescale for track in tracks]
    turns = _ranks(np.concatenate(times))
    order = _order(places, owners, turns)
    places = Places(places.files[order], places.offsets[order], places.sizes[order])
    owners, turns = owners[order], turns[order]
    firsts = np.flatnonzero((np.diff(owners, prepend=-1) != 0) | (np.diff(turns, prepend=-1) != 0))
    starts, held = running(places.sizes)[firsts], np.diff(firsts, append=len(order))
    mine = [owners[firsts] == at for at in range(len(tracks))]
    return _Layout(places, [(starts[here], held[here]) for here in mine], int(places.sizes.sum()))


def _ranks(values: Numbers) -> Numbers:
    """Which of the different values each one is, from 0. (np.unique would load a module for 20 ms.)"""
    ordered = np.sort(values)
    different = ordered[np.concatenate(([True], np.diff(ordered) > 0))]
    return np.searchsorted(different, values).astype(np.int64)


def _order(places: Places, owners: Numbers, turns: Numbers) -> Numbers:
    """Turn by turn. Within one, as they lie in the source where that is clear, so that they are copied together."""
    same = (np.diff(owners) == 0) & (np.diff(turns) == 0)
    unclear = np.zeros(int(turns.max()) + 1, np.bool_)
    unclear[turns[1:][same & (np.diff(places.offsets) <= 0)]] = True
    lowest, highest = np.full(len(unclear), len(places.files)), np.zeros(len(unclear), np.int64)
    np.minimum.at(lowest, turns, places.files)
    np.maximum.at(highest, turns, places.files)
    unclear |= lowest != highest
    return np.lexsort((np.arange(len(turns)), np.where(unclear[turns], owners, places.offsets), turns))


# -- boxes -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Times:
    """How a file tells time."""

    hertz: int
    """Ticks a second of the film as a whole: those of the sound, so that it ends at the very sample."""
    wide: bool
    """Whether some times need 64 bits."""

    def of(self, track: MadeTrack) -> int:
        """How long a track plays, in ticks of the film."""
        return round(track.seconds * self.hertz)

    def header(self, kind: bytes, hertz: bytes, lasts: int, rest: bytes, *, flags: int = 0) -> bytes:
        """A box that begins with two dates, something, and a duration."""
        dates, duration = (bytes(16), struct.pack(">Q", lasts)) if self.wide else (bytes(8), struct.pack(">I", lasts))
        return full(kind, dates, hertz, duration, rest, version=int(self.wide), flags=flags)


def _head(tracks: Sequence[MadeTrack], layout: _Layout, tags: bytes) -> bytes:
    """All that stands before the samples."""
    brands = [b"isom", b"iso2", b"mp41"]
    brands += [b"avc1"] if any(each.look.entry[4:8] == b"avc1" for each in tracks) else []
    alone = all(each.kind == SOUND for each in tracks)
    ftyp = box(b"ftyp", b"M4A " if alone else b"isom", struct.pack(">I", 0x200), *([b"M4A "] if alone else []), *brands)
    far = layout.size + (64 << 20) >= MOST_32
    mdat = struct.pack(">I4sQ", 1, b"mdat", 16 + layout.size) if far else struct.pack(">I4s", 8 + layout.size, b"mdat")
    before = len(ftyp) + len(_moov(tracks, layout, 0, tags, far=far)) + len(mdat)
    return ftyp + _moov(tracks, layout, before, tags, far=far) + mdat


def _moov(tracks: Sequence[MadeTrack], layout: _Layout, before: int, tags: bytes, *, far: bool) -> bytes:
    """The index of a file whose samples begin after so many bytes; `far` where that file has four gigabytes or more."""
    hertz = next((track.timescale for track in tracks if track.kind != PICTURES), tracks[0].timescale)
    longest = max(int(track.decode[-1]) + track.last_ticks for track in tracks)
    seconds = max(track.seconds for track in tracks)
    times = _Times(hertz, wide=longest >= MOST_32 // 2 or seconds * hertz >= MOST_32 // 2)
    rest = struct.pack(">IH10x", 0x10000, 0x100) + AS_STORED + bytes(24) + struct.pack(">I", len(tracks) + 1)
    mvhd = times.header(b"mvhd", struct.pack(">I", hertz), max(map(times.of, tracks)), rest)
    traks = [
        _trak(number, track, times, _stco(starts + before, far=far), held)
        for number, (track, (starts, held)) in enumerate(zip(tracks, layout.chunks, strict=True), 1)
    ]
    return box(b"moov", mvhd, *traks, tags)


def _trak(number: int, track: MadeTrack, times: _Times, stco: bytes, held: Numbers) -> bytes:
    volume = 0 if track.kind == PICTURES else 0x100
    place = bytes(12) + struct.pack(">H2x", volume) + (track.look.matrix or AS_STORED) + track.look.shown_size
    tkhd = times.header(b"tkhd", struct.pack(">I4x", number), times.of(track), place, flags=3)
    edit = struct.pack(">IQqI" if times.wide else ">IIiI", 1, times.of(track), track.lead, 0x10000)
    edts = box(b"edts", full(b"elst", edit, version=int(times.wide)))
    lasts = int(track.decode[-1]) + track.last_ticks
    mdhd = times.header(b"mdhd", struct.pack(">I", track.timescale), lasts, struct.pack(">H2x", UNDETERMINED))
    hdlr = full(b"hdlr", bytes(4), track.kind, bytes(13))
    media = full(b"vmhd", bytes(8), flags=1) if track.kind == PICTURES else full(b"smhd", bytes(4))
    dinf = box(b"dinf", full(b"dref", struct.pack(">I", 1), full(b"url ", flags=1)))
    return box(b"trak", tkhd, edts, box(b"mdia", mdhd, hdlr, box(b"minf", media, dinf, _stbl(track, stco, held))))


def _stbl(track: MadeTrack, stco: bytes, held: Numbers) -> bytes:
    lasts = np.diff(track.decode, append=track.decode[-1] + track.last_ticks)
    delays = track.shown - track.decode
    firsts = np.flatnonzero(np.diff(held, prepend=-1))
    chunks = np.stack((firsts + 1, held[firsts], np.ones_like(firsts)), axis=1)
    return box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 1), clean_entry(track.look.entry, track.kind)),
        _table(b"stts", _runs(lasts)),
        _table(b"ctts", _runs(delays)) if np.any(delays) else b"",
        b"" if np.all(track.keys) else _table(b"stss", np.flatnonzero(track.keys) + 1),
        _table(b"stsc", chunks),
        _stsz(np.concatenate([stretch.sizes for stretch in track.stretches])),
        stco,
    )


def _stsz(sizes: Numbers) -> bytes:
    if np.all(sizes == sizes[0]):
        return full(b"stsz", struct.pack(">II", sizes[0], len(sizes)))
    return full(b"stsz", struct.pack(">II", 0, len(sizes)), _numbers(sizes))


def _stco(offsets: Numbers, *, far: bool) -> bytes:
    if far:
        return full(b"co64", struct.pack(">I", len(offsets)), offsets.astype(">u8").tobytes())
    return _table(b"stco", offsets)


def _table(kind: bytes, rows: Numbers) -> bytes:
    return full(kind, struct.pack(">I", len(rows)), _numbers(rows))


def _numbers(values: Numbers) -> bytes:
    if np.any((values < 0) | (values >= MOST_32)):
        raise ValueError("a number that does not fit into its table")
    return values.astype(">u4").tobytes()


def _runs(values: Numbers) -> Numbers:
    """Rows of how often and what."""
    firsts = np.flatnonzero(np.diff(values, prepend=values[0] - 1))
    return np.stack((np.diff(firsts, append=len(values)), values[firsts]), axis=1)
