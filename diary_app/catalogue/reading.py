"""Reading clips out of the catalogue, each with all that belongs to it."""

import sqlite3
from datetime import datetime

from diary_app.catalogue.database import Database
from diary_app.catalogue.errors import UnknownClip
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
    SmallCopy,
    Stage,
)


class Reading(Database):
    """What the catalogue knows of clips."""

    def clip(self, clip_id: ClipId) -> Clip:
        """Return one clip; raises UnknownClip."""
        with self._lock:
            return self._read(self._row(clip_id))

    def clips(self) -> list[Clip]:
        """Every clip, newest first."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM clip ORDER BY created_at DESC, rowid DESC").fetchall()
            return [self._read(row) for row in rows]

    def at_stage(self, *stages: Stage) -> list[Clip]:
        """The clips at one of these stages, oldest first."""
        return [clip for clip in reversed(self.clips()) if clip.stage in stages]

    def came_from(self, source_sha256: str) -> Clip | None:
        """The clip that a file with these bytes became, so that one file is never sent twice."""
        with self._lock:
            row = self._db.execute("SELECT * FROM clip WHERE source_sha256 = ?", (source_sha256,)).fetchone()
            return self._read(row) if row else None

    def report(self, clip_id: ClipId) -> str:
        """The report of a clip's take as JSON; empty where there is none. Raises UnknownClip."""
        with self._lock:
            return str(self._row(clip_id)["report"] or "")

    def _row(self, clip_id: ClipId) -> sqlite3.Row:
        row: sqlite3.Row | None = self._db.execute("SELECT * FROM clip WHERE clip_id = ?", (clip_id,)).fetchone()
        if row is None:
            raise UnknownClip("There is no such clip on this computer.")
        return row

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
            names_said=tuple(KeptRange(part["start_s"], part["end_s"]) for part in self._parts("name_said", clip_id)),
            about=self._about(row, clip_id),
            wanted=bool(row["wanted"]),
            rendition=self._rendition(clip_id),
            small_copy=self._small_copy(clip_id),
            delivery=self._delivery(clip_id),
            receipt=self._receipt(clip_id),
            note=row["note"],
            views=row["views"],
            replies=row["replies"],
            removed_at=datetime.fromisoformat(row["removed_at"]) if row["removed_at"] else None,
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

    def _small_copy(self, clip_id: ClipId) -> SmallCopy | None:
        row = self._one("small_copy", clip_id)
        if row is None:
            return None
        path, arrived = self._folder / row["path"], bool(row["arrived"])
        return SmallCopy(path, row["sha256"], row["bytes"], row["seconds"], row["upload_url"], arrived=arrived)

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
