"""The portal's own folder: where it is, who may read it, its secret key, and the lock of the one running server."""

import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import platformdirs

from portal.rescue_keys import Identity, NoKey

DATA_VARIABLE = "DIARY_PORTAL_DATA"
PRACTICE_VARIABLE = "DIARY_PORTAL_PRACTICE"
HOSTS_VARIABLE = "DIARY_PORTAL_HOSTS"
HTTPS_VARIABLE = "DIARY_PORTAL_HTTPS"
NAME_VARIABLE = "DIARY_PORTAL_NAME"
READ_TIMEOUT_VARIABLE = "DIARY_PORTAL_READ_TIMEOUT"

ADDRESS = "running.url"
"""The file in the folder that says where the server answers; it means something only while running.lock is held."""
RESCUE_KEY = "rescue-key"
"""The file with the pair of keys to which the app seals rescue folders."""


class HomeError(Exception):
    """The portal's folder cannot be used; the text is a sentence for the user."""


def data_folder() -> Path:
    """The folder that DIARY_PORTAL_DATA names, else the system's place for a user's data. Nothing is made."""
    chosen = os.environ.get(DATA_VARIABLE)
    found = Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("diary-portal", False))
    return found.resolve()


def prepare(folder: Path) -> None:
    """Make the folder and what lies in it, readable by this user alone; raises HomeError."""
    try:
        for part in (folder, folder / "incoming", folder / "media", folder / "posters"):
            part.mkdir(parents=True, exist_ok=True, mode=0o700)
            part.chmod(0o700)
        _write_once(folder / "secret-key", lambda: secrets.token_urlsafe(48))
        _write_once(folder / RESCUE_KEY, lambda: Identity.new().text)
        for database in folder.glob("portal.sqlite3*"):
            database.chmod(0o600)
    except OSError as error:
        raise HomeError(f"The portal cannot keep its files in {folder}: {error.strerror or error}.") from error


def _write_once(path: Path, make: Callable[[], str]) -> None:
    """Write a new secret unless one is there; whole, or not at all, and readable by this user alone."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(make())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def secret_key(folder: Path) -> str:
    """The folder's key; a passing one where no server has made the folder yet (checks, type checks, tests)."""
    path = folder / "secret-key"
    return path.read_text().strip() if path.exists() else secrets.token_urlsafe(48)


def rescue_identity(folder: Path) -> Identity | None:
    """The folder's pair of keys; None where no server has made the folder yet. Raises HomeError."""
    path = folder / RESCUE_KEY
    try:
        return Identity.read(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except (NoKey, UnicodeDecodeError) as error:
        raise HomeError(
            f"{path} is damaged. Put it back from your backup, or move it away: the portal then makes a new one, and "
            "memory sticks that were filled before open with their six words alone."
        ) from error
    except OSError as error:
        raise HomeError(f"The portal cannot read {path}: {error.strerror or error}.") from error


def secret_from(variable: str) -> str:
    """What the file that a setting names holds, without the line's end; raises HomeError."""
    path = Path(os.environ[variable])
    try:
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise HomeError(f"The portal cannot read {path}, which {variable} names: {why}.") from error
    if not found:
        raise HomeError(f"{path}, which {variable} names, is empty.")
    return found


def lock(folder: Path) -> IO[bytes]:
    """Hold the folder for one server, until the file is closed or the process ends; raises HomeError."""
    file = (folder / "running.lock").open("a+b")
    try:
        _lock_file(file)
    except OSError as error:
        file.close()
        raise HomeError(f"Another portal is already running with the files in {folder}.") from error
    return file


def _lock_file(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
