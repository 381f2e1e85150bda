"""Captions of clips: each line with the times of its words, whether a person approved them, and what the portal has."""

import json
import sqlite3
from collections.abc import Sequence

from diary_app.captions.line import Line, Word
from diary_app.catalogue.reading import OLDEST_FIRST, Reading
from diary_app.clip import Captions, Clip, ClipId, Stage

ON_ITS_WAY = (Stage.PREPARING, Stage.READY, Stage.WAITING, Stage.SENDING)
AT_THE_PORTAL = (Stage.RECEIVED, Stage.IN_REVIEW, Stage.PUBLISHED)


class Captioned(Reading):
    """Writes captions, from the first draft until the portal has them."""

    def captions(self, clip_id: ClipId) -> tuple[Line, ...]:
        """The captions of a clip as they are kept, in order; none where there are none."""
        with self._lock:
            return self._captions(clip_id)

    def _captions(self, clip_id: ClipId) -> tuple[Line, ...]:
        rows = self._db.execute("SELECT * FROM caption WHERE clip_id = ? ORDER BY position", (clip_id,)).fetchall()
        return tuple(_line(row) for row in rows)

    def set_captions(self, clip_id: ClipId, lines: Sequence[Line], state: Captions) -> None:
        """Replace them; what the portal was told before is old from now on. Raises UnknownClip."""
        with self._change() as db:
            self._row(clip_id)
            db.execute("UPDATE clip SET captions = ?, captions_told = '' WHERE clip_id = ?", (state, clip_id))
            db.execute("DELETE FROM caption WHERE clip_id = ?", (clip_id,))
            db.executemany(
                "INSERT INTO caption (clip_id, position, start_s, end_s, text, doubtful, words)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(clip_id, position, *_columns(line)) for position, line in enumerate(lines)],
            )

    def to_caption(self) -> list[Clip]:
        """The clips on their way to the portal of which no captions were made yet, oldest first."""
        marks = ", ".join("?" for _ in ON_ITS_WAY)
        where = f"WHERE wanted = 1 AND captions = ? AND stage IN ({marks})"
        return self._chosen(where, (Captions.NONE, *ON_ITS_WAY), OLDEST_FIRST)

    def captions_to_tell(self) -> list[Clip]:
        """The clips that the portal has, and of which it has not the captions that a person approved, oldest first."""
        marks = ", ".join("?" for _ in AT_THE_PORTAL)
        where = (
            f"WHERE captions = ? AND stage IN ({marks}) AND EXISTS (SELECT 1 FROM receipt"
            " WHERE receipt.clip_id = clip.clip_id AND receipt.sha256 != clip.captions_told)"
        )
        return self._chosen(where, (Captions.APPROVED, *AT_THE_PORTAL), OLDEST_FIRST)

    def note_captions_told(self, clip_id: ClipId, lines: Sequence[Line], receipt_sha256: str) -> None:
        """The portal has these captions of the file that this receipt is about; not noted where they changed since."""
        with self._change() as db:
            if self._captions(clip_id) == tuple(lines):
                db.execute(
                    "UPDATE clip SET captions_told = ? WHERE clip_id = ? AND captions = ?",
                    (receipt_sha256, clip_id, Captions.APPROVED),
                )


def _columns(line: Line) -> tuple[object, ...]:
    words = json.dumps([[word.start_s, word.end_s, word.doubtful] for word in line.words])
    return line.start_s, line.end_s, line.text, int(line.doubtful), words


def _line(row: sqlite3.Row) -> Line:
    texts = row["text"].split(" ")
    return Line(
        tuple(
            Word(start_s, end_s, text, doubtful)
            for text, (start_s, end_s, doubtful) in zip(texts, json.loads(row["words"]), strict=True)
        )
    )
