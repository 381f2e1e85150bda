"""A small disk in a file: ext4 on a loop device, which can be copied as a power cut would leave it. Root alone.

Only what the file system has handed to the device is in the copy; what waits in the page cache of the mounted disk is
not, as in a power cut. It is mounted so that nothing is handed over for a minute unless somebody syncs.
"""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

MEGABYTES = 24
TRIES = 200


class LoopDisk:
    """A mounted disk in a file."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.image = image
        self.folder = folder
        """Where it is mounted."""

    def as_cut_off_now(self) -> bytes:
        """The whole disk as it was at one moment: two readings that agree."""
        before = self.image.read_bytes()
        for _ in range(TRIES):
            now = self.image.read_bytes()
            if now == before:
                return now
            before = now
        raise AssertionError("the disk does not stand still for as long as it takes to read it")


@contextlib.contextmanager
def loop_disk(folder: Path, *, megabytes: int = MEGABYTES) -> Iterator[LoopDisk]:
    """Make and mount an empty one. Skips where that is not allowed."""
    if os.geteuid() != 0:
        pytest.skip("a disk in a file: only root may mount one")
    image = folder / "disk.img"
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    made = subprocess.run(["mkfs.ext4", "-q", str(image)], check=False, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"a disk in a file: mkfs.ext4 does not work here ({made.stderr.strip()})")
    with mounted(image, folder / "mounted") as place:
        yield LoopDisk(image, place)


@contextlib.contextmanager
def mounted(image: Path, folder: Path) -> Iterator[Path]:
    """Mount an image, whose journal is played back; skips where no loop device is to be had."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-o", "loop,commit=60,noatime", str(image), str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"a disk in a file: it cannot be mounted here ({done.stderr.strip()})")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
