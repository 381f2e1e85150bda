"""What a moderator does to a clip, and who may see it. The rules are pure; each change is one transaction.

received -> in review -> published
                      -> sent back
withdrawn is the speaker's word and ends everything.
"""

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.utils import timezone

from portal import words
from portal.models import Audience, Clip, Event, Stage

OPEN = (Stage.RECEIVED, Stage.IN_REVIEW)
Viewer = User | AnonymousUser


class ModerationRefused(Exception):
    """It cannot be done; the text is a sentence for the user."""


def why_not_publish(clip: Clip) -> str | None:
    """Why this clip cannot be published, or None."""
    if clip.stage == Stage.WITHDRAWN:
        return words.WITHDRAWN
    if clip.stage == Stage.PUBLISHED:
        return words.ALREADY_PUBLISHED
    if clip.checked_at is None:
        return words.NOT_CHECKED
    if not clip.playable:
        return words.NOT_PLAYABLE
    if not clip.everybody_agrees:
        return words.NOT_AGREED
    return words.ALREADY_SENT_BACK if clip.stage == Stage.SENT_BACK else None


def why_not_send_back(clip: Clip, note: str) -> str | None:
    """Why this clip cannot be sent back, or None."""
    if clip.stage == Stage.WITHDRAWN:
        return words.WITHDRAWN
    if clip.stage == Stage.SENT_BACK:
        return words.ALREADY_SENT_BACK
    return None if note.strip() else words.NOTE_NEEDED


def may_moderate(viewer: Viewer) -> bool:
    """Whether the viewer is a moderator."""
    return viewer.has_perm("portal.moderate_clip")


def may_watch(viewer: Viewer, clip: Clip) -> bool:
    """Moderators and the owner always; others once it is published, as far as the speaker agreed.

    A clip for all staff is open to everybody who can reach the portal; one for the team needs an account here.
    """
    if viewer.is_authenticated and (may_moderate(viewer) or viewer.pk == clip.owner_id):
        return True
    if clip.stage != Stage.PUBLISHED:
        return False
    return clip.audience == Audience.STAFF or viewer.is_authenticated


def look_at(clip: Clip, moderator: User) -> None:
    """A moderator opened it: it is being looked at from now on."""
    if clip.stage == Stage.RECEIVED:
        _change(clip, Stage.IN_REVIEW, actor=moderator, note="")


def publish(clip: Clip, moderator: User | None) -> None:
    """Put it before its audience; raises ModerationRefused. Without a moderator: the command line did it."""
    why = why_not_publish(clip)
    if why is not None:
        raise ModerationRefused(why)
    _change(clip, Stage.PUBLISHED, actor=moderator, note="")


def send_back(clip: Clip, moderator: User, note: str) -> None:
    """Give it back with a note to the speaker; raises ModerationRefused."""
    why = why_not_send_back(clip, note)
    if why is not None:
        raise ModerationRefused(why)
    _change(clip, Stage.SENT_BACK, actor=moderator, note=note.strip())


def _change(clip: Clip, stage: Stage, *, actor: User | None, note: str) -> None:
    """Move the clip on, unless somebody else did so a moment ago."""
    with transaction.atomic():
        at = timezone.now() if stage == Stage.PUBLISHED else None
        moved = Clip.objects.filter(pk=clip.pk, stage=clip.stage).update(stage=stage, note=note, published_at=at)
        if not moved:
            raise ModerationRefused(words.SOMEBODY_ELSE)
        Event.objects.create(clip=clip, actor=actor, what=stage, note=note)
    clip.refresh_from_db()
