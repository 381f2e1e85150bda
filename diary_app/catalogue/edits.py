"""The take of a clip and what its owner says about it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from diary_app.catalogue.database import forget_made
from diary_app.catalogue.reading import Reading
from diary_app.clip import About, Clip, ClipId, KeptRange, Kind, Preset, Stage


class Edits(Reading):
    """Writes a clip from before its first frame until it is sent."""

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
        preset: Preset = Preset.NORMAL,
        made_at: datetime | None = None,
    ) -> Clip:
        """Write the row of a new clip: before its first frame, or when a file that was brought lies in the library.

        made_at: for one that is older than its row.
        """
        at = (made_at or datetime.now(UTC)).isoformat()
        with self._change() as db:
            db.execute(
                "INSERT INTO clip (clip_id, kind, stage, created_at, take, seconds, title, source_sha256, preset)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (clip_id, kind, stage, at, self._stored(take), seconds, title, source_sha256, preset),
            )
        return self.clip(clip_id)

    def finish_take(self, clip_id: ClipId, *, seconds: float, report: str = "") -> None:
        """The take is whole: its length in seconds, and its report as JSON."""
        self._update(clip_id, seconds=seconds, report=report, stage=Stage.SAVED)

    def set_seconds(self, clip_id: ClipId, seconds: float) -> None:
        """The length of a take that was cut short and made whole."""
        self._update(clip_id, seconds=seconds)

    def set_source(self, clip_id: ClipId, source_sha256: str) -> None:
        """Remember which file the clip came from."""
        self._update(clip_id, source_sha256=source_sha256)

    def move(self, clip_id: ClipId, stage: Stage, *, note: str | None = None) -> None:
        """Move a clip to a stage; note is the moderator's word."""
        self._update(clip_id, stage=stage, note=note)

    def set_keep(self, clip_id: ClipId, keep: Sequence[KeptRange]) -> None:
        """Replace the kept ranges; an earlier rendition, which no longer fits, is forgotten."""
        self._set_parts("kept_range", clip_id, keep)

    def set_names_said(self, clip_id: ClipId, names: Sequence[KeptRange]) -> None:
        """Replace the stretches in which a name was said; an earlier rendition, which says them, is forgotten."""
        self._set_parts("name_said", clip_id, names)

    def _set_parts(self, table: str, clip_id: ClipId, parts: Sequence[KeptRange]) -> None:
        with self._change() as db:
            db.execute(f"DELETE FROM {table} WHERE clip_id = ?", (clip_id,))
            db.executemany(
                f"INSERT INTO {table} VALUES (?, ?, ?, ?)",
                [(clip_id, position, part.start_s, part.end_s) for position, part in enumerate(parts)],
            )
            forget_made(db, clip_id)

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
                forget_made(db, clip_id)

    def begin_next_sending(self, clip_id: ClipId) -> bool:
        """A clip that was sent back is changed, to be sent again: out of the queue, with the next number.

        False where it is not sent back (any more), or its files are gone. Its receipt is set aside in the same
        transaction: the page and the slip stay, and it proves nothing of what goes out next.
        """
        with self._change() as db:
            begun = db.execute(
                "UPDATE clip SET stage = ?, wanted = 0, sending = sending + 1, captions_told = ''"
                " WHERE clip_id = ? AND stage = ? AND removed_at IS NULL",
                (Stage.SAVED, clip_id, Stage.SENT_BACK),
            )
            if begun.rowcount:
                db.execute("UPDATE receipt SET sha256 = '', bytes = 0 WHERE clip_id = ?", (clip_id,))
                db.execute("UPDATE small_copy SET upload_url = NULL, arrived = 0 WHERE clip_id = ?", (clip_id,))
                db.execute("DELETE FROM delivery WHERE clip_id = ?", (clip_id,))
            return bool(begun.rowcount)

    def _update_about(self, clip_id: ClipId, about: About) -> None:
        self._db.execute(
            "UPDATE clip SET title = ?, audience = ?, preset = ?, clean_sound = ?, show_as = ? WHERE clip_id = ?",
            (about.title, about.audience, about.preset, int(about.clean_sound), about.show_as, clip_id),
        )

    def forget(self, clip_id: ClipId) -> None:
        """Remove the clip's rows; its files are the caller's."""
        with self._change() as db:
            db.execute("DELETE FROM clip WHERE clip_id = ?", (clip_id,))
