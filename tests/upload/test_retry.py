"""When to try again: properties of the pure rules."""

from datetime import UTC, datetime
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from upload.retry import FIRST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_WISH_S, is_due, pause_s, retry_after_s

luck = st.floats(0, 1, exclude_max=True)
attempts = st.integers(1, 10_000)


@given(attempts, luck)
def test_a_pause_is_never_short_and_never_endless(attempt: int, chance: float) -> None:
    assert FIRST_PAUSE_S / 2 <= pause_s(attempt, random=lambda: chance) <= LONGEST_PAUSE_S


@given(attempts, luck)
def test_with_the_same_luck_a_pause_never_shrinks(attempt: int, chance: float) -> None:
    assert pause_s(attempt, random=lambda: chance) <= pause_s(attempt + 1, random=lambda: chance)


@given(st.integers(1, 7))
def test_pauses_double_at_first(attempt: int) -> None:
    assert pause_s(attempt + 1, random=lambda: 0.0) == 2 * pause_s(attempt, random=lambda: 0.0)


@given(attempts)
def test_forty_computers_do_not_come_back_in_the_same_second(attempt: int) -> None:
    spread = pause_s(attempt, random=lambda: 0.99) - pause_s(attempt, random=lambda: 0.0)
    assert spread > 0.4 * pause_s(attempt, random=lambda: 0.0)


@given(attempts, luck, st.floats(-1e9, 1e9))
def test_the_portals_wish_is_never_undercut_and_never_more_than_an_hour_and_a_quarter(
    attempt: int, chance: float, wish: float
) -> None:
    pause = pause_s(attempt, random=lambda: chance, retry_after_s=wish)
    assert min(max(0, wish), LONGEST_WISH_S) <= pause <= LONGEST_WISH_S * 1.25


@given(st.floats(0, 2e9), attempts, luck, st.none() | st.floats(0, 1e6))
def test_whatever_pause_was_chosen_comes_to_its_end(
    now: float, attempt: int, chance: float, wish: float | None
) -> None:
    not_before = now + pause_s(attempt, random=lambda: chance, retry_after_s=wish)
    assert not is_due(not_before, now=now)
    assert is_due(not_before, now=not_before)


@given(st.floats(0, 2e9), st.floats(LONGEST_WISH_S * 1.25 + 1, 1e9))
def test_a_clock_that_was_set_back_does_not_lock_a_clip_in(now: float, back: float) -> None:
    assert is_due(now + back, now=now)


@given(st.integers(0, 100_000))
def test_retry_after_in_seconds(seconds: int) -> None:
    assert retry_after_s(f" {seconds} ", now=5.0) == seconds


@given(st.integers(0, 4_000_000_000), st.integers(-5000, 5000))
def test_retry_after_as_a_date(now: int, ahead: int) -> None:
    then = datetime.fromtimestamp(max(0, now + ahead), UTC)
    assert retry_after_s(format_datetime(then, usegmt=True), now=float(now)) == max(0, then.timestamp() - now)


@given(st.text())
def test_retry_after_never_fails(text: str) -> None:
    found = retry_after_s(text, now=0.0)
    assert found is None or found >= 0


def test_no_retry_after() -> None:
    assert retry_after_s(None, now=0.0) is None
    assert retry_after_s("soon", now=0.0) is None
