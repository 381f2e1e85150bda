"""Clips from the stick into the diary of this computer. Each clip comes whole or not at all, and never twice.

A damaged clip does not keep the others away. Caller's thread; waits for the stick.
"""

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from capture.disk import LEAST_FREE_BYTES
from diary_app import phrases
from diary_app.catalogue import Catalogue
from diary_app.clip import ClipId
from diary_app.editing.errors import EditRefused
from diary_app.editing.files import remove_leftovers, whole_file
from diary_app.editing.first_look import first_look
from diary_app.editing.progress import Meter
from diary_app.editing.ranges import normalise
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.language import Plural, moment_words
from diary_app.rescue.age import unseal
from diary_app.rescue.errors import Damaged, StickFailed, WrongWords, cannot_read
from diary_app.rescue.index import MOST_BYTES, PackedClip, SealedFile, read_index
from diary_app.rescue.model import Brought
from diary_app.rescue.parts import PartReader
from diary_app.rescue.rows import add_rows
from diary_app.rescue.taking import INDEX, UNFINISHED

log = logging.getLogger(__name__)

HERE = Plural("{number} clip is here now.", "{number} clips are here now.")
MOST_LOOKED_AT = 1_000
"""Entries of a folder that is searched for ours."""


def find_folder(chosen: Path) -> Path:
    """The rescue folder: the chosen one, or the only one in it. Raises Refused."""
    try:
        if (chosen / INDEX).is_file():
            return chosen
        found = list(_inside(chosen))
    except OSError as error:
        raise cannot_read(error) from error
    if not found:
        raise Refused("There are no clips in this folder. Choose the one whose name begins with “Diary rescue”.")
    if len(found) > 1:
        raise Refused("There are several rescue folders here. Open one whose name begins with “Diary rescue”.")
    return found[0]


def _inside(chosen: Path) -> Iterator[Path]:
    with os.scandir(chosen) as entries:
        for _number, entry in zip(range(MOST_LOOKED_AT), entries, strict=False):
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False) and entry.name != UNFINISHED and (path / INDEX).is_file():
                yield path


def bring(
    folders: Folders,
    catalogue: Catalogue,
    chosen: Path,
    passphrase: str,
    *,
    meter: Meter,
    arrived: Callable[[ClipId], None],
) -> Brought:
    """Add every clip of a folder that this diary does not have; arrived() is told of each as it is here.

    Raises Refused and EditError with a sentence, and EditStopped; clips that came before that stay, whole.
    """
    folder = find_folder(chosen)
    packed = _index(folder, passphrase)
    here = {clip.clip_id for clip in catalogue.clips()}
    new = [clip for clip in packed if clip.clip_id not in here]
    _check_room(folders, new)
    remove_leftovers(folders.takes)
    bringer = _Bringer(folders, folder, meter, sum(clip.bytes for clip in new))
    brought, damaged = [], []
    for clip in new:
        try:
            bringer.bring(clip)
            brought.append(clip.clip_id)
            arrived(clip.clip_id)
        except (Damaged, WrongWords, EditRefused):
            log.warning("%s cannot be read from the memory stick", clip.clip_id, exc_info=True)
            damaged.append(clip.about.title or moment_words(clip.created_at.astimezone()))
        except StickFailed as error:
            raise StickFailed(f"{HERE.of(len(brought))} {error}" if brought else str(error)) from error
    log.info("%d clips came from a memory stick, %d were here, %d are damaged", len(brought), len(here), len(damaged))
    return Brought(tuple(brought), len(packed) - len(new), tuple(damaged))


def _index(folder: Path, passphrase: str) -> tuple[PackedClip, ...]:
    gathered = b""
    with PartReader(folder, INDEX) as file:
        for block in unseal(file.read, passphrase):
            gathered += block
            if len(gathered) > MOST_BYTES:
                raise Damaged
    return read_index(gathered)


def _check_room(folders: Folders, new: list[PackedClip]) -> None:
    needed = sum(clip.bytes for clip in new)
    free = shutil.disk_usage(folders.data).free - LEAST_FREE_BYTES
    if needed > free:
        raise Refused(
            f"These clips need {phrases.size(needed)} on this computer, and there is room for "
            f"{phrases.size(max(0, free))}. Make some room, or use another computer."
        )


class _Bringer:
    """One reading of one folder."""

    def __init__(self, folders: Folders, folder: Path, meter: Meter, total: int) -> None:
        self._folders, self._folder, self._meter = folders, folder, meter
        self._total = max(1, total)
        self._done = 0

    def bring(self, clip: PackedClip) -> None:
        """Files first, then the rows. Raises Damaged, StickFailed, EditError."""
        if clip.keep:
            normalise(clip.keep, clip.seconds)
        take = self._folders.takes / f"{clip.clip_id}{clip.take.suffix}"
        self._unpack(clip.take, take, look=True)
        rendition: Path | None = None
        try:
            if clip.rendition is not None:
                rendition = self._folders.renditions / f"{clip.clip_id}{clip.rendition.suffix}"
                self._unpack(clip.rendition, rendition, look=False)
            add_rows(self._folders.catalogue, clip, take=take, rendition=rendition)
        except BaseException:
            for path in filter(None, (take, rendition)):
                path.unlink(missing_ok=True)
            raise

    def _unpack(self, file: SealedFile, out: Path, *, look: bool) -> None:
        """look: as at every file that comes from somewhere, in a child process first."""
        with whole_file(out, take=self._folder) as part:
            digest, size = hashlib.sha256(), 0
            with PartReader(self._folder, file.name) as sealed, part.open("r+b") as plain:
                for block in unseal(sealed.read, file.key):
                    size += len(block)
                    if size > file.bytes:
                        raise Damaged
                    digest.update(block)
                    plain.write(block)
                    self._done += len(block)
                    self._meter.report(min(1.0, self._done / self._total))
            if digest.hexdigest() != file.sha256 or size != file.bytes:
                raise Damaged
            if look:
                first_look(part)
