"""Welcome and Home: each screen in each of its states, at a real window over a real diary."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from diary_app.catalogue import Catalogue
from diary_app.clip import ClipId, Stage
from diary_app.diary import Diary
from diary_app.folders import Folders
from tests.support.app_window import OUTSIDE, Someone, open_window
from ui import words
from ui.desk import Outside
from ui.place import HOME, Name, Place

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
        assert "6 seconds" in card_words(someone)
        someone.press("bin-found")
        assert someone.focused == "bin-no"
        assert "6 seconds" in question_words(someone)
        someone.key(Qt.Key.Key_Escape)
        assert diary.clips()
        someone.press("bin-found")
        someone.press("bin-yes")
        someone.until(lambda: not diary.clips(), what="the take is gone")
        someone.until(lambda: not someone.sees("found"), what="the card goes")


def card_words(someone: Someone) -> str:
    """What the card of the found take says."""
    return " ".join(found.text() for found in someone.see("found").findChildren(QLabel))


def question_words(someone: Someone) -> str:
    """What the question says, also to a screen reader."""
    return someone.see("question").accessibleName()


def cut_short(folder: Path, clip_id: ClipId) -> None:
    """As a power cut leaves it: the row says recording, the file lies there."""
    catalogue = Catalogue(Folders(folder).catalogue)
    catalogue.move(clip_id, Stage.RECORDING)
    catalogue.close()
