"""The memory stick in the window: clips go away and come back, for everybody, and what fails says so."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QScrollArea, QWidget

from diary_app.clip import ClipId
from diary_app.delivery.pairing import Pairing
from diary_app.diary import Diary
from diary_app.folders import Folders, folders
from diary_app.rescue import taking
from diary_app.rescue.age import KEY_WORK
from portal.rescue_keys import Identity
from portal.sealed import opened, unsealed
from tests.support.app_window import Someone, open_window
from ui import rescue_steps
from ui import rescue_words as words
from ui.design import TARGET
from ui.rescue import TakeAway

SCALE, SIZE = 2.0, (1024, 600)
"""The size of the text and of the window on which nothing may be lost."""


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The memory stick that is chosen in the system's own window."""
    folder = tmp_path / "stick"
    folder.mkdir()
    monkeypatch.setattr(rescue_steps, "ask_for_folder", lambda _parent, _title: folder)
    monkeypatch.setattr(taking, "WORDS_WORK", KEY_WORK)
    return folder


@contextmanager
def another_computer(someone: Someone, folder: Path) -> Iterator[Someone]:
    """The first window is closed; someone at the window of another computer, of the same size."""
    scale, size = someone.window.look.scale, someone.window.size()
    someone.window.end()
    diary = Diary(Folders(folder))
    try:
        with open_window(diary, folder, size=(size.width(), size.height())) as person:
            person.window.set_scale(scale)
            person.window.resize(size)
            yield person
    finally:
        diary.close()


def begin(someone: Someone, name: str) -> QWidget:
    """Open Help and press one of its two buttons; returns the window of steps."""
    someone.press("help")
    someone.see(name).setFocus()
    someone.key(Qt.Key.Key_Space)
    return someone.see({"rescue-take": "rescue-taking", "rescue-bring": "rescue-bringing"}[name])


def press(someone: Someone, name: str) -> None:
    """Scroll to it as a person would, and press it."""
    found = someone.see(name)
    for scroll in found.window().findChildren(QScrollArea):
        if scroll.isAncestorOf(found):
            scroll.ensureWidgetVisible(found)
    someone.settle()
    someone.press(name)


def write(someone: Someone, name: str, text: str) -> None:
    """Scroll to a field, click into it, and type."""
    press(someone, name)
    someone.write(name, text)


def everything_can_be_used(someone: Someone, steps: QWidget) -> None:
    """Each control of the page has a name, a target and the keyboard, fits, and nothing is cut off."""
    someone.settle()
    (scroll,) = steps.findChildren(QScrollArea)
    page, viewport = scroll.widget(), scroll.viewport()
    assert page is not None
    assert page.width() <= viewport.width(), f"{steps.windowTitle()} is too wide: {page.minimumSizeHint()}"
    focused = QApplication.focusWidget()
    assert focused is not None
    assert steps.isAncestorOf(focused)
    controls = [each for kind in (QAbstractButton, QLineEdit) for each in page.findChildren(kind) if each.isVisible()]
    assert controls
    for control in controls:
        interface = QAccessible.queryAccessibleInterface(control)
        assert interface is not None
        assert interface.text(QAccessible.Text.Name).strip(), control.objectName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control.objectName()
        assert control.height() >= TARGET, control.objectName()
        scroll.ensureWidgetVisible(control)
        box = QRect(control.mapTo(viewport, QPoint(0, 0)), control.size())
        assert viewport.rect().adjusted(-1, -1, 1, 1).contains(box), f"{control.objectName()} {box} {viewport.rect()}"
    for text in page.findChildren(QLabel):
        if text.isVisible() and not text.wordWrap():
            assert text.width() >= text.sizeHint().width() - 1, text.text()


def words_typed_back(someone: Someone, steps: QWidget, *, mistake: bool = False) -> tuple[str, ...]:
    """From the words to the system's window for folders; returns the six words that were shown."""
    assert someone.focused == "rescue-words"
    shown = [text.text() for text in someone.see("rescue-words").findChildren(QLabel)]
    assert [text.split(". ")[0] for text in shown] == ["1", "2", "3", "4", "5", "6"]
    made = tuple(text.split(". ")[1] for text in shown)
    assert someone.see("rescue-words").accessibleName() == words.WORDS_SPOKEN.format(words=", ".join(made))
    everything_can_be_used(someone, steps)
    press(someone, "rescue-written")
    fields = {at: someone.all(f"rescue-word-{at}") for at in range(1, 7)}
    asked = [at for at, found in fields.items() if found]
    assert len(asked) == 2
    assert not someone.sees("rescue-words"), "the words are out of sight while they are typed"
    for at in asked:
        write(someone, f"rescue-word-{at}", "else" if mistake and at == asked[1] else made[at - 1].upper() + " ")
    everything_can_be_used(someone, steps)
    return made


def test_clips_go_away_and_come_out_at_another_computer(
    someone: Someone, clip_id: ClipId, stick: Path, own_data_folder: Path, tmp_path: Path
) -> None:
    someone.window.set_scale(SCALE)
    someone.window.resize(*SIZE)
    diary = someone.window.desk.diary
    pair = joined(folders(str(own_data_folder)))
    steps = begin(someone, "rescue-take")
    someone.see("rescue-words-show")
    everything_can_be_used(someone, steps)
    assert words.TAKE_PORTAL.format(portal="Our diary") in texts(steps)
    press(someone, "rescue-words-show")
    assert words.WORDS_WHY_PORTAL.format(portal="Our diary") in texts(steps)
    made = words_typed_back(someone, steps)
    press(someone, "rescue-choose")
    someone.until(lambda: steps.windowTitle() == words.TAKEN, what="the end")
    everything_can_be_used(someone, steps)
    assert someone.reads("rescue-said-0") == words.TAKEN_SOME.of(1)
    (folder,) = stick.iterdir()
    assert folder.name in someone.reads("rescue-said-1")
    assert someone.reads("rescue-said-3") == words.TAKEN_PORTAL.format(portal="Our diary")
    key = opened(folder, "portal.age", pair).decode()
    portals = json.loads(b"".join(unsealed(folder, "portal-index.age", key)))
    assert portals["clips"] == [{"wanted": False}], "nobody has sent it: the portal learns no more than that"
    someone.key(Qt.Key.Key_Escape)
    assert not someone.sees("rescue-taking")
    assert diary.clip(clip_id).take.exists()
    with another_computer(someone, tmp_path / "elsewhere") as elsewhere:
        bring(elsewhere, made)
        assert elsewhere.window.desk.diary.clip(clip_id).title == diary.clip(clip_id).title


def joined(place: Folders) -> Identity:
    """As if this app were joined to a portal, which nobody reaches; returns the portal's keys."""
    pair = Identity.new()
    pairing = Pairing("http://127.0.0.1:1", "Our diary", practice=False, account="", rescue_recipient=pair.recipient)
    place.settings.write_text(json.dumps({"portal": asdict(pairing)}))
    return pair


def texts(steps: QWidget) -> list[str]:
    """What the page says."""
    return [text.text() for text in steps.findChildren(QLabel)]


def bring(elsewhere: Someone, made: tuple[str, ...]) -> None:
    """Mistype twice, then bring the clips."""
    steps = begin(elsewhere, "rescue-bring")
    everything_can_be_used(elsewhere, steps)
    press(elsewhere, "rescue-choose")
    write(elsewhere, "rescue-typed", " ".join(made[:5]))
    press(elsewhere, "rescue-bring-now")
    assert "5 of them" in elsewhere.reads("rescue-bringing-banner-what")
    elsewhere.see("rescue-typed").setFocus()
    typed = elsewhere.see("rescue-typed")
    assert isinstance(typed, QLineEdit)
    typed.setText("mouse " * 6)
    elsewhere.key(Qt.Key.Key_Return)
    elsewhere.until(lambda: "not the six words" in elsewhere.reads("rescue-bringing-banner-what"), what="a refusal")
    everything_can_be_used(elsewhere, steps)
    field = elsewhere.see("rescue-typed")
    assert isinstance(field, QLineEdit)
    field.setText(" ".join(made))
    press(elsewhere, "rescue-bring-now")
    elsewhere.until(lambda: steps.windowTitle() == words.BROUGHT, what="the clips")


def test_a_word_that_was_written_wrong_goes_no_further_and_a_stick_that_fails_says_so(
    someone: Someone, clip_id: ClipId, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = begin(someone, "rescue-take")
    press(someone, "rescue-words-show")
    made = words_typed_back(someone, steps, mistake=True)
    press(someone, "rescue-choose")
    assert "is another one" in someone.reads("rescue-taking-banner-what")
    assert someone.focused.startswith("rescue-word-")
    press(someone, "rescue-words-again")
    assert words_typed_back(someone, steps) == made
    with monkeypatch.context() as gone:
        gone.setattr(rescue_steps, "ask_for_folder", lambda _parent, _title: stick / "gone")
        press(someone, "rescue-choose")
        someone.until(lambda: steps.windowTitle() == words.NOT_TAKEN, what="the sentence")
    assert "pulled out" in someone.reads("rescue-said-0")
    assert someone.focused == "rescue-again"
    press(someone, "rescue-again")
    someone.until(lambda: steps.windowTitle() == words.TAKEN, what="the end")


@pytest.mark.parametrize("way", ["stop", "close"])
def test_whoever_stops_or_leaves_waits_for_nothing(
    someone: Someone, clip_id: ClipId, stick: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """A stick so slow that it would never end, were it not told to stop."""
    diary = someone.window.desk.diary
    steps = begin(someone, "rescue-take")
    assert isinstance(steps, TakeAway)
    press(someone, "rescue-words-show")
    words_typed_back(someone, steps)
    slow = diary.rescue.take

    def never_ends(*arguments: object, **named: object) -> object:
        assert steps.stop.wait(60), "nobody told it to stop"
        return slow(stick, ("a",) * 6, stop=steps.stop)

    monkeypatch.setattr(diary.rescue, "take", never_ends)
    press(someone, "rescue-choose")
    stop = someone.see("rescue-stop")
    assert stop.hasFocus()
    match way:
        case "stop":
            press(someone, "rescue-stop")
            someone.until(lambda: steps.windowTitle() == words.NOT_TAKEN, what="that it stopped")
            assert someone.reads("rescue-said-0") == words.STOPPED_TAKING
        case _:
            someone.window.end()
    someone.until(lambda: list(stick.iterdir()) == [], what="an empty stick")


def test_where_everything_arrived_there_is_nothing_to_take(someone: Someone, stick: Path) -> None:
    steps = begin(someone, "rescue-take")
    someone.until(lambda: steps.windowTitle() == words.NOTHING, what="the sentence")
    assert someone.reads("rescue-said-0") == words.NOTHING_WHY
