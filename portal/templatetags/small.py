"""What pages say of a clip of which only the small copy is here."""

from datetime import timedelta

from django import template
from django.conf import settings
from django.utils import timezone

from portal.intake.entries import FULL_AGAIN, SMALL_AGAIN, SMALL_CAME
from portal.models import Clip, Event, Stage
from portal.templatetags.diary import what_happened

register = template.Library()


@register.filter
def overdue(clip: Clip) -> bool:
    """True where the full one should have come: what had arrived of it is not kept for longer."""
    return not clip.whole and clip.received_at < timezone.now() - timedelta(days=settings.UNFINISHED_DAYS)


@register.filter
def happened(event: Event) -> str:
    """An event of the history, in words: a small copy is not the whole of a clip."""
    said = {SMALL_CAME: "Small copy received", SMALL_AGAIN: "Sent again", FULL_AGAIN: "Sent again"}
    known = said.get(event.note) if event.what == Stage.RECEIVED else None
    return known or what_happened(event.what)
