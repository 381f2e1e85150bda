"""The booth at its real window: strangers who keep, bin, try again and walk away, on the practice devices."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessibleAnnouncementEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from capture.devices import DEMO_CAMERA, DEMO_MICROPHONE
from capture.state import Idle
from diary_app.booth import nouns as n
from diary_app.booth.machine import ASK_S
from diary_app.booth.pin import FREE_TRIES
from diary_app.booth.sheet import Here, Tally
from diary_app.clip import Audience, Kind, Person, Preset, Stage
from diary_app.folders import folders
from diary_app.news import Devices
from diary_app.settings import pin_hash
from tests.support.booth_window import SETTINGS, AtBooth, open_booth
from tests.support.helpful_diary import HelpfulDiary
from ui import announce, booth_pages
from ui import booth_words as words
from ui.booth_gesture import CORNER_PX, ESCAPES
from ui.booth_take import left_words
from ui.booth_voice import SystemVoice

NO_DEVICES = Devices((), ())
SOUND_ALONE = Devices((), (DEMO_MICROPHONE,))
CORNER = QPoint(5, 5)
BOTH = Devices((DEMO_CAMERA,), (DEMO_MICROPHONE,))


@pytest.fixture
def diary(own_data_folder: Path) -> Iterator[HelpfulDiary]:
    """A diary whose devices and disk are what a test wants; nothing runs in its background."""
    made = HelpfulDiary(folders(str(own_data_folder)))
    yield made
    made.close()


@pytest.fixture
def booth(diary: HelpfulDiary, own_data_folder: Path) -> Iterator[AtBooth]:
    """The booth, just opened."""
    with open_booth(diary, own_data_folder) as opened:
        yield opened


def listen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that a screen reader is asked to say from now on."""
    said: list[str] = []

    class Listener:
        @staticmethod
        def updateAccessibility(event: QAccessibleAnnouncementEvent) -> None:
            said.append(event.message())

    monkeypatch.setattr(announce, "QAccessible", Listener)
    return said


# -- visitors -------------------------------------------------------------------------------------------------------


def test_by_keyboard_alone_a_stranger_keeps_what_they_said(
    booth: AtBooth, diary: HelpfulDiary, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = listen(monkeypatch)
    booth.arrives(n.Attract)
    booth.key(Qt.Key.Key_Space)
    assert booth.is_at(n.Question())
    assert said[-1].startswith(SETTINGS.question), "a screen reader reads the question"
    booth.key(Qt.Key.Key_Return)
    assert " ".join(booth.shell.visits.words.paragraphs) in said[-1]
    assert isinstance(diary.recorder_state, Idle), "no camera before the yes"
    booth.tab_to("first-name")
    QTest.keyClicks(booth.see("first-name"), "Ann")
    booth.tab_to("agree")
    booth.key(Qt.Key.Key_Space)
    booth.arrives(n.Recording)
    quiet_from = len(said)
    booth.record(diary)
    assert booth.reads("time-left") == "1 minute left"
    booth.key(Qt.Key.Key_Space)
    booth.arrives(n.Choice)
    assert words.CHOICE in said[quiet_from], "nothing is said into the take"
    booth.tab_to("choice-keep")
    booth.key(Qt.Key.Key_Space)
    booth.arrives(n.Thanks)
    assert booth.reads("thanks-heading") == words.THANKS[n.Outcome.KEEP]
    (clip,) = diary.clips()
    about = clip.about
    assert (clip.kind, clip.wanted, about.people) == (Kind.VIDEO, True, (Person("Ann", agrees=True),))
    assert (about.title, about.preset) == ("Care Day 2026: Monday 2 November, 19:30", Preset.SMALLER)
    assert about.audience is Audience.TEAM
    booth.until(lambda: isinstance(diary.recorder_state, Idle), what="the camera is off")
    booth.idle()
    assert booth.is_at(n.Attract())
    field = booth.window.findChild(QLineEdit, "first-name")
    assert isinstance(field, QLineEdit)
    assert field.text() == "", "the next visitor has another name"


def test_another_try_and_the_bin_leave_nothing_and_are_counted(booth: AtBooth, diary: HelpfulDiary) -> None:
    booth.agree()
    booth.record(diary)
    first = booth.finish()
    booth.press("choice-again")
    booth.record(diary)
    second = booth.finish()
    assert second.visit != first.visit
    booth.press("choice-bin")
    booth.arrives(n.Thanks)
    assert booth.reads("thanks-why") == words.THANKS_WHY[n.Outcome.BIN]
    assert diary.clips() == []
    assert booth.shell.visits.sheet().today == Tally(0, 2)


def test_whoever_walks_away_in_the_midst_is_waited_for_and_nothing_is_sent(booth: AtBooth, diary: HelpfulDiary) -> None:
    booth.agree()
    booth.record(diary)
    booth.shell.post(n.Recorded(0.0))  # the time is up, nobody has touched anything
    booth.arrives(n.Choice)
    booth.idle()
    assert booth.sees("choice-still")
    assert booth.shell.patience.interval() == ASK_S * 1000
    booth.key(Qt.Key.Key_Shift)
    assert not booth.sees("choice-still"), "any key says that somebody is there"
    booth.idle()
    booth.idle()
    assert booth.is_at(n.Attract())
    (clip,) = diary.clips()
    assert (clip.wanted, clip.stage) == (False, Stage.SAVED)
    assert booth.shell.visits.sheet().today == Tally(0, 0, {Here.UNDECIDED: 1})


def test_a_booth_that_is_shut_in_the_midst_of_a_take_opens_again_with_it_undecided(
    diary: HelpfulDiary, own_data_folder: Path
) -> None:
    with open_booth(diary, own_data_folder) as booth:
        booth.agree()
        booth.record(diary)
    diary.close()
    again = HelpfulDiary(folders(str(own_data_folder)))
    try:
        with open_booth(again, own_data_folder) as booth:
            booth.arrives(n.Attract)
            sheet = booth.shell.visits.sheet()
            assert sheet.today == Tally(0, 0, {Here.UNDECIDED: 1})
            ((visit, clip),) = sheet.undecided
            assert clip.about.people == (Person(words.ME, agrees=True),)
            assert booth.shell.visits.journal.read().visits[visit].recorded
    finally:
        again.close()


def test_without_a_camera_it_records_voices(diary: HelpfulDiary, own_data_folder: Path) -> None:
    diary.listed = SOUND_ALONE
    with open_booth(diary, own_data_folder) as booth:
        booth.agree()
        booth.record(diary)
        booth.finish()
    assert [clip.kind for clip in diary.clips()] == [Kind.SOUND]


# -- out of order ---------------------------------------------------------------------------------------------------


def test_it_says_what_is_missing_and_mends_itself(diary: HelpfulDiary, own_data_folder: Path) -> None:
    diary.listed, diary.room_s = NO_DEVICES, 1e6
    with open_booth(diary, own_data_folder) as booth:
        booth.until(lambda: booth.is_at(n.OutOfOrder(n.Why.NO_MICROPHONE)), what="no microphone")
        assert booth.reads("out-why") == words.OUT_WHY[n.Why.NO_MICROPHONE]
        booth.shell.take_devices(BOTH)
        assert booth.is_at(n.Attract())
        diary.room_s = 30.0
        booth.idle()
        assert booth.is_at(n.OutOfOrder(n.Why.NO_ROOM))
        assert not booth.sees("begin")
        diary.room_s = 1e6
        booth.idle()
        assert booth.is_at(n.Attract())


def test_a_yes_that_cannot_be_written_down_lets_nothing_be_recorded(
    booth: AtBooth, diary: HelpfulDiary, own_data_folder: Path
) -> None:
    booth.arrives(n.Attract)
    (own_data_folder / "booth").write_bytes(b"a file in place of the folder")
    booth.agree()
    booth.arrives(n.OutOfOrder)
    assert diary.clips() == []
    assert isinstance(diary.recorder_state, Idle)


# -- looks ----------------------------------------------------------------------------------------------------------


def test_the_lines_follow_each_other_unless_less_motion_is_asked_for(
    booth: AtBooth, monkeypatch: pytest.MonkeyPatch
) -> None:
    booth.arrives(n.Attract)
    page = booth.window.attract
    seen = []
    for _ in words.ATTRACT_LINES:
        seen.append([line.text() for line in page.lines if line.isVisible()])
        page.loop.timeout.emit()
    assert seen == [[line] for line in words.ATTRACT_LINES]
    monkeypatch.setattr(booth_pages, "motion_is_reduced", lambda: True)
    page.show_state(n.Attract())
    assert all(line.isVisible() for line in page.lines)
    assert not page.loop.isActive()


def test_the_time_left_is_said_in_steps() -> None:
    assert [left_words(left) for left in (90.0, 81.0, 80.0, 61.2, 10.0, 9.1, 0.4, -3)] == [
        "1 minute 30 seconds left",
        "1 minute 30 seconds left",
        "1 minute 20 seconds left",
        "1 minute 10 seconds left",
        "10 seconds left",
        "10 seconds left",
        "1 second left",
        "0 seconds left",
    ]


# -- the voice ------------------------------------------------------------------------------------------------------


def test_the_words_are_read_aloud_and_never_into_a_take(booth: AtBooth) -> None:
    booth.arrives(n.Attract)
    booth.press("begin")
    booth.press("next")
    booth.press("read")
    assert booth.voice.said == ["\n".join(booth.shell.visits.words.paragraphs)]
    assert booth.reads("read") == words.STOP_READING
    booth.voice.over[0]()
    assert booth.reads("read") == words.READ
    booth.press("read")
    booth.press("agree")
    assert booth.voice.said[-1] == "", "silent before the devices open"
    assert isinstance(booth.state, n.Opening)


def test_where_the_computer_has_no_voice_nothing_offers_one(diary: HelpfulDiary, own_data_folder: Path) -> None:
    with open_booth(diary, own_data_folder, speaks=False) as booth:
        booth.arrives(n.Attract)
        booth.press("begin")
        booth.press("next")
        assert booth.sees("agree")
        assert not booth.sees("read")


def test_a_system_without_speech_dispatcher_has_no_voice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPEECHD_CMD", "/bin/false")
    monkeypatch.setenv("SPEECHD_ADDRESS", f"unix_socket:{tmp_path}/nobody")
    voice = SystemVoice()
    assert not voice.speaks
    voice.hush()


# -- staff ----------------------------------------------------------------------------------------------------------


def by_escape(booth: AtBooth) -> None:
    for number in range(ESCAPES):
        assert not isinstance(booth.state, n.Leaving), number
        booth.key(Qt.Key.Key_Escape)


def by_corner(booth: AtBooth) -> None:
    QTest.mousePress(booth.window, Qt.MouseButton.LeftButton, pos=CORNER)
    assert booth.window.gesture.hold.isActive()
    booth.window.gesture.hold.timeout.emit()
    QTest.mouseRelease(booth.window, Qt.MouseButton.LeftButton, pos=CORNER)


def by_closing(booth: AtBooth) -> None:
    booth.window.close()
    assert booth.window.isVisible()


def test_every_way_out_leads_to_the_pin(diary: HelpfulDiary, own_data_folder: Path) -> None:
    with open_booth(diary, own_data_folder, settings=replace(SETTINGS, pin=pin_hash("2468"))) as booth:
        booth.arrives(n.Attract)
        for way in (by_escape, by_corner, by_closing):
            way(booth)
            assert booth.is_at(n.Leaving())
            booth.press("pin-back")
            assert booth.is_at(n.Attract())


def test_a_short_touch_of_the_corner_and_four_escapes_are_nothing(booth: AtBooth) -> None:
    booth.arrives(n.Attract)
    QTest.mousePress(booth.window, Qt.MouseButton.LeftButton, pos=CORNER)
    QTest.mouseRelease(booth.window, Qt.MouseButton.LeftButton, pos=CORNER)
    assert not booth.window.gesture.hold.isActive()
    QTest.mousePress(booth.window, Qt.MouseButton.LeftButton, pos=QPoint(CORNER_PX + 1, 5))
    assert not booth.window.gesture.hold.isActive()
    for _ in range(ESCAPES - 1):
        booth.key(Qt.Key.Key_Escape)
    booth.window.gesture.forget.timeout.emit()
    booth.key(Qt.Key.Key_Escape)
    assert not isinstance(booth.state, n.Leaving)


def wrong_again(booth: AtBooth, before: int) -> bool:
    return booth.window.door.wrong > before


def enter_pin(booth: AtBooth, pin: str) -> None:
    for digit in pin:
        booth.press(f"pin-{digit}")
    booth.press("pin-ok")


def test_a_wrong_pin_waits_and_the_right_one_opens_the_sheet(
    diary: HelpfulDiary, own_data_folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "sheet.txt"
    settings = replace(SETTINGS, pin=pin_hash("2468"))
    left: list[bool] = []
    with open_booth(diary, own_data_folder, settings=settings, save_to=file) as booth:
        booth.window.on_left = lambda: left.append(True)
        booth.arrives(n.Attract)
        by_closing(booth)
        for _ in range(FREE_TRIES + 1):
            before = booth.window.door.wrong
            enter_pin(booth, "1111")
            booth.until(partial(wrong_again, booth, before), what="judged")
        assert booth.reads("pin-said") == words.PIN_WAIT.format(time="5 seconds")
        enter_pin(booth, "2468")
        assert booth.is_at(n.Leaving()), "not even the right one, before the time"
        booth.clock.now_s += 6
        enter_pin(booth, "2468")
        booth.arrives(n.Staff)
        assert not booth.sees("no-pin")
        booth.press("save-sheet")
        booth.until(lambda: booth.sees("staff-told"), what="saved")
        assert "0 recorded = 0 received + 0 still here + 0 binned" in file.read_text(encoding="utf-8")
        booth.press("leave-booth")
        assert left == [True]


def test_staff_decide_what_a_visitor_left(booth: AtBooth, diary: HelpfulDiary) -> None:
    booth.agree()
    booth.record(diary)
    visit = booth.finish().visit
    booth.idle()
    booth.idle()
    by_closing(booth)
    booth.arrives(n.Staff)
    assert booth.sees("no-pin"), "no PIN is set, and that is said"
    booth.press(f"bin-{visit}")
    assert booth.reads(f"bin-{visit}") == words.BIN_NOW
    assert len(diary.clips()) == 1, "not by one press"
    booth.press(f"bin-{visit}")
    booth.until(lambda: not booth.sees(f"bin-{visit}"), what="the list is shorter")
    assert booth.reads("staff-sum") == "1 recorded = 0 received + 0 still here + 1 binned"
    assert diary.clips() == []
    assert QApplication.focusWidget() is booth.see("staff-back")
    booth.idle()
    assert booth.is_at(n.Attract()), "staff who forget to go back do it too"
