"""The second before a take."""

from hypothesis import given
from hypothesis import strategies as st

from capture.preroll import PREROLL_S, Preroll


def test_the_newest_second_is_kept_in_order() -> None:
    preroll: Preroll[int] = Preroll()
    for number in range(100):
        preroll.add(number / 30, number)
    kept = preroll.take()
    assert kept == list(range(69, 100))
    assert preroll.take() == []
    assert preroll.first_s is None


def test_it_knows_its_oldest_moment() -> None:
    preroll: Preroll[str] = Preroll(2.0)
    moments = [preroll.first_s]
    for at_s in (5.0, 6.5, 7.5):
        preroll.add(at_s, "word")
        moments.append(preroll.first_s)
    preroll.clear()
    assert [*moments, preroll.first_s] == [None, 5.0, 5.0, 6.5, None]


@given(
    st.lists(st.tuples(st.floats(0, 0.5), st.integers(0, 100)), max_size=60),
    st.integers(0, 300),
)
def test_neither_time_nor_room_is_exceeded_and_nothing_is_out_of_order(
    steps: list[tuple[float, int]], room: int
) -> None:
    preroll: Preroll[tuple[float, int]] = Preroll(room=room)
    at_s = 0.0
    for step_s, size in steps:
        at_s += step_s
        preroll.add(at_s, (at_s, size), size)
        first_s = preroll.first_s
        assert first_s is None or at_s - first_s <= PREROLL_S
    kept = preroll.take()
    assert sum(size for _, size in kept) <= room
    assert kept == sorted(kept, key=lambda item: item[0])
    fits = steps and steps[-1][1] <= room
    assert bool(kept) == bool(fits), "the newest is kept, unless it alone is too much"
