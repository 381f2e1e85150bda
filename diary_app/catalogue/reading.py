"""Reading clips out of the catalogue, each with all that belongs to it: eight queries, however many clips."""

import contextlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from diary_app.catalogue.database import Database
from diary_app.catalogue.errors import UnknownClip
from diary_app.clip import (
    About,
    Audience,
    Captions,
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
    ShowAs,
    SmallCopy,
    Stage,
)

NEWEST_FIRST = "ORDER BY created_at DESC, rowid DESC"
OLDEST_FIRST = "ORDER BY created_at, rowid"
AMONG = "WHERE clip_id IN (SELECT value FROM json_each(?))"
"""One parameter for any number of ids, as a JSON list."""


class Reading(Database):
    """What the catalogue knows of clips."""

    def clip(self, clip_id: ClipId) -> Clip:
        """Return one clip; raises UnknownClip."""
        with self._moment():
            return self._read(self._row(clip_id))

    def clips(self) -> list[Clip]:
        """Every clip, newest first."""
        return self._chosen("", (), NEWEST_FIRST)

    def newest(self, most: int) -> list[Clip]:
        """The newest clips but for takes that are open or were cut short: so many at most."""
        return self._chosen("WHERE stage != ?", (Stage.RECORDING, most), f"{NEWEST_FIRST} LIMIT ?")

    def ids(self) -> list[ClipId]:
        """Every clip but for takes that are open or were cut short, newest first."""
        with self._lock:
            rows = self._db.execute(
                f"SELECT clip_id FROM clip WHERE stage != ? {NEWEST_FIRST}", (Stage.RECORDING,)
            ).fetchall()
            return [ClipId(row[0]) for row in rows]

    def some(self, clip_ids: Sequence[ClipId]) -> list[Clip]:
        """Those of these clips that are here, newest first."""
        return self._chosen(AMONG, (json.dumps(clip_ids),), NEWEST_FIRST)

    def at_stage(self, *stages: Stage) -> list[Clip]:
        """The clips at one of these stages, oldest first."""
        where = "WHERE stage IN (SELECT value FROM json_each(?))"
        return self._chosen(where, (json.dumps(stages),), OLDEST_FIRST)

    def came_from(self, source_sha256: str) -> Clip | None:
        """The clip that a file with these bytes became, so that one file is never sent twice."""
        with self._moment():
            row = self._db.execute("SELECT * FROM clip WHERE source_sha256 = ?", (source_sha256,)).fetchone()
            return self._read(row) if row else None

    def report(self, clip_id: ClipId) -> str:
        """The report of a clip's take as JSON; empty where there is none. Raises UnknownClip."""
        with self._lock:
            return str(self._row(clip_id)["report"] or "")

    # -- rows -------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _moment(self) -> Iterator[None]:
        """What is read in the block was true at one and the same moment, also while another process writes."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("ROLLBACK")

    def _row(self, clip_id: ClipId) -> sqlite3.Row:
        row: sqlite3.Row | None = self._db.execute("SELECT * FROM clip WHERE clip_id = ?", (clip_id,)).fetchone()
        if row is None:
            raise UnknownClip("There is no such clip on this computer.")
        return row

    def _chosen(self, where: str, arguments: tuple[object, ...], order: str) -> list[Clip]:
        with self._moment():
            rows = self._db.execute(f"SELECT * FROM clip {where} {order}", arguments).fetchall()
            ids = json.dumps([row["clip_id"] for row in rows])
            belongings = self._belongings(AMONG, (ids,)) if where else self._belongings("", ())
            return [self._made(row, belongings) for row in rows]

    def _read(self, row: sqlite3.Row) -> Clip:
        with self._moment():
            return self._made(row, self._belongings("WHERE clip_id = ?", (row["clip_id"],)))

    def _belongings(self, where: str, arguments: tuple[object, ...]) -> "_Belongings":
        def lists(table: str) -> dict[str, list[sqlite3.Row]]:
            found: dict[str, list[sqlite3.Row]] = defaultdict(list)
            for row in self._db.execute(f"SELECT * FROM {table} {where} ORDER BY clip_id, position", arguments):
                found[row["clip_id"]].append(row)
            return found

        def ones(table: str) -> dict[str, sqlite3.Row]:
            return {row["clip_id"]: row for row in self._db.execute(f"SELECT * FROM {table} {where}", arguments)}

        return _Belongings(
            self._folder,
            kept=lists("kept_range"),
            named=lists("name_said"),
            people=lists("person"),
            renditions=ones("rendition"),
            small_copies=ones("small_copy"),
            deliveries=ones("delivery"),
            receipts=ones("receipt"),
        )

    def _made(self, row: sqlite3.Row, belongings: "_Belongings") -> Clip:
        clip_id = ClipId(row["clip_id"])
        return Clip(
            clip_id=clip_id,
            kind=Kind(row["kind"]),
            stage=Stage(row["stage"]),
            created_at=datetime.fromisoformat(row["created_at"]),
            take=self._folder / row["take"],
            seconds=row["seconds"],
            keep=_ranges(belongings.kept.get(clip_id, ())),
            names_said=_ranges(belongings.named.get(clip_id, ())),
            about=_about(row, belongings.people.get(clip_id, ())),
            wanted=bool(row["wanted"]),
            rendition=belongings.rendition(clip_id),
            small_copy=belongings.small_copy(clip_id),
            delivery=_delivery(belongings.deliveries.get(clip_id)),
            receipt=belongings.receipt(clip_id),
            former=belongings.receipt(clip_id, set_aside=True),
            note=row["note"],
            views=row["views"],
            replies=row["replies"],
            sending=row["sending"],
            captions=Captions(row["captions"]),
            removed_at=datetime.fromisoformat(row["removed_at"]) if row["removed_at"] else None,
        )

    def _delivery(self, clip_id: ClipId) -> Delivery:
        return _delivery(self._db.execute("SELECT * FROM delivery WHERE clip_id = ?", (clip_id,)).fetchone())


@dataclass(frozen=True, slots=True)
class _Belongings:
    """The rows that belong to clips, by clip."""

    folder: Path
    kept: dict[str, list[sqlite3.Row]]
    named: dict[str, list[sqlite3.Row]]
    people: dict[str, list[sqlite3.Row]]
    renditions: dict[str, sqlite3.Row]
    small_copies: dict[str, sqlite3.Row]
    deliveries: dict[str, sqlite3.Row]
    receipts: dict[str, sqlite3.Row]

    def rendition(self, clip_id: ClipId) -> Rendition | None:
        """The finished file of a clip."""
        row = self.renditions.get(clip_id)
        if row is None:
            return None
        return Rendition(self.folder / row["path"], row["sha256"], row["bytes"], row["seconds"])

    def small_copy(self, clip_id: ClipId) -> SmallCopy | None:
        """The copy that goes ahead."""
        row = self.small_copies.get(clip_id)
        if row is None:
            return None
        path, arrived = self.folder / row["path"], bool(row["arrived"])
        return SmallCopy(path, row["sha256"], row["bytes"], row["seconds"], row["upload_url"], arrived=arrived)

    def receipt(self, clip_id: ClipId, *, set_aside: bool = False) -> Receipt | None:
        """The portal's word, or what is left of it where the clip goes out again."""
        row = self.receipts.get(clip_id)
        if row is None or (not row["sha256"]) != set_aside:
            return None
        return Receipt(clip_id, row["sha256"], row["bytes"], row["received_at"], row["page"], row["slip"])


def _ranges(rows: Sequence[sqlite3.Row]) -> tuple[KeptRange, ...]:
    return tuple(KeptRange(row["start_s"], row["end_s"]) for row in rows)


def _about(row: sqlite3.Row, people: Sequence[sqlite3.Row]) -> About:
    return About(
        title=row["title"],
        audience=Audience(row["audience"]),
        preset=Preset(row["preset"]),
        clean_sound=bool(row["clean_sound"]),
        show_as=ShowAs(row["show_as"]),
        people=tuple(Person(each["name"], bool(each["agrees"])) for each in people),
    )


def _delivery(row: sqlite3.Row | None) -> Delivery:
    if row is None:
        return Delivery()
    held, goes = bool(row["held"]), Goes(row["goes"])
    return Delivery(row["attempts"], row["not_before"], row["upload_url"], row["problem"], held=held, goes=goes)
