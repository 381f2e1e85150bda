"""What a page with a comment's form does besides sending it."""

import itertools

from portal import tickets


def worked(ticket: str) -> str:
    """The number that shows the work."""
    return next(answer for answer in map(str, itertools.count()) if tickets.is_worked(ticket, answer))
