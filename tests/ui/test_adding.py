"""Files that are dropped on Home and on Your clips do what the button does, one after the other."""

import shutil
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from diary_app.diary import Diary
from tests.support.app_window import Someone
from ui import adding_words, words
from ui.place import HOME, Name, Place

COPY, LEFT, NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def dragged(*files: Path | str) -> QMimeData:
    """Files, or addresses, as a file manager or a browser drags them."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) if isinstance(file, Path) else QUrl(file) for file in files])
    return mime


def drag_over(someone: Someone, mime: QMimeData) -> bool:
    """Drag it over the middle of the screen; True when it may be dropped there."""
    viewport = someone.window.screen_shown.viewport()
    enter = QDragEnterEvent(QPoint(300, 200), COPY, mime, LEFT, NONE)
    enter.ignore()
    QApplication.sendEvent(viewport, enter)
    if enter.isAccepted():
        move = QDragMoveEvent(QPoint(310, 210), COPY, mime, LEFT, NONE)
        QApplication.sendEvent(viewport, move)
        assert move.isAccepted()
    return enter.isAccepted()


def drop(someone: Someone, mime: QMimeData) -> None:
    """Drag it there, and let go."""
    assert drag_over(someone, mime)
    assert someone.sees("drop-target")
    event = QDropEvent(QPointF(310, 210), COPY, mime, LEFT, NONE)
    QApplication.sendEvent(someone.window.screen_shown.viewport(), event)
    assert event.isAccepted()
    assert event.dropAction() is COPY, "what is dragged stays where it is"
    assert not someone.sees("drop-target")


def test_a_film_that_is_dropped_on_home_is_added_and_watched(someone: Someone, diary: Diary, six_seconds: Path) -> None:
    someone.go(HOME)
    assert not someone.sees("drop-target")
    drop(someone, dragged(six_seconds))
    someone.arrives(Name.WATCH)
    assert [clip.about.title for clip in diary.clips()] == [six_seconds.stem]
    assert six_seconds.exists()


def test_several_are_added_one_after_the_other_and_what_is_no_film_is_refused_in_words(
    someone: Someone, diary: Diary, six_seconds: Path, tmp_path: Path
) -> None:
    other = tmp_path / "Other.mp4"
    shutil.copyfile(six_seconds, other)
    with other.open("ab") as file:
        file.write(b"\0\0\0\x08free")  # an empty box at the end: the same film, another file
    letter = tmp_path / "Letter.txt"
    letter.write_text("Dear diary", encoding="utf-8")
    someone.go(Place(Name.CLIPS))
    drop(someone, dragged(six_seconds, letter, other))
    banner = "clips-banner"
    assert someone.reads(f"{banner}-what").startswith(f"Copying {six_seconds.name}: 1 of 3.")
    someone.until(lambda: "2 of 3 are among your clips" in someone.reads(f"{banner}-what"), what="the end")
    assert f"{letter.name} is not a video or sound recording" in someone.reads(f"{banner}-what")
    assert someone.reads(f"{banner}-do") == words.ADD_FAILED_DO
    assert {clip.about.title for clip in diary.clips()} == {six_seconds.stem, "Other"}
    assert someone.at is Name.CLIPS


def test_what_is_no_file_of_this_computer_is_said_and_words_cannot_be_dropped(someone: Someone, diary: Diary) -> None:
    someone.go(HOME)
    text = QMimeData()
    text.setText("Some words")
    assert not drag_over(someone, text)
    drop(someone, dragged("https://example.org/film.mp4"))
    assert someone.reads("home-banner-what") == adding_words.NO_FILE
    assert someone.focused == "home-banner"
    assert diary.clips() == []


def test_the_target_goes_when_the_drag_goes_elsewhere(someone: Someone, six_seconds: Path) -> None:
    someone.go(HOME)
    assert drag_over(someone, dragged(six_seconds, six_seconds))
    assert someone.see("drop-target").accessibleName() == adding_words.DROP_HERE.of(2)
    QApplication.sendEvent(someone.window.screen_shown.viewport(), QDragLeaveEvent())
    assert not someone.sees("drop-target")
