"""Soft tones on the loudspeaker, made here, and for how long it has been quiet since. No Qt.

Whoever begins a recording after them asks quiet_for_s() first: the recording must not hear them.
"""

import logging
import math
import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from diary_app.playback.output import CHANNELS, RATE, OutputError, SoundOutput

log = logging.getLogger(__name__)

TONE_S = 0.14
LEVEL = 0.16
"""Of full scale: softer than speech."""
LATE_S = 0.25
"""A tone that cannot begin within this is left out."""
DEAD_S = 1.0
"""An output that asks for nothing for so long has died: what is left of a tone will not be heard."""
LONGEST_S = 60.0
"""The output is held no longer than this, whatever happens."""


def tone(hz: float) -> NDArray[np.float32]:
    """One tone (samples at 48 kHz, -1 to 1) that swells and fades: it begins and ends without a click."""
    at_s = np.arange(round(TONE_S * RATE)) / RATE
    swell = np.sin(np.pi * at_s / TONE_S) ** 2
    return (LEVEL * swell * np.sin(2 * np.pi * hz * at_s)).astype(np.float32)


class Tones:
    """One loudspeaker for the length of a countdown. No loudspeaker is silence, and no error.

    run() holds it, on a thread of its own; the rest may be called by any thread.
    """

    def __init__(
        self, open_output: Callable[[], SoundOutput | None], *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._open, self._now_s = open_output, now_s
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._latency_s = 0.0
        self._wanted: tuple[float, float] | None = None  # frequency, and when it was asked for
        self._left = tone(0.0)[:0]
        self._asked_s = -math.inf
        self._heard_until_s = -math.inf

    def run(self) -> None:
        """Hold the loudspeaker until end(). Waits."""
        output = self._open()
        if output is None:
            return
        self._latency_s = output.latency_s
        try:
            output.start(self._pull)
            self._over.wait(LONGEST_S)
        except OutputError as error:
            log.info("no tones: %s", error)
        finally:
            output.stop()
            output.close()

    def ring(self, hz: float) -> None:
        """Begin a tone now; left out where the loudspeaker is not ready in time."""
        with self._guard:
            self._wanted = (hz, self._now_s())

    def end(self) -> None:
        """Be silent, and give the loudspeaker back."""
        with self._guard:
            self._wanted = None
            self._left = self._left[:0]
        self._over.set()

    def quiet_for_s(self) -> float:
        """For how many seconds no tone could be heard; less than 0 while one can. None begins any more after this."""
        now_s = self._now_s()
        with self._guard:
            self._wanted = None
            if len(self._left) and now_s - self._asked_s > DEAD_S:
                self._left = self._left[:0]
            if len(self._left):
                return -self._latency_s - len(self._left) / RATE
            return now_s - self._heard_until_s

    def _pull(self, count: int) -> NDArray[np.float32]:
        """On the loudspeaker's thread."""
        now_s = self._now_s()
        out = np.zeros((count, CHANNELS), np.float32)
        with self._guard:
            if self._wanted is not None:
                (hz, asked_s), self._wanted = self._wanted, None
                self._left = tone(hz) if now_s - asked_s < LATE_S else self._left
            now, self._left = self._left[:count], self._left[count:]
            out[: len(now)] = now[:, None]
            self._asked_s = now_s
            if len(now):
                self._heard_until_s = now_s + self._latency_s + len(now) / RATE
        return out
