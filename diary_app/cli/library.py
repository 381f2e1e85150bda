"""`diary clips` and `diary recover`: what is on this computer, and what was cut short."""

import argparse
from dataclasses import asdict

from diary_app import phrases
from diary_app.cli.common import CommandFailed, open_diary, print_json
from diary_app.clip import Clip, Goes
from diary_app.folders import Folders
from diary_app.words import HELD, STAGES


def add_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the commands of this module."""
    clips = commands.add_parser("clips", parents=[common], help="the library, and each clip's stage")
    clips.add_argument("--json", action="store_true", help="as JSON")
    clips.set_defaults(run=run_clips)
    recover = commands.add_parser(
        "recover", parents=[common], help="find takes that were cut short, and make them whole"
    )
    recover.add_argument("--json", action="store_true", help="as JSON")
    choice = recover.add_mutually_exclusive_group()
    choice.add_argument("--list", action="store_true", help="only say what was cut short, and how long it is")
    choice.add_argument("--bin", metavar="CLIP", help="delete this one, which --list showed, for good")
    recover.set_defaults(run=run_recover)


def run_clips(arguments: argparse.Namespace, place: Folders) -> int:
    """List every clip, newest first."""
    with open_diary(place) as diary:
        found = diary.clips()
    if arguments.json:
        print_json([_facts(clip) for clip in found])
        return 0
    for clip in found:
        length = phrases.clock(clip.kept_seconds)
        print(f"{clip.clip_id}  {length:>8}  {STAGES[clip.stage]:<24}  {clip.title}")
        if clip.delivery.goes is Goes.HELD:
            print(f"{'':38}{HELD}")
        if clip.delivery.problem and clip.receipt is None:
            print(f"{'':38}{clip.delivery.problem}")
    return 0


def _facts(clip: Clip) -> dict[str, object]:
    return {
        "clip_id": clip.clip_id,
        "title": clip.title,
        "kind": clip.kind,
        "stage": clip.stage,
        "stage_words": STAGES[clip.stage],
        "created_at": clip.created_at.isoformat(),
        "seconds": clip.seconds,
        "kept_seconds": clip.kept_seconds,
        "take": str(clip.take),
        "rendition": str(clip.rendition.path) if clip.rendition else None,
        "problem": clip.delivery.problem,
        "goes": clip.delivery.goes,
        "receipt": asdict(clip.receipt) if clip.receipt else None,
    }


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
