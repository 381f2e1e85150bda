"""The real camera, through OpenCV: V4L2 on Linux, Media Foundation on Windows, AVFoundation on macOS.

OpenCV's calls run on a thread of their own, `camera-driver`, and hand frames over a queue. So a camera that hangs
without an error is noticed after a second on every system, whatever OpenCV's own patience is (10 s on Linux, for ever
on Windows), and a driver that never comes back from a call holds that thread alone.
"""

import atexit
import contextlib
import logging
import os
import queue
import sys
import threading
from pathlib import Path

import cv2

from capture.clock import Clock
from capture.culprit import Kind
from capture.errors import CaptureError, DeviceGone
from capture.model import Camera, Frame, PictureFormat
from capture.refusals import camera_refusal, silent

log = logging.getLogger(__name__)

SILENT_S = 0.9
"""A camera that delivers nothing for so long counts as lost: with what follows, the user is told within a second."""
GRACE_S = 0.05
"""One more look: after this program itself was asleep, frames that wait at the driver need a moment."""
FIRST_PICTURE_S = 5.0
"""A camera may take so long to wake up."""
OPEN_S = 20.0
"""Windows needs up to 15 s for some cameras; a driver that has not answered by then never does."""
CLOSE_S = 2.0
"""close() waits so long for a call that is under way, and then leaves it to itself."""
BAD_PICTURES = 15
"""A cheap camera sends a damaged picture now and then, which is skipped; so many running are no camera any more."""
LATEST_STAMP_S = 1.0
"""A driver's stamp further away from now is not on our clock, and the moment of arrival is used instead."""
WAITING = 3
"""So many frames wait for their reader; the driver keeps the next ones."""
WAIT_S = 0.005

_BACKENDS = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_MSMF, "darwin": cv2.CAP_AVFOUNDATION}
_PATIENCE = "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"
"""Whole seconds; OpenCV reads it at each opening. CAP_PROP_READ_TIMEOUT_MSEC does nothing with V4L2 (OpenCV 5.0)."""


def _open(address: str, picture: PictureFormat) -> cv2.VideoCapture | None:
    backend = _BACKENDS.get(sys.platform, cv2.CAP_ANY)
    place: int | str = int(address) if address.isdigit() else str(Path(address).resolve())
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # what matters is said by camera_refusal()
    os.environ[_PATIENCE] = "1"
    capture = cv2.VideoCapture(place, backend)
    if not capture.isOpened():
        capture.release()
        return None
    # MJPG must be asked for before the size, or USB 2 leaves 10 frames a second at 1280x720.
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, picture.width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, picture.height)
    capture.set(cv2.CAP_PROP_FPS, picture.fps)
    return capture


class OpenCvCamera:
    """A camera that is open between open() and close()."""

    def __init__(self, camera: Camera, clock: Clock) -> None:
        self._camera = camera
        self._clock = clock
        self._closed = threading.Event()
        self._gone = False
        self._first = threading.Event()
        """The first picture is there, or it is certain that there will be none."""
        self._frames: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        """None: there will be no more."""
        self._picture: PictureFormat | None = None
        self._thread: threading.Thread | None = None

    def open(self, picture: PictureFormat) -> None:
        """Wait for the first picture. Raises DeviceMissing or DeviceRefused."""
        self._thread = threading.Thread(target=self._drive, args=(picture,), name="camera-driver", daemon=True)
        self._thread.start()
        self._first.wait(OPEN_S)
        if self._picture is None:
            hangs = not self._first.is_set()
            self.close()
            raise silent(Kind.CAMERA, self._camera.name) if hangs else self._refusal()

    def _refusal(self) -> CaptureError:
        return camera_refusal(self._camera)

    @property
    def picture(self) -> PictureFormat:
        """What the first frame showed that the camera really delivers."""
        assert self._picture is not None, "open() came first"
        return self._picture

    @property
    def stuck(self) -> bool:
        """True while the camera is closed and its driver has not come back from a call."""
        return self._closed.is_set() and self._thread is not None and self._thread.is_alive()

    # -- the camera-driver thread -------------------------------------------------------------------------------------

    def _drive(self, wish: PictureFormat) -> None:
        capture: cv2.VideoCapture | None = None
        try:
            capture = _open(self._camera.address, wish)
            if capture is not None and self._begin(capture, wish):
                self._deliver(capture)
        except cv2.error:  # what some drivers answer with when the plug is pulled
            log.warning("OpenCV gives up", exc_info=True)
        finally:
            if capture is not None:
                capture.release()
            self._frames.put(None)
            self._first.set()

    def _begin(self, capture: cv2.VideoCapture, wish: PictureFormat) -> bool:
        first = self._grab(capture, FIRST_PICTURE_S)
        if first is None:
            return False
        height, width = first.image.shape[:2]
        fps = capture.get(cv2.CAP_PROP_FPS)
        self._picture = PictureFormat(width, height, fps if 1 <= fps <= 240 else wish.fps)
        self._frames.put(first)
        self._first.set()
        return True

    def _deliver(self, capture: cv2.VideoCapture) -> None:
        """Until close(), or until the camera says that it is gone. A silent one is the reader's to give up."""
        while not self._closed.is_set():
            if self._frames.qsize() >= WAITING:
                self._closed.wait(WAIT_S)
                continue
            frame = self._grab(capture, OPEN_S)
            if frame is None:
                return
            self._frames.put(frame)

    def _grab(self, capture: cv2.VideoCapture, patience_s: float) -> Frame | None:
        """The next whole picture, or None where the camera fails, is silent for so long, or is closed."""
        end_s, bad = self._clock.now_s() + patience_s, 0
        while bad < BAD_PICTURES and not self._closed.is_set():
            asked_s = self._clock.now_s()
            if not capture.grab():
                now = self._clock.now_s()
                if now - asked_s < SILENT_S / 2 or now > end_s:  # at once: an error; late: OpenCV's own patience
                    return None
                continue
            now = self._clock.now_s()
            stamp = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            read, image = capture.retrieve()
            if read and image is not None and image.size:
                # Only V4L2 stamps with the monotonic clock; others count from their own start.
                trusted = sys.platform == "linux" and 0 <= now - stamp < LATEST_STAMP_S
                return Frame(image.astype("uint8", copy=False), stamp if trusted else now)
            bad += 1
        return None

    # -- its reader ---------------------------------------------------------------------------------------------------

    def read(self) -> Frame | None:
        """Wait for the next frame; None after close(). Raises DeviceGone after a second of silence or an error."""
        frame = None if self._gone or self._closed.is_set() else self._next()
        if self._closed.is_set():
            return None
        if frame is None:
            self._gone = True
            raise DeviceGone(f"The camera “{self._camera.name}” has stopped.")
        return frame

    def _next(self) -> Frame | None:
        for patience_s in (SILENT_S, GRACE_S):
            with contextlib.suppress(queue.Empty):
                return self._frames.get(timeout=patience_s)
        log.warning("the camera delivers nothing")
        return None

    def close(self) -> None:
        """Give the camera back. Waits for the read that is under way, but not for a camera that is gone.

        A driver that hangs is left to itself: its thread ends, and frees the camera, when the driver comes back.
        """
        self._closed.set()
        self._frames.put(None)
        if self._thread is not None:
            self._thread.join(0 if self._gone else CLOSE_S)
            if self._thread.is_alive():
                log.warning("the driver of “%s” has not come back; it is left to itself", self._camera.name)
                # Python aborts when OpenCV comes back to it while it shuts down: most do within OpenCV's patience.
                atexit.register(self._thread.join, CLOSE_S)
