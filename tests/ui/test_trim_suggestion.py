"""Watch it back offers to cut the quiet parts off: once, without being in anybody's way, and it can be undone."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication

from capture.model import SOUND_RATE
from diary_app.clip import ClipId, KeptRange, Stage
from diary_app.diary import Diary
from diary_app.editing.errors import WorldError
from diary_app.folders import Folders, folders
from tests.support.app_window import Someone, open_window
from tests.support.speech_samples import recorded, room, sentences, silence
from tests.support.takes import make_sound
from tests.ui.test_screens_after import move
from ui import words
from ui.design import SCALES, TARGET
from ui.place import HOME, Name, Place
from ui.suggestion import in_words
from ui.watch_back import WatchBack

FOUND = KeptRange(1.7, 4.2)
WHOLE_S = 6.0


class SuggestingDiary(Diary):
    """A diary that finds what a test wants it to find, when the test wants it."""

    def __init__(self, place: Folders) -> None:
        super().__init__(place)
        self.found: KeptRange | None = FOUND
        self.broken = False
        self.may_find = threading.Event()
        self.may_find.set()
        self.searches = 0

    def suggest_trim(self, clip_id: ClipId, stop: threading.Event) -> KeptRange | None:
        self.searches += 1
        while not self.may_find.wait(0.01) and not stop.is_set():
            pass
        if self.broken:
            raise WorldError("The memory stick is gone.")
        return self.found


@pytest.fixture
def diary(own_data_folder: Path) -> Iterator[SuggestingDiary]:
    """A diary that suggests FOUND."""
    made = SuggestingDiary(folders(str(own_data_folder)))
    yield made
    made.close()


@pytest.fixture
def offered(someone: Someone, clip_id: ClipId) -> Someone:
    """Someone at Watch it back, who is offered the cut."""
    open_take(someone, clip_id)
    someone.see("suggestion")
    return someone


def open_take(someone: Someone, clip_id: ClipId) -> WatchBack:
    someone.go(Place(Name.WATCH, clip_id))
    screen = someone.window.screen_shown
    assert isinstance(screen, WatchBack)
    someone.until(lambda: screen.strip.filled == (24, True), what="all errands have come back")
    return screen


def leave_and_come_back(someone: Someone, clip_id: ClipId) -> None:
    someone.go(HOME)
    open_take(someone, clip_id)
    someone.settle()


def test_it_is_offered_in_words_and_changes_nothing_by_itself(offered: Someone, diary: Diary, clip_id: ClipId) -> None:
    said = offered.reads("suggestion-what")
    assert said == words.SUGGEST.format(before="2 seconds", after="2 seconds")
    assert said in offered.see("suggestion-yes").accessibleName()
    assert offered.reads("suggestion-yes") == words.SUGGEST_YES
    assert offered.focused == "play", "whoever is about to press Play is not disturbed"
    assert diary.clip(clip_id).keep == ()
    offered.press("cut-bit")
    assert not offered.sees("suggestion"), "whoever trims needs no offer"
    offered.press("leave-bit")
    assert not offered.sees("suggestion")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (KeptRange(3.7, WHOLE_S), words.SUGGEST_START.format(before="4 seconds")),
        (KeptRange(0.0, 1.0), words.SUGGEST_END.format(after="6 seconds")),
        (KeptRange(64.7, 70.0), words.SUGGEST_START.format(before="1 minute 5 seconds")),
    ],
)
def test_one_end_alone_is_said_so(found: KeptRange, said: str) -> None:
    assert in_words(found, max(WHOLE_S, found.end_s)) == said


def test_it_is_taken_and_one_undo_brings_everything_back(offered: Someone, diary: Diary, clip_id: ClipId) -> None:
    offered.press("suggestion-yes")
    assert diary.clip(clip_id).keep == (FOUND,)
    assert not offered.sees("suggestion")
    offered.press("undo")
    assert diary.clip(clip_id).keep == ()
    offered.press("redo")
    assert diary.clip(clip_id).keep == (FOUND,)
    offered.press("undo")
    leave_and_come_back(offered, clip_id)
    assert not offered.sees("suggestion"), "it was answered"


def test_it_is_taken_by_keyboard(offered: Someone, diary: Diary, clip_id: ClipId) -> None:
    offered.tab_to("suggestion-yes")
    offered.key(Qt.Key.Key_Space)
    assert diary.clip(clip_id).keep == (FOUND,)
    assert offered.focused == "play"


def test_what_was_declined_is_not_offered_again(
    offered: Someone, diary: SuggestingDiary, clip_id: ClipId, six_seconds: Path
) -> None:
    offered.tab_to("suggestion-no")
    offered.key(Qt.Key.Key_Return)
    assert not offered.sees("suggestion")
    assert offered.focused == "play"
    assert diary.clip(clip_id).keep == ()
    leave_and_come_back(offered, clip_id)
    assert not offered.sees("suggestion")
    assert diary.searches == 1


def test_whoever_has_begun_to_trim_is_not_asked(someone: Someone, diary: SuggestingDiary, clip_id: ClipId) -> None:
    diary.may_find.clear()
    someone.go(Place(Name.WATCH, clip_id))
    someone.tab_to("handle-end")
    someone.key(Qt.Key.Key_Left, shift=True)
    diary.may_find.set()
    let_errands_end(someone)
    assert not someone.sees("suggestion")
    someone.press("undo")
    assert not someone.sees("suggestion")


def let_errands_end(someone: Someone) -> None:
    """Everything that was looked for has been found."""
    someone.until(lambda: not any(thread.name == "errand" for thread in threading.enumerate()), what="all errands")
    someone.settle()


def test_a_take_that_was_trimmed_already_or_is_on_its_way_is_not_searched(
    someone: Someone, diary: SuggestingDiary, own_data_folder: Path, clip_id: ClipId
) -> None:
    diary.set_keep(clip_id, (KeptRange(1.0, 5.0),))
    open_take(someone, clip_id)
    diary.set_keep(clip_id, ())
    move(own_data_folder, clip_id, Stage.PREPARING)
    leave_and_come_back(someone, clip_id)
    assert diary.searches == 0


def test_nothing_found_or_a_search_that_fails_says_nothing(
    someone: Someone, diary: SuggestingDiary, clip_id: ClipId
) -> None:
    diary.found = None
    open_take(someone, clip_id)
    let_errands_end(someone)
    assert not someone.sees("suggestion")
    diary.broken = True
    leave_and_come_back(someone, clip_id)
    let_errands_end(someone)
    assert not someone.sees("suggestion")
    assert not someone.sees("watch-banner")
    assert diary.searches == 2


def test_what_is_found_too_late_is_for_nobody(someone: Someone, diary: SuggestingDiary, clip_id: ClipId) -> None:
    diary.may_find.clear()
    someone.go(Place(Name.WATCH, clip_id))
    someone.see("handle-start")
    someone.go(HOME)
    let_errands_end(someone)
    assert not someone.sees("suggestion")


def test_playing_goes_on_while_it_is_offered(someone: Someone, diary: SuggestingDiary, clip_id: ClipId) -> None:
    diary.may_find.clear()
    someone.go(Place(Name.WATCH, clip_id))
    someone.see("handle-start")
    someone.press("play")
    diary.may_find.set()
    someone.see("suggestion")
    assert someone.reads("play") == words.PAUSE_PLAY
    someone.press("play")


@pytest.mark.parametrize(("size", "scale"), [((480, 320), SCALES[0]), ((1024, 600), SCALES[-1])])
def test_nothing_of_it_is_cut_off_where_there_is_little_room(
    someone: Someone, clip_id: ClipId, size: tuple[int, int], scale: float
) -> None:
    someone.window.set_scale(scale)
    someone.window.resize(*size)
    screen = open_take(someone, clip_id)
    someone.see("suggestion")
    someone.settle()
    page, viewport = screen.widget(), screen.viewport()
    assert page is not None
    assert page.width() <= viewport.width()
    for name in ("suggestion-yes", "suggestion-no", "play", "use-this"):
        control = someone.see(name)
        assert control.height() >= TARGET
        screen.ensureWidgetVisible(control)
        QApplication.processEvents()
        box = QRect(control.mapTo(viewport, QPoint(0, 0)), control.size())
        assert viewport.rect().adjusted(-1, -1, 1, 1).contains(box), f"{name} {box} {viewport.rect()}"
    said = someone.see("suggestion-what")
    assert said.height() >= said.heightForWidth(said.width())


def test_real_words_are_found_by_the_real_detector(qapp: QApplication, tmp_path: Path, own_data_folder: Path) -> None:
    sound = np.concatenate([silence(3.0), sentences()[1], silence(4.0)])
    take = make_sound(tmp_path / "take.mp4", recorded(room(sound, np.random.default_rng(1))))
    ends_s = 3.0 + len(sentences()[1]) / SOUND_RATE
    with closing(Diary(folders(str(own_data_folder)))) as diary:
        clip_id = diary.add_file(take)
        assert diary.suggest_trim(clip_id, threading.Event()) is None, "no model is loaded yet"
        diary.start_background()
        with open_window(diary, own_data_folder) as someone:
            someone.until(lambda: diary.suggest_trim(clip_id, threading.Event()) is not None, what="the model")
            someone.go(Place(Name.WATCH, clip_id))
            someone.press("suggestion-yes")
            (kept,) = diary.clip(clip_id).keep
    assert 2.4 <= kept.start_s <= 3.0
    assert ends_s <= kept.end_s <= ends_s + 1.0
