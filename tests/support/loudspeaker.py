"""A loudspeaker that tests own, and the contract that it and the real one keep."""

import functools
import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from diary_app.playback.output import CHANNELS, RATE, OutputError, Pull, SoundOutput

BLOCK = 480
PATIENCE_S = 10.0


class FakeLoudspeaker:
    """Asks for 10 ms of samples every 10 ms from a thread of its own, and keeps what it was given."""

    latency_s = 0.03

    def __init__(self, *, broken: bool = False) -> None:
        self._broken = broken
        self._stop = threading.Event()
        self._dead = threading.Event()
        self._thread: threading.Thread | None = None
        self.played: list[NDArray[np.float32]] = []
        self.closed = False

    @property
    def running(self) -> bool:
        """True between start() and stop()."""
        return self._thread is not None

    def start(self, pull: Pull) -> None:
        if self._broken:
            raise OutputError("The sound output stopped working, so you will not hear this.")
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, args=(pull,), name="test-loudspeaker")
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def close(self) -> None:
        self.stop()
        self.closed = True

    def die(self) -> None:
        """Ask for nothing any more, and say nothing about it: as a sound server does that was killed."""
        self._dead.set()

    def _run(self, pull: Pull) -> None:
        due = time.monotonic()
        while not self._stop.is_set() and not self._dead.is_set():
            self.played.append(pull(BLOCK))
            due += BLOCK / RATE
            self._stop.wait(max(0.0, due - time.monotonic()))


def wait_for(true: Callable[[], bool], what: str, *, seconds: float = PATIENCE_S) -> None:
    """Wait for a condition; AssertionError names it when it does not come."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited {seconds} s for: {what}"
        time.sleep(0.005)


def _reaches(asked: list[int], enough: int) -> bool:
    return sum(asked) > enough


def keeps_the_contract(output: SoundOutput) -> None:
    """What every SoundOutput must do; AssertionError where it does not. Closes it."""
    asked: list[int] = []

    def pull(count: int) -> NDArray[np.float32]:
        asked.append(count)
        return np.zeros((count, CHANNELS), np.float32)

    try:
        assert 0.0 <= output.latency_s < 1.0
        for _ in range(3):
            enough = sum(asked) + RATE // 4
            output.start(pull)
            wait_for(functools.partial(_reaches, asked, enough), "a quarter of a second to be asked for")
            output.stop()
            after = len(asked)
            time.sleep(0.15)
            assert len(asked) == after, "asked after stop() had returned"
        assert all(count > 0 for count in asked)
    finally:
        output.close()
