"""`diary desktop`: the app in the system's list of programs, for whoever installed it from its source (Linux)."""

import argparse
import os
import sys
from pathlib import Path

from diary_app.cli.common import CommandFailed, say
from diary_app.desktop_entry import APP_FILE, command, install, remove
from diary_app.folders import Folders


def run_desktop(arguments: argparse.Namespace, place: Folders) -> int:
    """Write the entry and its icon into this user's own folders, or delete them."""
    if sys.platform != "linux":
        raise CommandFailed("This is for Linux. Here, make a shortcut to the app by hand.")
    share = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    if arguments.remove:
        remove(share)
        say("Diary is no longer in the list of programs. Your clips are still here.")
    else:
        install(share, command(place, sys.executable))
        say(f"Diary is in the list of programs now ({share / APP_FILE}).")
    return 0
