"""The camera thread: reads frames into a slot of one for the preview and into the open take.

Between takes it keeps the last second for the take that may come. A second thread watches over it: a camera that
delivers nothing, and no error either, counts as lost too. A third looks at a frame now and then for the picture coach.
"""

import contextlib
import logging
import threading
from collections.abc import Callable

from capture.clock import Clock
from capture.errors import CaptureError, DeviceGone
from capture.model import Frame, PictureFormat
from capture.picture_coach import LOOK_EVERY_S, PictureCoach, PictureHint
from capture.preroll import PREROLL_BYTES, Preroll
from capture.sources import FrameSource
from capture.take import TakeWriter
from capture.threads import Threads

log = logging.getLogger(__name__)

RETRY_S = 0.5
"""How often a lost camera is looked for."""
LOST_AFTER_S = 0.85
"""A camera that delivers nothing for so long counts as lost, and that is told within a second."""
WATCH_EVERY_S = 0.1
LOOK_IN_TAKE_S = 0.5
CLOSE_TIMEOUT_S = 3.0
"""So long is a driver that never returns waited for; then its thread is left behind."""


class CameraReader:
    """Opens a camera and reads it until close(). on_lost(True) when it stops, on_lost(False) when it is back.

    Raises CaptureError where it cannot be opened at the beginning.
    """

    def __init__(
        self,
        open_source: Callable[[], FrameSource],
        on_lost: Callable[[bool], None],
        *,
        clock: Clock,
        threads: Threads,
        coach: PictureCoach | None = None,
    ) -> None:
        self._open = open_source
        self._on_lost = on_lost
        self._clock = clock
        self._source: FrameSource = open_source()
        self.picture: PictureFormat = self._source.picture
        """What the camera delivers just now; a take that is open keeps its own size."""
        self.latest: Frame | None = None
        """The newest frame: written by the camera thread, pulled by the screen."""
        self._take: TakeWriter | None = None
        self._preroll: Preroll[Frame] = Preroll(room=PREROLL_BYTES)
        self._guard = threading.Lock()
        self._lost = False
        self._came_s: float | None = None
        self._coach = coach
        self._closing = threads.flag()
        self._thread = threads.start("camera", self._run)
        self._watcher = threads.start("camera-watch", self._watch)
        self._looker = threads.start("coach", lambda: self._look(coach)) if coach else None

    # -- any thread -------------------------------------------------------------------------------------------------

    @property
    def hint(self) -> PictureHint | None:
        """What would make the picture better just now."""
        return None if self._lost or self._coach is None else self._coach.hint

    def give_to(self, take: TakeWriter | None) -> None:
        """From now on frames go into this take, those of the second before among them; None: into none."""
        with self._guard:
            self._take = take
            for frame in self._preroll.take():
                if take is not None:
                    take.offer_frame(frame)

    def close(self) -> None:
        """End the thread and give the camera back. Waits for the frame that is being read, but not for ever."""
        self._closing.raise_it()
        self._source.close()
        self._watcher.join()
        if self._looker is not None:
            self._looker.join()
        if not self._thread.join(CLOSE_TIMEOUT_S):
            log.error("the camera's driver does not answer; its thread is left behind")
            return
        self._source.close()

    def _tell(self, *, lost: bool) -> None:
        with self._guard:
            changed, self._lost = self._lost != lost, lost
            if lost:
                self.latest = None
                self._preroll.clear()
        if changed and not self._closing.is_up():
            log.warning("the camera %s", "has stopped" if lost else "is back")
            self._on_lost(lost)

    # -- camera thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._closing.is_up():
                try:
                    frame = self._source.read()
                except DeviceGone:
                    self._find_again()
                    continue
                if frame is not None:
                    self._hand_out(frame)
        finally:
            self._tell(lost=True)  # unless it is closing, a bug: nobody must go on in front of a still picture

    def _hand_out(self, frame: Frame) -> None:
        self._came_s = self._clock.now_s()
        if self._lost:
            self._tell(lost=False)
        with self._guard:
            self.latest = frame
            if self._take is not None:
                self._take.offer_frame(frame)
            else:
                self._preroll.add(frame.at_s, frame, frame.image.nbytes)

    def _find_again(self) -> None:
        self._came_s = None
        self._source.close()
        self._tell(lost=True)
        while not self._closing.wait(RETRY_S):
            with contextlib.suppress(CaptureError):
                self._source = self._open()
                self.picture = self._source.picture
                return  # it is back when a frame comes

    # -- watching thread --------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        while not self._closing.wait(WATCH_EVERY_S):
            came_s = self._came_s
            if came_s is not None and not self._lost and self._clock.now_s() - came_s > LOST_AFTER_S:
                self._tell(lost=True)

    # -- coaching thread --------------------------------------------------------------------------------------------

    def _look(self, coach: PictureCoach) -> None:
        """Often before a take, when there is time for it; less often while the encoder needs the computer."""
        while not self._closing.wait(LOOK_EVERY_S if self._take is None else LOOK_IN_TAKE_S):
            frame = self.latest
            if frame is not None:
                coach.look(frame)
