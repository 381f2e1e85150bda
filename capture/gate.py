"""The gate in front of a take: which frames come in, and the account of every one. Any thread.

captured = written + scrapped + lost in the queue + lost in the encoder, at the end of every take; what the device left
out is counted beside it and added to both sides of the report.
"""

import threading
from collections import deque

from capture.model import Lost
from capture.rhythm import Rhythm
from capture.timeline import Timeline

PAUSES = 8
"""So many are remembered for frames that are slow to arrive."""


class FrameGate:
    """Lets the frames of the take in, as many as there is room for. Shut until open()."""

    def __init__(self, fps: float, *, room: int) -> None:
        self._guard = threading.Lock()
        self._rhythm = Rhythm(fps)
        self._room = room
        self._time: Timeline | None = None
        self._pauses: deque[tuple[float, float]] = deque(maxlen=PAUSES)
        self._ended_s: float | None = None
        self._waiting = 0
        self._captured = 0
        self._written = 0
        self._queue = 0
        self._encoder = 0
        self._scrapped = 0

    def open(self, at_s: float) -> None:
        """Frames of this moment and later belong to the take."""
        with self._guard:
            self._time = Timeline(at_s)

    def hold(self, at_s: float) -> None:
        """A pause: frames of this moment and later do not belong to the take."""
        with self._guard:
            if self._time is not None:
                self._time = self._time.hold(at_s)

    def resume(self, at_s: float) -> None:
        """Frames of this moment and later belong to it again."""
        with self._guard:
            if self._time is not None and self._time.held_at_s is not None:
                self._pauses.append((self._time.held_at_s, at_s))
                self._time = self._time.resume(at_s)

    def end(self, at_s: float) -> None:
        """The take ends at this moment; frames that were taken before may still come."""
        with self._guard:
            if self._time is None or self._ended_s is not None:
                return
            self._ended_s = at_s
            self._rhythm.ended(self._time.end_s(at_s))

    def shut(self) -> None:
        """No frame comes in any more; may be called twice."""
        with self._guard:
            self._time = None

    def admit(self, at_s: float) -> bool:
        """Count a frame; True when it goes into the queue, False when it is no part of the take or finds no room."""
        with self._guard:
            take_s = None if self._time is None else self._time.take_s(at_s)
            if take_s is None or (self._ended_s is not None and at_s >= self._ended_s):
                return False
            if any(begun_s <= at_s < over_s for begun_s, over_s in self._pauses):
                return False  # taken in the pause, and slow to arrive
            self._rhythm.saw(take_s)
            self._captured += 1
            if self._waiting >= self._room:
                self._queue += 1
                return False
            self._waiting += 1
            return True

    def began_without(self) -> None:
        """The take has begun although no frame came."""
        with self._guard:
            self._rhythm.began_without()

    def left_queue(self) -> None:
        """The encoder thread has taken a frame."""
        with self._guard:
            self._waiting -= 1

    def wrote(self) -> None:
        """The encoder child has been given a frame."""
        with self._guard:
            self._written += 1

    def lost(self) -> None:
        """A frame could not be given to the encoder child."""
        with self._guard:
            self._encoder += 1

    def came_too_late(self) -> None:
        """A frame was taken before the moment at which the user scrapped what was there."""
        with self._guard:
            self._scrapped += 1

    def settle(self, kept: int, *, scrapped: int = 0) -> None:
        """So many of the frames that the encoder child was given are in the file; so many were scrapped from it."""
        with self._guard:
            self._encoder += max(0, self._written - kept - scrapped)
            self._written = kept
            self._scrapped += scrapped

    @property
    def frames_captured(self) -> int:
        """Every frame of the take, those that the device left out among them."""
        with self._guard:
            return self._captured + self._rhythm.missing

    @property
    def frames_written(self) -> int:
        """Frames in the take."""
        with self._guard:
            return self._written

    @property
    def frames_scrapped(self) -> int:
        """Frames that the user scrapped."""
        with self._guard:
            return self._scrapped

    @property
    def frames_lost(self) -> Lost:
        """Frames that are not in it, by cause."""
        with self._guard:
            return Lost(self._rhythm.missing, self._queue, self._encoder)
