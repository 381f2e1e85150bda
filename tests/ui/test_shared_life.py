"""The rules of a shared computer's windows, and of walking away: pure."""

from hypothesis import given
from hypothesis import strategies as st

from ui.shared_idle import IDLE_S, WARN_S, Idling, Verdict
from ui.shared_life import Closed, Do, Happens, Life, begin, transition

EVENTS = st.sampled_from([*Happens, Closed(busy=True), Closed(busy=False)])


@given(st.booleans(), st.lists(EVENTS, max_size=12))
def test_there_is_one_window_or_an_icon_and_the_process_ends_once(
    background: bool, events: list[Happens | Closed]
) -> None:
    state, todo = begin(background=background)
    tiles, icon, own, ended = Do.SHOW_TILES in todo, Do.SHOW_ICON in todo, False, 0
    for event in events:
        state, todo = transition(state, event)
        for each in todo:
            tiles = (tiles or each is Do.SHOW_TILES) and each is not Do.HIDE_TILES
            icon = (icon or each is Do.SHOW_ICON) and each is not Do.HIDE_ICON
            ended += each is Do.END
            own = own and each is not Do.SHUT
        own = (own or state is Life.HERE) and state is not Life.TILES
        assert (tiles, icon, own) == (state is Life.TILES, state is Life.AWAY, state is Life.HERE)
        assert ended == (state is Life.ENDED)


def test_closing_a_persons_window_never_ends_the_app() -> None:
    assert transition(Life.HERE, Closed(busy=False)) == (Life.HERE, ())
    assert transition(Life.HERE, Happens.LEFT) == (Life.TILES, (Do.SHOW_TILES,))
    assert transition(Life.HERE, Happens.QUIET) == (Life.HERE, ())


@given(st.lists(st.tuples(st.integers(1, 100), st.booleans(), st.booleans()), max_size=40))
def test_nobody_is_signed_out_who_was_there_in_the_last_six_minutes(steps: list[tuple[int, bool, bool]]) -> None:
    now, there, idling = 1000.0, 1000.0, Idling(1000.0)
    for passed_s, touches, busy in steps:
        now += passed_s
        if touches:
            idling.touched(now)
        there = now if touches or busy else there
        expected = Verdict.STAY
        if now - there >= IDLE_S:
            expected = Verdict.OUT if now - there >= IDLE_S + WARN_S else Verdict.WARN
        assert idling.look(now, busy=busy) is expected
        assert 0 <= idling.left_s(now) <= IDLE_S + WARN_S
