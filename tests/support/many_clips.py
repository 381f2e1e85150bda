"""A catalogue of very many clips, without their files: for what must stay quick however many there are.

python -m tests.support.many_clips 10000
"""

import contextlib
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from diary_app.catalogue import Catalogue
from diary_app.clip import Stage
from diary_app.folders import Folders

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
STAGES = (Stage.PUBLISHED, Stage.RECEIVED, Stage.SENT_BACK, Stage.SAVED, Stage.IN_REVIEW)


def add_many(catalogue: Catalogue, numbers: range) -> list[str]:
    """Add the clips of these numbers in one transaction, of all stages; returns their ids, oldest first."""
    ids = [f"00000000-0000-4000-8000-{number:012}" for number in numbers]
    made = [(FIRST + timedelta(hours=number)).isoformat() for number in numbers]
    stages = [STAGES[number % len(STAGES)] for number in numbers]
    rows = list(zip(ids, stages, made, strict=True))
    with catalogue._change() as db:
        db.executemany(
            "INSERT INTO clip (clip_id, kind, stage, created_at, take, seconds, title, wanted, views, replies)"
            " VALUES (?, 'video', ?, ?, ?, 60, ?, ?, 12, 2)",
            [
                (one, stage, at, f"takes/{one}.mp4", f"A day in the garden, part {place}", int(stage != Stage.SAVED))
                for place, (one, stage, at) in enumerate(rows)
            ],
        )
        db.executemany("INSERT INTO kept_range VALUES (?, 0, 1.0, 31.0)", [(one,) for one in ids])
        db.executemany("INSERT INTO person VALUES (?, 0, 'Me', 1)", [(one,) for one in ids])
        sent = [row for row in rows if row[1] != Stage.SAVED]
        db.executemany(
            "INSERT INTO rendition VALUES (?, ?, ?, 1000000, 30.0)",
            [(one, f"renditions/{one}.mp4", "ab" * 32) for one, _, _ in sent],
        )
        db.executemany(
            "INSERT INTO receipt (clip_id, sha256, bytes, received_at, page) VALUES (?, ?, 1000000, ?, ?)",
            [(one, "ab" * 32, at, f"http://127.0.0.1/clip/{one}") for one, _, at in sent],
        )
    return ids


def main() -> int:
    """How long reading all of them, their ids and the newest few takes."""
    with tempfile.TemporaryDirectory() as place:
        folders = Folders(Path(place)).make()
        with contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
            add_many(catalogue, range(int(sys.argv[1])))
            for name, read in (
                ("all", catalogue.clips),
                ("ids", catalogue.ids),
                ("newest 5", lambda: catalogue.newest(5)),
                ("saved or preparing", lambda: catalogue.at_stage(Stage.SAVED, Stage.PREPARING)),
            ):
                begun = time.process_time()
                found = len(read())
                sys.stdout.write(f"{name}: {found} in {(time.process_time() - begun) * 1000:.0f} ms\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
