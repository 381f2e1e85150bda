"""Files and rows of the intake. Every function blocks: the application runs them in worker threads.

The order of things makes each step repeatable, so that a kill at any point is finished by the next HEAD or start:
row -> bytes (temporary name) -> fsync -> SHA-256 from disk -> rename -> fsync of the folders -> one transaction.
Where films lie in a bucket, it is: ... -> SHA-256 from disk -> put, and read back -> one transaction -> part removed.
"""

import contextlib
import logging
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal import files
from portal.intake import entries, limits
from portal.intake.disk import NoRoom, StoreError, disk_errors, sha256
from portal.intake.metadata import ClipFacts
from portal.models import Upload

log = logging.getLogger("portal.intake")
RECOVER_S = 60.0
"""How long a start may take over what a killed server left."""
QUIET = timedelta(minutes=10)
"""A whole delivery is left to its app for so long after the last byte; an admin command may be at work on it, too."""


class NoSuchUpload(StoreError):
    """No such delivery of this account."""


class OthersClip(StoreError):
    """Another account has this clip id."""


class AnotherReceived(StoreError):
    """A different file was received under this clip id."""


class Damaged(StoreError):
    """The whole file is here, and it is not the promised one; it was thrown away."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a delivery stands, in bytes."""

    upload: Upload
    offset: int

    @property
    def whole(self) -> bool:
        """Whether nothing is missing."""
        return self.offset == self.upload.bytes


@contextlib.contextmanager
def database() -> Iterator[None]:
    """A worker thread's use of the database. Its connection stays open for the next job, unless the database failed.

    Opening one costs more than all that a job asks of it. PostgreSQL may have ended it meanwhile (a restart): it is
    asked, with the job's first question, whether it still stands.
    """
    connection.close_if_unusable_or_obsolete()
    try:
        yield
    except Error:
        connection.close()
        raise


# -- creating and finding -------------------------------------------------------------------------------------------


def create(owner: User, facts: ClipFacts, length: int) -> Upload:
    """The delivery of this clip: the one that exists, or a new one.

    Raises OthersClip, AnotherReceived, one of entries.UNWANTED, limits.OverLimit and NoRoom.
    """
    try:
        return _create(owner, facts, length)
    except IntegrityError:
        return _create(owner, facts, length)  # another request made the row just now: find it
    except entries.Ended:
        forget_rest(facts.clip_id)
        raise


def _create(owner: User, facts: ClipFacts, length: int) -> Upload:
    with transaction.atomic():
        uploads = list(_locked(facts.clip_id))
        if any(upload.owner_id != owner.pk for upload in uploads):
            raise OthersClip
        entries.check_newest(facts.clip_id, facts.sending)
        named = (facts.copy, facts.sending)
        existing = next((upload for upload in uploads if (upload.copy, upload.sending) == named), None)
        same = existing is not None and (existing.sha256, existing.bytes) == (facts.sha256, length)
        if existing is not None and same and existing.received:
            return existing
        entries.check_wanted(facts.clip_id, facts.copy, facts.sending)
        if existing is not None and same:
            return _described(existing, facts)
        if existing is not None and existing.received:
            raise AnotherReceived
        limits.check(owner, length, instead_of=existing)
        _check_room(length)
        if existing is not None:
            discard(existing)
        new = Upload(clip_id=facts.clip_id, copy=facts.copy, owner=owner, bytes=length, sha256=facts.sha256)
        return _described(new, facts)


def _locked(clip_id: UUID) -> QuerySet[Upload]:
    """The deliveries of a clip, which nobody else changes until the transaction ends: an admin command may bring it."""
    return Upload.objects.select_for_update().filter(clip_id=clip_id)


def _described(upload: Upload, facts: ClipFacts) -> Upload:
    """Write the newest words about a clip that has not been received yet."""
    upload.filetype, upload.title, upload.audience = facts.filetype, facts.title, facts.audience
    upload.seconds, upload.recorded, upload.people = facts.seconds, facts.recorded, list(facts.people)
    upload.names_said = [list(stretch) for stretch in facts.names_said]
    upload.sending, upload.show_as = facts.sending, facts.show_as
    upload.touched_at = timezone.now()
    upload.save()
    return upload


def forget_rest(clip_id: UUID) -> None:
    """Throw away what came of a clip, or of a sending of it, that nobody wants any more."""
    with transaction.atomic():
        for upload in _locked(clip_id).filter(received=False):
            try:
                entries.check_wanted(clip_id, upload.copy, upload.sending)
            except entries.UNWANTED:
                discard(upload)


def _check_room(length: int) -> None:
    if shutil.disk_usage(settings.INCOMING).free < length + settings.KEEP_FREE_BYTES:
        raise NoRoom


def find(owner: User, upload_id: UUID) -> Upload:
    """A delivery of this account; raises NoSuchUpload."""
    found = Upload.objects.filter(pk=upload_id, owner=owner).first()
    if found is None:
        raise NoSuchUpload
    return found


def standing(owner: User, upload_id: UUID) -> Standing:
    """Where a delivery stands; what is on disk is fsynced first, so the offset can be relied on.

    Raises NoSuchUpload, DiskFailed, and one of entries.UNWANTED where no more is wanted.
    """
    upload = find(owner, upload_id)
    if upload.received:
        entries.check_newest(upload.clip_id, upload.sending)
        return Standing(upload, upload.bytes)
    entries.check_wanted(upload.clip_id, upload.copy, upload.sending)
    with disk_errors(), contextlib.suppress(FileNotFoundError), upload.part.open("r+b") as file:
        os.fsync(file.fileno())
        return Standing(upload, os.fstat(file.fileno()).st_size)
    kept = files.media()  # killed after it was moved there, before the row
    return Standing(upload, (kept.size(upload.media_name) or 0) if kept.moves else 0)


def note(upload: Upload, new_bytes: int) -> None:
    """Note that somebody carries on with this delivery, and how much came."""
    with transaction.atomic():
        Upload.objects.filter(pk=upload.pk).update(touched_at=timezone.now())
        limits.count(upload.owner_id, new_bytes)


def discard(upload: Upload) -> None:
    """Throw away what came, in the caller's transaction; the part outlives the row that promises its bytes.

    What was kept already goes first: where that fails, nothing is thrown away, and it is tried again.
    """
    files.media().remove(upload.media_name)
    part = upload.part  # named after its id, which delete() takes away
    upload.delete()
    transaction.on_commit(partial(part.unlink, missing_ok=True))


# -- the commit -----------------------------------------------------------------------------------------------------


def commit(upload: Upload) -> None:
    """Make a whole upload a clip in the queue; may be repeated. Raises Damaged, NoRoom, DiskFailed."""
    keep(upload)
    enter_queue(upload)


def keep(upload: Upload) -> None:
    """Compare the SHA-256 and hold the file under its final name, durably.

    Raises Damaged, NoRoom, DiskFailed, and entries.Ended: then nothing is kept.
    """
    try:
        with contextlib.suppress(entries.WholeHere):
            # Withdrawn just now: portal/removal.py took the bytes.
            entries.check_wanted(upload.clip_id, upload.copy, upload.sending)
    except entries.Ended:
        forget_rest(upload.clip_id)
        raise
    kept = files.media()
    with disk_errors():
        here = upload.part.exists()
        found = sha256(upload.part) if here else kept.sha256(upload.media_name)
    if found != upload.sha256:
        with transaction.atomic():
            discard(upload)
        raise Damaged
    kept.keep(upload.part, upload.media_name, sha256=found)


def enter_queue(upload: Upload) -> None:
    """Make the row of the clip, and the task that checks it. Raises entries.Ended: then the file is gone."""
    try:
        _enter(upload)
    except IntegrityError:
        _enter(upload)  # an admin command made the row just now: find it
    except entries.Ended:
        forget_rest(upload.clip_id)
        raise
    entries.drop_replaced(upload.clip_id)


def _enter(upload: Upload) -> None:
    with transaction.atomic():
        entries.enter(upload)
        Upload.objects.filter(pk=upload.pk).update(received=True)
        # A bucket was given a copy: what it was made from goes now.
        transaction.on_commit(partial(upload.part.unlink, missing_ok=True))


# -- what nobody carries on with ------------------------------------------------------------------------------------


def recover() -> None:
    """Finish what a killed server left: commit whole uploads, forget stale ones, clear files that nobody owns.

    Nobody is answered meanwhile. What takes longer (a bucket that is out of reach) the app's next HEAD or the sweeper
    finishes.
    """
    now, ends = timezone.now(), time.monotonic() + RECOVER_S
    for upload in Upload.objects.filter(received=False):
        if time.monotonic() > ends:
            log.warning("What a killed server left is not finished yet; it goes on while the portal runs.")
            break
        settle(upload.pk, now)
    known = {str(key) for key in Upload.objects.filter(received=False).values_list("pk", flat=True)}
    for path in Path(settings.INCOMING).glob("*.part"):
        if path.stem not in known:
            path.unlink(missing_ok=True)
    entries.drop_replaced()


def stale(now: datetime) -> list[Upload]:
    """The deliveries that nobody has carried on with for UNFINISHED_DAYS, the oldest first."""
    return list(Upload.objects.filter(received=False, touched_at__lt=_too_old(now)).order_by("touched_at"))


def stuck(now: datetime) -> list[Upload]:
    """The deliveries that are whole on this disk, and whose commit failed: a bucket was out of reach, say."""
    quiet = Upload.objects.filter(received=False, touched_at__gte=_too_old(now), touched_at__lt=now - QUIET)
    return [upload for upload in quiet if _lies_whole(upload)]


def _lies_whole(upload: Upload) -> bool:
    with contextlib.suppress(OSError):
        return upload.part.stat().st_size == upload.bytes
    return False


def settle(upload_id: UUID, now: datetime) -> None:
    """Commit a delivery that is whole; forget one that is stale; leave any other alone. The caller has its turn."""
    upload = Upload.objects.select_related("owner").filter(pk=upload_id, received=False).first()
    if upload is None:
        return
    try:
        if standing(upload.owner, upload.pk).whole:
            commit(upload)
        elif upload.touched_at < _too_old(now):
            _forget_stale(upload, now)
    except entries.UNWANTED:
        forget_rest(upload.clip_id)
    except StoreError:
        log.exception("The delivery %s could not be finished.", upload_id)


def _forget_stale(upload: Upload, now: datetime) -> None:
    """Unless somebody carries on with it since it was looked at: an admin command takes no turn."""
    with transaction.atomic():
        for still in _locked(upload.clip_id).filter(pk=upload.pk, received=False, touched_at__lt=_too_old(now)):
            discard(still)


def _too_old(now: datetime) -> datetime:
    return now - timedelta(days=settings.UNFINISHED_DAYS)
