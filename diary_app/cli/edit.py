"""`diary trim` and `diary compress`: files in, files out."""

import argparse
import shlex
from pathlib import Path

from capture.models import SILERO, find_model
from capture.speech import SileroSpeech
from diary_app import phrases
from diary_app.cli.common import CommandFailed, Teller, say
from diary_app.clip import KeptRange, Preset
from diary_app.editing.compress import MEGABYTE
from diary_app.editing.errors import WouldLookBad
from diary_app.editing.finish import Asked
from diary_app.editing.first_look import first_look
from diary_app.editing.promise import promises
from diary_app.editing.render import render, trim
from diary_app.editing.speech_span import suggest
from diary_app.editing.to_size import NEAR
from diary_app.folders import Folders


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
