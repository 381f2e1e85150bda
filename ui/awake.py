"""The computer does not go to sleep, and its screen does not lock, while somebody records. GUI thread.

One port, Awake, with one way for each system. Each ends with this process, however that ends. A computer that has none
of them goes on without a word except in the log.
"""

import logging
import os
import shutil
import subprocess
import sys
from typing import Protocol

from capture.state import Finishing, Paused, Recording, State

log = logging.getLogger(__name__)


class Awake(Protocol):
    """Asked twice is asked once, and letting go of nothing does nothing."""

    def hold(self) -> None:
        """Stay awake from now on. Returns at once."""

    def let_go(self) -> None:
        """The computer may sleep again. Returns at once."""


class Vigil:
    """Keeps the computer awake as long as a take is open."""

    def __init__(self, awake: Awake) -> None:
        self._awake = awake

    def see(self, state: State) -> None:
        """The recorder is in this state."""
        if isinstance(state, Recording | Paused | Finishing):
            self._awake.hold()
        else:
            self._awake.let_go()

    def end(self) -> None:
        """Nothing is recorded any more."""
        self._awake.let_go()


class Nothing:
    """Where no way is known."""

    def hold(self) -> None:
        """Do nothing."""

    def let_go(self) -> None:
        """Do nothing."""


class Caffeinate:
    """macOS: its own tool, which ends with the process that it watches."""

    def __init__(self, command: tuple[str, ...] = ("caffeinate", "-d", "-i", "-w")) -> None:
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None

    def hold(self) -> None:
        """Start the tool."""
        if self._child is None and shutil.which(self._command[0]):
            self._child = subprocess.Popen([*self._command, str(os.getpid())], stdin=subprocess.DEVNULL)

    def let_go(self) -> None:
        """End it."""
        if self._child is not None:
            self._child.terminate()
            self._child.wait()
            self._child = None


class ExecutionState:
    """Windows: a state of this thread, which ends with it."""

    CONTINUOUS, SYSTEM, DISPLAY = 0x80000000, 0x00000001, 0x00000002

    def hold(self) -> None:
        """The system and its screen stay on."""
        self._set(self.CONTINUOUS | self.SYSTEM | self.DISPLAY)

    def let_go(self) -> None:
        """As the user's settings have it."""
        self._set(self.CONTINUOUS)

    def _set(self, state: int) -> None:
        if sys.platform == "win32":
            import ctypes

            if not ctypes.windll.kernel32.SetThreadExecutionState(state):
                log.info("this computer cannot be kept awake")


def way_of(platform: str) -> Awake:
    """The way of this system (sys.platform)."""
    if platform == "linux":
        from ui.awake_desktop import ScreenSaver, there_is_a_bus

        return ScreenSaver() if there_is_a_bus() else Nothing()
    if platform == "darwin":
        return Caffeinate()
    if platform == "win32":
        return ExecutionState()
    return Nothing()
