"""A file appears whole under its final name, or not at all: temporary name, fsync, rename, fsync of the folder."""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from diary_app.editing.errors import EditRefused, from_os_error
from upload.files import locked

PREFIX, SUFFIX = ".diary-", ".part"


@contextlib.contextmanager
def whole_file(out: Path, *, take: Path) -> Iterator[Path]:
    """Give a temporary path beside `out`; when the block ends well, the file there gets the final name, durably.

    When it does not, nothing is left. Raises EditRefused where `out` is the take itself, WorldError for the disk.
    """
    _check(out, take)
    temporary = out.with_name(f"{PREFIX}{secrets.token_hex(6)}{SUFFIX}")
    try:
        try:
            temporary.touch(exist_ok=False)
            with contextlib.ExitStack() as claim:
                claim.enter_context(_claimed(temporary))
                yield temporary
                _sync(temporary)
                if os.name == "nt":
                    claim.close()  # an open file cannot be renamed there
                temporary.replace(out)
            sync_folder(out.parent)
        except OSError as error:
            raise from_os_error(error, take=take, out=out) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _check(out: Path, take: Path) -> None:
    if out.is_dir():
        raise EditRefused(f"{out} is a folder. Give the new file a name.")
    if out.exists() and take.exists() and out.samefile(take):
        raise EditRefused("The original recording is never changed. Give the new file another name.")


def _sync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a rename durable. Windows has no such call; NTFS keeps its own journal of names."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal, lower case."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_leftovers(folder: Path) -> int:
    """Delete what killed edits left in a folder; return how many files. What a living process works on stays."""
    found = sorted(folder.glob(f"{PREFIX}*{SUFFIX}*"))
    gone = [path for path in found if _is_abandoned(path.with_name(path.name.partition(SUFFIX)[0] + SUFFIX))]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


@contextlib.contextmanager
def _claimed(temporary: Path) -> Iterator[None]:
    """While the block runs, remove_leftovers() of every process leaves this file alone; however we die, no longer."""
    if os.name == "nt":  # a locked file could not be written by an encoder, and an open one cannot be removed anyway
        with temporary.open("rb"):
            yield
    else:
        with locked(temporary, give_up=_at_once):
            yield


def _is_abandoned(temporary: Path) -> bool:
    """Nobody works on it any more; what lies beside it and has its name with another ending goes with it."""
    if os.name == "nt":
        with contextlib.suppress(PermissionError):
            temporary.unlink(missing_ok=True)
        return not temporary.exists()
    if not temporary.exists():
        return True
    with locked(temporary, give_up=_at_once) as free:
        return free


def _at_once() -> bool:
    return True
