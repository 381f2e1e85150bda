"""The one entry that a clip has in the queue: made by its small copy or by the clip itself, whichever comes first.

A clip that was sent back may be sent again by its speaker, as the next sending (decision 33): that takes the entry, and
the files of the one before go when all of the new one is here.

A clip of which only the small copy is here is a clip like any other, whose file is that copy (`whole` says so): it can
be watched, claimed, noted and sent back, but neither published nor called received. The clip itself takes its place in
the same row. Worker threads, in the caller's transaction unless it says otherwise.
"""

import logging
from pathlib import Path
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal import files
from portal.checks.tasks import check_clip
from portal.intake.disk import StoreError
from portal.models import Clip, Copy, Event, Stage, Upload

log = logging.getLogger("portal.intake")

SMALL_CAME = "A small copy. The full one follows."
FULL_CAME = "The full one. It takes the place of the small copy."
SMALL_AGAIN = "A small copy of the new version. The full one follows."
FULL_AGAIN = "All of it, in the place of the version that was sent back."
SENT_BACK = (
    "A moderator sent this clip back before all of it had come, so the rest was not taken. Please read the note, then"
    " change the clip and send it again."
)
WITHDRAWN = "This clip was withdrawn, so nothing more of it was taken. Send it as a new clip if you like."
WHOLE_HERE = "All of this clip is here already."
NEWER_HERE = "A newer version of this clip is here already, so this one was not taken."
NOT_SENT_BACK = "This clip was not sent back, so another version of it is not taken."
NOT_NEXT = "The version before this one never came here, so this one was not taken. Please tell your IT team."


class Ended(StoreError):
    """Somebody was done with this clip before all of it was here; the text is a sentence for its speaker."""


class WholeHere(StoreError):
    """A small copy of a clip that is here already."""


class NotNext(StoreError):
    """Another sending of a clip that was not sent back, or one out of turn; the text is a sentence for its speaker."""


UNWANTED = (Ended, WholeHere, NotNext)


def check_newest(clip_id: UUID, sending: int) -> None:
    """Raise Ended where a newer sending has this clip's entry."""
    if Clip.objects.filter(pk=clip_id, sending__gt=sending).exists():
        raise Ended(NEWER_HERE)


def check_wanted(clip_id: UUID, copy: str, sending: int = 1) -> None:
    """Raise one of UNWANTED where no more bytes of this sending of a clip are wanted."""
    clip = Clip.objects.filter(pk=clip_id).first()
    if clip is not None:
        _check(clip, copy, sending)


def _check(clip: Clip, copy: str, sending: int) -> None:
    if clip.stage == Stage.WITHDRAWN:
        raise Ended(WITHDRAWN)
    if sending < clip.sending:
        raise Ended(NEWER_HERE)
    if sending > clip.sending:
        if clip.stage != Stage.SENT_BACK:
            raise NotNext(NOT_SENT_BACK)
        if sending > clip.sending + 1:
            raise NotNext(NOT_NEXT)
        return
    if clip.stage == Stage.SENT_BACK and not clip.whole:
        raise Ended(SENT_BACK)
    if clip.whole and copy == Copy.SMALL:
        raise WholeHere(WHOLE_HERE)


def enter(upload: Upload) -> None:
    """Make the row of the clip, or put the clip itself in the place of its small copy, or the next sending in the place
    of the one that was sent back. Raises one of UNWANTED. May be repeated.
    """
    clip = Clip.objects.select_for_update().filter(pk=upload.clip_id).first()
    small = upload.copy == Copy.SMALL
    if clip is None:
        note = SMALL_CAME if small else ""
        named = upload.media_name if small else ""
        clip = Clip.objects.create(clip_id=upload.clip_id, whole=not small, small_name=named, **_facts(upload))
    elif upload.sending == clip.sending and (small or clip.whole):
        return  # it is in already, or came too late
    else:
        _check(clip, upload.copy, upload.sending)
        note = FULL_CAME if upload.sending == clip.sending else SMALL_AGAIN if small else FULL_AGAIN
        _take_place(clip, upload)
    Event.objects.create(clip=clip, actor_id=upload.owner_id, what=Stage.RECEIVED, note=note)
    check_clip.enqueue(str(clip.clip_id))


def _take_place(clip: Clip, upload: Upload) -> None:
    """In its entry: comments, plays, history and slip stay. Captions were those of the film that was sent back."""
    small = upload.copy == Copy.SMALL
    unseen = {"stage": Stage.RECEIVED, "note": "", "published_at": None, "captions": "", "captions_at": None}
    Clip.objects.filter(pk=clip.pk).update(
        whole=not small,
        small_name=upload.media_name if small else "",
        checked_at=None,
        playable=False,
        measured_seconds=None,
        width=None,
        height=None,
        poster_name="",
        **_facts(upload),
        **(unseen if upload.sending > clip.sending else {}),
    )


def _facts(upload: Upload) -> dict[str, object]:
    more = ("names_said", "show_as", "sending", "media_name")
    same = ("owner_id", "sha256", "bytes", "filetype", "title", "audience", "seconds", "recorded", "people")
    facts: dict[str, object] = {name: getattr(upload, name) for name in (*same, *more)}
    return facts | {"received_at": timezone.now()}


def drop_replaced(clip_id: UUID | None = None) -> None:
    """Remove the files of this clip, or of all, whose place was taken by a whole one: small copies, earlier sendings.

    In no transaction; may be repeated. The row goes last: where this is killed, the next start finds it by that.
    """
    whole = Clip.objects.filter(pk=OuterRef("clip_id"), whole=True)
    small = Q(copy=Copy.SMALL) & Q(Exists(whole.filter(sending=OuterRef("sending"))))
    taken = small | Q(Exists(whole.filter(sending__gt=OuterRef("sending"))))
    for upload in Upload.objects.filter(taken if clip_id is None else taken & Q(clip_id=clip_id)):
        try:
            files.media().remove(upload.media_name)
            files.posters().remove(f"{Path(upload.media_name).stem}.jpg")
            upload.part.unlink(missing_ok=True)
        except (StoreError, OSError):
            log.exception("The replaced file %s could not be removed; the next start tries again.", upload.pk)
        else:
            upload.delete()
