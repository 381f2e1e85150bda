"""The clock port: one monotonic clock stamps every frame and every block of sound."""

import sys
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits; a simulation passes in its own."""

    def now_s(self) -> float:
        """Seconds of a clock that never jumps and never runs backwards; its zero means nothing."""

    def sleep(self, seconds: float) -> None:
        """Wait; less than zero is no wait at all."""

    def asleep_s(self) -> float:
        """How many seconds this computer has been asleep (suspended) since it was started."""


class MonotonicClock:
    """The system's monotonic clock: on Linux the same one that the V4L2 driver stamps frames with."""

    def now_s(self) -> float:
        """Seconds since some moment in the past."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""
        if seconds > 0:
            time.sleep(seconds)

    def asleep_s(self) -> float:
        """On Linux the boot clock runs on in sleep and the monotonic clock does not; elsewhere always 0.

        Where it is 0 (Windows, macOS) sleep shows as a gap that both devices left.
        """
        if sys.platform != "linux":
            return 0.0
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
