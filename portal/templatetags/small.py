"""What pages say of a clip of which only the small copy is here."""

from datetime import timedelta

from django import template
from django.conf import settings
from django.utils import timezone

from portal.models import Clip

register = template.Library()


@register.filter
def overdue(clip: Clip) -> bool:
    """True where the full one should have come: what had arrived of it is not kept for longer."""
    return not clip.whole and clip.received_at < timezone.now() - timedelta(days=settings.UNFINISHED_DAYS)
