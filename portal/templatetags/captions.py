"""What pages say of captions."""

from django import template

from portal.captions import paragraphs

register = template.Library()


@register.filter
def transcript(captions: str) -> list[str]:
    """What is said in a clip, in paragraphs, out of its captions."""
    return paragraphs(captions)
