"""Where the app keeps its files: one data folder, moved whole by --data-dir or DIARY_DATA_DIR."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Folders:
    """The data folder and what lies in it."""

    data: Path
    machine: Path | None = None
    """The organisation's settings file for this computer; None: it is not looked for."""
    common_data: Path | None = None
    """On a shared computer: the data folder of everybody, in which this person's lies (diary_app.shared)."""

    @property
    def common(self) -> "Folders":
        """What everybody at this computer shares: the portal that it is joined to, what it can encode."""
        return Folders(self.common_data, self.machine) if self.common_data else self

    @property
    def own_settings(self) -> Path:
        """The user's own settings, TOML (diary_app.settings); on a shared computer everybody has the same."""
        return self.common.data / "settings.toml"

    @property
    def takes(self) -> Path:
        """Takes as they came off the devices; never altered."""
        return self.data / "takes"

    @property
    def renditions(self) -> Path:
        """Finished files on their way to the portal."""
        return self.data / "renditions"

    @property
    def catalogue(self) -> Path:
        """The SQLite catalogue of clips."""
        return self.data / "diary.sqlite3"

    @property
    def settings(self) -> Path:
        """The portal that the app is joined to, JSON."""
        return self.data / "settings.json"

    @property
    def line_speeds(self) -> Path:
        """How fast uploads went, JSON."""
        return self.data / "speed.json"

    @property
    def tokens(self) -> Path:
        """Sign-in tokens where the system has no keyring; readable by this user alone."""
        return self.data / "tokens.json"

    @property
    def practice_portal(self) -> Path:
        """The practice portal's own data."""
        return self.data / "practice-portal"

    @property
    def log(self) -> Path:
        """The app's log."""
        return self.data / "diary.log"

    def make(self) -> "Folders":
        """Make every folder, private to this user; raises OSError where that cannot be done."""
        for folder in (self.data, self.takes, self.renditions):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self


def folders(data_dir: str | None = None, settings: str | None = None) -> Folders:
    """The folders under data_dir, else under DIARY_DATA_DIR, else under the system's place for user data.

    settings: where the organisation's file is looked for on a computer that has none in its usual place.
    """
    chosen = data_dir or os.environ.get("DIARY_DATA_DIR")
    data = Path(chosen).expanduser().resolve() if chosen else Path(platformdirs.user_data_dir("diary", False))
    return Folders(data, machine_file(os.environ, sys.platform, settings))


def machine_file(environment: Mapping[str, str], platform: str, named: str | None = None) -> Path:
    """Where the organisation's settings file for this computer is.

    Another place, named by --settings or DIARY_SETTINGS, counts only where there is none in the usual one: nobody gets
    round it that way.
    """
    if platform == "win32":
        usual = Path(environment.get("PROGRAMDATA", r"C:\ProgramData"), "Diary", "settings.toml")
    elif platform == "darwin":
        usual = Path("/Library/Application Support/Diary/settings.toml")
    else:
        usual = Path("/etc/diary/settings.toml")
    other = named or environment.get("DIARY_SETTINGS")
    return usual if not other or os.path.lexists(usual) else Path(other).expanduser().resolve()
