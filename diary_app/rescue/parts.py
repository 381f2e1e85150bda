"""Files on the stick: long ones in parts, written so that they are really there, read without trust. Any thread."""

import os
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from diary_app.rescue.errors import Damaged, cannot_read, cannot_write

PART_BYTES = 2_000_000_000
"""FAT32 holds no file of 4 GB."""
SYNC_BYTES = 2_000_000
"""So much is written between two syncs: a slow stick takes half a second for it, and nobody waits longer to stop."""
NAME = re.compile(r"\d{4}\.age", re.ASCII)
"""What the index may call a file: no folder, no way out of this one."""
_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def part_name(name: str, number: int) -> str:
    """The name of a part, 1 and up; the first one has the plain name."""
    return name if number == 1 else f"{name}.{number}"


class PartWriter:
    """Writes one sealed file as parts. Raises StickFailed; tick() comes after each sync and may raise anything."""

    def __init__(self, folder: Path, name: str, *, tick: Callable[[], None], part_bytes: int = PART_BYTES) -> None:
        self._folder, self._name, self._tick, self._part_bytes = folder, name, tick, part_bytes
        self._number = 0
        self._handle: int | None = None
        self._in_part = self._unsynced = 0

    def write(self, data: bytes) -> None:
        """Write all of it."""
        rest = memoryview(data)
        while rest:
            try:
                written = os.write(self._open(), rest[: self._part_bytes - self._in_part])
            except OSError as error:
                raise cannot_write(error) from error
            rest = rest[written:]
            self._in_part += written
            self._unsynced += written
            if self._unsynced >= SYNC_BYTES:
                self._sync()
                self._tick()

    def _open(self) -> int:
        if self._handle is None or self._in_part >= self._part_bytes:
            self.close()
            self._number += 1
            path = self._folder / part_name(self._name, self._number)
            self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600)
            self._in_part = 0
        return self._handle

    def _sync(self) -> None:
        if self._handle is not None:
            try:
                os.fsync(self._handle)
                forget_cached(self._handle)
            except OSError as error:
                raise cannot_write(error) from error
        self._unsynced = 0

    def close(self) -> None:
        """Everything is on the stick, or StickFailed is raised."""
        if self._handle is not None:
            try:
                self._sync()
            finally:
                handle, self._handle = self._handle, None
                os.close(handle)

    def __enter__(self) -> "PartWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.close()
        elif self._handle is not None:
            os.close(self._handle)


def forget_cached(handle: int) -> None:
    """Have what was synced read from the stick itself next time, where the system can be asked for that."""
    if sys.platform == "linux":
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


class PartReader:
    """Reads the parts of one sealed file as one. Raises Damaged where there is none, StickFailed where it fails."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._number = 1
        self._handle = open_plain(folder / name)
        if self._handle is None:
            raise Damaged

    def read(self, count: int) -> bytes:
        """So many bytes; fewer at the end."""
        gathered = b""
        while self._handle is not None and len(gathered) < count:
            try:
                found = os.read(self._handle, count - len(gathered))
            except OSError as error:
                raise cannot_read(error) from error
            gathered += found
            if not found:
                self.close()
                self._number += 1
                self._handle = open_plain(self._folder / part_name(self._name, self._number))
        return gathered

    def close(self) -> None:
        """Close the part that is open."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> "PartReader":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_plain(path: Path) -> int | None:
    """Open a file to read, and nothing but a file: None where there is none; raises Damaged and StickFailed.

    A link would lead out of the folder, and a pipe would never end.
    """
    try:
        if path.is_symlink():
            raise Damaged
        handle = os.open(path, os.O_RDONLY | _FLAGS)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise cannot_read(error) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Damaged
    return handle
