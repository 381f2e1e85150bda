"""Captions that a person approved go to the portal that has the clip, after its receipt, and again when they change.

What is still to be told stands in the catalogue, until the portal has said yes. On the uploader's thread.
"""

import logging
import time
from collections.abc import Callable
from threading import Event

from diary_app.captions.desk import cues
from diary_app.captions.formats import webvtt
from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, ClipId
from upload.account import Account
from upload.captions import put_captions
from upload.errors import Stopped

log = logging.getLogger(__name__)

ASK_AGAIN_S = 3600.0
"""What the portal will not have is not sent again sooner."""


class CaptionPost:
    """clock: monotonic seconds."""

    def __init__(self, catalogue: Catalogue, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._catalogue, self._clock = catalogue, clock
        self._refused: dict[ClipId, float] = {}

    def round(self, account: Account, stop: Event) -> None:
        """Tell what is to be told. Raises DeliveryError, Stopped and CatalogueError."""
        for clip in self._catalogue.captions_to_tell():
            if stop.is_set():
                raise Stopped
            self._tell(account, clip)

    def _tell(self, account: Account, clip: Clip) -> None:
        receipt, refused_s = clip.receipt, self._refused.get(clip.clip_id)
        if receipt is None or not account.holds(receipt.page):
            return  # it went to another portal, which is the only one that they are meant for
        if refused_s is not None and self._clock() - refused_s < ASK_AGAIN_S:
            return
        lines = self._catalogue.captions(clip.clip_id)
        if put_captions(account, clip.clip_id, webvtt(cues(clip, lines)), sha256=receipt.sha256):
            self._catalogue.note_captions_told(clip.clip_id, lines, receipt.sha256)
            log.info("clip %s: the portal has its captions, %d lines", clip.clip_id, len(lines))
        else:
            self._refused[clip.clip_id] = self._clock()
            log.warning("clip %s: the portal will not have its captions now", clip.clip_id)
