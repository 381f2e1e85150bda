"""The `diary` command: no command opens the window, a command goes to the command line without loading Qt."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from diary_app.folders import Folders, folders
from diary_app.language import choose
from diary_app.settings import read_settings

APP_OPTIONS = ("--data-dir", "--camera", "--microphone", "--settings")
"""Options that the window takes too; each has a value."""
BACKGROUND = "--background"
"""Send without a window, and end when there is nothing to send: what the system starts at sign-in."""


def window_options(argv: Sequence[str]) -> dict[str, str] | None:
    """The options of the window by name, or None where argv holds anything else: then it is for the command line."""
    found: dict[str, str] = {}
    rest = list(argv)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name == BACKGROUND and not equals:
            found[name] = ""
            continue
        if name not in APP_OPTIONS or (not equals and not rest):
            return None
        found[name] = value if equals else rest.pop(0)
    return found


def has_display(platform: str, environment: Mapping[str, str]) -> bool:
    """True where a window can be opened."""
    if platform in ("win32", "darwin"):
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window, or do what the command line asks; returns the exit status."""
    # OpenCV puts its folder in front of this list for children. Were the list empty, ffmpeg would then look for its
    # libraries in the current folder, too: among the user's downloads.
    os.environ["LD_LIBRARY_PATH"] = os.environ.get("LD_LIBRARY_PATH") or str(Path(sys.prefix) / "lib")
    arguments = list(sys.argv[1:] if argv is None else argv)
    options = window_options(arguments)
    if options is None:
        from diary_app import cli

        return cli.main(arguments)
    place = folders(options.get("--data-dir"), options.get("--settings"))
    _choose_language(read_settings(place).settings.language)
    if not has_display(sys.platform, os.environ):
        from ui import words

        sys.stderr.write(f"{words.NO_DISPLAY}\n")
        return 1
    named = (options.get("--camera", ""), options.get("--microphone", ""))
    return _be_first(place, named, background=BACKGROUND in options)


def _choose_language(wanted: str) -> None:
    """Before any words are imported. wanted: '' follows the system."""
    from PySide6.QtCore import QLocale

    choose(wanted, *(() if wanted else QLocale.system().uiLanguages()))


def _be_first(place: Folders, named: tuple[str, str], *, background: bool) -> int:
    """Open the window unless this data folder has one, which then comes to the front."""
    from ui.first import Knock, enter

    claim = enter(place, Knock(not background, *named, os.environ.get("XDG_ACTIVATION_TOKEN", "")))
    if isinstance(claim, str):
        sys.stderr.write(f"{claim}\n" if claim else "")
        return 0
    from ui import open_again
    from ui.app import run
    from ui.desk import Wanted

    try:
        status = run(place, Wanted(*named), claim=claim, background=background)
    finally:
        claim.release()
    if open_again.is_wanted():
        open_again.start()
    return status
