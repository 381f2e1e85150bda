"""What the decoding threads put in and the loudspeaker and the screen take out. Every method is short and may be
called by any thread."""

import threading
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diary_app.playback.output import CHANNELS, RATE
from diary_app.playback.pictures import Image

Samples = NDArray[np.float32]
"""samples x 2 channels."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What the loudspeaker has taken so far: at this moment (monotonic seconds), samples `first` to `stop`."""

    at_s: float
    first: int
    stop: int

    def heard_s(self, now_s: float, latency_s: float) -> float:
        """Which second of the result is heard at now_s: the last samples taken are heard `latency_s` after."""
        heard = self.first / RATE + (now_s - self.at_s) - latency_s
        return min(heard, self.stop / RATE)


class SoundQueue:
    """Decoded sound on its way to the loudspeaker; remembers which sample of the result is played when."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: deque[Samples] = deque()
        self._waiting = 0
        self._next = 0
        self._whole = False
        self._pulled: Pulled | None = None

    def restart(self, at_s: float) -> None:
        """Forget everything; the next sample put in is the one at at_s seconds of the result."""
        with self._lock:
            self._blocks.clear()
            self._waiting, self._whole, self._pulled = 0, False, None
            self._next = round(at_s * RATE)

    def put(self, block: Samples) -> None:
        """Add the next samples."""
        with self._lock:
            self._blocks.append(block)
            self._waiting += len(block)

    def finish(self) -> None:
        """There is no more to come."""
        with self._lock:
            self._whole = True

    @property
    def waiting_s(self) -> float:
        """Seconds of sound that wait to be played."""
        with self._lock:
            return self._waiting / RATE

    @property
    def pulled(self) -> Pulled | None:
        """What was taken last; None before the first."""
        with self._lock:
            return self._pulled

    def take(self, count: int, now_s: float) -> Samples:
        """The next samples for the loudspeaker; silence where none wait. The clock stands still while none wait,
        but runs on past the end."""
        out = np.zeros((count, CHANNELS), np.float32)
        with self._lock:
            filled = self._fill(out)
            stop = self._next + (count if self._whole else filled)
            self._pulled = Pulled(now_s, self._next, stop)
            self._next = stop
        return out

    def _fill(self, out: Samples) -> int:
        filled = 0
        while self._blocks and filled < len(out):
            block = self._blocks.popleft()
            some = min(len(block), len(out) - filled)
            out[filled : filled + some] = block[:some]
            if some < len(block):
                self._blocks.appendleft(block[some:])
            filled += some
        self._waiting -= filled
        return filled


class PictureQueue:
    """Decoded pictures on their way to the screen, each with the second of the result at which it appears."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pictures: deque[tuple[float, Image]] = deque()
        self._shown: Image | None = None
        self._fresh = True

    def restart(self) -> None:
        """Forget what waits; what is shown stays until the next picture comes, which is due at once."""
        with self._lock:
            self._pictures.clear()
            self._fresh = True

    def put(self, at_s: float, image: Image) -> None:
        """Add the next picture."""
        with self._lock:
            self._pictures.append((at_s, image))

    def __len__(self) -> int:
        with self._lock:
            return len(self._pictures)

    def due(self, now_s: float) -> Image | None:
        """The picture to show now; older ones that were never shown are dropped. None before the first."""
        with self._lock:
            while self._pictures and (self._fresh or self._pictures[0][0] <= now_s):
                self._fresh = False
                self._shown = self._pictures.popleft()[1]
            return self._shown
