"""The one entry that a clip has in the queue: made by its small copy or by the clip itself, whichever comes first.

A clip of which only the small copy is here is a clip like any other, whose file is that copy (`whole` says so): it can
be watched, claimed, noted and sent back, but neither published nor called received. The clip itself takes its place in
the same row. Worker threads, in the caller's transaction unless it says otherwise.
"""

import logging
from pathlib import Path
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from portal import files
from portal.checks.tasks import check_clip
from portal.intake.disk import StoreError
from portal.models import Clip, Copy, Event, Stage, Upload

log = logging.getLogger("portal.intake")

SMALL_CAME = "A small copy. The full one follows."
FULL_CAME = "The full one. It takes the place of the small copy."
SENT_BACK = (
    "A moderator sent this clip back before all of it had come, so the rest was not taken. Please read the note, and"
    " send it as a new clip."
)
WITHDRAWN = "This clip was withdrawn, so nothing more of it was taken. Send it as a new clip if you like."
WHOLE_HERE = "All of this clip is here already."


class Ended(StoreError):
    """Somebody was done with this clip before all of it was here; the text is a sentence for its speaker."""


class WholeHere(StoreError):
    """A small copy of a clip that is here already."""


def check_wanted(clip_id: UUID, copy: str) -> None:
    """Raise Ended or WholeHere where no more bytes of this clip are wanted."""
    clip = Clip.objects.filter(pk=clip_id).first()
    if clip is None:
        return
    if clip.stage == Stage.WITHDRAWN:
        raise Ended(WITHDRAWN)
    if clip.stage == Stage.SENT_BACK and not clip.whole:
        raise Ended(SENT_BACK)
    if clip.whole and copy == Copy.SMALL:
        raise WholeHere(WHOLE_HERE)


def enter(upload: Upload) -> None:
    """Make the row of the clip, or put the clip itself in the place of its small copy. Raises Ended.

    May be repeated.
    """
    clip = Clip.objects.select_for_update().filter(pk=upload.clip_id).first()
    small = upload.copy == Copy.SMALL
    if clip is None:
        note = SMALL_CAME if small else ""
        named = upload.media_name if small else ""
        clip = Clip.objects.create(clip_id=upload.clip_id, whole=not small, small_name=named, **_facts(upload))
    elif small or clip.whole:
        return  # it is in already, or came too late
    else:
        check_wanted(upload.clip_id, Copy.FULL)
        note = FULL_CAME
        Clip.objects.filter(pk=clip.pk).update(
            whole=True,
            small_name="",
            checked_at=None,
            playable=False,
            measured_seconds=None,
            width=None,
            height=None,
            poster_name="",
            **_facts(upload),
        )
    Event.objects.create(clip=clip, actor_id=upload.owner_id, what=Stage.RECEIVED, note=note)
    check_clip.enqueue(str(clip.clip_id))


def _facts(upload: Upload) -> dict[str, object]:
    same = ("owner_id", "sha256", "bytes", "filetype", "title", "audience", "seconds", "recorded", "people")
    facts: dict[str, object] = {name: getattr(upload, name) for name in (*same, "names_said", "media_name")}
    return facts | {"received_at": timezone.now()}


def drop_small_copies(clip_id: UUID | None = None) -> None:
    """Remove the small copies of this clip, or of all, whose place was taken. In no transaction; may be repeated.

    The row goes last: where this is killed, the next start finds it by that.
    """
    taken = Q(copy=Copy.SMALL, clip_id__in=Clip.objects.filter(whole=True).values("clip_id"))
    for small in Upload.objects.filter(taken if clip_id is None else taken & Q(clip_id=clip_id)):
        try:
            files.media().remove(small.media_name)
            files.posters().remove(f"{Path(small.media_name).stem}.jpg")
            small.part.unlink(missing_ok=True)
        except (StoreError, OSError):
            log.exception("The small copy %s could not be removed; the next start tries again.", small.pk)
        else:
            small.delete()
