"""What a withdrawal removes: the film, its small copy, its still picture, its comments, and who is in it. Blocks.

The withdrawal itself is one transaction, and from then on nobody gets the film (portal/moderation.py). The files go at
once, in the worker's thread. What waits for it is the clip's own row, so that a kill at any line, or a disk that
refuses, means that it is done again at the next start or within a minute. `removed_at` is set last, when nothing is
left.
"""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from portal import files
from portal.intake.disk import DiskFailed, disk_errors, sync_folder
from portal.models import Clip, Comment, Deed, Event, Stage, Upload

log = logging.getLogger("portal.removal")
asked = Signal()
"""Sent, from any thread, when something is to be removed."""
_gone: set[UUID] = set()


def ask(clip_id: UUID) -> None:
    """A clip was withdrawn just now: end its films that are being watched, and wake whoever removes files."""
    _gone.add(clip_id)
    asked.send(None)


def is_gone(clip_id: UUID) -> bool:
    """Whether it was withdrawn while this portal runs; asks no database, so that it can be asked for every piece."""
    return clip_id in _gone


def remove_all() -> None:
    """Remove what withdrawn clips still have. What a disk refuses is logged and stays for the next time."""
    for clip in Clip.objects.filter(stage=Stage.WITHDRAWN, removed_at=None):
        with _patience(clip.clip_id):
            remove(clip)
    # A delivery that was under way may have begun a new file in the moment in which the old one went.
    withdrawn = Clip.objects.filter(stage=Stage.WITHDRAWN).values("clip_id")
    for upload in Upload.objects.filter(received=False, clip_id__in=withdrawn):
        with _patience(upload.clip_id):
            _remove_part(upload)


@contextlib.contextmanager
def _patience(clip_id: UUID) -> Iterator[None]:
    try:
        yield
    except DiskFailed:
        log.exception("The files of the withdrawn clip %s could not be removed yet.", clip_id)


def remove(clip: Clip) -> None:
    """Remove all that a withdrawn clip has, then write it down. May be repeated; raises DiskFailed.

    The rows of deliveries stay: the intake says by them that nothing more is taken (portal/intake/entries.py).
    """
    uploads = list(Upload.objects.filter(clip_id=clip.clip_id))
    for upload in uploads:
        _remove_part(upload)
    names = {clip.media_name, clip.small_name, *(upload.media_name for upload in uploads)} - {""}
    for name in names:
        files.media().remove(name)
    # A check that was under way may have drawn a picture that no row names.
    for name in {clip.poster_name, *(f"{Path(name).stem}.jpg" for name in names)} - {""}:
        files.posters().remove(name)
    _write_down(clip)


def _remove_part(upload: Upload) -> None:
    with disk_errors(), contextlib.suppress(FileNotFoundError):
        upload.part.unlink()
        sync_folder(upload.part.parent)


def _write_down(clip: Clip) -> None:
    with transaction.atomic():
        left = Clip.objects.select_for_update().get(pk=clip.pk)
        if left.removed_at is not None:
            return
        Comment.objects.filter(clip=left).delete()
        Upload.objects.filter(clip_id=left.pk).update(people=[], names_said=[])
        gone: dict[str, object] = {"people": [], "names_said": [], "captions": "", "captions_at": None}
        Clip.objects.filter(pk=left.pk).update(**gone, removed_at=timezone.now())
        Event.objects.create(clip=left, what=Deed.REMOVED)


def certificate(clip: Clip) -> dict[str, object] | None:
    """What was removed, for the speaker; None for a clip that is not withdrawn. removed_at: None until it is done."""
    withdrawn = clip.events.filter(what=Stage.WITHDRAWN).last()
    if clip.stage != Stage.WITHDRAWN or withdrawn is None:
        return None
    return {
        "clip_id": str(clip.clip_id),
        "title": clip.title,
        "seconds": clip.length_s,
        "bytes": clip.bytes,
        "sha256": clip.sha256,
        "received_at": clip.received_at.isoformat(),
        "withdrawn_at": withdrawn.at.isoformat(),
        "removed_at": None if clip.removed_at is None else clip.removed_at.isoformat(),
        "copies": copies_of(clip),
    }


def copies_of(clip: Clip) -> list[str]:
    """The files that it had here: the film or sound, a small copy, a still picture."""
    return [
        *(["video" if clip.is_video else "sound"] if clip.whole else []),
        *(["small copy"] if clip.small_name else []),
        *(["picture"] if clip.poster_name else []),
    ]
