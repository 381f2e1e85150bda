"""Makes takes as the recorder makes them: raw pictures and sound down a pipe to ffmpeg, fragmented MP4 out.

Every frame carries its index (stamp.py); every flash has a beep at the same moment.
"""

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from tests.support.stamp import FLASH_EVERY, picture

RATE = 48_000
LIVE = ("-movflags", "delay_moov+default_base_moof+skip_trailer", "-frag_duration", "100000")
AAC = ("-c:a", "aac", "-b:a", "128k", "-ac", "1", "-ar", "48000")


@dataclass(frozen=True, slots=True)
class Look:
    """How a take is made."""

    width: int = 320
    height: int = 180
    preset: str = "ultrafast"
    x264: str = "stitchable=1:scenecut=0:open-gop=0:sync-lookahead=0:rc-lookahead=0:threads=2:sliced-threads=1"
    crf: float = 23.0
    b_frames: int = 0
    video_codec: str = "libx264"
    extra: tuple[str, ...] = LIVE


def ticking(count: int, *, fps: float = 30.0, jitter_s: float = 0.0, seed: int = 1) -> list[float]:
    """The times of `count` frames in seconds: even, or with a camera's jitter (standard deviation)."""
    noise = np.random.default_rng(seed).normal(0.0, jitter_s, count) if jitter_s else np.zeros(count)
    noise[0] = max(noise[0], 0.0) if count else 0.0
    bounded = np.clip(noise, -0.4 / fps, 0.4 / fps)
    return [max(0.0, float(index / fps + bounded[index])) for index in range(count)]


def beeps(times: Sequence[float], seconds: float) -> NDArray[np.int16]:
    """48 kHz mono: 50 ms of 1 kHz from the very moment of each flash, silence between."""
    sound = np.zeros(round(seconds * RATE), np.float64)
    burst = 12_000 * np.sin(2 * np.pi * 1000 * np.arange(RATE // 20) / RATE)
    for index in range(0, len(times), FLASH_EVERY):
        start = round(times[index] * RATE)
        stop = min(len(sound), start + len(burst))
        sound[start:stop] = burst[: stop - start]
    return sound.astype(np.int16)


def tone(seconds: float, *, hertz: float = 220.0) -> NDArray[np.int16]:
    """48 kHz mono: one steady note."""
    return (8_000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.int16)


def make_take(
    path: Path, times: Sequence[float], *, sound: NDArray[np.int16] | None = None, look: Look | None = None
) -> Path:
    """Write a take whose frames appear at these times (seconds); sound None means the beeps of the flashes."""
    look = look or Look()
    length = times[-1] + 1 / 30 if times else 0.0
    samples = beeps(times, length) if sound is None else sound
    _run(path, times, samples=samples, look=look, output=(*_video_options(look), *AAC, *look.extra))
    return path


def make_sound(path: Path, samples: NDArray[np.int16], *, extra: Sequence[str] = LIVE) -> Path:
    """Write a take of sound alone."""
    _run(path, (), samples=samples, look=Look(), output=(*AAC, *extra))
    return path


def make_silent(path: Path, times: Sequence[float], *, look: Look | None = None) -> Path:
    """Write a take of pictures alone."""
    look = look or Look()
    _run(path, times, samples=None, look=look, output=(*_video_options(look), *look.extra))
    return path


def _video_options(look: Look) -> list[str]:
    options = ["-fps_mode", "passthrough", "-enc_time_base", "1:90000", "-c:v", look.video_codec]
    if look.video_codec == "libx264":
        options += ["-preset", look.preset, "-crf", str(look.crf), "-bf", str(look.b_frames), "-g", "30"]
        options += ["-x264-params", look.x264, "-level:v", "4.0"]
    colours = ["-color_range", "tv", "-colorspace", "smpte170m", "-color_primaries", "bt709", "-color_trc", "bt709"]
    return [*options, "-pix_fmt", "yuv420p", "-video_track_timescale", "90000", *colours]


def make_cut_short(path: Path, times: Sequence[float], *, enough: int, look: Look | None = None) -> Path:
    """Write a take whose encoder is killed, once it has written `enough` bytes, before it can finish the file."""
    look = look or Look()
    command = [*_command(), *_video_options(look), *AAC, *look.extra, "-flush_packets", "1", str(path.resolve())]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        _write_live(child.stdin, times, samples=beeps(times, times[-1]), look=look)
        child.stdin.flush()
        deadline = time.monotonic() + 20
        while _size(path) < enough and time.monotonic() < deadline:
            time.sleep(0.02)
        child.kill()
        child.stdin.close()
    return path


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _command() -> list[str]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    return [*command, "-f", "matroska", "-i", "pipe:0"]


def _run(
    path: Path, times: Sequence[float], *, samples: NDArray[np.int16] | None, look: Look, output: Sequence[str]
) -> None:
    command = [*_command(), *output, str(path.resolve())]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        _write_live(child.stdin, times, samples=samples, look=look)
        child.stdin.close()
        assert child.wait() == 0


def _write_live(pipe: object, times: Sequence[float], *, samples: NDArray[np.int16] | None, look: Look) -> None:
    with av.open(pipe, "w", format="matroska") as live:
        video = live.add_stream("rawvideo", rate=Fraction(90000), options={}) if times else None
        if video is not None:
            video.width, video.height, video.pix_fmt = look.width, look.height, "yuv420p"
            video.codec_context.time_base = Fraction(1, 90000)
        audio = live.add_stream("pcm_s16le", rate=RATE, layout="mono") if samples is not None else None
        sent = 0
        for index, at_s in enumerate(times):
            if audio is not None and samples is not None:
                sent = _send_sound(live, audio, samples, sent=sent, upto=round(at_s * RATE))
            frame = av.VideoFrame.from_ndarray(picture(index, width=look.width, height=look.height), format="bgr24")
            frame = frame.reformat(format="yuv420p")
            frame.pts, frame.time_base = round(at_s * 90000), Fraction(1, 90000)
            assert video is not None
            live.mux(video.encode(frame))
        if audio is not None and samples is not None:
            _send_sound(live, audio, samples, sent=sent, upto=len(samples))
            live.mux(audio.encode(None))


def _send_sound(
    live: av.container.OutputContainer, audio: av.AudioStream, samples: NDArray[np.int16], *, sent: int, upto: int
) -> int:
    upto = min(upto, len(samples))
    while sent < upto:
        block = samples[sent : min(upto, sent + 960)]
        frame = av.AudioFrame.from_ndarray(block[None, :], format="s16", layout="mono")
        frame.pts, frame.sample_rate, frame.time_base = sent, RATE, Fraction(1, RATE)
        live.mux(audio.encode(frame))
        sent += len(block)
    return sent


def convert(take: Path, out: Path, *options: str, before: Sequence[str] = ()) -> Path:
    """Make another file of a take with ffmpeg's own options; `before` stand in front of the input."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    subprocess.run([*command, *before, "-i", str(take), *options, str(out)], check=True)
    return out
