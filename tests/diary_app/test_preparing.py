"""The renderer's thread: what is wanted is prepared, a crash is resumed, and what cannot be prepared says why."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from capture.devices import DEMO_MICROPHONE
from capture.state import Ready, Wish
from diary_app import preparing
from diary_app.catalogue import Catalogue
from diary_app.clip import About, Clip, KeptRange, Kind, Preset, Rendition, Stage, new_clip_id
from diary_app.diary import Diary, Refused
from diary_app.editing.errors import EditStopped
from diary_app.editing.probe import probe
from diary_app.editing.render_child import RendererDied
from diary_app.folders import Folders
from diary_app.news import ClipChanged, News, Progress
from diary_app.preparing import Preparer
from tests.support.takes import make_take, ticking
from tests.support.wait import until


@dataclass
class Bench:
    """A preparer over a catalogue with one saved take of three seconds."""

    folders: Folders
    catalogue: Catalogue
    clip: Clip
    news: list[News] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)

    def preparer(self) -> Preparer:
        return Preparer(self.folders, self.catalogue, on_news=self.news.append, on_ready=self.ready.set)

    def now(self) -> Clip:
        return self.catalogue.clip(self.clip.clip_id)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_take(tmp_path_factory.mktemp("film") / "film.mp4", ticking(90))


@pytest.fixture
def bench(tmp_path: Path, film: Path) -> Iterator[Bench]:
    folders = Folders(tmp_path / "data").make()
    catalogue = Catalogue(folders.catalogue)
    clip_id = new_clip_id()
    take = Path(shutil.copy(film, folders.takes / f"{clip_id}.mp4"))
    clip = catalogue.add(clip_id, kind=Kind.VIDEO, take=take, stage=Stage.SAVED, seconds=3.0)
    yield Bench(folders, catalogue, clip)
    catalogue.close()


def test_a_wanted_clip_is_prepared_and_handed_on(bench: Bench) -> None:
    bench.catalogue.set_keep(bench.clip.clip_id, [KeptRange(1.0, 2.5)])
    preparer = bench.preparer()
    preparer.start()
    assert not bench.ready.wait(0.3), "nobody pressed Send yet"
    bench.catalogue.want(bench.clip.clip_id)
    preparer.wake()
    assert bench.ready.wait(120)
    preparer.close()
    clip = bench.now()
    assert clip.stage is Stage.READY
    assert clip.rendition is not None
    assert abs(probe(clip.rendition.path).seconds - 1.5) < 0.1
    assert ClipChanged(clip.clip_id) in bench.news
    assert [item for item in bench.news if isinstance(item, Progress)]


@pytest.mark.parametrize("stage", [Stage.SAVED, Stage.PREPARING])
def test_what_a_crash_left_unfinished_is_done_at_the_next_start(bench: Bench, stage: Stage) -> None:
    bench.catalogue.want(bench.clip.clip_id)
    bench.catalogue.move(bench.clip.clip_id, stage)
    preparer = bench.preparer()
    preparer.start()
    assert bench.ready.wait(120)
    preparer.close()
    assert bench.now().stage is Stage.READY


def test_a_take_that_is_gone_is_said_and_the_clip_held(bench: Bench) -> None:
    bench.clip.take.unlink()
    bench.catalogue.want(bench.clip.clip_id)
    preparer = bench.preparer()
    assert preparer.prepare(bench.clip.clip_id) is None
    clip = bench.now()
    assert clip.stage is Stage.SAVED
    assert clip.delivery.held
    assert clip.delivery.problem
    assert list(bench.folders.renditions.iterdir()) == []


def test_a_crash_just_before_it_was_handed_on_makes_nothing_twice(bench: Bench) -> None:
    bench.catalogue.want(bench.clip.clip_id)
    bench.catalogue.move(bench.clip.clip_id, Stage.PREPARING)
    made = Rendition(bench.folders.renditions / f"{bench.clip.clip_id}.mp4", "0" * 64, 4, 3.0)
    bench.catalogue.set_rendition(bench.clip.clip_id, made)
    for name in (f"{bench.clip.clip_id}.lock", ".diary-0123456789ab.part", ".diary-0123456789ab.part.m4a"):
        (bench.folders.renditions / name).write_bytes(b"left")
    preparer = bench.preparer()
    preparer.start()
    assert bench.ready.wait(120)
    preparer.close()
    assert bench.now().stage is Stage.READY
    assert bench.now().rendition == made
    assert list(bench.folders.renditions.iterdir()) == []


@pytest.mark.parametrize("deaths", [1, 2])
def test_a_renderer_that_died_is_given_one_more_chance(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, deaths: int
) -> None:
    left = [RendererDied("It broke off. Your recording is safe.")] * deaths

    def render(_take: Path, out: Path, **_more: object) -> Rendition:
        if left:
            raise left.pop()
        return Rendition(out, "0" * 64, 4, 3.0)

    monkeypatch.setattr(preparing, "render_apart", render)
    monkeypatch.setattr(preparing, "BREATH_S", 0.0)
    bench.catalogue.want(bench.clip.clip_id)
    made = bench.preparer().prepare(bench.clip.clip_id)
    clip = bench.now()
    assert left == []
    if deaths == 1:
        assert (made, clip.stage) == (clip.rendition, Stage.READY)
    else:
        assert (made, clip.stage, clip.delivery.held) == (None, Stage.SAVED, True)
        assert clip.delivery.problem == "It broke off. Your recording is safe."


def test_the_diary_has_it_rest_while_a_take_is_recorded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[threading.Event] = []

    def nothing(*_: object, rest: threading.Event, **_more: object) -> Rendition:
        rests.append(rest)
        raise EditStopped

    monkeypatch.setattr(preparing, "render_apart", nothing)
    diary = Diary(bench.folders)
    try:
        with pytest.raises(Refused):
            diary.deliver(bench.clip.clip_id, patience_s=0.0)
        diary.prepare(Wish(None, DEMO_MICROPHONE))
        until(lambda: isinstance(diary.recorder_state, Ready), what="the microphone")
        assert not rests[0].is_set()
        diary.start(Kind.SOUND)
        until(rests[0].is_set, what="the renderer to rest")
        diary.stop()
        until(lambda: not rests[0].is_set(), what="the renderer to go on")
    finally:
        diary.close()


def test_closing_in_the_middle_leaves_nothing_half_made(bench: Bench) -> None:
    bench.catalogue.set_about(bench.clip.clip_id, About("x", preset=Preset.SMALLER))
    bench.catalogue.want(bench.clip.clip_id)
    preparer = bench.preparer()
    preparer.start()
    until(lambda: bench.now().stage is Stage.PREPARING, what="the work to begin")
    preparer.close()
    clip = bench.now()
    if clip.rendition is None:  # it was stopped, not quicker than we
        assert [path.suffix for path in bench.folders.renditions.iterdir()] in ([], [".lock"])


def test_an_edit_during_the_work_makes_it_begin_again(bench: Bench) -> None:
    class EditsOnce(list[News]):
        def append(self, item: News) -> None:
            super().append(item)
            if isinstance(item, Progress) and not bench.now().keep:
                bench.catalogue.set_keep(bench.clip.clip_id, [KeptRange(0.0, 1.0)])

    bench.news = EditsOnce()
    bench.catalogue.want(bench.clip.clip_id)
    preparer = bench.preparer()
    preparer.start()
    assert bench.ready.wait(120)
    preparer.close()
    rendition = bench.now().rendition
    assert rendition is not None
    assert abs(rendition.seconds - 1.0) < 0.1
