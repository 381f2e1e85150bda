"""`diary rescue`: unsent clips onto a memory stick, and from one into this diary. Words are never arguments."""

import argparse
import sys
from pathlib import Path

from diary_app import phrases
from diary_app.cli.common import CommandFailed, Teller, say
from diary_app.cli.opening import open_diary
from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.rescue import passphrase

WITHOUT_THEM = "Without them nobody can open it, not even we."


def run_rescue(arguments: argparse.Namespace, place: Folders) -> int:
    """Take, or bring."""
    with open_diary(place) as diary:
        return _take(diary, arguments.out) if arguments.source is None else _bring(diary, arguments.source)


def _take(diary: Diary, out: Path) -> int:
    """The words come first: a stick whose words were lost with the terminal would be of no use."""
    plan = diary.rescue.plan()
    if not plan.clips:
        raise CommandFailed("Every clip on this computer has arrived at the portal. There is nothing to take.")
    words = passphrase.make_up()
    print(f"The six words: {' '.join(words)}", flush=True)
    say("Write them down, and keep them apart from the memory stick.")
    say(f"Nobody but {plan.portal} can open it without them." if plan.portal else WITHOUT_THEM)
    taken = diary.rescue.take(out, words, on_progress=Teller())
    print(f"{taken.folder}: {_clips(taken.clips)}, {phrases.size(taken.bytes)}, read back and compared")
    for title in taken.left_out:
        say(f"“{title}” is not on it: its recording is not finished, or cannot be read on this computer.")
    return 1 if taken.left_out else 0


def _bring(diary: Diary, folder: Path) -> int:
    found = diary.rescue.look(folder)
    brought = diary.rescue.bring(found, passphrase.read(_typed_words()), on_progress=Teller())
    print(f"{_clips(len(brought.clips))} brought here, {brought.already} here already")
    for title in brought.damaged:
        say(f"“{title}” is damaged on the memory stick and was not brought.")
    return 1 if brought.damaged else 0


def _typed_words() -> str:
    """The words are shown while they are typed: they come from paper, and must be typed right."""
    if sys.stdin.isatty():
        print("The six words: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline(1000)


def _clips(count: int) -> str:
    return "1 clip" if count == 1 else f"{count} clips"
