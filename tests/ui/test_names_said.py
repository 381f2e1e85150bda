"""“I said a name”, and the film strip seen closely: by mouse, touch and keys, at a real window over a real diary."""

import contextlib
import itertools
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from diary_app.clip import About, ClipId, KeptRange, Person
from diary_app.diary import Diary
from diary_app.folders import folders
from diary_app.playback import PlayerState
from tests.support.app_window import Someone
from tests.support.decoding import hear
from tests.support.portal_database import NAME
from tests.support.takes import RATE, make_sound, tone
from ui import name_words
from ui.place import HOME, Name, Place
from ui.strip_view import LEAST_S, StripView
from ui.trim import Trim
from ui.watch_back import WatchBack
from ui.widgets.handles import HANDLE_PX, Grip
from ui.widgets.strip import Strip

HOUR = 3600.0


@pytest.fixture(scope="module")
def two_minutes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sound alone: one steady note."""
    return make_sound(tmp_path_factory.mktemp("takes") / "note.m4a", tone(120.0))


def watch(someone: Someone, clip_id: ClipId) -> WatchBack:
    """Watch it back, with the take open and read."""
    someone.go(Place(Name.WATCH, clip_id))
    screen = someone.window.screen_shown
    assert isinstance(screen, WatchBack)
    someone.until(lambda: screen.strip.filled in ((24, True), (0, True)), what="the strip")
    return screen


def names(diary: Diary, clip_id: ClipId) -> list[tuple[float, float]]:
    return [(round(name.start_s, 2), round(name.end_s, 2)) for name in diary.clip(clip_id).names_said]


def say_at(someone: Someone, screen: WatchBack, at_s: float) -> None:
    """Stand at a moment, and press."""
    player = screen.view.player
    assert player is not None
    player.seek(at_s)
    someone.press("say-name")
    someone.until(lambda: someone.sees("name-done"), what="the bleep")


# -- the button -----------------------------------------------------------------------------------------------------


def test_a_name_is_placed_moved_taken_away_and_every_step_undone(
    someone: Someone, diary: Diary, clip_id: ClipId
) -> None:
    screen = watch(someone, clip_id)
    say_at(someone, screen, 3.0)
    (placed,) = names(diary, clip_id)
    assert placed[0] < 2.9
    assert placed[1] > 3.1
    assert someone.focused == "handle-name-start"
    assert someone.reads("kept-length") == name_words.HOW
    someone.key(Qt.Key.Key_Left, shift=True)
    (moved,) = names(diary, clip_id)
    assert moved == pytest.approx((placed[0] - 1.0, placed[1]), abs=0.011)
    someone.press("undo")
    assert names(diary, clip_id) == [placed]
    someone.press("redo")
    assert names(diary, clip_id) == [moved]
    someone.press("remove-name")
    assert names(diary, clip_id) == []
    assert someone.focused == "say-name"
    assert not someone.sees("name-0")
    QTest.keyClick(screen, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert names(diary, clip_id) == [moved]
    someone.press("undo")
    someone.press("undo")
    assert names(diary, clip_id) == [], "and the placing itself"
    someone.press("redo")
    someone.go(HOME)
    watch(someone, clip_id)
    assert someone.see("name-0").accessibleName().startswith("Name bleeped, from 2"), "it is kept"
    assert someone.reads("kept-length").endswith(name_words.COUNT.of(1))


def test_its_tag_is_pressed_and_its_handle_dragged_with_the_mouse(
    someone: Someone, diary: Diary, clip_id: ClipId
) -> None:
    diary.names.keep(clip_id, [KeptRange(2.0, 3.0), KeptRange(4.0, 4.5)])
    screen = watch(someone, clip_id)
    someone.press("name-1")
    assert screen.view.player is not None
    assert screen.view.player.position_s == pytest.approx(4.0, abs=0.05)
    handle = someone.see("handle-name-end")
    assert min(handle.width(), handle.height()) >= 48, "for a finger"
    middle = QPoint(HANDLE_PX // 2, 40)
    there = QPoint(round(screen.strip.x_of(5.0) - screen.strip.x_of(4.5)), 0)
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(handle, middle + there)
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=middle)
    assert names(diary, clip_id)[0] == (2.0, 3.0)
    assert names(diary, clip_id)[1] == pytest.approx((4.0, 5.0), abs=0.05)
    someone.press("name-done")
    assert someone.focused == "say-name"
    assert diary.clip(clip_id).keep == (), "what is kept is another matter"


def test_it_is_chosen_by_keyboard_and_neighbours_become_one(someone: Someone, diary: Diary, clip_id: ClipId) -> None:
    diary.names.keep(clip_id, [KeptRange(2.0, 2.6), KeptRange(3.0, 3.5)])
    watch(someone, clip_id)
    someone.tab_to("name-0")
    someone.key(Qt.Key.Key_Return)
    assert someone.focused == "handle-name-start"
    someone.tab_to("handle-name-end")
    someone.key(Qt.Key.Key_Right, shift=True)
    assert names(diary, clip_id) == [(2.0, 3.6)]
    assert someone.see("handle-name-end").accessibleName() == "End of the bleep, 3.6 seconds"
    someone.press("remove-name")
    assert names(diary, clip_id) == []


def test_pressed_while_playing_it_goes_into_the_file_and_to_the_moderator(
    joined: Someone, diary: Diary, own_data_folder: Path, two_minutes: Path
) -> None:
    clip_id = diary.add_file(two_minutes)
    screen = watch(joined, clip_id)
    player = screen.view.player
    assert player is not None
    player.seek(2.0)
    joined.press("play")
    joined.until(lambda: player.position_s > 2.8, what="it plays")
    joined.press("say-name")
    joined.until(lambda: bool(names(diary, clip_id)), what="the bleep")
    assert player.state is PlayerState.PLAYING
    assert not joined.sees("name-done"), "the next name may come at once"
    (told,) = diary.clip(clip_id).names_said
    assert told.end_s < player.position_s + 0.5
    diary.set_keep(clip_id, [KeptRange(1.0, told.end_s + 10.0)])
    diary.set_about(clip_id, About(title="A walk", people=(Person("Me", agrees=True),)))
    diary.send(clip_id)
    joined.until(lambda: diary.clip(clip_id).receipt is not None, what="the receipt")
    made = diary.clip(clip_id).rendition
    assert made is not None
    loud = np.fft.rfft(hear(made.path)[round((told.start_s - 1) * RATE) :][: RATE // 2])
    assert np.argmax(np.abs(loud)) * 2 == pytest.approx(1000, abs=4), "a bleep where the note of 220 Hz was"
    with contextlib.closing(sqlite3.connect(folders(str(own_data_folder)).practice_portal / NAME)) as rows:
        (found,) = rows.execute("SELECT names_said FROM portal_clip").fetchone()
    assert json.loads(found) == [pytest.approx([told.start_s - 1, told.end_s - 1], abs=0.01)]


# -- seen closely ---------------------------------------------------------------------------------------------------


def test_a_part_is_seen_large_and_read_anew(someone: Someone, diary: Diary, clip_id: ClipId) -> None:
    screen = watch(someone, clip_id)
    assert not someone.sees("overview")
    assert not someone.sees("closer"), "of six seconds everything is large enough"
    someone.tab_to("handle-end")
    someone.key(Qt.Key.Key_Plus)
    assert screen.strip.view.span_s == pytest.approx(3.0, abs=0.1)
    assert "You see 0:0" in someone.see("overview").accessibleName()
    someone.until(lambda: screen.strip.outline.close == 24, what="pictures of the part")
    someone.key(Qt.Key.Key_PageDown)
    assert screen.strip.view.shows(screen.strip.time_of(Grip.END)), "the view goes along"
    someone.key(Qt.Key.Key_Minus)
    assert screen.strip.view.is_whole
    assert not someone.sees("overview")


def test_buttons_for_it_come_with_a_long_take(someone: Someone, diary: Diary, two_minutes: Path) -> None:
    screen = watch(someone, diary.add_file(two_minutes))
    someone.press("closer")
    someone.press("closer")
    assert screen.strip.view.span_s == pytest.approx(30.0, abs=0.1)
    someone.press("see-whole")
    assert screen.strip.view.is_whole
    assert someone.focused == "closer", "the button that was pressed is gone"


@pytest.fixture
def hour(qapp: QApplication) -> Iterator[Strip]:
    """The strip of an hour on its own, as finely heard as it can be."""
    shown = Strip()
    shown.resize(948, 106)
    shown.show_take(HOUR, frame_s=1 / 30, read_only=False)
    shown.show_keep((KeptRange(0.0, HOUR),))
    shown.show()
    qapp.processEvents()
    yield shown
    shown.close()
    shown.deleteLater()


def turn(strip: Strip, at_x: float, clicks: int, modifier: Qt.KeyboardModifier) -> None:
    place, none = QPointF(at_x, 50.0), QPoint()
    angle = QPoint(0, 120 * clicks)
    buttons, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(place, strip.mapToGlobal(place), none, angle, buttons, modifier, phase, False)
    QApplication.sendEvent(strip, event)


def test_the_wheel_comes_closer_round_the_mouse(hour: Strip) -> None:
    before = hour.time_at(700.0)
    for _ in range(4):
        turn(hour, 700.0, 1, Qt.KeyboardModifier.ControlModifier)
    assert hour.view.span_s == pytest.approx(HOUR / 16)
    assert hour.time_at(700.0) == pytest.approx(before, abs=0.01)
    left = hour.view.left_s
    turn(hour, 700.0, -1, Qt.KeyboardModifier.ShiftModifier)
    assert hour.view.left_s > left, "along"
    turn(hour, 700.0, 1, Qt.KeyboardModifier.NoModifier)
    turn(hour, 700.0, -9, Qt.KeyboardModifier.ControlModifier)
    assert hour.view.is_whole


def test_two_fingers_come_closer_and_one_moves_a_handle(hour: Strip) -> None:
    screen = QTest.createTouchDevice()
    before = hour.time_at(474.0)
    fingers = QTest.touchEvent(hour, screen)
    for apart in (50, 75, 100, 200):
        if apart == 50:
            fingers.press(0, QPoint(474 - apart, 60), hour).press(1, QPoint(474 + apart, 60), hour).commit()
        fingers.move(0, QPoint(474 - apart, 60), hour).move(1, QPoint(474 + apart, 60), hour).commit()
    fingers.release(0, QPoint(274, 60), hour).release(1, QPoint(674, 60), hour).commit()
    assert hour.view.span_s == pytest.approx(HOUR / 4, rel=0.01)
    assert hour.time_at(474.0) == pytest.approx(before, abs=2.0)
    hour.see_all()
    moved: list[tuple[Grip, float]] = []
    settled: list[Grip] = []
    hour.moved.connect(lambda grip, at_s: moved.append((grip, at_s)))
    hour.settled.connect(settled.append)
    handle = hour.handle(Grip.START)
    finger = QTest.touchEvent(handle, screen)
    finger.press(2, QPoint(24, 40), handle).commit()
    finger.move(2, QPoint(124, 40), handle).commit()
    finger.release(2, QPoint(124, 40), handle).commit()
    assert {grip for grip, _ in moved} == {Grip.START}
    assert moved[-1][1] == pytest.approx(hour.time_at(hour.x_of(0.0) + 100), rel=0.01)
    assert settled == [Grip.START]
    moved.clear()
    finger = QTest.touchEvent(hour, screen)
    finger.press(3, QPoint(400, 60), hour).commit()
    finger.release(3, QPoint(400, 60), hour).commit()
    assert {grip for grip, _ in moved} == {Grip.PLACE}
    assert moved[-1][1] == pytest.approx(hour.time_at(400.0))


def test_what_plays_stays_in_sight(hour: Strip) -> None:
    hour.closer(60)
    for at_s in (10.0, 59.0, 61.0, 3000.0):
        hour.show_place(at_s)
        assert hour.view.shows(at_s)
        assert hour.view.span_s == pytest.approx(60.0)


def test_handles_of_a_short_stretch_never_stand_on_each_other(hour: Strip) -> None:
    hour.show_names((KeptRange(1800.0, 1800.6),), chosen=0)
    hour.show_closely(1800.0, 1800.6)
    start, end = (hour.handle(grip).geometry() for grip in (Grip.NAME_START, Grip.NAME_END))
    assert not start.intersects(end)
    assert hour.rect().contains(start)
    assert hour.rect().contains(end)
    assert hour.tag(0).width() >= 48


def test_a_view_never_leaves_the_take() -> None:
    view = StripView.whole(100.0)
    for times, at_s in itertools.product((0.1, 2.0, 1e6), (0.0, 33.0, 100.0)):
        for start in (view, view.zoomed(8.0, 90.0)):
            closer = start.zoomed(times, at_s).moved(40.0).holding(at_s)
            assert closer.left_s >= 0
            assert closer.right_s <= 100.0 + 1e-9
            assert closer.shows(at_s)
            assert closer.span_s >= LEAST_S


# -- the trim -------------------------------------------------------------------------------------------------------


def test_a_name_and_a_cut_are_steps_of_one_history() -> None:
    trim = Trim.of((), seconds=10.0, frame_s=0.04)
    named = trim.say_name(KeptRange(2.0, 3.0))
    cut = named.start_here(1.0).say_name(KeptRange(2.9, 4.0))
    assert (cut.names, cut.chosen) == ((KeptRange(2.0, 4.0),), 0)
    assert cut.undo().names == (KeptRange(2.0, 3.0),)
    assert cut.undo().undo().edit == named.edit
    assert cut.undo().undo().undo().edit == trim.edit
    assert cut.move_name_start(9.0).names == (KeptRange(3.9, 4.0),), "never past its end"
    assert cut.move_name_end(99.0).settle().names == (KeptRange(2.0, 10.0),)
    assert cut.unsay_name().names == ()
