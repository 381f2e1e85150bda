"""What a media file holds: kind, length, size, codecs. In process with PyAV, some 10 to 40 ms. Any thread."""

import bisect
import contextlib
import itertools
import logging
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from diary_app.clip import Kind
from diary_app.editing.errors import EditRefused
from diary_app.editing.media import LARGEST_AREA, can_be_read, container_format, open_head, open_media
from diary_app.editing.mp4.read import NotUnderstood, Tracks, read_tracks

log = logging.getLogger(__name__)

LONGEST_S = 12 * 3600.0
LARGEST_SIDE = 8192
MOST_OBLONG = 16
"""How many times as wide as high a picture may be, or as high as wide: a strip of dots is a trick, not a recording."""
HIGHEST_RATE = 768_000
"""Samples a second: the most that studios use. Programs set memory aside for a second of sound."""
MICRO = 1_000_000
FASTEST = 1000.0
"""Pictures a second: where a file has none in its header, libav guesses from a few steps, and may come to 30,000."""
ENOUGH_PICTURES = 120
TAIL_S = 10.0
"""The end of a file is looked for from so long before it."""
FAR_OFF_S = 1.0
"""What headers and packets say of the end differs by less in honest files: the last packet is padded, or a bit late."""


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a file holds. Width and height are as shown: turned upright, with square pixels. Zero for sound alone."""

    kind: Kind
    seconds: float
    bytes: int
    container: str
    """The demuxer's name, such as mov or matroska."""
    origin_s: float
    """The file's first moment on its own clock, in seconds: take time 0."""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    video_codec: str | None = None
    pixel_format: str | None = None
    colour_space: int = 2
    """The matrix by its number in ITU-T H.273; 2 is unknown."""
    plain: bool = True
    """True when the picture is stored as it is shown: not turned, and with square pixels."""
    sound_codec: str | None = None
    channels: int = 0
    sample_rate: int = 0

    @property
    def has_sound(self) -> bool:
        """True when there is a sound track."""
        return self.sound_codec is not None

    @property
    def bit_rate(self) -> float:
        """Bits a second of the whole file."""
        return self.bytes * 8 / self.seconds


def probe(path: Path) -> MediaFacts:
    """Read the facts of a file; raises EditRefused for what is no recording, WorldError for what cannot be read."""
    return probe_with_tables(path)[0]


def probe_with_tables(path: Path) -> tuple[MediaFacts, Tracks | None]:
    """The facts, and where the samples of an MP4 or MOV lie if that is certain. Raises as probe() does."""
    name = container_format(path)
    tracks = _tables(path) if name == "mov" else None
    try:
        if tracks and tracks.head and (facts := _of_many_fragments(path, tracks)):
            return facts, tracks
        with open_media(path) as media:
            return _facts(media, path=path, container=name), tracks
    except av.FFmpegError as error:
        raise _damaged(path) from error


def _tables(path: Path) -> Tracks | None:
    try:
        return read_tracks(path)
    except NotUnderstood as why:
        log.info("%s is not understood sample by sample: %s", path.name, why)
    except OSError:
        log.warning("%s could not be read sample by sample", path.name, exc_info=True)
    return None


def _of_many_fragments(path: Path, tracks: Tracks) -> MediaFacts | None:
    """The facts of a long take: from its beginning, and from its tables, which libav would read ten times as long."""
    try:
        with open_head(path, tracks.head) as media:
            facts = _facts(media, path=path, container="mov")
    except EditRefused:
        return None  # the whole may be told otherwise
    known = [track for track in (tracks.pictures, tracks.sound) if track]
    seconds = float(max(track.ends for track in known)) - facts.origin_s
    rate = tracks.pictures.rate if tracks.pictures and facts.kind is Kind.VIDEO else 0.0
    return replace(facts, seconds=seconds, fps=rate) if 0 < seconds <= LONGEST_S else None


def video_of(media: InputContainer) -> VideoStream | None:
    """The moving picture of a file: not the cover of a song."""
    for stream in media.streams.video:
        if can_be_read(stream) and not stream.disposition & Disposition.attached_pic:
            return stream
    return None


def sound_in(media: InputContainer) -> AudioStream | None:
    """The first sound track that can be read."""
    return next((track for track in media.streams.audio if can_be_read(track) and _can_be_heard(track)), None)


def _can_be_heard(track: AudioStream) -> bool:
    """False where nobody knows the rate or the channels: such a track never begins, or begins much later."""
    context = track.codec_context
    return 0 < context.sample_rate <= HIGHEST_RATE and context.channels > 0


def _damaged(path: Path) -> EditRefused:
    return EditRefused(f"{path.name} is damaged: nothing in it can be played. Try another copy of it.")


def _facts(media: InputContainer, *, path: Path, container: str) -> MediaFacts:
    video, sound = video_of(media), sound_in(media)
    if video is None and sound is None:
        raise EditRefused(f"{path.name} holds neither pictures nor sound that this app can read. Choose another file.")
    size = path.stat().st_size
    if video is not None:
        _check_size(video.codec_context.width, video.codec_context.height, path=path)
    width, height, plain = _shown_size(media, video, path=path) if video else (0, 0, True)
    if video is None and sound is not None and next(media.decode(sound), None) is None:
        raise _damaged(path)
    origin_s = max(0, media.start_time or 0) / MICRO
    seconds = _seconds(media, path=path, size=size, origin_s=origin_s)
    return MediaFacts(
        kind=Kind.VIDEO if video else Kind.SOUND,
        seconds=seconds,
        bytes=size,
        container=container,
        origin_s=origin_s,
        width=width,
        height=height,
        fps=_rate(media, video) if video else 0.0,
        video_codec=video.codec_context.name if video else None,
        pixel_format=video.codec_context.pix_fmt if video else None,
        colour_space=video.codec_context.colorspace if video else 2,
        plain=plain,
        sound_codec=sound.codec_context.name if sound else None,
        channels=sound.codec_context.channels if sound else 0,
        sample_rate=sound.codec_context.sample_rate if sound else 0,
    )


def _shown_size(media: InputContainer, video: VideoStream, *, path: Path) -> tuple[int, int, bool]:
    """Width, height, plain: from the first picture, which proves that there is one."""
    context = video.codec_context
    first = _first_picture(media, video)
    if first is None:
        raise _damaged(path)
    aspect = video.sample_aspect_ratio or Fraction(1)
    width, height = round(context.width * float(aspect)), context.height
    _check_size(width, height, path=path)
    turned = first.rotation % 180 != 0
    plain = first.rotation == 0 and aspect == 1
    return (height, width, plain) if turned else (width, height, plain)


def _check_size(width: int, height: int, *, path: Path) -> None:
    """Before anything is decoded, because a picture of a terabyte is a few bytes in a file."""
    if width <= 0 or height <= 0:
        raise _damaged(path)
    if max(width, height) > LARGEST_SIDE or width * height > LARGEST_AREA or not _is_picture(width, height):
        raise EditRefused(
            f"The picture of {path.name} is {width} by {height} dots, which this app cannot show. Choose another file."
        )


def _is_picture(width: int, height: int) -> bool:
    return max(width, height) <= MOST_OBLONG * min(width, height)


def _first_picture(media: InputContainer, video: VideoStream) -> VideoFrame | None:
    """The first picture, without those that a decoder would rather see first: they are a gigabyte in a film of 8K."""
    for packet in media.demux(video):
        pictures = packet.decode()
        if not pictures and packet.is_keyframe:
            pictures = video.codec_context.decode(None)
            video.codec_context.flush_buffers()
        if pictures:
            return pictures[0]
    return None


def _rate(media: InputContainer, video: VideoStream) -> float:
    """Pictures a second on average; of the first ones where nobody can know it of all. 0 where there is but one."""
    told = float(video.average_rate or video.guessed_rate or 0)
    if told <= FASTEST or video.time_base is None:
        return told
    with contextlib.suppress(av.FFmpegError):
        media.seek(0)
    packets = itertools.islice(media.demux(video), ENOUGH_PICTURES)
    ticks = [packet.pts for packet in packets if packet.pts is not None]
    length = float((max(ticks) - min(ticks)) * video.time_base) if ticks else 0.0
    return min(FASTEST, (len(ticks) - 1) / length) if length > 0 else 0.0


def _seconds(media: InputContainer, *, path: Path, size: int, origin_s: float) -> float:
    """The length that can be played: what the file says, what its packets say, or what is left of a file cut short."""
    seconds = (media.duration or 0) / MICRO
    if seconds <= 0:
        seconds = _end_of_packets(media, after_s=LONGEST_S) - origin_s
    elif media.format.name.startswith("mov"):
        whole = _end_of_index(media, size=size)
        seconds = seconds if whole is None else min(seconds, whole - origin_s)
    else:
        found = _end_of_packets(media, after_s=origin_s + seconds - TAIL_S) - origin_s
        # The last picture may end a little after what the header says: it is part of the film.
        seconds = max(seconds, found) if abs(found - seconds) < FAR_OFF_S else min(seconds, found)
    if seconds <= 0:
        raise _damaged(path)
    if seconds > LONGEST_S:
        raise EditRefused(
            f"{path.name} is longer than 12 hours, which is more than this app can edit. Choose a shorter one."
        )
    return seconds


def _end_of_packets(media: InputContainer, *, after_s: float) -> float:
    """The end of the last packet in seconds, where a header knows no length or lies; looked for after_s first.

    A recorder that died leaves a header that claims four gigabytes of sound, and so does half a copy of a film.
    Whoever seeks beyond the end gets near to it, and libav reads through a long file five times as fast as we do.
    """
    for moment_s in (after_s, 0.0):
        with contextlib.suppress(av.FFmpegError):  # what cannot be sought in is read on from where it stands
            media.seek(round(max(0.0, moment_s) * MICRO))
        if end := _end_from_here(media):
            return end
    return 0.0


def _end_from_here(media: InputContainer) -> float:
    """0 where no packet is left. A file that is torn somewhere ends there."""
    ends = [0] * len(media.streams)
    try:
        for packet in media.demux():
            if packet.pts is not None:
                at = packet.stream_index
                ends[at] = max(ends[at], packet.pts + (packet.duration or 0))
    except av.FFmpegError as error:
        if isinstance(error, OSError):
            raise  # the disk, not the file
    bases = [stream.time_base or Fraction(0) for stream in media.streams]
    return max((float(end * base) for end, base in zip(ends, bases, strict=False)), default=0.0)


def _end_of_index(media: InputContainer, *, size: int) -> float | None:
    """Where a file whose end is missing stops (seconds), or None where nothing is missing or there is no index."""
    ends: list[float] = []
    for stream in (*media.streams.video, *media.streams.audio):
        entries, base = stream.index_entries, stream.time_base
        if base is None or not len(entries) or entries[-1].pos + entries[-1].size <= size:
            continue
        here = bisect.bisect_right(range(len(entries)), size, key=lambda at: entries[at].pos + entries[at].size)
        # Times and places in a hostile file are in no order.
        ends.append(float(entries[min(here, len(entries) - 1)].timestamp * base))
    return min(ends) if ends else None
