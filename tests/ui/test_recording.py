"""Recording: the state in words, scrapping, what goes wrong and who is told first; at a real window over real takes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication

from capture.clock import Clock
from capture.devices import DEMO_CAMERA, DEMO_MICROPHONE
from capture.picture_coach import PictureHint
from capture.sound_guard import SoundTrouble
from capture.state import Device, Paused, Recording, Wish, lost_sentence
from diary_app import diary as diary_module
from diary_app.clip import Stage
from diary_app.diary import Diary
from diary_app.folders import folders
from diary_app.news import RecorderTrouble
from tests.support.app_window import Someone, open_window, recording
from tests.support.helpful_diary import HelpfulDiary
from tests.support.scripted_devices import ScriptedDevices
from ui import announce, words
from ui.place import Name

BANNER = "recording-banner"


class ScriptedOpener(ScriptedDevices):
    """Opens the scripted devices, whichever were chosen."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.camera, self.microphone = self.open_camera, self.open_microphone


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> list[ScriptedOpener]:
    """The devices of the next diary, whose plugs a test can pull."""
    made: list[ScriptedOpener] = []

    def opener(clock: Clock) -> ScriptedOpener:
        made.append(ScriptedOpener(clock))
        return made[-1]

    monkeypatch.setattr(diary_module, "Opener", opener)
    return made


@pytest.fixture
def helpful(devices: list[ScriptedOpener], own_data_folder: Path) -> Iterator[HelpfulDiary]:
    """A diary on scripted devices, whose guard and coach say what a test wants."""
    made = HelpfulDiary(folders(str(own_data_folder)))
    yield made
    made.close()


@pytest.fixture
def speaker(qapp: QApplication, helpful: HelpfulDiary, own_data_folder: Path) -> Iterator[Someone]:
    """Someone who is being recorded."""
    with open_window(helpful, own_data_folder) as person:
        recording(person, helpful)
        yield person


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a screen reader is asked to say."""
    said: list[str] = []

    class Listener:
        @staticmethod
        def updateAccessibility(event: QAccessibleAnnouncementEvent) -> None:
            said.append(event.message())

    monkeypatch.setattr(announce, "QAccessible", Listener)
    return said


def test_recording_is_a_word_a_shape_and_a_time_and_pause_says_so(someone: Someone, diary: Diary) -> None:
    screen = recording(someone, diary)
    assert someone.reads("recording-word") == words.RECORDING
    assert someone.focused == "stop"
    someone.until(lambda: screen.preview.picture is not None, what="a picture")
    someone.until(lambda: someone.reads("safe-line") == words.SAFE_NOW, what="the disk is up to date")
    someone.press("pause")
    someone.until(lambda: someone.reads("recording-word") == words.PAUSED, what="paused")
    assert someone.reads("safe-line") == words.PAUSED_LINE
    someone.press("pause")
    someone.until(lambda: someone.reads("recording-word") == words.RECORDING, what="recording again")
    someone.press("stop")
    someone.arrives(Name.WATCH)


def test_escape_never_ends_a_recording_and_closing_asks(someone: Someone, diary: Diary) -> None:
    recording(someone, diary)
    someone.key(Qt.Key.Key_Escape)
    assert someone.at is Name.RECORDING
    assert not someone.sees("back")
    someone.window.close()
    someone.until(lambda: someone.focused == "close-stay", what="the question")
    someone.press("close-stay")
    assert someone.window.isVisible()
    assert isinstance(diary.recorder_state, Recording)
    someone.window.close()
    someone.press("close-stop")
    someone.until(lambda: not someone.window.isVisible(), what="the window closes")
    someone.until(lambda: diary.clips()[0].stage is Stage.SAVED, what="the take is kept")


# -- scrapping ------------------------------------------------------------------------------------------------------


def test_scrapping_asks_in_its_place_while_the_recording_goes_on(speaker: Someone, helpful: HelpfulDiary) -> None:
    speaker.press("scrap")
    assert speaker.focused == "scrap-ask-no"
    assert speaker.reads("scrap-ask-what") == words.SCRAP_ASK_ALL
    assert speaker.sees("stop")
    asked_s = helpful.recorded_s()
    speaker.until(lambda: helpful.recorded_s() > asked_s + 0.5, what="the recording goes on")
    speaker.key(Qt.Key.Key_Escape)
    assert not speaker.sees("scrap-ask")
    assert (speaker.at, speaker.focused) == (Name.RECORDING, "stop")
    assert helpful.recorded_s() > asked_s


def test_what_is_scrapped_is_gone_from_the_take_and_said(
    speaker: Someone, helpful: HelpfulDiary, spoken: list[str]
) -> None:
    speaker.until(lambda: helpful.recorded_s() > 3, what="three seconds")
    speaker.tab_to("scrap")
    speaker.key(Qt.Key.Key_Space)
    speaker.tab_to("scrap-ask-yes")
    speaker.key(Qt.Key.Key_Space)
    speaker.until(lambda: text(speaker) == words.SCRAPPED_ALL, what="the answer")
    assert speaker.reads(f"{BANNER}-safe") == words.SCRAPPED_GOES_ON
    assert any(words.SCRAPPED_ALL in said for said in spoken)
    assert helpful.recorded_s() < 3
    assert speaker.focused == "stop"
    speaker.until(lambda: text(speaker) != words.SCRAPPED_ALL, what="it goes by itself")
    speaker.until(lambda: helpful.recorded_s() > 0.5, what="the take goes on")
    speaker.press("stop")
    speaker.arrives(Name.WATCH)
    assert helpful.clips()[0].stage is Stage.SAVED


def test_scrapping_all_while_paused_and_stopping_leads_back_to_get_ready(
    speaker: Someone, helpful: HelpfulDiary
) -> None:
    speaker.press("pause")
    speaker.until(lambda: isinstance(helpful.recorder_state, Paused), what="paused")
    speaker.press("scrap")
    speaker.press("scrap-ask-yes")
    speaker.until(lambda: text(speaker) == words.SCRAPPED_ALL, what="the answer")
    assert speaker.reads(f"{BANNER}-safe") == words.SCRAPPED_PAUSED
    speaker.press("stop")
    speaker.arrives(Name.GET_READY)
    speaker.until(lambda: speaker.sees("get-ready-banner"), what="why")
    assert speaker.reads("get-ready-banner-what") == words.NOTHING_RECORDED
    assert helpful.clips() == []


# -- what goes wrong ------------------------------------------------------------------------------------------------


def text(someone: Someone) -> str:
    """What the banner says; empty while it is hidden."""
    return someone.reads(f"{BANNER}-what") if someone.sees(BANNER) else ""


def test_trouble_with_the_sound_comes_before_hints_and_both_go_by_themselves(
    speaker: Someone, helpful: HelpfulDiary, spoken: list[str]
) -> None:
    helpful.hint = PictureHint.TOO_FAR
    speaker.until(lambda: text(speaker) == "You are far away.", what="the hint")
    helpful.trouble = SoundTrouble.UNHEARD
    speaker.until(lambda: text(speaker) == "We can’t hear you.", what="the trouble")
    assert speaker.focused == "stop"
    assert whole(speaker, "stop")
    assert any(said.startswith("We can’t hear you.") for said in spoken)
    helpful.trouble = None
    speaker.until(lambda: text(speaker) == "You are far away.", what="the hint is back")
    helpful.hint = None
    speaker.until(lambda: not text(speaker), what="nothing is wrong")


def whole(someone: Someone, name: str) -> bool:
    """True when all of it is seen."""
    found = someone.see(name)
    return found.visibleRegion().boundingRect() == QRect(QPoint(0, 0), found.size())


@pytest.mark.parametrize(("scale", "size"), [(1.0, (683, 384)), (2.0, (1024, 600)), (2.0, (1280, 800))])
def test_stop_is_in_sight_whatever_is_said_on_a_small_screen_and_with_large_words(
    speaker: Someone, helpful: HelpfulDiary, scale: float, size: tuple[int, int]
) -> None:
    speaker.window.set_scale(scale)
    speaker.window.resize(*size)
    speaker.settle()
    assert whole(speaker, "stop")
    helpful.trouble = SoundTrouble.UNHEARD
    speaker.until(lambda: speaker.sees(BANNER), what="the trouble")
    speaker.settle()
    assert whole(speaker, "stop")
    speaker.press("scrap")
    speaker.settle()
    assert [name for name in ("stop", "scrap-ask-no", "scrap-ask-yes") if not whole(speaker, name)] == []
    speaker.press("scrap-ask-yes")
    speaker.until(lambda: text(speaker) == words.SCRAPPED_ALL, what="the answer")
    speaker.settle()
    assert [name for name in ("stop", BANNER) if not whole(speaker, name)] == []
    speaker.window.set_scale(1.0)


def test_nothing_is_said_about_the_sound_while_paused(speaker: Someone, helpful: HelpfulDiary) -> None:
    helpful.trouble = SoundTrouble.SILENT
    speaker.until(lambda: text(speaker) == "No sound is coming in.", what="the trouble")
    speaker.press("pause")
    speaker.until(lambda: not text(speaker), what="nothing is recorded, nothing is wrong")


def test_a_camera_that_is_pulled_out_is_said_first_and_so_is_its_return(
    speaker: Someone, helpful: HelpfulDiary, devices: list[ScriptedOpener]
) -> None:
    helpful.trouble = SoundTrouble.QUIET
    helpful.hint = PictureHint.DARK
    devices[-1].camera_is_in.clear()
    lost = lost_sentence(Recording(Wish(DEMO_CAMERA, DEMO_MICROPHONE), Path("a.mp4")), Device.CAMERA)
    speaker.until(lambda: text(speaker) == lost, what="the camera is lost")
    assert speaker.focused == "stop"
    devices[-1].camera_is_in.set()
    speaker.until(lambda: text(speaker) == words.DEVICE_BACK[Device.CAMERA], what="the camera is back")
    speaker.until(lambda: text(speaker) == "You are hard to hear.", what="the next trouble")


def test_what_the_recorder_tells_stays_until_it_is_read(speaker: Someone, helpful: HelpfulDiary) -> None:
    helpful.hint = PictureHint.DARK
    speaker.window.desk.bridge.news.emit(RecorderTrouble("There is room for 10 more minutes on this computer."))
    speaker.until(lambda: text(speaker).startswith("There is room"), what="the warning")
    speaker.tab_to(f"{BANNER}-do")
    speaker.key(Qt.Key.Key_Space)
    speaker.until(lambda: text(speaker) == "It’s dark.", what="the next message")
    assert speaker.focused == "stop"


def test_why_a_take_ended_by_itself_is_said_where_the_user_is_led(speaker: Someone, helpful: HelpfulDiary) -> None:
    why = "The disk is full. Your recording is safe up to here."
    speaker.window.desk.bridge.news.emit(RecorderTrouble(why))
    speaker.settle()
    helpful.stop()
    speaker.arrives(Name.WATCH)
    assert speaker.reads("watch-banner-what") == why
    speaker.press("watch-banner-do")
    assert not speaker.sees("watch-banner")


def test_room_is_shown_as_time_when_it_is_less_than_an_hour(speaker: Someone, helpful: HelpfulDiary) -> None:
    assert not speaker.sees("room-left")
    helpful.room_s = 42 * 60.0
    speaker.until(lambda: speaker.sees("room-left"), what="the room")
    assert speaker.reads("room-left") == "Room for 42 minutes"
    helpful.room_s = 5 * 3600.0
    speaker.until(lambda: not speaker.sees("room-left"), what="there is room enough")
