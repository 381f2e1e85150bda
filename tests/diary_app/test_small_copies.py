"""The renderer makes a small copy before the rendition where that helps, and it goes with the rendition."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from diary_app import preparing
from diary_app.catalogue import Catalogue
from diary_app.clip import Clip, ClipId, KeptRange, Kind, Rendition, Stage, new_clip_id
from diary_app.editing.errors import EditRefused
from diary_app.folders import Folders
from diary_app.news import News, Progress
from diary_app.preparing import SMALL_SHARE, Preparer
from diary_app.small_copies import SmallCopies


@dataclass
class Renderer:
    """Stands in for the child process; `during` is called while the small copy is made."""

    made: list[str] = field(default_factory=list)
    during: Callable[[], None] = lambda: None
    fails: bool = False

    def __call__(
        self,
        take: Path,
        out: Path,
        *,
        small: bool,
        on_progress: Callable[[float, float | None], None],
        stop: threading.Event,
        **_more: object,
    ) -> Rendition:
        on_progress(0.5, 3.0)
        if small:
            self.during()
        if small and self.fails:
            raise EditRefused("It cannot be made. Your recording is safe.")
        self.made.append(out.name)
        out.write_bytes(b"small" if small else b"a rendition")
        return Rendition(out, ("1" if small else "2") * 64, out.stat().st_size, 60.0)


@dataclass
class Bench:
    folders: Folders
    catalogue: Catalogue
    renderer: Renderer
    clip_id: ClipId
    news: list[News] = field(default_factory=list)
    ready: list[Clip] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.preparer = Preparer(
            self.folders,
            self.catalogue,
            on_news=self.news.append,
            on_ready=lambda: self.ready.append(self.now),
        )

    @property
    def now(self) -> Clip:
        return self.catalogue.clip(self.clip_id)

    @property
    def left(self) -> list[str]:
        return sorted(path.name.removeprefix(self.clip_id) for path in self.folders.renditions.iterdir())


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A wanted film of a minute, of which a small copy is worth it."""
    renderer = Renderer()
    monkeypatch.setattr(preparing, "render_apart", renderer)
    monkeypatch.setattr(SmallCopies, "is_to_be_made", lambda _self, clip: clip.small_copy is None)
    folders = Folders(tmp_path / "data").make()
    with contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        clip_id = new_clip_id()
        take = folders.takes / f"{clip_id}.mp4"
        take.write_bytes(b"the take")
        catalogue.add(clip_id, kind=Kind.VIDEO, take=take, stage=Stage.SAVED, seconds=60.0)
        catalogue.want(clip_id)
        yield Bench(folders, catalogue, renderer, clip_id)


def test_the_small_copy_is_made_first_and_may_go_while_the_rendition_is_made(bench: Bench) -> None:
    assert bench.preparer.prepare(bench.clip_id) is not None
    ahead, whole = bench.ready
    assert (ahead.stage, ahead.rendition, ahead.small_copy is not None) == (Stage.PREPARING, None, True)
    assert bench.renderer.made == [f"{bench.clip_id}.mini.mp4", f"{bench.clip_id}.mp4"]
    assert (whole.stage, whole.small_copy) == (Stage.READY, ahead.small_copy)
    told = [(one.fraction, one.seconds_left) for one in bench.news if isinstance(one, Progress)]
    assert told == [(SMALL_SHARE / 2, None), (pytest.approx(SMALL_SHARE + (1 - SMALL_SHARE) / 2), 3.0)]


def test_a_small_copy_that_cannot_be_made_keeps_nothing_from_being_made(bench: Bench) -> None:
    bench.renderer.fails = True
    assert bench.preparer.prepare(bench.clip_id) is not None
    assert (bench.now.small_copy, bench.now.stage, bench.now.delivery.problem) == (None, Stage.READY, None)


def test_one_that_is_there_is_not_made_again(bench: Bench) -> None:
    bench.preparer.prepare(bench.clip_id)
    with bench.catalogue._change() as db:  # killed before the rendition was noted
        db.execute("DELETE FROM rendition")
    bench.catalogue.move(bench.clip_id, Stage.PREPARING)
    bench.preparer.prepare(bench.clip_id)
    assert [name.removeprefix(bench.clip_id) for name in bench.renderer.made] == [".mini.mp4", ".mp4", ".mp4"]


def test_an_edit_forgets_both_files(bench: Bench) -> None:
    bench.preparer.prepare(bench.clip_id)
    with bench.preparer.edit(bench.clip_id):
        bench.catalogue.set_keep(bench.clip_id, [KeptRange(1.0, 2.0)])
    assert (bench.now.small_copy, bench.now.rendition, bench.left) == (None, None, [])


def test_an_edit_in_the_middle_leaves_nothing_that_fits_no_longer(bench: Bench) -> None:
    def edit() -> None:
        with bench.preparer.edit(bench.clip_id):
            bench.catalogue.set_keep(bench.clip_id, [KeptRange(1.0, 2.0)])

    bench.renderer.during = edit
    assert bench.preparer.prepare(bench.clip_id) is None
    assert (bench.now.small_copy, bench.now.rendition, bench.left) == (None, None, [])


def test_what_a_killed_preparation_left_is_cleared_up(bench: Bench) -> None:
    bench.preparer.prepare(bench.clip_id)
    (bench.folders.renditions / f"{new_clip_id()}.mini.mp4").write_bytes(b"nobody's")
    SmallCopies(bench.folders.renditions, bench.catalogue).clear_up()
    assert bench.left == [".mini.mp4", ".mp4"]


def test_a_rendition_that_is_forgotten_takes_its_small_copy_with_it(bench: Bench) -> None:
    bench.preparer.prepare(bench.clip_id)
    bench.catalogue.forget_rendition(bench.clip_id, problem="It is gone.")
    assert bench.now.small_copy is None
