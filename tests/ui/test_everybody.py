"""Works for everybody: names, keyboard, small screens, large words, and the whole journey both ways."""

import itertools
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QRadioButton, QWidget

from diary_app.clip import ClipId, Kind, Stage
from diary_app.diary import Diary
from tests.support.app_window import Someone, recording
from tests.support.captioned import put_draft
from ui.design import SCALES, TARGET, Shade
from ui.place import HOME, Name, Place
from ui.widgets.handles import Handle

PLACES = [
    Name.WELCOME,
    Name.HOME,
    Name.GET_READY,
    Name.WATCH,
    Name.ABOUT,
    Name.AS_OTHERS,
    Name.CAPTIONS,
    Name.SENDING,
    Name.CLIPS,
    Name.SETTINGS,
]


def controls(window: QWidget) -> list[QWidget]:
    """Everything visible that can be pressed, chosen or written into."""
    kinds: tuple[type[QWidget], ...] = (QAbstractButton, QComboBox, QLineEdit, Handle)
    return [found for kind in kinds for found in window.findChildren(kind) if found.isVisible()]


def visit(someone: Someone, name: Name, clip_id: ClipId) -> None:
    if name in (Name.ABOUT, Name.CAPTIONS):
        put_draft(someone.window.desk.diary, clip_id)
    someone.go(Place(name, clip_id))
    if name is Name.WATCH:
        someone.see("handle-start")
    someone.settle()


@pytest.mark.parametrize("name", PLACES)
def test_every_control_has_a_name_a_target_and_the_keyboard(someone: Someone, clip_id: ClipId, name: Name) -> None:
    visit(someone, name, clip_id)
    found = controls(someone.window)
    assert found
    for control in found:
        interface = QAccessible.queryAccessibleInterface(control)
        assert interface is not None
        assert interface.text(QAccessible.Text.Name).strip(), control.objectName()
        assert bool(control.focusPolicy() & Qt.FocusPolicy.TabFocus) == tabbed(control), control.objectName()
        assert control.height() >= TARGET, control.objectName()


def test_while_recording_too_and_while_it_asks(someone: Someone, diary: Diary) -> None:
    recording(someone, diary)
    someone.press("scrap")
    found = controls(someone.window)
    assert {"stop", "pause", "scrap", "scrap-ask-no", "scrap-ask-yes"} <= {control.objectName() for control in found}
    for control in found:
        interface = QAccessible.queryAccessibleInterface(control)
        assert interface is not None
        assert interface.text(QAccessible.Text.Name).strip(), control.objectName()
        assert control.height() >= TARGET, control.objectName()
        someone.tab_to(control.objectName())


@pytest.mark.parametrize("name", PLACES)
def test_the_focus_goes_the_way_of_reading(someone: Someone, clip_id: ClipId, name: Name) -> None:
    visit(someone, name, clip_id)
    someone.see("help").setFocus()
    seen: list[QWidget] = []
    while True:
        someone.key(Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        assert now is not None
        if now in seen or now.objectName() in ("help", "back", "open-settings"):
            break
        seen.append(now)
    assert {control.objectName() for control in controls(someone.window.screen_shown) if tabbed(control)} == {
        widget.objectName() for widget in seen
    }
    tops = [widget.mapTo(someone.window, QPoint(0, 0)).y() for widget in seen if not isinstance(widget, Handle)]
    if name not in (Name.HOME, Name.GET_READY):  # two columns: the left one first
        assert all(later >= earlier - TARGET for earlier, later in itertools.pairwise(tops)), tops


@pytest.mark.parametrize("shift", [False, True])
def test_whoever_tabs_round_a_small_window_sees_where_they_are(someone: Someone, clip_id: ClipId, shift: bool) -> None:
    someone.window.resize(683, 384)
    visit(someone, Name.ABOUT, clip_id)
    screen = someone.window.screen_shown
    someone.see("help").setFocus()
    bar = screen.verticalScrollBar()
    bar.setValue(0 if shift else bar.maximum())
    if not shift:
        someone.see("back").setFocus()
    now = None
    while now is None or not screen.isAncestorOf(now):
        someone.key(Qt.Key.Key_Tab, shift=shift)
        now = QApplication.focusWidget()
    box = QRect(now.mapTo(screen.viewport(), QPoint(0, 0)), now.size())
    assert screen.viewport().rect().contains(box), f"{now.objectName()} {box}"


def tabbed(control: QWidget) -> bool:
    """A group of round choices is one stop: Tab enters at the chosen one."""
    return not isinstance(control, QRadioButton) or control.isChecked()


@pytest.mark.parametrize("scale", [SCALES[0], SCALES[-1]])
@pytest.mark.parametrize("name", PLACES)
def test_nothing_is_lost_on_a_small_screen(someone: Someone, clip_id: ClipId, name: Name, scale: float) -> None:
    someone.window.set_scale(scale)
    someone.window.resize(*((683, 384) if scale == 1 else (1024, 600)))
    visit(someone, name, clip_id)
    screen = someone.window.screen_shown
    page, viewport = screen.widget(), screen.viewport()
    assert page is not None
    assert page.width() <= viewport.width(), f"{name} is wider than the window: {page.minimumSizeHint()}"
    for control in controls(screen):
        screen.ensureWidgetVisible(control)
        QApplication.processEvents()
        box = QRect(control.mapTo(viewport, QPoint(0, 0)), control.size())
        assert viewport.rect().adjusted(-1, -1, 1, 1).contains(box), f"{control.objectName()} {box} {viewport.rect()}"
    for words in screen.findChildren(QLabel):
        if words.isVisible() and not words.wordWrap():
            assert words.width() >= words.sizeHint().width() - 1, words.text()


def test_a_change_of_palette_reaches_everything(someone: Someone) -> None:
    someone.go(HOME)
    before = someone.window.grab().toImage().pixelColor(5, 400).lightness()
    someone.window.take_shade(Shade.DARK)
    QApplication.processEvents()
    assert before > 200
    assert someone.window.grab().toImage().pixelColor(5, 400).lightness() < 60


# -- the whole way --------------------------------------------------------------------------------------------------


def by_mouse(someone: Someone) -> Callable[[str], None]:
    return someone.press


def by_keyboard(someone: Someone) -> Callable[[str], None]:
    def press(name: str) -> None:
        someone.tab_to(name)
        someone.key(Qt.Key.Key_Space)

    return press


@pytest.mark.parametrize("way", [by_mouse, by_keyboard])
def test_from_home_to_received_and_checked(
    joined: Someone, diary: Diary, way: Callable[[Someone], Callable[[str], None]]
) -> None:
    press = way(joined)
    press("record-video")
    joined.arrives(Name.GET_READY)
    joined.until(lambda: diary.latest_frame() is not None, what="a picture")
    press("start")
    joined.arrives(Name.RECORDING)
    joined.until(lambda: diary.recorded_s() > 2, what="two seconds")
    press("stop")
    joined.arrives(Name.WATCH)
    joined.tab_to("handle-start")
    joined.key(Qt.Key.Key_Right, shift=True)
    press("use-this")
    joined.arrives(Name.ABOUT)
    joined.tab_to("title")
    for letter in (Qt.Key.Key_A, Qt.Key.Key_B):
        joined.key(letter)
    press("agree-0")
    press("send")
    joined.arrives(Name.SENDING)
    clip_id = diary.clips()[0].clip_id
    joined.until(lambda: joined.sees("open-page"), what="the receipt")
    clip = diary.clip(clip_id)
    assert clip.receipt is not None
    assert clip.rendition is not None
    assert clip.receipt.sha256 == clip.rendition.sha256
    assert clip.rendition.seconds == pytest.approx((clip.seconds or 0) - 1, abs=0.25)
    assert (clip.kind, clip.stage) == (Kind.VIDEO, Stage.RECEIVED)
    press("to-home")
    assert joined.at is Name.HOME
