"""Captions are checked line by line, by keyboard and by mouse; nobody has to, and only a person's word lets them go."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from diary_app.captions.checking import Check
from diary_app.captions.desk import How, Standing
from diary_app.captions.line import Line, Word
from diary_app.captions.maker import Making
from diary_app.clip import About, ClipId, KeptRange, Person
from diary_app.diary import Diary
from tests.support.app_window import OUTSIDE, Someone, open_window
from tests.support.captioned import put_draft
from ui import caption_words as words
from ui.place import Name, Place
from ui.widgets.caption_part import standing_words


def _lines(someone: Someone, clip_id: ClipId) -> list[str]:
    return [line.text for line in someone.window.desk.diary.captions.lines(clip_id)]


def _at(someone: Someone) -> Name:
    return someone.at


def test_from_about_it_line_by_line_to_these_are_right(someone: Someone, diary: Diary, clip_id: ClipId) -> None:
    put_draft(diary, clip_id)
    someone.go(Place(Name.ABOUT, clip_id))
    assert someone.reads("captions-say") == "3 lines, 2 to check"
    someone.press("captions-check")
    assert _at(someone) is Name.CAPTIONS
    assert someone.focused == "caption", "the first line to check has the focus"
    assert someone.reads("caption-sure") == "Not sure of: “goose”"
    assert "goose" in someone.see("caption").accessibleName(), "who cannot see the sign hears it"
    QTest.keySequence(someone.see("caption"), QKeySequence.StandardKey.SelectAll)
    QTest.keyClicks(someone.see("caption"), "I went for a walk with Miss Gough this morning.")
    someone.key(Qt.Key.Key_Return)
    assert someone.reads("caption-place") == "Line 2 of 3"
    assert someone.reads("captions-left") == "1 line is still to check."
    someone.key(Qt.Key.Key_Return)
    someone.key(Qt.Key.Key_Return)
    assert someone.focused == "captions-right", "after the last line comes the one next step"
    assert someone.reads("captions-left") == words.NONE_LEFT
    someone.key(Qt.Key.Key_Return)
    assert _at(someone) is Name.ABOUT
    assert someone.reads("captions-say").startswith("3 lines. You said that they are right")
    assert _lines(someone, clip_id)[0] == "I went for a walk with Miss Gough this morning."


def test_everything_can_be_undone_and_going_by_checks_nothing(someone: Someone, diary: Diary, clip_id: ClipId) -> None:
    put_draft(diary, clip_id)
    before = _lines(someone, clip_id)
    someone.go(Place(Name.CAPTIONS, clip_id))
    someone.press("caption-doubtful")
    assert someone.reads("caption-place") == "Line 2 of 3"
    someone.press("caption-back")
    assert someone.reads("captions-left") == "2 lines are still to check."
    someone.press("caption-delete")
    assert _lines(someone, clip_id) == before[1:]
    someone.press("caption-undo")
    assert _lines(someone, clip_id) == before
    QTest.keySequence(someone.see("caption"), QKeySequence.StandardKey.MoveToStartOfLine)
    QTest.keyClicks(someone.see("caption"), "Well, ")
    someone.window.back()
    assert _at(someone) is Name.ABOUT
    assert _lines(someone, clip_id)[0] == f"Well, {before[0]}", "what was typed is kept"
    assert diary.captions.standing(clip_id).how is How.DRAFT


def test_send_needs_no_captions_and_a_change_takes_the_word_back(
    someone: Someone, diary: Diary, clip_id: ClipId
) -> None:
    put_draft(diary, clip_id)
    diary.captions.keep(clip_id, diary.captions.lines(clip_id), approved=True)
    someone.go(Place(Name.CAPTIONS, clip_id))
    someone.key(Qt.Key.Key_Return)
    someone.window.back()
    assert diary.captions.standing(clip_id).how is How.APPROVED, "who only reads them takes nothing back"
    someone.settle()
    someone.press("captions-check")
    someone.press("caption-delete")
    assert diary.captions.standing(clip_id).how is How.DRAFT
    diary.set_about(clip_id, About(title="Walk", people=(Person("Me", agrees=True),)))
    diary.send(clip_id)
    assert diary.clip(clip_id).wanted
    someone.go(Place(Name.SENDING, clip_id))
    assert someone.reads("captions-note") == words.CHECK_LATER
    someone.press("captions-check")
    someone.press("captions-right")
    assert _at(someone) is Name.SENDING, "back where they came from"
    assert diary.captions.standing(clip_id).how is How.APPROVED


def test_a_line_is_played_and_a_bleeped_name_is_not_shown(someone: Someone, diary: Diary, clip_id: ClipId) -> None:
    put_draft(diary, clip_id)
    diary.captions.keep(clip_id, diary.captions.lines(clip_id), approved=True)
    diary.set_keep(clip_id, [KeptRange(0.5, 5.0)])
    assert diary.captions.standing(clip_id).how is How.APPROVED, "an edit of the trim keeps a person's word"
    diary.names.keep(clip_id, [KeptRange(1.75, 1.95)])
    assert diary.captions.standing(clip_id).how is How.DRAFT, "only ears can tell whether all of a name is hidden"
    assert diary.captions.standing(clip_id).to_check == 2
    someone.go(Place(Name.CAPTIONS, clip_id))
    assert someone.reads("caption") == "I went for a walk with [name] morning."
    screen = someone.window.screen_shown
    someone.until(lambda: getattr(screen, "_player", None) is not None, what="the take to be open")
    player = vars(screen)["_player"]
    someone.press("caption-play")
    someone.until(lambda: player.state.value == "ended", what="the line to be played")
    line = diary.captions.lines(clip_id)[vars(screen)["_history"].now.at]
    assert player.kept_s == pytest.approx(line.end_s - line.start_s + 0.4, abs=0.21)


def test_a_copy_of_one_s_own(diary: Diary, clip_id: ClipId, tmp_path: Path) -> None:
    put_draft(diary, clip_id)
    to = tmp_path / "mine.srt"
    with open_window(diary, tmp_path, outside=replace(OUTSIDE, ask_where=lambda _title, _name, _kinds: to)) as someone:
        someone.go(Place(Name.CAPTIONS, clip_id))
        someone.press("captions-copy")
        someone.until(lambda: "mine.srt" in someone.window.screen_shown.banner.text, what="that it is saved")
    assert to.read_text().startswith("1\n00:00:00,000 --> ")


SAYS = {
    Standing(How.CANNOT): words.CANNOT,
    Standing(How.MAKING, making=Making(0.5, 61.0)): "is done in about 1 minute",
    Standing(How.MAKING): words.MAKING,
    Standing(How.FAILED): "Your recording is safe",
    Standing(How.SILENT): "no captions",
    Standing(How.NOT_YET): words.NOT_YET,
    Standing(How.DRAFT, 1): "1 line",
    Standing(How.DRAFT, 12, 2): "12 lines, 2 to check",
}


def test_however_they_stand_it_is_said() -> None:
    assert {standing.how for standing in SAYS} | {How.APPROVED} == set(How)
    for standing, part in SAYS.items():
        assert part in standing_words(standing)


def test_where_a_computer_cannot_make_them_no_button_is_there(someone: Someone, diary: Diary, clip_id: ClipId) -> None:
    someone.go(Place(Name.ABOUT, clip_id))
    assert not someone.sees("captions-check")
    diary.captions.maker.start()  # the tests' computer has no model but where a test asks for it
    someone.until(lambda: someone.reads("captions-say") == words.CANNOT, what="that it is said")
    assert not someone.sees("captions-check")


def test_the_way_through_the_lines_is_pure() -> None:
    one, two = Line((Word(0, 1, "one"),)), Line((Word(1, 2, "two", doubtful=True),))
    check = Check((one, two, two))
    assert check.next_doubtful().at == 1
    assert check.move(9).at == 2
    assert check.move(2).next_doubtful().at == 1
    assert check.move(1).read("two").to_check == 1
    assert check.move(1).kept("two") == check.move(1)
    assert [line.text for line in check.move(2).deleted().lines] == ["one", "two"]
    assert check.move(2).deleted().at == 1
    gone = check.deleted().deleted().deleted()
    assert (gone.line, gone.at, gone.deleted().next_doubtful()) == (None, 0, gone)
