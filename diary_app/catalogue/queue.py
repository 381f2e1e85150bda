"""Renditions, the queue of what is wanted at the portal, and receipts."""

import sqlite3

from diary_app.catalogue.database import forget_made
from diary_app.catalogue.errors import CatalogueDamaged
from diary_app.catalogue.reading import Reading
from diary_app.clip import Clip, ClipId, Delivery, Goes, Receipt, Rendition, SmallCopy, Stage


class Queue(Reading):
    """Writes a clip from Send to its receipt."""

    def want(self, clip_id: ClipId) -> None:
        """The user pressed Send: the clip is in the queue from now on, and goes by itself."""
        with self._change() as db:
            self._row(clip_id)
            db.execute("UPDATE clip SET wanted = 1 WHERE clip_id = ?", (clip_id,))
            db.execute("UPDATE delivery SET goes = ? WHERE clip_id = ?", (Goes.BY_ITSELF, clip_id))

    def set_rendition(self, clip_id: ClipId, rendition: Rendition) -> None:
        """The rendition is on disk, whole; its path lies in the data folder."""
        with self._change() as db:
            db.execute(
                "INSERT OR REPLACE INTO rendition VALUES (?, ?, ?, ?, ?)",
                (clip_id, self._stored(rendition.path), rendition.sha256, rendition.bytes, rendition.seconds),
            )

    def forget_rendition(self, clip_id: ClipId, *, problem: str) -> None:
        """The finished file is gone or is another one: back to the take, out of the queue, and why."""
        with self._change() as db:
            forget_made(db, clip_id)
            db.execute("UPDATE clip SET stage = ?, wanted = 0 WHERE clip_id = ?", (Stage.SAVED, clip_id))
            db.execute(
                "INSERT INTO delivery (clip_id, problem) VALUES (?, ?) ON CONFLICT (clip_id)"
                " DO UPDATE SET attempts = 0, not_before = 0, upload_url = NULL, problem = excluded.problem, held = 0",
                (clip_id, problem),
            )

    def queue(self) -> list[Clip]:
        """The clips that are wanted at the portal, are ready and have no receipt that counts: small ones first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT clip.* FROM clip JOIN rendition USING (clip_id)"
                " WHERE wanted = 1 AND stage IN (?, ?, ?)"
                " AND clip_id NOT IN (SELECT clip_id FROM receipt WHERE sha256 != '')"
                " ORDER BY rendition.bytes, clip.created_at",
                (Stage.READY, Stage.WAITING, Stage.SENDING),
            ).fetchall()
            return [self._read(row) for row in rows]

    def hold_queue(self, problem: str) -> list[ClipId]:
        """All that is in the queue waits for a person, and says why; returns the clips for which that is new."""
        with self._change() as db:
            queue = [clip for clip in self.queue() if clip.stage is not Stage.SENDING]
            waiting = [clip.clip_id for clip in queue if not clip.delivery.held]
            for clip_id in waiting:
                db.execute("UPDATE clip SET stage = ? WHERE clip_id = ?", (Stage.READY, clip_id))
                db.execute(
                    "INSERT INTO delivery (clip_id, problem, held) VALUES (?, ?, 1) ON CONFLICT (clip_id)"
                    " DO UPDATE SET not_before = 0, problem = excluded.problem, held = 1",
                    (clip_id, problem),
                )
        return waiting

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
            raise CatalogueDamaged("The list of your clips cannot be read. Please tell your IT team.") from error

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
                "INSERT OR REPLACE INTO receipt VALUES (?, ?, ?, ?, ?, ?)",
                (receipt.clip_id, receipt.sha256, receipt.bytes, receipt.received_at, receipt.page, receipt.slip),
            )
            db.execute("UPDATE clip SET stage = ? WHERE clip_id = ?", (Stage.RECEIVED, receipt.clip_id))
            db.execute("DELETE FROM small_copy WHERE clip_id = ?", (receipt.clip_id,))
            db.execute(
                "UPDATE delivery SET upload_url = NULL, problem = NULL, held = 0, goes = ? WHERE clip_id = ?",
                (Goes.BY_ITSELF, receipt.clip_id),
            )

    # -- small copies -----------------------------------------------------------------------------------------------

    def set_small_copy(self, clip_id: ClipId, small: SmallCopy) -> None:
        """The small copy is on disk, whole; its path lies in the data folder."""
        with self._change() as db:
            db.execute(
                "INSERT OR REPLACE INTO small_copy (clip_id, path, sha256, bytes, seconds) VALUES (?, ?, ?, ?, ?)",
                (clip_id, self._stored(small.path), small.sha256, small.bytes, small.seconds),
            )

    def small_ahead(self) -> list[Clip]:
        """The clips that are wanted at the portal and are being prepared, of which the small copy may go already."""
        return [
            clip
            for clip in self.at_stage(Stage.PREPARING)
            if clip.wanted and clip.rendition is None and clip.small_copy is not None and not clip.small_copy.arrived
        ]

    def keep_small_upload(self, clip_id: ClipId, upload_url: str | None) -> None:
        """Remember where the portal wants the bytes of the small copy; None when it is of no use any more."""
        with self._change() as db:
            db.execute("UPDATE small_copy SET upload_url = ? WHERE clip_id = ?", (upload_url, clip_id))

    def small_copy_arrived(self, clip_id: ClipId) -> None:
        """The portal holds the small copy, whole."""
        with self._change() as db:
            db.execute("UPDATE small_copy SET arrived = 1, upload_url = NULL WHERE clip_id = ?", (clip_id,))

    def forget_small_copy(self, clip_id: ClipId) -> None:
        """It will not go; its file is the caller's."""
        with self._change() as db:
            db.execute("DELETE FROM small_copy WHERE clip_id = ?", (clip_id,))
