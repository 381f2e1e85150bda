"""Missing frames, told from times alone."""

import random

import pytest

from capture.rhythm import Rhythm
from tests.support.takes import ticking


def _missing(times: list[float], *, fps: float = 30.0, end_s: float | None = None) -> int:
    rhythm = Rhythm(fps)
    for at_s in times:
        rhythm.saw(at_s)
    rhythm.ended(times[-1] if end_s is None and times else end_s or 0.0)
    return rhythm.missing


@pytest.mark.parametrize("actual", [30.0, 29.97, 30.3, 28.0, 25.0, 24.0, 20.0, 15.0, 10.0, 7.5, 5.0])
def test_a_camera_that_is_slower_than_it_says_has_lost_nothing(actual: float) -> None:
    assert _missing(ticking(600, fps=actual)) == 0


@pytest.mark.parametrize("jitter_s", [0.001, 0.002, 0.004])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_jitter_is_no_loss(jitter_s: float, seed: int) -> None:
    assert _missing(ticking(900, jitter_s=jitter_s, seed=seed)) == 0


@pytest.mark.parametrize("gone", [1, 2, 5, 60])
@pytest.mark.parametrize("jitter_s", [0.0, 0.003])
def test_a_gap_counts_exactly(gone: int, jitter_s: float) -> None:
    times = ticking(300, jitter_s=jitter_s)
    assert _missing(times[:100] + times[100 + gone :]) == gone


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3])
def test_frames_lost_here_and_there_are_counted(share: float) -> None:
    lost = random.Random(7)
    times = ticking(900, jitter_s=0.0005)
    kept = [at_s for n, at_s in enumerate(times) if n in (0, 899) or lost.random() > share]
    assert _missing(kept) == len(times) - len(kept)


def test_when_most_frames_are_lost_nearly_all_are_counted() -> None:
    lost = random.Random(7)
    times = ticking(900, jitter_s=0.0005)
    kept = [at_s for n, at_s in enumerate(times) if n in (0, 899) or lost.random() > 0.55]
    truth = len(times) - len(kept)
    assert 0.9 * truth < _missing(kept) <= truth


def test_a_frame_that_came_late_and_its_hasty_follower_are_jitter() -> None:
    times = ticking(90)
    times[50] += 0.03
    assert _missing(times) == 0


def test_dusk_and_lamp_light_lose_nothing() -> None:
    bright, dusk = 1 / 30, 1 / 15
    steps = [bright] * 90 + [dusk] * 90 + [bright] * 90
    times = [sum(steps[:n]) for n in range(len(steps))]
    assert _missing(times) == 0


def test_a_camera_that_is_gone_at_the_end_has_left_out_the_rest() -> None:
    times = ticking(90)
    assert _missing(times, end_s=times[-1] + 2.0) == 60
    assert _missing(times, end_s=times[-1] + 0.2) == 0
    assert _missing([], end_s=4.0) == 120


def test_a_take_that_began_without_its_camera_counts_from_the_beginning() -> None:
    rhythm = Rhythm(30.0)
    rhythm.began_without()
    for number in range(30):
        rhythm.saw(3.0 + number / 30)
    assert rhythm.missing == 89
