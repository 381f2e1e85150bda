"""Numbers in plain words: lengths, sizes, waiting. Pure; any thread."""

import math

from diary_app.language import Plural, _

HOURS = Plural("{number} hour", "{number} hours")
MINUTES = Plural("{number} minute", "{number} minutes")
SECONDS = Plural("{number} second", "{number} seconds")
ABOUT_HOURS = Plural("about {number} hour", "about {number} hours")
ABOUT_MINUTES = Plural("about {number} minute", "about {number} minutes")
ABOUT_SECONDS = Plural("about {number} second", "about {number} seconds")
TENTHS = _("{seconds} seconds")
"""With a tenth: 3.2 seconds."""
A_FEW_SECONDS = _("a few seconds")
LESS_THAN_A_MINUTE = _("less than a minute")


def clock(seconds: float) -> str:
    """A length as 0:42, 1:09 or 1:02:03."""
    whole = max(0, int(seconds + 1e-6))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def clock_tenths(seconds: float) -> str:
    """A place in a clip as 0:03.2."""
    tenths = max(0, round(seconds * 10))
    return f"{clock(tenths // 10)}.{tenths % 10}"


def spoken(seconds: float) -> str:
    """A length as it is said: 1 minute 9 seconds."""
    whole = max(0, int(seconds + 1e-6))
    counts = (HOURS, whole // 3600), (MINUTES, whole % 3600 // 60), (SECONDS, whole % 60)
    return " ".join(noun.of(number) for noun, number in counts if number) or SECONDS.of(0)


def spoken_tenths(seconds: float) -> str:
    """A place in a clip as it is said: 1 minute 3.2 seconds."""
    tenths = max(0, round(seconds * 10))
    whole, rest = spoken(tenths // 600 * 60) if tenths >= 600 else "", tenths % 600
    if whole and not rest:
        return whole
    part = TENTHS.format(seconds=f"{rest / 10:g}") if rest % 10 else SECONDS.of(rest // 10)
    return f"{whole} {part}".strip()


def about(seconds: float) -> str:
    """A wait as a person would say it: about 2 minutes."""
    if seconds < 10:
        return A_FEW_SECONDS
    if seconds < 50:
        return ABOUT_SECONDS.of(math.ceil(seconds / 10) * 10)
    if seconds < 50 * 60:
        return ABOUT_MINUTES.of(max(1, round(seconds / 60)))
    return ABOUT_HOURS.of(max(1, round(seconds / 3600)))


def size(count: int) -> str:
    """A number of bytes as people say it: 6 MB."""
    if count < 950_000:
        return f"{max(1, round(count / 1000))} KB"
    if count < 10_000_000:
        return f"{count / 1e6:.1f} MB".replace(".0 ", " ")
    if count < 950_000_000:
        return f"{round(count / 1e6)} MB"
    return f"{count / 1e9:.1f} GB".replace(".0 ", " ")


def room(seconds: float) -> str:
    """How much can be recorded: 9 hours, 40 minutes, less than a minute."""
    if seconds >= 2 * 3600:
        return HOURS.of(int(seconds // 3600))
    if seconds >= 120:
        return MINUTES.of(int(seconds // 60))
    return MINUTES.of(1) if seconds >= 60 else LESS_THAN_A_MINUTE
