"""A live Matroska stream: raw pictures and raw sound, each with its time, down one pipe.

Written by the encoder thread alone. Every block is a cluster of its own with an absolute time, so that neither a long
gap nor a long take meets the 16-bit offset of a block (RFC 9559, section 10). Sizes of the segment are unknown, as the
standard allows for live streams. One tick is 10 µs: 480 samples at 48 kHz are exactly 1000 ticks.
"""

import struct

from capture.model import SOUND_RATE, PictureFormat

TICKS_A_SECOND = 100_000
PICTURE_TRACK = 1
SOUND_TRACK = 2

_UNKNOWN_SIZE = b"\x01" + b"\xff" * 7


def _size(length: int) -> bytes:
    """An EBML variable-length size of eight bytes."""
    return (length | 1 << 56).to_bytes(8, "big")


def _element(identity: int, body: bytes) -> bytes:
    return identity.to_bytes((identity.bit_length() + 7) // 8, "big") + _size(len(body)) + body


def _number(identity: int, value: int) -> bytes:
    return _element(identity, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def _text(identity: int, value: str) -> bytes:
    return _element(identity, value.encode())


def _picture_track(picture: PictureFormat) -> bytes:
    # OpenCV's I420 is BT.601 in studio range, and webcams are sRGB: say so, or players guess by the size.
    colour = _number(0x55B1, 6) + _number(0x55B9, 1) + _number(0x55BA, 1) + _number(0x55BB, 1)
    video = (
        _number(0xB0, picture.width)
        + _number(0xBA, picture.height)
        + _number(0x9A, 2)  # progressive
        + _element(0x2EB524, b"I420")
        + _element(0x55B0, colour)
    )
    body = _number(0xD7, PICTURE_TRACK) + _number(0x73C5, PICTURE_TRACK) + _number(0x83, 1)
    # How long a picture stands, as far as that can be known before the next one is there: without it ffmpeg takes it
    # for nothing where sound ends a fragment, and the fragment's next picture begins as much too early.
    body += _number(0x23E383, round(1e9 / picture.fps))
    return _element(0xAE, body + _text(0x86, "V_UNCOMPRESSED") + _element(0xE0, video))


def _sound_track() -> bytes:
    audio = _element(0xB5, struct.pack(">d", SOUND_RATE)) + _number(0x9F, 1) + _number(0x6264, 16)
    body = _number(0xD7, SOUND_TRACK) + _number(0x73C5, SOUND_TRACK) + _number(0x83, 2)
    return _element(0xAE, body + _text(0x86, "A_PCM/INT/LIT") + _element(0xE1, audio))


def header(picture: PictureFormat | None, *, sound: bool) -> bytes:
    """The stream's beginning, for a picture of this size (I420, even sides) or none, and 16-bit mono sound or none."""
    ebml = _number(0x4286, 1) + _number(0x42F7, 1) + _number(0x42F2, 4) + _number(0x42F3, 8)
    ebml += _text(0x4282, "matroska") + _number(0x4287, 4) + _number(0x4285, 2)
    info = _number(0x2AD7B1, 1_000_000_000 // TICKS_A_SECOND) + _text(0x4D80, "diary") + _text(0x5741, "diary")
    tracks = (_picture_track(picture) if picture else b"") + (_sound_track() if sound else b"")
    segment = (0x18538067).to_bytes(4, "big") + _UNKNOWN_SIZE
    return _element(0x1A45DFA3, ebml) + segment + _element(0x1549A966, info) + _element(0x1654AE6B, tracks)


def block_head(track: int, at_ticks: int, length: int) -> bytes:
    """What stands before `length` bytes of one picture or one stretch of sound at this time (ticks from the start)."""
    time = _number(0xE7, at_ticks)
    simple = bytes((0x80 | track, 0, 0, 0x80))
    block = b"\xa3" + _size(len(simple) + length) + simple
    return (0x1F43B675).to_bytes(4, "big") + _size(len(time) + len(block) + length) + time + block
