"""Plays a take to its end, as PyAV and as ffmpeg do it, and says what is wrong with it."""

import itertools
import subprocess
from dataclasses import dataclass
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

FLASH_PLACE = slice(4, 20)
FLASH_BRIGHTNESS = 245


@dataclass(frozen=True, slots=True)
class Played:
    """A take that was decoded to its end. Seconds of the take."""

    times: tuple[float, ...]
    """Of every picture."""
    flashes: tuple[float, ...]
    """Of the pictures with the demo camera's flash."""
    sound_s: float
    """Where the sound ends; 0 without sound."""

    @property
    def pictures(self) -> int:
        return len(self.times)

    @property
    def picture_s(self) -> float:
        """Where the last picture begins."""
        return self.times[-1] if self.times else 0.0

    @property
    def faults(self) -> list[str]:
        """What no take may show."""
        rising = all(after > before for before, after in itertools.pairwise(self.times))
        return [] if rising else ["picture times do not strictly rise"]


def play(take: Path) -> Played:
    """Decode every picture and all sound. Raises av.FFmpegError where that is not possible."""
    times, flashes, sound_s = list[float](), list[float](), 0.0
    with av.open(str(take)) as media:
        for frame in media.decode(video=0) if media.streams.video else ():
            times.append(_time_of(frame.time))
            if np.asarray(frame.to_ndarray(format="gray"))[FLASH_PLACE, FLASH_PLACE].mean() > FLASH_BRIGHTNESS:
                flashes.append(times[-1])
    with av.open(str(take)) as media:
        for block in media.decode(audio=0) if media.streams.audio else ():
            sound_s = max(sound_s, _time_of(block.time) + block.samples / block.sample_rate)
    return Played(tuple(times), tuple(flashes), sound_s)


def _time_of(seconds: float | None) -> float:
    assert seconds is not None
    return seconds


def complaints(take: Path) -> str:
    """What ffmpeg says against a take when it decodes all of it; nothing for one that is sound."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-v", "error", "-xerror"]
    done = subprocess.run(
        [*command, "-i", str(take), "-enc_time_base:v", "demux", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stderr.strip() or ("" if done.returncode == 0 else f"status {done.returncode}")
