"""A person's files: open while they are here, sealed while they are away. Blocking; one thread for one person.

A file is moved from one form into the other: written under a temporary name, synced, renamed, and only then is the
first form removed. So a kill leaves one whole copy or two; and where both lie there, the open one is whole and the
newer, because nothing writes to a file while it is sealed. A sealed one that differs (somebody opened the folder by
hand) is set aside under another name, still sealed: it may be all that there is of something.

The catalogue is sealed before SQLite's files beside it and opened after them: whoever finds it open finds it whole.
"""

import itertools
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from capture.disk import LEAST_FREE_BYTES
from diary_app.editing.files import sync_folder
from diary_app.editing.progress import Meter
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.shared.errors import NO_ROOM
from diary_app.shared.sealed import Read, seal, sealed_bytes, unseal

log = logging.getLogger(__name__)

SEALED = ".age"
NEW = ".sealing"
"""While it is written, in either direction; what a kill left of it is removed."""
OLDER = ".older-"
"""In the name of a sealed file that is set aside; it is never opened by itself."""
SYNC_BYTES = 4 << 20
"""So often a long file is synced: a take that is recorded meanwhile never waits for much."""
Step = Callable[[int], None]
"""Called with every piece written, in bytes, and with 0 between steps; may raise to stop."""
Stays = Callable[[Path], bool]
"""Of a file that lies open: is it to stay so?"""
Turn = Callable[[Read], Iterator[bytes]]


def _places(folders: Folders) -> tuple[Path, ...]:
    return folders.takes, folders.renditions, folders.data


def _files(folders: Folders) -> list[Path]:
    """Every file of theirs, in whichever form; nothing that is only a lock."""
    found = []
    for place in _places(folders):
        if place.is_dir():
            with os.scandir(place) as entries:
                names = sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))
            found += [place / name for name in names if not name.endswith(".lock")]
    return found


def _is_of_catalogue(path: Path, folders: Folders) -> bool:
    return path.parent == folders.data and path.name.startswith(folders.catalogue.name)


def open_files(folders: Folders) -> list[Path]:
    """Their files that can be read by anybody, in the order in which they are sealed."""
    plain = [path for path in _files(folders) if not path.name.endswith((SEALED, NEW))]
    beside = [path for path in plain if _is_of_catalogue(path, folders)]
    return [path for path in plain if path not in beside] + sorted(beside)


def sealed_files(folders: Folders) -> list[Path]:
    """Their files that are sealed, in the order in which they are opened: small ones first, the catalogue last."""
    found = [path for path in _files(folders) if path.name.endswith(SEALED) and OLDER not in path.name]
    beside = [path for path in found if _is_of_catalogue(path, folders)]
    others = sorted((path for path in found if path not in beside), key=lambda path: path.stat().st_size)
    return others + sorted(beside, key=_open_path, reverse=True)


def clear_up(folders: Folders) -> None:
    """Remove what a kill left half written. Raises OSError."""
    for path in _files(folders):
        if path.name.endswith(NEW):
            path.unlink(missing_ok=True)


def nothing_stays(_path: Path) -> bool:
    """Every file is sealed."""
    return False


def seal_all(folders: Folders, public: bytes, *, step: Step, stays: Stays = nothing_stays) -> None:
    """Seal every file but those that stay. Raises OSError and what step() raises; what was sealed stays sealed."""
    clear_up(folders)
    for path in open_files(folders):
        if stays(path):
            continue
        target = path.with_name(path.name + SEALED)
        if target.exists() and not _is_same(path, target):
            _set_aside(target)
        if not target.exists():
            _turn(path, target, partial(seal, public=public), step)
        else:
            path.unlink()
            sync_folder(path.parent)
            step(0)


def unseal_all(folders: Folders, private: bytes, *, meter: Meter) -> None:
    """Open every file. Raises Refused where there is no room or a file is damaged, OSError, and EditStopped.

    A file that is whole in both forms is as its open form has it.
    """
    clear_up(folders)
    sealed = [path for path in sealed_files(folders) if not _is_open_too(path)]
    total = sum(path.stat().st_size for path in sealed)
    _check_room(folders, sealed)
    done = 0

    def step(written: int) -> None:
        nonlocal done
        done += written
        meter.report(done / total if total else 1.0)

    for path in sealed:
        _turn(path, _open_path(path), partial(unseal, private=private), step)


def _open_path(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(SEALED))


def _is_open_too(path: Path) -> bool:
    """The open form counts."""
    if not _open_path(path).exists():
        return False
    if _is_same(_open_path(path), path):
        path.unlink()
    else:
        _set_aside(path)
    return True


def _is_same(plain: Path, sealed: Path) -> bool:
    """The one was made from the other, and a kill left both."""
    ours, theirs = plain.stat(), sealed.stat()
    return ours.st_mtime_ns == theirs.st_mtime_ns and sealed_bytes(ours.st_size) == theirs.st_size


def _set_aside(sealed: Path) -> None:
    name = sealed.name.removesuffix(SEALED)
    free = (sealed.with_name(f"{name}{OLDER}{number}{SEALED}") for number in itertools.count(1))
    aside = next(path for path in free if not path.exists())
    log.warning("%s lies open and is another one; the sealed one is kept as %s", name, aside.name)
    sealed.rename(aside)


def _check_room(folders: Folders, sealed: list[Path]) -> None:
    """Each file is moved by itself, so the largest one is all the room that is needed."""
    largest = max((path.stat().st_size for path in sealed), default=0)
    if largest and shutil.disk_usage(folders.data).free < largest + LEAST_FREE_BYTES // 4:
        raise Refused(NO_ROOM)


def _turn(source: Path, target: Path, turned: Turn, step: Step) -> None:
    """From one form into the other; the time of its last change goes with it."""
    new = target.with_name(target.name + NEW)
    try:
        _write(source, new, turned, step)
        step(0)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
    sync_folder(target.parent)
    step(0)
    source.unlink()
    sync_folder(source.parent)
    step(0)


def _write(source: Path, new: Path, turned: Turn, step: Step) -> None:
    number = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    with source.open("rb") as plain, os.fdopen(number, "wb") as file:
        unsynced = 0
        for piece in turned(plain.read):
            file.write(piece)
            unsynced += len(piece)
            if unsynced >= SYNC_BYTES:
                file.flush()
                os.fsync(file.fileno())
                unsynced = 0
            step(len(piece))
        file.flush()
        facts = source.stat()
        os.utime(new, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        os.fsync(file.fileno())
