"""Refusals of the diary itself. The text of every error is one plain sentence for the user."""


class Refused(Exception):
    """What was asked makes no sense just now, or something is missing; nothing has changed."""
