"""The sound of kept pieces as one unbroken row of samples, exact to the sample. Reads and decodes; one thread a reader.

Samples that the take lacks (a microphone that was lost) are silence; where something was cut away the sound fades out
and in again over 5 ms, because a jump from one place to another is heard as a click.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from diary_app.editing.frames import Piece, until_damage
from diary_app.editing.media import open_media, read_only
from diary_app.editing.probe import sound_in

Sound = NDArray[np.float32]
"""channels x samples, -1 to 1."""

FADE_S = 0.005
PREROLL_S = 0.15
"""Decoding starts this much before a cut: AAC needs the packets before to sound right."""
JUMP_S = 0.02
"""Times that differ by less from where the samples before ended are rounding, not lost sound."""


@dataclass(frozen=True, slots=True)
class Form:
    """What samples look like: so many a second, the channels, and the kind of numbers (planes of 32-bit ones)."""

    rate: int
    layout: str
    format: str = "fltp"

    def fits(self, frame: AudioFrame) -> bool:
        """True when a frame is in this form already."""
        return self == Form(frame.sample_rate, frame.layout.name, frame.format.name)


def layout_of(channels: int) -> str:
    """One or two channels by ffmpeg's name."""
    return "stereo" if channels == 2 else "mono"


def as_frame(block: Sound, *, at: int, rate: int) -> AudioFrame:
    """A block as PyAV has it, to be heard `at` samples after the beginning."""
    frame = AudioFrame.from_ndarray(block, format="fltp", layout=layout_of(block.shape[0]))
    frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
    return frame


def sound_of(
    take: Path, pieces: Sequence[Piece], *, rate: int, channels: int, fade: Sequence[tuple[bool, bool]] | None = None
) -> Iterator[Sound]:
    """Yield the sound of the pieces (take time, seconds), block by block: 48 kHz or whatever `rate` says.

    fade says for each piece whether it fades in and out; by default at every join.
    All blocks together have exactly round(total seconds x rate) samples. Raises as open_media() and av do.
    """
    fades = fade or [(at > 0, at + 1 < len(pieces)) for at in range(len(pieces))]
    with open_media(take) as media:
        gathered, made = Fraction(0), 0
        for piece, (fade_in, fade_out) in zip(pieces, fades, strict=True):
            gathered += piece.length
            count = round(gathered * rate) - made
            made += count
            blocks = _piece(media, float(piece.start), count, rate=rate, channels=channels)
            yield from _faded(blocks, count, width=min(round(FADE_S * rate), count // 2), ends=(fade_in, fade_out))


def _piece(media: InputContainer, start_s: float, count: int, *, rate: int, channels: int) -> Iterator[Sound]:
    """Exactly `count` samples from start_s on; silence where the take has none."""
    first, done = round(start_s * rate), 0
    for at, block in _decoded(media, start_s, rate=rate, channels=channels):
        begin = at - first
        if begin > done:
            quiet = min(begin, count) - done
            yield from _silence(quiet, rate=rate, channels=channels)
            done += quiet
        fresh = block[:, done - begin :][:, : count - done] if begin + block.shape[1] > done else block[:, :0]
        if fresh.shape[1]:
            yield fresh
            done += fresh.shape[1]
        if done >= count:
            return
    yield from _silence(count - done, rate=rate, channels=channels)


def _silence(count: int, *, rate: int, channels: int) -> Iterator[Sound]:
    """At most a second at a time: where a damaged file tells of hours, they must not all lie in memory."""
    for at in range(0, count, rate):
        yield np.zeros((channels, min(rate, count - at)), np.float32)


def _decoded(media: InputContainer, start_s: float, *, rate: int, channels: int) -> Iterator[tuple[int, Sound]]:
    """Decoded blocks and where each begins, in samples of the take's own time."""
    stream = sound_in(media)
    if stream is None or stream.time_base is None:
        return
    read_only(media, stream)
    base, origin_s = stream.time_base, max(0, media.start_time or 0) / 1_000_000
    if (from_s := start_s + origin_s - PREROLL_S) > 0:  # a take of a moment cannot even seek to its beginning
        with contextlib.suppress(av.FFmpegError):  # what cannot be sought in is read from where it stands
            media.seek(round(from_s / base), stream=stream)
    mono = channels == 1 or stream.codec_context.channels == 1
    wanted = Form(rate, layout_of(1 if mono else 2))
    expected: int | None = None
    for frame in _frames(media, stream, wanted):
        if frame.time is None:
            continue
        at = round((frame.time - origin_s) * rate)
        if expected is not None and abs(at - expected) < JUMP_S * rate:
            at = expected
        expected = at + frame.samples
        block = frame.to_ndarray().astype(np.float32, copy=False)
        # One channel on two loudspeakers, each as loud as it was: swresample would take 3 dB away.
        yield at, np.repeat(block, 2, axis=0) if mono and channels == 2 else block


def _frames(media: InputContainer, stream: AudioStream, wanted: Form) -> Iterator[AudioFrame]:
    """Decoded frames in the form that is wanted; what has it already is spared the way through swresample."""
    resampler: AudioResampler | None = None
    given: Form | None = None
    for packet in until_damage(media.demux(stream)):
        try:
            decoded = packet.decode()
        except av.FFmpegError:
            continue  # one damaged packet is a moment of silence, not the end
        for frame in decoded:
            if resampler is None and wanted.fits(frame):
                yield frame
                continue
            form = Form(frame.sample_rate, frame.layout.name, frame.format.name)
            if resampler is None or form != given:  # a resampler takes one form only, and a stream may change its own
                yield from _rest(resampler)
                resampler, given = AudioResampler(format=wanted.format, layout=wanted.layout, rate=wanted.rate), form
            try:
                resampled = resampler.resample(frame)
            except av.FFmpegError:
                resampler = None  # damage that claims 34 channels is a moment of silence
                continue
            yield from resampled
    yield from _rest(resampler)


def _rest(resampler: AudioResampler | None) -> list[AudioFrame]:
    return resampler.resample(None) if resampler else []


def in_seconds(blocks: Iterable[Sound], rate: int) -> Iterator[Sound]:
    """The same sound in blocks of a second or so."""
    waiting: list[Sound] = []
    for block in blocks:
        waiting.append(block)
        if sum(each.shape[1] for each in waiting) >= rate:
            yield np.concatenate(waiting, axis=1)
            waiting = []
    if waiting:
        yield np.concatenate(waiting, axis=1)


def _faded(blocks: Iterator[Sound], count: int, *, width: int, ends: tuple[bool, bool]) -> Iterator[Sound]:
    """The same blocks, with the first and the last `width` of `count` samples faded where `ends` says so."""
    at = 0
    for block in blocks:
        stop = at + block.shape[1]
        near_start, near_end = ends[0] and at < width, ends[1] and stop > count - width
        yield block * _gain(at, stop, count, width=width, ends=ends) if near_start or near_end else block
        at = stop


def _gain(at: int, stop: int, count: int, *, width: int, ends: tuple[bool, bool]) -> NDArray[np.float32]:
    """How loud samples at to stop of a piece of `count` are to be, 0 to 1."""
    place = np.arange(at, stop, dtype=np.float32) + 0.5
    rise = place / width if ends[0] else np.ones_like(place)
    fall = (count - place) / width if ends[1] else np.ones_like(place)
    return np.clip(np.minimum(rise, fall), 0.0, 1.0).astype(np.float32)
