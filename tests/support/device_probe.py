"""Opens one camera or microphone as the app does, and writes down what it does. Run as a child process:

    python -m tests.support.device_probe camera ADDRESS OUT.json [FAULT]
    python -m tests.support.device_probe microphone ADDRESS OUT.json [FAULT]

FAULT is a file of the virtual device, which is made after the last frame or block: unplug, hang or block.

The virtual camera lives in LD_PRELOAD, which works at the start of a process only.
"""

import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from capture.clock import MonotonicClock
from capture.devices import Opener, list_cameras
from capture.errors import CaptureError, DeviceGone
from capture.model import AudioBlock, Camera, Microphone, PictureFormat
from capture.sources import FrameSource

FRAMES, BLOCKS = 40, 150


@dataclass
class Probed:
    """What a device did. Times in seconds of the monotonic clock."""

    error: str = ""
    picture: tuple[int, int, float] = (0, 0, 0.0)
    sizes: list[tuple[int, ...]] = field(default_factory=list)
    stamps: list[float] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    """How old each frame or the end of each block was when it came."""
    lengths: list[int] = field(default_factory=list)
    loudest: int = 0
    after_close: list[str] = field(default_factory=list)
    close_s: float = 0.0
    gone_after_s: float = 0.0
    """How long read() took to say that the camera was gone, after the fault."""


def probe_camera(address: str, fault: Path | None = None) -> Probed:
    clock, found = MonotonicClock(), Probed()
    name = next((camera.name for camera in list_cameras() if camera.address == address), "the camera")
    source = Opener(clock).camera(Camera(name, address), PictureFormat(640, 480, 30))
    found.picture = (source.picture.width, source.picture.height, source.picture.fps)
    for _ in range(FRAMES):
        frame = source.read()
        assert frame is not None
        found.sizes.append(frame.image.shape)
        found.stamps.append(frame.at_s)
        found.ages.append(clock.now_s() - frame.at_s)
        assert frame.image.dtype == np.uint8
    if fault:
        found.gone_after_s = _until_gone(source, fault)
    found.close_s = _close_from_another_thread(source.close)
    found.after_close = [str(source.read()), str(source.read())]
    source.close()
    return found


def _until_gone(source: FrameSource, fault: Path) -> float:
    fault.touch()
    before = time.monotonic()
    with contextlib.suppress(DeviceGone):
        while source.read() is not None:
            pass
    after = time.monotonic()
    with contextlib.suppress(DeviceGone):
        source.read()
        raise AssertionError("gone once, and not the second time")
    return after - before


def _close_from_another_thread(close: Callable[[], None]) -> float:
    before = time.monotonic()
    other = threading.Thread(target=close)
    other.start()
    other.join()
    return time.monotonic() - before


def probe_microphone(address: str, fault: Path | None = None) -> Probed:
    clock, found = MonotonicClock(), Probed()
    source = Opener(clock).microphone(Microphone("the microphone", address))
    enough, closed = threading.Event(), threading.Event()

    def on_block(block: AudioBlock) -> None:
        assert not closed.is_set(), "a block after close()"
        found.stamps.append(block.at_s)
        found.lengths.append(len(block.samples))
        found.ages.append(clock.now_s() - block.at_s - len(block.samples) / 48_000)
        found.loudest = max(found.loudest, int(np.abs(block.samples.astype(int)).max()))
        if len(found.stamps) >= BLOCKS:
            enough.set()

    source.start(on_block)
    assert enough.wait(20)
    if fault:
        fault.touch()
    found.close_s = _close_from_another_thread(source.close)
    closed.set()
    source.close()
    return found


def main(kind: str, address: str, out: Path, *fault: str) -> None:
    try:
        folder = os.environ.get("FAKECAM_DIR" if kind == "camera" else "FAKEMIC_DIR", "")
        file = Path(folder, fault[0]) if fault else None
        found = probe_camera(address, file) if kind == "camera" else probe_microphone(address, file)
    except CaptureError as error:
        found = Probed(error=f"{type(error).__name__}: {error}")
    out.write_text(json.dumps(asdict(found)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), *sys.argv[4:])
