"""Has the system start the app without a window when the user signs in: one entry, there or not.

Linux: an autostart file (Freedesktop's Desktop Application Autostart Specification); macOS: a launch agent; Windows: a
value under the user's own Run key. Only this user's sign-in is concerned, and no administrator is asked. Waits for the
disk; any thread.
"""

import os
import plistlib
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from diary_app.desktop_entry import NAME, command, entry
from diary_app.folders import Folders
from upload.files import write_whole

RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
OPTION = "--background"


class LoginEntry(Protocol):
    """The entry of one data folder."""

    def put(self) -> None:
        """Write it; what is there already, unchanged, is left alone. Raises OSError."""

    def remove(self) -> None:
        """Take it away, if it is there. Raises OSError."""


class EntryFile:
    """An entry that is a file: autostart file or launch agent."""

    def __init__(self, path: Path, content: bytes) -> None:
        self.path = path
        self.content = content

    def put(self) -> None:
        """Write the file. Raises OSError."""
        if not self.path.exists() or self.path.read_bytes() != self.content:
            write_whole(self.path, self.content)

    def remove(self) -> None:
        """Delete the file. Raises OSError."""
        self.path.unlink(missing_ok=True)


class RunValue:
    """An entry that is a value in the registry of Windows."""

    def __init__(self, name: str, content: str) -> None:
        self.name = name
        self.content = content

    def put(self) -> None:
        """Write the value. Raises OSError."""
        if sys.platform == "win32":
            import winreg

            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, RUN_KEY) as key:
                winreg.SetValueEx(key, self.name, 0, winreg.REG_SZ, self.content)

    def remove(self) -> None:
        """Delete the value. Raises OSError."""
        if sys.platform == "win32":
            import contextlib
            import winreg

            with (
                contextlib.suppress(FileNotFoundError),
                winreg.OpenKey(winreg.HKEY_CURRENT_USER, RUN_KEY, 0, winreg.KEY_SET_VALUE) as key,
            ):
                winreg.DeleteValue(key, self.name)


class Nowhere:
    """A system that we know no way for."""

    def put(self) -> None:
        """Do nothing."""

    def remove(self) -> None:
        """Do nothing."""


def login_entry(place: Folders, *, platform: str = sys.platform, home: Path | None = None) -> LoginEntry:
    """The entry of this data folder on this system; home: the user's own folder."""
    found = home or Path.home()
    name = f"{NAME}-{sha256(os.fsencode(place.data)).hexdigest()[:8]}"
    if platform == "win32":
        program = command(place, str(_without_console(Path(sys.executable))), OPTION)
        return RunValue(name, subprocess.list2cmdline(program))
    program = command(place, sys.executable, OPTION)
    if platform == "darwin":
        label = f"org.{name}"
        return EntryFile(found / "Library" / "LaunchAgents" / f"{label}.plist", launch_agent(label, program))
    if platform == "linux":
        config = Path(os.environ.get("XDG_CONFIG_HOME") or found / ".config")
        return EntryFile(config / "autostart" / f"{name}.desktop", autostart(program))
    return Nowhere()


def autostart(program: Sequence[str]) -> bytes:
    """The content of an autostart file."""
    return entry(program, name="Diary", comment="Go on sending clips", icon=NAME).encode()


def launch_agent(label: str, program: Sequence[str]) -> bytes:
    """The content of a launch agent: once, at sign-in."""
    return plistlib.dumps({"Label": label, "ProgramArguments": list(program), "RunAtLoad": True})


def _without_console(python: Path) -> Path:
    quiet = python.with_name("pythonw.exe")
    return quiet if quiet.exists() else python


def keep_in_step(found: LoginEntry, *, wanted: bool, waiting: bool) -> None:
    """The entry is there exactly while the user wants it and a clip waits. Raises OSError."""
    if wanted and waiting:
        found.put()
    else:
        found.remove()
