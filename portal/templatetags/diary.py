"""Filters for templates."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.timesince import timesince

from portal.models import Deed, Stage

register = template.Library()


@register.filter
def clock(seconds: float) -> str:
    """A length as people read it: 1:09, or 1:02:03."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def ago(moment: datetime) -> str:
    """How long ago something was: just now, 5 minutes ago, 2 days ago."""
    now = timezone.now()
    return "just now" if now - moment < timedelta(minutes=1) else f"{timesince(moment, now, depth=1)} ago"


@register.filter
def moment(then: datetime) -> str:
    """When something was: today at 10:42, yesterday at 17:05, on Tuesday at 09:12, on 22 November 2026 at 17:30."""
    there, days = timezone.localtime(then), (timezone.localdate() - timezone.localdate(then)).days
    if days == 0:
        day = "today"
    elif days == 1:
        day = "yesterday"
    else:
        day = f"on {there:%A}" if 1 < days < 7 else f"on {there.day} {there:%B %Y}"
    return f"{day} at {there:%H:%M}"


@register.filter
def since(then: datetime) -> str:
    """The same, after the word “since”: 10:42, yesterday at 17:05, Tuesday at 09:12."""
    return moment(then).removeprefix("today at ").removeprefix("on ")


@register.filter
def watched(times: int | None) -> str:
    """How often a clip was watched: not watched yet, watched once, watched 12 times."""
    return "not watched yet" if not times else "watched once" if times == 1 else f"watched {times:,} times"


@register.filter
def comments_in_words(count: int) -> str:
    """How many comments: no comments, 1 comment, 12 comments."""
    return "1 comment" if count == 1 else f"{count or 'no'} comments"


@register.filter
def what_happened(what: str) -> str:
    """An event of the history, in words."""
    happened: dict[str, str] = {
        Stage.RECEIVED: "Received and checked whole",
        Stage.IN_REVIEW: "Opened",
        Stage.PUBLISHED: "Published",
        Stage.SENT_BACK: "Sent back",
        Stage.WITHDRAWN: "Withdrawn",
        Deed.CHECKED: "Looked over: it plays",
        Deed.CLAIMED: "Opened",
        Deed.TAKEN_OVER: "Taken over",
        Deed.PUT_BACK: "Put back in the queue",
        Deed.NOTE: "Note for moderators",
        Deed.REMOVED: "Film, picture and comments removed",
    }
    return happened[what]
