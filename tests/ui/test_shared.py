"""A shared computer: tiles, a PIN, a window of one's own, and nothing of it left when the next person comes."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from capture.state import Recording
from diary_app.clip import About
from diary_app.folders import Folders
from diary_app.rescue.passphrase import joined
from diary_app.settings import Settings
from diary_app.shared.at_rest import open_files
from diary_app.shared.house import House
from tests.support.app_window import DEMO, OUTSIDE, PATIENCE_S, Someone, recording
from tests.support.takes import make_take, ticking
from ui.awake import Nothing
from ui.design import TARGET
from ui.place import Name, Place
from ui.shared_app import SharedApp
from ui.shared_idle import IDLE_S, WARN_S
from ui.shared_life import Life
from ui.shared_parts import Page
from ui.shared_session import NoTray, Session
from ui.window import Window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)

WORDS = ("amber", "basket", "candle", "dolphin", "engine", "forest")
PIN, OTHER = "2580", "9173"


class Team:
    """The people at one shared computer, pressing and typing."""

    def __init__(self, data: Path) -> None:
        self.ended: list[bool] = []
        folders = Folders(data)
        self.shared = SharedApp(
            folders,
            Settings(),
            make_tray=lambda _open, _end: NoTray(),
            awake=Nothing(),
            end=lambda: self.ended.append(True),
            wanted=DEMO,
            outside=OUTSIDE,
            make_house=lambda tell: House(folders, work=10, tell=tell),
        )

    @property
    def house(self) -> House:
        return self.shared.house

    @property
    def window(self) -> QWidget:
        """The window that is shown."""
        return self.session.window or self.shared.tiles if self.shared.session else self.shared.tiles

    @property
    def session(self) -> Session:
        """Of whoever is here."""
        assert self.shared.session is not None
        return self.shared.session

    @property
    def own(self) -> Window:
        """The window of whoever is here."""
        assert self.session.window is not None
        return self.session.window

    def until(self, true: Callable[[], bool], *, what: str) -> None:
        ends = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < ends, f"waited in vain for {what}"
            QTest.qWait(10)

    def all(self, name: str) -> list[QWidget]:
        found = [each for top in QApplication.topLevelWidgets() for each in top.findChildren(QWidget, name)]
        return [each for each in found if each.isVisible()]

    def see(self, name: str) -> QWidget:
        self.until(lambda: bool(self.all(name)), what=name)
        return self.all(name)[0]

    def press(self, name: str) -> None:
        QTest.mouseClick(self.see(name), Qt.MouseButton.LeftButton)
        QApplication.processEvents()

    def write(self, name: str, text: str) -> None:
        self.press(name)
        QTest.keyClicks(self.see(name), text)

    def reads(self, name: str) -> str:
        found = self.see(name)
        assert isinstance(found, QLabel | QAbstractButton)
        return found.text()

    def banner(self, name: str) -> str:
        return self.see(name).accessibleName()

    def tile(self, name: str) -> None:
        self.until(lambda: any(each.toolTip() == name for each in self.all("tile")), what=f"the tile of {name}")
        found = next(each for each in self.all("tile") if each.toolTip() == name)
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)

    def come(self, name: str, pin: str) -> None:
        self.tile(name)
        self.write("pin", pin)
        self.press("open-diary")
        self.until(lambda: self.shared.state is Life.HERE, what=f"{name} is here")

    def leave(self) -> None:
        self.press("im-done")
        self.until(lambda: self.shared.state is Life.TILES, what="the tiles")

    def end(self) -> None:
        self.shared.end()
        QTest.qWait(1)
        self.shared.deleteLater()
        self.shared.tiles.deleteLater()
        QTest.qWait(1)


@pytest.fixture
def empty(qapp: QApplication, own_data_folder: Path) -> Iterator[Team]:
    """A computer that nobody has set up."""
    made = Team(own_data_folder)
    made.shared.start(background=False)
    yield made
    made.end()


@pytest.fixture
def team(qapp: QApplication, own_data_folder: Path) -> Iterator[Team]:
    """Sam and Alex share a computer."""
    made = Team(own_data_folder)
    made.house.set_up(WORDS)
    made.house.add("Sam", PIN)
    made.house.add("Alex", OTHER)
    made.shared.start(background=False)
    yield made
    made.end()


def test_from_six_words_on_paper_to_a_diary_of_ones_own(empty: Team) -> None:
    shown = empty.shared.tiles.set_up.words
    assert all(word in empty.reads("six-words") for word in shown)
    empty.press("words-written")
    assert not empty.all("six-words")
    empty.write("words-back", "one two three")
    empty.press("set-up-finish")
    assert "not the six words" in empty.banner("set-up-banner")
    empty.press("words-again")
    empty.press("words-written")
    empty.write("words-back", " ".join(shown))
    empty.press("set-up-finish")
    empty.press("new-here")
    empty.write("new-name", "Sam")
    empty.write("new-pin", "1234")
    empty.write("new-pin-again", "1243")
    empty.press("make-diary")
    assert "not the same" in empty.banner("new-banner")
    assert empty.house.owners() == []
    for name in ("new-pin", "new-pin-again"):
        empty.see(name).setFocus()
        QTest.keyClick(empty.see(name), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(empty.see(name), PIN)
    empty.press("make-diary")
    for digit in PIN:
        empty.press(f"digit-{digit}")
    empty.press("open-diary")
    empty.until(lambda: empty.shared.state is Life.HERE, what="Sam is here")
    assert empty.own.screens[Name.HOME].heading == "Good evening, Sam"


def test_the_next_person_sees_nothing_of_the_last_one(team: Team, tmp_path: Path) -> None:
    team.come("Sam", PIN)
    first = team.own
    clip_id = team.session.diary.add_file(make_take(tmp_path / "a.mp4", ticking(30)))
    team.session.diary.set_about(clip_id, About(title="My hard day"))
    sams = team.session.came.folders
    team.leave()
    assert not first.isVisible()
    team.come("Alex", OTHER)
    assert team.own is not first
    assert team.session.diary.clips() == []
    seen = [label.text() for top in QApplication.topLevelWidgets() for label in top.findChildren(QLabel)]
    assert not [text for text in seen if "My hard day" in text]
    team.until(lambda: not open_files(sams), what="Sam's diary is sealed")
    team.leave()
    team.come("Sam", PIN)
    assert [clip.title for clip in team.session.diary.clips()] == ["My hard day"]


def test_wrong_pins_are_told_kindly_and_then_cost_time(team: Team) -> None:
    team.tile("Sam")
    for _ in range(5):
        team.write("pin", OTHER)
        team.press("open-diary")
        team.until(lambda: bool(team.all("pin-banner")) and not team.all("pin")[0].property("text"), what="an answer")
    assert "too many wrong PINs" in team.banner("pin-banner")
    assert "seconds" in team.reads("pin-wait")
    team.write("pin", PIN)
    team.press("open-diary")
    team.until(lambda: bool(team.all("pin-banner")), what="an answer")
    assert team.shared.state is Life.TILES


def test_staff_give_a_new_pin_and_the_person_is_told(team: Team) -> None:
    team.tile("Sam")
    team.press("forgotten")
    team.write("staff-words", joined(WORDS[::-1]))
    team.write("other-pin", "7391")
    team.write("other-pin-again", "7391")
    team.press("keep-pin")
    assert "not the six words" in team.banner("new-pin-banner")
    team.shared.tiles.new_pin.first().setFocus()
    QTest.keyClick(team.see("staff-words"), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(team.see("staff-words"), " ".join(WORDS))
    team.press("keep-pin")
    team.write("pin", "7391")
    team.press("open-diary")
    team.until(lambda: team.shared.state is Life.HERE, what="Sam is here")
    assert "Staff gave you a new PIN" in team.banner("home-banner" if team.all("home-banner") else "welcome-banner")


def test_staff_take_a_tile_away_and_bring_it_back(team: Team) -> None:
    team.press("for-staff")
    team.write("staff-key", " ".join(WORDS))
    team.press("staff-go")
    team.press("take-away")
    team.press("bring-back")
    team.until(lambda: len(team.house.owners()) == 2, what="Alex is back")


def test_whoever_walks_away_is_asked_and_then_signed_out(team: Team) -> None:
    team.come("Sam", PIN)
    now = [1000.0]
    session = team.session
    session._clock = lambda: now[0]
    session.touched()
    now[0] += IDLE_S + 1
    session.look()
    assert "59 seconds" in " ".join(each.text() for each in team.see("question").findChildren(QLabel))
    team.press("still-here")
    session.look()
    assert not team.all("question")
    now[0] += IDLE_S + WARN_S
    session.look()
    assert team.shared.state is Life.TILES
    assert not team.all("question")


def test_a_recording_is_never_cut_by_walking_away(team: Team) -> None:
    team.come("Sam", PIN)
    now = [1000.0]
    session = team.session
    session._clock = lambda: now[0]
    session.touched()
    recording(Someone(team.own), session.diary)
    for _ in range(3):
        now[0] += IDLE_S + WARN_S
        session.look()
    assert team.shared.state is Life.HERE
    assert not team.all("question")
    assert isinstance(session.diary.recorder_state, Recording)


def test_closing_the_tiles_ends_the_app_as_soon_as_nothing_is_left_to_do(team: Team) -> None:
    team.until(lambda: not team.house.porter.busy, what="nothing is left to do")
    team.shared.tiles.close()
    assert team.shared.state is Life.ENDED
    assert team.ended == [True]


@pytest.mark.parametrize("name", [Name.HOME, Name.GET_READY])
def test_the_way_out_takes_no_word_of_where_somebody_is(team: Team, name: Name) -> None:
    team.come("Sam", PIN)
    team.own.set_scale(2.0)
    team.own.resize(1024, 600)
    Someone(team.own).go(Place(name))
    heading, done = team.see("heading"), team.see("im-done")
    team.until(lambda: heading.width() >= heading.sizeHint().width(), what="the whole heading")
    assert team.own.rect().contains(QRect(done.mapTo(team.own, QPoint(0, 0)), done.size()))


# -- works for everybody --------------------------------------------------------------------------------------------


def pages(team: Team) -> list[Page]:
    """Every page, filled as it is when somebody sees it."""
    tiles, sam = team.shared.tiles, team.house.owners()[1]
    tiles.pin.begin(sam, wait_s=30)
    tiles.new_pin.begin(sam)
    tiles.opening.reach(0.4, 20)
    tiles.people.show_sending(2)
    staff = tiles.staff
    staff.show_people(team.house.owners(), team.house.owners()[:1])
    return [tiles.people, tiles.pin, tiles.opening, tiles.new, tiles.new_pin, staff, tiles.set_up, tiles.help]


def controls(page: QWidget) -> list[QWidget]:
    kinds: tuple[type[QWidget], ...] = (QAbstractButton, QLineEdit)
    return [found for kind in kinds for found in page.findChildren(kind) if found.isVisible()]


@pytest.mark.parametrize(("scale", "size"), [(1.0, (683, 384)), (2.0, (1024, 600))])
def test_every_page_works_by_keyboard_and_loses_nothing_on_a_small_screen(
    team: Team, scale: float, size: tuple[int, int]
) -> None:
    tiles = team.shared.tiles
    tiles.set_scale(scale)
    tiles.resize(*size)
    for page in pages(team):
        tiles.go(page)
        for _ in range(3):
            QTest.qWait(1)
        inner, viewport = page.widget(), page.viewport()
        assert inner is not None
        assert inner.width() <= viewport.width(), f"{page.objectName()} is wider than the window"
        found = controls(page)
        assert found
        for control in found:
            interface = QAccessible.queryAccessibleInterface(control)
            assert interface is not None
            assert interface.text(QAccessible.Text.Name).strip(), control.objectName()
            assert control.height() >= TARGET, control.objectName()
            page.ensureWidgetVisible(control)
            box = QRect(control.mapTo(viewport, QPoint(0, 0)), control.size())
            whole = viewport.rect().adjusted(-1, -1, 1, 1).contains(box)
            assert whole or control.height() > viewport.height(), f"{control.objectName()} {box} {viewport.rect()}"
        reached = set()
        for _ in range(len(found) + 4):
            QTest.keyClick(QApplication.focusWidget() or tiles, Qt.Key.Key_Tab)
            reached.add(QApplication.focusWidget())
        assert set(found) <= reached, [each.objectName() for each in set(found) - reached]


def test_a_pin_is_never_spoken_and_a_tile_says_who_it_is(team: Team) -> None:
    tile = QAccessible.queryAccessibleInterface(team.see("tile"))
    assert tile is not None
    assert tile.text(QAccessible.Text.Name) == "Alex, open my diary"
    team.tile("Sam")
    team.write("pin", "25x8")
    field = team.see("pin")
    assert isinstance(field, QLineEdit)
    assert field.text() == "258"
    interface = QAccessible.queryAccessibleInterface(field)
    assert interface is not None
    assert interface.state().passwordEdit
    assert "258" not in interface.text(QAccessible.Text.Value)
