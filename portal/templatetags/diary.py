"""Filters for templates."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.timesince import timesince

from portal.models import Stage

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
def what_happened(what: str) -> str:
    """An event of the history, in words."""
    return {
        Stage.RECEIVED: "Received and checked whole",
        Stage.IN_REVIEW: "Opened by a moderator",
        Stage.PUBLISHED: "Published",
        Stage.SENT_BACK: "Sent back",
        Stage.WITHDRAWN: "Withdrawn by the speaker",
        "checked": "Looked over: it plays",
    }[what]
