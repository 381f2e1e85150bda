"""The bin: which clip may be thrown away, and what goes with it. Any thread; waits for the disk."""

import time
import uuid
from collections.abc import Callable

from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, ClipId, Goes, Stage
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.keeping import own_files
from diary_app.news import ClipChanged, News

AT_REST = (Stage.SAVED, Stage.READY, Stage.WAITING)
LEASE_S = 15.0


def may_be_binned(clip: Clip) -> bool:
    """True where nothing is under way with it: the portal has it or was done with it, or it is not sent, or is held."""
    if clip.receipt is not None or clip.stage in (Stage.SENT_BACK, Stage.WITHDRAWN):
        return True
    if clip.stage is Stage.RECORDING:
        return clip.seconds is not None  # cut short, and made whole as far as it goes
    held = clip.delivery.goes is Goes.HELD or clip.delivery.held
    return clip.stage in AT_REST if held else not clip.wanted and clip.stage in (Stage.SAVED, Stage.READY)


class Bin:
    """drop: has whoever prepares the clip let go of its files."""

    def __init__(
        self, folders: Folders, catalogue: Catalogue, *, drop: Callable[[ClipId], None], tell: Callable[[News], None]
    ) -> None:
        self._folders = folders
        self._catalogue = catalogue
        self._drop = drop
        self._tell = tell
        self._holder = f"bin-{uuid.uuid4()}"

    def throw(self, clip_id: ClipId) -> None:
        """Delete the clip and its files from this computer. Raises Refused while it is on its way, UnknownClip."""
        clip = self._catalogue.clip(clip_id)
        if not may_be_binned(clip) or (clip.wanted and clip.receipt is None and not self._lease(clip_id)):
            raise Refused("This clip is on its way to the portal. Wait until it has arrived, or hold it first.")
        self._drop(clip_id)
        self._catalogue.forget(clip_id)
        # Also a rendition from before the clip was edited, which the catalogue knows no more, and its lock.
        paths = (*own_files(self._folders, {clip_id: ()}), *self._folders.renditions.glob(f"{clip_id}.m*"))
        for path in {clip.take, *paths}:
            if path.is_relative_to(self._folders.data):
                path.unlink(missing_ok=True)
        self._tell(ClipChanged(clip_id))

    def _lease(self, clip_id: ClipId) -> bool:
        """Nobody begins to send it from now on, in no process; the row that says so goes with the clip."""
        return self._catalogue.lease(clip_id, holder=self._holder, now=time.time(), seconds=LEASE_S)
