"""Files that the user already has become clips: copied into the library whole, and never twice.

They come from anywhere, so they are looked at in a child process first (editing/first_look.py).
"""

import shutil
from pathlib import Path

from capture.disk import RealDisk
from diary_app.catalogue import Catalogue
from diary_app.clip import ClipId, Stage, new_clip_id
from diary_app.editing.errors import EditError
from diary_app.editing.files import sha256
from diary_app.editing.first_look import FirstLook, first_look
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.settings import SettingsDesk

LONGEST_TITLE = 200
"""As the protocol says."""


class Importer:
    """Any thread; waits for the disk."""

    def __init__(self, folders: Folders, catalogue: Catalogue, settings: SettingsDesk) -> None:
        self._folders = folders
        self._catalogue = catalogue
        self._settings = settings
        self._disk = RealDisk()

    def add(self, path: Path) -> ClipId:
        """Copy a file into the library; the same file again is the same clip. Raises Refused with a sentence."""
        try:
            seen = first_look(path)
            digest = sha256(path)
            return self._known(path, digest) or self._copy_in(path, seen, digest)
        except EditError as error:
            raise Refused(str(error)) from error
        except OSError as error:
            raise Refused("This file cannot be copied into your clips. Is there room on this computer?") from error

    def _known(self, path: Path, digest: str) -> ClipId | None:
        """The clip that this file already is: added before, or the take of `record OUT` before `send OUT`."""
        if (known := self._catalogue.came_from(digest)) is not None:
            return known.clip_id
        for clip in self._catalogue.clips():
            if clip.take == path.resolve() and clip.stage is Stage.SAVED:
                self._catalogue.set_source(clip.clip_id, digest)
                return clip.clip_id
        return None

    def _copy_in(self, path: Path, seen: FirstLook, digest: str) -> ClipId:
        clip_id = new_clip_id()
        take = self._folders.takes / f"{clip_id}{path.suffix.lower()}"
        part = take.with_name(f"{clip_id}.copying{path.suffix.lower()}")
        try:
            shutil.copyfile(path, part)
            self._disk.publish(part, take)
        finally:
            part.unlink(missing_ok=True)
        self._catalogue.add(
            clip_id,
            kind=seen.kind,
            take=take,
            stage=Stage.SAVED,
            seconds=seen.seconds,
            title=path.stem[:LONGEST_TITLE],
            source_sha256=digest,
            preset=self._settings.settings.preset,
        )
        return clip_id
