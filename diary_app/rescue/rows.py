"""The rows of a clip that came from another computer, in one transaction: all of the clip is there, or nothing.

The one place with SQL beside the catalogue, which makes rows only for clips that begin here.
"""

import contextlib
import sqlite3
from pathlib import Path

from diary_app.catalogue import CatalogueUnwritable
from diary_app.clip import Goes, Stage
from diary_app.rescue.index import PackedClip

PATIENCE_S = 30.0


def add_rows(catalogue: Path, clip: PackedClip, *, take: Path, rendition: Path | None) -> None:
    """Add the clip to the open catalogue at this path; its files lie in the same folder, whole.

    Raises CatalogueUnwritable, and nothing has changed then.
    """
    folder = catalogue.parent
    try:
        with contextlib.closing(sqlite3.connect(catalogue, timeout=PATIENCE_S, isolation_level=None)) as db:
            for pragma in ("synchronous=FULL", "foreign_keys=ON"):
                db.execute(f"PRAGMA {pragma}")
            db.execute("BEGIN IMMEDIATE")  # what is not committed when the connection closes has never been
            _add_clip(db, clip, take.relative_to(folder).as_posix())
            if clip.rendition is not None and rendition is not None:
                made = clip.rendition
                stored = rendition.relative_to(folder).as_posix()
                facts = (clip.clip_id, stored, made.sha256, made.bytes, clip.rendition_seconds)
                db.execute(
                    "INSERT INTO rendition (clip_id, path, sha256, bytes, seconds) VALUES (?, ?, ?, ?, ?)", facts
                )
            db.execute("COMMIT")
    except sqlite3.Error as error:
        raise CatalogueUnwritable("The list of your clips cannot be written. Is the disk full?") from error


def _add_clip(db: sqlite3.Connection, clip: PackedClip, take: str) -> None:
    about = clip.about
    known = db.execute("SELECT 1 FROM clip WHERE source_sha256 = ?", (clip.take.sha256,)).fetchone()
    db.execute(
        "INSERT INTO clip (clip_id, kind, stage, created_at, take, seconds, report, title, audience, preset,"
        " clean_sound, show_as, sending, wanted, source_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            clip.clip_id,
            clip.kind,
            Stage.READY if clip.wanted and clip.rendition is not None else Stage.SAVED,
            clip.created_at.isoformat(),
            take,
            clip.seconds,
            clip.report,
            about.title,
            about.audience,
            about.preset,
            int(about.clean_sound),
            about.show_as,
            clip.sending,
            int(clip.wanted),
            # Whoever adds the same file by hand meets this clip. Only one clip can be the one.
            None if known else clip.take.sha256,
        ),
    )
    if clip.held:
        db.execute("INSERT INTO delivery (clip_id, goes) VALUES (?, ?)", (clip.clip_id, Goes.HELD))
    db.executemany(
        "INSERT INTO kept_range (clip_id, position, start_s, end_s) VALUES (?, ?, ?, ?)",
        [(clip.clip_id, position, part.start_s, part.end_s) for position, part in enumerate(clip.keep)],
    )
    db.executemany(
        "INSERT INTO name_said (clip_id, position, start_s, end_s) VALUES (?, ?, ?, ?)",
        [(clip.clip_id, position, part.start_s, part.end_s) for position, part in enumerate(clip.names_said)],
    )
    db.executemany(
        "INSERT INTO person (clip_id, position, name, agrees) VALUES (?, ?, ?, ?)",
        [(clip.clip_id, position, each.name, int(each.agrees)) for position, each in enumerate(about.people)],
    )
