"""The syncer thread of a take: what was written is on the disk twice a second, and trouble is told at once.

It also looks after the encoder child, which has nobody else: one that takes nothing for too long is ended.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from capture.disk import LEAST_FREE_BYTES, Disk

log = logging.getLogger(__name__)

SYNC_EVERY_S = 0.5
SETTLE_S = 1.5
"""What was handed to the encoder so long before a sync began is in that sync: a fragment of 0.5 s, and its queues."""

DISK_NEARLY_FULL = (
    "This computer's disk is nearly full, so the recording has stopped. Your recording is safe. "
    "Delete something you no longer need before the next one."
)
DISK_ERROR = "The disk of this computer reports an error, so the recording has stopped. Try another disk."


class Syncer:
    """Syncs `path` until finish(). written_s() tells how many seconds the encoder has been given."""

    def __init__(
        self,
        path: Path,
        disk: Disk,
        *,
        written_s: Callable[[], float],
        end_if_stuck: Callable[[], None],
        on_failed: Callable[[str], None],
    ) -> None:
        self._path = path
        self._disk = disk
        self._written_s = written_s
        self._end_if_stuck = end_if_stuck
        self._on_failed = on_failed
        self.safe_s = 0.0
        """Seconds of the take that are certainly on disk."""
        self.failed = False
        """True after a sync that failed; none is trusted afterwards."""
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="syncer", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._done.wait(SYNC_EVERY_S):
            self._end_if_stuck()
            if not self.failed:
                self._sync()

    def _sync(self) -> None:
        settled_s = self._written_s() - SETTLE_S
        try:
            self._disk.sync(self._path)
            self.safe_s = max(self.safe_s, settled_s)
            if self._disk.free_bytes(self._path.parent) < LEAST_FREE_BYTES:
                self._on_failed(DISK_NEARLY_FULL)
        except OSError:
            log.exception("the disk fails")
            self.failed = True
            self._on_failed(DISK_ERROR)

    def finish(self) -> None:
        """End the thread. Waits for a sync that is under way: the file is renamed next."""
        self._done.set()
        self._thread.join()
