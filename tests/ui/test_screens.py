"""From Welcome to Recording: each screen in each of its states, at a real window over a real diary."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from capture.devices import DEMO_MICROPHONE
from capture.model import Camera
from capture.state import Recording, Wish
from diary_app.catalogue import Catalogue
from diary_app.clip import ClipId, Kind, Stage
from diary_app.diary import Diary
from diary_app.folders import Folders
from tests.support.app_window import OUTSIDE, Someone, open_window
from ui import words
from ui.desk import Outside, Wanted
from ui.get_ready import GetReady, is_dark
from ui.place import HOME, Name, Place
from ui.recording import RecordingScreen

# -- welcome and home -----------------------------------------------------------------------------------------------


def test_the_first_start_asks_where_clips_go(someone: Someone) -> None:
    assert someone.at is Name.WELCOME
    assert someone.focused == "practise"
    assert not someone.sees("practice-line")


def test_practice_mode_leads_home_and_is_said_on_every_screen(joined: Someone) -> None:
    for place in (HOME, Place(Name.GET_READY), Place(Name.CLIPS)):
        joined.go(place)
        assert joined.sees("practice-line")


def test_home_greets_and_asks(someone: Someone) -> None:
    someone.go(HOME)
    assert someone.reads("heading") == "Good evening"
    assert someone.reads("todays-question").strip("“”") in words.QUESTIONS
    assert someone.sees("no-clips")
    assert not someone.sees("see-all")


def test_a_file_is_copied_and_opened(diary: Diary, own_data_folder: Path, six_seconds: Path) -> None:
    outside = Outside(choose_file=lambda: six_seconds, now=OUTSIDE.now, sound_output=OUTSIDE.sound_output)
    with open_window(diary, own_data_folder, outside=outside) as someone:
        someone.go(HOME)
        someone.press("add-file")
        someone.arrives(Name.WATCH)
        assert diary.clips()[0].title == "Six seconds"


def test_a_file_that_is_no_recording_says_so_and_stays_home(
    diary: Diary, own_data_folder: Path, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear diary")
    with open_window(diary, own_data_folder, outside=Outside(choose_file=lambda: letter)) as someone:
        someone.go(HOME)
        someone.press("add-file")
        someone.until(lambda: someone.sees("home-banner-do"), what="the banner")
        assert "letter.txt" in someone.reads("home-banner-what")
        assert (someone.at, someone.focused) == (Name.HOME, "home-banner")


def test_a_take_that_was_cut_short_is_offered_and_kept(diary: Diary, own_data_folder: Path, clip_id: ClipId) -> None:
    cut_short(own_data_folder, clip_id)
    with open_window(diary, own_data_folder) as someone:
        someone.go(HOME)
        someone.press("keep-found")
        someone.until(lambda: diary.clip(clip_id).stage is Stage.SAVED, what="the clip is kept")
        someone.until(lambda: not someone.sees("found"), what="the card goes")
        assert someone.sees(f"clip-{clip_id}")


def test_a_take_that_was_cut_short_is_binned_only_when_sure(
    diary: Diary, own_data_folder: Path, clip_id: ClipId
) -> None:
    cut_short(own_data_folder, clip_id)
    with open_window(diary, own_data_folder) as someone:
        someone.go(HOME)
        someone.press("bin-found")
        assert someone.focused == "bin-no"
        someone.key(Qt.Key.Key_Escape)
        assert diary.clips()
        someone.press("bin-found")
        someone.press("bin-yes")
        someone.until(lambda: not diary.clips(), what="the take is gone")
        someone.until(lambda: not someone.sees("found"), what="the card goes")


def cut_short(folder: Path, clip_id: ClipId) -> None:
    """As a power cut leaves it: the row says recording, the file lies there."""
    catalogue = Catalogue(Folders(folder).catalogue)
    catalogue.move(clip_id, Stage.RECORDING)
    catalogue.close()


# -- get ready ------------------------------------------------------------------------------------------------------


def get_ready(someone: Someone) -> GetReady:
    screen = someone.window.screen_shown
    assert isinstance(screen, GetReady)
    return screen


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


def test_darkness_is_noticed() -> None:
    assert is_dark(np.full((720, 1280, 3), 12, np.uint8))
    assert not is_dark(np.full((720, 1280, 3), 120, np.uint8))


# -- recording ------------------------------------------------------------------------------------------------------


def recording(someone: Someone, diary: Diary) -> RecordingScreen:
    """Begin a take on the demo devices."""
    someone.go(Place(Name.GET_READY))
    someone.until(lambda: get_ready(someone).preview.picture is not None, what="a picture")
    someone.press("start")
    someone.arrives(Name.RECORDING)
    someone.until(lambda: diary.recorded_s() > 0.3, what="the take has begun")
    screen = someone.window.screen_shown
    assert isinstance(screen, RecordingScreen)
    return screen


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
