"""The list of gaps of one take."""

from hypothesis import given
from hypothesis import strategies as st

from capture.gaps import MOST, GapList
from capture.model import Gap, Missing


def test_what_nobody_notices_is_no_gap() -> None:
    gaps = GapList()
    gaps.note(Missing.CAMERA, 1.0, 1.5)
    gaps.note(Missing.MICROPHONE, 3.0, 3.09)
    assert not gaps.gaps
    assert abs(gaps.sound_lost_s - 0.09) < 1e-9, "but sound that is lost is counted"
    gaps.note(Missing.CAMERA, 4.0, 4.6)
    gaps.note(Missing.MICROPHONE, 5.0, 5.2)
    gaps.note(Missing.ENCODER, 6.0, 6.001)
    assert [gap.missing for gap in gaps.gaps] == [Missing.CAMERA, Missing.MICROPHONE, Missing.ENCODER]


def test_silence_that_goes_on_is_one_gap() -> None:
    gaps = GapList()
    for step in range(10):
        gaps.note(Missing.MICROPHONE, 2.0 + step * 0.5, 2.5 + step * 0.5)
    assert gaps.gaps == (Gap(Missing.MICROPHONE, 2.0, 7.0),)
    assert gaps.sound_lost_s == 5.0


def test_sleep_is_a_moment_however_short() -> None:
    gaps = GapList()
    gaps.note(Missing.ASLEEP, 4.0, 4.0, 3600.0)
    assert gaps.gaps == (Gap(Missing.ASLEEP, 4.0, 4.0, 3600.0),)


def test_what_was_scrapped_takes_its_gaps_along() -> None:
    gaps = GapList()
    gaps.note(Missing.MICROPHONE, 1.0, 3.0)
    gaps.note(Missing.CAMERA, 2.5, 6.0)
    gaps.note(Missing.ENCODER, 7.0, 8.0)
    gaps.cut(2.0)
    assert gaps.gaps == (Gap(Missing.MICROPHONE, 1.0, 2.0),)
    assert gaps.sound_lost_s == 1.0


def test_a_device_that_comes_and_goes_for_hours_does_not_fill_the_memory() -> None:
    gaps = GapList()
    for number in range(MOST * 3):
        gaps.note(Missing.MICROPHONE, number * 10.0, number * 10.0 + 5)
    assert len(gaps.gaps) == MOST
    assert gaps.sound_lost_s == MOST * 3 * 5.0, "all of it is counted"


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), max_size=20), st.floats(0, 120))
def test_sound_lost_is_the_sum_of_what_is_left(steps: list[tuple[float, float]], at_s: float) -> None:
    gaps, now_s = GapList(), 0.0
    for pause_s, length_s in steps:
        start_s, now_s = now_s + pause_s + 0.1, now_s + pause_s + 0.1 + length_s
        gaps.note(Missing.MICROPHONE, start_s, now_s)
    listed = gaps.gaps
    gaps.cut(at_s)
    short_s = sum(length for _, length in steps) - sum(gap.end_s - gap.start_s for gap in listed)
    assert abs(gaps.sound_lost_s - sum(gap.end_s - gap.start_s for gap in gaps.gaps) - short_s) < 1e-6
    assert all(gap.start_s < at_s and gap.end_s <= at_s for gap in gaps.gaps)
