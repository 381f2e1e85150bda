"""The threads port: how the recorder's parts run side by side, hand things over and wait.

Everything in the recorder that could wait does so through this port (or through the clock's sleep), so that a
simulation can run whole sessions in one thread, in any order it likes, faster than real time. What holds a plain
threading.Lock never waits for anything else.
"""

import queue
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Mailbox(Protocol[T]):
    """Hands items over in order; never full."""

    def put(self, item: T) -> None:
        """Add an item; does not wait."""

    def get(self, timeout_s: float | None = None) -> T | None:
        """Wait for the next item; None when none came in so many seconds (0: look, and do not wait)."""


class Flag(Protocol):
    """Is raised once, and stays so."""

    def raise_it(self) -> None:
        """From now on nobody waits for it any more."""

    def is_up(self) -> bool:
        """True once it was raised."""

    def wait(self, timeout_s: float) -> bool:
        """Wait until it is raised, at most so long; True when it is."""


class Running(Protocol):
    """A thread that was started."""

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait until it has ended, at most so long; True when it has."""


class Threads(Protocol):
    """Starts threads and makes what they share."""

    def start(self, name: str, run: Callable[[], None]) -> Running:
        """Run it on a thread of its own, which does not keep the process alive."""

    def mailbox(self) -> Mailbox[T]:
        """An empty mailbox."""

    def flag(self) -> Flag:
        """A flag that is down."""

    def lock(self) -> AbstractContextManager[object]:
        """A lock for what may wait (for the disk, say) while it is held; not to be taken twice by one thread."""


class _QueueMailbox(Generic[T]):
    def __init__(self) -> None:
        self._items: queue.SimpleQueue[T] = queue.SimpleQueue()
        self.put = self._items.put

    def get(self, timeout_s: float | None = None) -> T | None:
        try:
            return self._items.get_nowait() if timeout_s is not None and timeout_s <= 0 else self._get(timeout_s)
        except queue.Empty:
            return None

    def _get(self, timeout_s: float | None) -> T:
        return self._items.get(timeout=timeout_s)


class _EventFlag:
    def __init__(self) -> None:
        event = threading.Event()
        self.raise_it = event.set
        self.is_up = event.is_set
        self.wait: Callable[[float], bool] = event.wait


class _Thread:
    def __init__(self, thread: threading.Thread) -> None:
        self._thread = thread

    def join(self, timeout_s: float | None = None) -> bool:
        self._thread.join(timeout_s)
        return not self._thread.is_alive()


class SystemThreads:
    """The computer's own threads."""

    def start(self, name: str, run: Callable[[], None]) -> Running:
        """Start a daemon thread."""
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        return _Thread(thread)

    def mailbox(self) -> Mailbox[T]:
        """A queue.SimpleQueue."""
        return _QueueMailbox()

    def flag(self) -> Flag:
        """A threading.Event."""
        return _EventFlag()

    def lock(self) -> AbstractContextManager[object]:
        """A threading.Lock."""
        return threading.Lock()
