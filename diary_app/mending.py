"""A list of clips that is damaged or gone: it is set aside, and the recordings in the takes folder are found again.

make_room() comes before the diary is opened, find() afterwards. What goes on is noted in mending.json until somebody
has read of it, so that a start that was cut short goes on with it at the next. Nothing is ever deleted here.
"""

import contextlib
import json
import logging
import os
import re
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from capture.clock import MonotonicClock
from capture.disk import RealDisk
from capture.errors import CaptureError
from capture.recovery import make_whole
from diary_app.catalogue import Catalogue
from diary_app.catalogue.database import is_damage
from diary_app.clip import ClipId, Kind, Stage
from diary_app.editing.errors import EditError
from diary_app.editing.first_look import first_look
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.news import ClipChanged, News
from diary_app.settings_words import NOT_KEPT
from upload.files import write_whole

log = logging.getLogger(__name__)

ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TAKE = re.compile(rf"({ID})(\.recording)?\.[a-z0-9]{{1,5}}")
"""A file of the takes folder that is, or was to be, a take."""
NO_TAKES = (".lock", ".part", ".json")
SIDE_FILES = ("", "-wal", "-shm")
"""SQLite's own, beside its file."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of it."""

    aside: str = ""
    """The name under which the damaged list is kept in the data folder; '' where there was no list at all."""
    done: bool = False
    found: int = 0
    """Recordings that were found again."""
    unplayable: int = 0
    """Files that could not be played; they stay where they are."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What could still be read of a clip."""

    made_at: datetime | None
    title: str
    take: Path


# -- before the diary is opened -------------------------------------------------------------------------------------


def make_room(folders: Folders, now: datetime) -> None:
    """Set a damaged list aside, under a name with the date; does nothing where the list can be used.

    Reads all of the list. now: local time. Raises OSError where the data folder cannot be written.
    """
    path = folders.catalogue
    if _is_damaged(path):
        name = _free_name(folders.data, f"{path.stem}-damaged-{now:%Y-%m-%d-%H%M%S}")
        log.error("the list of clips is damaged; it is kept as %s", name)
        _note(folders, Report(name))
        for side in reversed(SIDE_FILES):  # the list itself last: a start in between finds it damaged again
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + side).rename(folders.data / f"{name}{side}")
    elif _is_empty(path) and _takes(folders) and _read(folders) is None:
        log.error("there are recordings, and no list of clips")
        _note(folders, Report())


def _is_damaged(path: Path) -> bool:
    if path.is_dir():
        return True
    if not path.exists():
        return False
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=5)) as db:
            return [tuple(row) for row in db.execute("PRAGMA quick_check(1)")] != [("ok",)]
    except sqlite3.DatabaseError as error:  # a full disk, or a file that may not be read, is no damage
        return is_damage(error)


def _is_empty(path: Path) -> bool:
    return not path.exists() or path.stat().st_size == 0


def _free_name(folder: Path, stem: str) -> str:
    tries = (f"{stem}{again}.sqlite3" for again in ("", *(f"-{number}" for number in range(2, 1000))))
    return next(name for name in tries if not os.path.lexists(folder / name))


# -- while it is open -----------------------------------------------------------------------------------------------


class Mending:
    """Finds the recordings again. Any thread; tell is given a ClipChanged for each."""

    def __init__(self, folders: Folders, catalogue: Catalogue, *, tell: Callable[[News], None]) -> None:
        self._folders = folders
        self._catalogue = catalogue
        self._tell = tell
        self._guard = threading.Lock()

    def find(self) -> Report | None:
        """Find what is not found yet; what was done, until told() is called, or None where nothing was to be done.

        Waits while each recording is measured. Raises CatalogueError and Refused.
        """
        with self._guard:
            report = _read(self._folders)
            if report is None or report.done:
                return report
            try:
                report = self._find(report)
                _note(self._folders, report)
            except OSError as error:
                raise Refused(NOT_KEPT) from error
            return report

    def told(self) -> None:
        """Somebody has read it. Raises Refused where that cannot be noted."""
        try:
            _file(self._folders).unlink(missing_ok=True)
        except OSError as error:
            raise Refused(NOT_KEPT) from error

    def _find(self, report: Report) -> Report:
        known = _still_readable(self._folders, report.aside)
        here = set(self._catalogue.ids()) | {clip.clip_id for clip in self._catalogue.at_stage(Stage.RECORDING)}
        takes = _takes(self._folders) | {each: clip.take for each, clip in known.items() if clip.take.is_file()}
        report = replace(report, found=len(here), unplayable=0, done=True)
        for clip_id, take in sorted(takes.items()):
            if clip_id not in here:
                found = self._add(clip_id, take, known.get(clip_id))
                count = "found" if found else "unplayable"
                report = replace(report, found=report.found + found, unplayable=report.unplayable + (not found))
                log.info("%s is %s", take.name, count)
        return report

    def _add(self, clip_id: ClipId, take: Path, known: _Known | None) -> bool:
        """Write the row of a clip again; False where its file cannot be played."""
        cut_short = not take.exists()
        try:
            kind, seconds = (_kind(take), None) if cut_short else _look(take)
            ended = datetime.fromtimestamp(_newest(take), UTC)
        except (EditError, CaptureError, OSError, ValueError, OverflowError):
            log.warning("%s cannot be played; it stays where it is", take.name, exc_info=True)
            return False
        made_at = known.made_at if known and known.made_at else ended - timedelta(seconds=seconds or 0.0)
        self._catalogue.add(
            clip_id,
            kind=kind,
            take=take,
            stage=Stage.RECORDING if cut_short else Stage.SAVED,
            seconds=seconds,
            title=known.title if known else "",
            made_at=made_at,
        )
        self._tell(ClipChanged(clip_id))
        return True


def _takes(folders: Folders) -> dict[ClipId, Path]:
    """Where the take of each clip is, or is to be once it is made whole."""
    found = {}
    with contextlib.suppress(FileNotFoundError):
        for path in sorted(folders.takes.iterdir()):
            named = TAKE.fullmatch(path.name)
            if named and path.is_file() and path.suffix not in NO_TAKES:
                found[ClipId(named[1])] = path.with_name(path.name.replace(".recording.", "."))
    return found


def _newest(take: Path) -> float:
    part = take.with_name(f"{take.stem}.recording{take.suffix}")
    return (take if take.exists() else part).stat().st_mtime


def _kind(take: Path) -> Kind:
    return Kind.SOUND if take.suffix == ".m4a" else Kind.VIDEO


def _look(take: Path) -> tuple[Kind, float]:
    """What our own recorder made is measured here; any other file is opened where it can do no harm.

    Raises EditError, CaptureError, OSError and ValueError where it cannot be played.
    """
    with contextlib.suppress(CaptureError, ValueError):
        mended = make_whole(take, RealDisk(), MonotonicClock())
        if mended is not None and mended.seconds > 0:
            return (Kind.VIDEO if mended.pictures else Kind.SOUND), mended.seconds
    seen = first_look(take)
    return seen.kind, seen.seconds


def _still_readable(folders: Folders, aside: str) -> dict[ClipId, _Known]:
    """What can be read of the damaged list, up to the first page that cannot; it is only read."""
    path, found = folders.data / aside, dict[ClipId, _Known]()
    if not aside or not path.is_file():
        return found
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
            db.text_factory = lambda raw: raw.decode(errors="replace")
            for row in db.execute("SELECT clip_id, created_at, title, take FROM clip NOT INDEXED"):
                clip_id, made_at, title, take = (str(value) for value in row)
                if re.fullmatch(ID, clip_id):
                    found[ClipId(clip_id)] = _Known(_moment(made_at), title, folders.data / take)
    except sqlite3.Error:
        log.info("%d clips can still be read of the damaged list", len(found), exc_info=True)
    return found


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


# -- mending.json ---------------------------------------------------------------------------------------------------


def _file(folders: Folders) -> Path:
    return folders.data / "mending.json"


def _note(folders: Folders, report: Report) -> None:
    write_whole(_file(folders), json.dumps(asdict(report)).encode())


def _read(folders: Folders) -> Report | None:
    """What is going on; None: nothing. A note that is damaged itself has everything looked at again."""
    try:
        told = json.loads(_file(folders).read_bytes())
        return Report(str(told["aside"]), told["done"] is True, int(told["found"]), int(told["unplayable"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("what was being mended cannot be read", exc_info=True)
        return Report()
