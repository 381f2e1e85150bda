"""The real camera, through OpenCV: V4L2 on Linux, Media Foundation on Windows, AVFoundation on macOS."""

import logging
import sys
import threading
from pathlib import Path

import cv2

from capture.clock import Clock
from capture.errors import DeviceGone, DeviceMissing, DeviceRefused
from capture.model import Camera, Frame, PictureFormat

log = logging.getLogger(__name__)

READ_TIMEOUT_MS = 1000
"""A camera that is silent for so long counts as lost."""
BAD_PICTURES = 15
"""A cheap camera sends a damaged picture now and then, which is skipped; so many running are no camera any more."""
LATEST_STAMP_S = 1.0
"""A driver's stamp further away from now is not on our clock, and the moment of arrival is used instead."""

_BACKENDS = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_MSMF, "darwin": cv2.CAP_AVFOUNDATION}


def _open(camera: Camera, picture: PictureFormat) -> cv2.VideoCapture:
    backend = _BACKENDS.get(sys.platform, cv2.CAP_ANY)
    address: int | str = int(camera.address) if camera.address.isdigit() else camera.address
    capture = cv2.VideoCapture(address, backend)
    if not capture.isOpened():
        capture.release()
        raise _refusal(camera)
    # MJPG must be asked for before the size, or USB 2 leaves 10 frames a second at 1280x720.
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, picture.width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, picture.height)
    capture.set(cv2.CAP_PROP_FPS, picture.fps)
    capture.set(cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS)
    return capture


def _refusal(camera: Camera) -> DeviceMissing | DeviceRefused:
    """Say why a camera did not open, as far as the system tells."""
    path = Path(camera.address)
    if camera.address.startswith("/") and not path.exists():
        return DeviceMissing(f"The camera “{camera.name}” is not plugged in. Plug it in, or choose another one.")
    return DeviceRefused(
        f"The camera “{camera.name}” does not start. Another program may be using it: "
        "close video calls and other camera programs, then try again."
    )


class OpenCvCamera:
    """An open camera. Raises DeviceMissing or DeviceRefused where it cannot be opened."""

    def __init__(self, camera: Camera, picture: PictureFormat, clock: Clock) -> None:
        self._camera = camera
        self._clock = clock
        self._closed = threading.Event()
        self._reading = threading.Lock()
        self._capture = _open(camera, picture)
        first = self._waiting = self._grab()
        if first is None:
            self._capture.release()
            raise _refusal(camera)
        height, width = first.image.shape[:2]
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self._picture = PictureFormat(width, height, fps if 1 <= fps <= 240 else picture.fps)

    @property
    def picture(self) -> PictureFormat:
        """What the first frame showed that the camera really delivers."""
        return self._picture

    def _grab(self) -> Frame | None:
        """The next whole picture, or None where the camera delivers none any more."""
        for _ in range(BAD_PICTURES):
            try:
                if not self._capture.grab():
                    return None
                now = self._clock.now_s()
                stamp = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
                read, image = self._capture.retrieve()
            except cv2.error:  # what some drivers answer with when the plug is pulled
                log.warning("OpenCV gives up", exc_info=True)
                return None
            if read and image is not None and image.size:
                # Only V4L2 stamps with the monotonic clock; others count from their own start.
                trusted = sys.platform == "linux" and 0 <= now - stamp < LATEST_STAMP_S
                return Frame(image.astype("uint8", copy=False), stamp if trusted else now)
        return None

    def read(self) -> Frame | None:
        """Wait for the next frame; None after close(). Raises DeviceGone after a second of silence or an error."""
        with self._reading:
            if self._closed.is_set():
                return None
            frame, self._waiting = self._waiting, None
            frame = frame or self._grab()
        if frame is None and not self._closed.is_set():
            raise DeviceGone(f"The camera “{self._camera.name}” has stopped.")
        return frame

    def close(self) -> None:
        """Give the camera back, when a read that is under way has ended."""
        self._closed.set()
        with self._reading:
            self._capture.release()
