"""The exact cut: whole groups of pictures are copied, and only those that a cut opens are encoded again.

A group (from one keyframe to the next) is opened only where a piece begins inside it: our takes hold no B-frames, so
at the end of a piece the rest of its group can simply be left out. The few pictures before the next keyframe are
encoded with the settings that x264 wrote into the take; the cut goes ahead only if that gives the very parameter sets
of the take. The sound is decoded, cut to the sample and encoded again, all of it. Nothing that was cut away is left in
the file, and no edit list hides anything but the AAC encoder's own 1024 samples of silence.

Runs in the caller's thread.
"""

import heapq
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from diary_app.clip import Kind
from diary_app.editing import h264
from diary_app.editing.compress import PLAYED_EVERYWHERE
from diary_app.editing.cut_pictures import AnyPacket, CannotCut, Pictures
from diary_app.editing.ffmpeg_command import FADE_S, Source
from diary_app.editing.loudness import Level, levelled
from diary_app.editing.media import address, open_media, read_only
from diary_app.editing.probe import sound_in, video_of
from diary_app.editing.progress import Meter
from diary_app.editing.sound import Sound, as_frame, layout_of, sound_of

MOST_SOUND_BPS, LEAST_SOUND_BPS = 192_000, 96_000


def cut_packets(source: Source, out: Path, meter: Meter, *, level: Level | None = None) -> None:
    """Write the pieces of a take to `out` as MP4, the sound as loud as it was or at a level.

    Raises CannotCut, and then `out` is of no use.
    """
    _check(source)
    try:
        with open_media(source.take) as media:
            video = video_of(media)
            if video is None:
                raise CannotCut("no pictures")
            read_only(media, video)
            options = {"movflags": "+faststart", "fflags": "+bitexact", "video_track_timescale": "90000"}
            with av.open(address(out), "w", format="mp4", container_options=options) as made:
                _write(source, media, video, made, meter=meter, level=level)
    except h264.NotUnderstood as error:
        raise CannotCut(str(error)) from error
    except av.FFmpegError as error:
        if isinstance(error, OSError):
            raise  # the disk, not the take
        raise CannotCut(str(error)) from error


def _check(source: Source) -> None:
    facts = source.facts
    if facts.kind is not Kind.VIDEO or facts.container != "mov" or facts.video_codec != "h264":
        raise CannotCut("not H.264 in MP4")
    if not facts.plain or facts.pixel_format not in PLAYED_EVERYWHERE:
        raise CannotCut("turned, stretched, or colours in another form")
    if source.index.reordered or not source.index.keys or source.index.keys[0] != 0:
        raise CannotCut("pictures are stored in another order than they are shown")


def _write(
    source: Source,
    media: InputContainer,
    video: VideoStream,
    made: OutputContainer,
    *,
    meter: Meter,
    level: Level | None,
) -> None:
    pictures_out = made.add_stream_from_template(video)
    pictures_out.time_base = source.index.time_base
    streams = [Pictures(source, media, video, pictures_out).packets()]
    if source.facts.has_sound:
        streams.append(_sound(source, made, level))
    length = float(sum(piece.length for piece in source.pieces))
    for packet in heapq.merge(*streams, key=_moment):
        made.mux_one(packet)
        meter.report(float(_moment(packet)) / length)


def _moment(packet: AnyPacket) -> Fraction:
    return (packet.dts or 0) * packet.time_base


# -- sound ----------------------------------------------------------------------------------------------------------


def _sound(source: Source, made: OutputContainer, level: Level | None) -> Iterator[AnyPacket]:
    """The sound of the pieces as AAC packets, exact to the sample."""
    channels = min(2, source.facts.channels)
    rate = source.facts.sample_rate
    out = made.add_stream("aac", rate=rate, layout=layout_of(channels))
    out.codec_context.bit_rate = sound_bps(source.take)
    blocks = _sound_blocks(source, rate=rate, channels=channels)
    return _sound_packets(levelled(blocks, level, rate=rate, channels=channels) if level else blocks, out, rate=rate)


def _sound_blocks(source: Source, *, rate: int, channels: int) -> Iterator[Sound]:
    end_s = source.facts.seconds - FADE_S
    fades = [
        (piece.start > 0, at + 1 < len(source.pieces) or piece.end < end_s) for at, piece in enumerate(source.pieces)
    ]
    return sound_of(source.take, source.pieces, rate=rate, channels=channels, fade=fades)


def _sound_packets(blocks: Iterator[Sound], out: AudioStream, *, rate: int) -> Iterator[AnyPacket]:
    done = 0
    for block in blocks:
        if block.shape[1]:
            yield from out.encode(as_frame(block, at=done, rate=rate))
            done += block.shape[1]
    yield from out.encode(None)


def sound_bps(take: Path, *, least: int = LEAST_SOUND_BPS) -> int:
    """As many bits a second as the take's own sound has, within reason."""
    with open_media(take) as media:
        sound = sound_in(media)
        told = (sound.codec_context.bit_rate if sound else None) or MOST_SOUND_BPS
    return max(least, min(MOST_SOUND_BPS, told))
