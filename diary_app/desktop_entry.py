"""The app in the system's list of programs (Linux): a desktop entry and an icon in the user's own folders.

The same kind of file has the system start a program when the user signs in (start_at_login). Freedesktop's Desktop
Entry Specification 1.5. Pure but for install() and remove(), which wait for the disk.
"""

import os
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

from diary_app.folders import Folders, folders
from upload.files import write_whole

NAME = "diary"
APP_FILE = Path("applications") / f"{NAME}.desktop"
ICON_FILE = Path("icons") / "hicolor" / "scalable" / "apps" / f"{NAME}.svg"


def command(place: Folders, python: str, *options: str) -> tuple[str, ...]:
    """What starts the app on this data folder, from wherever the system starts it."""
    ours = () if place == folders("") and not os.environ.get("DIARY_DATA_DIR") else ("--data-dir", str(place.data))
    # -P: no module is taken from the folder that the system happens to start it in.
    return (python, "-P", "-m", "ui", *options, *ours)


def entry(program: Sequence[str], *, name: str, comment: str, icon: str, more: Mapping[str, str] | None = None) -> str:
    """The text of a desktop entry."""
    lines = {
        "Type": "Application",
        "Version": "1.5",
        "Name": name,
        "Comment": comment,
        "Exec": " ".join(_quoted(word) for word in program),
        "Icon": icon,
        "Terminal": "false",
        **(more or {}),
    }
    return "[Desktop Entry]\n" + "".join(f"{key}={_string(value)}\n" for key, value in lines.items())


def _quoted(word: str) -> str:
    """One word of Exec: quoted, and no field code."""
    for letter in ("\\", '"', "`", "$"):
        word = word.replace(letter, f"\\{letter}")
    return '"' + word.replace("%", "%%") + '"'


def _string(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n")


def install(share: Path, program: Sequence[str]) -> None:
    """Put the app into the list of programs; share: the user's own data home. Raises OSError."""
    icon = share / ICON_FILE
    write_whole(icon, resources.files("assets").joinpath("diary.svg").read_bytes())
    more = {"Categories": "AudioVideo;Recorder;", "StartupWMClass": NAME}
    words = entry(program, name="Diary", comment="Record a clip and hand it in", icon=str(icon), more=more)
    write_whole(share / APP_FILE, words.encode())


def remove(share: Path) -> None:
    """Take it out again; nothing else is touched. Raises OSError."""
    for path in (share / APP_FILE, share / ICON_FILE):
        path.unlink(missing_ok=True)
