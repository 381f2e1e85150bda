"""Boxes of a fragmented MP4 made by hand (ISO/IEC 14496-12, 8.8): fragments as rare as a test wants them."""

import struct
from collections.abc import Sequence


def box(kind: bytes, body: bytes) -> bytes:
    """One box."""
    return struct.pack(">I4s", 8 + len(body), kind) + body


def track(number: int, start: int, durations: Sequence[int]) -> bytes:
    """A `traf`: samples of these lengths, in ticks, from this tick on."""
    tfhd = box(b"tfhd", struct.pack(">II", 0x020000, number))
    tfdt = box(b"tfdt", struct.pack(">IQ", 0x01000000, start))
    samples = b"".join(struct.pack(">II", duration, 100) for duration in durations)
    return box(b"traf", tfhd + tfdt + box(b"trun", struct.pack(">IIi", 0x301, len(durations), 8) + samples))


def fragment(*tracks: bytes) -> bytes:
    """A `moof` of these tracks with its `mdat`."""
    return box(b"moof", box(b"mfhd", bytes(8)) + b"".join(tracks)) + box(b"mdat", bytes(16))
