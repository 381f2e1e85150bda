"""The files of small copies beside the renditions: which clip is to have one, and where it lies. Any thread."""

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from diary_app.catalogue import Catalogue, CatalogueError
from diary_app.clip import Clip, ClipId, Kind, Rendition, SmallCopy
from diary_app.editing.errors import EditError
from diary_app.editing.files import remove_leftovers
from diary_app.editing.probe import probe
from diary_app.editing.small_copy import is_worth_it
from upload.files import locked

log = logging.getLogger(__name__)

ENDING = ".mini.mp4"
SHORTEST_S = 5.0
"""No film of less than that is worth a look at its take."""


class SmallCopies:
    """seconds_for: how long so many bytes take to the portal, or None while nothing is known of the connection."""

    def __init__(
        self, renditions: Path, catalogue: Catalogue, seconds_for: Callable[[int], float | None] = lambda _size: None
    ) -> None:
        self._renditions = renditions
        self._catalogue = catalogue
        self._seconds_for = seconds_for

    def path(self, clip_id: ClipId) -> Path:
        """Where the small copy of a clip lies; the ending is one that goes with the clip to the bin."""
        return self._renditions / f"{clip_id}{ENDING}"

    def is_to_be_made(self, clip: Clip) -> bool:
        """True where there is none yet, and one would be watched much sooner than the clip. Opens the take."""
        if clip.sent_kind is not Kind.VIDEO or clip.small_copy is not None or clip.kept_seconds < SHORTEST_S:
            return False
        try:
            facts = probe(clip.take)
        except (EditError, OSError):
            return False  # making the rendition says why
        about, seconds = clip.about, clip.kept_seconds
        return is_worth_it(facts, about.preset, seconds=seconds, seconds_for=self._seconds_for, show_as=about.show_as)

    def keep(self, clip_id: ClipId, made: Rendition) -> None:
        """It is whole and on disk: the courier finds it from now on. Raises CatalogueError."""
        self._catalogue.set_small_copy(clip_id, SmallCopy(made.path, made.sha256, made.bytes, made.seconds))

    def clear_up(self) -> None:
        """Remove what killed edits and preparations left among the finished files, and what belongs to no clip."""
        try:
            remove_leftovers(self._renditions)
            known = {clip.small_copy.path for clip in self._catalogue.clips() if clip.small_copy is not None}
            for path in set(self._renditions.glob(f"*{ENDING}")) - known:
                remove(path)
            for lock in self._renditions.glob("*.lock"):
                with locked(lock, give_up=lambda: True) as nobodys:
                    pass
                if nobodys:
                    remove(lock)
        except (CatalogueError, OSError):
            log.warning("what a killed edit left could not be removed", exc_info=True)


def remove(path: Path) -> None:
    """No such file any more; on Windows not while another process has it open."""
    with contextlib.suppress(PermissionError):
        path.unlink(missing_ok=True)
