"""The times in a moderator's note: “1:10 somebody’s name” leads to 1:10 of the clip. Pure; no Qt."""

import re
from dataclasses import dataclass

from diary_app import phrases

MOST = 12
"""Moments of one note that are offered; all of the note is shown in any case."""
_TIME = re.compile(r"(?<![\w:.,])(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)(?!\w|[:.,]\d)")
"""1:10, 01:10 and 1:02:03; no time of day with a date before it or a zone after it, no part of a longer number."""
_BEFORE = re.compile(r"^(?:[\s:;,.()–—-]|(?:and|to)\b)+", re.IGNORECASE)
_AFTER = re.compile(r"(?:[\s:;,.()–—-]|\b(?:and|again|at|from|to|then))+$", re.IGNORECASE)
"""What only joins a time to its words, or to the next time."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One time of a note."""

    at_s: float
    """Of the clip as it was sent, in seconds."""
    text: str
    """The words after the time, as far as the next one or the end of the line; may be empty."""

    @property
    def time(self) -> str:
        """The time as people read it."""
        return phrases.clock(self.at_s)


def moments(note: str, seconds: float) -> tuple[Moment, ...]:
    """The times of a note that lie in a clip of so many seconds, in the order of the note, each once."""
    found: dict[float, Moment] = {}
    for line in note.splitlines():
        times = list(_TIME.finditer(line))
        ends = [*(time.start() for time in times[1:]), len(line)]
        for time, end in zip(times, ends, strict=False):
            at_s = _seconds(time)
            if at_s < seconds:
                words = _AFTER.sub("", _BEFORE.sub("", line[time.end() : end]))
                found.setdefault(at_s, Moment(at_s, words))
    return tuple(found.values())[:MOST]


def _seconds(time: re.Match[str]) -> float:
    hours, minutes, seconds = (int(part or 0) for part in time.groups())
    return float(hours * 3600 + minutes * 60 + seconds)
