"""What the commands share: printed JSON, progress in words, and the error that carries a sentence."""

import json
import sys

from diary_app import phrases

TOLD_EVERY = 0.1
"""Of all the work."""


class CommandFailed(Exception):
    """A command could not do its work; the text is one plain sentence."""


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    print(flush=True)


def say(sentence: str) -> None:
    """Tell the person at the terminal something; standard output stays free for results."""
    print(sentence, file=sys.stderr, flush=True)


class Teller:
    """Progress in words, one line for every tenth, where somebody is looking."""

    def __init__(self) -> None:
        self._told = 0.0

    def __call__(self, fraction: float, seconds_left: float | None) -> None:
        """Told how much is done (0 to 1) and the seconds left, or None while they are not known."""
        if fraction >= self._told + TOLD_EVERY and seconds_left is not None and sys.stderr.isatty():
            self._told = fraction
            say(f"{fraction:.0%}, {phrases.about(seconds_left)} left")
