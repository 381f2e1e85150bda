"""The booth's state machine: the way through it, whoever walks away, and staff."""

import itertools
from typing import get_args

from diary_app.booth import nouns as n
from diary_app.booth.machine import ASK_S, LOOK_S, Times, patience_s, transition
from diary_app.booth.pin import FREE_TRIES, LONGEST_WAIT_S, PinDoor
from diary_app.clip import ClipId

CLIP = ClipId("clip")
CHOICE = n.Choice("one", CLIP)
STATES: tuple[n.State, ...] = (
    n.Attract(),
    n.Question(),
    n.Question(asked=True),
    n.Consent(),
    n.Consent(aloud=True),
    n.Consent(asked=True),
    n.Opening("one"),
    n.CountingDown("one"),
    n.Recording("one", 90.0),
    n.Saving("one"),
    CHOICE,
    n.Settling(n.Outcome.KEEP, "one", CLIP),
    n.Settling(n.Outcome.AGAIN, "one", CLIP, "two"),
    n.Thanks(n.Outcome.KEEP),
    n.Leaving(),
    n.Staff(),
    n.OutOfOrder(n.Why.NO_ROOM),
)
EVENTS: tuple[n.Event, ...] = (
    n.Touched(),
    n.Idle(),
    n.Begun(),
    n.NextAsked(),
    n.Declined(),
    n.ReadAsked(),
    n.ReadingOver(),
    n.Agreed("one"),
    n.DevicesReady(),
    n.Counted(),
    n.Began(90.0),
    n.Recorded(12.0),
    n.Told("The camera has stopped."),
    n.Finished(),
    n.TakeClosed(CLIP),
    n.Decided(n.Outcome.BIN),
    n.Settled(),
    n.Failed(n.Why.NO_MICROPHONE),
    n.Failed(n.Why.STUCK, "The disk is full."),
    n.Mended(),
    n.Gesture(),
    n.PinFits(),
    n.BackAsked(),
    n.LeaveAsked(),
)


def go(state: n.State, *events: n.Event) -> tuple[n.State, list[n.Effect]]:
    """Through these events; every effect on the way."""
    done: list[n.Effect] = []
    for event in events:
        state, effects = transition(state, event)
        done += effects
    return state, done


def test_every_state_and_event_is_walked() -> None:
    assert {type(state) for state in STATES} == set(get_args(n.State))
    assert {type(event) for event in EVENTS} == set(get_args(n.Event))


def test_a_stranger_keeps_what_they_said() -> None:
    state, done = go(
        n.Attract(),
        n.Begun(),
        n.NextAsked(),
        n.ReadAsked(),
        n.Agreed("one"),
        n.DevicesReady(),
        n.Counted(),
        n.Began(90.0),
        n.Recorded(61.5),
        n.Finished(),
        n.TakeClosed(CLIP),
        n.Decided(n.Outcome.KEEP),
        n.Settled(),
        n.Idle(),
    )
    assert state == n.Attract()
    assert done == [
        n.Read(),
        n.Hush(),  # before anything can be recorded
        n.Prepare("one"),
        n.CountDown(),
        n.BeginTake("one"),
        n.LetGo(),
        n.LetGo(),
        n.Settle(n.Outcome.KEEP, "one", CLIP),
        n.Look(),
    ]


def test_another_try_is_a_visit_of_its_own_and_the_first_goes_into_the_bin() -> None:
    state, done = go(CHOICE, n.Decided(n.Outcome.AGAIN, "two"), n.Settled())
    assert state == n.Opening("two")
    assert done == [n.Settle(n.Outcome.AGAIN, "one", CLIP), n.Prepare("two")]


def test_time_that_is_up_and_a_take_that_ends_by_itself_both_lead_to_the_choice() -> None:
    for events in ((n.Recorded(0.0),), (n.Idle(),), (n.Told("The disk is full."),)):
        state, _ = go(n.Recording("one", 3.0), *events, n.TakeClosed(CLIP))
        assert isinstance(state, n.Choice)
        assert state.visit == "one"
    assert getattr(state, "said", None) == "The disk is full."


def alone(state: n.State) -> tuple[list[n.State], list[n.Effect]]:
    """Everybody has gone, and the recorder does its part, until the booth is free again."""
    seen, done = [state], list[n.Effect]()
    while not isinstance(state, n.Attract | n.OutOfOrder):
        state, effects = transition(state, n.TakeClosed(CLIP) if isinstance(state, n.Saving) else n.Idle())
        seen.append(state)
        done += effects
        assert len(seen) < 8, seen
    return seen, done


def test_whoever_walks_away_the_booth_is_free_again_and_nothing_is_sent_or_binned() -> None:
    for state in STATES:
        judge_walking_away(state)


def judge_walking_away(state: n.State) -> None:
    seen, done = alone(state)
    assert not any(isinstance(effect, n.Settle | n.BeginTake) for effect in done)
    if isinstance(state, n.Question | n.Consent | n.Choice) and not state.asked:
        assert getattr(seen[1], "asked", None) is True, "first it asks whether anybody is there"
        back = transition(seen[1], n.Touched())[0]
        assert (type(back), getattr(back, "asked", None)) == (type(state), False)
        assert patience_s(seen[1], Times()) == ASK_S >= 20
    if isinstance(state, n.Recording):
        assert any(isinstance(each, n.Choice) for each in seen)


def test_each_wait_is_finite_and_a_free_booth_looks_around() -> None:
    for state in STATES:
        assert 0 < patience_s(state, Times()) <= 300
        if isinstance(state, n.Attract | n.OutOfOrder):
            assert patience_s(state, Times()) == LOOK_S
            assert transition(state, n.Idle())[1] == (n.Look(),)
        if isinstance(state, n.Recording):
            assert patience_s(state, Times(recording_s=600)) > 600


def open_take(state: n.State) -> bool:
    return isinstance(state, n.Recording | n.Saving)


def test_no_step_forgets_a_take_the_camera_or_the_voice() -> None:
    for state, event in itertools.product(STATES, EVENTS):
        judge_step(state, event)


def judge_step(state: n.State, event: n.Event) -> None:
    after, effects = transition(state, event)
    if isinstance(state, n.Recording) and not isinstance(after, n.Recording):
        assert n.LetGo() in effects
        assert isinstance(after, n.Saving | n.Choice | n.OutOfOrder)
    if isinstance(state, n.Opening | n.CountingDown):
        kept = isinstance(after, n.Opening | n.CountingDown | n.Recording)
        assert kept or n.LetGo() in effects
    if isinstance(state, n.Consent) and state.aloud and after != state:
        assert n.Hush() in effects or isinstance(event, n.ReadingOver)
    if isinstance(after, n.Leaving | n.Staff) and not isinstance(state, n.Leaving | n.Staff):
        assert isinstance(event, n.Gesture)
        assert isinstance(after, n.Leaving)
        assert not open_take(state)
    if isinstance(after, n.Staff) and not isinstance(state, n.Staff):
        assert (state, event) == (n.Leaving(), n.PinFits())
    if n.Leave() in effects:
        assert (state, event) == (n.Staff(), n.LeaveAsked())
    sent = [effect for effect in effects if isinstance(effect, n.Settle)]
    assert not sent or isinstance(event, n.Decided)
    assert not any(isinstance(effect, n.Prepare) for effect in effects) or isinstance(event, n.Agreed | n.Settled)


def test_out_of_order_says_why_and_ends_by_itself() -> None:
    state, _ = go(n.Attract(), n.Failed(n.Why.NO_MICROPHONE))
    assert state == n.OutOfOrder(n.Why.NO_MICROPHONE)
    assert go(state, n.Begun())[0] == state
    assert go(state, n.Failed(n.Why.NO_ROOM))[0] == n.OutOfOrder(n.Why.NO_ROOM)
    assert go(state, n.Mended())[0] == n.Attract()
    assert go(n.Recording("one", 9.0), n.Failed(n.Why.NO_MICROPHONE))[0] == n.Recording("one", 9.0)


def test_wrong_pins_wait_longer_and_longer_and_going_away_does_not_help() -> None:
    door, waits = PinDoor(), list[float]()
    now_s = 100.0
    for _ in range(20):
        waits.append(door.was_wrong(now_s))
        assert door.waits_s(now_s) == waits[-1]
        now_s += waits[-1]
        assert door.waits_s(now_s) == 0
    assert waits[:FREE_TRIES] == [0.0] * FREE_TRIES
    assert waits[FREE_TRIES:] == sorted(waits[FREE_TRIES:])
    assert waits[FREE_TRIES] > 0
    assert waits[-1] == LONGEST_WAIT_S
    door.was_right()
    assert door.was_wrong(now_s) == 0
