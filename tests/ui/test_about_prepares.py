"""About it: while the form is filled in the clip is prepared, after its promises, and Send finds it ready."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from diary_app import preparing
from diary_app.clip import Clip, ClipId, Preset, Rendition, Stage
from diary_app.diary import Diary
from diary_app.editing.errors import EditStopped
from diary_app.promises import Promise, Promises
from tests.support.app_window import Someone
from ui.journey import Mark
from ui.place import Name, Place
from ui.sending import Sending


@dataclass
class Work:
    """What was worked out and made, in order; the renderer waits until it is let go."""

    done: list[str] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)

    def promise(self, _clip: Clip, *, stop: threading.Event) -> Iterator[tuple[Preset, Promise]]:
        for preset in Preset:
            self.done.append(f"promise {preset}")
            yield preset, Promise(5_000_000, 30.0)

    def render(
        self,
        _take: Path,
        out: Path,
        *,
        preset: Preset,
        on_progress: Callable[[float, float | None], None],
        stop: threading.Event,
        **_more: object,
    ) -> Rendition:
        self.done.append(f"render {preset}")
        while not self.go.is_set():
            on_progress(0.5, 10.0)
            if stop.wait(0.01):
                raise EditStopped
        out.write_bytes(b"made")
        return Rendition(out, "0" * 64, 4, 6.0)


@pytest.fixture
def work(diary: Diary, monkeypatch: pytest.MonkeyPatch) -> Work:
    made = Work()
    monkeypatch.setattr(preparing, "render_apart", made.render)
    monkeypatch.setattr(preparing, "QUIET_S", 0.0)
    monkeypatch.setattr(Promises, "of", staticmethod(made.promise))
    diary._preparer.start()
    return made


def test_it_is_prepared_after_the_promises_and_again_for_another_size(
    someone: Someone, diary: Diary, clip_id: ClipId, work: Work
) -> None:
    someone.go(Place(Name.ABOUT, clip_id))
    someone.until(lambda: "render normal" in work.done, what="the preparation")
    assert work.done == ["promise smaller", "promise normal", "promise best", "render normal"]
    someone.press("preset-smaller")
    someone.until(lambda: work.done[-1] == "render smaller", what="the other size")
    work.go.set()
    someone.until(lambda: diary.clip(clip_id).rendition is not None, what="the rendition")
    someone.write("title", "Garden")
    someone.press("agree-0")
    someone.press("send")
    someone.arrives(Name.SENDING)
    assert diary.clip(clip_id).stage is Stage.READY
    screen = someone.window.screen_shown
    assert isinstance(screen, Sending)
    assert screen.way["stage-ready"].mark is Mark.DONE, "it does not say Preparing"
    assert len(work.done) == 5, "a title does not make it begin again"
