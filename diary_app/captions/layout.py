"""From words to captions: two lines of at most 37 characters, broken where a reader would pause. Pure; any thread."""

from collections.abc import Iterator, Sequence

from diary_app.captions.line import Line, Word

WIDTH = 37
ROWS = 2
LONGEST_S = 7.0
PAUSE_S = 0.8
"""Who is silent for so long begins a new caption."""
SENTENCE_S = 1.2
"""A sentence that ends sooner may share its caption with the next one: nothing flashes by."""
SENTENCE_ENDS = (".", "?", "!", "…")
CLAUSE_ENDS = (*SENTENCE_ENDS, ",", ";", ":", "–", "—")
_UNBALANCED = 12
"""So many characters of difference between two rows are no worse than a break in mid-clause."""


def rows_of(texts: Sequence[str]) -> list[str]:
    """These words in rows of at most WIDTH characters: two where two are enough, about as long as each other.

    A word that is wider than a row is cut.
    """
    pieces = [text[at : at + WIDTH] for text in texts for at in range(0, len(text), WIDTH)]
    whole = " ".join(pieces)
    if len(whole) <= WIDTH:
        return [whole] if whole else []
    halves = [(" ".join(pieces[:at]), " ".join(pieces[at:])) for at in range(1, len(pieces))]
    fitting = [pair for pair in halves if max(map(len, pair)) <= WIDTH]
    return list(min(fitting, key=lambda pair: _ugliness(*pair))) if fitting else _filled(pieces)


def _ugliness(above: str, below: str) -> int:
    return abs(len(above) - len(below)) + (0 if above.endswith(CLAUSE_ENDS) else _UNBALANCED)


def _filled(pieces: Sequence[str]) -> list[str]:
    rows = [pieces[0]]
    for piece in pieces[1:]:
        if len(rows[-1]) + 1 + len(piece) <= WIDTH:
            rows[-1] += f" {piece}"
        else:
            rows.append(piece)
    return rows


def fits(words: Sequence[Word]) -> bool:
    """True where these words can be shown at once."""
    return len(rows_of([word.text for word in words])) <= ROWS


def lines_of(words: Sequence[Word]) -> tuple[Line, ...]:
    """All words in captions, in order."""
    return tuple(Line(tuple(group)) for group in grouped(words))


def grouped(words: Sequence[Word]) -> Iterator[list[Word]]:
    """The words of each caption: those that can be shown at once, broken at a pause, a sentence, or a clause."""
    group: list[Word] = []
    for word in _narrow(words):
        if group and (word.start_s - group[-1].end_s >= PAUSE_S or _sentence_is_over(group)):
            yield group
            group = []
        while group and not _together([*group, word]):
            at = _break(group)
            yield group[:at]
            group = group[at:]
        group.append(word)
    if group:
        yield group


def _narrow(words: Sequence[Word]) -> Iterator[Word]:
    """A word that no caption can hold as several, over its time."""
    most = WIDTH * ROWS
    for word in words:
        parts = [word.text[at : at + most] for at in range(0, len(word.text), most)]
        step_s = (word.end_s - word.start_s) / len(parts)
        for number, text in enumerate(parts):
            start_s = word.start_s + number * step_s
            yield Word(start_s, start_s + step_s, text, word.doubtful)


def _sentence_is_over(group: Sequence[Word]) -> bool:
    return group[-1].text.endswith(SENTENCE_ENDS) and group[-1].end_s - group[0].start_s >= SENTENCE_S


def _together(group: Sequence[Word]) -> bool:
    return fits(group) and group[-1].end_s - group[0].start_s <= LONGEST_S


def _break(group: Sequence[Word]) -> int:
    """How many words of a full caption it keeps: up to the last clause that ends in its second half, or all."""
    for at in range(len(group) - 1, len(group) // 2 - 1, -1):
        if at and group[at - 1].text.endswith(CLAUSE_ENDS):
            return at
    return len(group)
