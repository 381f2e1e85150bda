"""Long takes in a moment: the fragments of a short one again and again, each time later. Nothing is encoded."""

import struct
from collections.abc import Container, Iterator
from pathlib import Path

from capture.fragments import HEAD_BYTES, PICTURE_HZ, PRIMING, SOUND_HZ, Box, box_at, children, runs_of, tracks_of


def repeat(take: Path, out: Path, times: int, *, without: Container[int] = ()) -> Path:
    """Write a take that is this one so many times over, with as many fragments: its sound goes on without a gap.

    `without` are the times that are left out: nothing was captured while they lasted.
    The take is one that the recorder's encoder wrote, with sound at least as long as its pictures.
    """
    data = take.read_bytes()
    boxes = list(_boxes(data))
    first = next(number for number, box in enumerate(boxes) if box.kind == b"moof")
    moov = next(data[box.at : box.end] for box in boxes if box.kind == b"moov")
    hertz = {number: SOUND_HZ if kind == b"soun" else PICTURE_HZ for number, kind in tracks_of(moov).items()}
    ticks = _sound_ticks(data, boxes, hertz)
    with out.open("wb") as file:
        file.write(data[: boxes[first].at])
        for number in (number for number in range(times) if number not in without):
            later = {track: ticks * rate // SOUND_HZ * number for track, rate in hertz.items()}
            for box in boxes[first:]:
                raw = data[box.at : box.end]
                file.write(_later(raw, later) if box.kind == b"moof" else raw)
    return out


def _boxes(data: bytes) -> Iterator[Box]:
    at = 0
    while (box := box_at(data[at : at + HEAD_BYTES], at)) is not None:
        yield box
        at = box.end


def _sound_ticks(data: bytes, boxes: list[Box], hertz: dict[int, int]) -> int:
    """How long the sound is, with what stands before its first fragment: whole packets of 1024 samples."""
    track = next(number for number, rate in hertz.items() if rate == SOUND_HZ)
    moofs = (data[box.at : box.end] for box in boxes if box.kind == b"moof")
    end = max(run.end for moof in moofs if (run := runs_of(moof).get(track)) is not None)
    return -(-end // PRIMING) * PRIMING  # the last packet may be said to be shorter than it is


def _later(moof: bytes, later: dict[int, int]) -> bytes:
    """The same `moof` with the samples of each track so many ticks later."""
    out = bytearray(moof)
    for kind, at, end in children(moof):
        if kind != b"traf":
            continue
        traf = moof[at - 8 : end]
        number = 0
        for name, start, _end in children(traf):
            if name == b"tfhd":
                number = struct.unpack_from(">I", traf, start + 4)[0]
            if name == b"tfdt":
                form = ">Q" if traf[start] else ">I"
                begins = struct.unpack_from(form, traf, start + 4)[0]
                struct.pack_into(form, out, at - 8 + start + 4, begins + later.get(number, 0))
    return bytes(out)
