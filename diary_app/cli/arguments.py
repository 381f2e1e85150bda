"""What can be typed after `diary`: every command with its arguments. Loads nothing that a command works with.

What a command does is in the other modules of this package, which `diary_app.cli.main` loads when it runs one.
"""

import argparse
import re
from pathlib import Path
from typing import NoReturn

from diary_app.clip import Audience, KeptRange, Preset
from diary_app.editing.errors import EditRefused
from diary_app.editing.ranges import kept_range


class _Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}. Type “{self.prog} --help” to see how.\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    common = _Parser(add_help=False)
    common.add_argument(
        "--data-dir", metavar="DIR", default=argparse.SUPPRESS, help="keep all of the app's files here (DIARY_DATA_DIR)"
    )
    top = _Parser(
        prog="diary",
        parents=[common],
        description="Record, trim, compress and deliver clips. Without a command it opens the app; with --background "
        "in its place it sends what waits without a window, and ends.",
    )
    commands = _Commands(top, common)
    for add in (_devices, _record, _edit, _deliver, _library, _rescue, _desktop, _portal):
        add(commands)
    return top


class _Commands:
    """Adds commands to the parser."""

    def __init__(self, top: _Parser, common: _Parser) -> None:
        self._all = top.add_subparsers(metavar="COMMAND", dest="command", parser_class=_Parser)
        self._common = common

    def add(self, name: str, says: str, *, more: str | None = None) -> argparse.ArgumentParser:
        """One that takes what all of them take; `more` stands in its own help."""
        return self._all.add_parser(name, parents=[self._common], help=says, description=more)

    def add_bare(self, name: str, says: str) -> None:
        """One whose arguments are read elsewhere."""
        self._all.add_parser(name, add_help=False, help=says)


def _devices(commands: _Commands) -> None:
    devices = commands.add("devices", "cameras and microphones, by name")
    devices.add_argument("--json", action="store_true", help="as JSON")
    check = commands.add("check", "what works on this computer, one line each")
    check.add_argument("--json", action="store_true", help="as JSON")


def _record(commands: _Commands) -> None:
    record = commands.add("record", "record a take of so many seconds")
    record.add_argument("out", metavar="OUT", type=Path, help="an .mp4 file, or .m4a for sound alone")
    record.add_argument("--seconds", metavar="S", type=_length, required=True)
    record.add_argument("--camera", metavar="NAME", help="a name, a number from `diary devices`, demo, or none")
    record.add_argument("--microphone", metavar="NAME", help="a name, a number from `diary devices`, demo, or none")
    record.add_argument("--size", metavar="WxH", type=_size, default=(1280, 720))
    record.add_argument("--fps", metavar="N", type=_rate, default=30.0)
    record.add_argument("--report", metavar="FILE", type=Path, help="write what became of every frame, as JSON")


def _edit(commands: _Commands) -> None:
    cut = commands.add("trim", "keep some stretches of a file, exact to the frame")
    cut.add_argument("source", metavar="IN", type=Path)
    cut.add_argument("out", metavar="OUT", type=Path)
    kept = cut.add_mutually_exclusive_group(required=True)
    kept.add_argument("--keep", metavar="START-END", action="append", type=_range, help="seconds, such as 2.5-10")
    kept.add_argument("--suggest", action="store_true", help="from the first words to the last, as the app suggests it")
    small = commands.add("compress", "make a file smaller")
    small.add_argument("source", metavar="IN", type=Path)
    small.add_argument("out", metavar="OUT", type=Path, nargs="?", help="not needed with --estimate")
    small.add_argument("--preset", choices=[preset.value for preset in Preset], default=Preset.NORMAL.value)
    what = small.add_mutually_exclusive_group()
    what.add_argument("--target-mb", metavar="N", type=float, help="at most so many megabytes, and hardly less")
    what.add_argument("--estimate", action="store_true", help="only say what each preset would come to")
    small.add_argument("--clean-sound", action="store_true", help="make hum and hiss quieter")
    small.add_argument("--title", default="", help="for sound alone: OUT ends in .mp3 or .m4a")
    small.add_argument("--cover", metavar="PICTURE", type=Path, help="for sound alone: a JPEG or PNG")


def _deliver(commands: _Commands) -> None:
    send = commands.add(
        "send",
        "deliver a file to the portal; prints the receipt",
        more="Add a file to the library, prepare it as --preset says (one that is small enough already stays as"
        " it is), and deliver it. The portal's receipt is printed. A plain tus server (--tus) gives no receipt.",
    )
    send.add_argument("file", metavar="FILE", type=Path)
    send.add_argument("--title", metavar="T", help="needed for the portal; with --tus the file's own name will do")
    where = send.add_mutually_exclusive_group()
    where.add_argument("--portal", metavar="URL", help="this portal instead of the one that the app is joined to")
    where.add_argument(
        "--tus", metavar="URL", help="a plain tus 1.0.0 server instead: the address at which it creates uploads"
    )
    send.add_argument(
        "--token-file", metavar="FILE", type=Path, help="with --tus: its token, in a file that only you can read"
    )
    send.add_argument(
        "--audience",
        choices=[audience.value for audience in Audience],
        default=Audience.STAFF.value,
        help="who may see it once it is published: staff (a page for everybody, the default) or team (after sign-in)",
    )
    send.add_argument("--preset", choices=[preset.value for preset in Preset], default=Preset.NORMAL.value)
    send.add_argument("--wait", action="store_true", help="go on until it has arrived, however long that takes")
    send.set_defaults(wrong=send.error)
    pair = commands.add("pair", "join this computer to a portal")
    pair.add_argument("url", metavar="URL", nargs="?", help="the portal's address; none: the practice portal")
    pair.add_argument(
        "--token-file", metavar="FILE", type=Path, help="join with a token from this file, without a person"
    )


def _library(commands: _Commands) -> None:
    clips = commands.add("clips", "the library, and each clip's stage")
    clips.add_argument("--json", action="store_true", help="as JSON")
    recover = commands.add("recover", "find takes that were cut short, and make them whole")
    recover.add_argument("--json", action="store_true", help="as JSON")
    choice = recover.add_mutually_exclusive_group()
    choice.add_argument("--list", action="store_true", help="only say what was cut short, and how long it is")
    choice.add_argument("--bin", metavar="CLIP", help="delete this one, which --list showed, for good")


def _rescue(commands: _Commands) -> None:
    rescue = commands.add("rescue", "put every unsent clip on a memory stick, or bring clips from one")
    way = rescue.add_mutually_exclusive_group(required=True)
    way.add_argument("out", metavar="OUT_FOLDER", type=Path, nargs="?", help="the memory stick; prints the six words")
    way.add_argument(
        "--import",
        metavar="FOLDER",
        type=Path,
        dest="source",
        help="bring the clips of this folder here; asks for the six words, or reads them from standard input",
    )


def _desktop(commands: _Commands) -> None:
    desktop = commands.add("desktop", "put the app into this user's list of programs, or take it out (Linux)")
    which = desktop.add_mutually_exclusive_group(required=True)
    which.add_argument("--install", action="store_true", help="write a desktop entry and an icon into your own folders")
    which.add_argument("--remove", action="store_true", help="delete them again")


def _portal(commands: _Commands) -> None:
    """What stands behind `portal` is the portal's own: main() hands it on unread."""
    commands.add_bare("portal", "the practice portal and its admin commands")
    demo = commands.add("demo", "the whole job on demo devices, no display needed")
    demo.add_argument("--seconds", metavar="S", type=float, default=6.0)
    demo.add_argument("--json", action="store_true", help="the receipt and the facts as JSON")


# -- what one argument may be ------------------------------------------------------------------------------------------


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number") from None


def _length(text: str) -> float:
    seconds = _number(text)
    if not 0 < seconds <= 24 * 3600:
        raise argparse.ArgumentTypeError("a length lies between nothing and 24 hours, in seconds")
    return seconds


def _rate(text: str) -> float:
    rate = _number(text)
    if not 1 <= rate <= 120:
        raise argparse.ArgumentTypeError("a rate lies between 1 and 120 pictures a second")
    return rate


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and 16 <= int(width) <= 7680 and 16 <= int(height) <= 4320):
        raise argparse.ArgumentTypeError(f"“{text}” is not a size such as 1280x720")
    return int(width), int(height)


def _range(text: str) -> KeptRange:
    """START-END in seconds."""
    found = re.fullmatch(r"\s*(-?\d+(?:\.\d*)?)\s*-\s*(-?\d+(?:\.\d*)?)\s*", text)
    if not found:
        raise argparse.ArgumentTypeError(f"“{text}” is not START-END in seconds, such as 2.5-10")
    try:
        return kept_range(float(found[1]), float(found[2]))
    except EditRefused as error:
        raise argparse.ArgumentTypeError(str(error).rstrip(".")) from error
