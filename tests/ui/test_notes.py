"""The notes on screen: the pure rules with a clock of the test's own, then a real window over a real take."""

import codecs
import itertools
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QColor, QFontMetricsF, QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from diary_app.diary import Diary
from diary_app.errors import Refused
from tests.support.app_window import Someone, get_ready, recording
from ui import notes_words, shortcuts
from ui.notes import PACES, Line, Lines, Reading, read_file
from ui.notes_box import NotesField
from ui.notes_kept import NotesKept
from ui.place import Name, Place
from ui.recording import RecordingScreen
from ui.remembered import Remembered
from ui.shortcuts import Key
from ui.widgets.prompter import Prompter, lines_of

TEXT = "One two three four.\n\nFive six seven eight nine ten.\n" * 12

# -- how far --------------------------------------------------------------------------------------------------------

ways = st.lists(st.tuples(st.sampled_from(["go", "stand", "faster", "slower"]), st.floats(0.0, 30.0)), max_size=10)


@hypothesis.given(ways)
def test_words_are_read_at_the_pace_of_each_moment_and_none_while_it_stands(way: list[tuple[str, float]]) -> None:
    reading, now_s, read = Reading(length=10_000.0), 0.0, 0.0
    for what, later_s in way:
        read += later_s * reading.pace / 60 if reading.since_s is not None else 0.0
        now_s += later_s
        assert reading.at(now_s) == pytest.approx(read)
        reading = getattr(reading, what)(now_s)
        assert reading.at(now_s) == pytest.approx(read), "nothing jumps"
        assert reading.pace in PACES


def test_it_ends_with_the_last_word_and_moves_on_from_where_the_reader_puts_it() -> None:
    reading = Reading(pace=120, length=10.0).go(100.0)
    assert reading.at(102.0) == 4.0
    moved = reading.move_to(1.0, 102.0)
    assert (moved.at(102.0), moved.at(103.0)) == (1.0, 3.0)
    assert moved.at(500.0) == 10.0
    assert reading.stand(102.0).move_to(-3.0, 110.0).at(120.0) == 0.0


LAID = Lines((Line(0.0, "a b c d"), Line(40.0, ""), Line(80.0, "e f"), Line(120.0, "g h")), 160.0)


@hypothesis.given(st.floats(0.0, LAID.length), st.floats(0.0, LAID.length))
def test_the_way_is_steady_and_there_and_back_is_the_same(one: float, other: float) -> None:
    sooner, later = sorted((one, other))
    assert LAID.y_at(sooner) <= LAID.y_at(later)
    assert LAID.read_at(LAID.y_at(one)) == pytest.approx(one)
    assert LAID.top_at(one) in (0.0, 40.0, 80.0, 120.0, 160.0)
    assert LAID.top_at(one) <= LAID.y_at(one) <= LAID.top_at(one) + 40.0


def test_an_empty_line_is_a_breath_and_lines_are_gone_to() -> None:
    assert LAID.length == 4 + 1 + 2 + 2
    assert (LAID.y_at(2.0), LAID.y_at(4.5), LAID.y_at(9.0)) == (20.0, 60.0, 160.0)
    assert [LAID.beside(5.5, by) for by in (-9, -1, 0, 1, 9)] == [0.0, 4.0, 5.0, 7.0, 7.0]
    assert Lines((), 0.0).y_at(3.0) == Lines((), 0.0).beside(3.0, 1) == 0.0


# -- text files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        "Café “ŵ”\nTwo".encode(),
        codecs.BOM_UTF8 + "Café “ŵ”\r\nTwo\r\n".encode(),
        codecs.BOM_UTF16_LE + "Café “ŵ”\r\nTwo".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "Café “ŵ”\nTwo".encode("utf-16-be"),
    ],
)
def test_text_is_read_as_every_system_writes_it(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(data)
    assert read_file(file) == "Café “ŵ”\nTwo"


def test_what_is_no_text_or_is_too_long_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes("Café “x”".encode("cp1252"))
    assert read_file(file) == "Café “x”"
    for data, says in (
        (b"PK\x03\x04\x14\0\x06\0word/document.xml", "is not a plain text file"),
        (b"\x89PNG\r\n\x1a\n", "is not a plain text file"),
        (b"word " * 10_001, "is too long"),
        (("\N{EURO SIGN}" * 400_000).encode(), "is too long"),
    ):
        file.write_bytes(data)
        with pytest.raises(Refused, match=says):
            read_file(file)
    with pytest.raises(Refused, match="cannot be read"):
        read_file(tmp_path)


# -- what is seen ---------------------------------------------------------------------------------------------------


class Clock:
    """Stands still until it is told."""

    now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


def shown(qtbot: QtBot, clock: Clock, *, by_line: bool = False) -> Prompter:
    """The notes on a widget of their own."""
    prompter = Prompter(now_s=clock)
    qtbot.addWidget(prompter)
    prompter.resize(500, 400)
    prompter.show_notes(TEXT, size=1, pace=120, by_line=by_line)
    prompter.show()
    qtbot.waitExposed(prompter)
    return prompter


def rows_with_ink(prompter: Prompter) -> list[bool]:
    """Which rows of pixels have letters in them, the mark left out."""
    image = prompter.grab().toImage()
    card = prompter.palette().base().color().lightness()
    return [
        any(abs(QColor(image.pixel(x, y)).lightness() - card) > 60 for x in range(50, 400, 2))
        for y in range(5, image.height() - 5)
    ]


def test_the_text_moves_up_by_what_was_read_and_stands_when_told(qtbot: QtBot) -> None:
    clock = Clock()
    prompter = shown(qtbot, clock)
    before = rows_with_ink(prompter)
    assert prompter.line == "One two three four."
    prompter.move_on()
    clock.now_s += 2.0  # four words: the whole first line
    qtbot.waitUntil(lambda: rows_with_ink(prompter) != before)
    moved = round(prompter.line_px)
    assert rows_with_ink(prompter)[:300] == before[moved : moved + 300]
    prompter.stand()
    there = rows_with_ink(prompter)
    clock.now_s += 60.0
    prompter.by_lines(0)
    assert rows_with_ink(prompter) == there


def test_with_less_motion_it_moves_by_whole_lines(qtbot: QtBot) -> None:
    clock = Clock()
    prompter = shown(qtbot, clock, by_line=True)
    prompter.move_on()
    tops = set()
    for _ in range(40):
        clock.now_s += 0.1
        tops.add(prompter._y())
    assert tops == {0, round(prompter.line_px), round(2 * prompter.line_px)}


def test_no_word_is_cut_off_whatever_the_size_and_the_width(qtbot: QtBot) -> None:
    long = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch is far. " * 5
    prompter = Prompter()
    qtbot.addWidget(prompter)
    for size, width in itertools.product(range(len(notes_words.SIZES)), (200, 600)):
        prompter.show_notes(long, size=size, pace=120, by_line=False)
        metrics = QFontMetricsF(prompter.letters())
        laid = lines_of(long, prompter.letters(), width).lines
        assert "".join(line.text.replace(" ", "") for line in laid) == long.replace(" ", "")
        assert max(metrics.horizontalAdvance(line.text) for line in laid) <= width + 2


# -- the whole way --------------------------------------------------------------------------------------------------


def with_notes(someone: Someone) -> NotesKept:
    """Write notes on Get ready, as a person does."""
    someone.go(Place(Name.GET_READY))
    someone.press("show-notes")
    assert someone.focused == "notes-field"
    field = someone.see("notes-field")
    assert isinstance(field, NotesField)
    field.setPlainText(TEXT)
    return NotesKept(someone.window.desk.remembered)


def press_keys(someone: Someone, key: Key) -> None:
    QTest.keySequence(someone.window, QKeySequence(key.sequences[0]))


def moves(prompter: Prompter) -> bool:
    """True while it moves by itself."""
    return prompter.moving


def test_notes_are_shown_move_with_the_take_and_are_kept_for_the_next(
    someone: Someone, diary: Diary, own_data_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = with_notes(someone)
    prompter = recording(someone, diary).notes.prompter
    assert someone.focused == "stop"
    assert someone.sees("preview")
    someone.until(lambda: moves(prompter), what="the notes move")
    press_keys(someone, shortcuts.NOTES_FASTER)
    assert (kept.pace, someone.reads("notes-pace")) == (130, "130 words a minute")
    someone.press("notes-slower")
    someone.press("notes-slower")
    assert kept.pace == 110
    press_keys(someone, shortcuts.NOTES_HOLD)
    assert not moves(prompter)
    stood = prompter.reading.read
    press_keys(someone, shortcuts.NOTES_ON)
    assert prompter.reading.read > stood
    someone.press("notes-hold")
    assert moves(prompter)
    someone.press("pause")
    someone.until(lambda: not moves(prompter), what="the notes stand while the take is paused")
    someone.press("notes-hold")
    assert not moves(prompter), "held, and paused"
    someone.press("notes-hold")
    someone.press("pause")
    someone.until(lambda: moves(prompter), what="the notes move on with the take")
    someone.press("stop")
    someone.arrives(Name.WATCH)
    assert not moves(prompter)
    someone.go(Place(Name.GET_READY))
    again = NotesKept(Remembered(own_data_folder))
    someone.window.desk.remembered._file.sync()
    assert (again.text, again.shown, again.pace) == (TEXT, True, 110)
    assert "Five six" not in caplog.text


def test_notes_are_moved_by_hand_without_a_key_that_records(someone: Someone, diary: Diary) -> None:
    with_notes(someone)
    prompter = recording(someone, diary).notes.prompter
    press_keys(someone, shortcuts.NOTES_HOLD)
    prompter.by_lines(-100)
    someone.see("prompter").setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown):
        someone.key(key)
    assert prompter._lines.line_at(prompter.reading.read) == 5
    wheel = QWheelEvent(
        QPointF(9, 9),
        QPointF(9, 9),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(prompter, wheel)
    assert prompter._lines.line_at(prompter.reading.read + 1e-3) == 4
    QTest.mousePress(prompter, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    QTest.mouseMove(prompter, QPoint(200, 200 - round(2 * prompter.line_px)))
    QTest.mouseRelease(prompter, Qt.MouseButton.LeftButton)
    assert prompter._lines.line_at(prompter.reading.read + 0.1) == 6
    someone.key(Qt.Key.Key_Space)
    assert someone.reads("recording-word") == "RECORDING"


def whole(someone: Someone, name: str) -> bool:
    """True when all of it is seen."""
    found = someone.see(name)
    return found.visibleRegion().boundingRect() == QRect(QPoint(0, 0), found.size())


def test_stop_and_the_line_to_read_are_in_sight_on_a_small_screen(someone: Someone, diary: Diary) -> None:
    with_notes(someone)
    screen = recording(someone, diary)
    for scale, size in ((1.0, (683, 384)), (2.0, (1024, 600))):
        screen.banner.hush()
        all_is_in_sight(someone, screen, scale, size)
    someone.window.set_scale(1.0)


def all_is_in_sight(someone: Someone, screen: RecordingScreen, scale: float, size: tuple[int, int]) -> None:
    someone.window.set_scale(scale)
    someone.window.resize(*size)
    someone.settle()
    for name in ("stop", "notes-slower", "notes-hold", "notes-faster", "preview"):
        assert whole(someone, name), name
    assert screen.notes.prompter.height() >= screen.notes.prompter.line_px
    screen.banner.say("We can’t hear you.", safe="Your recording goes on. Is the microphone covered? Move closer.")
    someone.settle()
    assert whole(someone, "stop")


def test_a_text_file_is_dropped_or_refused_in_words(someone: Someone, tmp_path: Path) -> None:
    someone.go(Place(Name.GET_READY))
    someone.press("show-notes")
    field = someone.see("notes-field")
    assert isinstance(field, NotesField)
    file, letter = tmp_path / "notes.txt", tmp_path / "notes.docx"
    file.write_text("Hello.\nI am here.", encoding="utf-8")
    letter.write_bytes(b"PK\x03\x04\0\0")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    assert field.canInsertFromMimeData(mime)
    field.insertFromMimeData(mime)
    someone.until(lambda: field.toPlainText() == "Hello.\nI am here.", what="the words of the file")
    assert someone.reads("notes-said").startswith("4 words: a few seconds to read.")
    mime.setUrls([QUrl.fromLocalFile(str(letter))])
    field.insertFromMimeData(mime)
    someone.until(lambda: someone.reads("notes-said").startswith("notes.docx is not a plain text"), what="the refusal")
    assert field.toPlainText() == "Hello.\nI am here."
    assert get_ready(someone).place is not None
