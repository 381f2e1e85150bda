"""`diary ...`: reads the arguments, runs one command, and turns every error into one plain sentence.

Only the command that runs is loaded: help, and what is typed wrongly, open no camera's library.

Exit status: 0 on success, 1 when the command could not do its work, 2 for arguments that make no sense, 130 when
interrupted.
"""

import argparse
import errno
import logging
import sys
from collections.abc import Callable, Sequence

from capture.errors import CaptureError
from diary_app.catalogue import CatalogueError
from diary_app.cli.arguments import parser
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
            from diary_app.cli.portal import run_portal

            return run_portal(words[at + 1 :], place)
        return _loaded(arguments.command)(arguments, place)
    except KeyboardInterrupt:
        return _fail("Stopped. Nothing that was recorded is lost.", status=130)
    except (CommandFailed, Refused, CaptureError, EditError, DeliveryError, CatalogueError) as error:
        log.info("%s failed", arguments.command, exc_info=True)
        return _fail(str(error))
    except OSError as error:
        log.warning("%s failed", arguments.command, exc_info=True)
        return _fail(_os_sentence(error))


def _loaded(command: str) -> Callable[[argparse.Namespace, Folders], int]:
    """What does the work of a command."""
    match command:
        case "devices" | "check":
            from diary_app.cli import devices

            return devices.run_devices if command == "devices" else devices.run_check
        case "record":
            from diary_app.cli import record

            return record.run_record
        case "trim" | "compress":
            from diary_app.cli import edit

            return edit.run_trim if command == "trim" else edit.run_compress
        case "send" | "pair":
            from diary_app.cli import deliver

            return deliver.run_send if command == "send" else deliver.run_pair
        case "clips":
            from diary_app.cli import library

            return library.run_clips
        case "recover":
            from diary_app.cli import recover

            return recover.run_recover
        case "rescue":
            from diary_app.cli import rescue

            return rescue.run_rescue
        case "desktop":
            from diary_app.cli import desktop

            return desktop.run_desktop
        case "demo":
            from diary_app.cli import demo

            return demo.run_demo
    raise ValueError(f"no command is called {command}")


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
