"""Hold, send now, connections that are paid for by the amount, and the card with the rules, at a real window."""

import itertools
import random
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtNetwork import QNetworkInformation
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget

from diary_app import cli
from diary_app.catalogue import Catalogue
from diary_app.clip import ClipId, Goes, Stage
from diary_app.delivery.sending_rules import Cap, MayGo, Rules
from diary_app.diary import Diary
from diary_app.folders import Folders
from tests.support.app_window import Someone, open_window
from tests.support.diary_files import add_ready_clip
from ui import sending_words, words
from ui.connection import hear_of_connection
from ui.design import TARGET
from ui.journey import Mark
from ui.place import Name, Place
from ui.sending import Sending
from ui.staying import line_of, way_of

METERED_LINE = "Waiting: this connection is paid for by the amount. Your recording is safe."
HELD_LINE = "Held on this computer until you say so"


@pytest.fixture
def ready_id(diary: Diary, own_data_folder: Path, rng: random.Random) -> ClipId:
    """A clip that is ready and wanted; nothing is running that would send it."""
    folders = Folders(own_data_folder)
    catalogue = Catalogue(folders.catalogue)
    try:
        return add_ready_clip(folders, catalogue, size=1000, rng=rng).clip_id
    finally:
        catalogue.close()


def sending_step(someone: Someone) -> tuple[str, bool]:
    """The words of the step Send, and whether the clip is there."""
    screen = someone.window.screen_shown
    assert isinstance(screen, Sending)
    step = screen.way["stage-sending"]
    return f"{step.text}. {step.detail}", step.here


def check_control(control: QWidget) -> None:
    """What tests/ui/test_everybody.py asks of everything that can be pressed."""
    assert isinstance(control, QAbstractButton | QComboBox)
    assert control.accessibleName()
    assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert control.height() >= TARGET


def test_hold_and_send_now_with_the_keyboard(someone: Someone, diary: Diary, ready_id: ClipId) -> None:
    someone.go(Place(Name.SENDING, ready_id))
    check_control(someone.see("hold"))
    someone.tab_to("hold")
    someone.key(Qt.Key.Key_Space)
    someone.until(lambda: someone.focused == "send-now", what="what takes its place")
    assert sending_step(someone) == (f"{HELD_LINE}. {words.SAFE}", True)
    assert someone.reads("sending-note") == sending_words.HELD_NOTE
    assert not someone.sees("hold")
    assert diary.clip(ready_id).delivery.goes is Goes.HELD
    check_control(someone.see("send-now"))
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.focused == "hold", what="it may be held again")
    assert not someone.sees("send-now")
    assert diary.clip(ready_id).delivery.goes is Goes.BY_ITSELF
    assert someone.reads("sending-note") == words.CLOSE_ANYTIME


def test_a_connection_that_is_paid_for_by_the_amount(someone: Someone, diary: Diary, ready_id: ClipId) -> None:
    someone.go(Place(Name.SENDING, ready_id))
    diary.sending.on_connection(metered=True)
    someone.until(lambda: sending_step(someone) == (METERED_LINE, True), what="why it waits")
    assert someone.reads("sending-note") == sending_words.METERED_NOTE
    assert someone.focused != "send-anyway", "Enter alone must not cost money"
    someone.window.set_scale(2.0)
    someone.window.resize(1024, 600)
    someone.settle()
    page = someone.window.screen_shown.widget()
    assert page is not None
    assert page.width() <= someone.window.screen_shown.viewport().width()
    check_control(someone.see("send-anyway"))
    someone.press("send-anyway")
    someone.until(lambda: not someone.sees("send-anyway"), what="it goes")
    assert diary.clip(ready_id).delivery.goes is Goes.ANYWAY
    assert sending_step(someone) == (f"{words.STEP_SEND}. ", True)
    someone.press("hold")
    someone.until(lambda: someone.sees("send-now"), what="it can be held all the same")


def test_the_list_says_why_a_clip_stays(someone: Someone, diary: Diary, ready_id: ClipId) -> None:
    someone.go(Place(Name.CLIPS))
    name = f"clip-{ready_id}"
    diary.sending.on_connection(metered=True)
    someone.until(lambda: METERED_LINE in someone.see(name).accessibleName(), what="why it waits")
    diary.sending.hold(ready_id)
    someone.until(lambda: HELD_LINE in someone.see(name).accessibleName(), what="that it is held")
    someone.go(Place(Name.HOME))
    assert HELD_LINE in someone.see(name).accessibleName()


def test_the_command_line_says_it_too(
    diary: Diary, own_data_folder: Path, ready_id: ClipId, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["clips", "--data-dir", str(own_data_folder)])
    assert HELD_LINE not in capsys.readouterr().out
    diary.sending.hold(ready_id)
    cli.main(["clips", "--data-dir", str(own_data_folder)])
    assert HELD_LINE in capsys.readouterr().out
    cli.main(["clips", "--json", "--data-dir", str(own_data_folder)])
    assert '"goes": "held"' in capsys.readouterr().out


def test_the_rules_are_chosen_with_the_keyboard_and_remembered(
    someone: Someone, diary: Diary, own_data_folder: Path
) -> None:
    someone.go(Place(Name.CLIPS))
    someone.tab_to("also-metered")
    someone.key(Qt.Key.Key_Space)
    someone.tab_to("send-speed")
    someone.key(Qt.Key.Key_Down)
    someone.key(Qt.Key.Key_Down)
    assert diary.sending.rules == Rules(also_metered=True, cap=Cap.LOW)
    with open_window(diary, own_data_folder) as later:
        later.go(Place(Name.CLIPS))
        tick, speed = later.see("also-metered"), later.see("send-speed")
        assert isinstance(tick, QAbstractButton)
        assert isinstance(speed, QComboBox)
        assert (tick.isChecked(), speed.currentText()) == (True, sending_words.LOW)


def test_a_rule_that_cannot_be_kept_is_not_shown_as_kept(someone: Someone, own_data_folder: Path) -> None:
    someone.go(Place(Name.CLIPS))
    (own_data_folder / "sending.json").mkdir()
    someone.press("also-metered")
    tick = someone.see("also-metered")
    assert isinstance(tick, QAbstractButton)
    assert not tick.isChecked()
    assert "could not be kept" in someone.reads("clips-banner-what")


def test_the_words_at_every_stage(diary: Diary, ready_id: ClipId) -> None:
    """Preparing goes on while a clip is held; what is going out already does not wait for another connection."""
    ready = diary.clip(ready_id)
    lines = {MayGo.ON_HOLD: HELD_LINE, MayGo.METERED: METERED_LINE}
    said: dict[MayGo, list[Stage]] = {answer: [] for answer in MayGo}
    for answer, stage in itertools.product(MayGo, (Stage.PREPARING, Stage.READY, Stage.WAITING, Stage.SENDING)):
        clip = replace(ready, stage=stage)
        way = way_of(clip, None, answer)
        assert sum(step.here for step in way) == 1
        if line_of(clip, None, answer).text == lines.get(answer):
            assert lines[answer].startswith(way[2].text)
            said[answer].append(stage)
    assert said == {
        MayGo.YES: [],
        MayGo.NEEDS_SOMEBODY: [],
        MayGo.ON_HOLD: [Stage.PREPARING, Stage.READY, Stage.WAITING, Stage.SENDING],
        MayGo.METERED: [Stage.READY, Stage.WAITING],
    }
    marks = [step.mark for step in way_of(replace(ready, stage=Stage.PREPARING), None, MayGo.ON_HOLD)]
    assert marks[1:3] == [Mark.NOW, Mark.NEXT]


def test_the_window_hears_of_the_connection(qapp: QApplication) -> None:
    assert qapp
    heard: list[bool] = []
    window = QWidget()
    hear_of_connection(heard.append, window)
    information = QNetworkInformation.instance()
    if not heard:
        pytest.skip("this system does not say whether a connection is paid for by the amount")
    assert heard == [information.isMetered()]
    information.isMeteredChanged.emit(True)
    information.isMeteredChanged.emit(False)
    assert heard[1:] == [True, False]
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    information.isMeteredChanged.emit(True)
    assert heard[1:] == [True, False], "only as long as the window is there"
