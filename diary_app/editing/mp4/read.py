"""Where the samples of an MP4 or MOV file lie, when they are shown, and how: read from its boxes, never its pictures.

Only what is read with certainty is told; everything else is NotUnderstood, and somebody else has to read the file.
Costs milliseconds for a take of ten minutes, and little memory whatever the file claims. Any thread.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import numpy as np

from diary_app.editing.mp4.boxes import Box, NotUnderstood, maybe, one
from diary_app.editing.mp4.fragments import Moofs, read_defaults, read_moofs
from diary_app.editing.mp4.samples import PICTURES, SOUND, Look, Track
from diary_app.editing.mp4.tables import MOST_SAMPLES, Samples, joined, read_tables

__all__ = ["NotUnderstood", "Tracks", "read_tracks"]

WINDOW = 1024
"""Bytes read at a time: the index of one of our fragments."""
LARGEST_INDEX = 128 << 20
LARGEST = {b"moov": 64 << 20, b"moof": 8 << 20}
"""Bytes of the index in all, and of one of its boxes."""
BATCH = 2 << 20
"""Bytes of `moof` boxes that are looked at together."""
MOST_BOXES, BYTES_A_BOX = 1_000_000, 256
"""Outermost boxes: twelve hours of the recorder's fragments, and no more than so many bytes of the file allow."""
MOST_TRACKS = 64
LARGEST_ENTRY = 1 << 20
KNOWN = {
    PICTURES: (b"avc1", b"avc3", b"hvc1", b"hev1", b"av01", b"vp09", b"mp4v"),
    SOUND: (b"mp4a", b"Opus", b"ac-3", b"ec-3", b"fLaC", b"alac"),
}
"""Sample entries that libav can certainly decode; this sound is stored by the packet, and plain sound is not."""
LOCKED = (b"encv", b"enca", b"drmi", b"drms")
MANY_FRAGMENTS, HEAD_FRAGMENTS = 100, 20
"""libav reads a file of more fragments from end to end before it says anything; the first ones say as much."""
CUT_SHORT_S = Fraction(1, 10)
"""An edit list may leave out so much at the end of the sound: what an encoder filled its last packets up with."""
ONCE = 0x10000
"""The rate of an edit that plays as it is, 16.16 fixed point."""


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """What a file holds: the tracks that probe.video_of and probe.sound_in choose."""

    pictures: Track | None
    sound: Track | None
    count: int
    """Tracks of any kind in the file."""
    head: int
    """Bytes from the beginning that tell all but the length of a file of many fragments; 0 for any other file."""


@dataclass(frozen=True, slots=True, eq=False)
class _Index:
    """The boxes of a file that say where the rest is."""

    moov: Box
    moofs: Sequence[bytes]
    places: Sequence[int]
    """Where in the file each `moof` begins."""
    size: int
    """Bytes of the file."""


@dataclass(frozen=True, slots=True, eq=False)
class _Trak:
    """One `trak` box and what it is called."""

    number: int
    kind: bytes
    boxes: dict[bytes, list[Box]]
    mdia: dict[bytes, list[Box]]


def read_tracks(path: Path) -> Tracks:
    """The pictures and the sound of a file. Raises NotUnderstood and OSError."""
    with path.open("rb", buffering=0) as file:
        index = _index(file)
    moov = index.moov.children()
    if b"cmov" in moov or len(moov.get(b"trak", [])) > MOST_TRACKS:
        raise NotUnderstood("a compressed index, or too many tracks")
    traks = [_trak(box) for box in moov.get(b"trak", [])]
    if len({trak.number for trak in traks}) < len(traks):
        raise NotUnderstood("two tracks of the same number")
    pictures, sound = _chosen(traks, PICTURES), _chosen(traks, SOUND)
    wanted = [trak for trak in (pictures, sound) if trak is not None]
    later = _in_fragments(index, moov, wanted)
    hertz = _timescale(one(moov, b"mvhd"))
    read = {trak.kind: _track(trak, later[trak.number], index=index, movie_hertz=hertz) for trak in wanted}
    head = index.places[HEAD_FRAGMENTS] if len(index.places) > MANY_FRAGMENTS else 0
    return Tracks(read.get(PICTURES), read.get(SOUND), len(traks), head)


# -- the outermost boxes -----------------------------------------------------------------------------------------------


def _index(file: BinaryIO) -> _Index:
    size = file.seek(0, 2)
    moov: bytes | None = None
    moofs: list[bytes] = []
    places: list[int] = []
    for at, data in _index_boxes(file, size):
        if data[4:8] == b"moof":
            moofs.append(data)
            places.append(at)
        elif moov is not None:
            raise NotUnderstood("two indexes")
        else:
            moov = data
    if moov is None:
        raise NotUnderstood("no index")
    return _Index(Box(moov, 8, len(moov)), moofs, places, size)


def _index_boxes(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    """Every `moov` and `moof`, and where it begins. Boxes of other names are skipped."""
    at = of_index = 0
    window, begins = b"", 0
    for _ in range(min(MOST_BOXES, 1000 + size // BYTES_A_BOX)):
        if size - at < 8:
            return
        if at + 16 > begins + len(window):
            window, begins = _read(file, at, WINDOW), at
        here = at - begins
        head = window[here : here + 16].ljust(16, b"\0")
        length, kind = struct.unpack_from(">I4s", head)
        if length == 1 and kind not in LARGEST:
            length = struct.unpack_from(">Q", head, 8)[0]
        elif length == 0:
            length = size - at
        if not 8 <= length <= size - at:
            raise NotUnderstood("cut short, or broken")
        if kind in LARGEST:
            of_index += length
            if of_index > LARGEST_INDEX or length > LARGEST[kind]:
                raise NotUnderstood("an index larger than any honest one")
            inside = window[here : here + length]
            yield at, inside if len(inside) == length else _whole(file, at, length)
        at += length
    raise NotUnderstood("too many boxes")


def _read(file: BinaryIO, at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)


def _whole(file: BinaryIO, at: int, length: int) -> bytes:
    data = _read(file, at, length)
    if len(data) != length:
        raise NotUnderstood("it grows shorter while it is read")
    return data


# -- tracks ------------------------------------------------------------------------------------------------------------


def _trak(box: Box) -> _Trak:
    boxes = box.children()
    mdia = one(boxes, b"mdia").children()
    tkhd = one(boxes, b"tkhd")
    (number,) = tkhd.numbers("I", 20 if _version(tkhd) else 12)
    return _Trak(number, one(mdia, b"hdlr").body[8:12], boxes, mdia)


def _chosen(traks: Sequence[_Trak], kind: bytes) -> _Trak | None:
    """The first of a kind that is not another one's chapters: libav takes their pictures for covers."""
    chapters = {number for trak in traks for number in _chapters(trak)}
    found = [trak for trak in traks if trak.kind == kind and trak.number not in chapters]
    if len(found) > 1 and _entry(_stbl(found[0]))[4:8] not in KNOWN[kind]:
        raise NotUnderstood("several tracks of a kind, and the first of them is strange")
    return found[0] if found else None


def _chapters(trak: _Trak) -> tuple[int, ...]:
    tref = maybe(trak.boxes, b"tref")
    chap = maybe(tref.children(), b"chap") if tref else None
    return chap.numbers(f"{(chap.end - chap.at) // 4}I") if chap else ()


def _stbl(trak: _Trak) -> dict[bytes, list[Box]]:
    return one(one(trak.mdia, b"minf").children(), b"stbl").children()


def _version(box: Box) -> int:
    return box.numbers("B")[0]


def _timescale(header: Box) -> int:
    """Ticks a second, of a `mvhd` or `mdhd`."""
    (hertz,) = header.numbers("I", 20 if _version(header) else 12)
    if not hertz:
        raise NotUnderstood("a clock that stands still")
    return hertz


def _entry(stbl: dict[bytes, list[Box]]) -> bytes:
    """The one sample entry, with its own head."""
    stsd = one(stbl, b"stsd")
    found = stsd.children(8)
    if stsd.numbers("I", 4) != (1,) or sum(map(len, found.values())) != 1:
        raise NotUnderstood("samples of several kinds, or of none")
    ((kind, (entry,)),) = found.items()
    if kind in LOCKED or entry.end - entry.at > LARGEST_ENTRY:
        raise NotUnderstood("locked, or described at too great a length")
    return entry.data[entry.at - 8 : entry.end]


def _check_in_this_file(trak: _Trak, entry: bytes) -> None:
    dinf = one(one(trak.mdia, b"minf").children(), b"dinf")
    dref = one(dinf.children(), b"dref")
    files = [each for kind in dref.children(8).values() for each in kind]
    if any(each.numbers("I")[0] & 1 == 0 for each in files):
        raise NotUnderstood("samples that lie in another file")
    if not 1 <= int.from_bytes(entry[14:16], "big") <= len(files):
        raise NotUnderstood("samples that lie nowhere")


def _look(trak: _Trak, entry: bytes) -> Look:
    tkhd = one(trak.boxes, b"tkhd")
    matrix, shown_size = struct.unpack("36s8s", bytes(tkhd.numbers("44B", 52 if _version(tkhd) else 40)))
    return Look(entry, matrix, shown_size)


def _track(trak: _Trak, later: Sequence[Samples], *, index: _Index, movie_hertz: int) -> Track:
    stbl = _stbl(trak)
    entry = _entry(stbl)
    _check_in_this_file(trak, entry)
    samples = joined([read_tables(stbl, of_sound=trak.kind == SOUND, room=index.size), *later])
    _check(samples, index.size)
    if trak.kind == SOUND and entry[4:8] not in KNOWN[SOUND] and bool(np.all(samples.sizes == samples.sizes[0])):
        raise NotUnderstood("plain sound")
    hertz = _timescale(one(trak.mdia, b"mdhd"))
    edts = maybe(trak.boxes, b"edts")
    elst = maybe(edts.children(), b"elst") if edts else None
    clocks = _Clocks(hertz, movie_hertz)
    return Track(
        kind=trak.kind,
        timescale=hertz,
        look=_look(trak, entry),
        offsets=samples.offsets,
        sizes=samples.sizes,
        decode=samples.decode,
        shown=samples.shown,
        keys=samples.keys,
        last_ticks=int(samples.lasts[-1]),
        begins=_begins(elst, samples, clocks, trak.kind, whole=not index.moofs) if elst else Fraction(0),
    )


def _check(samples: Samples, size: int) -> None:
    """They lie in the file, each in its own place, and in order."""
    if not len(samples.sizes) or len(samples.sizes) > MOST_SAMPLES:
        raise NotUnderstood("a track of nothing, or of too much")
    if np.any(samples.sizes <= 0) or int(samples.sizes.sum()) > size:
        raise NotUnderstood("samples of nothing, or the same ones again and again")
    if np.any(samples.offsets < 0) or np.any(samples.offsets > size - samples.sizes):
        raise NotUnderstood("samples outside the file")
    if np.any(np.diff(samples.decode) < 0):
        raise NotUnderstood("time that runs backwards")


# -- edit lists --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Clocks:
    """Ticks a second."""

    track: int
    movie: int


def _begins(elst: Box, samples: Samples, clocks: _Clocks, kind: bytes, *, whole: bool) -> Fraction:
    """When tick 0 is shown: after an empty edit, and before the edit itself if that leaves a lead-in out."""
    (count,) = elst.numbers("I", 4)
    if count == 0:
        return Fraction(0)
    if count > 2:
        raise NotUnderstood("a film that was edited")
    form, width = ("Qqi", 20) if _version(elst) else ("Iii", 12)
    *waits, (lasts, first, rate) = [elst.numbers(form, 8 + width * row) for row in range(count)]
    if any(wait[1] != -1 for wait in waits) or first < 0 or rate != ONCE:
        raise NotUnderstood("a film that was edited")
    if first > int(samples.shown.max()):
        raise NotUnderstood("an edit that shows nothing")
    if whole or lasts:
        _check_end(samples, Fraction(first, clocks.track) + Fraction(lasts, clocks.movie), clocks, kind)
    return sum((Fraction(wait[0], clocks.movie) for wait in waits), Fraction(0)) - Fraction(first, clocks.track)


def _check_end(samples: Samples, end_s: Fraction, clocks: _Clocks, kind: bytes) -> None:
    """Fragments may leave it open how long an edit lasts; all others last to the end of the track."""
    last = int(np.argmax(samples.shown))
    begins_s = Fraction(int(samples.shown[last]), clocks.track)
    if kind == SOUND:
        fine = begins_s + Fraction(int(samples.lasts[last]), clocks.track) <= end_s + CUT_SHORT_S
    else:
        fine = begins_s < end_s + Fraction(1, clocks.movie)
    if not fine:
        raise NotUnderstood("an edit that leaves out the end")


# -- fragments ---------------------------------------------------------------------------------------------------------


def _in_fragments(index: _Index, moov: dict[bytes, list[Box]], wanted: Sequence[_Trak]) -> dict[int, list[Samples]]:
    """What the fragments hold of the wanted tracks, by the track's number."""
    found: dict[int, list[Samples]] = {trak.number: [] for trak in wanted}
    if not index.moofs:
        return found
    told = dict(read_defaults(trex) for trex in one(moov, b"mvex").children().get(b"trex", []))
    if any(number not in told for number in found):
        raise NotUnderstood("fragments of a track that does not announce any")
    tracks = {number: told[number] for number in found}
    sound = next((trak.number for trak in wanted if trak.kind == SOUND), None)
    count = 0
    for moofs in _batches(index):
        for number, samples in read_moofs(moofs, tracks, sound=sound).items():
            found[number].append(samples)
            count += len(samples.sizes)
        if count > 2 * MOST_SAMPLES:
            raise NotUnderstood("too many samples")
    return found


def _batches(index: _Index) -> Iterator[Moofs]:
    lengths = np.array([len(moof) for moof in index.moofs], np.int64)
    places = np.array(index.places, np.int64)
    ends = np.cumsum(lengths)
    begin = 0
    while begin < len(lengths):
        before = int(ends[begin] - lengths[begin])
        stop = max(begin + 1, int(np.searchsorted(ends, before + BATCH, side="right")))
        here = slice(begin, stop)
        at = ends[here] - lengths[here] - before
        yield Moofs(b"".join(index.moofs[here]), at, at + lengths[here], places[here])
        begin = stop
