"""What the portal says of clips that it has, and which of them are not on this computer any more."""

from datetime import datetime
from pathlib import Path

from diary_app.catalogue.reading import NEWEST_FIRST, Reading
from diary_app.clip import Clip, ClipId, Stage

MAY_LEAVE = (Stage.RECEIVED, Stage.PUBLISHED)
"""Not while somebody is looking at it, for it may be sent back; nor sent back (its take is needed); nor withdrawn (the
portal has it no longer)."""
_RECEIVED_BEFORE = (
    "removed_at IS NULL AND stage IN (?, ?) AND EXISTS (SELECT 1 FROM receipt JOIN rendition USING (clip_id)"
    " WHERE receipt.clip_id = clip.clip_id AND receipt.sha256 = rendition.sha256"
    " AND julianday(receipt.received_at) <= julianday(?))"
)
"""The finished file is the very one that the receipt is about, so the clip was not edited since; a time that cannot be
read is NULL, and so never before anything."""


class News(Reading):
    """Writes what comes back."""

    def hear(
        self, clip: Clip, stage: Stage, *, note: str | None, views: int | None = None, replies: int | None = None
    ) -> bool:
        """What the portal says of this clip, which was read before; False where nothing of it is new.

        Nothing is written where the clip was moved meanwhile: what was said is of the time before.
        """
        if (stage, note, views, replies) == (clip.stage, clip.note, clip.views, clip.replies):
            return False
        with self._change() as db:
            heard = db.execute(
                "UPDATE clip SET stage = ?, note = ?, views = ?, replies = ?"
                " WHERE clip_id = ? AND stage = ? AND sending = ?",
                (stage, note, views, replies, clip.clip_id, clip.stage, clip.sending),
            )
            return bool(heard.rowcount)  # else it was binned meanwhile, or is edited to be sent again

    def page_of_stage(self, *stages: Stage, skip: int, most: int) -> list[Clip]:
        """So many of the clips at these stages, the newest first, after the newest `skip`."""
        marks = ", ".join("?" for _ in stages)
        return self._chosen(f"WHERE stage IN ({marks})", (*stages, most, skip), f"{NEWEST_FIRST} LIMIT ? OFFSET ?")

    # -- files that leave this computer -----------------------------------------------------------------------------

    def may_leave(self, *, received_before: datetime) -> list[ClipId]:
        """The clips whose files may be removed if the portal says once more that it has them, oldest first."""
        with self._lock:
            rows = self._db.execute(
                f"SELECT clip_id FROM clip WHERE {_RECEIVED_BEFORE} ORDER BY created_at, rowid",
                (*MAY_LEAVE, received_before.isoformat()),
            ).fetchall()
            return [ClipId(row[0]) for row in rows]

    def note_removed(self, clip_id: ClipId, at: datetime, *, received_before: datetime) -> bool:
        """From now on its files are said to be gone; False where it may not leave (it was sent back meanwhile, say)."""
        with self._change() as db:
            noted = db.execute(
                f"UPDATE clip SET removed_at = ? WHERE clip_id = ? AND {_RECEIVED_BEFORE}",
                (at.isoformat(), clip_id, *MAY_LEAVE, received_before.isoformat()),
            )
            return bool(noted.rowcount)

    def files_of_removed(self) -> dict[ClipId, tuple[Path, ...]]:
        """The clips whose files are said to be gone, each with every file that was noted for it."""
        with self._lock:
            rows = self._db.execute(
                "SELECT clip.clip_id, clip.take, rendition.path, small_copy.path FROM clip"
                " LEFT JOIN rendition USING (clip_id) LEFT JOIN small_copy USING (clip_id)"
                " WHERE removed_at IS NOT NULL"
            ).fetchall()
            return {ClipId(row[0]): tuple(self._folder / path for path in row[1:] if path) for row in rows}
