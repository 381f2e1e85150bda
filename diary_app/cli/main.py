"""`diary ...`: reads the arguments, runs one command, and turns every error into one plain sentence.

Exit status: 0 on success, 1 when the command could not do its work, 2 for arguments that make no sense, 130 when
interrupted.
"""

import argparse
import errno
import logging
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from capture.errors import CaptureError
from diary_app.catalogue import CatalogueError
from diary_app.cli import deliver, devices, edit, library, portal, record, rescue
from diary_app.cli.common import CommandFailed
from diary_app.editing.errors import EditError
from diary_app.errors import Refused
from diary_app.folders import Folders, folders
from diary_app.logbook import catch_bugs, keep_log
from upload.errors import DeliveryError

log = logging.getLogger(__name__)

_OS_SENTENCES = {
    errno.ENOSPC: "This computer's disk is full. Nothing that was recorded is lost. Make some room and try again.",
    errno.EDQUOT: "Your share of this disk is full. Nothing that was recorded is lost. Make some room and try again.",
    errno.EROFS: "This disk can only be read. Choose another place.",
}


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
        description="Record, trim, compress and deliver clips. Without a command it opens the app.",
    )
    commands = top.add_subparsers(metavar="COMMAND", dest="command", parser_class=_Parser)
    for module in (devices, record, edit, deliver, library, rescue, portal):
        module.add_commands(commands, common)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    at = words.index("portal") if "portal" in words else -1
    arguments = parser().parse_args(words[: at + 1] if at in (0, 1, 2) else words)
    if arguments.command is None:
        parser().print_help()
        return 2
    place = folders(getattr(arguments, "data_dir", None))
    catch_bugs()
    try:
        keep_log(place)
        if arguments.command == "portal":
            return portal.run_portal(words[at + 1 :], place)
        run: Callable[[argparse.Namespace, Folders], int] = arguments.run
        return run(arguments, place)
    except KeyboardInterrupt:
        return _fail("Stopped. Nothing that was recorded is lost.", status=130)
    except (CommandFailed, Refused, CaptureError, EditError, DeliveryError, CatalogueError) as error:
        log.info("%s failed", arguments.command, exc_info=True)
        return _fail(str(error))
    except OSError as error:
        log.warning("%s failed", arguments.command, exc_info=True)
        return _fail(_os_sentence(error))


def _fail(sentence: str, *, status: int = 1) -> int:
    print(" ".join(sentence.split()), file=sys.stderr)
    return status


def _os_sentence(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    known = _OS_SENTENCES.get(error.errno or 0)
    if known:
        return known
    if isinstance(error, PermissionError):
        return f"This place cannot be written to or read{where}. Choose another one, or ask for permission."
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"There is no such file or folder{where}. Check its name."
    return f"The computer reports: {error.strerror or error}{where}. Nothing that was recorded is lost."
