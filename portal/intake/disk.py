"""Writing so that it stays: blocks, fsync, folders, and what the disk says when it cannot. Worker threads."""

import contextlib
import errno
import hashlib
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT)


class StoreError(Exception):
    """The intake cannot do what was asked."""


class NoRoom(StoreError):
    """The disk is full."""


class DiskFailed(StoreError):
    """The disk refused to write or to sync."""


class NotHere(DiskFailed):
    """There is no file of this name."""


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """Name what the disk says."""
    try:
        yield
    except OSError as error:
        kind = NoRoom if error.errno in FULL else DiskFailed
        raise kind(str(error)) from error


class Part:
    """The file of a delivery, open for more bytes. Its lock makes closing wait for a block that is being written."""

    def __init__(self, path: Path, offset: int) -> None:
        """Open at offset, which must be its size; raises NoRoom or DiskFailed."""
        self._synced = self.size = offset
        self._busy = threading.Lock()
        with disk_errors():
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            os.lseek(self._file, offset, os.SEEK_SET)

    def write(self, block: bytes | bytearray) -> None:
        """Write all of the block; raises NoRoom or DiskFailed, and then keeps what fitted."""
        with self._busy, disk_errors():
            rest = memoryview(block)
            while rest:
                written = os.write(self._file, rest)
                self.size += written
                rest = rest[written:]

    def sync(self) -> None:
        """Make what was written durable. A failed sync cannot be tried again: only what was durable before stays."""
        try:
            with self._busy, disk_errors():
                os.fsync(self._file)
        except StoreError:
            os.ftruncate(self._file, self._synced)
            self.size = self._synced
            raise
        self._synced = self.size

    def close(self) -> None:
        """Close the file."""
        with self._busy:
            os.close(self._file)


def sha256(path: Path) -> str:
    """The SHA-256 of a file as it lies on the disk, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    """Make what somebody else wrote into a file durable."""
    with disk_errors(), path.open("r+b") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a rename durable. Windows has no such call, and its rename is journalled."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
