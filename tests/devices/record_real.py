"""A small recorder of its own, run as a child process: OpenCV and sounddevice as any program uses them.

    python -m tests.devices.record_real SECONDS NODE OUT.npz

OUT holds indices, flashes and stamps (seconds of the monotonic clock) of the frames, the samples, and the moment of the
first sample of each block. It shares no code with the app, so that the virtual devices are judged by themselves.
"""

import sys
import time
from pathlib import Path

import cv2
import numpy as np
import sounddevice
from numpy.typing import NDArray

from tests.support.stamp import read_stamp

Block = tuple[float, NDArray[np.int16], bool]


def main(seconds: float, node: str, out: Path) -> None:
    blocks: list[Block] = []

    def on_block(
        data: NDArray[np.int16], _count: int, times: "sounddevice.CallbackTime", status: sounddevice.CallbackFlags
    ) -> None:
        late = times.currentTime - times.inputBufferAdcTime
        blocks.append((time.monotonic() - late, data[:, 0].copy(), bool(status.input_overflow)))

    frames: list[tuple[int, bool, float]] = []
    with sounddevice.InputStream(
        samplerate=48_000, channels=1, dtype="int16", blocksize=480, device="VirtualMic", callback=on_block
    ):
        camera = cv2.VideoCapture(node, cv2.CAP_V4L2)
        camera.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            read, image = camera.read()
            if not read:
                break
            index, flash = read_stamp(image.astype(np.uint8, copy=False))
            frames.append((index, flash, camera.get(cv2.CAP_PROP_POS_MSEC) / 1000))
        camera.release()
    whole = blocks[:]
    np.savez(
        out,
        indices=[frame[0] for frame in frames],
        flashes=[frame[1] for frame in frames],
        stamps=[frame[2] for frame in frames],
        samples=np.concatenate([block[1] for block in whole]),
        block_times=[block[0] for block in whole],
        overflows=[block[2] for block in whole],
    )


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
