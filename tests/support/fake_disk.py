"""Disks for tests: one that fails when it is told to, and one that is a stretch of memory.

The bytes of FakeDisk lie on the real disk, so that ffmpeg can write them.
"""

import errno
from pathlib import Path

from capture.disk import RealDisk


class FakeDisk:
    """Keeps the contract of capture.disk.Disk."""

    def __init__(self) -> None:
        self._real = RealDisk()
        self.free: int | None = None
        """Bytes that are free; None: as many as on the real disk."""
        self.sync_fails_after: int | None = None
        """So many syncs work, and then the disk reports EIO for ever."""
        self.syncs = 0
        self.cut_off: list[bytes] = []
        """What was cut off files."""

    def create(self, path: Path) -> None:
        self._real.create(path)

    def exists(self, path: Path) -> bool:
        return self._real.exists(path)

    def size(self, path: Path) -> int:
        return self._real.size(path)

    def read(self, path: Path, at: int, count: int) -> bytes:
        return self._real.read(path, at, count)

    def write(self, path: Path, at: int, data: bytes) -> None:
        self._real.write(path, at, data)

    def cut(self, path: Path, at: int) -> None:
        self.cut_off.append(self._real.read(path, at, self._real.size(path)))
        self._real.cut(path, at)

    def sync(self, path: Path) -> None:
        self.syncs += 1
        if self.sync_fails_after is not None and self.syncs > self.sync_fails_after:
            raise OSError(errno.EIO, "the fake disk fails", str(path))
        self._real.sync(path)

    def publish(self, part: Path, final: Path) -> None:
        self.sync(part)
        self._real.publish(part, final)

    def remove(self, path: Path) -> None:
        self._real.remove(path)

    def in_use(self, path: Path) -> bool:
        return self._real.in_use(path)

    def free_bytes(self, folder: Path) -> int:
        return self._real.free_bytes(folder) if self.free is None else self.free


class MemoryDisk:
    """A disk of files in memory; quick, and it may be filled by hand. Keeps the contract of capture.disk.Disk."""

    def __init__(self) -> None:
        self.files: dict[Path, bytearray] = {}

    def _file(self, path: Path) -> bytearray:
        if path not in self.files:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(path))
        return self.files[path]

    def create(self, path: Path) -> None:
        if path in self.files:
            raise FileExistsError(errno.EEXIST, "File exists", str(path))
        self.files[path] = bytearray()

    def exists(self, path: Path) -> bool:
        return path in self.files

    def size(self, path: Path) -> int:
        return len(self._file(path))

    def read(self, path: Path, at: int, count: int) -> bytes:
        return bytes(self._file(path)[at : at + count])

    def write(self, path: Path, at: int, data: bytes) -> None:
        self._file(path)[at : at + len(data)] = data

    def cut(self, path: Path, at: int) -> None:
        del self._file(path)[at:]

    def sync(self, path: Path) -> None:
        self._file(path)

    def publish(self, part: Path, final: Path) -> None:
        self._file(part)
        if final in self.files:
            raise FileExistsError(errno.EEXIST, "File exists", str(final))
        self.files[final] = self.files.pop(part)

    def remove(self, path: Path) -> None:
        self.files.pop(path, None)

    def in_use(self, path: Path) -> bool:
        self._file(path)
        return False

    def free_bytes(self, folder: Path) -> int:
        if not any(folder in path.parents for path in self.files):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(folder))
        return 1 << 30
