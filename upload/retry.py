"""When to try again. Pure rules: randomness and the clock are passed in."""

from collections.abc import Callable
from email.utils import parsedate_to_datetime

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0
LONGEST_WISH_S = 3600.0
"""A portal may ask for a longer pause than ours, up to this."""


def pause_s(attempt: int, *, random: Callable[[], float], retry_after_s: float | None = None) -> float:
    """How long to wait after the attempt-th failure in a row (1 is the first), in seconds.

    Doubles from 2 s to 5 minutes, then a random half of it is taken off, so that forty computers that lost the same
    network do not come back in the same second ("equal jitter", AWS Architecture Blog, 2015). A portal's own wish
    (Retry-After) is never undercut, and up to a quarter is added to it for the same reason. random: 0 <= x < 1.
    """
    grown = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(max(attempt, 1) - 1, 30))
    ours = grown * (0.5 + 0.5 * random())
    if retry_after_s is None:
        return ours
    wish = min(LONGEST_WISH_S, max(0.0, retry_after_s))
    return max(ours, wish * (1.0 + 0.25 * random()))


def is_due(not_before: float, *, now: float) -> bool:
    """True when a delivery may be tried. A time further away than any pause means that the clock was set back."""
    return not_before <= now or not_before > now + LONGEST_WISH_S * 1.25


def retry_after_s(value: str | None, *, now: float) -> float | None:
    """Read a Retry-After header: seconds or a date (RFC 9110, 10.2.3). None where it is missing or means nothing."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None
