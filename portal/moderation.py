"""What a moderator or a speaker does to a clip, and who may see it. Each change is one transaction.

received <-> in review -> published
                       -> sent back
withdrawn is the speaker's word and ends everything.

A moderator who opens a clip that waits claims it: nobody else may put it back, publish it or send it back while the
claim lasts. The rule is asked in the transaction that makes the change, with the clip's row locked.
"""

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.utils import timezone

from portal import removal, slips, words
from portal.codes import show_private_code
from portal.models import Audience, Claim, Clip, Deed, Event, Stage

OPEN = (Stage.RECEIVED, Stage.IN_REVIEW)
CLAIM_LASTS = timedelta(minutes=30)
"""How long a claim lasts after its moderator last used the page."""
Viewer = User | AnonymousUser


class ModerationRefused(Exception):
    """It cannot be done; the text is a sentence for the user."""


# -- the rules ------------------------------------------------------------------------------------------------------


def why_not_publish(clip: Clip) -> str | None:
    """Why this clip cannot be published, or None."""
    if clip.stage == Stage.WITHDRAWN:
        return words.WITHDRAWN
    if clip.stage == Stage.PUBLISHED:
        return words.ALREADY_PUBLISHED
    if not clip.whole:
        return words.NOT_WHOLE
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


def may_see(viewer: Viewer, clip: Clip) -> bool:
    """Who may open its page: moderators and the owner always; others once it is published, as the speaker agreed.

    A clip for all staff is open to everybody who can reach the portal; one for the team needs an account here.
    """
    if viewer.is_authenticated and (may_moderate(viewer) or viewer.pk == clip.owner_id):
        return True
    if clip.stage != Stage.PUBLISHED:
        return False
    return clip.audience == Audience.STAFF or viewer.is_authenticated


def may_watch(viewer: Viewer, clip: Clip) -> bool:
    """Who may have the film itself: whoever may see the page, until it is withdrawn; then nobody."""
    return clip.stage != Stage.WITHDRAWN and may_see(viewer, clip)


# -- claims ---------------------------------------------------------------------------------------------------------


def look_at(clip: Clip, moderator: User) -> None:
    """A moderator opened it: claim it where it waits and nobody has it; renew the claim where it is theirs."""
    with _locked(clip) as now:
        if now.stage not in OPEN:
            return
        held = now.held
        if held is None:
            _claim(now, moderator, Deed.CLAIMED)
        elif held.moderator_id == moderator.pk:
            _renew(held)


def keep(clip: Clip, moderator: User) -> None:
    """The page is still in use: renew the claim, or have it again; raises ModerationRefused where it is lost."""
    with _locked(clip) as now:
        if now.stage not in OPEN:
            raise ModerationRefused(words.SOMEBODY_ELSE)
        _refuse_if_held(now, moderator, words.TAKEN)
        if now.held is None:
            _claim(now, moderator, Deed.CLAIMED)
        else:
            _renew(now.held)


def put_back(clip: Clip, moderator: User) -> None:
    """Leave it to others; raises ModerationRefused where somebody else has it, or it has been dealt with."""
    with _locked(clip) as now:
        if now.stage not in OPEN:
            raise ModerationRefused(words.NOT_OPEN)
        _refuse_if_held(now, moderator, words.HELD)
        if now.stage == Stage.IN_REVIEW:
            Clip.objects.filter(pk=now.pk).update(stage=Stage.RECEIVED)
            Event.objects.create(clip=now, actor=moderator, what=Deed.PUT_BACK)
        Claim.objects.filter(clip=now).delete()


def take_over(clip: Clip, moderator: User, *, claim_id: int) -> None:
    """Take it from the moderator whose claim was shown in the question; raises ModerationRefused.

    Of two who ask at once only one gets it: the other's question was about a claim that is gone.
    """
    with _locked(clip) as now:
        if now.stage not in OPEN:
            raise ModerationRefused(words.NOT_OPEN)
        held = now.held
        if held is not None and held.moderator_id == moderator.pk:
            return
        if held is not None and held.pk != claim_id:
            raise ModerationRefused(words.HELD.format(name=held.moderator.username))
        _claim(now, moderator, Deed.CLAIMED if held is None else Deed.TAKEN_OVER)


def _claim(clip: Clip, moderator: User, deed: Deed) -> None:
    """Within the transaction: a new claim in the place of any that was there."""
    now = timezone.now()
    Claim.objects.filter(clip=clip).delete()
    Claim.objects.create(clip=clip, moderator=moderator, since=now, until=now + CLAIM_LASTS)
    Clip.objects.filter(pk=clip.pk).update(stage=Stage.IN_REVIEW)
    Event.objects.create(clip=clip, actor=moderator, what=deed)


def _renew(claim: Claim) -> None:
    Claim.objects.filter(pk=claim.pk).update(until=timezone.now() + CLAIM_LASTS)


def _refuse_if_held(clip: Clip, moderator: User | None, sentence: str) -> None:
    held = clip.held
    if clip.stage in OPEN and held is not None and (moderator is None or held.moderator_id != moderator.pk):
        raise ModerationRefused(sentence.format(name=held.moderator.username))


def note_before(clip: Clip) -> Event | None:
    """With which note a clip that was sent again had been sent back; None for one that was not sent again."""
    return clip.events.filter(what=Stage.SENT_BACK).last() if clip.sending > 1 else None


# -- decisions ------------------------------------------------------------------------------------------------------


def publish(clip: Clip, moderator: User | None) -> None:
    """Put it before its audience; raises ModerationRefused. Without a moderator: the command line did it."""
    with _locked(clip) as now:
        _refuse_if_changed(clip, now)
        _refuse_if_held(now, moderator, words.HELD)
        _refuse(why_not_publish(now))
        _decide(now, Stage.PUBLISHED, actor=moderator, published_at=timezone.now())


def send_back(clip: Clip, moderator: User, note: str) -> None:
    """Give it back with a note to the speaker; raises ModerationRefused."""
    with _locked(clip) as now:
        _refuse_if_changed(clip, now)
        _refuse_if_held(now, moderator, words.HELD)
        _refuse(why_not_send_back(now, note))
        _decide(now, Stage.SENT_BACK, actor=moderator, note=note.strip())


def withdraw(clip: Clip, owner: User) -> None:
    """The speaker takes it back, whoever has it and wherever it stands. May be repeated; raises ModerationRefused."""
    with _locked(clip) as now:
        if now.owner_id != owner.pk:
            raise ModerationRefused(words.NOT_YOURS)
        _withdraw(now, owner)


def withdraw_with_slip(clip: Clip) -> None:
    """The same by whoever holds the slip with its code. May be repeated."""
    with _locked(clip) as now:
        _withdraw(now, None)


def _withdraw(clip: Clip, actor: User | None) -> None:
    if clip.stage != Stage.WITHDRAWN:
        # Counts as checked: nobody opens a withdrawn film any more, and no late check moves it on.
        _decide(clip, Stage.WITHDRAWN, actor=actor, checked_at=clip.checked_at or timezone.now())
        transaction.on_commit(partial(removal.ask, clip.clip_id))


def slip_of(clip: Clip) -> str:
    """The code of its slip, as people see it. After the portal got a new key, the new code counts once it is shown."""
    code = slips.code_of(clip.clip_id)
    if clip.slip != slips.kept(code):
        Clip.objects.filter(pk=clip.pk).update(slip=slips.kept(code))
    return show_private_code(code)


def add_note(clip: Clip, moderator: User, note: str) -> None:
    """Write a line for the other moderators into the history; raises ModerationRefused."""
    _refuse(None if note.strip() else words.EMPTY_NOTE)
    Event.objects.create(clip=clip, actor=moderator, what=Deed.NOTE, note=note.strip())


def _decide(clip: Clip, stage: Stage, *, actor: User | None, note: str = "", **more: object) -> None:
    """Within the transaction: move it on, end the claim, and write it down."""
    Clip.objects.filter(pk=clip.pk).update(**{"stage": stage, "note": note, "published_at": None, **more})
    Claim.objects.filter(clip=clip).delete()
    Event.objects.create(clip=clip, actor=actor, what=stage, note=note)


def _refuse(why: str | None) -> None:
    if why is not None:
        raise ModerationRefused(why)


def _refuse_if_changed(seen: Clip, now: Clip) -> None:
    """What was decided about a clip that waits must not undo what somebody else has decided since."""
    changed = seen.stage != now.stage and not (seen.stage in OPEN and now.stage in OPEN)
    if changed or seen.sending != now.sending:
        raise ModerationRefused(words.SOMEBODY_ELSE)


@contextlib.contextmanager
def _locked(clip: Clip) -> Iterator[Clip]:
    """The clip as it is now, which nobody else changes until the end; `clip` is read again afterwards.

    PostgreSQL locks the row. SQLite has one writer at a time, from a transaction's start (settings.DATABASES).
    """
    with transaction.atomic():
        yield Clip.objects.select_for_update().get(pk=clip.pk)
    clip.refresh_from_db()
