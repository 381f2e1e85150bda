"""Every page of the booth: names, targets, the keyboard, small screens, large words, and where controls are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from diary_app.booth import nouns as n
from diary_app.booth.sheet import Here, Sheet, Tally
from diary_app.clip import About, ClipId
from diary_app.diary import Diary
from diary_app.settings import pin_hash
from tests.support.booth_window import SETTINGS, AtBooth, open_booth
from ui.booth_page import BoothPage
from ui.design import TARGET

CLIP = ClipId("clip")
STATES: tuple[n.State, ...] = (
    n.Attract(),
    n.Question(asked=True),
    n.Consent(asked=True),
    n.CountingDown("one"),
    n.Recording("one", 80.0, "The camera has stopped. Your recording is safe and goes on with sound alone."),
    n.Saving("one"),
    n.Choice("one", CLIP, "The disk is nearly full. Your recording is safe.", asked=True),
    n.Thanks(n.Outcome.KEEP),
    n.Leaving(),
    n.Staff(),
    n.OutOfOrder(n.Why.STUCK, "There is no room left on the disk. Your recording is safe."),
)
LARGE = 2.0


@pytest.fixture
def booth(diary: Diary, own_data_folder: Path, clip_id: ClipId) -> Iterator[AtBooth]:
    """The booth at the size of a small laptop; its staff page has a full sheet."""
    with open_booth(
        diary, own_data_folder, size=(1024, 600), settings=replace(SETTINGS, pin=pin_hash("2468"))
    ) as opened:
        opened.arrives(n.Attract)
        clip = replace(diary.clip(clip_id), about=About("Care Day 2026: Monday 2 November, 19:30"))
        tally = Tally(12, 3, {Here.UNDECIDED: 1, Here.WAITING: 2, Here.HELD: 1})
        at = datetime(2026, 11, 2, tzinfo=UTC)
        opened.sheet = Sheet(at, "Care Day 2026", tally, tally, (("one", clip),), ("The portal said no.",), 2)
        yield opened


def visit(booth: AtBooth, state: n.State) -> BoothPage:
    """Show a state, without the way there."""
    booth.shell.patience.stop()
    booth.shell.state = state
    booth.shell.changed.emit(state)
    if isinstance(state, n.Staff) and booth.sheet is not None:
        booth.until(lambda: booth.sees("today-numbers"), what="its own sheet")
        booth.window.staff.show_sheet(booth.sheet, joined=False)
    booth.settle()
    return next(page for page in booth.window.pages if page.isVisible())


def controls(page: QWidget) -> list[QWidget]:
    kinds: tuple[type[QWidget], ...] = (QAbstractButton, QLineEdit)
    return [found for kind in kinds for found in page.findChildren(kind) if found.isVisible()]


def spoken(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    return interface.text(QAccessible.Text.Name).strip()


def judge_page(booth: AtBooth, page: BoothPage) -> None:
    """All of it can be seen, reached and named."""
    window = booth.window
    assert (window.width(), window.height()) == (1024, 600), f"{page.objectName()} makes the window larger"
    inner = page.words.widget()
    assert inner is not None
    assert inner.width() <= page.words.viewport().width()
    for control in controls(page):
        assert spoken(control), control.objectName()
        assert control.height() >= TARGET, control.objectName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control.objectName()
        window.reveal(control)
        QApplication.processEvents()
        box = QRect(control.mapTo(window, QPoint(0, 0)), control.size())
        assert window.rect().contains(box), f"{control.objectName()} {box}"
        assert control.visibleRegion().boundingRect().size() == control.size(), f"{control.objectName()} is cut off"
    for words in page.findChildren(QLabel):
        if words.isVisible() and not words.wordWrap():
            assert words.width() >= words.sizeHint().width() - 1, words.text()


def judge_focus(booth: AtBooth, page: BoothPage) -> None:
    """Tab reaches every control of the page that is shown, and nothing else."""
    seen: set[QWidget] = set()
    wanted = set(controls(page))
    for _ in range(4 * len(wanted) + 4):
        now = QApplication.focusWidget()
        assert now is None or page.isAncestorOf(now), f"the focus is on {now}, out of {page.objectName()}"
        seen |= {now} if now is not None else set()
        booth.key(Qt.Key.Key_Tab)
    assert wanted <= seen, {widget.objectName() for widget in wanted - seen}


@pytest.mark.parametrize("scale", [1.0, LARGE])
def test_every_page_can_be_seen_reached_and_named(booth: AtBooth, scale: float) -> None:
    booth.window.set_scale(scale)
    assert booth.window.scale == scale
    for state in STATES:
        page = visit(booth, state)
        judge_focus(booth, page)
        judge_page(booth, page)


def test_what_is_pressed_lies_in_reach_and_agreeing_is_not_made_easier_than_refusing(booth: AtBooth) -> None:
    for state in STATES[:4] + STATES[6:8]:
        page = visit(booth, state)
        first = page.first()
        assert first is not None
        assert first.mapTo(booth.window, QPoint(0, 0)).y() > booth.window.height() / 2, "in reach of a wheelchair"
    page = visit(booth, n.Consent())
    agree, refuse = booth.see("agree"), booth.see("refuse")
    assert agree.size() == refuse.size()
    assert booth.window.consent.agree.weight is booth.window.consent.refuse.weight


def test_words_grow_with_the_screen(booth: AtBooth) -> None:
    booth.window.resize(1920, 1080)
    booth.settle()
    assert booth.window.scale == 1.8
    assert booth.window.attract.heading.fontInfo().pixelSize() >= 60
