"""How often a clip is watched: a count for each clip and day. Who watched is not asked and not kept. Any thread.

A page carries a ticket; a play of some seconds sends it, and each ticket counts once. Without script the press of play
sends it. Floods of reloads run into a bucket for each clip.
"""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from portal import tickets
from portal.buckets import Buckets, Once
from portal.models import Clip, Plays, Stage

PURPOSE = "play"
SECONDS = 3
"""How long a play runs before it counts."""
_buckets = Buckets(at_once=200, a_minute=20)
_used = Once()


def ticket(clip: Clip) -> str:
    """For one page of a published clip."""
    return tickets.make(PURPOSE, clip.clip_id)


def count(clip: Clip, text: str, *, at_least_s: float = 0) -> bool:
    """Count a play, once for each ticket; False where it does not count. at_least_s: the least age of its page."""
    try:
        read = tickets.read(text, PURPOSE, clip.clip_id)
    except tickets.NoTicket:
        return False
    if clip.stage != Stage.PUBLISHED or read.age_s < at_least_s:
        return False
    if not _used.first(read.word) or not _buckets.take(clip.clip_id.hex):
        return False
    _add(clip.clip_id)
    return True


def _add(clip_id: UUID) -> None:
    today = Plays.objects.filter(clip_id=clip_id, day=timezone.localdate())
    if today.update(count=F("count") + 1):
        return
    try:
        with transaction.atomic():
            Plays.objects.create(clip_id=clip_id, day=timezone.localdate(), count=1)
    except IntegrityError:  # somebody else's play made the row just now
        today.update(count=F("count") + 1)
