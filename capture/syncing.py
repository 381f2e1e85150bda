"""The syncer thread of a take: what was written is on the disk at once, and trouble with the disk is told at once.

It syncs whenever the encoder child has added a fragment, and knows from the file itself what is safe. It also looks
after what has nobody else: an encoder child that takes nothing for too long, the room that is left, and whether the
computer has slept.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from capture.clock import Clock
from capture.disk import LEAST_FREE_BYTES, Disk
from capture.take_file import TakeFile
from capture.threads import Threads

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.02
"""How soon a new fragment is noticed."""
QUIET_S = 0.08
"""So long after a fragment no other one comes (FRAGMENT_S): nobody looks."""
CARE_EVERY_S = 0.5
"""How often the child, the room and the computer's sleep are looked at."""
PACE_S = 30.0
"""The pace of a take is that of its last half minute."""
FIRST_PACE_S = 3.0
LITTLE_ROOM_S = 600.0
"""When there is room for less than this, the user is told."""
ENOUGH_ROOM_S = 900.0
"""And is told again only after there was room for so much."""
SLEPT_S = 1.0
"""A shorter sleep is none."""

DISK_NEARLY_FULL = (
    "This computer's disk is nearly full, so the recording has stopped. Your recording is safe. "
    "Delete something you no longer need before the next one."
)
DISK_ERROR = "The disk of this computer reports an error, so the recording has stopped. Try another disk."
LITTLE_ROOM = (
    "There is room for about {minutes} more minutes of recording. Your recording is safe. "
    "Delete something you no longer need if you want to go on for longer."
)
SLEPT = "This computer was asleep, and nothing was recorded meanwhile. Your recording is safe, and goes on now."


@dataclass(frozen=True, slots=True)
class Watch:
    """Whom the syncer tells, on its own thread."""

    failed: Callable[[str], None]
    """The take cannot go on; the sentence says why."""
    told: Callable[[str], None]
    """The user must know; the take goes on."""
    slept: Callable[[float], None]
    """The computer has slept for so many seconds."""
    look_after_child: Callable[[], None]


class Syncer:
    """Syncs the take's file until finish()."""

    def __init__(self, file: TakeFile, disk: Disk, clock: Clock, threads: Threads, watch: Watch) -> None:
        self._file = file
        self._disk = disk
        self._clock = clock
        self._watch = watch
        self._cared_s = self._asleep_s = 0.0
        self._pace: deque[tuple[float, int]] = deque()
        self._room_told = False
        self._guard = threading.Lock()
        self._cuts = 0
        self.safe_s = 0.0
        """Seconds of the take that are certainly on disk."""
        self.failed = False
        """True after a sync that failed; none is trusted afterwards."""
        self.room_left_s: float | None = None
        """How much longer the disk lasts at the pace of this take."""
        self._done = threads.flag()
        self._thread = threads.start("syncer", self._run)

    def _run(self) -> None:
        self._asleep_s = self._clock.asleep_s()
        pause_s = LOOK_EVERY_S
        while not self._done.wait(pause_s):
            pause_s = LOOK_EVERY_S
            try:
                if not self.failed and self._sync():
                    pause_s = QUIET_S
                if self._clock.now_s() - self._cared_s >= CARE_EVERY_S:
                    self._cared_s = self._clock.now_s()
                    self._care()
            except OSError:
                log.exception("the disk fails")
                self.failed = True
                self._watch.failed(DISK_ERROR)

    def _sync(self) -> bool:
        """True when there was something to sync."""
        cuts = self._cuts
        if not self._file.look():
            return False
        end_s = self._file.end_s
        self._disk.sync(self._file.path)
        with self._guard:
            if cuts == self._cuts:
                self.safe_s = end_s
        return True

    def cut_back(self, at_s: float) -> None:
        """The take was cut back, and ends at this second. On the encoder thread."""
        with self._guard:
            self._cuts += 1
            self.safe_s = min(self.safe_s, at_s)

    def all_safe(self, seconds: float) -> None:
        """The whole take was synced; it has this length."""
        self.safe_s = seconds

    def _care(self) -> None:
        self._watch.look_after_child()
        self._look_at_room()
        asleep_s = self._clock.asleep_s()
        slept_s, self._asleep_s = asleep_s - self._asleep_s, asleep_s
        if slept_s >= SLEPT_S:
            log.warning("the computer was asleep for %.0f s", slept_s)
            self._watch.slept(slept_s)
            self._watch.told(SLEPT)

    def _look_at_room(self) -> None:
        free = self._disk.free_bytes(self._file.path.parent)
        if free < LEAST_FREE_BYTES:
            self._watch.failed(DISK_NEARLY_FULL)
            return
        self.room_left_s = self._room_left_s(free - LEAST_FREE_BYTES)
        if self.room_left_s is None:
            return
        if self.room_left_s < LITTLE_ROOM_S and not self._room_told:
            self._room_told = True
            self._watch.told(LITTLE_ROOM.format(minutes=max(1, round(self.room_left_s / 60))))
        elif self.room_left_s > ENOUGH_ROOM_S:
            self._room_told = False

    def _room_left_s(self, free: int) -> float | None:
        """At the pace at which the file has grown; None while it has not grown for long enough."""
        length_s, size = self._file.length_s, self._file.whole_bytes
        if self._pace and length_s < self._pace[-1][0]:
            self._pace.clear()  # cut back
        self._pace.append((length_s, size))
        while length_s - self._pace[0][0] > PACE_S:
            self._pace.popleft()
        grown_s, grown = length_s - self._pace[0][0], size - self._pace[0][1]
        return free * grown_s / grown if grown_s >= FIRST_PACE_S and grown > 0 else self.room_left_s

    def finish(self) -> None:
        """End the thread. Waits for a sync that is under way: the file is renamed next."""
        self._done.raise_it()
        self._thread.join()
