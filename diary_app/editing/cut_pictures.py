"""The pictures of an exact cut: packets of whole groups as they are, the pictures of opened groups encoded again."""

import bisect
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from av.codec.context import CodecContext
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from diary_app.editing import h264
from diary_app.editing.ffmpeg_command import Source
from diary_app.editing.frames import FrameIndex, Piece
from diary_app.editing.media import open_media
from diary_app.editing.probe import video_of

AnyPacket: TypeAlias = "Packet[Stream]"
VideoPacket: TypeAlias = "Packet[VideoStream]"

GLOBAL_HEADER = 1 << 22
"""AV_CODEC_FLAG_GLOBAL_HEADER: parameter sets stand in the header, not in front of every keyframe."""
SAME_SYNTAX = ("cabac", "ref", "8x8dct", "weightp", "subme", "psy", "psy_rd", "trellis", "constrained_intra")
"""x264's options that decide what stands in its parameter sets, straight or by way of one another."""
OPENED_CRF = 17
"""Quality of the pictures that are encoded again: no eye can tell, and there are few of them."""


class CannotCut(Exception):
    """This take cannot be cut by packets; the text says why, for the log. A full encode does it instead."""


def _x264_options(take: Path) -> dict[str, str]:
    """x264 writes its options into the first picture of a take."""
    with open_media(take) as media:
        video = video_of(media)
        if video is None:
            raise CannotCut("no pictures")
        return h264.x264_options(bytes(next(media.demux(video))))


class Pictures:
    """Turns the pieces of one take into packets for the new file."""

    def __init__(self, source: Source, media: InputContainer, video: VideoStream, out: VideoStream) -> None:
        self._source, self._media, self._video, self._out = source, media, video, out
        self._index: FrameIndex = source.index
        self._sets = h264.read_avcc(video.codec_context.extradata or b"")

    def packets(self) -> Iterator[AnyPacket]:
        """The packets of all pieces, in order; raises CannotCut."""
        gathered = Fraction(0)
        for piece in self._source.pieces:
            written = 0
            for position, sample, key in self._samples(piece):
                yield self._packet(piece, position, sample, key=key, gathered=gathered)
                written += 1
            if written != piece.stop - piece.first:
                raise CannotCut(f"{written} pictures instead of {piece.stop - piece.first}")
            gathered += piece.length

    def _packet(self, piece: Piece, position: int, sample: bytes, *, key: bool, gathered: Fraction) -> AnyPacket:
        """A sample with its place in the result; it is shown until the next one of its piece, or the piece's end."""
        base = self._index.time_base
        shift = gathered - piece.start
        at = round((self._index.at(position) + shift) / base)
        after = self._index.at(position + 1) if position + 1 < piece.stop else piece.end
        packet: AnyPacket = Packet(sample)
        packet.stream = self._out
        packet.time_base = base
        packet.pts = packet.dts = at
        packet.duration = max(1, round((after + shift) / base) - at)
        packet.is_keyframe = key
        return packet

    def _samples(self, piece: Piece) -> Iterator[tuple[int, bytes, bool]]:
        """Position, bytes and keyframe or not of every picture of a piece."""
        keys = self._index.keys
        begin = keys[bisect.bisect_right(keys, piece.first) - 1]
        later = bisect.bisect_left(keys, piece.first)
        resume = min(keys[later] if later < len(keys) else piece.stop, piece.stop)
        opened = Opened(self, piece.first) if piece.first < resume else None
        for position, packet in self._read(begin, piece.stop):
            if position < resume and opened is not None:
                yield from opened.recode(packet)
                continue
            if position == resume and opened is not None:
                yield from opened.finish()
            yield position, self._copied(packet, first=position == resume), packet.is_keyframe
        if opened is not None and resume == piece.stop:
            yield from opened.finish()

    def _copied(self, packet: VideoPacket, *, first: bool) -> bytes:
        sample = bytes(packet)
        if packet.is_keyframe and not any(h264.kind_of(unit) == h264.IDR for unit in h264.split_lengths(sample)):
            raise CannotCut("a keyframe that pictures after it look past")
        return h264.DELIMITER + sample if first else sample

    def _read(self, begin: int, stop: int) -> Iterator[tuple[int, VideoPacket]]:
        """The packets of pictures begin to stop, begin being a keyframe."""
        ticks = self._index.ticks
        self._media.seek(ticks[begin], stream=self._video)
        for packet in self._media.demux(self._video):
            if packet.pts is None or packet.is_discard or packet.pts < ticks[begin]:
                continue
            position = bisect.bisect_left(ticks, packet.pts)
            if position >= stop:
                return
            yield position, packet

    def decoder(self) -> VideoCodecContext:
        """A fresh decoder for one group."""
        decoder = CodecContext.create("h264", "r")
        decoder.extradata = self._video.codec_context.extradata
        return decoder

    def encoder(self) -> VideoCodecContext:
        """A fresh encoder whose pictures stand under the take's own parameter sets; raises CannotCut."""
        told = _x264_options(self._source.take)
        encoder = CodecContext.create("libx264", "w")
        encoder.width, encoder.height = self._video.codec_context.width, self._video.codec_context.height
        encoder.pix_fmt = "yuv420p"
        encoder.time_base = self._index.time_base
        encoder.framerate = Fraction(30)
        encoder.flags |= GLOBAL_HEADER
        same = [f"{name}={told[name].replace(':', ',')}" for name in SAME_SYNTAX if name in told]
        fixed = ["stitchable=1", "bframes=0", "keyint=infinite", "scenecut=0", "rc-lookahead=0", "mbtree=0", "aud=0"]
        encoder.options = {
            "preset": "ultrafast" if told.get("subme") == "0" else "veryfast",
            "crf": str(OPENED_CRF),
            "x264-params": ":".join(same + fixed),
        }
        encoder.open()
        if not h264.read_alike(self._sets, h264.from_start_codes(encoder.extradata or b"")):
            raise CannotCut("our encoder would write other parameter sets than the take's")
        return encoder

    def position(self, tick: int) -> int:
        """Which picture a time stands for."""
        return bisect.bisect_left(self._index.ticks, tick)


class Opened:
    """The pictures of a group from a cut to the next keyframe, encoded again."""

    def __init__(self, pictures: Pictures, first: int) -> None:
        self._pictures, self._first = pictures, first
        self._decoder = pictures.decoder()
        self._encoder: VideoCodecContext | None = None

    def recode(self, packet: VideoPacket) -> Iterator[tuple[int, bytes, bool]]:
        """Decode one more packet; encode the pictures that are kept."""
        yield from self._encode(self._decoder.decode(packet))

    def finish(self) -> Iterator[tuple[int, bytes, bool]]:
        """What the decoder and the encoder still hold."""
        yield from self._encode(self._decoder.decode(None))
        if self._encoder is not None:
            yield from self._samples(self._encoder.encode(None))

    def _encode(self, frames: list[VideoFrame]) -> Iterator[tuple[int, bytes, bool]]:
        for frame in frames:
            if frame.pts is None or self._pictures.position(frame.pts) < self._first:
                continue
            if self._encoder is None:
                self._encoder = self._pictures.encoder()
            frame.pict_type = 0  # the encoder decides
            yield from self._samples(self._encoder.encode(frame))

    def _samples(self, packets: Sequence[AnyPacket]) -> Iterator[tuple[int, bytes, bool]]:
        for packet in packets:
            units = [
                unit for unit in h264.split_start_codes(bytes(packet)) if h264.kind_of(unit) in (h264.SLICE, h264.IDR)
            ]
            sample = h264.with_lengths(units)
            position = self._pictures.position(packet.pts or 0)
            yield position, h264.DELIMITER + sample if position == self._first else sample, packet.is_keyframe
