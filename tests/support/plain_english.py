"""How hard English is to read: the Flesch-Kincaid grade, long sentences, hard words, jargon.

The measure (Kincaid and others, 1975) counts words a sentence and syllables a word; a grade and five years are the age
at which an English child reads it with ease. One short line says little, so the grade is taken of all lines of a screen
together, and each line is held to the length of its sentences and to its words.
"""

import re
from collections.abc import Iterable, Mapping

OLDEST_AGE = 9.0
"""Reading age of each screen, and of all errors together, in years, at the most."""
LONGEST_SENTENCE = 24
"""Words."""
MOST_SYLLABLES = 3
"""A word with more must be in a list of its own, with the reason why nothing shorter will do."""
NUMBER = "7"
"""What stands for a placeholder: a short word."""


def words_of(text: str) -> list[str]:
    """The words, without addresses, names of files, keys and placeholders."""
    bare = re.sub(r"https?://\S+|\(\*[^)]*\)|\*\.\w+|\{\w*\}", " ", text)
    return re.findall(r"[A-Za-z]+(?:[’'][a-z]+)?", bare)


def sentences(text: str) -> list[str]:
    """The sentences; a colon or a semicolon ends none."""
    bare = re.sub(r"https?://\S+", "address", re.sub(r"\{\w*\}", NUMBER, text))
    return [each for each in re.split(r"(?<=[.!?…])”?\s+|\n+", bare.strip()) if re.search(r"\w", each)]


def syllables(word: str) -> int:
    """How many syllables an English word has, by its letters: right within one for nearly all of ours."""
    plain = re.sub(r"[’'].*", "", word.lower())
    if len(plain) <= 3:
        return 1
    plain = re.sub(r"(?:[^laeiouy]es|[^tdaeiouy]ed|[^laeiouy]e)$", lambda found: found[0][0], plain)
    return max(1, len(re.findall(r"[aeiouy]+", plain)))


def reading_age(texts: Iterable[str]) -> float:
    """Years, by the Flesch-Kincaid grade of all these texts together."""
    found = list(texts)
    words = [word for text in found for word in words_of(text)]
    count = max(1, sum(len(sentences(text)) for text in found))
    grade = 0.39 * len(words) / count + 11.8 * sum(map(syllables, words)) / max(1, len(words)) - 15.59
    return grade + 5


def too_long(text: str) -> list[str]:
    """Its sentences that are longer than anybody likes to read."""
    return [each for each in sentences(text) if len(re.findall(r"[\w’']+", each)) > LONGEST_SENTENCE]


def hard_words(text: str, known: Mapping[str, str]) -> list[str]:
    """Its words of more than three syllables that known (word: why it stays) does not hold."""
    return [word for word in words_of(text) if syllables(word) > MOST_SYLLABLES and word.lower() not in known]
