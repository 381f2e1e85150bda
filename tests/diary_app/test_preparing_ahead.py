"""What is made while the form is filled in: begun early, in nobody's way, of use or gone; and nothing of it leaves."""

import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from diary_app import preparing
from diary_app.catalogue import Catalogue
from diary_app.clip import About, Clip, ClipId, KeptRange, Kind, Person, Preset, Rendition, Stage, new_clip_id
from diary_app.diary import Diary
from diary_app.editing.errors import EditRefused, EditStopped
from diary_app.editing.probe import probe
from diary_app.folders import Folders
from diary_app.news import MadeAhead, News, Progress
from diary_app.preparing import QUIET_S, Preparer
from tests.support.takes import Look, make_take, ticking
from tests.support.wait import until


@dataclass
class Renderer:
    """Stands in for the child process: it makes a rendition when it is let go, and notes what it was asked."""

    begun: list[tuple[str, Preset]] = field(default_factory=list)
    stopped: list[Preset] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)
    fails: bool = False

    def __call__(
        self,
        take: Path,
        out: Path,
        *,
        preset: Preset,
        on_progress: Callable[[float, float | None], None],
        stop: threading.Event,
        **_more: object,
    ) -> Rendition:
        self.begun.append((take.stem, preset))
        while not self.go.is_set():
            on_progress(0.5, None)
            if stop.wait(0.01):
                self.stopped.append(preset)
                raise EditStopped
        if self.fails:
            raise EditRefused("It cannot be made. Your recording is safe.")
        out.write_bytes(preset.value.encode())
        return Rendition(out, "0" * 64, len(preset.value), 3.0)

    @property
    def presets(self) -> list[Preset]:
        return [preset for _, preset in self.begun]


@dataclass
class Clock:
    """Stands still until somebody moves it; counts who looks."""

    at_s: float = 100.0
    looks: int = 0

    def __call__(self) -> float:
        self.looks += 1
        return self.at_s


@dataclass
class Bench:
    """A running preparer over a catalogue with one saved clip, and a renderer that waits."""

    folders: Folders
    catalogue: Catalogue
    renderer: Renderer
    clock: Clock = field(default_factory=Clock)
    news: list[News] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.preparer = Preparer(
            self.folders, self.catalogue, on_news=self.news.append, on_ready=self.ready.set, clock=self.clock
        )
        self.clip_id = self.add()
        self.preparer.start()

    def add(self, kind: Kind = Kind.VIDEO) -> ClipId:
        clip_id = new_clip_id()
        take = self.folders.takes / f"{clip_id}.mp4"
        take.write_bytes(b"the take")
        self.catalogue.add(clip_id, kind=kind, take=take, stage=Stage.SAVED, seconds=3.0)
        return clip_id

    def now(self, clip_id: ClipId | None = None) -> Clip:
        return self.catalogue.clip(clip_id or self.clip_id)

    def choose(self, about: About, clip_id: ClipId | None = None) -> None:
        """As the form keeps an answer."""
        with self.preparer.edit(clip_id or self.clip_id):
            self.catalogue.set_about(clip_id or self.clip_id, about)

    def send(self, clip_id: ClipId | None = None) -> None:
        self.catalogue.try_again(clip_id or self.clip_id)
        self.catalogue.want(clip_id or self.clip_id)
        self.preparer.wake()

    def begins(self, count: int) -> None:
        until(lambda: len(self.renderer.begun) == count, what=f"renderer {count}")

    def look(self) -> None:
        """The preparer has looked for what is expected, at least once from now on."""
        enough = self.clock.looks + 4  # it looks at the clock twice in each round

        def looked() -> bool:
            self.preparer.wake()
            return self.clock.looks >= enough

        until(looked, what="a look")

    @property
    def left(self) -> list[str]:
        return sorted(path.name for path in self.folders.renditions.iterdir() if path.suffix != ".lock")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    renderer = Renderer()
    monkeypatch.setattr(preparing, "render_apart", renderer)
    folders = Folders(tmp_path / "data").make()
    catalogue = Catalogue(folders.catalogue)
    made = Bench(folders, catalogue, renderer)
    yield made
    made.preparer.close()
    catalogue.close()


ANN = (Person("Ann", agrees=True),)


def test_it_is_made_before_send_and_nobody_sees_anything_of_it(bench: Bench) -> None:
    bench.preparer.expect(bench.clip_id)
    bench.renderer.go.set()
    until(lambda: bench.now().rendition is not None, what="the rendition")
    bench.look()
    assert bench.now().stage is Stage.SAVED
    assert {type(item) for item in bench.news} <= {MadeAhead}, "for who wants to watch it first"
    assert not bench.ready.is_set()
    bench.send()
    assert bench.now().stage is Stage.READY, "Send finds it ready, at once"
    assert bench.ready.is_set()
    assert len(bench.renderer.begun) == 1
    assert not [item for item in bench.news if isinstance(item, Progress)], "it never said Preparing"


def test_send_in_the_middle_goes_on_with_what_was_begun(bench: Bench) -> None:
    bench.preparer.expect(bench.clip_id)
    bench.begins(1)
    bench.preparer.expect(None)  # the form is left with Send
    assert {type(item) for item in bench.news} <= {MadeAhead}, "for who wants to watch it first"
    bench.send()
    assert bench.now().stage is Stage.PREPARING
    until(lambda: any(isinstance(item, Progress) for item in bench.news), what="how far it is")
    bench.renderer.go.set()
    assert bench.ready.wait(20)
    assert bench.now().stage is Stage.READY
    assert (len(bench.renderer.begun), bench.renderer.stopped) == (1, [])


def test_clicking_through_the_sizes_stops_one_and_begins_one(bench: Bench) -> None:
    bench.preparer.expect(bench.clip_id)
    bench.begins(1)
    for preset in (Preset.SMALLER, Preset.BEST, Preset.NORMAL, Preset.SMALLER):
        bench.choose(About("Walk", preset=preset))
        bench.clock.at_s += QUIET_S / 2
    until(lambda: bench.renderer.stopped == [Preset.NORMAL], what="the first one to stop")
    bench.look()
    assert bench.renderer.presets == [Preset.NORMAL], "the form was not quiet for long enough"
    bench.clock.at_s += QUIET_S
    bench.preparer.wake()
    bench.begins(2)
    bench.renderer.go.set()
    until(lambda: bench.now().rendition is not None, what="the rendition")
    assert bench.renderer.presets == [Preset.NORMAL, Preset.SMALLER]
    assert bench.left == [f"{bench.clip_id}.mp4"]


@pytest.mark.parametrize("made", [False, True])
@pytest.mark.parametrize("change", ["cut", "clean", "title of a video"])
def test_only_what_it_depends_on_makes_it_of_no_use(bench: Bench, change: str, made: bool) -> None:
    bench.preparer.expect(bench.clip_id)
    if made:
        bench.renderer.go.set()
        until(lambda: bench.now().rendition is not None, what="the rendition")
        bench.renderer.go.clear()
    else:
        bench.begins(1)
    with bench.preparer.edit(bench.clip_id):
        if change == "cut":
            bench.catalogue.set_keep(bench.clip_id, [KeptRange(0.0, 1.0)])
        else:
            bench.catalogue.set_about(bench.clip_id, About("Walk", people=ANN))
            if change == "clean":
                bench.catalogue.set_about(bench.clip_id, About("Walk", people=ANN, clean_sound=True))
    if change == "title of a video":
        bench.renderer.go.set()
        until(lambda: bench.now().rendition is not None, what="the rendition")
        assert (len(bench.renderer.begun), bench.renderer.stopped) == (1, [])
        return
    assert bench.left == []
    bench.clock.at_s += QUIET_S
    until(lambda: bool(made or bench.renderer.stopped), what="the first one to stop")
    bench.preparer.wake()
    bench.begins(2)


def test_a_sound_clip_waits_for_its_title(bench: Bench) -> None:
    song = bench.add(Kind.SOUND)
    bench.preparer.expect(song)
    bench.look()
    assert bench.renderer.begun == []
    bench.choose(About("Our song"), song)
    bench.clock.at_s += QUIET_S
    bench.preparer.wake()
    bench.begins(1)


def test_leaving_the_form_lets_it_end_and_begins_no_other(bench: Bench) -> None:
    bench.preparer.expect(bench.clip_id)
    bench.begins(1)
    bench.preparer.expect(None)
    bench.renderer.go.set()
    until(lambda: bench.now().rendition is not None, what="the rendition")
    bench.choose(About(preset=Preset.BEST))
    assert (bench.left, len(bench.renderer.begun)) == ([], 1)


def test_it_gives_way_to_what_is_wanted_and_to_another_form(bench: Bench) -> None:
    other = bench.add()
    bench.preparer.expect(bench.clip_id)
    bench.begins(1)
    bench.send(other)
    bench.begins(2)
    bench.renderer.go.set()
    assert bench.ready.wait(20)
    until(lambda: bench.now().rendition is not None, what="the first one, after all")
    assert [take for take, _ in bench.renderer.begun] == [bench.clip_id, other, bench.clip_id]
    third, fourth = bench.add(), bench.add()
    bench.renderer.go.clear()
    bench.preparer.expect(third)
    bench.begins(4)
    bench.preparer.expect(None)
    bench.preparer.make_way(third)
    assert len(bench.renderer.stopped) == 1, "its own form does not disturb it"
    bench.preparer.make_way(fourth)
    until(lambda: len(bench.renderer.stopped) == 2, what="it to give way")


def test_what_is_ready_does_not_wait_for_what_is_being_prepared(bench: Bench) -> None:
    bench.preparer.expect(bench.clip_id)
    bench.renderer.go.set()
    until(lambda: bench.now().rendition is not None, what="the rendition")
    bench.renderer.go.clear()
    long = bench.add()
    bench.send(long)
    bench.begins(2)
    bench.send()
    assert (bench.now().stage, bench.now(long).stage) == (Stage.READY, Stage.PREPARING)


def test_binning_and_closing_leave_nothing(bench: Bench) -> None:
    bench.preparer.expect(bench.clip_id)
    bench.begins(1)
    bench.preparer.drop(bench.clip_id)
    assert bench.renderer.stopped == [Preset.NORMAL], "the take is let go when drop() returns"
    other = bench.add()
    bench.preparer.expect(other)
    bench.begins(2)
    bench.preparer.close()
    assert (len(bench.renderer.stopped), bench.left) == (2, [])
    assert bench.now(other).stage is Stage.SAVED


def test_a_change_at_the_last_moment_never_meets_the_rendition_from_before(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The part that was cut out must not be sent because the file was finished in the same moment."""
    note = bench.catalogue.set_rendition
    cutting: list[threading.Thread] = []

    def cut() -> None:
        with bench.preparer.edit(bench.clip_id):
            bench.catalogue.set_keep(bench.clip_id, [KeptRange(0.0, 1.0)])

    def note_late(clip_id: ClipId, rendition: Rendition) -> None:
        thread = threading.Thread(target=cut)
        thread.start()
        cutting.append(thread)
        thread.join(0.3)  # without the guard the cut is kept before the rendition is noted
        note(clip_id, rendition)

    monkeypatch.setattr(bench.catalogue, "set_rendition", note_late)
    bench.preparer.expect(bench.clip_id)
    bench.renderer.go.set()
    until(lambda: bool(cutting), what="the rendition to be noted")
    cutting[0].join()
    assert bench.now().keep
    assert (bench.now().rendition, bench.left) == (None, [])


def test_a_failure_ahead_is_said_only_when_send_is_pressed(bench: Bench) -> None:
    bench.renderer.fails = True
    bench.renderer.go.set()
    bench.preparer.expect(bench.clip_id)
    bench.begins(1)
    bench.look()
    assert bench.now().delivery.problem is None
    assert len(bench.renderer.begun) == 1, "it is not tried again and again"
    bench.send()
    until(lambda: bench.now().delivery.held, what="the sentence")
    assert bench.now().delivery.problem == "It cannot be made. Your recording is safe."
    assert len(bench.renderer.begun) == 2


def test_not_one_byte_leaves_before_send(
    tmp_path: Path, own_data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Catalogue] = []
    queue = Catalogue.queue

    def ask(catalogue: Catalogue) -> list[Clip]:
        asked.append(catalogue)
        return queue(catalogue)

    monkeypatch.setattr(Catalogue, "queue", ask)
    film = make_take(tmp_path / "film.mp4", ticking(30), look=Look(width=160, height=90))
    with socket.create_server(("127.0.0.1", 0)) as portal:
        folders = Folders(own_data_folder).make()
        place = {"url": f"http://127.0.0.1:{portal.getsockname()[1]}", "name": "x", "practice": False, "account": "x"}
        folders.settings.write_text(json.dumps({"portal": place}))
        portal.setblocking(False)
        diary = Diary(folders)
        try:
            diary.start_background()
            clip_id = diary.add_file(Path(shutil.copy(film, tmp_path / "Walk.mp4")))
            diary.set_about(clip_id, About("Walk", people=ANN, preset=Preset.SMALLER))
            diary.prepare_ahead(clip_id)
            until(lambda: diary.clip(clip_id).rendition is not None, what="the rendition")
            rendition = diary.clip(clip_id).rendition
            assert rendition is not None
            assert probe(rendition.path).seconds == pytest.approx(1.0, abs=0.1)
            before = len(asked)
            diary.post_room.wake()
            until(lambda: len(asked) > before, what="the uploader to look")
            with pytest.raises(BlockingIOError):
                portal.accept()
            diary.send(clip_id)
            portal.settimeout(20)
            portal.accept()[0].close()  # and now it is asked: this test would see it
        finally:
            diary.close()
