"""AAC-LC packets: what a sample entry says of them, decoded and encoded a few at a time, and whether two join well.

A packet codes 2048 samples under a window; the second half of one and the first half of the next lie over each other
and add up to the sound (ISO/IEC 14496-3, 4.6.11). So two packets of different encoders join well only where both code
the same sound there, under windows that fit. That is not guessed from the bits: it is decoded and compared.

Nothing here keeps a file open or knows of takes. Any thread.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import CodecContext
from av.packet import Packet
from numpy.typing import NDArray

from diary_app.editing.mp4.samples import CannotCut
from diary_app.editing.sound import Sound, as_frame, layout_of

STEP = 1024
"""Samples from one packet to the next."""
SETTLE = 3
"""Packets before one that is listened to: it leans on one of them, and a decoder needs one more to begin."""
MOST_BYTES = 1 << 13
"""The length of a packet has 13 bits wherever AAC is sent in frames; what claims more is no AAC."""
RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)
"""By samplingFrequencyIndex (ISO/IEC 14496-3, 1.6.3.4)."""

_GLOBAL_HEADER, _BITEXACT = 1 << 22, 1 << 23
"""AV_CODEC_FLAG_…: the configuration stands in the header; no name of the program stands in the sound."""
_CODING = {"aac_coder": "fast", "aac_tns": "0", "aac_pns": "0", "aac_is": "0"}
"""With the coder and the shaping of noise that ffmpeg uses unasked, a fade may come out as a burst that is heard as a
click; so it does not, and takes a third of the time. No "noise" is written instead of sound, no channel left out."""
_LC, _SBR, _SBR_FOLLOWS, _AAC = 2, 5, 0x2B7, 0x40
_ONE_CHANNEL, _PAIR_TOGETHER, _PAIR_APART = 16, 9, 17
"""Bits before window_sequence: after the element's kind and tag, with or without a gain."""
_LONG_AFTER = (0, 3)
"""Values of window_sequence whose second half is one long window."""
_PARTS = 4
"""A frame is compared in so many parts, of 5 ms each at 48 kHz: about what an ear tells apart in time."""
_RELATIVE, _OWN, _FLOOR = 1e-3, 4.0, 1e-9
"""An error is let pass where its energy is 30 dB below the sound's, or at most 6 dB above what the encoder does to this
sound anyway (noise is coded as noise), or below the smallest step of 16 bits (a mean of squares)."""


@dataclass(frozen=True, slots=True)
class Aac:
    """How AAC-LC sound is to be decoded."""

    rate: int
    channels: int
    config: bytes
    """The AudioSpecificConfig."""


def read_aac(entry: bytes) -> Aac:
    """What a sample entry (`mp4a`, whole box) says; raises CannotCut where it is not plain AAC-LC, mono or stereo."""
    config = _config(entry)
    if len(config) < 2:
        raise CannotCut("no AAC configuration")
    bits = int.from_bytes(config[:5].ljust(5, b"\0"), "big")
    kind, rate, channels, core = bits >> 35, bits >> 31 & 15, bits >> 27 & 15, bits >> 24 & 7
    if kind != _LC or rate >= len(RATES) or channels not in (1, 2) or core:
        raise CannotCut("not plain AAC-LC of one or two channels")
    if bits >> 13 & 0x7FF == _SBR_FOLLOWS and bits >> 8 & 31 == _SBR and bits >> 7 & 1:
        raise CannotCut("AAC with half of its pitches coded apart")
    return Aac(RATES[rate], channels, config)


def _config(entry: bytes) -> bytes:
    """The AudioSpecificConfig in the `esds` of a sample entry (ISO/IEC 14496-1, 7.2.6); empty where there is none."""
    at = entry.find(b"esds")
    stream = _descriptor(entry[at + 8 :], 3) if entry[4:8] == b"mp4a" and at > 0 else b""
    flags = stream[2] if len(stream) > 2 else 0
    if flags & 0xE0:
        raise CannotCut("a description of the sound that leans on others")
    decoder = _descriptor(stream[3:], 4)
    return _descriptor(decoder[13:], 5) if decoder[:1] == bytes([_AAC]) else b""


def _descriptor(data: bytes, tag: int) -> bytes:
    """The body of the descriptor that data begins with, if it has this tag."""
    if data[:1] != bytes([tag]):
        return b""
    length, at = 0, 1
    for byte in data[1:5]:
        length, at = length << 7 | byte & 127, at + 1
        if byte < 128:
            break
    return data[at : at + length]


def aac_entry(aac: Aac, *, bps: int) -> bytes:
    """A sample entry for sound that was made anew."""
    told = bytes([_AAC, 0x15]) + bytes(3) + struct.pack(">II", bps, bps) + _tagged(5, aac.config)
    stream = bytes(2) + b"\0" + _tagged(4, told) + _tagged(6, b"\x02")
    sound = struct.pack(">6xH8xHHIHH", 1, aac.channels, 16, 0, aac.rate if aac.rate < 1 << 16 else 0, 0)
    return _box(b"mp4a", sound + _box(b"esds", bytes(4) + _tagged(3, stream)))


def _tagged(tag: int, body: bytes) -> bytes:
    return bytes([tag, len(body)]) + body


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


class AacEncoder:
    """Sound in, packets out. The first packet reaches 1024 samples back before the first sample."""

    def __init__(self, rate: int, channels: int, bps: int) -> None:
        self._encoder: AudioCodecContext = CodecContext.create("aac", "w")
        self._encoder.sample_rate, self._encoder.layout = rate, layout_of(channels)
        self._encoder.format = "fltp"
        self._encoder.bit_rate = bps
        self._encoder.flags |= _GLOBAL_HEADER | _BITEXACT
        self._encoder.options = _CODING
        self._encoder.open()
        self._done = 0
        self.form = Aac(rate, channels, self._encoder.extradata or b"")

    def encode(self, block: Sound) -> list[bytes]:
        """Take in some more, which may be nothing; the packets that are ready."""
        if not block.shape[1]:
            return []
        frame = as_frame(block, at=self._done, rate=self.form.rate)
        self._done += block.shape[1]
        return [bytes(packet) for packet in self._encoder.encode(frame)]

    def finish(self) -> list[bytes]:
        """What it still holds."""
        return [bytes(packet) for packet in self._encoder.encode(None)]


def encoded(aac: Aac, blocks: Iterable[Sound], *, bps: int) -> list[bytes]:
    """All of it as packets: number 0 reaches 1024 samples back before the first sample, each other one lies 1024 on.

    Blocks hold whole packets' sound. In a long silence one packet is like the other: it is not coded over and over.
    """
    encoder = AacEncoder(aac.rate, aac.channels, bps)
    packets: list[bytes] = []
    silent = False
    for block in blocks:
        if silent and not block.any() and packets[-1] == packets[-2]:
            packets += packets[-1:] * (block.shape[1] // STEP)
            continue
        packets += encoder.encode(block)
        silent = block.shape[1] > _PARTS * STEP and not block.any()
    return packets + encoder.finish()


def decoded(aac: Aac, packets: Sequence[bytes]) -> Sound:
    """1024 samples for each packet; the first of them leans on nothing. A damaged packet is silence.

    Raises CannotCut where the packets hold another kind of sound than was said.
    """
    decoder: AudioCodecContext = CodecContext.create("aac", "r")
    decoder.extradata = aac.config
    sound = np.zeros((aac.channels, STEP * len(packets)), np.float32)
    for number, packet in enumerate(packets):
        if not 0 < len(packet) < MOST_BYTES:
            continue
        try:
            frames = decoder.decode(Packet(packet))
        except av.FFmpegError:
            continue
        for frame in frames[:1]:
            block = frame.to_ndarray().astype(np.float32, copy=False)
            if block.shape != (aac.channels, STEP) or frame.sample_rate != aac.rate:
                raise CannotCut("the packets hold another kind of sound than their entry says")
            sound[:, STEP * number :][:, :STEP] = block
    return sound


def joins(aac: Aac, before: Sequence[bytes], after: bytes, own: Sequence[bytes], wanted: Sound) -> bool:
    """True when what is heard where `after` follows on `before` is what is wanted there, as far as an ear can tell.

    own: packets of our encoder for the same place, the last one for the very frame; wanted: channels x 1024.
    """
    error = _energy(decoded(aac, [*before, after])[:, -STEP:] - wanted)
    usual = _energy(decoded(aac, own)[:, -STEP:] - wanted)
    allowed = np.maximum(np.maximum(_energy(wanted) * _RELATIVE, usual * _OWN), _FLOOR)
    return bool((error <= allowed).all())


def _energy(sound: Sound) -> Sound:
    """Mean squares of each part of a frame, channels x parts."""
    squares: Sound = np.square(sound).reshape(sound.shape[0], _PARTS, -1).mean(axis=2)
    return squares


# -- two shapes of windows ------------------------------------------------------------------------------------------


def leaves_sine(packet: bytes) -> bool:
    """True when the second half of a packet, and so the first half of the next, lies under a long sine window.

    Our encoder's long windows are Kaiser-Bessel derived ones, and other encoders' are sometimes sines. Of a pair of
    channels with windows of their own the first one tells.
    """
    at = _window_at(packet)
    bits = int.from_bytes(packet[:4].ljust(4, b"\0"), "big")
    return at is not None and bits >> 30 - at & 3 in _LONG_AFTER and not bits >> 29 - at & 1


def leaving_sine(packet: bytes) -> bytes:
    """The same packet, its second half told to lie under a sine window."""
    at = _window_at(packet)
    if at is None:
        return packet
    place = at + 2
    return packet[: place // 8] + bytes([packet[place // 8] & ~(128 >> place % 8)]) + packet[place // 8 + 1 :]


def _window_at(packet: bytes) -> int | None:
    """The bit at which window_sequence begins, window_shape after it (ISO/IEC 14496-3, 4.4.2); None where unknown."""
    if not packet or packet[0] >> 5 > 1:
        return None  # something else stands before the sound
    if packet[0] >> 5 == 0:
        return _ONE_CHANNEL
    return _PAIR_TOGETHER if packet[0] & 1 else _PAIR_APART


def bent(frame: Sound, *, rising: bool) -> Sound:
    """A frame that gives, under our encoder's window, the very numbers that the given one gives under a sine window.

    frame: channels x 1024, coded by the first half of a window (rising) or the second. There the transform sees no more
    than differences (sums) of two samples that lie mirrored, each under its window; of all sound with the same ones
    this is the nearest.
    """
    kaiser, sine = (_KAISER, _SINE) if rising else (_KAISER[::-1], _SINE[::-1])
    sign = -1 if rising else 1
    lacking = frame * (sine - kaiser)
    bent_frame: Sound = (frame + kaiser * (lacking + sign * lacking[:, ::-1])).astype(np.float32)
    return bent_frame


def _kaiser() -> NDArray[np.float64]:
    """The rising half of the Kaiser-Bessel derived window, alpha 4 (ISO/IEC 14496-3, 4.6.11.3.2)."""
    sums = np.cumsum(np.kaiser(STEP + 1, 4 * np.pi))
    window: NDArray[np.float64] = np.sqrt(sums[:-1] / sums[-1])
    return window


_KAISER = _kaiser()
_SINE = np.sin(np.pi / (2 * STEP) * (np.arange(STEP) + 0.5))
