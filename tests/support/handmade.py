"""Media files made by hand, byte by byte: just enough of each container for a claim that is not true.

What is made of it: tests/support/hostile.py.
"""

import re
import struct
import zlib
from dataclasses import dataclass

import numpy as np

from tests.support.boxes import box

MILLION = 1_000_000
MANY = 2**31 - 1


# -- MP4 and QuickTime -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sample:
    """A track of one sample, and what its header says about it. An empty `tables` means the honest ones."""

    entry: bytes
    data: bytes
    handler: bytes = b"vide"
    timescale: int = 1000
    duration: int = 1000
    tables: bytes = b""
    references: bytes = b""


def mp4(*samples: Sample, more: bytes = b"", timescale: int = 1000, duration: int = 1000) -> bytes:
    """A file with one track for each sample; `more` goes into the `moov`."""
    head = box(b"ftyp", b"isom\0\0\2\0isommp41")
    at, tracks = len(head) + 8, b""
    for number, sample in enumerate(samples, 1):
        tracks += _track(number, sample, at)
        at += len(sample.data)
    mvhd = struct.pack(">IIIII", 0, 0, 0, timescale, duration) + struct.pack(">IH10x", 0x10000, 0x100) + MATRIX
    moov = box(b"moov", box(b"mvhd", mvhd + bytes(24) + struct.pack(">I", 9)) + tracks + more)
    return head + box(b"mdat", b"".join(sample.data for sample in samples)) + moov


MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def _track(number: int, sample: Sample, at: int) -> bytes:
    tkhd = struct.pack(">IIIIII8xHHHH", 3, 0, 0, number, 0, 1000, 0, 0, 0, 0) + MATRIX + struct.pack(">II", 0, 0)
    mdhd = struct.pack(">IIIIIHH", 0, 0, 0, sample.timescale, sample.duration, 0x55C4, 0)
    hdlr = bytes(8) + sample.handler + bytes(13)
    references = sample.references or box(b"url ", b"\0\0\0\1")
    dinf = box(b"dinf", box(b"dref", struct.pack(">II", 0, 1) + references))
    stbl = box(b"stsd", struct.pack(">II", 0, 1) + sample.entry) + (sample.tables or honest(len(sample.data), at))
    minf = box(b"minf", box(b"vmhd", struct.pack(">IQ", 1, 0)) + dinf + box(b"stbl", stbl))
    return box(b"trak", box(b"tkhd", tkhd) + box(b"mdia", box(b"mdhd", mdhd) + box(b"hdlr", hdlr) + minf))


def honest(size: int, at: int = 36) -> bytes:
    """The tables of one sample of so many bytes that begins at this byte of the file."""
    return (
        table(b"stts", 1, struct.pack(">II", 1, 1000))
        + table(b"stsc", 1, struct.pack(">III", 1, 1, 1))
        + box(b"stsz", struct.pack(">III", 0, size, 1))
        + table(b"stco", 1, struct.pack(">I", at))
    )


def table(kind: bytes, count: int, entries: bytes) -> bytes:
    """A table that claims so many entries."""
    return box(kind, struct.pack(">II", 0, count) + entries)


def picture_entry(kind: bytes, width: int, height: int, setup: bytes = b"") -> bytes:
    """The description of a track of pictures."""
    dots = struct.pack(">6xH16xHHIIIH32xHh", 1, width, height, 0x480000, 0x480000, 0, 1, 24, -1)
    return box(kind, dots + setup)


def sound_entry(kind: bytes = b"sowt", *, rate: int = 48_000, channels: int = 1) -> bytes:
    """The description of a track of plain samples of 16 bits."""
    return box(kind, struct.pack(">6xH8xHHHHI", 1, channels, 16, 0, 0, rate << 16))


# -- pictures that are larger than any memory --------------------------------------------------------------------------


def _ue(number: int) -> str:
    """Exp-Golomb (ITU-T H.264, 9.1)."""
    bits = bin(number + 1)[2:]
    return "0" * (len(bits) - 1) + bits


def _nal(head: int, bits: str) -> bytes:
    bits += "1"
    bits += "0" * (-len(bits) % 8)
    body = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return bytes([head]) + re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", body)


GREY_BLOCK = "00100111"
"""Intra 16x16, mean prediction, nothing added: eight bits for 256 dots."""


def h264(width: int, height: int, *, blocks: int | None = None, said: tuple[int, int] | None = None) -> Sample:
    """One grey picture of H.264, valid to the last block (or to `blocks`); `said` is what the container says of it."""
    across, down = -(-width // 16), -(-height // 16)
    start = f"{66:08b}{0:08b}{62:08b}" + _ue(0) + _ue(0) + _ue(2) + _ue(1) + "0"
    sps = _nal(0x67, start + _ue(across - 1) + _ue(down - 1) + "1100")
    pps = _nal(0x68, _ue(0) * 2 + "00" + _ue(0) * 3 + "000" + _ue(0) * 3 + "000")
    head = _ue(0) + _ue(7) + _ue(0) + "0000" + _ue(0) + "00" + _ue(0)
    picture = _nal(0x65, head + GREY_BLOCK * (across * down if blocks is None else blocks))
    setup = (
        b"\x01\x42\x00\x3e\xff\xe1" + struct.pack(">H", len(sps)) + sps + b"\x01" + struct.pack(">H", len(pps)) + pps
    )
    shown = said or (min(width, 65535), min(height, 65535))
    return Sample(picture_entry(b"avc1", *shown, box(b"avcC", setup)), struct.pack(">I", len(picture)) + picture)


def png(width: int, height: int) -> bytes:
    """A black picture whose rows are all there, in a thousandth of their size."""
    block = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = block.compress(bytes(1 << 20)) + block.flush(zlib.Z_FULL_FLUSH)
    rows = b"\x78\xda" + zeros * (1 + (min(height * (3 * width + 1), 1 << 29) >> 20))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def jpeg(width: int, height: int) -> bytes:
    """A grey picture, whole: two bits for 64 dots."""

    def part(mark: int, body: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body

    code = bytes([1, *bytes(15), 0])
    tables = part(0xDB, b"\0" + b"\1" * 64) + part(0xC4, b"\x00" + code) + part(0xC4, b"\x10" + code)
    frame = part(0xC0, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0))
    blocks = min(-(-width // 8) * -(-height // 8), 4 * MILLION)
    return b"\xff\xd8" + tables + frame + part(0xDA, b"\1\1\0\0\x3f\0") + bytes(blocks // 4) + b"\xff\xd9"


def still(kind: bytes, data: bytes, width: int, height: int) -> bytes:
    """A film of one still picture."""
    return mp4(Sample(picture_entry(kind, width, height), data))


# -- a million of something --------------------------------------------------------------------------------------------


def numbered(template: bytes, count: int) -> bytes:
    """The template so many times; its seven digits `0000000` count up."""
    rows = np.tile(np.frombuffer(template, np.uint8), (count, 1))
    at, numbers = template.index(b"0000000"), np.arange(count)
    for place in range(7):
        rows[:, at + place] = numbers // 10 ** (6 - place) % 10 + ord("0")
    return rows.tobytes()


def id3(frames: bytes) -> bytes:
    """A tag in front of an MP3 (ID3 2.4)."""
    return b"ID3\4\0\0" + _safe(len(frames)) + frames + (b"\xff\xfb\x90\xc4" + bytes(413)) * 12


def _safe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def id3_frame(kind: bytes, body: bytes, flags: int = 0) -> bytes:
    return kind + _safe(len(body)) + struct.pack(">H", flags) + body


def tags_of_mp3(count: int) -> bytes:
    return id3(numbered(id3_frame(b"TXXX", b"\x000000000\0v"), count))


def swollen_tag(size: int) -> bytes:
    """One compressed tag that grows to so many bytes."""
    return id3(id3_frame(b"TXXX", _safe(size) + _packed(b"x", size), 0x0009))


def _packed(byte: bytes, size: int) -> bytes:
    """So many of one byte, compressed by a million at a time (RFC 1950, 1951)."""
    block, compress, check = byte * (1 << 20), zlib.compressobj(9, zlib.DEFLATED, -15), 1
    packed = compress.compress(block) + compress.flush(zlib.Z_FULL_FLUSH)
    for _ in range(size >> 20):
        check = zlib.adler32(block, check)
    return b"\x78\xda" + packed * (size >> 20) + b"\3\0" + struct.pack(">I", check)


def tags_of_mp4(count: int) -> bytes:
    """Keys and values of a `meta` box, as Apple writes them."""
    keys = box(b"keys", struct.pack(">II", 0, count) + numbered(box(b"mdta", b"key0000000"), count))
    value = box(b"data", struct.pack(">II", 1, 0) + b"v")
    values = np.tile(np.frombuffer(box(b"\0\0\0\0", value), np.uint8), (count, 1))
    values[:, 4:8] = np.arange(1, count + 1).astype(">u4").view(np.uint8).reshape(count, 4)
    hdlr = box(b"hdlr", bytes(8) + b"mdta" + bytes(13))
    return mp4(plain_sound(), more=box(b"meta", hdlr + keys + box(b"ilst", values.tobytes())))


def plain_sound() -> Sample:
    """A tenth of a second of silence."""
    return Sample(sound_entry(), bytes(9600), handler=b"soun")


# -- Matroska ----------------------------------------------------------------------------------------------------------


def element(mark: str, body: bytes, *, claims: int | None = None) -> bytes:
    """One element; `claims` is the size that it gives itself."""
    size = len(body) if claims is None else claims
    return bytes.fromhex(mark) + struct.pack(">Q", size | 1 << 56) + body


def matroska(*more: bytes, duration_ms: float = 100.0, first: bytes = b"") -> bytes:
    """A tenth of a second of silence, with more elements in its segment."""
    head = element("1A45DFA3", element("4282", b"matroska"))
    info = element(
        "1549A966", element("2AD7B1", b"\x0f\x42\x40") + element("4489", struct.pack(">d", duration_ms)) + first
    )
    audio = element("E1", element("B5", struct.pack(">d", 48000.0)) + element("9F", b"\1") + element("6264", b"\x10"))
    entry = (
        element("D7", b"\1") + element("73C5", b"\1") + element("83", b"\2") + element("86", b"A_PCM/INT/LIT") + audio
    )
    cluster = element("1F43B675", element("E7", b"\0") + element("A3", b"\x81\0\0\x80" + bytes(9600)))
    return head + element("18538067", info + element("1654AE6B", element("AE", entry)) + b"".join(more) + cluster)


# -- other containers --------------------------------------------------------------------------------------------------


def wav(data: bytes, *, claims: int | None = None, rate: int = 48_000) -> bytes:
    """Plain samples, one channel of 16 bits."""
    size = len(data) if claims is None else claims
    head = struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16)
    return (
        b"RIFF"
        + struct.pack("<I", min(size + 36, 2**32 - 1))
        + b"WAVEfmt "
        + head
        + b"data"
        + struct.pack("<I", size)
        + data
    )


def avi_of_streams(count: int) -> bytes:
    """A header of so many tracks, and nothing else."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

    strh = chunk(b"strh", b"auds" + struct.pack("<IIIIIIIIIII8x", 0, 0, 0, 0, 1, 48000, 0, MANY, 0, 0, 2))
    strf = chunk(b"strf", struct.pack("<HHIIHH", 1, 1, 48000, 96000, 2, 16))
    avih = chunk(b"avih", struct.pack("<14I", 33333, 0, 0, 16, MANY, 0, count, 0, 640, 480, 0, 0, 0, 0))
    header = chunk(b"LIST", b"hdrl" + avih + chunk(b"LIST", b"strl" + strh + strf) * count)
    body = b"AVI " + header + chunk(b"LIST", b"movi" + chunk(b"00wb", bytes(960)))
    return chunk(b"RIFF", body)


def caf(packets: int) -> bytes:
    """A table that claims so many packets."""
    desc = struct.pack(">d4sIIIII", 48000.0, b"alac", 0, 0, 4096, 1, 16)
    pakt = struct.pack(">qqii", packets, packets * 4096, 0, 0) + b"\1" * 32
    parts = ((b"desc", desc), (b"pakt", pakt), (b"data", bytes(1004)))
    return b"caff\0\1\0\0" + b"".join(kind + struct.pack(">q", len(body)) + body for kind, body in parts)


def flac(samples: int) -> bytes:
    """A header that claims so many samples."""
    facts = (
        struct.pack(">HH", 4096, 4096) + bytes(6) + (48_000 << 44 | 15 << 36 | samples).to_bytes(8, "big") + bytes(16)
    )
    return b"fLaC\x80\0\0\x22" + facts + bytes(64)


def ogg(comments: bytes) -> bytes:
    """An Opus file with these comments and 20 ms of silence."""
    head = b"OpusHead\1\1\0\0" + struct.pack("<IhB", 48000, 0, 0)
    starts = range(0, len(comments), 65025)
    pages = [_ogg_page(1 if at else 0, 1 + at // 65025, comments[at : at + 65025]) for at in starts]
    return b"".join((_ogg_page(2, 0, head), *pages, _ogg_page(4, 1 + len(pages), b"\xf8\xff\xfe", at=960)))


def _ogg_page(flags: int, number: int, body: bytes, *, at: int = 0) -> bytes:
    whole, rest = divmod(len(body), 255)
    lacing = bytes([255] * whole) + (bytes([rest]) if whole < 255 else b"")
    page = b"OggS\0" + struct.pack("<BqIII", flags, at, 1, number, 0) + bytes([len(lacing)]) + lacing + body
    check = 0
    for byte in page:
        check = (check << 8 & 0xFFFFFFFF) ^ _OGG_CRC[check >> 24 ^ byte]
    return page[:22] + struct.pack("<I", check) + page[26:]


def _ogg_table() -> list[int]:
    rows = []
    for row in range(256):
        value = row << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        rows.append(value)
    return rows


_OGG_CRC = _ogg_table()
