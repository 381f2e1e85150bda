"""While a take is recorded the window's thread never works for long without looking up."""

import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from capture.picture_coach import PictureHint
from capture.sound_guard import SoundTrouble
from diary_app.folders import folders
from tests.support.app_window import Someone, get_ready, open_window
from tests.support.gui_turns import watched_turns
from tests.support.helpful_diary import HelpfulDiary
from ui.notes_kept import NotesKept
from ui.place import Name, Place
from ui.recording import RecordingScreen

LONGEST_S = 0.15
"""Three times the promise: a processor that others share counts more time for the same work."""
TEXT = "She had not been outside since the winter, because of the step.\n\n" * 60


def test_the_watcher_counts_work_and_not_waiting(qapp: QApplication) -> None:
    def work(seconds: float) -> None:
        until_s = time.thread_time() + seconds
        while time.thread_time() < until_s:
            pass

    with watched_turns() as turns:
        QTimer.singleShot(0, lambda: time.sleep(0.2))
        QTest.qWait(250)
        assert turns.count > 0
        assert turns.longest_s < 0.1
        QTimer.singleShot(0, lambda: work(0.2))
        QTest.qWait(250)
    assert turns.longest_s >= 0.2


def test_a_recording_with_notes_never_holds_the_window(qapp: QApplication, own_data_folder: Path) -> None:
    diary = HelpfulDiary(folders(str(own_data_folder)))
    try:
        with open_window(diary, own_data_folder) as someone:
            kept = NotesKept(someone.window.desk.remembered)
            kept.text, kept.shown = TEXT, True
            someone.go(Place(Name.GET_READY))
            someone.until(lambda: get_ready(someone).preview.picture is not None, what="a picture")
            with watched_turns() as turns:
                record(someone, diary)
            assert turns.count > 20
            assert turns.longest_s < LONGEST_S
    finally:
        diary.close()


def record(someone: Someone, diary: HelpfulDiary) -> None:
    """Start, trouble, pause, carry on, stop."""
    someone.press("start")
    someone.arrives(Name.RECORDING)
    screen = someone.window.screen_shown
    assert isinstance(screen, RecordingScreen)
    someone.until(lambda: screen.notes.prompter.moving, what="the notes move")
    diary.trouble, diary.hint = SoundTrouble.UNHEARD, PictureHint.DARK
    someone.until(lambda: someone.sees("recording-banner"), what="the trouble is said")
    diary.trouble = None
    for _ in range(2):
        someone.press("notes-faster")
        someone.press("pause")
    someone.press("stop")
    someone.arrives(Name.WATCH)
