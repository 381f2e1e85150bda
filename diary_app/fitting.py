"""Fits the recorder to this computer: what it can encode, and what it has to guard the sound and coach the picture."""

import logging
import threading
from functools import partial

import cv2

from capture.ability import Ability, from_json, measure, to_json
from capture.aids import load_aids
from capture.clock import Clock
from capture.encoder import EncoderChild
from capture.errors import CaptureError
from capture.model import PictureFormat
from capture.recorder import Recorder
from capture.state import Idle
from diary_app.folders import Folders
from upload.files import write_whole

log = logging.getLogger(__name__)

SETTLE_S = 10.0
"""The app has started by then, and the measurement does not measure that."""


class Fitting:
    """One thread, `fitting`, which ends when all is known. The result of the measurement is kept in a file."""

    def __init__(self, folders: Folders, clock: Clock, recorder: Recorder) -> None:
        # OpenCV's own threads wait for each other longer than they work: with eight of them, converting a picture
        # costs five times as much processor time as with one.
        cv2.setNumThreads(1)
        self._path = folders.common.data / "ability.json"
        self._clock = clock
        self._recorder = recorder
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.picture = PictureFormat()
        """What this computer keeps up with."""
        self._use(self._known())

    def start(self) -> None:
        """Load the models, and measure this computer if nobody has."""
        self._thread = threading.Thread(target=self._run, name="fitting", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._recorder.aids = load_aids()
        if self._known() is None and not self._closing.wait(SETTLE_S):
            self._measure()

    def _known(self) -> Ability | None:
        try:
            return from_json(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            log.warning("what this computer can do is not known", exc_info=True)
            return None

    def _use(self, ability: Ability | None) -> None:
        if ability is not None:
            self.picture = ability.picture
            self._recorder.encoder = partial(EncoderChild, preset=ability.preset)

    def _measure(self) -> None:
        """Never while a take is open: then it is left for the next start."""
        try:
            ability = measure(self._clock, go_on=self._nobody_records)
            if ability is None:
                return
            log.info("this computer can do %s", ability)
            write_whole(self._path, to_json(ability).encode())
            self._use(ability)
        except (CaptureError, OSError):
            log.warning("this computer could not be measured", exc_info=True)

    def _nobody_records(self) -> bool:
        return not self._closing.is_set() and isinstance(self._recorder.state, Idle)

    def close(self) -> None:
        """End the thread; waits for the moment of measuring that is under way."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
