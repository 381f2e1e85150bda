"""Decodes whole films: the number on each picture and when it is shown, the sound in its place, as players have them.

The films are those of tests/support/foreign.py. Nothing of the product is used.
"""

import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from tests.support.stamp import read_stamp

Wave = NDArray[np.float64]
Grey = NDArray[np.uint8]

HERTZ = 16_000
"""Sound is compared at this rate."""
FAINT_HZ = 8000
"""No film has sound above this; a click has."""
AROUND_S = 0.03
TELLING = 100
"""Bytes of a packet that is like no other."""
ELSEWHERE = (192, 108)
THUMB = (54, 96)
"""Rows and columns."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures as they are shown: the number on each, its time in seconds, a small grey copy; all upright."""

    numbers: list[int]
    times: list[float]
    thumbs: list[Grey]
    size: tuple[int, int]
    """Dots across and down on a screen: upright and with square dots. (0, 0) where there are none."""
    end_s: float
    """When the last one has been shown."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One packet of a film: what it codes, in seconds after the first moment, and its bytes."""

    start: float
    end: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Original:
    """A film that is to be cut."""

    path: Path
    seconds: float
    pictures: Pictures
    sound: Wave
    """One channel at HERTZ from the first moment on."""
    above: Wave
    """Its sound above FAINT_HZ, without signs, at its own rate."""
    rate: int
    packets: list[Stored]
    """All but the small ones, which may be alike."""
    elsewhere: bool
    """True where another decoder than ffmpeg's own shows the same pictures."""

    def sharpest(self, moment_s: float) -> float:
        """How sharp its own sound is around a moment, and nearly everywhere."""
        around = self.above[max(0, round((moment_s - AROUND_S) * self.rate)) :][: round(2 * AROUND_S * self.rate)]
        usual = np.percentile(self.above, 99.5) if len(self.above) else 0.0
        return float(max(usual, around.max(initial=0.0)))


def read_original(path: Path) -> Original:
    """Decode all of it."""
    pictures, (sound, rate) = read_pictures(path), read_sound(path)
    above = np.abs(above_voices(sound, rate))
    seconds = max(pictures.end_s, len(sound) / rate if rate else 0.0)
    elsewhere = bool(pictures.times) and numbers_elsewhere(path) == pictures.numbers
    return Original(path, seconds, pictures, at_hertz(sound, rate), above, rate, _packets(path), elsewhere)


def numbers_elsewhere(path: Path) -> list[int]:
    """The numbers on the pictures as OpenH264 decodes them; of what it cannot decode, none or a part."""
    width, height = ELSEWHERE
    before = ("-v", "quiet", "-nostdin", "-c:v", "libopenh264", "-i", str(path), "-map", "0:v:0")
    after = ("-vf", f"scale={width}:{height},format=gray", "-fps_mode", "passthrough", "-f", "rawvideo", "-")
    played = subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *before, *after], stdout=subprocess.PIPE, check=False)
    dots = np.frombuffer(played.stdout, np.uint8)
    pictures = dots[: len(dots) // (width * height) * width * height].reshape(-1, height, width, 1)
    return [read_stamp(image)[0] for image in pictures]


def _packets(path: Path) -> list[Stored]:
    found: list[Stored] = []
    with av.open(str(path)) as media:
        origin_s = max(0, media.start_time or 0) / 1_000_000
        streams = [*media.streams.video[:1], *media.streams.audio[:1]]
        for packet in media.demux(streams):
            if packet.pts is not None and packet.size >= TELLING:
                start = float(packet.pts * packet.time_base) - origin_s
                length = float((packet.duration or 0) * packet.time_base)
                found.append(Stored(start, start + length, bytes(packet)))
    return found


def read_pictures(path: Path, *, hidden: bool = False) -> Pictures:
    """Decode all pictures; with `hidden`, also those that an edit list would keep from being shown."""
    found = Pictures([], [], [], (0, 0), 0.0)
    size, end_s = (0, 0), 0.0
    with av.open(str(path), container_options={"ignore_editlist": "1"} if hidden else {}) as media:
        if not media.streams.video:
            return found
        origin_s = max(0, media.start_time or 0) / 1_000_000
        for frame in media.decode(video=0):
            turns = round(frame.rotation / 90) % 4
            grey = np.rot90(frame.to_ndarray(format="gray"), turns)
            found.numbers.append(read_stamp(grey[:, :, None].astype(np.uint8))[0])
            found.times.append(float(frame.time or 0.0) - origin_s)
            found.thumbs.append(_thumb(grey))
            aspect = media.streams.video[0].sample_aspect_ratio or Fraction(1)
            wide = (round(frame.width * aspect), frame.height)
            size = wide if turns % 2 == 0 else wide[::-1]
            end_s = max(end_s, found.times[-1] + float(frame.duration * (frame.time_base or 0)))
    return Pictures(found.numbers, found.times, found.thumbs, size, end_s)


def _thumb(grey: NDArray[np.generic]) -> Grey:
    """The picture in THUMB dots, each the mean of those that it stands for."""
    small = grey.astype(np.float64)
    for axis, dots in enumerate(THUMB):
        edges = np.linspace(0, grey.shape[axis], dots, endpoint=False).astype(int)
        counts = np.diff(edges, append=grey.shape[axis])
        small = np.add.reduceat(small, edges, axis=axis) / counts.reshape((-1, 1) if axis == 0 else (1, -1))
    return np.rint(small).astype(np.uint8)


def read_sound(path: Path, *, hidden: bool = False) -> tuple[Wave, int]:
    """The first track, mixed to one channel, placed by its times from the first moment on; and its rate (0 for none).

    Times that are off by less than 20 ms are rounding: the samples follow one another.
    """
    blocks: list[tuple[int, Wave]] = []
    rate, expected = 0, -1
    with av.open(str(path), container_options={"ignore_editlist": "1"} if hidden else {}) as media:
        if not media.streams.audio:
            return np.zeros(0), 0
        origin_s = max(0, media.start_time or 0) / 1_000_000
        for frame in media.decode(audio=0):
            rate = frame.sample_rate
            at = round((float(frame.time or 0.0) - origin_s) * rate)
            at = expected if expected >= 0 and abs(at - expected) < 0.02 * rate else at
            blocks.append((at, _mono(frame)))
            expected = at + frame.samples
    wave = np.zeros(max((at + len(block) for at, block in blocks), default=0))
    for at, block in blocks:
        wave[max(0, at) : max(0, at + len(block))] = block[max(0, -at) :]
    return wave, rate


def _mono(frame: av.AudioFrame) -> Wave:
    block = frame.to_ndarray().astype(np.float64)
    if frame.format.name.startswith("s16"):
        block /= 32_768
    channels = len(frame.layout.channels)
    mono: Wave = block.mean(axis=0) if frame.format.is_planar else block.reshape(-1, channels).mean(axis=1)
    return mono


def at_hertz(wave: Wave, rate: int) -> Wave:
    if not len(wave):
        return wave
    places = np.arange(int(len(wave) * HERTZ / rate)) * (rate / HERTZ)
    resampled: Wave = np.interp(places, np.arange(len(wave)), wave)
    return resampled


def above_voices(wave: Wave, rate: int) -> Wave:
    """What is left of the sound above FAINT_HZ."""
    if not len(wave):
        return wave
    spectrum = np.fft.rfft(wave)
    spectrum[: int(FAINT_HZ * len(wave) / rate)] = 0
    above: Wave = np.fft.irfft(spectrum, len(wave))
    return above
