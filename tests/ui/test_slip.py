"""The withdrawal slip of a clip that the portal has: seen, copied, never where it does not belong."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel

from diary_app.clip import ClipId, Receipt, Stage
from diary_app.diary import Diary
from diary_app.news import ClipChanged
from tests.support.app_window import OUTSIDE, Someone, open_window
from ui.place import Name, Place
from ui.widgets.slip_card import SlipCard

CODE = "BCDF-GHJK-LMNP"


@pytest.fixture
def sent(diary: Diary, clip_id: ClipId) -> ClipId:
    """A clip that the portal has."""
    diary._catalogue.want(clip_id)
    page = "http://127.0.0.1:8400/clips/1"
    diary._catalogue.set_receipt(Receipt(clip_id, "ab" * 32, 7, "2026-11-01T10:00:00+00:00", page, CODE))
    return clip_id


def test_it_is_shown_copied_and_gone_with_the_clip(
    someone: Someone, diary: Diary, sent: ClipId, caplog: pytest.LogCaptureFixture
) -> None:
    someone.go(Place(Name.SENDING, sent))
    assert someone.reads("slip-code") == CODE
    assert someone.see("slip-code").accessibleName().endswith("B C D F - G H J K - L M N P")
    assert "http://127.0.0.1:8400/slip" in someone.reads("slip-where")
    someone.tab_to("slip-copy")
    someone.key(Qt.Key.Key_Space)
    assert QApplication.clipboard().text() == CODE
    assert "copied" in someone.reads("slip-copy")
    diary._catalogue.move(sent, Stage.WITHDRAWN)
    diary._tell(ClipChanged(sent))
    someone.until(lambda: not someone.sees("slip-code"), what="it was withdrawn")
    assert CODE not in caplog.text + repr(diary.clip(sent))


def test_the_page_where_it_is_typed_opens(diary: Diary, sent: ClipId, own_data_folder: Path) -> None:
    opened = list[str]()
    with open_window(diary, own_data_folder, outside=replace(OUTSIDE, open_page=opened.append)) as someone:
        someone.go(Place(Name.SENDING, sent))
        someone.press("slip-open")
    assert opened == ["http://127.0.0.1:8400/slip"]


def test_it_fits_with_large_words_on_a_small_screen(someone: Someone, sent: ClipId) -> None:
    someone.window.set_scale(2.0)
    someone.window.resize(683, 384)
    someone.go(Place(Name.SENDING, sent))
    someone.settle()
    screen = someone.window.screen_shown
    page, card = screen.widget(), screen.findChild(SlipCard)
    assert page is not None
    assert isinstance(card, SlipCard)
    assert page.width() <= screen.viewport().width()
    for said in card.findChildren(QLabel):
        assert card.rect().contains(QRect(said.mapTo(card, said.rect().topLeft()), said.size())), said.text()
