"""From Watch it back to Your clips: each screen in each of its states, at a real window over a real diary."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QRadioButton

from capture.model import Gap, Missing, TakeReport
from capture.sound_verdict import SoundFault
from diary_app.catalogue import Catalogue
from diary_app.clip import About, ClipId, Delivery, Person, Preset, Receipt, Rendition, Stage
from diary_app.diary import Diary
from diary_app.folders import Folders
from tests.support.app_window import Someone, open_window
from tests.support.helpful_diary import note_report, verdict
from ui import again_words, words
from ui.desk import Outside
from ui.place import Name, Place
from ui.sending import Sending
from ui.watch_back import WatchBack


@pytest.fixture
def at_watch(someone: Someone, clip_id: ClipId) -> Someone:
    """Someone at Watch it back, with the take open."""
    someone.go(Place(Name.WATCH, clip_id))
    someone.see("handle-start")
    return someone


def move(folder: Path, clip_id: ClipId, stage: Stage, *, delivery: Delivery | None = None, note: str = "") -> None:
    """Bring a clip to a stage, as the background would."""
    catalogue = Catalogue(Folders(folder).catalogue)
    try:
        catalogue.want(clip_id)
        if stage not in (Stage.SAVED, Stage.PREPARING):
            catalogue.set_rendition(clip_id, Rendition(folder / "renditions" / "a.mp4", "0" * 64, 6_000_000, 6.0))
        if stage in (Stage.RECEIVED, Stage.IN_REVIEW, Stage.PUBLISHED, Stage.SENT_BACK):
            catalogue.set_receipt(Receipt(clip_id, "0" * 64, 6_000_000, "2026-11-02T19:30:00Z", "http://127.0.0.1/c/1"))
        if delivery is not None:
            catalogue.set_delivery(clip_id, delivery)
        catalogue.move(clip_id, stage, note=note or None)
    finally:
        catalogue.close()


# -- watch it back --------------------------------------------------------------------------------------------------


def watch(someone: Someone) -> WatchBack:
    screen = someone.window.screen_shown
    assert isinstance(screen, WatchBack)
    return screen


def test_it_plays_to_the_end_of_what_is_kept(at_watch: Someone, diary: Diary, clip_id: ClipId) -> None:
    view = watch(at_watch).view
    at_watch.until(lambda: view.picture.picture is not None, what="the first picture")
    QTest.mouseClick(at_watch.see("strip"), Qt.MouseButton.LeftButton, pos=QPoint(strip_x(at_watch, 5.2), 60))
    at_watch.press("end-here")
    assert diary.clip(clip_id).kept_seconds == pytest.approx(5.2, abs=0.1)
    QTest.mouseClick(at_watch.see("strip"), Qt.MouseButton.LeftButton, pos=QPoint(strip_x(at_watch, 4.6), 60))
    at_watch.press("play")
    assert at_watch.reads("play") == words.PAUSE_PLAY
    at_watch.until(lambda: at_watch.reads("play") == words.PLAY, what="it has ended")
    assert at_watch.reads("play-time") == "0:05 / 0:05"


def strip_x(someone: Someone, take_s: float) -> int:
    return round(watch(someone).strip.x_of(take_s))


def test_a_handle_is_dragged_by_mouse(at_watch: Someone, diary: Diary, clip_id: ClipId) -> None:
    handle = at_watch.see("handle-start")
    by = strip_x(at_watch, 2.0) - strip_x(at_watch, 0.0)
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=QPoint(15, 40))
    QTest.mouseMove(handle, QPoint(15 + by, 40))
    assert diary.clip(clip_id).keep == ()  # it counts when it is let go
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=QPoint(15, 40))
    assert diary.clip(clip_id).keep[0].start_s == pytest.approx(2.0, abs=0.05)


def test_a_handle_moves_by_a_picture_or_a_second_with_the_keyboard(
    at_watch: Someone, diary: Diary, clip_id: ClipId
) -> None:
    at_watch.tab_to("handle-end")
    at_watch.key(Qt.Key.Key_Left, shift=True)
    at_watch.key(Qt.Key.Key_Left)
    clip = diary.clip(clip_id)
    assert clip.keep[-1].end_s == pytest.approx((clip.seconds or 0) - 1 - 1 / 30, abs=0.01)
    assert at_watch.see("handle-end").accessibleName() == "End of the clip, 5 seconds"


def test_a_bit_is_cut_out_and_undo_and_redo_bring_it_back_and_forth(
    at_watch: Someone, diary: Diary, clip_id: ClipId
) -> None:
    QTest.mouseClick(at_watch.see("strip"), Qt.MouseButton.LeftButton, pos=QPoint(strip_x(at_watch, 2.0), 60))
    at_watch.until(lambda: watch(at_watch).view.player is not None, what="the player")
    at_watch.press("cut-bit")
    assert at_watch.focused == "handle-bit-start"
    assert at_watch.reads("cut-bit") == words.CUT_NOW
    at_watch.press("cut-bit")
    keep = diary.clip(clip_id).keep
    assert [round(edge, 1) for part in keep for edge in (part.start_s, part.end_s)] == [0.0, 2.0, 4.0, 6.0]
    at_watch.press("undo")
    assert diary.clip(clip_id).keep == ()
    at_watch.press("redo")
    assert diary.clip(clip_id).keep == keep


def test_the_strip_fills_with_pictures_and_sound(at_watch: Someone) -> None:
    strip = watch(at_watch).strip
    at_watch.until(lambda: strip.filled == (24, True), what="the strip is full")


# -- what there is to say about the take ----------------------------------------------------------------------------

CAMERA_GAP, SOUND_GAP = Gap(Missing.CAMERA, 1.0, 2.5), Gap(Missing.MICROPHONE, 4.0, 5.0)


def look_at(someone: Someone, folder: Path, clip_id: ClipId, report: TakeReport) -> WatchBack:
    """Open a take that has this report."""
    note_report(Folders(folder), clip_id, report)
    someone.go(Place(Name.WATCH, clip_id))
    someone.see("handle-start")
    return watch(someone)


@pytest.mark.parametrize("fault", list(SoundFault))
def test_the_sound_of_the_whole_take_is_judged_and_recording_again_is_offered(
    someone: Someone, own_data_folder: Path, clip_id: ClipId, fault: SoundFault
) -> None:
    look_at(someone, own_data_folder, clip_id, TakeReport(sound=verdict(fault), seconds=6.0))
    assert someone.reads("watch-banner-what") == words.FAULTS[fault][0]
    assert words.SAFE in someone.reads("watch-banner-safe")
    assert someone.focused == "play"
    someone.press("watch-banner-do")
    assert someone.sees("again-keep")
    someone.press("again-cancel")


def test_the_verdict_stays_while_the_take_is_cut(someone: Someone, own_data_folder: Path, clip_id: ClipId) -> None:
    look_at(someone, own_data_folder, clip_id, TakeReport(sound=verdict(SoundFault.NOISY), seconds=6.0))
    someone.tab_to("handle-start")
    someone.key(Qt.Key.Key_Right, shift=True)
    assert someone.reads("watch-banner-what") == words.FAULTS[SoundFault.NOISY][0]


def test_a_take_that_sounds_well_and_is_whole_needs_no_words(
    someone: Someone, own_data_folder: Path, clip_id: ClipId
) -> None:
    look_at(someone, own_data_folder, clip_id, TakeReport(sound=verdict(None), seconds=6.0, frames_captured=180))
    assert not someone.sees("watch-banner")
    assert not someone.sees("take-notes")


def test_gaps_are_marked_on_the_strip_with_a_pattern_a_word_and_a_sentence(
    someone: Someone, own_data_folder: Path, clip_id: ClipId
) -> None:
    report = TakeReport(gaps=(CAMERA_GAP, SOUND_GAP), seconds=6.0, sound_lost_s=1.0)
    strip = look_at(someone, own_data_folder, clip_id, report).strip
    someone.until(lambda: strip.filled == (24, True), what="the strip is full")
    with_marks = strip.grab().toImage()
    strip.show_marks(())
    assert someone.reads("take-notes") == "The camera was away from 0:01 to 0:02. " + MICROPHONE_SENTENCE
    without = strip.grab().toImage()
    changed = [x for x in range(strip.width()) if column(with_marks, x) != column(without, x)]
    assert min(changed) == pytest.approx(strip.x_of(CAMERA_GAP.start_s), abs=4)
    assert max(changed) == pytest.approx(strip.x_of(SOUND_GAP.end_s), abs=4)
    middle = round(strip.x_of(3.25))
    assert middle not in changed


MICROPHONE_SENTENCE = "The microphone was away from 0:04 to 0:05."


def column(image: QImage, x: int) -> list[int]:
    return [image.pixel(x, y) for y in range(image.height())]


def test_a_screen_reader_is_told_of_the_gaps(someone: Someone, own_data_folder: Path, clip_id: ClipId) -> None:
    report = TakeReport(gaps=(SOUND_GAP,), seconds=6.0, sound_lost_s=1.0)
    strip = look_at(someone, own_data_folder, clip_id, report).strip
    assert strip.accessibleDescription() == MICROPHONE_SENTENCE


def test_a_clip_that_is_on_its_way_is_not_judged_any_more(
    someone: Someone, own_data_folder: Path, clip_id: ClipId
) -> None:
    note_report(Folders(own_data_folder), clip_id, TakeReport(sound=verdict(SoundFault.SILENT), seconds=6.0))
    move(own_data_folder, clip_id, Stage.RECEIVED)
    someone.go(Place(Name.WATCH, clip_id))
    someone.until(lambda: watch(someone).view.player is not None, what="the take is open")
    assert not someone.sees("watch-banner")


def test_record_again_asks_what_becomes_of_this_one(at_watch: Someone, diary: Diary, clip_id: ClipId) -> None:
    at_watch.press("record-again")
    at_watch.press("again-cancel")
    assert at_watch.at is Name.WATCH
    at_watch.press("record-again")
    at_watch.press("again-bin")
    at_watch.arrives(Name.GET_READY)
    at_watch.until(lambda: diary.clips() == [], what="the old one is gone")


def test_a_take_that_is_gone_says_so(someone: Someone, diary: Diary, clip_id: ClipId) -> None:
    diary.clip(clip_id).take.unlink()
    someone.go(Place(Name.WATCH, clip_id))
    someone.until(lambda: someone.sees("watch-banner"), what="the banner")
    assert "not there any more" in someone.reads("watch-banner-what")


# -- about it -------------------------------------------------------------------------------------------------------


def test_send_says_what_is_missing_and_leads_there(someone: Someone, diary: Diary, clip_id: ClipId) -> None:
    diary.set_about(clip_id, About())
    someone.go(Place(Name.ABOUT, clip_id))
    someone.until(lambda: "B" in someone.reads("send"), what="the promise")
    someone.press("someone-else")
    someone.settle()
    someone.press("send")
    assert someone.focused == "missing"
    assert someone.reads("missing-what") == words.MISSING.of(4)
    someone.press("missing-title")
    assert someone.focused == "title"
    QTest.keyClicks(someone.see("title"), "A walk")
    someone.press("agree-0")
    someone.write("person-1", "Ann")
    assert someone.reads("missing-what") == words.MISSING.of(1)
    someone.press("agree-1")
    assert not someone.sees("missing")
    assert diary.clip(clip_id).wanted is False


def test_each_preset_says_what_it_comes_to(someone: Someone, diary: Diary, clip_id: ClipId) -> None:
    someone.go(Place(Name.ABOUT, clip_id))
    promised = {preset: someone.see(f"preset-{preset}") for preset in Preset}
    for preset, choice in promised.items():
        assert isinstance(choice, QRadioButton)
        assert choice.text().startswith(words.PRESETS[preset])
        assert choice.isChecked() is (preset is Preset.NORMAL)

    def said() -> list[str]:
        return [someone.reads(f"preset-{preset}") for preset in Preset]

    someone.until(lambda: all(text.endswith("B") for text in said()), what="the promises")
    normal = someone.reads("send")
    assert normal.removeprefix("Send: ") in someone.reads("preset-normal")
    someone.press("preset-smaller")
    assert someone.reads("send") != normal
    assert someone.reads("send").removeprefix("Send: ") in someone.reads("preset-smaller")
    someone.key(Qt.Key.Key_Escape)
    someone.arrives(Name.WATCH)
    assert diary.clip(clip_id).about.preset is Preset.SMALLER


def test_every_answer_is_kept(someone: Someone, diary: Diary, clip_id: ClipId) -> None:
    someone.go(Place(Name.ABOUT, clip_id))
    title = someone.see("title")
    assert isinstance(title, QLineEdit)
    assert title.text() == "Six seconds"
    someone.press("audience-staff")
    someone.press("clean-sound")
    someone.press("agree-0")
    someone.press("someone-else")
    someone.write("person-1", "Ann")
    someone.key(Qt.Key.Key_Escape)
    someone.arrives(Name.WATCH)
    assert diary.clip(clip_id).about.people == (Person(words.ME, agrees=True), Person("Ann", agrees=False))
    assert diary.clip(clip_id).about.clean_sound
    someone.press("use-this")
    assert someone.reads("person-1") == "Ann"
    someone.press("remove-1")
    someone.press("send")
    someone.arrives(Name.SENDING)
    assert diary.clip(clip_id).wanted
    assert diary.clip(clip_id).about.audience == "staff"


# -- sending, your clips --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "seen"),
    [
        (Stage.PREPARING, ["stage-ready", "to-home"]),
        (Stage.SENDING, ["stage-sending", "to-home"]),
        (Stage.WAITING, ["stage-sending", "try-now"]),
        (Stage.RECEIVED, ["stage-received", "open-page", "watch-again", "bin"]),
        (Stage.IN_REVIEW, ["stage-in-review", "open-page"]),
        (Stage.PUBLISHED, ["stage-published", "open-page"]),
        (Stage.SENT_BACK, ["stage-published", "open-page", "change-again"]),
    ],
)
def test_the_way_of_a_clip(
    someone: Someone, own_data_folder: Path, clip_id: ClipId, stage: Stage, seen: list[str]
) -> None:
    move(own_data_folder, clip_id, stage, note="Lovely. Please say where it was." if stage is Stage.SENT_BACK else "")
    someone.go(Place(Name.SENDING, clip_id))
    screen = someone.window.screen_shown
    assert isinstance(screen, Sending)
    assert [name for name, step in screen.way.items() if step.here] == seen[:1]
    for name in seen:
        assert someone.sees(name), name
    said = {Stage.SENT_BACK: again_words.HOW}
    said |= dict.fromkeys((Stage.PREPARING, Stage.SENDING, Stage.WAITING), words.CLOSE_ANYTIME)
    assert someone.reads("sending-note") == said.get(stage, words.ALL_THERE)


def test_a_refusal_of_the_portal_is_said(someone: Someone, own_data_folder: Path, clip_id: ClipId) -> None:
    sentence = "The portal takes clips of up to 8 GB."
    move(own_data_folder, clip_id, Stage.READY, delivery=Delivery(problem=sentence, held=True))
    someone.go(Place(Name.SENDING, clip_id))
    assert someone.reads("stage-sending-detail") == sentence
    assert someone.focused == "try-now"
    assert sentence in someone.see("stage-sending").accessibleName()


def test_its_page_opens_in_the_browser(diary: Diary, own_data_folder: Path, clip_id: ClipId) -> None:
    move(own_data_folder, clip_id, Stage.RECEIVED)
    opened: list[str] = []
    with open_window(diary, own_data_folder, outside=Outside(open_page=opened.append)) as someone:
        someone.go(Place(Name.SENDING, clip_id))
        someone.press("open-page")
    assert opened == ["http://127.0.0.1/c/1"]


def test_your_clips_lead_to_where_each_clip_is(someone: Someone, diary: Diary, clip_id: ClipId) -> None:
    someone.go(Place(Name.CLIPS))
    assert someone.focused == f"clip-{clip_id}"
    assert "Saved on this computer" in someone.see(f"clip-{clip_id}").accessibleName()
    someone.key(Qt.Key.Key_Return)
    someone.arrives(Name.WATCH)


# -- everywhere -----------------------------------------------------------------------------------------------------


def test_help_has_words_for_each_screen_and_gives_the_focus_back(someone: Someone, clip_id: ClipId) -> None:
    for name in (Name.HOME, Name.GET_READY, Name.ABOUT, Name.CLIPS):
        someone.go(Place(name, clip_id))
        someone.key(Qt.Key.Key_F1)
        assert someone.focused == "close-help"
        assert someone.window.screen_shown.help_words
        someone.key(Qt.Key.Key_Escape)
        assert (someone.at, someone.focused) == (name, "help")


def test_the_size_of_the_words_is_remembered(diary: Diary, own_data_folder: Path) -> None:
    with open_window(diary, own_data_folder) as someone:
        someone.press("help")
        someone.press("text-larger")
        assert someone.window.look.scale == 1.25
    with open_window(diary, own_data_folder) as someone:
        assert someone.window.look.scale == 1.25
        assert QApplication.font().pixelSize() == 20


def test_slow_work_never_runs_on_the_thread_of_the_window(someone: Someone) -> None:
    seen: list[str] = []
    someone.window.desk.bridge.errand(lambda: threading.current_thread().name, seen.append, seen.append)
    someone.until(lambda: bool(seen), what="the errand")
    assert seen == ["errand"]
