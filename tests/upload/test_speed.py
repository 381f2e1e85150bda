"""How long it still takes: properties of the estimate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upload.speed import LONGEST_S, MAX_MARKS, SpeedEstimate

steps = st.lists(st.tuples(st.floats(0, 60), st.integers(0, 10_000_000)), min_size=1, max_size=60)


def _after(moves: list[tuple[float, int]]) -> SpeedEstimate:
    estimate = SpeedEstimate()
    at, sent = 0.0, 0
    for pause, more in moves:
        at, sent = at + pause, sent + more
        estimate.note(at, sent)
    return estimate


@given(steps, st.integers(-5, 10**12))
def test_an_estimate_is_bounded_or_silent(moves: list[tuple[float, int]], left: int) -> None:
    seconds = _after(moves).seconds_left(left)
    assert seconds is None or 0 <= seconds <= LONGEST_S


@given(steps, st.integers(1, 10**9))
def test_more_bytes_never_take_less_time(moves: list[tuple[float, int]], left: int) -> None:
    estimate = _after(moves)
    less, more = estimate.seconds_left(left), estimate.seconds_left(left * 2)
    assert (less is None) == (more is None)
    assert less is None or more is None or less <= more


@given(st.floats(1_000, 1e8), st.floats(0.001, 5))
def test_a_steady_line_is_measured_right(speed: float, tick: float) -> None:
    estimate = SpeedEstimate()
    for step in range(max(20, int(2 / tick))):
        estimate.note(step * tick, round(step * tick * speed))
    assert estimate.bytes_per_s == pytest.approx(speed, rel=0.01)
    assert estimate.seconds_left(round(speed * 10)) == pytest.approx(10, rel=0.01)


def test_nothing_is_said_too_early() -> None:
    estimate = SpeedEstimate()
    assert estimate.seconds_left(100) is None
    estimate.note(0.0, 0)
    estimate.note(0.5, 1_000_000)
    assert estimate.seconds_left(100) is None
    assert estimate.seconds_left(0) == 0


def test_a_line_that_slows_down_is_noticed_within_the_window() -> None:
    estimate = SpeedEstimate()
    sent = 0
    for tick in range(3000):
        sent += 1_000_000 if tick < 2000 else 1_000
        estimate.note(tick * 0.1, sent)
    assert estimate.bytes_per_s == pytest.approx(10_000, rel=0.1)


def test_a_new_start_forgets_the_old_one() -> None:
    estimate = _after([(1.0, 1000)] * 10)
    estimate.note(11.0, 0)
    assert estimate.bytes_per_s is None


def test_memory_is_bounded_however_often_it_is_told() -> None:
    estimate = SpeedEstimate()
    for tick in range(50_000):
        estimate.note(tick * 0.001, tick)
    assert len(estimate._marks) <= MAX_MARKS + 3
    assert estimate.bytes_per_s == pytest.approx(1000, rel=0.02)
