"""A caption as it is kept: its words, each with its place in the take; what a person types, and names that are hidden.

Every word keeps its own time, so that a word which was cut away or bleeped is in no file that leaves this computer,
whatever was trimmed before or after the captions were made. Pure; any thread.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby

from diary_app.clip import KeptRange

DOUBTFUL = 0.6
"""A word that is less likely than this is shown as one to check."""
NAME = "[name]"
"""What stands for a name that somebody said."""
NAME_MARGIN_S = 0.2
"""The times of words are right to about so much: what lies so near to a name may be the name."""
LOOK_S = 1.0
"""Where a name was marked after the captions were made, a person looks at what lies so near to it."""
LEAST_S = 0.01
"""No word is shorter, in seconds."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A word as it was heard: seconds of the take, its text without spaces, and how likely it is right (0 to 1)."""

    start_s: float
    end_s: float
    text: str
    likely: float


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a caption, in seconds of the take's own time: start_s < end_s."""

    start_s: float
    end_s: float
    text: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One caption: one word or more, in the order in which they are said."""

    words: tuple[Word, ...]

    @property
    def start_s(self) -> float:
        """When its first word begins, in seconds of the take."""
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        """When its last word ends, in seconds of the take."""
        return max(word.end_s for word in self.words)

    @property
    def text(self) -> str:
        """Its words, with one space between them."""
        return " ".join(word.text for word in self.words)

    @property
    def doubtful(self) -> bool:
        """True where a person should look at it."""
        return any(word.doubtful for word in self.words)

    def checked(self) -> "Line":
        """The same, after a person has looked at it."""
        return Line(tuple(replace(word, doubtful=False) for word in self.words))


def words_of(heard: Sequence[Heard]) -> tuple[Word, ...]:
    """What was heard as words in order: none begins before the one before it, none is empty or endless."""
    words: list[Word] = []
    for each in sorted((one for one in heard if _usable(one)), key=lambda one: one.start_s):
        for text in each.text.split():
            start_s = max(0.0, each.start_s)
            words.append(Word(start_s, max(each.end_s, start_s + LEAST_S), text, each.likely < DOUBTFUL))
    return tuple(words)


def _usable(heard: Heard) -> bool:
    return math.isfinite(heard.start_s) and math.isfinite(heard.end_s)


# -- what a person types -------------------------------------------------------------------------------------------


def retyped(line: Line, text: str) -> Line | None:
    """The line with the words of this text, all of them checked; None where there is none: the line is deleted.

    Words that stayed keep their times; new ones share the time of those that they replace.
    """
    new = text.split()
    if not new:
        return None
    old = line.checked().words
    words: list[Word] = []
    matched = SequenceMatcher(a=[word.text for word in old], b=new, autojunk=False)
    for what, from_old, to_old, from_new, to_new in matched.get_opcodes():
        if what == "equal":
            words += old[from_old:to_old]
        elif to_new > from_new:
            start_s, end_s = _room(old, from_old, to_old)
            words += _spread(new[from_new:to_new], start_s, end_s)
    return Line(tuple(words))


def _room(old: Sequence[Word], start: int, end: int) -> tuple[float, float]:
    """The time of old[start:end]; where that is nothing, the time between its neighbours."""
    if end > start:
        return old[start].start_s, max(word.end_s for word in old[start:end])
    before_s = old[start - 1].end_s if start else old[0].start_s
    after_s = old[start].start_s if start < len(old) else before_s
    return min(before_s, after_s), max(before_s, after_s)


def _spread(texts: Sequence[str], start_s: float, end_s: float) -> Iterator[Word]:
    """These words over this time, each as long as it has letters."""
    step_s = max(end_s - start_s, LEAST_S) / sum(len(text) for text in texts)
    for text in texts:
        end_s = start_s + step_s * len(text)
        yield Word(start_s, end_s, text)
        start_s = end_s


# -- names ----------------------------------------------------------------------------------------------------------


def nameless(line: Line, names: Sequence[KeptRange]) -> Line:
    """The line with NAME in place of whatever lies in one of these stretches of the take, or very near to it.

    Where NAME fills most of a stretch already, somebody has seen to it: the words beside it stay.
    """
    open_names = [name for name in names if not _is_filled(name, line)]
    if not open_names:
        return line
    words: list[Word] = []
    for hidden, some in groupby(line.words, key=lambda word: any(_near(word, name) for name in open_names)):
        group = list(some)
        if hidden:
            words.append(Word(group[0].start_s, max(word.end_s for word in group), NAME))
        else:
            words += group
    return Line(tuple(words))


def doubted(line: Line, names: Sequence[KeptRange]) -> Line:
    """The line with every word to check that lies within LOOK_S of one of these names."""
    return Line(
        tuple(
            replace(word, doubtful=word.doubtful or any(_near(word, name, LOOK_S) for name in names))
            for word in line.words
        )
    )


def _is_filled(name: KeptRange, line: Line) -> bool:
    filled_s = sum(
        max(0.0, min(word.end_s, name.end_s) - max(word.start_s, name.start_s))
        for word in line.words
        if word.text == NAME
    )
    return filled_s * 2 >= name.seconds


def _near(word: Word, name: KeptRange, margin_s: float = NAME_MARGIN_S) -> bool:
    return word.start_s < name.end_s + margin_s and word.end_s > name.start_s - margin_s
