"""Whether the small copy of a clip goes before the clip itself: the rule, and what becomes of a copy that will not go.

The small copy never keeps the clip from going: whatever is wrong with it, and after two attempts that failed for the
world's sake, the clip goes next (decision 25).
"""

import logging
from collections.abc import Callable

from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, Goes, SmallCopy, Stage
from diary_app.editing.small_copy import still_helps
from diary_app.small_copies import remove

log = logging.getLogger(__name__)

TRIES = 2
"""Attempts in a row that may fail with the small copy in front."""


class SmallFirst:
    """metered: True while the connection is paid for by the amount: nobody pays for a clip and its copy."""

    def __init__(self, catalogue: Catalogue, *, metered: Callable[[], bool]) -> None:
        self._catalogue = catalogue
        self._metered = metered

    def next_of(self, clip: Clip, bytes_per_s: float | None) -> SmallCopy | None:
        """The small copy, where it goes next; None where the clip itself does.

        bytes_per_s: how fast it goes, as far as that is known. A copy that would help nobody any more is forgotten.
        Raises CatalogueError.
        """
        small = clip.small_copy
        if small is None or small.arrived or clip.delivery.attempts >= TRIES:
            return None
        if clip.delivery.goes is Goes.ANYWAY or self._metered():
            return None
        if clip.rendition is None:
            return small if clip.stage is Stage.PREPARING else None
        if clip.delivery.upload_url is not None:
            return None  # it has begun
        if not still_helps(clip.rendition.bytes, bytes_per_s):
            self.forget(clip)
            return None
        return small

    def forget(self, clip: Clip) -> None:
        """It will not go; nothing else changes for the clip. Raises CatalogueError."""
        if clip.small_copy is not None:
            log.info("the small copy of %s does not go", clip.clip_id)
            self._catalogue.forget_small_copy(clip.clip_id)
            remove(clip.small_copy.path)


def next_bytes(clip: Clip) -> int:
    """How large the file is that goes next: small ones go first, of whatever clip."""
    if clip.small_copy is not None and not clip.small_copy.arrived:
        return clip.small_copy.bytes
    return clip.rendition.bytes if clip.rendition is not None else 0
