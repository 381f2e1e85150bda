"""The clock that stamps every frame and every block."""

import itertools
import time

import pytest

from capture.clock import Clock, MonotonicClock
from tests.support.doomed import QuickClock


@pytest.fixture(params=[MonotonicClock, QuickClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    made: Clock = request.param()
    return made


def test_it_never_runs_backwards(clock: Clock) -> None:
    told = [clock.now_s() for _ in range(10_000)]
    assert all(later >= earlier for earlier, later in itertools.pairwise(told))


def test_sleep_lasts_at_least_as_long_as_asked(clock: Clock) -> None:
    before = clock.now_s()
    clock.sleep(0.05)
    assert clock.now_s() - before >= 0.049


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_no_time_is_no_wait(clock: Clock, seconds: float) -> None:
    before = clock.now_s()
    clock.sleep(seconds)
    assert clock.now_s() - before < 0.5


def test_sleep_of_the_computer_never_becomes_less(clock: Clock) -> None:
    told = [clock.asleep_s() for _ in range(1000)]
    assert min(told) > -0.01
    assert all(later >= earlier - 0.01 for earlier, later in itertools.pairwise(told))


def test_a_computer_that_is_awake_does_not_sleep(clock: Clock) -> None:
    before = clock.asleep_s()
    clock.sleep(0.05)
    assert abs(clock.asleep_s() - before) < 0.01


def test_it_is_the_clock_that_the_camera_driver_stamps_with() -> None:
    clock = MonotonicClock()
    assert abs(clock.now_s() - time.clock_gettime(time.CLOCK_MONOTONIC)) < 0.5
