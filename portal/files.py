"""Where finished films, sounds and posters lie. Everything blocks, in any thread; what cannot be done is a DiskFailed.

files.media().keep(part, "ID.mp4", sha256=digest)    whole and durable under its name; may be repeated
files.media().read("ID.mp4", 0, 65536)               bytes from a place on
with files.media().local("ID.mp4") as path: ...      a file of this computer, for another program
files.media().remove("ID.mp4")                       gone, durably; may be repeated
"""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from django.conf import settings

from portal import s3
from portal.intake.disk import NotHere, disk_errors, sha256, sync_folder


class Files(Protocol):
    """One place for finished files. A name is made by us: no folders in it."""

    piece_bytes: int
    """How much to read at a time for somebody who watches."""

    moves: bool
    """Whether `keep` takes the file away: then it may be here before the database knows of it, and nowhere else."""

    def keep(self, whole: Path, name: str, *, sha256: str) -> None:
        """Hold a whole, synced file of this disk under its final name, durably. Raises NoRoom and DiskFailed.

        sha256: what was computed from it. May be repeated, also when an earlier try took `whole` away already. What is
        left of `whole` is the caller's, who removes it once the database knows the name.
        """

    def size(self, name: str) -> int | None:
        """How long it is, in bytes; None where there is no such file."""

    def sha256(self, name: str) -> str:
        """The SHA-256 of the file as it lies there, hexadecimal; raises NotHere."""

    def read(self, name: str, place: int, length: int) -> bytes:
        """So many bytes from a place on, fewer at the end; raises NotHere."""

    def local(self, name: str) -> AbstractContextManager[Path]:
        """The file on this computer's disk, to be read and not changed; raises NotHere and NoRoom."""

    def remove(self, name: str) -> None:
        """No such file any more, also after a power cut."""

    def where(self, name: str) -> str:
        """Where it lies, for people and admin commands."""


class Folder:
    """A folder of this computer."""

    piece_bytes = 256 * 1024
    moves = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, whole: Path, name: str, *, sha256: str) -> None:
        """Rename it."""
        with disk_errors():
            if whole.exists():
                whole.replace(self._folder / name)
            sync_folder(self._folder)
            sync_folder(whole.parent)

    def size(self, name: str) -> int | None:
        """As the disk says."""
        with disk_errors(), contextlib.suppress(FileNotFoundError):
            return (self._folder / name).stat().st_size
        return None

    def sha256(self, name: str) -> str:
        """Read from the disk."""
        with _found(name):
            return sha256(self._folder / name)

    def read(self, name: str, place: int, length: int) -> bytes:
        """Opened anew for each piece: what was removed meanwhile is not played to its end."""
        with _found(name), (self._folder / name).open("rb") as file:
            file.seek(place)
            return file.read(length)

    @contextlib.contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """The file itself."""
        self.read(name, 0, 1)
        yield self._folder / name

    def remove(self, name: str) -> None:
        """Unlink it."""
        with disk_errors():
            (self._folder / name).unlink(missing_ok=True)
            sync_folder(self._folder)

    def where(self, name: str) -> str:
        """Its path."""
        return str(self._folder / name)


@contextlib.contextmanager
def _found(name: str) -> Iterator[None]:
    """What the disk says about a file that must be there."""
    with disk_errors():
        try:
            yield
        except FileNotFoundError as error:
            raise NotHere(name) from error


def media() -> Files:
    """Films and sounds: those of clips, whole or small."""
    return _place("media", Path(settings.MEDIA))


def posters() -> Files:
    """The still pictures of clips."""
    return _place("posters", Path(settings.POSTERS))


def _place(kind: str, folder: Path) -> Files:
    return Folder(folder) if settings.S3 is None else s3.Bucket(settings.S3, kind, nearby=Path(settings.INCOMING))


def check() -> None:
    """When the portal starts: whether the bucket can be used. Raises home.HomeError with the reason."""
    if settings.S3 is not None:
        s3.check(settings.S3)
        s3.forget_half_puts(settings.S3, "media")


def are_well() -> bool:
    """Whether finished files can be had. A folder's disk is that of the deliveries, which is asked for itself."""
    return settings.S3 is None or s3.is_well(settings.S3)
