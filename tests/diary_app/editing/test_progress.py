"""The time left is told when it is known, and not before."""

import threading

import pytest

from diary_app.editing.errors import EditStopped
from diary_app.editing.progress import Meter


class Clock:
    """Moves when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_follows_from_the_time_gone() -> None:
    told: list[tuple[float, float | None]] = []
    clock = Clock()
    meter = Meter(lambda done, left: told.append((done, left)), threading.Event(), clock)
    meter.report(0.0)
    clock.now += 0.5
    meter.report(0.1)
    clock.now += 1.5
    meter.report(0.25)
    assert told == [(0.0, None), (0.1, None), (0.25, pytest.approx(6.0))]


def test_it_never_runs_backwards() -> None:
    told: list[float] = []
    meter = Meter(lambda done, _left: told.append(done), threading.Event(), Clock())
    for done in (0.2, 0.1, 0.4, 2.0):
        meter.report(done)
    assert told == [0.2, 0.2, 0.4, 1.0]


def test_a_part_counts_within_the_whole() -> None:
    told: list[float] = []
    meter = Meter(lambda done, _left: told.append(done), threading.Event(), Clock())
    meter.part(0.5, 1.0).report(0.5)
    assert told == [0.75]


def test_stop_ends_it() -> None:
    stop = threading.Event()
    meter = Meter(stop=stop)
    stop.set()
    with pytest.raises(EditStopped):
        meter.report(0.5)
