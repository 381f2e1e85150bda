"""The pure rules behind the screens: steps of the way, trim, devices, what is missing, where Back leads."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from capture.devices import DEMO_CAMERA, DEMO_MICROPHONE
from capture.model import Camera, Gap, Lost, Missing, TakeReport
from capture.picture_coach import PictureHint
from capture.sound_guard import SoundTrouble
from capture.sound_verdict import SoundFault
from capture.state import Device, Paused, Recording, Wish, lost_sentence
from diary_app.clip import About, Clip, ClipId, Delivery, KeptRange, Kind, Person, Rendition, Stage
from diary_app.editing.errors import EditRefused
from diary_app.news import Progress
from ui import words
from ui.devices import Choice, pick
from ui.home import greeting
from ui.journey import Mark, line, steps
from ui.launch import has_display, window_options
from ui.missing import missing
from ui.notices import NoticeBoard
from ui.place import HOME, Name, Place, back_from, place_of
from ui.scrap import Scrap
from ui.take_notes import marks, notes
from ui.trim import Trim
from ui.widgets.meter import loudness

CLIP = Clip(
    ClipId("a"), Kind.VIDEO, Stage.SAVED, datetime(2026, 11, 2, tzinfo=UTC), Path("a.mp4"), seconds=60.0, wanted=True
)
RENDITION = Rendition(Path("a.mp4"), "0" * 64, 6_000_000, 60.0)


def at(stage: Stage, *, rendition: Rendition | None = RENDITION, problem: str | None = None) -> Clip:
    """A clip at this stage; a problem holds it."""
    delivery = Delivery(problem=problem, held=problem is not None)
    return replace(CLIP, stage=stage, rendition=rendition, delivery=delivery)


# -- the way --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.RECORDING])
def test_every_stage_has_six_steps_and_is_at_one_of_them(stage: Stage) -> None:
    way = steps(at(stage))
    assert len(way) == 6
    assert [step.here for step in way].count(True) == 1
    marks = [step.mark for step in way]
    first_open = next((place for place, mark in enumerate(marks) if mark is not Mark.DONE), len(marks))
    assert all(mark in (Mark.NEXT, Mark.STUCK) for mark in marks[first_open + 1 :])


@pytest.mark.parametrize(
    ("stage", "text"),
    [
        (Stage.PREPARING, words.STEP_PREPARING),
        (Stage.SENDING, words.STEP_SENDING),
        (Stage.WAITING, words.STEP_WAITING),
        (Stage.RECEIVED, words.STEP_RECEIVED),
        (Stage.IN_REVIEW, words.STEP_LOOKED_AT),
        (Stage.PUBLISHED, words.STEP_PUBLISHED),
        (Stage.SENT_BACK, words.STEP_SENT_BACK),
        (Stage.WITHDRAWN, words.STEP_WITHDRAWN),
    ],
)
def test_the_step_that_counts_is_named(stage: Stage, text: str) -> None:
    rendition = None if stage is Stage.PREPARING else RENDITION
    assert next(step.text for step in steps(at(stage, rendition=rendition)) if step.here) == text


def test_progress_is_said_in_words() -> None:
    progress = Progress(CLIP.clip_id, Stage.SENDING, 0.5, seconds_left=118.0)
    step = next(step for step in steps(at(Stage.SENDING), progress) if step.here)
    assert (step.fraction, step.detail) == (0.5, "about 2 minutes left")


def test_a_portal_that_says_no_is_said_where_it_happened() -> None:
    stuck = at(Stage.READY, problem="It is too long.")
    step = next(step for step in steps(stuck) if step.here)
    assert (step.mark, step.text, step.detail) == (Mark.STUCK, words.STEP_HELD, "It is too long.")
    assert line(stuck).text == words.STEP_HELD


def test_nothing_is_called_sent_before_it_was_received() -> None:
    for stage in (Stage.SAVED, Stage.PREPARING, Stage.READY, Stage.WAITING, Stage.SENDING):
        assert words.STEP_SENT not in [step.text for step in steps(at(stage))]


# -- trim -----------------------------------------------------------------------------------------------------------

SECONDS, FRAME = 10.0, 0.04
moments = st.floats(-1.0, 11.0)
ways = st.lists(
    st.tuples(st.sampled_from(["start_here", "end_here", "mark_bit", "move_bit_start", "move_bit_end"]), moments)
    | st.tuples(st.sampled_from(["undo", "redo", "cut_bit", "leave_bit", "settle"]), st.none()),
    max_size=12,
)


@hypothesis.given(ways)
def test_whatever_is_pressed_something_is_kept(way: list[tuple[str, float | None]]) -> None:
    trim = Trim.of((), seconds=SECONDS, frame_s=FRAME)
    for name, moment in way:
        try:
            trim = getattr(trim, name)() if moment is None else getattr(trim, name)(min(SECONDS, max(0.0, moment)))
        except EditRefused:
            continue
        assert 0 < trim.kept_s <= SECONDS + 1e-6
        assert trim.bit is None or 0 <= trim.bit[0] < trim.bit[1] <= SECONDS


def test_a_bit_is_cut_and_comes_back() -> None:
    whole = Trim.of((), seconds=SECONDS, frame_s=FRAME)
    cut = whole.mark_bit(4.0).move_bit_end(5.0).cut_bit()
    assert cut.keep == (KeptRange(0.0, 4.0), KeptRange(5.0, 10.0))
    assert cut.undo().is_whole
    assert cut.undo().redo().keep == cut.keep


def test_a_handle_that_is_held_does_not_count_yet() -> None:
    held = Trim.of((), seconds=SECONDS, frame_s=FRAME).move_start(2.0)
    assert held.keep[0].start_s == 2.0
    assert held.undo().keep[0].start_s == 0.0
    assert held.settle().history.can_undo


# -- the rest -------------------------------------------------------------------------------------------------------

REAL, OTHER, PRACTICE = Camera("Webcam", "/dev/video0"), Camera("Second", "/dev/video2"), Camera("Practice", "demo")


def test_the_device_used_last_is_chosen_again() -> None:
    assert pick([REAL, OTHER, PRACTICE], wanted="", remembered="Second").device == OTHER
    assert pick([REAL, OTHER, PRACTICE], wanted="demo", remembered="Second").device == PRACTICE
    assert pick([REAL, PRACTICE], wanted="", remembered="Second").device == REAL


def test_the_practice_camera_is_never_taken_by_itself() -> None:
    assert pick([PRACTICE], wanted="", remembered="").device is None


THIRD = Camera("Third", "/dev/video4")


def test_what_the_user_chose_is_left_when_it_is_pulled_out_and_taken_up_when_it_is_back() -> None:
    choice = Choice(remembered="Second")
    assert choice.follow([REAL, OTHER, PRACTICE]).pick.device == OTHER
    choice.choose(REAL)
    gone = choice.follow([THIRD, OTHER, PRACTICE])
    assert (gone.gone, gone.pick.device) == ("Webcam", OTHER)
    assert choice.lasting == "Second"
    again = choice.follow([THIRD, OTHER, Camera("Webcam", "/dev/video6"), PRACTICE])
    assert (again.gone, again.back, again.pick.device) == ("", "Webcam", Camera("Webcam", "/dev/video6"))
    assert choice.lasting == "Webcam"


def test_a_device_that_is_plugged_in_does_not_take_the_place_of_what_stands_chosen() -> None:
    choice = Choice()
    assert choice.follow([OTHER, PRACTICE]).pick.device == OTHER
    change = choice.follow([REAL, OTHER, PRACTICE])
    assert (change.gone, change.back, change.pick.device) == ("", "", OTHER)


def test_what_was_used_by_itself_is_used_again_when_it_is_back() -> None:
    choice = Choice()
    choice.follow([REAL, OTHER])
    assert choice.follow([OTHER]).gone == "Webcam"
    assert choice.follow([OTHER, REAL]).back == "Webcam"


def test_the_remembered_device_is_still_remembered_after_another_stood_in_for_it() -> None:
    choice = Choice(remembered="Headset")
    assert choice.follow([REAL, PRACTICE]).pick.device == REAL
    assert choice.lasting == "Headset"


# -- what the banner says while recording ---------------------------------------------------------------------------

WISH, TAKE = Wish(DEMO_CAMERA, DEMO_MICROPHONE), Path("a.mp4")
BOTH = frozenset({Device.CAMERA, Device.MICROPHONE})


def said(board: NoticeBoard, trouble: SoundTrouble | None = None, hint: PictureHint | None = None) -> str:
    notice = board.now(trouble, hint)
    return notice.what if notice else ""


def lose(board: NoticeBoard, *lost: Device) -> None:
    """As the recorder tells it: first the state, then the sentence about the device that was lost last."""
    state = Recording(WISH, TAKE, frozenset(lost))
    board.see(state)
    board.tell(lost_sentence(state, lost[-1]))


@pytest.mark.parametrize("hint", list(PictureHint))
@pytest.mark.parametrize("trouble", list(SoundTrouble))
def test_sound_comes_before_the_picture_and_both_have_words(trouble: SoundTrouble, hint: PictureHint) -> None:
    board = NoticeBoard()
    assert said(board) == ""
    assert said(board, hint=hint) == words.HINTS[hint][0]
    assert said(board, trouble, hint) == words.TROUBLES[trouble][0]


def test_a_lost_device_comes_first_until_it_is_back() -> None:
    board = NoticeBoard()
    lose(board, Device.CAMERA)
    assert said(board, SoundTrouble.QUIET, PictureHint.DARK).startswith("The camera has stopped.")
    assert board.see(Recording(WISH, TAKE)) is Device.CAMERA
    assert said(board, SoundTrouble.QUIET) == words.TROUBLES[SoundTrouble.QUIET][0]


def test_no_advice_about_a_device_that_is_away() -> None:
    board = NoticeBoard()
    lose(board, Device.CAMERA)
    lose(board, Device.CAMERA, Device.MICROPHONE)
    board.dismiss()
    board.dismiss()
    assert said(board, SoundTrouble.SILENT, PictureHint.NO_FACE) == ""


def test_what_is_left_of_the_take_is_told_anew_when_one_of_two_devices_is_back() -> None:
    board = NoticeBoard()
    lose(board, Device.CAMERA)
    lose(board, Device.CAMERA, Device.MICROPHONE)
    assert "nothing is being recorded" in said(board)
    assert board.see(Paused(WISH, TAKE, frozenset({Device.CAMERA}))) is Device.MICROPHONE
    assert "goes on with sound alone" in said(board)


def test_another_warning_outlasts_a_device_that_comes_back() -> None:
    board = NoticeBoard()
    board.see(Recording(WISH, TAKE))
    board.tell("There is room for 10 more minutes.")
    lose(board, Device.MICROPHONE)
    board.see(Recording(WISH, TAKE))
    assert said(board) == board.last_told == "There is room for 10 more minutes."
    board.dismiss()
    assert said(board) == board.last_told == ""


# -- scrapping ------------------------------------------------------------------------------------------------------


@hypothesis.given(st.floats(0.0, 40_000.0), st.floats(0.0, 600.0))
def test_what_was_said_in_the_last_30_seconds_goes_however_long_the_question_is_read(
    at_s: float, read_s: float
) -> None:
    scrap = Scrap.at(at_s)
    left_s = max(0.0, at_s + read_s - scrap.seconds(at_s + read_s))
    assert left_s == pytest.approx(max(0.0, at_s - 30.0), abs=1e-6)
    assert scrap.is_all == (at_s <= 30)


def test_scrapping_is_said_in_words() -> None:
    assert "0:42" in Scrap.at(72.5).question[1]
    assert Scrap.at(72.5).done(34.4) == "The last 34 seconds are gone."
    assert Scrap.at(12.0).question == (words.SCRAP_ASK_ALL, words.SCRAP_WHY_ALL)
    assert Scrap.at(12.0).done(12.0) == words.SCRAPPED_ALL


# -- what is said about a whole take --------------------------------------------------------------------------------


def report(*gaps: Gap, lost: Lost | None = None, sound_lost_s: float = 0.0, seconds: float = 100.0) -> TakeReport:
    """Of a take with 30 pictures a second."""
    frames = round(seconds * 30)
    lost = lost or Lost()
    return TakeReport(frames_captured=frames, lost=lost, sound_lost_s=sound_lost_s, gaps=gaps, seconds=seconds)


def test_every_gap_is_said_with_its_times() -> None:
    found = marks(report(*(Gap(missing, 10.0, 14.0, outside_s=300.0) for missing in Missing)))
    assert [mark.sentence for mark in found] == [
        "The camera was away from 0:10 to 0:14.",
        "The microphone was away from 0:10 to 0:14.",
        "From 0:10 to 0:14 nothing could be kept.",
        "At 0:10 the computer slept for 5 minutes. Nothing was recorded meanwhile.",
    ]
    assert len({mark.word for mark in found}) == len(Missing)


def test_many_gaps_are_told_in_three_sentences_and_a_number() -> None:
    text = notes(report(*(Gap(Missing.CAMERA, at, at + 2) for at in range(0, 50, 5))))
    assert text.count("away") == 3
    assert words.GAPS_MORE.format(count=7) in text


@pytest.mark.parametrize(
    ("told", "made"),
    [
        ("", report(Gap(Missing.MICROPHONE, 3.0, 3.2), sound_lost_s=0.2)),
        ("", report(lost=Lost(device=20, queue=9))),
        ("", report(Gap(Missing.CAMERA, 10.0, 14.0), lost=Lost(device=120))),
        ("", report(Gap(Missing.MICROPHONE, 10.0, 14.0), sound_lost_s=4.0)),
        ("", report(lost=Lost(encoder=14), seconds=5.0)),
        ("The computer was busy: about 2 seconds of the picture", report(lost=Lost(queue=50, device=10))),
        ("The camera left out about 2 seconds", report(lost=Lost(queue=10, device=50))),
        ("The camera left out about 2 seconds", report(Gap(Missing.CAMERA, 1.0, 5.0), lost=Lost(device=180))),
        ("The computer was busy: less than a second", report(lost=Lost(encoder=24), seconds=20.0)),
        ("In small pieces, about 3 seconds of the sound", report(sound_lost_s=3.0)),
    ],
)
def test_losses_are_told_when_they_can_be_noticed_and_gaps_are_not_told_twice(told: str, made: TakeReport) -> None:
    text = notes(made).removeprefix(" ".join(mark.sentence for mark in marks(made))).strip()
    assert text.startswith(told) if told else text == ""


def test_every_verdict_has_words() -> None:
    assert set(words.FAULTS) == set(words.TRY_VERDICTS) == set(SoundFault)


def test_what_is_missing_is_said_in_the_order_of_the_screen() -> None:
    me, other = Person(words.ME, agrees=False), Person("", agrees=False)
    found = missing(About("", people=(me, other)))
    assert [each.field for each in found] == ["title", "agree-0", "person-1", "agree-1"]
    assert missing(About("A walk", people=(Person(words.ME, agrees=True),))) == ()


@pytest.mark.parametrize(
    ("hour", "text"), [(3, "Good evening"), (8, "Good morning"), (12, "Good afternoon"), (19, "Good evening")]
)
def test_the_greeting_knows_the_hour(hour: int, text: str) -> None:
    assert greeting(hour) == text


@pytest.mark.parametrize(
    ("peaks", "word"),
    [([-80.0], "No sound"), ([-45.0, -40.0], "Quiet"), ([-50.0, -12.0], "Good"), ([-0.5], "Too loud")],
)
def test_loudness_has_a_word(peaks: list[float], word: str) -> None:
    assert loudness(peaks).word == word


def test_back_leads_one_screen_back_and_never_out_of_a_recording() -> None:
    clip_id = CLIP.clip_id
    assert back_from(Place(Name.ABOUT, clip_id)) == Place(Name.WATCH, clip_id)
    assert back_from(Place(Name.GET_READY)) == HOME
    assert back_from(Place(Name.RECORDING, clip_id)) is None


def test_a_clip_opens_where_it_is() -> None:
    assert place_of(replace(CLIP, wanted=False)).name is Name.WATCH
    assert place_of(CLIP).name is Name.SENDING
    assert place_of(at(Stage.SENT_BACK)).name is Name.SENDING


def test_only_options_of_the_window_open_it() -> None:
    assert window_options([]) == {}
    assert window_options(["--data-dir", "x", "--camera=demo"]) == {"--data-dir": "x", "--camera": "demo"}
    assert window_options(["devices"]) is None
    assert window_options(["--camera"]) is None
    assert window_options(["--camera", "demo", "record"]) is None


def test_a_display_is_needed_on_linux_alone() -> None:
    assert not has_display("linux", {})
    assert has_display("linux", {"WAYLAND_DISPLAY": "wayland-0"})
    assert has_display("win32", {})
