"""A damaged list of clips is set aside, and every recording is found again; nothing is deleted, whenever it ends."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from capture.encoder import part_path
from diary_app.catalogue import Catalogue, CatalogueTooNew, CatalogueUnwritable
from diary_app.clip import Clip, ClipId, Kind, Stage, new_clip_id
from diary_app.folders import Folders
from diary_app.mending import Mending, Report, make_room
from diary_app.news import News
from tests.support.takes import make_take, ticking

NOW = datetime(2026, 11, 2, 19, 30).astimezone()
TITLES = 400
"""So many clips fill several pages of the list."""


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_take(tmp_path_factory.mktemp("takes") / "take.mp4", ticking(30))


class Library:
    """A data folder: a recording of ours, one that was cut short, a file of noise, and a lock."""

    def __init__(self, folder: Path, take: Path) -> None:
        self.folders = Folders(folder).make()
        self.whole, self.cut_short, self.noise = new_clip_id(), new_clip_id(), new_clip_id()
        with contextlib.closing(Catalogue(self.folders.catalogue)) as catalogue:
            self._add(catalogue, self.whole, Stage.SAVED, "Tuesday’s walk")
            self._add(catalogue, self.cut_short, Stage.RECORDING, "")
        with contextlib.closing(sqlite3.connect(self.folders.catalogue)) as db, db:  # far quicker in one go
            rows = [(new_clip_id(), f"takes/{number}.mp4", "x" * 100) for number in range(TITLES)]
            db.executemany(
                "INSERT INTO clip (clip_id, kind, stage, created_at, take, title)"
                " VALUES (?, 'video', 'saved', '2026-01-02T03:04:05+00:00', ?, ?)",
                rows,
            )
        shutil.copy(take, self.path(self.whole))
        shutil.copy(take, part_path(self.path(self.cut_short)))
        self.path(self.noise).write_bytes(b"no film " * 1000)
        (self.folders.takes / f"{self.whole}.lock").touch()
        (self.folders.takes / "notes.txt").write_text("mine")

    def _add(self, catalogue: Catalogue, clip_id: ClipId, stage: Stage, title: str) -> None:
        catalogue.add(clip_id, kind=Kind.VIDEO, take=self.path(clip_id), stage=stage, seconds=1.0, title=title)

    def path(self, clip_id: ClipId) -> Path:
        return self.folders.takes / f"{clip_id}.mp4"

    def clips(self) -> dict[ClipId, Clip]:
        with contextlib.closing(Catalogue(self.folders.catalogue)) as catalogue:
            return {clip.clip_id: clip for clip in (*catalogue.clips(), *catalogue.at_stage(Stage.RECORDING))}

    def mend(self, tell: Callable[[News], None] = lambda _news: None) -> Report | None:
        with contextlib.closing(Catalogue(self.folders.catalogue)) as catalogue:
            return Mending(self.folders, catalogue, tell=tell).find()


@pytest.fixture
def library(tmp_path: Path, take: Path) -> Library:
    return Library(tmp_path / "data", take)


def noise(path: Path) -> None:
    path.write_bytes(b"This is no list at all. " * 100)


def head(path: Path) -> None:
    path.write_bytes(bytes(100) + path.read_bytes()[100:])


def middle(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xff" * (len(content) - 12288) + content[-4096:])


def half(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def gone(path: Path) -> None:
    path.unlink()


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "mine.txt").write_text("mine")


@pytest.mark.parametrize("damage", [noise, head, middle, half, empty, gone, folder])
def test_every_recording_is_found_again(library: Library, damage: Callable[[Path], None]) -> None:
    place = library.folders.catalogue
    damage(place)
    before = place.read_bytes() if place.is_file() else b""
    make_room(library.folders, NOW)
    report = library.mend()
    assert report is not None
    assert (report.found, report.unplayable, report.done) == (2, 1, True)
    assert report.aside == ("" if damage in (empty, gone) else "diary-damaged-2026-11-02-193000.sqlite3")
    clips = library.clips()
    assert clips.keys() == {library.whole, library.cut_short}
    assert clips[library.whole].stage is Stage.SAVED
    assert clips[library.whole].seconds == pytest.approx(1.0, abs=0.1)
    assert clips[library.cut_short].stage is Stage.RECORDING
    assert clips[library.cut_short].take == library.path(library.cut_short)
    assert library.path(library.noise).exists()
    if report.aside:
        aside = library.folders.data / report.aside
        assert (aside / "mine.txt").exists() if damage is folder else aside.read_bytes() == before


def test_a_title_that_can_still_be_read_is_kept(library: Library) -> None:
    made_at = library.clips()[library.whole].created_at
    place = library.folders.catalogue
    content = place.read_bytes()
    with contextlib.closing(sqlite3.connect(place)) as db:
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'kept_range'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    place.write_bytes(content[: (root - 1) * size] + b"\xff" * size + content[root * size :])
    make_room(library.folders, NOW)
    library.mend()
    clip = library.clips()[library.whole]
    assert clip.title == "Tuesday’s walk"
    assert clip.created_at == made_at


def test_a_start_that_is_cut_short_goes_on_at_the_next(library: Library) -> None:
    noise(library.folders.catalogue)
    make_room(library.folders, NOW)

    class Killed(Exception):
        pass

    def die(_news: News) -> None:
        raise Killed

    with pytest.raises(Killed):
        library.mend(die)
    assert len(library.clips()) == 1
    make_room(library.folders, NOW)
    assert library.mend() == Report("diary-damaged-2026-11-02-193000.sqlite3", done=True, found=2, unplayable=1)
    assert len(library.clips()) == 2


def test_it_is_told_until_somebody_has_read_it(library: Library) -> None:
    empty(library.folders.catalogue)
    make_room(library.folders, NOW)
    assert library.mend() == library.mend()
    with contextlib.closing(Catalogue(library.folders.catalogue)) as catalogue:
        mending = Mending(library.folders, catalogue, tell=lambda _news: None)
        mending.told()
        assert mending.find() is None
    make_room(library.folders, NOW)
    assert library.mend() is None


def test_a_second_damaged_list_does_not_replace_the_first(library: Library) -> None:
    for _ in range(2):
        noise(library.folders.catalogue)
        make_room(library.folders, NOW)
    assert len(list(library.folders.data.glob("*damaged*.sqlite3"))) == 2


def test_what_is_not_damaged_is_left_alone(library: Library, tmp_path: Path) -> None:
    before = library.clips().keys()
    make_room(library.folders, NOW)
    assert library.mend() is None
    assert library.clips().keys() == before
    with contextlib.closing(sqlite3.connect(library.folders.catalogue)) as db:
        db.execute("PRAGMA user_version=99")
    make_room(library.folders, NOW)
    with pytest.raises(CatalogueTooNew):
        Catalogue(library.folders.catalogue)
    make_room(Folders(tmp_path / "first start").make(), NOW)
    assert not (tmp_path / "first start" / "mending.json").exists()
    with pytest.raises(CatalogueUnwritable):
        Catalogue(tmp_path / "no folder" / "diary.sqlite3")
