"""The catalogue: every clip, its edits, its place in the queue and its receipt. All of the app's SQL is here.

SQLite beside the takes, in WAL mode with synchronous=FULL, so that what was written survives a power cut. Any thread
may call any method: one connection, one lock. Two processes may hold the catalogue open; leases keep them apart.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from diary_app.catalogue_errors import (
    CatalogueDamaged,
    CatalogueError,
    CatalogueTooNew,
    CatalogueUnwritable,
    UnknownClip,
)
from diary_app.clip import (
    About,
    Audience,
    Clip,
    ClipId,
    Delivery,
    Goes,
    KeptRange,
    Kind,
    Person,
    Preset,
    Receipt,
    Rendition,
    Stage,
)
from diary_app.schema import MIGRATIONS

__all__ = ["Catalogue", "CatalogueDamaged", "CatalogueError", "CatalogueTooNew", "CatalogueUnwritable", "UnknownClip"]


class Catalogue:
    """The open catalogue. Raises CatalogueError where it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._folder = path.parent
        try:
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise CatalogueDamaged(f"The list of your clips ({path}) cannot be opened.") from error
        try:
            self._prepare(path)
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise CatalogueDamaged(
                f"The list of your clips ({path}) is damaged. Your recordings in {self._folder / 'takes'} are safe."
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

    # -- reading ----------------------------------------------------------------------------------------------------

    def clip(self, clip_id: ClipId) -> Clip:
        """Return one clip; raises UnknownClip."""
        with self._lock:
            return self._read(self._row(clip_id))

    def _row(self, clip_id: ClipId) -> sqlite3.Row:
        row: sqlite3.Row | None = self._db.execute("SELECT * FROM clip WHERE clip_id = ?", (clip_id,)).fetchone()
        if row is None:
            raise UnknownClip("There is no such clip on this computer.")
        return row

    def clips(self) -> list[Clip]:
        """Every clip, newest first."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM clip ORDER BY created_at DESC, rowid DESC").fetchall()
            return [self._read(row) for row in rows]

    def at_stage(self, *stages: Stage) -> list[Clip]:
        """The clips at one of these stages, oldest first."""
        return [clip for clip in reversed(self.clips()) if clip.stage in stages]

    def _read(self, row: sqlite3.Row) -> Clip:
        clip_id = ClipId(row["clip_id"])
        return Clip(
            clip_id=clip_id,
            kind=Kind(row["kind"]),
            stage=Stage(row["stage"]),
            created_at=datetime.fromisoformat(row["created_at"]),
            take=self._folder / row["take"],
            seconds=row["seconds"],
            keep=tuple(KeptRange(part["start_s"], part["end_s"]) for part in self._parts("kept_range", clip_id)),
            about=self._about(row, clip_id),
            wanted=bool(row["wanted"]),
            rendition=self._rendition(clip_id),
            delivery=self._delivery(clip_id),
            receipt=self._receipt(clip_id),
            note=row["note"],
        )

    def _parts(self, table: str, clip_id: ClipId) -> list[sqlite3.Row]:
        return self._db.execute(
            f"SELECT * FROM {table} WHERE clip_id = ? ORDER BY position",
            (clip_id,),
        ).fetchall()

    def _one(self, table: str, clip_id: ClipId) -> sqlite3.Row | None:
        found = self._db.execute(f"SELECT * FROM {table} WHERE clip_id = ?", (clip_id,)).fetchone()
        return found if isinstance(found, sqlite3.Row) else None

    def _about(self, row: sqlite3.Row, clip_id: ClipId) -> About:
        return About(
            title=row["title"],
            audience=Audience(row["audience"]),
            preset=Preset(row["preset"]),
            clean_sound=bool(row["clean_sound"]),
            people=tuple(Person(p["name"], bool(p["agrees"])) for p in self._parts("person", clip_id)),
        )

    def _rendition(self, clip_id: ClipId) -> Rendition | None:
        row = self._one("rendition", clip_id)
        if row is None:
            return None
        return Rendition(self._folder / row["path"], row["sha256"], row["bytes"], row["seconds"])

    def _receipt(self, clip_id: ClipId) -> Receipt | None:
        row = self._one("receipt", clip_id)
        if row is None:
            return None
        return Receipt(clip_id, row["sha256"], row["bytes"], row["received_at"], row["page"])

    def _delivery(self, clip_id: ClipId) -> Delivery:
        row = self._one("delivery", clip_id)
        if row is None:
            return Delivery()
        held, goes = bool(row["held"]), Goes(row["goes"])
        return Delivery(row["attempts"], row["not_before"], row["upload_url"], row["problem"], held=held, goes=goes)

    # -- the take and its edits -------------------------------------------------------------------------------------

    def add(
        self,
        clip_id: ClipId,
        *,
        kind: Kind,
        take: Path,
        stage: Stage,
        seconds: float | None = None,
        title: str = "",
        source_sha256: str | None = None,
    ) -> Clip:
        """Write the row of a new clip: before its first frame, or when a file that was brought lies in the library."""
        made_at = datetime.now(UTC).isoformat()
        with self._change() as db:
            db.execute(
                "INSERT INTO clip (clip_id, kind, stage, created_at, take, seconds, title, source_sha256)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (clip_id, kind, stage, made_at, self._stored(take), seconds, title, source_sha256),
            )
        return self.clip(clip_id)

    def report(self, clip_id: ClipId) -> str:
        """The report of a clip's take as JSON; empty where there is none. Raises UnknownClip."""
        with self._lock:
            return str(self._row(clip_id)["report"] or "")

    def finish_take(self, clip_id: ClipId, *, seconds: float, report: str = "") -> None:
        """The take is whole: its length in seconds, and its report as JSON."""
        self._update(clip_id, seconds=seconds, report=report, stage=Stage.SAVED)

    def set_seconds(self, clip_id: ClipId, seconds: float) -> None:
        """The length of a take that was cut short and made whole."""
        self._update(clip_id, seconds=seconds)

    def move(self, clip_id: ClipId, stage: Stage, *, note: str | None = None) -> None:
        """Move a clip to a stage; note is the moderator's word."""
        self._update(clip_id, stage=stage, note=note)

    def set_keep(self, clip_id: ClipId, keep: Sequence[KeptRange]) -> None:
        """Replace the kept ranges; an earlier rendition, which no longer fits, is forgotten."""
        with self._change() as db:
            db.execute("DELETE FROM kept_range WHERE clip_id = ?", (clip_id,))
            db.executemany(
                "INSERT INTO kept_range VALUES (?, ?, ?, ?)",
                [(clip_id, position, part.start_s, part.end_s) for position, part in enumerate(keep)],
            )
            db.execute("DELETE FROM rendition WHERE clip_id = ?", (clip_id,))

    def set_about(self, clip_id: ClipId, about: About) -> None:
        """Replace what the speaker said about the clip."""
        before = self.clip(clip_id)
        with self._change() as db:
            self._update_about(clip_id, about)
            db.execute("DELETE FROM person WHERE clip_id = ?", (clip_id,))
            db.executemany(
                "INSERT INTO person VALUES (?, ?, ?, ?)",
                [(clip_id, position, p.name, int(p.agrees)) for position, p in enumerate(about.people)],
            )
            if before.recipe != replace(before, about=about).recipe:
                db.execute("DELETE FROM rendition WHERE clip_id = ?", (clip_id,))

    def _update_about(self, clip_id: ClipId, about: About) -> None:
        self._db.execute(
            "UPDATE clip SET title = ?, audience = ?, preset = ?, clean_sound = ? WHERE clip_id = ?",
            (about.title, about.audience, about.preset, int(about.clean_sound), clip_id),
        )

    def forget(self, clip_id: ClipId) -> None:
        """Remove the clip's rows; its files are the caller's."""
        with self._change() as db:
            db.execute("DELETE FROM clip WHERE clip_id = ?", (clip_id,))

    # -- rendition, queue, receipt ----------------------------------------------------------------------------------

    def want(self, clip_id: ClipId) -> None:
        """The user pressed Send: the clip is in the queue from now on, and goes by itself."""
        with self._change() as db:
            self._row(clip_id)
            db.execute("UPDATE clip SET wanted = 1 WHERE clip_id = ?", (clip_id,))
            db.execute("UPDATE delivery SET goes = ? WHERE clip_id = ?", (Goes.BY_ITSELF, clip_id))

    def came_from(self, source_sha256: str) -> Clip | None:
        """The clip that a file with these bytes became, so that one file is never sent twice."""
        with self._lock:
            row = self._db.execute("SELECT * FROM clip WHERE source_sha256 = ?", (source_sha256,)).fetchone()
            return self._read(row) if row else None

    def set_source(self, clip_id: ClipId, source_sha256: str) -> None:
        """Remember which file the clip came from."""
        self._update(clip_id, source_sha256=source_sha256)

    def set_rendition(self, clip_id: ClipId, rendition: Rendition) -> None:
        """The rendition is on disk, whole; its path lies in the data folder."""
        with self._change() as db:
            db.execute(
                "INSERT OR REPLACE INTO rendition VALUES (?, ?, ?, ?, ?)",
                (clip_id, self._stored(rendition.path), rendition.sha256, rendition.bytes, rendition.seconds),
            )

    def set_delivery(self, clip_id: ClipId, delivery: Delivery, *, stage: Stage | None = None) -> None:
        """Write the queue row but for its lease and its owner's word; with a stage, move the clip with it."""
        with self._change() as db:
            if stage is not None:
                db.execute("UPDATE clip SET stage = ? WHERE clip_id = ?", (stage, clip_id))
            db.execute(
                "INSERT INTO delivery (clip_id, attempts, not_before, upload_url, problem, held)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (clip_id) DO UPDATE SET attempts = excluded.attempts,"
                " not_before = excluded.not_before, upload_url = excluded.upload_url,"
                " problem = excluded.problem, held = excluded.held",
                (
                    clip_id,
                    delivery.attempts,
                    delivery.not_before,
                    delivery.upload_url,
                    delivery.problem,
                    int(delivery.held),
                ),
            )

    def queue(self) -> list[Clip]:
        """The clips that are wanted at the portal, are ready and have no receipt: small ones first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT clip.* FROM clip JOIN rendition USING (clip_id) LEFT JOIN receipt USING (clip_id)"
                " WHERE wanted = 1 AND receipt.clip_id IS NULL AND stage IN (?, ?, ?)"
                " ORDER BY rendition.bytes, clip.created_at",
                (Stage.READY, Stage.WAITING, Stage.SENDING),
            ).fetchall()
            return [self._read(row) for row in rows]

    def keep_upload(self, clip_id: ClipId, upload_url: str | None) -> None:
        """Remember where the portal wants the bytes, so that a restart resumes; None when it is of no use any more."""
        with self._change() as db:
            db.execute(
                "INSERT INTO delivery (clip_id, upload_url) VALUES (?, ?)"
                " ON CONFLICT (clip_id) DO UPDATE SET upload_url = excluded.upload_url",
                (clip_id, upload_url),
            )

    def try_again(self, *clip_ids: ClipId) -> None:
        """Make these deliveries due at once, held ones too; without any id, all of them."""
        fresh = "UPDATE delivery SET not_before = 0, held = 0, attempts = 0, problem = NULL"
        with self._change() as db:
            if not clip_ids:
                db.execute(fresh)
            db.executemany(f"{fresh} WHERE clip_id = ?", [(clip_id,) for clip_id in clip_ids])

    def set_goes(self, clip_id: ClipId, goes: Goes) -> None:
        """Its owner's word on when the clip goes out; the rest of its queue row stays as it is. Raises UnknownClip."""
        with self._change() as db:
            self._row(clip_id)
            db.execute(
                "INSERT INTO delivery (clip_id, goes) VALUES (?, ?) ON CONFLICT (clip_id) DO UPDATE SET goes = ?",
                (clip_id, goes, goes),
            )

    def goes(self, clip_id: ClipId) -> Goes:
        """Its owner's word just now; asked while the clip is on its way. Raises CatalogueDamaged."""
        try:
            with self._lock:
                return self._delivery(clip_id).goes
        except sqlite3.Error as error:
            raise CatalogueDamaged("The list of your clips cannot be read.") from error

    def forget_rendition(self, clip_id: ClipId, *, problem: str) -> None:
        """The finished file is gone or is another one: back to the take, out of the queue, and why."""
        with self._change() as db:
            db.execute("DELETE FROM rendition WHERE clip_id = ?", (clip_id,))
            db.execute("UPDATE clip SET stage = ?, wanted = 0 WHERE clip_id = ?", (Stage.SAVED, clip_id))
            db.execute(
                "INSERT INTO delivery (clip_id, problem) VALUES (?, ?) ON CONFLICT (clip_id)"
                " DO UPDATE SET attempts = 0, not_before = 0, upload_url = NULL, problem = excluded.problem, held = 0",
                (clip_id, problem),
            )

    def lease(self, clip_id: ClipId, *, holder: str, now: float, seconds: float) -> bool:
        """Take (or prolong) the right to deliver this clip; False while another process holds it. now: wall clock."""
        with self._change() as db:
            db.execute("INSERT OR IGNORE INTO delivery (clip_id) VALUES (?)", (clip_id,))
            taken = db.execute(
                "UPDATE delivery SET lease_holder = ?, lease_until = ? WHERE clip_id = ?"
                " AND (lease_holder IS NULL OR lease_holder = ? OR lease_until < ?)",
                (holder, now + seconds, clip_id, holder, now),
            )
            return bool(taken.rowcount)

    def release(self, clip_id: ClipId, *, holder: str) -> None:
        """Give the lease back."""
        with self._change() as db:
            db.execute(
                "UPDATE delivery SET lease_holder = NULL, lease_until = 0 WHERE clip_id = ? AND lease_holder = ?",
                (clip_id, holder),
            )

    def set_receipt(self, receipt: Receipt) -> None:
        """The portal holds the whole file: keep its word and move the clip, in one transaction."""
        with self._change() as db:
            db.execute(
                "INSERT OR REPLACE INTO receipt VALUES (?, ?, ?, ?, ?)",
                (receipt.clip_id, receipt.sha256, receipt.bytes, receipt.received_at, receipt.page),
            )
            db.execute("UPDATE clip SET stage = ? WHERE clip_id = ?", (Stage.RECEIVED, receipt.clip_id))
            db.execute(
                "UPDATE delivery SET upload_url = NULL, problem = NULL, held = 0, goes = ? WHERE clip_id = ?",
                (Goes.BY_ITSELF, receipt.clip_id),
            )
