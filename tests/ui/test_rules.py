"""The pure rules behind the screens: steps of the way, trim, devices, what is missing, where Back leads."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from capture.model import Camera
from diary_app.clip import About, Clip, ClipId, Delivery, KeptRange, Kind, Person, Rendition, Stage
from diary_app.editing.errors import EditRefused
from diary_app.news import Progress
from ui import words
from ui.devices import pick
from ui.home import greeting
from ui.journey import Mark, line, steps
from ui.launch import has_display, window_options
from ui.missing import missing
from ui.place import HOME, Name, Place, back_from, place_of
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
