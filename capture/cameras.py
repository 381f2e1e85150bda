"""The camera thread: reads frames into a slot of one for the preview and into the open take."""

import contextlib
import logging
import threading
from collections.abc import Callable

from capture.errors import CaptureError, DeviceGone
from capture.model import Frame, PictureFormat
from capture.sources import FrameSource
from capture.take import TakeWriter

log = logging.getLogger(__name__)

RETRY_S = 0.5
"""How often a lost camera is looked for."""


class CameraReader:
    """Opens a camera and reads it until close(). on_lost(True) when it stops, on_lost(False) when it is back.

    Raises CaptureError where it cannot be opened at the beginning.
    """

    def __init__(self, open_source: Callable[[], FrameSource], on_lost: Callable[[bool], None]) -> None:
        self._open = open_source
        self._on_lost = on_lost
        self._source: FrameSource = open_source()
        self.picture: PictureFormat = self._source.picture
        """What the camera delivers just now; a take that is open keeps its own size."""
        self.latest: Frame | None = None
        """The newest frame: written by the camera thread, pulled by the screen."""
        self.take: TakeWriter | None = None
        """Where frames go besides; set and cleared by the recorder thread."""
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                try:
                    frame = self._source.read()
                except DeviceGone:
                    self._find_again()
                    continue
                if frame is not None:
                    self._hand_out(frame)
        finally:
            if not self._closing.is_set():  # a bug: the user must not go on in front of a still picture
                self.latest = None
                self._on_lost(True)

    def _hand_out(self, frame: Frame) -> None:
        self.latest = frame
        take = self.take
        if take is not None:
            take.offer_frame(frame)

    def _find_again(self) -> None:
        self.latest = None
        self._source.close()
        if self._closing.is_set():
            return
        log.warning("the camera has stopped")
        self._on_lost(True)
        while not self._closing.wait(RETRY_S):
            with contextlib.suppress(CaptureError):
                self._source = self._open()
                self.picture = self._source.picture
                log.info("the camera is back")
                self._on_lost(False)
                return

    def close(self) -> None:
        """End the thread and give the camera back. Waits for the frame that is being read."""
        self._closing.set()
        self._source.close()
        self._thread.join()
        self._source.close()
