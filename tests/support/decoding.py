"""Reads finished files back: which frames they hold, when they are shown, what is heard."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from tests.support.stamp import read_stamp


@dataclass(frozen=True, slots=True)
class Seen:
    """Every frame of a file: bar code, time in seconds, flash."""

    indices: list[int]
    times: list[float]
    flashes: list[float]
    size: tuple[int, int]


def see(path: Path, *, hidden: bool = False) -> Seen:
    """Decode all pictures; with `hidden`, also those that an edit list would keep from being shown."""
    options = {"ignore_editlist": "1"} if hidden else {}
    indices, times, flashes, size = [], [], [], (0, 0)
    with av.open(str(path), container_options=options) as media:
        for frame in media.decode(video=0):
            index, flash = read_stamp(frame.to_ndarray(format="bgr24").astype(np.uint8))
            indices.append(index)
            times.append(frame.time)
            size = (frame.width, frame.height)
            if flash:
                flashes.append(frame.time)
    return Seen(indices, times, flashes, size)


def hear(path: Path) -> NDArray[np.float64]:
    """Decode all sound, mixed to one channel, -1 to 1, placed by its own times from 0 on at 48 kHz."""
    sound = np.zeros(0)
    with av.open(str(path)) as media:
        for frame in media.decode(audio=0):
            assert frame.sample_rate == 48_000
            block = frame.to_ndarray().astype(np.float64)
            channels = len(frame.layout.channels)
            mono = block.mean(axis=0) if frame.format.is_planar else block.reshape(-1, channels).mean(axis=1)
            at = round((frame.time or 0.0) * 48_000)
            if at + len(mono) > len(sound):
                sound = np.concatenate([sound, np.zeros(at + len(mono) - len(sound))])
            sound[max(at, 0) : at + len(mono)] = mono[max(0, -at) :]
    return sound


def beep_times(sound: NDArray[np.float64], *, threshold: float = 0.1) -> list[float]:
    """When each beep begins, in seconds."""
    loud = np.flatnonzero(np.abs(sound) > threshold)
    apart = np.diff(loud, prepend=-(10**9)) > 4_800
    return [float(at) / 48_000 for at in loud[apart]]
