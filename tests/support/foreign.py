"""Small films of every kind that people bring, and our own takes: numbered pictures, and sound that tells its place.

The sound is noise between 300 and 3500 Hz that never repeats: any moment of it is found again to a fraction of a
millisecond, and a click stands out above it. Each film is made once for a process.
"""

import functools
import random
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

from capture.drift import Span
from capture.model import SOUND_RATE, Frame, PictureFormat, Samples
from capture.sound_track import Hold, Resume
from capture.stream import Sound
from tests.support.stamp import picture
from tests.support.taken import BEGAN_S, FPS, STEP, HandMadeTake

SECONDS = 5.0
LOWEST_HZ, HIGHEST_HZ = 300, 3500
LOUDNESS = 0.12
"""Root mean square of the noise, of 1."""
SMALL = PictureFormat(192, 108, float(FPS))


@functools.cache
def noise(seed: int = 1) -> Samples:
    """Twelve seconds at 48 kHz; another seed is another noise."""
    count = 12 * SOUND_RATE
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(0.0, 1.0, count))
    hertz = np.fft.rfftfreq(count, 1 / SOUND_RATE)
    spectrum[(hertz < LOWEST_HZ) | (hertz > HIGHEST_HZ)] = 0
    wave = np.fft.irfft(spectrum, count)
    samples: Samples = np.rint(wave / wave.std() * LOUDNESS * 32_767).astype(np.int16)
    return samples


# -- masters: pictures and sound as they are, before anybody encodes them ----------------------------------------------


def even(fps: float, seconds: float = SECONDS) -> tuple[float, ...]:
    """The times of pictures at a steady rate."""
    return tuple(number / fps for number in range(round(seconds * fps)))


@functools.cache
def uneven(seconds: float = SECONDS) -> tuple[float, ...]:
    """Times in whole milliseconds: 5 to 150 ms from one to the next, and two standstills of 400 ms."""
    rng = random.Random(7)
    times = [0]
    while times[-1] < 1000 * seconds - 450:
        times.append(times[-1] + (400 if len(times) in (23, 52) else rng.choice((5, 16, 17, 33, 33, 34, 50, 100, 150))))
    return tuple(at / 1000 for at in times)


@dataclass(frozen=True, slots=True)
class Master:
    """What is encoded: when pictures are shown, their size, how often the picture is turned left before it is stored,
    the sound's rate and channels."""

    times: tuple[float, ...] = even(FPS)
    width: int = 192
    height: int = 108
    turned: int = 0
    rate: int = SOUND_RATE


@functools.cache
def _master(master: Master) -> Path:
    """A NUT file of it, with two tracks of sound."""
    path = _folder() / f"master-{_masters()}.nut"
    with av.open(str(path), "w", format="nut") as out:
        video = out.add_stream("rawvideo", rate=Fraction(90_000))
        upright = (master.width, master.height)
        video.width, video.height = upright if master.turned % 2 == 0 else upright[::-1]
        video.pix_fmt, video.codec_context.time_base = "yuv444p", Fraction(1, 90_000)
        tracks = [out.add_stream("pcm_s16le", rate=SOUND_RATE, layout="mono") for _ in range(2)]
        for number, at_s in enumerate(master.times):
            image = np.rot90(picture(number, width=master.width, height=master.height), master.turned)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="bgr24").reformat(format="yuv444p")
            frame.pts, frame.time_base = round(at_s * 90_000), Fraction(1, 90_000)
            out.mux(video.encode(frame))
        for seed, track in enumerate(tracks, 1):
            samples = noise(seed)[: round(SECONDS * SOUND_RATE)]
            for first in range(0, len(samples), 4800):
                block = av.AudioFrame.from_ndarray(samples[None, first : first + 4800], format="s16", layout="mono")
                block.pts, block.sample_rate, block.time_base = first, SOUND_RATE, Fraction(1, SOUND_RATE)
                out.mux(track.encode(block))
    return path


@functools.cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="foreign-")


def _folder() -> Path:
    """Where films lie until the process ends."""
    return Path(_scratch().name)


def _masters() -> int:
    return len(list(_folder().glob("master-*")))


def _ffmpeg(*words: str | Path) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    subprocess.run([*command, *map(str, words)], check=True)


# -- films of other people -------------------------------------------------------------------------------------------

X264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20")
STEADY = ("-fps_mode", "cfr", "-r", str(FPS))
AS_TIMED = ("-fps_mode", "passthrough", "-enc_time_base", "1:90000")
YUV420 = ("-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "128k")
PHONE = (*X264, *STEADY, *YUV420, "-bf", "2", "-x264-params", "b-pyramid=normal:keyint=30:scenecut=0", *AAC)
OPEN = (*X264, *STEADY, *YUV420, "-bf", "3", "-x264-params", "open-gop=1:keyint=40:scenecut=0:b-adapt=0")
ONE_TRACK = ("-map", "0:v:0", "-map", "0:a:0")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a kind of film is made: ffmpeg's words for the master, and for what is done to the film afterwards."""

    suffix: str
    words: tuple[str, ...]
    master: Master = Master()
    streams: tuple[str, ...] = ONE_TRACK
    then: tuple[str, ...] = ()
    """Words for a second run that copies the film's packets."""
    before: tuple[str, ...] = ()
    """Words in front of that run's input."""


def _turned(degrees: int) -> Recipe:
    """A phone held otherwise: the picture is stored as the sensor saw it, and a matrix turns it upright."""
    return Recipe(
        "mp4",
        PHONE,
        Master(turned=-degrees // 90 % 4),
        before=("-display_rotation:v:0", str(degrees)),
        then=("-map", "0", "-c", "copy"),
    )


UNEVEN = Master(uneven())
ODD = Master(width=241, height=137)
SLIDES = Master(even(1.0, 8.0))
FAST = Master(even(60.0))
NO_SOUND = ("-map", "0:v:0")
SOUND_ALONE = ("-map", "0:a:0")
TWO_TRACKS = ("-map", "0:v:0", "-map", "0:a:0", "-map", "0:a:1")
KEYS_40 = (*X264, *YUV420, "-bf", "2", "-g", "40")

RECIPES: dict[str, Recipe] = {
    "phone": Recipe("mp4", PHONE),
    "phone fragmented": Recipe("mp4", (*PHONE, "-movflags", "frag_keyframe+empty_moov+default_base_moof")),
    "phone 60": Recipe("mp4", (*KEYS_40, *AS_TIMED, *AAC, "-ac", "2"), FAST),
    "open groups": Recipe("mp4", (*OPEN, *AAC)),
    "open groups, mkv": Recipe("mkv", (*OPEN, *AAC)),
    "baseline": Recipe("mp4", ("-c:v", "libopenh264", "-b:v", "600k", "-g", "30", *STEADY, *YUV420, *AAC)),
    "long group": Recipe(
        "mp4", (*X264, *STEADY, *YUV420, "-bf", "2", "-g", "9999", "-x264-params", "scenecut=0", *AAC)
    ),
    "intra refresh": Recipe(
        "mp4", (*X264, *STEADY, *YUV420, "-bf", "0", "-x264-params", "intra-refresh=1:keyint=30", *AAC)
    ),
    "uneven": Recipe("mp4", (*KEYS_40, *AS_TIMED, *AAC), UNEVEN),
    "uneven, mkv": Recipe("mkv", (*KEYS_40, "-fps_mode", "passthrough", *AAC), UNEVEN),
    "slides": Recipe("mp4", (*X264, *YUV420, *AS_TIMED, *AAC), SLIDES),
    "slides, mkv": Recipe("mkv", (*X264, *YUV420, *AS_TIMED, *AAC), SLIDES),
    "edit list": Recipe("mp4", (*KEYS_40, *STEADY, *AAC), before=("-ss", "1.05"), then=("-map", "0", "-c", "copy")),
    "late picture": Recipe(
        "mp4", PHONE, then=("-map", "0:v", "-map", "1:a", "-c", "copy"), before=("-itsoffset", "0.4")
    ),
    "late sound": Recipe("mp4", PHONE, then=("-map", "1:v", "-map", "0:a", "-c", "copy"), before=("-itsoffset", "0.7")),
    "short sound": Recipe("mp4", (*PHONE, "-af", "atrim=0:3.3")),
    "negative offsets": Recipe("mp4", (*PHONE, "-movflags", "negative_cts_offsets")),
    "six channels": Recipe("mp4", (*PHONE, "-ac", "6")),
    "full range": Recipe("mp4", (*PHONE, "-vf", "scale=out_range=full,format=yuvj420p")),
    "interlaced": Recipe("mp4", (*X264, *STEADY, *YUV420, "-g", "30", "-bf", "2", "-flags", "+ildct+ilme", *AAC)),
    "late start": Recipe("mkv", (*KEYS_40, *STEADY, *AAC, "-output_ts_offset", "7.5")),
    "camcorder": Recipe(
        "ts", (*X264, *STEADY, *YUV420, "-g", "15", "-bf", "2", "-flags", "+ildct+ilme", "-c:a", "ac3")
    ),
    "transport": Recipe("ts", (*PHONE, "-output_ts_offset", "3600")),
    "turned 90": _turned(90),
    "turned 180": _turned(180),
    "turned 270": _turned(270),
    "stretched": Recipe("mp4", (*PHONE, "-vf", "setsar=4/3")),
    "odd": Recipe("mp4", (*X264, *STEADY, "-pix_fmt", "yuv444p", "-g", "30", *AAC), ODD),
    "odd, webm": Recipe(
        "webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k", *YUV420), ODD
    ),
    "two tracks": Recipe("mp4", (*PHONE, "-ac", "2"), streams=TWO_TRACKS),
    "two tracks, mkv": Recipe("mkv", PHONE, streams=TWO_TRACKS),
    "no sound": Recipe("mp4", PHONE, streams=NO_SOUND),
    "44.1": Recipe("mp4", (*PHONE, "-ar", "44100", "-ac", "2")),
    "mov, pcm": Recipe("mov", (*PHONE, "-c:a", "pcm_s16le")),
    "mov, motion jpeg": Recipe("mov", ("-c:v", "mjpeg", "-q:v", "3", *STEADY, "-c:a", "pcm_s16be", "-ar", "44100")),
    "hevc": Recipe("mp4", ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=30")),
    "hevc 10 bit": Recipe(
        "mov",
        (
            *("-c:v", "libx265", "-preset", "superfast", "-x265-params", "log-level=none:keyint=40:bframes=3"),
            *("-pix_fmt", "yuv420p10le", "-tag:v", "hvc1"),
        ),
    ),
    "webm": Recipe(
        "webm", ("-c:v", "libvpx", "-deadline", "realtime", "-b:v", "500k", *YUV420, "-g", "60", "-c:a", "libvorbis")
    ),
    "mkv": Recipe("mkv", PHONE),
    "avi": Recipe("avi", ("-c:v", "mpeg4", "-q:v", "3", *STEADY, *YUV420, "-c:a", "libmp3lame")),
    "avi, b": Recipe("avi", ("-c:v", "mpeg4", "-q:v", "3", "-bf", "2", *STEADY, *YUV420, "-c:a", "pcm_s16le")),
    "m4a": Recipe("m4a", (*AAC, "-ar", "44100", "-ac", "2"), streams=SOUND_ALONE),
    "mp3": Recipe("mp3", ("-b:a", "128k"), streams=SOUND_ALONE),
    "wav": Recipe("wav", ("-ar", "44100", "-ac", "2"), streams=SOUND_ALONE),
    "flac": Recipe("flac", (), streams=SOUND_ALONE),
    "opus": Recipe("ogg", ("-c:a", "libopus"), streams=SOUND_ALONE),
}


def _foreign(name: str) -> Path:
    recipe = RECIPES[name]
    out = _folder() / f"{name.replace(', ', '-').replace(' ', '-')}.{recipe.suffix}"
    made = out.with_stem(f"{out.stem}-first") if recipe.then else out
    _ffmpeg("-i", _master(recipe.master), *recipe.streams, *recipe.words, made)
    if recipe.then:
        again = ("-i", made) if {"1:a", "1:v"} & set(recipe.then) else ()
        _ffmpeg(*recipe.before, "-i", made, *again, *recipe.then, out)
        made.unlink()
    return out


# -- our own takes -----------------------------------------------------------------------------------------------------


class CodedTake(HandMadeTake):
    """A take whose sound is the noise: what is heard with picture n is the same 1/30 s of it in every take."""

    def feed(self, seconds: float, *, camera: bool = True, microphone: bool = True) -> None:
        """So much more of both; a device that is False delivers nothing."""
        for _ in range(round(seconds * FPS)):
            number, self.next_frame = self.next_frame, self.next_frame + 1
            at_s = BEGAN_S + number / FPS
            if self._look is not None and self._gate is not None and camera and self._gate.admit(at_s):
                self._take_in(Frame(picture(number, width=self._look.width, height=self._look.height), at_s))
            if self._sound and microphone:
                samples = noise()[number * STEP : (number + 1) * STEP]
                self._take_in(Sound(samples, Span(at_s, at_s + 1 / FPS)))

    def pause(self, seconds: float) -> None:
        """So long nothing belongs to the take."""
        if self._gate is not None:
            self._gate.hold(self.now_s)
        self.stream.take_in(Hold(self.now_s))
        self.feed(seconds)
        if self._gate is not None:
            self._gate.resume(self.now_s)
        self.stream.take_in(Resume(self.now_s))


def _plain(take: CodedTake) -> None:
    take.feed(SECONDS)


def _with_scrap(take: CodedTake) -> None:
    take.feed(3.0)
    take.scrap(1.0)
    take.feed(3.0)


def _with_pause(take: CodedTake) -> None:
    take.feed(2.3)
    take.pause(1.0)
    take.feed(2.7)


def _with_losses(take: CodedTake) -> None:
    """The camera is away for 0.8 s, and later the microphone."""
    take.feed(1.5)
    take.feed(0.8, camera=False)
    take.feed(1.0)
    take.feed(0.7, microphone=False)
    take.feed(1.0)


TAKES: dict[str, Callable[[CodedTake], None]] = {
    "take": _plain,
    "take with a scrap": _with_scrap,
    "take with a pause": _with_pause,
    "take with losses": _with_losses,
}


def _taken(name: str) -> Path:
    take = CodedTake(_folder() / f"{name.replace(' ', '-')}.mp4", look=SMALL)
    TAKES[name](take)
    return take.close()


KINDS: tuple[str, ...] = (*TAKES, *RECIPES)


@functools.cache
def film(name: str) -> Path:
    """The film of this kind (see KINDS); made at the first call, and removed when the process ends."""
    return _taken(name) if name in TAKES else _foreign(name)
