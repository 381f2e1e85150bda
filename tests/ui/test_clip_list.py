"""Your clips with thousands of clips: few rows are made, all are reached, and scrolling costs what it costs for few."""

import itertools
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from diary_app.clip import Stage
from diary_app.diary import Diary
from diary_app.news import ClipChanged
from tests.support.app_window import Someone
from tests.support.many_clips import add_many
from ui.place import Name, Place
from ui.widgets.clip_list import ClipList
from ui.widgets.clip_row import ClipRow

MANY = 10_000
MOST_ROWS = 80


@pytest.fixture
def many(diary: Diary, someone: Someone) -> ClipList:
    """Your clips, ten thousand of them."""
    add_many(diary._catalogue, range(MANY))
    return open_list(someone)


def open_list(someone: Someone) -> ClipList:
    someone.go(Place(Name.CLIPS))
    someone.settle()
    found = someone.see("clip-list")
    assert isinstance(found, ClipList)
    return found


def numbers(found: ClipList) -> list[int]:
    """The rows that are made, by the number of their clip."""
    return [int(row.objectName()[-12:]) for row in found.rows]


def seen(someone: Someone) -> list[int]:
    """The rows that can be seen just now, from top to bottom."""
    rows = [row for row in someone.window.findChildren(ClipRow) if not row.visibleRegion().isEmpty()]
    return [int(row.objectName()[-12:]) for row in sorted(rows, key=lambda row: row.y())]


def test_few_rows_are_made_and_whatever_is_seen_is_there(someone: Someone, many: ClipList) -> None:
    bar = someone.window.screen_shown.verticalScrollBar()
    assert seen(someone)[0] == MANY - 1
    assert someone.reads("clip-count") == f"{MANY} clips"
    for share in (0.5, 0.499, 0.2, 0.9, 0.0):
        bar.setValue(round(bar.maximum() * share))
        QApplication.processEvents()
        there = seen(someone)
        assert there == list(range(there[0], there[0] - len(there), -1))
        assert len(there) >= 5
        assert len(many.rows) <= MOST_ROWS
        children = [each for each in many.children() if isinstance(each, ClipRow)]
        assert [row.y() for row in children] == sorted(row.y() for row in children), "read in the order of the list"


def test_the_keyboard_reaches_every_row_and_what_comes_after_them(someone: Someone, many: ClipList) -> None:
    for _ in range(40):
        someone.key(Qt.Key.Key_Tab)
    assert int(someone.focused[-12:]) == MANY - 41
    assert MANY - 41 in seen(someone)
    someone.key(Qt.Key.Key_End)
    assert int(someone.focused[-12:]) == 0
    assert 0 in seen(someone)
    someone.key(Qt.Key.Key_Tab)
    assert someone.focused == "also-metered"
    someone.key(Qt.Key.Key_Backtab)
    someone.key(Qt.Key.Key_Backtab)
    assert int(someone.focused[-12:]) == 1
    someone.key(Qt.Key.Key_Home)
    assert int(someone.focused[-12:]) == MANY - 1
    someone.key(Qt.Key.Key_Return)
    assert someone.window.place.clip_id == f"00000000-0000-4000-8000-{MANY - 1:012}"


def test_one_clip_that_changes_is_the_only_one_that_is_read(someone: Someone, diary: Diary, many: ClipList) -> None:
    top = many.rows[0]
    said: list[str] = []
    clip_id = diary.library.ids()[0]
    diary._catalogue.move(clip_id, Stage.WITHDRAWN)
    diary._catalogue._db.set_trace_callback(said.append)
    diary._tell(ClipChanged(clip_id))
    someone.until(lambda: "Withdrawn" in top.accessibleName(), what="the news")
    diary._catalogue._db.set_trace_callback(None)
    assert not [each for each in said if "FROM clip WHERE stage" in each], "the list was read again"
    diary.bin(clip_id)
    someone.until(lambda: clip_id not in many, what="it is gone")
    assert numbers(many)[0] == MANY - 2


def scrolling_s(someone: Someone) -> float:
    """The processor time of the window's thread for the same way down and up again, in seconds: the better of two."""
    bar = someone.window.screen_shown.verticalScrollBar()
    found = []
    for _ in range(2):
        bar.setValue(0)
        begun = time.thread_time()
        for place in itertools.chain(range(0, 2400, 240), range(2400, 0, -240)):
            bar.setValue(place)
            QApplication.processEvents()
        found.append(time.thread_time() - begun)
    return min(found)


def test_scrolling_costs_no_more_than_with_a_hundred(someone: Someone, diary: Diary, own_data_folder: Path) -> None:
    add_many(diary._catalogue, range(100))
    open_list(someone)
    few_s = scrolling_s(someone)
    add_many(diary._catalogue, range(100, MANY))
    open_list(someone)
    assert scrolling_s(someone) <= 3 * few_s
