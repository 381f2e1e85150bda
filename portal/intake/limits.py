"""What an account may send: the settings say it for everybody, an `Allowance` for one account. Worker threads.

Asked when a delivery is announced, before anything is stored. Going on with one that was let in is never refused.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count, F, Sum
from django.utils import timezone

from portal import words
from portal.intake.disk import StoreError
from portal.models import Allowance, Arrived, Upload

TOO_MANY_AT_ONCE = (
    "Many deliveries of this account have begun and not ended. The clip is safe on your computer; try again later."
)
TOO_MUCH_AT_ONCE = (
    "The deliveries of this account that have not ended are large. The clip is safe on your computer; try again later."
)
TOO_MUCH_TODAY = "This account has sent as much as it may today. The clip is safe on your computer; send it tomorrow."
WAIT_S = 300
"""When to ask again where some delivery has to end first."""


class OverLimit(StoreError):
    """This account may not send this (now). status: 413, or 429 with the seconds after which to ask again."""

    def __init__(self, status: int, error: str, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.status, self.error, self.retry_after_s = status, error, retry_after_s


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be sent, in bytes and in deliveries. A day is from midnight to midnight where the portal is."""

    largest_bytes: int
    unfinished: int
    unfinished_bytes: int
    bytes_a_day: int

    @property
    def one_file(self) -> int:
        """The largest file that can ever pass: one that needs more than a day's share would wait for ever."""
        return min(self.largest_bytes, self.unfinished_bytes, self.bytes_a_day)


def everybody() -> Limits:
    """What the settings say."""
    return Limits(
        largest_bytes=settings.MAX_BYTES,
        unfinished=settings.UNFINISHED,
        unfinished_bytes=settings.UNFINISHED_BYTES,
        bytes_a_day=settings.BYTES_A_DAY,
    )


def limits_of(owner: User) -> Limits:
    """What this account may send."""
    usual = everybody()
    own = Allowance.objects.filter(account=owner).first()
    if own is None:
        return usual
    return Limits(
        # The discovery document and the intake's OPTIONS name one size for everybody, so nobody may send more.
        largest_bytes=min(_either(own.largest_bytes, usual.largest_bytes), usual.largest_bytes),
        unfinished=_either(own.unfinished, usual.unfinished),
        unfinished_bytes=_either(own.unfinished_bytes, usual.unfinished_bytes),
        bytes_a_day=_either(own.bytes_a_day, usual.bytes_a_day),
    )


def _either(own: int | None, usual: int) -> int:
    return usual if own is None else own


def check(owner: User, length: int, *, instead_of: Upload | None) -> None:
    """Raise OverLimit where the account may not begin a delivery of so many bytes.

    instead_of: the delivery that this one replaces. Call it in the transaction that makes the row: the account is
    locked, so that two requests do not both take the last place.
    """
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # no_key: rows that point to it may come and go
    may = limits_of(owner)
    if length > may.one_file:
        raise OverLimit(413, "too_long", words.TOO_LONG)
    others = Upload.objects.filter(owner=owner, received=False)
    if instead_of is not None:
        others = others.exclude(pk=instead_of.pk)
    there = others.aggregate(count=Count("pk"), bytes=Sum("bytes", default=0))
    if there["count"] >= may.unfinished:
        raise OverLimit(429, "too_many_at_once", TOO_MANY_AT_ONCE, retry_after_s=WAIT_S)
    if there["bytes"] + length > may.unfinished_bytes:
        raise OverLimit(429, "too_much_at_once", TOO_MUCH_AT_ONCE, retry_after_s=WAIT_S)
    now = timezone.localtime()
    if arrived(owner, now) + length > may.bytes_a_day:
        raise OverLimit(429, "too_much_today", TOO_MUCH_TODAY, retry_after_s=_until_midnight(now))


def arrived(owner: User, now: datetime) -> int:
    """How many bytes of the account have come today."""
    return Arrived.objects.filter(owner=owner, day=now.date()).values_list("bytes", flat=True).first() or 0


def count(owner_id: int, new_bytes: int) -> None:
    """Note that so many bytes of the account have come, whatever becomes of them. In the caller's transaction."""
    today, _ = Arrived.objects.get_or_create(owner_id=owner_id, day=timezone.localdate())
    Arrived.objects.filter(pk=today.pk).update(bytes=F("bytes") + new_bytes)


def forget_past_days(now: datetime) -> None:
    """Drop the counts of days that are over."""
    Arrived.objects.filter(day__lt=timezone.localdate(now)).delete()


def _until_midnight(now: datetime) -> int:
    tomorrow = (now + timedelta(days=1)).date()
    return math.ceil((datetime.combine(tomorrow, datetime.min.time(), now.tzinfo) - now).total_seconds())


def described() -> dict[str, int]:
    """What the discovery document says about it."""
    usual = everybody()
    return {
        "unfinished": usual.unfinished,
        "unfinished_bytes": usual.unfinished_bytes,
        "bytes_a_day": usual.bytes_a_day,
        "unfinished_days": settings.UNFINISHED_DAYS,
    }
