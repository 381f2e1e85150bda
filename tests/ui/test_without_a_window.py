"""Closing the window while a clip waits: the question, what goes on without it, and its rules, at a real window."""

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox

from capture.state import Idle, Recording, Wish
from diary_app.catalogue import Catalogue
from diary_app.clip import ClipId, Receipt, Stage
from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.news import News, Progress
from diary_app.start_at_login import EntryFile
from tests.support.app_window import DEMO, OUTSIDE, Someone, recording
from tests.support.diary_files import add_ready_clip
from ui import background_words as words
from ui.awake import Vigil
from ui.bridge import Bridge
from ui.caretaker import UNSEEN_S, Caretaker
from ui.design import PRIMARY, Shade
from ui.desk import Desk, Wanted
from ui.endings import Endings
from ui.first import Knock
from ui.life import AfterClosing, Life
from ui.on_its_way import Notice
from ui.place import Name, Place
from ui.remembered import Remembered
from ui.window import Window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)


@dataclass
class FakeTray:
    """A tray that keeps what it is told."""

    on_open: Callable[[], None]
    on_end: Callable[[], None]
    shown: bool = False
    line: str = ""
    lines: list[str] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)
    linger_ms: int = 0

    def show(self) -> None:
        self.shown = True

    def hide(self) -> None:
        self.shown = False

    def say(self, line: str) -> None:
        self.line = line
        self.lines.append(line)

    def tell(self, notice: Notice) -> None:
        self.told.append(notice)


@dataclass
class FakeAwake:
    """Says whether it is held."""

    held: bool = False

    def hold(self) -> None:
        self.held = True

    def let_go(self) -> None:
        self.held = False


class House:
    """A caretaker with everything around it."""

    def __init__(self, diary: Diary, data: Path) -> None:
        self.diary, self.data = diary, data
        self.remembered = Remembered(data)
        self.entry = EntryFile(data / "at-login", b"start it")
        self.awake = FakeAwake()
        self.trays: list[FakeTray] = []
        self.ended = False
        self.later_s = 0.0
        self.keeper = Caretaker(
            diary,
            self.remembered,
            open_window=self._open,
            make_tray=self._tray,
            at_login=self.entry,
            awake=self.awake,
            end=self._end,
            wanted=DEMO,
            now=lambda: time.monotonic() + self.later_s,
        )

    def _open(self, wanted: Wanted) -> Window:
        return Window(Desk(self.diary, Bridge(self.diary), Remembered(self.data), wanted, OUTSIDE), shade=Shade.LIGHT)

    def _tray(self, on_open: Callable[[], None], on_end: Callable[[], None]) -> FakeTray:
        self.trays.append(FakeTray(on_open, on_end))
        return self.trays[-1]

    def _end(self) -> None:
        self.ended = True

    @property
    def tray(self) -> FakeTray:
        return self.trays[-1]

    @property
    def has_window(self) -> bool:
        return self.keeper.window is not None

    def someone(self) -> Someone:
        assert self.keeper.window is not None
        return Someone(self.keeper.window)

    def until(self, true: Callable[[], bool]) -> None:
        ends = time.monotonic() + 30.0
        while not true():
            assert time.monotonic() < ends, f"waited in vain; the app is {self.keeper.state}"
            QTest.qWait(10)

    def close(self) -> None:
        """As the cross at the corner does."""
        self.someone().window.close()
        QApplication.processEvents()

    def write(self, change: Callable[[Catalogue], None]) -> None:
        """As another process of the app does."""
        catalogue = Catalogue(Folders(self.data).catalogue)
        try:
            change(catalogue)
        finally:
            catalogue.close()

    def news(self, news: News) -> None:
        """As a part of the app that works in the background."""
        self.diary._tell(news)

    def arrive(self, clip_id: ClipId) -> None:
        receipt = Receipt(clip_id, "0" * 64, 1000, "2026-01-01T00:00:00+00:00", "http://x")
        self.write(lambda catalogue: catalogue.set_receipt(receipt))
        self.keeper.look()


@pytest.fixture
def house(qapp: QApplication, diary: Diary, own_data_folder: Path) -> Iterator[House]:
    """The app, joined to a portal that nobody ever asks for anything."""
    assert qapp
    (own_data_folder / "settings.json").write_text(
        '{"portal": {"url": "http://127.0.0.1:9", "name": "Portal", "practice": false, "account": "x"}}'
    )
    made = House(diary, own_data_folder)
    yield made
    made.keeper.end()
    QTest.qWait(1)


@pytest.fixture
def clip_id(own_data_folder: Path, house: House, rng: random.Random) -> ClipId:
    """A clip that is ready and wanted; nothing is running that would send it."""
    made: list[ClipId] = []
    folders = Folders(own_data_folder)
    house.write(lambda catalogue: made.append(add_ready_clip(folders, catalogue, size=1000, rng=rng).clip_id))
    return made[0]


def test_with_nothing_to_send_closing_ends_it(house: House) -> None:
    house.keeper.start(background=False)
    house.close()
    house.until(lambda: house.ended)
    assert not house.has_window
    assert not house.tray.told


def test_the_question_by_keyboard_and_its_answer_is_remembered(house: House, clip_id: ClipId) -> None:
    house.keeper.start(background=False)
    someone = house.someone()
    someone.window.set_scale(2.0)
    someone.window.resize(1024, 600)
    house.close()
    first, second = someone.see("close-go-on"), someone.see("close-end")
    someone.settle()
    for button in (first, second):
        assert isinstance(button, QAbstractButton)
        assert button.height() >= PRIMARY
        assert button.width() >= button.sizeHint().width(), "no word is cut off"
        corner = button.mapTo(someone.window, QPoint(0, button.height()))
        assert corner.y() <= someone.window.height()
    assert someone.focused == "close-go-on"
    someone.key(Qt.Key.Key_Escape)
    house.until(lambda: house.keeper.state is Life.OPEN)
    assert house.remembered.after_closing is AfterClosing.ASK
    house.close()
    someone.tab_to("close-end")
    someone.tab_to("close-go-on")
    someone.key(Qt.Key.Key_Return)
    house.until(lambda: house.keeper.state is Life.AWAY)
    assert not house.has_window
    assert Remembered(house.data).after_closing is AfterClosing.GO_ON
    house.tray.on_open()
    house.someone().window.set_scale(1.0)
    house.close()
    house.until(lambda: house.keeper.state is Life.AWAY)
    assert not house.ended


def test_it_goes_on_says_what_became_of_it_and_ends(house: House, clip_id: ClipId) -> None:
    house.remembered.after_closing = AfterClosing.GO_ON
    house.keeper.start(background=False)
    house.close()
    house.until(lambda: house.tray.line == words.WAITING.of(1))
    assert house.tray.shown
    house.arrive(clip_id)
    house.until(lambda: house.ended)
    assert house.tray.told == [Notice("“Tuesday’s walk” has arrived", words.ARRIVED_WHY)]
    assert not house.tray.shown


def test_what_needs_somebody_is_said_and_nobody_waits_for_it(house: House, clip_id: ClipId) -> None:
    house.keeper.start(background=True)
    house.until(lambda: house.tray.line == words.WAITING.of(1))
    house.diary.sending.hold(clip_id)
    house.until(lambda: house.ended)
    assert house.tray.told == [Notice("“Tuesday’s walk” needs you", words.NEEDS_YOU_WHY)]


def test_where_nobody_sees_it_and_nothing_moves_it_ends_and_comes_back_after_a_sign_in(
    house: House, clip_id: ClipId
) -> None:
    house.keeper.start(background=True)
    house.until(lambda: house.tray.line == words.WAITING.of(1))
    tray = house.tray
    tray.linger_ms = 10
    house.later_s = UNSEEN_S + 1
    house.keeper.look()
    assert not house.ended, "there is an icon, at which it can be seen and stopped"
    house.news(Progress(clip_id, Stage.SENDING, 0.4))
    house.until(lambda: "40%" in "".join(tray.lines))
    tray.linger_ms = 0
    house.keeper.look()
    assert not house.ended, "it has just got further"
    assert not house.entry.path.exists(), "nobody asked for it"
    tray.linger_ms = 10
    tray.lines.clear()
    house.later_s *= 2
    house.news(Progress(clip_id, Stage.SENDING, 0.4))
    house.until(lambda: "40%" in "".join(tray.lines))
    tray.linger_ms = 0
    house.keeper.look()
    house.until(lambda: house.ended)
    assert house.entry.path.exists()
    assert tray.told == []


def test_news_while_there_is_no_window(house: House, clip_id: ClipId, own_data_folder: Path) -> None:
    second: list[ClipId] = []
    folders = Folders(own_data_folder)
    house.write(lambda it: second.append(add_ready_clip(folders, it, size=9, rng=random.Random(1)).clip_id))
    house.keeper.start(background=True)
    house.arrive(second[0])
    assert not house.tray.told, "one of two"
    house.write(lambda catalogue: catalogue.move(second[0], Stage.SENT_BACK, note="Please say who is in it."))
    house.diary.sending.send_now(clip_id)  # any news has the clips looked at
    house.until(lambda: bool(house.tray.told))
    assert house.tray.told == [Notice("“Tuesday’s walk” was sent back to you", "Please say who is in it.")]
    house.tray.on_end()
    assert house.ended


def test_another_start_brings_the_window_back_with_the_devices_it_names(house: House, clip_id: ClipId) -> None:
    house.keeper.start(background=True)
    assert house.keeper.knocked(Knock(window=False)) == ""
    assert not house.has_window
    assert house.keeper.knocked(Knock()) == words.IN_FRONT
    first = house.someone().window
    assert first.isVisible()
    assert not house.tray.shown
    assert house.keeper.knocked(Knock(camera="Other camera")) == words.IN_FRONT
    assert house.someone().window is not first
    assert house.someone().window.desk.wanted == Wanted("Other camera")
    house.close()
    house.someone().see("close-go-on")
    house.keeper.knocked(Knock(camera="Third"))
    house.until(lambda: not house.someone().sees("close-go-on"))
    house.close()
    assert house.someone().see("close-go-on"), "the question comes again"


def test_recording_keeps_awake_and_ends_with_the_window(house: House, clip_id: ClipId) -> None:
    house.remembered.after_closing = AfterClosing.GO_ON
    house.keeper.start(background=False)
    someone = house.someone()
    recording(someone, house.diary)
    house.until(lambda: house.awake.held)
    assert house.keeper.knocked(Knock(camera="Other")) == words.NOT_WHILE_RECORDING
    house.close()
    assert house.keeper.state is Life.OPEN, "the question about the recording comes first"
    someone.press("close-stop")
    house.until(lambda: house.keeper.state is Life.AWAY)
    house.until(lambda: isinstance(house.diary.recorder_state, Idle))
    house.until(lambda: not house.awake.held)
    assert house.diary.clips()[0].stage is Stage.SAVED


def test_the_system_ends_the_session_while_something_is_recorded(house: House) -> None:
    house.keeper.start(background=False)
    recording(house.someone(), house.diary)
    house.keeper.make_take_safe()
    assert isinstance(house.diary.recorder_state, Idle)
    assert house.diary.clips()[0].stage is Stage.SAVED


def test_the_rules_are_chosen_with_the_keyboard(house: House, clip_id: ClipId) -> None:
    house.keeper.start(background=False)
    someone = house.someone()
    someone.go(Place(Name.CLIPS))
    rule = someone.see("after-closing")
    assert isinstance(rule, QComboBox)
    assert rule.currentText() == words.RULE_ASK
    someone.tab_to("send-speed")
    someone.key(Qt.Key.Key_Tab)
    assert someone.focused == "after-closing"
    someone.key(Qt.Key.Key_Down)
    assert Remembered(house.data).after_closing is AfterClosing.GO_ON
    someone.tab_to("at-login")
    someone.key(Qt.Key.Key_Space)
    house.until(house.entry.path.exists)
    house.arrive(clip_id)
    house.until(lambda: not house.entry.path.exists())
    (house.data / "window.ini").unlink()
    (house.data / "window.ini").mkdir()
    someone.press("at-login")
    assert "could not be kept" in someone.reads("clips-banner-what")
    tick = someone.see("at-login")
    assert isinstance(tick, QAbstractButton)
    assert tick.isChecked(), "it is still as it was kept"


def test_awake_exactly_while_a_take_is_open(tmp_path: Path) -> None:
    awake = FakeAwake()
    vigil = Vigil(awake)
    for state, held in ((Recording(Wish(None, None), tmp_path), True), (Idle(), False)):
        vigil.see(state)
        assert awake.held == held


def test_the_window_comes_back_where_it_was(house: House, clip_id: ClipId) -> None:
    house.remembered.after_closing = AfterClosing.GO_ON
    house.keeper.start(background=False)
    house.someone().window.resize(720, 510)
    house.someone().settle()
    house.close()
    house.until(lambda: house.keeper.state is Life.AWAY)
    house.tray.on_open()
    assert (house.someone().window.width(), house.someone().window.height()) == (720, 510)


def test_what_is_remembered_and_damaged_counts_as_nothing(own_data_folder: Path) -> None:
    own_data_folder.mkdir()
    (own_data_folder / "window.ini").write_text("[General]\nplace=%%%\nafter_closing=perhaps\nat_login=7\n")
    found = Remembered(own_data_folder)
    assert found.place.isEmpty()
    assert found.after_closing is AfterClosing.ASK
    assert not found.at_login


@pytest.mark.skipif(sys.platform == "win32", reason="there, no process can send this signal to itself")
def test_a_signal_is_heard_while_nothing_happens(qapp: QApplication) -> None:
    asked: list[str] = []
    endings = Endings(qapp, make_safe=lambda: asked.append("safe"), end=lambda: asked.append("end"))
    before = signal.getsignal(signal.SIGTERM)
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        ends = time.monotonic() + 30.0
        while not asked and time.monotonic() < ends:
            QTest.qWait(10)
    finally:
        endings.close()
    assert asked == ["end"]
    assert signal.getsignal(signal.SIGTERM) is not before
