"""Get ready: devices that come and go, hints, the try of the sound, the countdown; at a real window."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox

from capture.devices import DEMO_CAMERA, DEMO_MICROPHONE
from capture.model import Camera, Microphone
from capture.picture_coach import PictureHint
from capture.sound_guard import SoundTrouble
from capture.sound_verdict import SoundFault
from capture.state import Ready, Wish
from diary_app.clip import Kind
from diary_app.diary import Diary
from diary_app.folders import folders
from diary_app.news import Devices, DevicesChanged
from tests.support.app_window import DEMO, OUTSIDE, Someone, get_ready, open_window
from tests.support.helpful_diary import NO_LOUDSPEAKER, HelpfulDiary
from ui import words
from ui.desk import Outside, Wanted
from ui.place import Name, Place
from ui.remembered import Remembered


def test_the_preview_and_the_level_live(someone: Someone) -> None:
    someone.go(Place(Name.GET_READY))
    screen = get_ready(someone)
    someone.until(lambda: screen.preview.picture is not None, what="a picture")
    first = screen.preview.picture
    someone.until(lambda: screen.preview.picture is not first, what="the next picture")
    someone.until(lambda: someone.see("level").accessibleName() == "Sound: Good", what="the level's word")
    assert someone.reads("room").startswith("Room for")


def test_sound_alone_shows_no_camera(someone: Someone, diary: Diary) -> None:
    someone.go(Place(Name.GET_READY, kind=Kind.SOUND))
    someone.until(lambda: diary.level().peak_db > -60, what="the microphone")
    assert not someone.sees("camera")
    someone.press("start")
    someone.arrives(Name.RECORDING)
    someone.until(lambda: diary.recorded_s() > 0.5, what="half a second")
    someone.press("stop")
    someone.arrives(Name.WATCH)
    assert diary.clips()[0].kind is Kind.SOUND
    assert someone.reads("heading") == words.LISTEN


def test_without_a_camera_the_practice_camera_is_offered(diary: Diary, own_data_folder: Path) -> None:
    if any(camera.address != "demo" for camera in diary.devices().cameras):
        pytest.skip("needs a machine without a camera")
    with open_window(diary, own_data_folder, wanted=Wanted("", "demo")) as someone:
        someone.go(Place(Name.GET_READY))
        someone.until(lambda: someone.sees("get-ready-banner-do"), what="the banner")
        someone.press("start")
        assert (someone.at, someone.focused) == (Name.GET_READY, "get-ready-banner")
        someone.press("get-ready-banner-do")
        screen = get_ready(someone)
        someone.until(lambda: screen.preview.picture is not None, what="the practice camera's picture")
        assert not someone.sees("get-ready-banner")


def test_a_device_that_does_not_open_is_said_and_tried_again(someone: Someone, diary: Diary) -> None:
    someone.go(Place(Name.GET_READY))
    screen = get_ready(someone)
    someone.until(lambda: screen.preview.picture is not None, what="a picture")
    diary.prepare(Wish(Camera("Old webcam", "/dev/video63"), DEMO_MICROPHONE))
    someone.until(lambda: someone.sees("get-ready-banner"), what="the banner")
    assert someone.focused == "get-ready-banner"
    assert someone.reads("get-ready-banner-what").endswith(".")
    assert someone.reads("get-ready-banner-do") == words.LOOK_AGAIN
    someone.press("get-ready-banner-do")
    someone.until(lambda: screen.preview.picture is not None, what="the picture is back")


def test_the_countdown_can_be_stopped(diary: Diary, own_data_folder: Path) -> None:
    outside = Outside(now=OUTSIDE.now, sound_output=OUTSIDE.sound_output, count_ms=60_000)
    with open_window(diary, own_data_folder, outside=outside) as someone:
        someone.go(Place(Name.GET_READY))
        someone.until(lambda: get_ready(someone).preview.picture is not None, what="a picture")
        someone.press("start")
        assert someone.reads("start") == words.STOP_COUNT
        someone.key(Qt.Key.Key_Escape)
        assert (someone.at, someone.reads("start")) == (Name.GET_READY, words.START)
        someone.key(Qt.Key.Key_Escape)
        assert someone.at is Name.HOME
        assert diary.clips() == []


# -- devices that come and go ---------------------------------------------------------------------------------------

HEADSET, DESK_MIC = Microphone("Headset", "demo-headset"), Microphone("Desk microphone", "demo-desk")


@pytest.fixture
def helpful(own_data_folder: Path) -> Iterator[HelpfulDiary]:
    """A diary whose guard, coach and lists say what a test wants."""
    made = HelpfulDiary(folders(str(own_data_folder)))
    yield made
    made.close()


@pytest.fixture
def preparing(qapp: QApplication, helpful: HelpfulDiary, own_data_folder: Path) -> Iterator[Someone]:
    """Someone at Get ready, on the practice devices."""
    with open_window(helpful, own_data_folder, wanted=DEMO) as person:
        person.go(Place(Name.GET_READY))
        person.until(lambda: isinstance(helpful.recorder_state, Ready), what="the devices")
        yield person


def listed(*microphones: Microphone) -> Devices:
    return Devices((DEMO_CAMERA,), (*microphones, DEMO_MICROPHONE))


def plug(someone: Someone, devices: Devices) -> None:
    """The diary's news that the lists are these."""
    someone.window.desk.bridge.news.emit(DevicesChanged(devices))
    someone.settle()


def microphones(someone: Someone) -> tuple[str, list[str]]:
    """The chosen one, and all that are offered."""
    box = someone.see("microphone")
    assert isinstance(box, QComboBox)
    return box.currentText(), [box.itemText(place) for place in range(box.count())]


def choose(someone: Someone, name: str) -> None:
    """Choose a microphone with the keyboard."""
    box = someone.see("microphone")
    assert isinstance(box, QComboBox)
    box.setFocus()
    for _ in range(box.count()):
        someone.key(Qt.Key.Key_Up)
    while box.currentText() != name:
        someone.key(Qt.Key.Key_Down)


def test_a_device_that_is_plugged_in_appears_and_nothing_that_is_open_is_opened_again(
    preparing: Someone, helpful: HelpfulDiary
) -> None:
    before = helpful.recorder_state
    plug(preparing, listed(HEADSET))
    chosen, offered = microphones(preparing)
    assert offered == [HEADSET.name, DEMO_MICROPHONE.name]
    assert chosen == DEMO_MICROPHONE.name
    assert helpful.recorder_state is before
    assert not preparing.sees("get-ready-banner")


def test_the_chosen_device_is_replaced_when_pulled_out_and_used_again_when_it_is_back(
    qapp: QApplication, helpful: HelpfulDiary, own_data_folder: Path
) -> None:
    helpful.listed = listed(HEADSET, DESK_MIC)
    Remembered(own_data_folder).microphone = DESK_MIC.name
    with open_window(helpful, own_data_folder, wanted=Wanted("demo")) as someone:
        someone.go(Place(Name.GET_READY))
        someone.until(lambda: microphones(someone)[0] == DESK_MIC.name, what="the remembered one")
        plug(someone, listed(HEADSET))
        assert microphones(someone)[0] == HEADSET.name
        wanted = words.USED_INSTEAD.format(gone=DESK_MIC.name, instead=HEADSET.name)
        someone.until(lambda: someone.reads("get-ready-banner-what") == wanted, what="what is used instead")
        plug(someone, listed(DESK_MIC, HEADSET))
        assert microphones(someone)[0] == DESK_MIC.name
        assert someone.reads("get-ready-banner-what") == words.BACK_AGAIN.format(name=DESK_MIC.name)
        someone.press("get-ready-banner-do")
        assert not someone.sees("get-ready-banner")
        assert Remembered(own_data_folder).microphone == DESK_MIC.name


def test_without_any_microphone_left_the_practice_one_is_offered_until_one_is_plugged_in(
    qapp: QApplication, helpful: HelpfulDiary, own_data_folder: Path
) -> None:
    helpful.listed = listed(HEADSET)
    with open_window(helpful, own_data_folder, wanted=Wanted("demo")) as someone:
        someone.go(Place(Name.GET_READY))
        someone.until(lambda: microphones(someone)[0] == HEADSET.name, what="the headset")
        plug(someone, listed())
        assert someone.reads("get-ready-banner-what") == words.NO_MICROPHONE
        assert someone.reads("get-ready-banner-do") == words.USE_PRACTICE_MICROPHONE
        plug(someone, listed(HEADSET))
        assert microphones(someone)[0] == HEADSET.name


# -- hints ----------------------------------------------------------------------------------------------------------


def test_a_hint_appears_as_long_as_it_is_true_and_moves_nothing(preparing: Someone, helpful: HelpfulDiary) -> None:
    start = preparing.see("start")
    before = start.mapTo(preparing.window, start.rect().topLeft())
    helpful.hint = PictureHint.DARK
    preparing.until(lambda: preparing.reads("hint") == " ".join(words.HINTS[PictureHint.DARK]), what="the hint")
    preparing.settle()
    assert start.mapTo(preparing.window, start.rect().topLeft()) == before
    helpful.hint = PictureHint.BACKLIT
    preparing.until(lambda: preparing.reads("hint").startswith("The light"), what="the next hint")
    helpful.hint = None
    preparing.until(lambda: preparing.reads("hint") == "", what="the hint goes")


def test_a_microphone_that_is_switched_off_is_said_and_one_that_waits_for_speech_is_not(
    preparing: Someone, helpful: HelpfulDiary
) -> None:
    helpful.trouble = SoundTrouble.SILENT
    preparing.until(lambda: preparing.reads("tip").startswith("No sound"), what="the advice")
    helpful.trouble = SoundTrouble.UNHEARD
    preparing.until(lambda: preparing.reads("tip") == words.SAY_SOMETHING, what="nothing is wrong yet")


# -- the try --------------------------------------------------------------------------------------------------------


def test_the_sound_is_tried_played_and_judged_in_words(preparing: Someone, helpful: HelpfulDiary) -> None:
    helpful.heard.clear()
    preparing.tab_to("try-sound")
    preparing.key(Qt.Key.Key_Space)
    assert preparing.reads("try-sound") == words.TRY_SAY
    preparing.until(lambda: "left" in preparing.reads("tip"), what="the time that is left")
    assert preparing.focused == "try-sound"
    helpful.heard.set()
    preparing.until(lambda: preparing.reads("try-sound") == words.TRY_SOUND_AGAIN, what="the end of the try")
    assert preparing.reads("tip") == f"{words.TRY_HEARD} {words.TRY_DO_NOTHING}"
    assert len(helpful.played) == 1


def test_the_real_try_hears_the_microphone_that_is_open(someone: Someone, diary: Diary) -> None:
    someone.go(Place(Name.GET_READY, kind=Kind.SOUND))
    someone.until(lambda: diary.level().peak_db > -60, what="the microphone")
    someone.press("try-sound")
    someone.until(lambda: someone.reads("try-sound") == words.TRY_SOUND_AGAIN, what="the end of the try")
    assert someone.reads("tip").startswith(words.TRY_HEARD)


@pytest.mark.parametrize("fault", list(SoundFault))
def test_every_fault_is_said_with_one_thing_to_do(preparing: Someone, helpful: HelpfulDiary, fault: SoundFault) -> None:
    helpful.fault = fault
    preparing.press("try-sound")
    preparing.until(lambda: preparing.reads("tip") == " ".join(words.TRY_VERDICTS[fault]), what="the verdict")
    assert len(helpful.played) == (0 if fault is SoundFault.SILENT else 1)


def test_without_a_loudspeaker_the_verdict_is_said_all_the_same(preparing: Someone, helpful: HelpfulDiary) -> None:
    helpful.loudspeaker = False
    preparing.press("try-sound")
    preparing.until(lambda: NO_LOUDSPEAKER in preparing.reads("tip"), what="why nothing was heard")
    assert preparing.reads("tip").startswith(words.TRY_HEARD)


def test_another_microphone_clears_the_verdict(preparing: Someone, helpful: HelpfulDiary) -> None:
    plug(preparing, listed(HEADSET))
    helpful.fault = SoundFault.QUIET
    preparing.press("try-sound")
    preparing.until(lambda: preparing.reads("tip").startswith("We could hardly"), what="the verdict")
    choose(preparing, HEADSET.name)
    preparing.until(lambda: preparing.reads("tip") == words.SAY_SOMETHING, what="the verdict goes")
    assert preparing.reads("try-sound") == words.TRY_SOUND


def test_a_recording_starts_in_the_middle_of_a_try(preparing: Someone, helpful: HelpfulDiary) -> None:
    helpful.heard.clear()
    preparing.press("try-sound")
    preparing.press("start")
    preparing.arrives(Name.RECORDING)
    helpful.heard.set()
    preparing.until(lambda: helpful.recorded_s() > 0.3, what="the take")
    assert helpful.played == []
