"""A disk that fails when it is told to. The bytes lie on the real one, so that ffmpeg can write them."""

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

    def sync(self, path: Path) -> None:
        self.syncs += 1
        if self.sync_fails_after is not None and self.syncs > self.sync_fails_after:
            raise OSError(errno.EIO, "the fake disk fails", str(path))
        self._real.sync(path)

    def publish(self, part: Path, final: Path) -> None:
        self.sync(part)
        self._real.publish(part, final)

    def free_bytes(self, folder: Path) -> int:
        return self._real.free_bytes(folder) if self.free is None else self.free
