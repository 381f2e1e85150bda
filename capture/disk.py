"""The disk port: what a take needs from a disk, and nothing more."""

import errno
import os
import shutil
from pathlib import Path
from typing import IO, Protocol

from capture.errors import DiskFull


class Disk(Protocol):
    """Makes, reads, cuts, syncs, renames and measures files; a simulation passes in its own. All raise OSError."""

    def create(self, path: Path) -> None:
        """Make an empty file that only this user can read. Raises FileExistsError."""

    def exists(self, path: Path) -> bool:
        """True when there is a file of this name."""

    def size(self, path: Path) -> int:
        """How long a file is, in bytes."""

    def read(self, path: Path, at: int, count: int) -> bytes:
        """So many bytes from this place on; fewer at the end of the file."""

    def write(self, path: Path, at: int, data: bytes) -> None:
        """Write over what stands in this place; the file does not grow."""

    def cut(self, path: Path, at: int) -> None:
        """Remove everything from this place on: overwritten first, then cut off, then synced."""

    def sync(self, path: Path) -> None:
        """Return when the file's bytes are on the disk. A failed sync must never be trusted again."""

    def publish(self, part: Path, final: Path) -> None:
        """Sync a whole file and give it its final name, durably. Raises FileExistsError."""

    def remove(self, path: Path) -> None:
        """Delete a file; one that is not there is no error."""

    def in_use(self, path: Path) -> bool:
        """True while an encoder child still has the file open, also one whose app has died."""

    def free_bytes(self, folder: Path) -> int:
        """Bytes that this user may still write there."""


_BINARY = getattr(os, "O_BINARY", 0)
_WIPE_BYTES = 1 << 20


class RealDisk:
    """The computer's own disk. Every call has a descriptor of its own: the encoder child holds another one."""

    def create(self, path: Path) -> None:
        """Make it, and make its name durable."""
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600))
        _sync_folder(path.parent)

    def exists(self, path: Path) -> bool:
        """As the system tells it."""
        return path.exists()

    def size(self, path: Path) -> int:
        """As the system tells it."""
        return path.stat().st_size

    def read(self, path: Path, at: int, count: int) -> bytes:
        """Read from the page cache, as a rule."""
        with path.open("rb", buffering=0) as file:
            file.seek(at)
            return file.read(count)

    def write(self, path: Path, at: int, data: bytes) -> None:
        """Write in place."""
        with path.open("r+b") as file:
            file.seek(at)
            file.write(data)

    def cut(self, path: Path, at: int) -> None:
        """Write zeros, sync, cut, sync: what is cut off is gone from the file's own blocks too.

        A disk that writes every block to a new place (flash, copy-on-write) may keep the old one for a while.
        """
        with path.open("r+b") as file:
            left = file.seek(0, os.SEEK_END) - at
            file.seek(at)
            while left > 0:
                left -= file.write(bytes(min(left, _WIPE_BYTES)))
            file.flush()
            os.fsync(file.fileno())
            file.truncate(at)
            os.fsync(file.fileno())

    def sync(self, path: Path) -> None:
        """Sync the data, and as much of the rest as finding it again needs."""
        # Windows wants a descriptor that may write (FlushFileBuffers); Linux and macOS take either.
        descriptor = os.open(path, os.O_RDWR | _BINARY)
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
        _sync_folder(final.parent)

    def remove(self, path: Path) -> None:
        """Unlink it."""
        path.unlink(missing_ok=True)

    def in_use(self, path: Path) -> bool:
        """Whether the lock of stay_locked() is still held; on Windows, whether the file cannot be renamed."""
        if os.name != "posix":
            return not _renames(path)
        import fcntl

        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def free_bytes(self, folder: Path) -> int:
        """As the system tells it, without the reserve of the administrator."""
        return shutil.disk_usage(folder).free


def stay_locked(file: IO[bytes]) -> None:
    """The file counts as in use as long as anybody has it open through this handle: a child that inherits it has."""
    if os.name == "posix":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_SH)


def _renames(path: Path) -> bool:
    try:
        path.replace(path)
    except PermissionError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can do that (Windows does it by itself)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


LEAST_FREE_BYTES = 64_000_000
"""A take does not begin with less, and ends itself when less is left: room to close it and for the catalogue."""


def require_room(disk: Disk, folder: Path) -> None:
    """Raise DiskFull where a take could not even begin."""
    if disk.free_bytes(folder) < LEAST_FREE_BYTES:
        raise DiskFull("There is not enough room on this computer to record. Delete something you no longer need.")
