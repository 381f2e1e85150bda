"""What may be done with comments, and by whom. Each change is one transaction. Any thread.

waiting <-> approved, refused (undone until the end of the next day); approved -> refused

Nobody can tell from what is kept who wrote a comment, from where, or at what time of the day: no account, no address,
no moment, and ids that follow from random words (docs/decisions/0028-comments-without-a-name.md). A moderator who opens
one has it until a full hour; the rule is asked in the transaction that makes the change.
"""

import contextlib
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal import slips, tickets, words
from portal.buckets import Buckets, Once
from portal.codes import private_code
from portal.models import Clip, Comment, CommentClaim, CommentEvent, CommentState, Stage

PURPOSE = "comment"
LONGEST, LONGEST_NAME = 2000, 60
WORKED_S = 2
"""The least age of a form whose page did the work (portal/tickets.py)."""
UNWORKED_S = 20
"""The least age of one whose page did not, for want of script: a person who types needs as long."""
MOST_WAITING = 200
"""So many comments on one clip may wait."""
CLAIM_LASTS = timedelta(minutes=15)
"""How long a moderator has a comment, at least."""
UNDO = timedelta(days=1)
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Letters that turn the order of the page around."""

worked, unworked = Buckets(at_once=20, a_minute=6), Buckets(at_once=5, a_minute=1)
"""For each clip. Those who did no work have a bucket of their own, and cannot empty that of the others."""
_used = Once()


class CommentRefused(Exception):
    """It cannot be done; the text is a sentence for the user."""

    def __init__(self, sentence: str, *, status: int = 409) -> None:
        super().__init__(sentence)
        self.status = status


# -- writing one ----------------------------------------------------------------------------------------------------


def ticket(clip: Clip) -> str:
    """For one page with a form."""
    return tickets.make(PURPOSE, clip.clip_id)


def is_good(ticket: str, clip: Clip) -> bool:
    """Whether a form with this ticket can still be sent: a page that is shown again keeps it, and its age."""
    try:
        return not _used.has(tickets.read(ticket, PURPOSE, clip.clip_id).word)
    except tickets.NoTicket:
        return False


def add(clip: Clip, text: str, *, ticket: str, answer: str = "", name: str = "", signed: bool = False) -> str:
    """Keep a comment until a moderator has read it; returns the writer's private code. Raises CommentRefused.

    The same form again is the same comment, and gets the same code.
    """
    text, name = clean(text), " ".join(clean(name).split())
    try:
        read = tickets.read(ticket, PURPOSE, clip.clip_id)
    except tickets.NoTicket as error:
        raise CommentRefused(words.STALE_FORM, status=400) from error
    key = int.from_bytes(slips.keyed("comment", read.word)[:8]) >> 1
    code = private_code(slips.keyed("comment-code", read.word))
    if Comment.objects.filter(pk=key).exists():
        return code
    if _used.has(read.word):
        raise CommentRefused(words.USED_FORM)
    _refuse_bad(text, name)
    _refuse_flood(clip.clip_id, read.age_s, is_worked=tickets.is_worked(ticket, answer))
    row = Comment(pk=key, day=timezone.localdate(), text=text, name=name, signed=signed, code=slips.kept(code))
    with contextlib.suppress(IntegrityError):  # the same form, sent twice in the same moment
        _insert(row, clip.clip_id)
    _used.first(read.word)
    return code


def clean(text: str) -> str:
    """What was typed, without letters that cannot be seen or that turn the page around."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (each for each in text if each == "\n" or unicodedata.category(each) not in ("Cc", "Cs"))
    return "".join(each for each in kept if each not in BIDI).strip()


def _refuse_bad(text: str, name: str) -> None:
    if not text:
        raise CommentRefused(words.EMPTY_COMMENT, status=400)
    if len(text) > LONGEST:
        raise CommentRefused(words.LONG_COMMENT.format(most=LONGEST), status=400)
    if len(name) > LONGEST_NAME:
        raise CommentRefused(words.LONG_NAME.format(most=LONGEST_NAME), status=400)


def _refuse_flood(clip_id: UUID, age_s: float, *, is_worked: bool) -> None:
    least = WORKED_S if is_worked else UNWORKED_S
    if age_s < least:
        raise CommentRefused(words.TOO_SOON.format(seconds=int(least - age_s) + 1), status=429)
    waiting = Comment.objects.filter(clip_id=clip_id, state=CommentState.WAITING).count()
    if waiting >= MOST_WAITING or not (worked if is_worked else unworked).take(clip_id.hex):
        raise CommentRefused(words.TOO_MANY_COMMENTS, status=429)


def _insert(row: Comment, clip_id: UUID) -> None:
    """Nothing is added to a clip that is just being withdrawn: its row is locked."""
    with transaction.atomic():
        clip = Clip.objects.select_for_update().get(pk=clip_id)
        if clip.stage != Stage.PUBLISHED:
            raise CommentRefused(words.NOT_PUBLISHED)
        row.clip = clip
        row.save(force_insert=True)


# -- the writer, by the private code --------------------------------------------------------------------------------


def find(typed: str) -> Comment | None:
    """The comment that this code belongs to."""
    return Comment.objects.select_related("clip").filter(code=slips.kept(typed)).first()


def take_back(comment: Comment) -> None:
    """Delete it, and all that was written down about it. May be repeated."""
    with transaction.atomic():
        Comment.objects.filter(pk=comment.pk).delete()


# -- moderators -----------------------------------------------------------------------------------------------------


def waiting() -> QuerySet[Comment]:
    """What nobody has decided about, the oldest day first; on clips that can be watched."""
    mine = Comment.objects.filter(state=CommentState.WAITING, clip__stage=Stage.PUBLISHED)
    return mine.select_related("clip", "claim__moderator")


def dealt_with() -> QuerySet[Comment]:
    """What can still be undone."""
    lately = CommentEvent.objects.filter(day__gte=_undo_from()).values("comment_id")
    decided = Comment.objects.exclude(state=CommentState.WAITING).filter(pk__in=lately, clip__stage=Stage.PUBLISHED)
    return decided.select_related("clip").order_by("-day", "id")


def look_at(comment: Comment, moderator: User) -> None:
    """A moderator opened it: it is theirs where it waits and nobody has it. Raises CommentRefused where it is gone."""
    with _locked(comment) as now:
        if now.state == CommentState.WAITING and (now.held is None or now.held.moderator_id == moderator.pk):
            CommentClaim.objects.filter(comment=now).delete()
            CommentClaim.objects.create(comment=now, moderator=moderator, until=_full_hour(timezone.now()))


def put_back(comment: Comment, moderator: User) -> None:
    """Leave it to others; raises CommentRefused."""
    with _locked(comment) as now:
        _refuse_if_held(now, moderator)
        CommentClaim.objects.filter(comment=now).delete()


def approve(comment: Comment, moderator: User) -> None:
    """Put it on the clip's page; raises CommentRefused."""
    with _locked(comment) as now:
        _refuse_if_held(now, moderator)
        if now.state != CommentState.WAITING:
            raise CommentRefused(words.COMMENT_NOT_WAITING)
        if now.clip.stage != Stage.PUBLISHED:
            raise CommentRefused(words.NOT_PUBLISHED)
        _decide(now, CommentState.APPROVED, moderator)


def refuse(comment: Comment, moderator: User, reason: str) -> None:
    """Keep it off the page, or take it off, with a reason for its writer; raises CommentRefused."""
    with _locked(comment) as now:
        if comment.state != now.state or now.state == CommentState.REFUSED:
            raise CommentRefused(words.COMMENT_DONE)
        _refuse_if_held(now, moderator)
        if not clean(reason):
            raise CommentRefused(words.COMMENT_REASON)
        _decide(now, CommentState.REFUSED, moderator, clean(reason))


def undo(comment: Comment, moderator: User) -> None:
    """Let it wait again, until the end of the day after the decision; raises CommentRefused."""
    with _locked(comment) as now:
        if comment.state != now.state or now.state == CommentState.WAITING:
            raise CommentRefused(words.COMMENT_DONE)
        if not may_undo(now):
            raise CommentRefused(words.COMMENT_NO_UNDO)
        _decide(now, CommentState.WAITING, moderator)


def may_undo(comment: Comment) -> bool:
    """Whether the last decision is young enough."""
    last = comment.events.last()
    return comment.state != CommentState.WAITING and last is not None and last.day >= _undo_from()


def _undo_from() -> date:
    return timezone.localdate() - UNDO


def _full_hour(now: datetime) -> datetime:
    """The full hour after the least time: a moment to the minute would tell when the comment came."""
    return (now + CLAIM_LASTS).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _refuse_if_held(comment: Comment, moderator: User) -> None:
    held = comment.held
    if comment.state == CommentState.WAITING and held is not None and held.moderator_id != moderator.pk:
        raise CommentRefused(words.COMMENT_HELD.format(name=held.moderator.username))


def _decide(comment: Comment, state: CommentState, moderator: User, reason: str = "") -> None:
    """Within the transaction: say so, end the claim, and write it down."""
    Comment.objects.filter(pk=comment.pk).update(state=state, reason=reason)
    CommentClaim.objects.filter(comment=comment).delete()
    last = comment.events.last()
    number, day = 1 if last is None else last.number + 1, timezone.localdate()
    CommentEvent.objects.create(comment=comment, number=number, day=day, actor=moderator, what=state, reason=reason)


@contextlib.contextmanager
def _locked(comment: Comment) -> Iterator[Comment]:
    """The comment as it is now, which nobody else changes until the end; `comment` is read again afterwards."""
    try:
        with transaction.atomic():
            yield Comment.objects.select_for_update().get(pk=comment.pk)
        comment.refresh_from_db()
    except Comment.DoesNotExist as error:
        raise CommentRefused(words.COMMENT_GONE) from error
