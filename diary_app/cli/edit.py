"""`diary trim` and `diary compress`: files in, files out."""

import argparse
import re
import shlex
from pathlib import Path

from capture.models import SILERO, find_model
from capture.speech import SileroSpeech
from diary_app import phrases
from diary_app.cli.common import CommandFailed, Teller, say
from diary_app.clip import KeptRange, Preset
from diary_app.editing.compress import MEGABYTE
from diary_app.editing.errors import EditRefused, WouldLookBad
from diary_app.editing.finish import Asked
from diary_app.editing.first_look import first_look
from diary_app.editing.promise import promises
from diary_app.editing.ranges import kept_range
from diary_app.editing.render import render, trim
from diary_app.editing.speech_span import suggest
from diary_app.editing.to_size import NEAR
from diary_app.folders import Folders

"""How much must be done between two lines of progress on a terminal."""


def add_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the commands of this module."""
    cut = commands.add_parser("trim", parents=[common], help="keep some stretches of a file, exact to the frame")
    cut.add_argument("source", metavar="IN", type=Path)
    cut.add_argument("out", metavar="OUT", type=Path)
    kept = cut.add_mutually_exclusive_group(required=True)
    kept.add_argument("--keep", metavar="START-END", action="append", type=_range, help="seconds, such as 2.5-10")
    kept.add_argument("--suggest", action="store_true", help="from the first words to the last, as the app suggests it")
    cut.set_defaults(run=run_trim)
    small = commands.add_parser("compress", parents=[common], help="make a file smaller")
    small.add_argument("source", metavar="IN", type=Path)
    small.add_argument("out", metavar="OUT", type=Path, nargs="?", help="not needed with --estimate")
    small.add_argument("--preset", choices=[preset.value for preset in Preset], default=Preset.NORMAL.value)
    what = small.add_mutually_exclusive_group()
    what.add_argument("--target-mb", metavar="N", type=float, help="at most so many megabytes, and hardly less")
    what.add_argument("--estimate", action="store_true", help="only say what each preset would come to")
    small.add_argument("--clean-sound", action="store_true", help="make hum and hiss quieter")
    small.add_argument("--title", default="", help="for sound alone: OUT ends in .mp3 or .m4a")
    small.add_argument("--cover", metavar="PICTURE", type=Path, help="for sound alone: a JPEG or PNG")
    small.set_defaults(run=run_compress)


def _range(text: str) -> KeptRange:
    """START-END in seconds."""
    found = re.fullmatch(r"\s*(-?\d+(?:\.\d*)?)\s*-\s*(-?\d+(?:\.\d*)?)\s*", text)
    if not found:
        raise argparse.ArgumentTypeError(f"“{text}” is not START-END in seconds, such as 2.5-10")
    try:
        return kept_range(float(found[1]), float(found[2]))
    except EditRefused as error:
        raise argparse.ArgumentTypeError(str(error).rstrip(".")) from error


def run_trim(arguments: argparse.Namespace, place: Folders) -> int:
    """Write the kept stretches."""
    first_look(arguments.source)
    keep = [_suggested(arguments.source)] if arguments.suggest else arguments.keep
    made = trim(arguments.source, arguments.out, keep=keep, on_progress=Teller())
    _tell(arguments.out, made.seconds, made.bytes)
    return 0


def _suggested(source: Path) -> KeptRange:
    """What the app would suggest to keep; raises CommandFailed, ModelMissing, EditError."""
    keep = suggest(source, SileroSpeech(find_model(SILERO)))
    if keep is None:
        raise CommandFailed("There is nothing to suggest: somebody speaks from start to end, or nobody does.")
    say(f"Keeps {phrases.clock_tenths(keep.start_s)} to {phrases.clock_tenths(keep.end_s)}")
    return keep


def run_compress(arguments: argparse.Namespace, place: Folders) -> int:
    """Write the smaller file, or say what it would come to."""
    first_look(arguments.source)
    if arguments.estimate:
        return _estimate(arguments.source, clean=arguments.clean_sound)
    if arguments.out is None:
        raise CommandFailed("Name the file to write: diary compress IN OUT.")
    try:
        made = render(
            arguments.source,
            arguments.out,
            preset=Preset(arguments.preset),
            target_mb=arguments.target_mb,
            asked=Asked(arguments.clean_sound, arguments.title, arguments.cover),
            on_progress=Teller(),
        )
    except WouldLookBad as error:
        files = shlex.join([str(arguments.source), str(arguments.out)])
        better = f"diary compress {files}{_more(arguments)} --target-mb {error.nearest_mb:g}"
        raise CommandFailed(f"{error} To do so:\n{better}") from error
    _tell(made.path, made.seconds, made.bytes)
    if arguments.target_mb and made.bytes < NEAR * arguments.target_mb * MEGABYTE:
        say("It is smaller than you allowed: more room would not make it any better.")
    return 0


def _more(arguments: argparse.Namespace) -> str:
    """What else was asked for, to be typed again."""
    more = ["--preset", arguments.preset, *(["--clean-sound"] if arguments.clean_sound else [])]
    more += ["--title", arguments.title] if arguments.title else []
    more += ["--cover", str(arguments.cover)] if arguments.cover else []
    return " " + shlex.join(more)


def _estimate(source: Path, *, clean: bool) -> int:
    for preset, cost in promises(source, clean=clean):
        print(f"{preset.value}: {phrases.size(cost.bytes)}, {phrases.about(cost.work_s)} to make", flush=True)
    return 0


def _tell(out: Path, seconds: float, size: int) -> None:
    print(f"{out}: {phrases.clock_tenths(seconds)}, {phrases.size(size)}")
