"""A take that was cut short is made whole: its whole fragments are kept, and it is given its own name. Any thread.

When only the app died the encoder child has finished the file by itself. When the child or the whole computer died the
file ends in the midst of a fragment, which is cut off; nothing is copied, so this needs no room on the disk.
"""

import errno
from dataclasses import dataclass
from pathlib import Path

from capture.clock import Clock
from capture.disk import Disk
from capture.encoder import part_path
from capture.take_file import TakeFile
from capture.threads import SystemThreads

STILL_S = 0.5
"""A file that has not grown for so long has no writer any more: the encoder child writes ten times a second."""
STILL_TIMEOUT_S = 15.0
CHILD_TIMEOUT_S = 60.0
"""A child that has the file open for longer after the death of its app hangs: the take is left for the next start."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A take that was cut short."""

    pictures: int
    seconds: float


def make_whole(take: Path, disk: Disk, clock: Clock) -> Mended | None:
    """Finish the take that was to be called `take`; None when nothing of it can be played.

    A take that has its name already is only measured. Raises OSError when the disk does not work.
    """
    part = part_path(take)
    if disk.exists(take) or not disk.exists(part):
        return _measured(take, disk) if disk.exists(take) else None
    _wait_until_still(part, disk, clock)
    file = TakeFile(part, disk, SystemThreads())
    file.look()
    file.doubt_end()
    if not file.whole_bytes:  # nothing is cut off a file in which we find nothing of ours
        return None
    file.cut_back()
    disk.publish(part, take)
    return Mended(file.pictures, file.length_s)


def _measured(take: Path, disk: Disk) -> Mended:
    file = TakeFile(take, disk, SystemThreads())
    file.look()
    return Mended(file.pictures, file.length_s)


def _wait_until_still(path: Path, disk: Disk, clock: Clock) -> None:
    """Wait for the encoder child of an app that was killed: it needs a moment to finish, a slow one more than that."""
    since_s = began_s = clock.now_s()
    before = -1
    while (busy := disk.in_use(path)) or clock.now_s() - began_s < STILL_TIMEOUT_S:
        if clock.now_s() - began_s > CHILD_TIMEOUT_S:
            raise BlockingIOError(errno.EBUSY, "an encoder child is still writing to it", str(path))
        size = disk.size(path)
        if size != before or busy:
            before, since_s = size, clock.now_s()
        elif clock.now_s() - since_s >= STILL_S:
            return
        clock.sleep(0.05)
