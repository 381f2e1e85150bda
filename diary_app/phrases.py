"""Numbers in plain English: lengths, sizes, waiting. Pure; any thread."""

import math


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
    parts = [_count(whole // 3600, "hour"), _count(whole % 3600 // 60, "minute"), _count(whole % 60, "second")]
    return " ".join(part for part in parts if part) or "0 seconds"


def spoken_tenths(seconds: float) -> str:
    """A place in a clip as it is said: 1 minute 3.2 seconds."""
    tenths = max(0, round(seconds * 10))
    whole, rest = spoken(tenths // 600 * 60) if tenths >= 600 else "", tenths % 600
    if whole and not rest:
        return whole
    return f"{whole} {rest / 10:g} {'second' if rest == 10 else 'seconds'}".strip()


def _count(number: int, noun: str) -> str:
    if not number:
        return ""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def about(seconds: float) -> str:
    """A wait as a person would say it: about 2 minutes."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 50:
        return f"about {math.ceil(seconds / 10) * 10} seconds"
    if seconds < 50 * 60:
        return f"about {_count(max(1, round(seconds / 60)), 'minute')}"
    return f"about {_count(max(1, round(seconds / 3600)), 'hour')}"


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
        return f"{int(seconds // 3600)} hours"
    if seconds >= 120:
        return f"{int(seconds // 60)} minutes"
    return "1 minute" if seconds >= 60 else "less than a minute"
