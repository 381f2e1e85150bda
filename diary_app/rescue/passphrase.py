"""The six words: made up by the app, written on paper by a person, typed back. Pure; any thread.

1,024 words of our own, so that six of them are 60 bits; scrypt makes each guess at them cost a tenth of a gigabyte.
"""

import functools
import re
import secrets
from importlib import resources

COUNT = 6


@functools.cache
def word_list() -> tuple[str, ...]:
    """The words to choose from: 3 to 7 letters each, none of them said like another."""
    return tuple(resources.files("assets").joinpath("words", "rescue.txt").read_text(encoding="ascii").split())


def make_up() -> tuple[str, ...]:
    """Six words that nobody has seen before."""
    return tuple(secrets.choice(word_list()) for _ in range(COUNT))


def read(typed: str) -> tuple[str, ...]:
    """The words that somebody typed, whatever stands between them, in small letters."""
    return tuple(re.findall("[a-z]+", typed.lower()))


def joined(words: tuple[str, ...]) -> str:
    """What the folder is sealed with."""
    return "-".join(words)


def complaint(words: tuple[str, ...]) -> str | None:
    """What is certainly wrong with typed words, as a sentence; None where they must be tried."""
    if len(words) != COUNT:
        return f"There are six words, and {len(words)} of them are here. Type all six, in their order."
    return None


def stranger(words: tuple[str, ...]) -> str | None:
    """The first word that this app never chooses: the one to look at again when the words did not fit."""
    return next((word for word in words if word not in word_list()), None)
