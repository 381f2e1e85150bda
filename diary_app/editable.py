"""Which clips may be changed, and what a change means for one that was sent back. Any thread."""

import logging

from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, ClipId, Stage
from diary_app.errors import Refused

log = logging.getLogger(__name__)


class Editable:
    """Asked before every change of a clip."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def __call__(self, clip_id: ClipId) -> Clip:
        """The clip, which may be changed now. The first change of one that was sent back begins its next sending.

        Raises Refused and UnknownClip.
        """
        clip = self._catalogue.clip(clip_id)
        if not clip.may_be_edited:
            raise Refused("This clip is already on its way, so it can no longer be changed.")
        if clip.stage is Stage.SENT_BACK and self._catalogue.begin_next_sending(clip_id):
            log.info("clip %s is changed, to be sent again: sending %d", clip_id, clip.sending + 1)
        return self._catalogue.clip(clip_id)
