"""The pictures of an exact cut that must be made anew: decoded from their group, encoded, and looked at once more.

New pictures stand beside copied ones in one track. Where our encoder can be brought to write the take's own parameter
sets, as with our recorder's takes, the two are one stream. Otherwise the new ones bring sets of another number, and
both stand in the record of the sample entry. They do not stand among the pictures too: ISO/IEC 14496-15 forbids it
under `avc1`, hardware decoders that are set up from the entry (VideoToolbox) do not look for them there, and ffmpeg
and Chromium put all sets of the entry before every IDR picture themselves. As the numbers differ, neither set ever
replaces the other, wherever a player seeks to.

The groups of a cut have nothing to do with one another, so that two of them are made at a time.
"""

import itertools
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.codec.context import CodecContext
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from diary_app.editing.cutting import h264
from diary_app.editing.cutting.stored_pictures import StoredPictures
from diary_app.editing.media import DECODING
from diary_app.editing.mp4.samples import CannotCut, Flags, Spool, Stretch
from diary_app.editing.progress import Meter

GLOBAL_HEADER = 1 << 22
"""AV_CODEC_FLAG_GLOBAL_HEADER: parameter sets stand in the header, not in front of every keyframe."""
SAME_SYNTAX = ("cabac", "ref", "8x8dct", "weightp", "subme", "psy", "psy_rd", "trellis", "constrained_intra")
"""x264's options that decide what stands in its parameter sets, straight or by way of one another."""
FIXED = "keyint=300:scenecut=0:rc-lookahead=0:mbtree=0:aud=0"
CRF = 17
BPS = 20_000_000
"""Quality of new pictures: no eye can tell, and there are few of them."""
PROFILES = {h264.BASELINE: "baseline", h264.MAIN: "main", h264.HIGH: "high"}
FORMATS = ("yuv420p", "yuvj420p")
MOST_OFF = 6.0
"""Steps of 256 by which the brightness of a new picture may be off on average. Grain at CRF 17 costs 1 to 3; another
picture, or one that is decoded wrongly, is off by more than 10."""
MOST_DELAY = 1
"""Pictures that may wait for their turn where parameter sets change. With two, OpenH264 runs out of room, and loses
pictures from there on."""
ALL_DELAYED = {"strict": "strict"}
"""Without hints about their order libav guesses how long to hold pictures back, and may drop some while it learns."""

AT_ONCE = 2
"""Groups that are made at a time: encoder and decoder of one hardly use more than one core."""

Luma = NDArray[np.uint8]
Ranges = Sequence[tuple[int, int]]
"""Positions first <= position < stop, in order."""
Made = tuple[Stretch, Flags]
"""Where the pictures of one group lie, and which of them are keyframes."""


class FreshPictures:
    """Makes groups of pictures anew, `count` pictures in all, under the same parameter sets."""

    def __init__(self, stored: StoredPictures, entry: bytes, *, count: int, spool: Spool, meter: Meter) -> None:
        self._stored, self._spool, self._meter = stored, spool, meter
        self._count, self._done = count, 0
        self._telling = threading.Lock()
        self._over = threading.Event()
        self.entry = entry
        """The sample entry under which both the take's pictures and the new ones are decoded."""
        self._record = stored.record
        self._options: dict[str, str] = {}
        self._own: h264.ParameterSets | None = None
        self._shape: Fraction | None = None

    def groups(self, wanted: Sequence[Ranges]) -> list[Made]:
        """The pictures of each of these, as one group each. May be called once; progress is told on threads of its own.

        Raises CannotCut, NotUnderstood, av.FFmpegError, OSError, EditStopped.
        """
        if not wanted:
            return []
        first = self._begin(wanted[0])  # it decides about the parameter sets of all
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fresh-pictures")
        try:
            making = [pool.submit(self._finish, first)]
            making += [pool.submit(self._make, ranges) for ranges in wanted[1:]]
            for one in wait(making, return_when=FIRST_EXCEPTION).done:
                one.result()
            return [one.result() for one in making]
        finally:
            self._over.set()
            pool.shutdown(cancel_futures=True)

    def _make(self, ranges: Ranges) -> Made:
        return self._finish(self._begin(ranges))

    def _begin(self, ranges: Ranges) -> "_Begun":
        frames = self._wanted(ranges)
        frame = next(frames, None)
        if frame is None:
            raise CannotCut("no pictures where there should be some")
        return _Begun(_Group(self._encoder(frame), _decoder(self._record), self._spool), frame, frames)

    def _finish(self, begun: "_Begun") -> Made:
        for frame in itertools.chain([begun.first], begun.others):
            begun.group.add(frame)
            with self._telling:
                self._done += 1
                self._meter.report(self._done / self._count)
        return begun.group.finish()

    # -- decoding ---------------------------------------------------------------------------------------------------

    def _wanted(self, ranges: Ranges) -> Iterator[VideoFrame]:
        """The decoded pictures of all ranges, and no other, each with its time in the take."""
        for first, stop in ranges:
            expected = first
            for frame in self._decoded(first, stop):
                if frame.pts is None or not first <= frame.pts < stop:
                    continue
                if frame.pts != expected or frame.is_corrupt:
                    raise CannotCut(f"picture {expected} cannot be decoded")
                frame.pts = int(self._stored.ticks[expected])
                expected += 1
                yield frame
            if expected != stop:
                raise CannotCut(f"picture {expected} cannot be decoded")

    def _decoded(self, first: int, stop: int) -> Iterator[VideoFrame]:
        """What a fresh decoder shows from the last IDR picture on; the time of each picture is its position."""
        decoder = _decoder(self._stored.record)
        for place in range(self._stored.decodable_from(first), self._stored.needed_for(first, stop)):
            self._meter.check()
            if self._over.is_set():
                raise CannotCut("another group of this cut")
            packet: Packet[Stream] = Packet(self._stored.sample(place))
            packet.pts = int(self._stored.position[place])
            yield from self._shown(decoder, packet)
        yield from self._shown(decoder, None)

    def _shown(self, decoder: VideoCodecContext, packet: "Packet[Stream] | None") -> list[VideoFrame]:
        frames = decoder.decode(packet)
        self._shape = decoder.sample_aspect_ratio
        return frames

    # -- encoding ---------------------------------------------------------------------------------------------------

    def _encoder(self, like: VideoFrame) -> VideoCodecContext:
        """An encoder for one group of such pictures; the first one decides about parameter sets. Raises CannotCut."""
        if like.interlaced_frame or like.format.name not in FORMATS:
            raise CannotCut(f"interlaced, or colours as {like.format.name}")
        if self._own is None:
            return self._under_the_same_sets(like) or self._under_other_sets(like)
        encoder, sets = self._open(like, self._options)
        if sets != self._own:
            raise CannotCut("our encoder would write other parameter sets than before")
        return encoder

    def _under_the_same_sets(self, like: VideoFrame) -> VideoCodecContext | None:
        """An encoder whose pictures stand under the take's own parameter sets, where there is one."""
        record = self._stored.record
        if len(record.sps) != 1 or len(record.pps) != 1:
            return None
        try:
            told = h264.x264_options(self._stored.sample(0))
        except h264.NotUnderstood:
            return None
        for options in _alike(told):
            encoder, sets = self._open(like, options)
            if h264.read_alike(h264.ParameterSets(record.sps[0], record.pps[0]), sets):
                self._options, self._own = options, sets
                return encoder
        return None

    def _under_other_sets(self, like: VideoFrame) -> VideoCodecContext:
        """An encoder whose parameter sets stand beside the take's own, with a number that is still free.

        Profile and reference frames are the take's, so that no decoder must be set up anew for other needs: one that
        is may drop the pictures that it still holds (C.4.4). They announce the take's delay: phones often do not, and
        a player that learns it only in the middle of the film drops pictures there.
        """
        record = self._stored.record
        if self._stored.delay > MOST_DELAY:
            raise CannotCut(f"{self._stored.delay} pictures wait to be shown where parameter sets would change")
        if record.profile not in PROFILES or like.width % 2 or like.height % 2:
            raise CannotCut(f"profile {record.profile}, {like.width} x {like.height}")
        number, held = h264.free_id(record), max(1, h264.references(record.sps[0]))
        options = {
            "preset": "veryfast",
            "crf": str(CRF),
            "profile": PROFILES[record.profile],
            "x264-params": f"bframes=0:{FIXED}:sps-id={number}:ref={held}",
        }
        encoder, sets = self._open(like, options)
        self._options, self._own = options, sets
        announced = h264.ParameterSets(h264.with_delay(sets.sps, self._stored.delay), sets.pps)
        self._record = h264.with_sets(record, announced)
        self.entry = h264.with_avcc(self.entry, h264.close_avcc(self._record))
        return encoder

    def _open(self, like: VideoFrame, options: dict[str, str]) -> tuple[VideoCodecContext, h264.ParameterSets]:
        encoder = CodecContext.create("libx264", "w")
        encoder.width, encoder.height, encoder.pix_fmt = like.width, like.height, like.format.name
        encoder.time_base, encoder.framerate = self._stored.tick, self._stored.rate
        encoder.sample_aspect_ratio = self._shape or Fraction(0)
        encoder.color_range, encoder.colorspace = like.color_range, like.colorspace
        encoder.color_primaries, encoder.color_trc = like.color_primaries, like.color_trc
        encoder.flags |= GLOBAL_HEADER
        encoder.options = dict(options)
        encoder.open()
        return encoder, h264.from_start_codes(encoder.extradata or b"")


def _alike(told: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Options for parameter sets like those of a take that x264 wrote with these: as our recorder does, or as others.

    Others rest on how many B-frames there may be, and on the quality that was asked for (x264's set.c).
    """
    preset = "ultrafast" if told.get("subme") == "0" else "veryfast"
    same = [f"{name}={told[name].replace(':', ',')}" for name in SAME_SYNTAX if name in told]
    yield {"preset": preset, "crf": str(CRF), "x264-params": ":".join([*same, "bframes=0", FIXED, "stitchable=1"])}
    same += [f"{name}={told[name]}" for name in ("bframes", "b_pyramid") if name in told]
    quality = {"crf": told["crf"]} if "crf" in told else {"b": str(BPS)}
    yield {"preset": preset, **quality, "x264-params": ":".join([*same, "b_adapt=0", FIXED])}


class _Group:
    """One group that is being made: each picture is encoded, spooled, decoded again and compared with what was meant.

    What the encoder holds back is all that is held here.
    """

    def __init__(self, encoder: VideoCodecContext, checker: VideoCodecContext, spool: Spool) -> None:
        self._encoder, self._checker, self._spool = encoder, checker, spool
        self._meant: deque[Luma] = deque()
        self._made: list[Stretch] = []
        self._keys: list[bool] = []

    def add(self, frame: VideoFrame) -> None:
        """One more picture."""
        if (frame.width, frame.height, frame.format.name) != (
            self._encoder.width,
            self._encoder.height,
            self._encoder.pix_fmt,
        ):
            raise CannotCut("pictures change their size or form on the way")
        self._meant.append(_luma(frame))
        # No B-frames, whatever the parameter sets allow: a new group ends where it must.
        frame.pict_type = PictureType.P if self._made or len(self._meant) > 1 else PictureType.I
        self._keep(self._encoder.encode(frame))

    def finish(self) -> Made:
        """All of it, once the last picture is added."""
        self._keep(self._encoder.encode(None))
        self._compare(self._checker.decode(None))
        if self._meant:
            raise CannotCut(f"{len(self._meant)} new pictures are missing")
        offsets = np.concatenate([stretch.offsets for stretch in self._made])
        sizes = np.concatenate([stretch.sizes for stretch in self._made])
        return Stretch(self._spool.path, offsets, sizes), np.array(self._keys, np.bool_)

    def _keep(self, packets: Sequence["Packet[VideoStream]"]) -> None:
        for packet in packets:
            units = [
                unit for unit in h264.split_start_codes(bytes(packet)) if h264.kind_of(unit) in (h264.SLICE, h264.IDR)
            ]
            sample = h264.with_lengths(units) if self._made else h264.DELIMITER + h264.with_lengths(units)
            self._made.append(self._spool.add([sample]))
            self._keys.append(packet.is_keyframe)
            again: Packet[Stream] = Packet(sample)
            self._compare(self._checker.decode(again))

    def _compare(self, frames: Sequence[VideoFrame]) -> None:
        for frame in frames:
            if not self._meant:
                raise CannotCut("more new pictures than there should be")
            meant, made = self._meant.popleft(), _luma(frame)
            if meant.shape != made.shape or np.abs(made.astype(np.int16) - meant).mean() > MOST_OFF:
                raise CannotCut("a new picture does not look like the one it stands for")


@dataclass(frozen=True, slots=True)
class _Begun:
    """A group whose first picture is decoded, and none encoded."""

    group: _Group
    first: VideoFrame
    others: Iterator[VideoFrame]


def _luma(frame: VideoFrame) -> Luma:
    """The brightness of every fourth dot of every fourth row, as a copy."""
    plane = frame.planes[0]
    rows: Luma = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height : 4, : frame.width : 4].copy()


def _decoder(record: h264.Record) -> VideoCodecContext:
    """A fresh one that knows these parameter sets."""
    decoder = CodecContext.create("h264", "r")
    decoder.extradata = h264.close_avcc(record)
    decoder.options = {**DECODING, **ALL_DELAYED}
    return decoder
