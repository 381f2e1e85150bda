"""A small recorder of its own, run as a child process: OpenCV and sounddevice as any program uses them.

    python -m tests.devices.record_real SECONDS CAMERA MICROPHONE OUT.npz        CAMERA may be "none"

OUT holds indices, flashes and stamps (seconds of the monotonic clock) of the frames, the samples, and the moment of the
first sample of each block. It says when it has started to listen. It shares no code with the app, so that the virtual
devices are judged by themselves.
"""

import sys
import time
from pathlib import Path

import cv2
import numpy as np
import sounddevice
from numpy.typing import NDArray

from tests.support.stamp import read_stamp

LATENCY_S = 0.5
"""Room for a busy machine: samples wait in the device's buffer, and their times stay true."""

Block = tuple[float, NDArray[np.int16], bool]


Shot = tuple[int, bool, float]


def main(seconds: float, node: str, microphone: str, out: Path) -> None:
    blocks: list[Block] = []

    def on_block(
        data: NDArray[np.int16], _count: int, times: "sounddevice.CallbackTime", status: sounddevice.CallbackFlags
    ) -> None:
        late = times.currentTime - times.inputBufferAdcTime
        blocks.append((time.monotonic() - late, data[:, 0].copy(), bool(status.input_overflow)))

    stream = sounddevice.InputStream(
        samplerate=48_000,
        channels=1,
        dtype="int16",
        blocksize=480,
        latency=LATENCY_S,
        device=microphone,
        callback=on_block,
    )
    stream.start()
    print("started", flush=True)
    frames = _film(seconds, node) if node != "none" else _wait(seconds)
    time.sleep(0.5)  # the sound goes on when the camera has failed
    stream.abort()  # stop() would wait for ever for a microphone that hangs
    stream.close()
    np.savez(
        out,
        indices=[frame[0] for frame in frames],
        flashes=[frame[1] for frame in frames],
        stamps=[frame[2] for frame in frames],
        samples=np.concatenate([block[1] for block in blocks] or [np.zeros(0, np.int16)]),
        block_times=[block[0] for block in blocks],
        overflows=[block[2] for block in blocks],
    )


def _wait(seconds: float) -> list[Shot]:
    time.sleep(seconds)
    return []


def _film(seconds: float, node: str) -> list[Shot]:
    """Every frame until the time is over or the camera fails."""
    frames: list[Shot] = []
    camera = cv2.VideoCapture(node, cv2.CAP_V4L2)
    camera.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    camera.set(cv2.CAP_PROP_READ_TIMEOUT_MSEC, 500)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        read, image = camera.read()
        if not read:
            break
        index, flash = read_stamp(image.astype(np.uint8, copy=False))
        frames.append((index, flash, camera.get(cv2.CAP_PROP_POS_MSEC) / 1000))
    camera.release()
    return frames


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]))
