"""The open file of the catalogue: transactions that are on disk when they end, and the numbered migrations."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from diary_app.catalogue.errors import (
    CatalogueDamaged,
    CatalogueError,
    CatalogueTooNew,
    CatalogueUnwritable,
    UnknownClip,
)
from diary_app.catalogue.schema import MIGRATIONS
from diary_app.clip import ClipId


class Database:
    """One connection, one lock; any thread. Raises CatalogueError where it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._folder = path.parent
        try:
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise CatalogueUnwritable(
                f"The list of your clips ({path}) cannot be opened. Please tell your IT team."
            ) from error
        try:
            self._prepare(path)
        except sqlite3.DatabaseError as error:
            self._db.close()
            if not is_damage(error):
                raise CatalogueUnwritable(
                    "The list of your clips cannot be opened. Your recordings are safe."
                    " Make some room on this computer, then open Diary again."
                ) from error
            raise CatalogueDamaged(
                f"The list of your clips ({path}) is damaged. Your recordings in {self._folder / 'takes'} are safe. "
                "Please tell your IT team."
            ) from error
        except CatalogueError:
            self._db.close()
            raise

    def _prepare(self, path: Path) -> None:
        self._db.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        with self._change():
            version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
            if version > len(MIGRATIONS):
                raise CatalogueTooNew(
                    f"A newer version of this app wrote the list of your clips ({path}). Please update the app."
                )
            for number in range(version, len(MIGRATIONS)):
                for statement in MIGRATIONS[number].split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={number + 1}")

    def close(self) -> None:
        """Close the file; the catalogue is of no use afterwards."""
        with self._lock:
            self._db.close()

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on disk when the block ends, or none of it."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except sqlite3.OperationalError as error:
                self._roll_back()
                raise CatalogueUnwritable("The list of your clips cannot be written. Is the disk full?") from error
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        if self._db.in_transaction:  # SQLite itself rolls back after some errors, a full disk for one
            self._db.execute("ROLLBACK")

    def _stored(self, path: Path) -> str:
        """Inside the data folder without its name, so that the folder can be moved; elsewhere in full."""
        return (path.relative_to(self._folder) if path.is_relative_to(self._folder) else path).as_posix()

    def _update(self, clip_id: ClipId, **columns: object) -> None:
        """Set columns of one clip; the names come from this module alone, never from outside."""
        names = ", ".join(f"{name} = ?" for name in columns)
        with self._change() as db:
            if not db.execute(f"UPDATE clip SET {names} WHERE clip_id = ?", (*columns.values(), clip_id)).rowcount:
                raise UnknownClip("There is no such clip on this computer.")


def is_damage(error: sqlite3.Error) -> bool:
    """True where SQLite finds the file itself broken; a full disk, or a file that may not be read, is no damage."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in (
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    )


def forget_made(db: sqlite3.Connection, clip_id: ClipId) -> None:
    """Within a transaction: what was made of the clip fits no longer, the rendition and the small copy alike."""
    for table in ("rendition", "small_copy"):
        db.execute(f"DELETE FROM {table} WHERE clip_id = ?", (clip_id,))
