"""What is shown and when, in the time of the rendition: no word that was cut away, no name. Pure; any thread."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from diary_app.captions.layout import LONGEST_S, grouped, rows_of
from diary_app.captions.line import Line, Word, nameless
from diary_app.clip import KeptRange
from diary_app.editing.ranges import result_time

SHORTEST_S = 1.0
"""A caption stays so long, where the next one leaves it the time."""
LETTERS_A_SECOND = 15.0
"""As fast as most people read; who speaks faster leaves no more time, and then it is as long as it can be."""
SMALLEST_GAP_S = 0.25
"""Shorter gaps flicker: the caption before lasts until the next one."""
LEAST_S = 0.05
"""Where words are on top of each other, each caption still has so much."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption of a file: seconds of the rendition, and one row or two."""

    start_s: float
    end_s: float
    rows: tuple[str, ...]

    @property
    def text(self) -> str:
        """The rows as one."""
        return " ".join(self.rows)


def cues_of(
    lines: Sequence[Line], *, keep: Sequence[KeptRange] = (), names: Sequence[KeptRange] = (), seconds: float
) -> tuple[Cue, ...]:
    """The captions of a rendition that is so many seconds long. keep: empty for all of the take."""
    raw = [
        Cue(_moment(keep, group[0].start_s), _moment(keep, group[-1].end_s), tuple(rows_of([w.text for w in group])))
        for line in lines
        for group in grouped(_kept(nameless(line, names), keep))
    ]
    return _timed(sorted(raw, key=lambda cue: cue.start_s), seconds)


def _moment(keep: Sequence[KeptRange], take_s: float) -> float:
    return result_time(keep, take_s) if keep else take_s


def _kept(line: Line, keep: Sequence[KeptRange]) -> list[Word]:
    """The words of which at least half is kept."""
    return [word for word in line.words if not keep or _kept_s(word, keep) * 2 >= word.end_s - word.start_s]


def _kept_s(word: Word, keep: Sequence[KeptRange]) -> float:
    return sum(max(0.0, min(word.end_s, part.end_s) - max(word.start_s, part.start_s)) for part in keep)


def _timed(cues: Sequence[Cue], seconds: float) -> tuple[Cue, ...]:
    """Each long enough to be read, none over another, and no gap that only flickers."""
    apart: list[Cue] = []
    for cue in cues:
        start_s = max(cue.start_s, apart[-1].start_s + LEAST_S) if apart else cue.start_s
        apart.append(replace(cue, start_s=start_s, end_s=max(cue.end_s, start_s + LEAST_S)))
    ends = [following.start_s for following in apart[1:]] + [max(seconds, apart[-1].end_s)] if apart else []
    read = [replace(cue, end_s=_end(cue, until_s)) for cue, until_s in zip(apart, ends, strict=True)]
    joined = [
        replace(cue, end_s=following.start_s) if following.start_s - cue.end_s < SMALLEST_GAP_S else cue
        for cue, following in pairwise(read)
    ]
    return (*joined, *read[-1:])


def _end(cue: Cue, until_s: float) -> float:
    wanted_s = max(SHORTEST_S, len(cue.text) / LETTERS_A_SECOND)
    return min(until_s, max(min(cue.end_s, cue.start_s + LONGEST_S), cue.start_s + wanted_s))
