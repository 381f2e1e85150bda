"""The app's life: any events in any order, and the ways that people take through it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.life import (
    AfterClosing,
    Answered,
    CloseAsked,
    Do,
    EndAsked,
    Event,
    FarewellOver,
    Life,
    NoneGoes,
    OpenAsked,
    SomeGo,
    Stayed,
    Unseen,
    begin,
    transition,
)

EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(CloseAsked, some_go=st.booleans(), rule=st.sampled_from(AfterClosing)),
    st.builds(Answered, go_on=st.booleans()),
    st.sampled_from([Stayed(), OpenAsked(), NoneGoes(), SomeGo(), FarewellOver(), EndAsked(), Unseen()]),
)


class Seen:
    """What somebody in front of the computer would see."""

    def __init__(self, *, background: bool) -> None:
        self.window = self.icon = self.ended = False
        self.asked = 0
        self.state = self._enter(*begin(background=background))

    def take(self, *events: Event) -> "Seen":
        for event in events:
            self.state = self._enter(*transition(self.state, event))
        return self

    def _enter(self, state: Life, todo: tuple[Do, ...]) -> Life:
        for each in todo:
            assert not self.ended, "nothing is done after the end"
            match each:
                case Do.OPEN:
                    assert not self.icon, "the icon stands for the window that is away"
                    self.window = True
                case Do.CLOSE:
                    assert self.window
                    self.window = False
                case Do.ASK:
                    assert self.window, "a question needs somebody in front of it"
                    self.asked += 1
                case Do.SHOW_ICON:
                    assert not self.window
                    self.icon = True
                case Do.HIDE_ICON:
                    assert self.icon
                    self.icon = False
                case Do.SAY_FAREWELL:
                    assert self.icon
                case Do.END:
                    assert not self.window, "a take is closed with its window, before the end"
                    assert not self.icon
                    self.ended = True
        return state


@given(st.booleans(), st.lists(EVENTS, max_size=12))
def test_whatever_happens_there_is_a_window_or_an_icon_or_the_end(background: bool, events: list[Event]) -> None:
    seen = Seen(background=background).take(*events)
    assert [seen.window, seen.icon, seen.ended].count(True) == 1
    assert seen.window == (seen.state in (Life.OPEN, Life.ASKING))
    assert seen.ended == (seen.state is Life.ENDED)
    assert seen.take(EndAsked()).ended, "from everywhere there is an end"


ASK = CloseAsked(some_go=True, rule=AfterClosing.ASK)


@pytest.mark.parametrize(
    ("events", "state", "asked"),
    [
        ([CloseAsked(some_go=False, rule=AfterClosing.ASK)], Life.ENDED, 0),
        ([CloseAsked(some_go=False, rule=AfterClosing.GO_ON)], Life.ENDED, 0),
        ([CloseAsked(some_go=True, rule=AfterClosing.GO_ON)], Life.AWAY, 0),
        ([CloseAsked(some_go=True, rule=AfterClosing.STOP)], Life.ENDED, 0),
        ([ASK], Life.ASKING, 1),
        ([ASK, ASK], Life.ASKING, 1),
        ([ASK, Stayed()], Life.OPEN, 1),
        ([ASK, Stayed(), ASK], Life.ASKING, 2),
        ([ASK, Answered(True)], Life.AWAY, 1),
        ([ASK, Answered(False)], Life.ENDED, 1),
        ([ASK, Answered(True), NoneGoes()], Life.FAREWELL, 1),
        ([ASK, Answered(True), NoneGoes(), FarewellOver()], Life.ENDED, 1),
        ([ASK, Answered(True), NoneGoes(), SomeGo(), FarewellOver()], Life.AWAY, 1),
        ([ASK, Answered(True), NoneGoes(), OpenAsked(), FarewellOver()], Life.OPEN, 1),
        ([NoneGoes()], Life.OPEN, 0),
    ],
)
def test_the_ways_from_a_window(events: list[Event], state: Life, asked: int) -> None:
    seen = Seen(background=False).take(*events)
    assert (seen.state, seen.asked) == (state, asked)


def test_after_sign_in_it_ends_when_nothing_is_to_be_sent() -> None:
    assert Seen(background=True).take(NoneGoes(), FarewellOver()).ended
