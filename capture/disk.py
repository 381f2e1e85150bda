"""The disk port: what a take needs from a disk, and nothing more."""

import errno
import os
import shutil
from pathlib import Path
from typing import Protocol

from capture.errors import DiskFull


class Disk(Protocol):
    """Syncs, renames and measures; a simulation passes in its own."""

    def sync(self, path: Path) -> None:
        """Return when the file's bytes are on the disk. Raises OSError; a failed sync must never be trusted again."""

    def publish(self, part: Path, final: Path) -> None:
        """Sync a whole file and give it its final name, durably. Raises OSError, FileExistsError among them."""

    def free_bytes(self, folder: Path) -> int:
        """Bytes that this user may still write there. Raises OSError."""


class RealDisk:
    """The computer's own disk."""

    def sync(self, path: Path) -> None:
        """Sync through a descriptor of our own: the encoder child holds another one of the same file."""
        # Windows wants a descriptor that may write (FlushFileBuffers); Linux and macOS take either.
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        try:
            getattr(os, "fdatasync", os.fsync)(descriptor)
        finally:
            os.close(descriptor)

    def publish(self, part: Path, final: Path) -> None:
        """Sync, rename, and sync the folder where the system can do that."""
        self.sync(part)
        if final.exists():
            raise FileExistsError(errno.EEXIST, "nothing is written over another file", str(final))
        part.replace(final)
        if os.name == "posix":
            folder = os.open(final.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def free_bytes(self, folder: Path) -> int:
        """As the system tells it, without the reserve of the administrator."""
        return shutil.disk_usage(folder).free


LEAST_FREE_BYTES = 64_000_000
"""A take does not begin with less, and ends itself when less is left: room to close it and for the catalogue."""


def require_room(disk: Disk, folder: Path) -> None:
    """Raise DiskFull where a take could not even begin."""
    if disk.free_bytes(folder) < LEAST_FREE_BYTES:
        raise DiskFull("There is not enough room on this computer to record. Delete something you no longer need.")
