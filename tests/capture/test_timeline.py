"""The take's own time: any pauses leave no gap."""

from hypothesis import given
from hypothesis import strategies as st

from capture.timeline import Timeline

spans = st.lists(st.floats(0.01, 100), min_size=1, max_size=20)


@given(st.floats(0, 1e6), spans, spans)
def test_pauses_are_left_out_and_what_is_between_keeps_its_length(
    zero_s: float, kept: list[float], pauses: list[float]
) -> None:
    time, now, length = Timeline(zero_s), zero_s, 0.0
    for stretch, pause in zip(kept, pauses, strict=False):
        assert abs((time.take_s(now) or 0.0) - length) < 1e-6
        now, length = now + stretch, length + stretch
        time = time.hold(now)
        assert time.take_s(now) is None
        assert time.take_s(now + pause / 2) is None
        assert abs((time.take_s(now - 1e-4) or 0.0) - (length - 1e-4)) < 1e-6
        assert abs(time.end_s(now + pause) - length) < 1e-6
        now += pause
        time = time.resume(now)
    assert abs(time.end_s(now) - length) < 1e-6


def test_a_second_hold_and_a_lone_resume_change_nothing() -> None:
    held = Timeline(10).hold(12)
    assert held.hold(13) is held
    assert Timeline(10).resume(12) == Timeline(10)


def test_nothing_before_the_start_belongs_to_the_take() -> None:
    assert Timeline(10).take_s(9.999) is None
    assert Timeline(10).end_s(9) == 0.0
