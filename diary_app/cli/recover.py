"""`diary recover`: takes that a crash or a power cut interrupted, made whole."""

import argparse

from diary_app import phrases
from diary_app.cli.common import CommandFailed, print_json
from diary_app.cli.opening import open_diary
from diary_app.clip import Clip
from diary_app.folders import Folders


def run_recover(arguments: argparse.Namespace, place: Folders) -> int:
    """Make whole what was cut short; keep all of it, or bin one, or only say what there is."""
    with open_diary(place) as diary:
        found = diary.unfinished()
        if arguments.bin is not None:
            found = [clip for clip in found if clip.clip_id == arguments.bin]
            if not found:
                raise CommandFailed(f"No recording that was cut short is called {arguments.bin}. Try --list.")
        for clip in found:
            if arguments.bin is not None:
                diary.bin(clip.clip_id)
            elif not arguments.list:
                diary.keep_unfinished(clip.clip_id)
    if arguments.json:
        print_json([{"clip_id": clip.clip_id, "path": str(clip.take), "seconds": clip.seconds} for clip in found])
        return 0
    for clip in found:
        done = "found" if arguments.list else "found and kept" if arguments.bin is None else _binned(clip)
        print(f"{clip.clip_id}  {clip.take}: {phrases.clock_tenths(clip.seconds or 0.0)} {done}")
    if not found:
        print("No recording was cut short.")
    return 0


def _binned(clip: Clip) -> str:
    """A file outside the library is the user's own."""
    return "forgotten; the file itself stays where you put it" if clip.take.exists() else "deleted"
