"""What the commands share: an open diary, printed JSON, and the error that carries a sentence."""

import contextlib
import json
import sys
from collections.abc import Iterator

from diary_app.diary import Diary
from diary_app.folders import Folders


class CommandFailed(Exception):
    """A command could not do its work; the text is one plain sentence."""


@contextlib.contextmanager
def open_diary(place: Folders, *, portal: str | None = None) -> Iterator[Diary]:
    """The diary of this data folder, closed at the end."""
    diary = Diary(place, portal=portal)
    try:
        yield diary
    finally:
        diary.close()


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    print(flush=True)


def say(sentence: str) -> None:
    """Tell the person at the terminal something; standard output stays free for results."""
    print(sentence, file=sys.stderr, flush=True)
