import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary_app.clip import KeptRange
from diary_app.editing.errors import EditRefused
from diary_app.editing.ranges import (
    History,
    Ranges,
    clock,
    cut_out,
    end_here,
    in_result,
    is_whole,
    joined,
    kept_range,
    kept_seconds,
    nearest,
    normalise,
    result_time,
    start_here,
    take_time,
)

LENGTH = 100.0
moments = st.floats(0, LENGTH, allow_nan=False)


@st.composite
def some_ranges(draw: st.DrawFn) -> tuple[KeptRange, ...]:
    count = draw(st.integers(1, 5))
    edges = draw(st.lists(st.integers(0, 1000), min_size=2 * count, max_size=2 * count, unique=True))
    places = sorted(edges)
    return tuple(KeptRange(places[at] / 10, places[at + 1] / 10) for at in range(0, 2 * count, 2))


def is_kept(keep: tuple[KeptRange, ...], moment: float) -> bool:
    return any(part.start_s <= moment < part.end_s for part in keep)


def test_nothing_asked_keeps_everything() -> None:
    assert normalise((), 12.5) == (KeptRange(0.0, 12.5),)
    assert is_whole((), 12.5)


def test_ranges_come_in_order_and_joined() -> None:
    asked = (KeptRange(5, 7), KeptRange(1, 3), KeptRange(3, 4), KeptRange(6, 8))
    assert normalise(asked, 10) == (KeptRange(1, 4), KeptRange(5, 8))


def test_a_length_rounded_up_is_no_mistake() -> None:
    assert normalise((KeptRange(1, 10.04),), 10) == (KeptRange(1, 10),)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (KeptRange(12, 15), "starts at 0:12, but the recording is only 0:10 long"),
        (KeptRange(2, 15), "ends at 0:15, but the recording is only 0:10 long"),
        (KeptRange(2, float("inf")), "two times in seconds"),
    ],
)
def test_a_trim_outside_the_take_is_refused(asked: KeptRange, words: str) -> None:
    with pytest.raises(EditRefused, match=words):
        normalise((asked,), 10.0)


@pytest.mark.parametrize(("start_s", "end_s"), [(3, 2), (3, 3), (-1, 2), (float("nan"), 2), (0, float("inf"))])
def test_what_is_no_stretch_of_time_is_refused(start_s: float, end_s: float) -> None:
    with pytest.raises(EditRefused):
        kept_range(start_s, end_s)


@given(some_ranges(), moments, moments, moments)
def test_cutting_out_takes_that_stretch_and_no_other(
    keep: tuple[KeptRange, ...], one: float, other: float, probe: float
) -> None:
    start_s, end_s = min(one, other), max(one, other)
    if end_s - start_s < 0.001 or min(abs(probe - start_s), abs(probe - end_s)) < 0.001:
        return
    try:
        left = cut_out(keep, start_s, end_s, seconds=LENGTH)
    except EditRefused:
        assert kept_seconds(keep, LENGTH) <= end_s - start_s + 0.001
        return
    joined = normalise(keep, LENGTH)
    assert is_kept(left, probe) == (is_kept(joined, probe) and not start_s <= probe < end_s)
    assert normalise(left, LENGTH) == left


@given(some_ranges(), moments)
def test_start_here_and_end_here(keep: tuple[KeptRange, ...], moment: float) -> None:
    joined = normalise(keep, LENGTH)
    if moment < joined[-1].end_s - 0.001:
        assert start_here(keep, moment, seconds=LENGTH)[0].start_s >= moment
        assert start_here(keep, moment, seconds=LENGTH)[-1].end_s == joined[-1].end_s
    if moment > joined[0].start_s + 0.001:
        assert end_here(keep, moment, seconds=LENGTH)[-1].end_s <= moment
        assert end_here(keep, moment, seconds=LENGTH)[0].start_s == joined[0].start_s


def test_starting_earlier_brings_back_what_was_cut() -> None:
    assert start_here((KeptRange(5, 10),), 2.0, seconds=20) == (KeptRange(2, 10),)
    assert end_here((KeptRange(5, 10),), 12.0, seconds=20) == (KeptRange(5, 12),)


def test_nothing_left_is_refused() -> None:
    with pytest.raises(EditRefused, match="leave nothing"):
        start_here((), 10.0, seconds=10)
    with pytest.raises(EditRefused, match="leave nothing"):
        end_here((), 0.0, seconds=10)


@given(some_ranges(), moments)
def test_take_time_and_result_time_are_inverse(keep: tuple[KeptRange, ...], moment: float) -> None:
    parts = normalise(keep, LENGTH)
    result_s = result_time(parts, moment)
    assert 0 <= result_s <= kept_seconds(parts, LENGTH) + 1e-9
    if is_kept(parts, moment) and moment < parts[-1].end_s - 0.001:
        assert take_time(parts, result_s) == pytest.approx(moment, abs=1e-5)


@given(some_ranges(), moments, moments)
def test_result_time_never_runs_backwards(keep: tuple[KeptRange, ...], one: float, other: float) -> None:
    parts = normalise(keep, LENGTH)
    assert result_time(parts, min(one, other)) <= result_time(parts, max(one, other))


def test_stretches_lie_in_the_result_where_what_is_kept_of_them_lies() -> None:
    keep = (KeptRange(1, 3), KeptRange(4, 6))
    assert in_result(keep, (KeptRange(2, 2.5), KeptRange(5, 5.5))) == (KeptRange(1, 1.5), KeptRange(3, 3.5))
    assert in_result(keep, (KeptRange(0.5, 1), KeptRange(3, 4))) == (), "what is cut away is gone"
    assert in_result(keep, (KeptRange(2.5, 4.5),)) == (KeptRange(1.5, 2.5),)
    assert in_result(keep, (KeptRange(2.5, 3.0), KeptRange(4, 4.5))) == (KeptRange(1.5, 2.5),)
    assert in_result((), (KeptRange(2, 3),)) == (KeptRange(2, 3),)
    assert joined((KeptRange(2, 3), KeptRange(1, 2), KeptRange(5, 99)), 6.0) == (KeptRange(1, 3), KeptRange(5, 6))
    assert joined((), 6.0) == joined((KeptRange(7, 8),), 6.0) == ()


def test_nearest_frame() -> None:
    assert nearest(0.34, [0.0, 0.3, 0.4, 0.5]) == 0.3
    assert nearest(9.0, [0.0, 0.3]) == 0.3
    assert nearest(1.5, []) == 1.5


def test_every_step_can_be_undone_and_done_again() -> None:
    one, two = (KeptRange(0, 5),), (KeptRange(1, 5),)
    empty: History[Ranges] = History(((),))
    history = empty.do(one).do(two)
    assert history.now == two
    assert history.undo().now == one
    assert history.undo().redo().now == two
    assert history.undo().undo().undo().now == ()
    assert not history.can_redo
    assert not empty.can_undo
    assert history.undo().do(()).can_redo is False
    assert history.do(two) is history


@pytest.mark.parametrize(
    ("seconds", "words"), [(7, "0:07"), (2.54, "0:02.5"), (65, "1:05"), (754.2, "12:34"), (3723, "1:02:03")]
)
def test_clock(seconds: float, words: str) -> None:
    assert clock(seconds) == words
